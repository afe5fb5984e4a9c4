"""Read features over longer spans than a window: they are sums, so they are added up."""

from bisect import bisect
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from .ingestion import NameKind
from .queries import Feature, feature_of
from .schema import HOUR_MS, WINDOW_MS, feature, source

_QUARTER_HOUR: Final = 15 * 60_000 // WINDOW_MS
_HOUR: Final = HOUR_MS // WINDOW_MS
_DAY: Final = 24 * _HOUR
_WEEK: Final = 7 * _DAY
# 1970 began on a Thursday.
_MONDAY: Final = 3 * _DAY


class Period(StrEnum):
    """Over what features are added up."""

    QUARTER_HOUR = "15minute"
    HOUR = "hour"
    DAY = "day"
    """Days of the local calendar: of 23 or 25 hours twice a year."""
    TIME_OF_WEEK = "time_of_week"
    """The quarter hours of a local week: `start_ms` counts from Monday, 00:00."""


def roll_up(
    connection: Connection,
    period: Period,
    *,
    start_ms: int,
    end_ms: int,
    time_zone: tzinfo,
    zones: Iterable[str] | None = None,
) -> list[Feature]:
    """Return features of windows that begin from `start_ms` to before `end_ms`, added up over a period."""
    sums: dict[tuple[int, str, int], Feature] = {}
    names = None if zones is None else list(zones)
    first, last = -(-start_ms // WINDOW_MS), -(-end_ms // WINDOW_MS)
    for begin, end, offset in _spans(first, last, time_zone):
        for row in connection.execute(_query(period, begin, end, offset, names)):
            one = feature_of(row, _start_ms(period, int(row.start), offset, time_zone))
            key = one.start_ms, one.zone, one.signal
            sums[key] = one if (before := sums.get(key)) is None else _added(before, one)
    return [sums[key] for key in sorted(sums)]


def _spans(first: int, last: int, time_zone: tzinfo) -> Iterator[tuple[int, int, int]]:
    """Yield spans of windows in which local time keeps its distance to UTC, with that distance, all in windows."""

    def offset_of(window: int) -> int:
        offset = datetime.fromtimestamp(window * WINDOW_MS / 1000, UTC).astimezone(time_zone).utcoffset() or timedelta()
        return int(offset.total_seconds() * 1000) // WINDOW_MS

    begin = first
    while begin < last:
        offset, end = offset_of(begin), begin + 1
        # Clocks are changed at most once a day.
        while end < last and offset_of(min(last, end + _DAY) - 1) == offset:
            end = min(last, end + _DAY)
        if end < last:
            end += bisect(range(end, min(last, end + _DAY)), 0, key=lambda window: offset_of(window) != offset)
        yield begin, end, offset
        begin = end


def _query(period: Period, begin: int, end: int, offset: int, zones: list[str] | None) -> Any:
    """Return the statement that adds up the windows of one span."""
    start = _start(period, feature.c.win, offset).label("start")
    query = (
        select(
            start,
            source.c.name,
            feature.c.kind,
            *(func.sum(column).label(column.name) for column in _SUMS),
            func.min(feature.c.vmin).label("vmin"),
            func.max(feature.c.vmax).label("vmax"),
        )
        .join(source, feature.c.zone == source.c.source_id)
        .where(source.c.kind == NameKind.ZONE, feature.c.win >= begin, feature.c.win < end)
        .group_by(start, source.c.name, feature.c.kind)
    )
    return query if zones is None else query.where(source.c.name.in_(zones))


_SUMS: Final = (
    feature.c.n,
    feature.c.n_manual,
    feature.c.n_pos,
    feature.c.pos_ms,
    feature.c.val_ms,
    feature.c.light_ms,
    feature.c.src_ms,
    feature.c.square_ms,
    feature.c.unknown_ms,
)


def _start(period: Period, window: ColumnElement[int], offset: int) -> ColumnElement[int]:
    """Return in which period a window is: in windows of UTC, for days and weeks in local ones."""
    match period:
        case Period.QUARTER_HOUR:
            return window - window % _QUARTER_HOUR
        case Period.HOUR:
            return window - window % _HOUR
        case Period.DAY:
            return window - (window + offset) % _DAY
        case Period.TIME_OF_WEEK:
            since_monday = (window + (offset + _MONDAY)) % _WEEK
            return since_monday - since_monday % _QUARTER_HOUR


def _start_ms(period: Period, start: int, offset: int, time_zone: tzinfo) -> int:
    """Return when a period begins."""
    if period is not Period.DAY:
        return start * WINDOW_MS
    midnight = datetime.fromtimestamp((start + offset) * WINDOW_MS / 1000, UTC).replace(tzinfo=time_zone)
    return int(midnight.timestamp()) * 1000


def _added(one: Feature, other: Feature) -> Feature:
    """Return two features as one."""
    return Feature(
        start_ms=one.start_ms,
        zone=one.zone,
        signal=one.signal,
        events=one.events + other.events,
        manual_events=one.manual_events + other.manual_events,
        positive_events=one.positive_events + other.positive_events,
        positive_ms=one.positive_ms + other.positive_ms,
        value_ms=one.value_ms + other.value_ms,
        light_ms=one.light_ms + other.light_ms,
        known_ms=one.known_ms + other.known_ms,
        minimum=min(one.minimum, other.minimum),
        maximum=max(one.maximum, other.maximum),
        square_ms=one.square_ms + other.square_ms,
        unknown_ms=one.unknown_ms + other.unknown_ms,
    )
