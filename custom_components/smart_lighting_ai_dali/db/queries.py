"""Read features: for people, for panels and for planners."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, literal, select

from .ingestion import NameKind
from .schema import HOUR_MS, WINDOW_MS, WINDOWS_PER_HOUR, event, feature, source, statistic
from .signals import FIRST_INSTANT, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """The statistics of one signal of a zone over one window; sums over its sources, so they can be added up."""

    start_ms: int
    """When the window begins, in milliseconds since 1970; it lasts five minutes."""
    zone: str
    signal: Signal
    events: int
    manual_events: int
    positive_events: int
    positive_ms: int
    """How long sources were above 0."""
    value_ms: int
    """Their values, each times how long it held."""
    light_ms: int
    """For levels: their light in thousandths of a percent, times how long it held."""
    known_ms: int
    """How long sources were known: what is missing to their number times five minutes is not zero but unknown."""
    minimum: int
    maximum: int
    square_ms: int
    """For illuminance: its squares, each times how long it held."""
    unknown_ms: int
    """How long sources were unknown, in windows in which others were known."""

    @property
    def mean(self) -> float:
        """Return the mean value over the time that is known."""
        return self.value_ms / self.known_ms


def read_features(
    connection: Connection, *, start_ms: int, end_ms: int, zones: Iterable[str] | None = None, most: int
) -> list[Feature]:
    """Return the features of windows that begin from `start_ms` to before `end_ms`, oldest first, `most` of them."""
    query = (
        select(feature, source.c.name)
        .join(source, feature.c.zone == source.c.source_id)
        .where(
            source.c.kind == NameKind.ZONE,
            feature.c.win >= -(-start_ms // WINDOW_MS),
            feature.c.win < -(-end_ms // WINDOW_MS),
        )
        .order_by(feature.c.win, feature.c.zone, feature.c.kind)
        .limit(most)
    )
    if zones is not None:
        query = query.where(source.c.name.in_(list(zones)))
    return [feature_of(row, row.win * WINDOW_MS) for row in connection.execute(query)]


def feature_of(row: Row[Any], start_ms: int) -> Feature:
    """Return a row of the table, or the sum of some, as a feature; a server's sums are Decimals."""
    return Feature(
        start_ms=start_ms,
        zone=row.name,
        signal=Signal(row.kind),
        events=int(row.n),
        manual_events=int(row.n_manual),
        positive_events=int(row.n_pos),
        positive_ms=int(row.pos_ms),
        value_ms=int(row.val_ms),
        light_ms=int(row.light_ms),
        known_ms=int(row.src_ms),
        minimum=int(row.vmin),
        maximum=int(row.vmax),
        square_ms=int(row.square_ms),
        unknown_ms=int(row.unknown_ms),
    )


def read_statistics(
    connection: Connection, *, start_ms: int, end_ms: int, zones: Iterable[str] | None = None
) -> dict[str, dict[int, int]]:
    """Return what hours that begin from `start_ms` to before `end_ms` add up to, by zone and `Statistic`."""
    query = (
        select(source.c.name, statistic.c.statistic, func.sum(statistic.c.amount))
        .join(source, statistic.c.zone == source.c.source_id)
        .where(
            source.c.kind == NameKind.ZONE,
            statistic.c.hour >= -(-start_ms // HOUR_MS),
            statistic.c.hour < -(-end_ms // HOUR_MS),
        )
        .group_by(source.c.name, statistic.c.statistic)
    )
    if zones is not None:
        query = query.where(source.c.name.in_(list(zones)))
    found: dict[str, dict[int, int]] = {}
    for zone, number, amount in connection.execute(query).tuples():
        found.setdefault(zone, {})[number] = int(amount)
    return found


def numbers_of_zones(connection: Connection, zones: Iterable[str]) -> dict[str, int]:
    """Return the numbers of zones; those of which nothing was collected yet are left out."""
    query = select(source.c.name, source.c.source_id).where(
        source.c.kind == NameKind.ZONE, source.c.name.in_(list(zones))
    )
    return dict(connection.execute(query).tuples().all())


def zones_with_features(connection: Connection, *, start_ms: int, end_ms: int) -> set[str]:
    """Return the zones that have a feature in windows from `start_ms` to before `end_ms`."""
    query = (
        select(source.c.name)
        .join(feature, feature.c.zone == source.c.source_id)
        .where(
            source.c.kind == NameKind.ZONE,
            feature.c.win >= start_ms // WINDOW_MS,
            feature.c.win < -(-end_ms // WINDOW_MS),
        )
        .distinct()
    )
    return set(connection.execute(query).scalars())


def hours_without_features(connection: Connection, hours: Iterable[int]) -> list[int]:
    """Return those of some hours, counted from 1970, that have events which say something, but no feature."""

    def has(*where: ColumnElement[bool]) -> bool:
        return connection.execute(select(literal(1)).where(*where).limit(1)).scalar() is not None

    return [
        hour
        for hour in hours
        if not has(feature.c.win >= hour * WINDOWS_PER_HOUR, feature.c.win < (hour + 1) * WINDOWS_PER_HOUR)
        and has(
            event.c.ts >= hour * HOUR_MS,
            event.c.ts < (hour + 1) * HOUR_MS,
            event.c.val >= 0,
            event.c.kind < FIRST_INSTANT,
        )
    ]
