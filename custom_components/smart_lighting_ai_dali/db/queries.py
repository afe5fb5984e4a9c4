"""Read features: for people, for panels and for planners."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from .ingestion import NameKind
from .schema import WINDOW_MS, event, feature, source
from .signals import Signal


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
    return [
        Feature(
            start_ms=row.win * WINDOW_MS,
            zone=row.name,
            signal=Signal(row.kind),
            events=row.n,
            manual_events=row.n_manual,
            positive_events=row.n_pos,
            positive_ms=row.pos_ms,
            value_ms=row.val_ms,
            light_ms=row.light_ms,
            known_ms=row.src_ms,
            minimum=row.vmin,
            maximum=row.vmax,
        )
        for row in connection.execute(query)
    ]


def zones_without_features(connection: Connection, *, start_ms: int, end_ms: int) -> list[str]:
    """Return the zones that have no feature in windows from `start_ms` to before `end_ms`."""
    having = (
        select(feature.c.zone)
        .where(feature.c.win >= start_ms // WINDOW_MS, feature.c.win < -(-end_ms // WINDOW_MS))
        .distinct()
    )
    query = (
        select(source.c.name)
        .where(source.c.kind == NameKind.ZONE, source.c.source_id.not_in(having))
        .order_by(source.c.name)
    )
    return list(connection.execute(query).scalars())


def count_rows(connection: Connection) -> dict[str, int]:
    """Return how many rows the large tables have."""
    return {
        "events": connection.execute(select(func.count()).select_from(event)).scalar_one(),
        "features": connection.execute(select(func.count()).select_from(feature)).scalar_one(),
    }
