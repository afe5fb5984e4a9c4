"""Condense events into features: additive, time-weighted statistics of one signal of a zone over five minutes.

A window is always made whole from its events, never counted on: doing it twice gives the same rows. Each hour begins
with a keyframe of every source, so an hour needs no other. One text runs on SQLite, MariaDB and PostgreSQL.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, select, text

from .ingestion import mark_hours
from .schema import HOUR_MS, WINDOW_MS, WINDOWS_PER_HOUR, dirty_hour, event
from .signals import Signal
from .watermarks import Watermark, read_watermark, write_watermark

# A step has to be short: it holds up everything else that the recorder writes.
HOURS_PER_STEP: Final = 2

_DELETE: Final = text("DELETE FROM smart_lighting_feature WHERE win >= :first AND win < :last")
# How long a value held is from its event to the next of its source. CROSS JOIN fixes SQLite's order: the other way
# round it would work out the inner query for each window.
_INSERT: Final = text(f"""
INSERT INTO smart_lighting_feature
    (win, zone, kind, n, n_manual, n_pos, pos_ms, val_ms, light_ms, src_ms, vmin, vmax)
SELECT :hour_window + k, zone, kind,
    SUM(here), SUM(CASE WHEN flag = 1 THEN here ELSE 0 END), SUM(CASE WHEN val > 0 THEN here ELSE 0 END),
    SUM(CASE WHEN val > 0 THEN held ELSE 0 END), SUM(held * val), SUM(held * light), SUM(held), MIN(val), MAX(val)
FROM (
    SELECT n.k AS k, e.zone AS zone, e.kind AS kind, e.val AS val, e.flag AS flag, COALESCE(l.light, 0) AS light,
        CASE WHEN e.flag >= 0 AND e.ts >= :begins + n.k * {WINDOW_MS} THEN 1 ELSE 0 END AS here,
        (CASE WHEN e.until < :begins + (n.k + 1) * {WINDOW_MS} THEN e.until
            ELSE :begins + (n.k + 1) * {WINDOW_MS} END)
        - (CASE WHEN e.ts > :begins + n.k * {WINDOW_MS} THEN e.ts ELSE :begins + n.k * {WINDOW_MS} END) AS held
    FROM (
        SELECT src, zone, kind, val, flag, ts,
            COALESCE(LEAD(ts) OVER (PARTITION BY src, kind ORDER BY ts), :ends) AS until
        FROM smart_lighting_event WHERE ts >= :begins AND ts < :ends
    ) e
    CROSS JOIN smart_lighting_number n
    LEFT JOIN smart_lighting_number l ON e.kind = {int(Signal.LEVEL)} AND l.k = e.val
    WHERE e.val >= 0 AND n.k >= :first AND n.k < :last
        AND e.ts < :begins + (n.k + 1) * {WINDOW_MS} AND e.until > :begins + n.k * {WINDOW_MS}
) held
GROUP BY k, zone, kind
""")


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did."""

    windows: int = 0
    rows: int = 0
    more: bool = False
    """There is more to be done."""


def aggregate(connection: Connection, now_ms: int, *, hours: int = HOURS_PER_STEP) -> Step:
    """Condense hours that are marked, then what is new up to the last whole window; a few at a time."""
    upto = now_ms - now_ms % WINDOW_MS
    aggregated = read_watermark(connection, Watermark.AGGREGATED)
    if aggregated is None:
        return Step()
    windows = rows = 0
    for hour in _marked(connection, hours):
        last = min(WINDOWS_PER_HOUR, (aggregated - hour * HOUR_MS) // WINDOW_MS)
        rows += _windows(connection, hour, 0, last)
        windows += last
        hours -= 1
    while hours > 0 and aggregated < upto:
        hour = aggregated // HOUR_MS
        first = aggregated % HOUR_MS // WINDOW_MS
        last = min(WINDOWS_PER_HOUR, (upto - hour * HOUR_MS) // WINDOW_MS)
        rows += _windows(connection, hour, first, last)
        windows += last - first
        aggregated = hour * HOUR_MS + last * WINDOW_MS
        hours -= 1
    write_watermark(connection, Watermark.AGGREGATED, aggregated)
    return Step(windows, rows, more=aggregated < upto or bool(_marked(connection, 1, keep=True)))


def mark_range(connection: Connection, start_ms: int | None, end_ms: int | None) -> int:
    """Let everything between two instants be condensed again, as far as there are events; return how many hours."""
    floor = read_watermark(connection, Watermark.RAW_FLOOR) or 0
    aggregated = read_watermark(connection, Watermark.AGGREGATED)
    oldest, newest = connection.execute(select(func.min(event.c.ts), func.max(event.c.ts))).one()
    if aggregated is None or oldest is None:
        return 0
    first = int(max(floor, oldest, start_ms or 0)) // HOUR_MS
    last = int(min(aggregated - 1, newest, (end_ms or aggregated) - 1)) // HOUR_MS
    mark_hours(connection, range(first, last + 1))
    return max(0, last + 1 - first)


def _windows(connection: Connection, hour: int, first: int, last: int) -> int:
    """Make the windows of an hour anew, from the `first` up to the `last`, and return their rows."""
    if last <= first:
        return 0
    hour_window = hour * WINDOWS_PER_HOUR
    connection.execute(_DELETE, {"first": hour_window + first, "last": hour_window + last})
    made = connection.execute(
        _INSERT,
        {
            "hour_window": hour_window,
            "begins": hour * HOUR_MS,
            "ends": (hour + 1) * HOUR_MS,
            "first": first,
            "last": last,
        },
    )
    return int(made.rowcount)


def _marked(connection: Connection, most: int, *, keep: bool = False) -> list[int]:
    """Return hours that are marked, oldest first, and unmark them; those below the raw floor are frozen."""
    floor = read_watermark(connection, Watermark.RAW_FLOOR) or 0
    # Not hour * HOUR_MS: PostgreSQL multiplies two integers in 32 bits.
    connection.execute(delete(dirty_hour).where(dirty_hour.c.hour < -(-floor // HOUR_MS)))
    found = list(connection.execute(select(dirty_hour.c.hour).order_by(dirty_hour.c.hour).limit(most)).scalars())
    if found and not keep:
        connection.execute(delete(dirty_hour).where(dirty_hour.c.hour.in_(found)))
    return found
