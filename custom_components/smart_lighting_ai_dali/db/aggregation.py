"""Condense events into features: additive, time-weighted statistics of one signal of a zone over five minutes.

A window is always made whole from its events, never counted on: doing it twice gives the same rows. Each hour begins
with a keyframe of every source, so an hour needs no other. One text runs on SQLite, MariaDB and PostgreSQL.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import time
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, text

from .carried import carry, require_carried
from .dirty_hours import mark_hours, marked_hours, unmark_before, unmark_hours
from .hour_statistics import LOOK_BACK_HOURS, condense_hours
from .migrations import require_version
from .schema import HOUR_MS, WINDOW_MS, WINDOWS_PER_HOUR, event
from .signals import BRIGHTEST, FIRST_INSTANT, Cause, Signal
from .watermarks import Watermark, forget_watermark, read_watermark, read_watermarks, write_watermark

# A step has to be short: it holds up everything else that the recorder writes.
HOURS_PER_STEP: Final = 2
# A step begins nothing that would end after this, in seconds, judged by what it has done before.
LONG_STEP: Final = 0.02
# As many windows are made at once as have so many events: some ten milliseconds on a slow machine, and at least one.
EVENTS_PER_PART: Final = 1000

# The first event that is one too many.
_BEYOND: Final = text(
    "SELECT ts FROM smart_lighting_event WHERE ts >= :since AND ts < :ends ORDER BY ts LIMIT 1 OFFSET :most"
)
_DELETE: Final = text("DELETE FROM smart_lighting_feature WHERE win >= :first AND win < :last")
_DELETE_ZONES: Final = text(f"{_DELETE.text} AND zone IN :zones").bindparams(bindparam("zones", expanding=True))
# A window, a zone and a signal in one number: sorting by one is a third quicker than by three.
_KINDS: Final = 64
_ZONES: Final = 1 << 20
_KEYS: Final = _KINDS * _ZONES
# How long a value held is from its event to the next of its source; it is shared out among the windows that it lies in.
# Of what was before the first window only the last event of each source is needed, which was carried there.
# CROSS JOIN fixes SQLite's order: the other way round it would work out the inner query for each window.
# What only signals of one kind have is one sum, which then goes into the column of that kind.
_SELECT: Final = f"""
INSERT INTO smart_lighting_feature (
    win, zone, kind, n, n_manual, n_pos, pos_ms, val_ms, light_ms, src_ms, vmin, vmax, square_ms, unknown_ms
)
SELECT :hour_window + (g - g % {_KEYS}) / {_KEYS}, (g % {_KEYS} - g % {_KINDS}) / {_KINDS}, g % {_KINDS},
    SUM(here), SUM(CASE WHEN flag = {int(Cause.MANUAL)} THEN here ELSE 0 END),
    SUM(CASE WHEN val > 0 THEN here ELSE 0 END),
    SUM(CASE WHEN val > 0 THEN held ELSE 0 END), SUM(CASE WHEN val > 0 THEN held * val ELSE 0 END),
    CASE WHEN g % {_KINDS} = {int(Signal.LEVEL)} THEN SUM(held * own) ELSE 0 END,
    SUM(CASE WHEN val >= 0 THEN held ELSE 0 END), MIN(CASE WHEN val >= 0 THEN val END), MAX(val),
    CASE WHEN g % {_KINDS} = {int(Signal.ILLUMINANCE)} THEN SUM(held * own) ELSE 0 END,
    SUM(CASE WHEN val < 0 THEN held ELSE 0 END)
FROM (
    SELECT ({{k}} * {_ZONES} + e.zone) * {_KINDS} + e.kind AS g, e.val AS val, e.flag AS flag,
        CASE WHEN e.kind <> {int(Signal.ILLUMINANCE)} THEN COALESCE(l.light, 0)
            WHEN e.val > 0 AND e.val <= {BRIGHTEST} THEN (e.val + 0 * e.since) * e.val ELSE 0 END AS own,
        CASE WHEN e.flag >= 0 AND e.val >= 0 AND e.since >= {{start_ms}} THEN 1 ELSE 0 END AS here,
        {{until}} - (CASE WHEN e.since > {{start_ms}} THEN e.since ELSE {{start_ms}} END) AS held
    FROM (
        SELECT zone, kind, val, flag, ts - :begins AS since,
            COALESCE(LEAD(ts) OVER (PARTITION BY src, kind ORDER BY ts), :ends) - :begins AS until
        FROM (
            SELECT src, zone, kind, val, flag, ts FROM smart_lighting_event
            WHERE ts >= :since AND ts < :ends AND kind < {FIRST_INSTANT}
            UNION ALL
            SELECT b.src, b.zone, b.kind, b.val, b.flag, b.ts
            FROM smart_lighting_carried was
            CROSS JOIN smart_lighting_event b
            WHERE was.ts >= :hour_begins AND was.ts < :since AND b.ts = was.ts AND b.src = was.src AND b.kind = was.kind
        ) told
    ) e
    {{windows}}
    LEFT JOIN smart_lighting_number l ON e.kind = {int(Signal.LEVEL)} AND l.k = e.val
    {{lies_in}} {{zones}}
) held
GROUP BY g
HAVING MAX(val) >= 0
"""
_SEVERAL: Final = {
    "k": "w.k",
    "start_ms": "w.start_ms",
    "until": f"(CASE WHEN e.until < w.start_ms + {WINDOW_MS} THEN e.until ELSE w.start_ms + {WINDOW_MS} END)",
    "windows": "CROSS JOIN smart_lighting_window w",
    "lies_in": f"WHERE w.start_ms > e.since - {WINDOW_MS} AND w.start_ms < e.until AND w.k >= :first AND w.k < :last",
}
# Most often it is one, as each is over: it takes a quarter less where nothing has to be shared out.
_ONE: Final = {"k": "0", "start_ms": "0", "until": "e.until", "windows": "", "lies_in": "WHERE e.until > 0"}
_INSERT_ONE: Final = text(_SELECT.format(**_ONE, zones=""))
_INSERT: Final = text(_SELECT.format(**_SEVERAL, zones=""))
_INSERT_ZONES: Final = text(_SELECT.format(**_SEVERAL, zones="AND e.zone IN :zones")).bindparams(
    bindparam("zones", expanding=True)
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did."""

    windows: int = 0
    rows: int = 0
    more: bool = False
    """There is more to be done."""


def aggregate(connection: Connection, now_ms: int, *, hours: int = HOURS_PER_STEP) -> Step:
    """Condense hours that are marked, then what is new up to the last whole window; a few at a time.

    Raises SchemaTooNewError.
    """
    require_version(connection)
    upto = now_ms - now_ms % WINDOW_MS
    watermarks = read_watermarks(connection)
    aggregated = watermarks.get(Watermark.AGGREGATED)
    if aggregated is None:
        return Step()
    floor = watermarks.get(Watermark.RAW_FLOOR)
    turn = _Turn(connection, hours, floor)
    if floor:
        # Hours below it are frozen.
        unmark_before(connection, floor)
    redone: int | None = watermarks.get(Watermark.REDONE)
    for hour in marked_hours(connection, hours):
        begins = hour * HOUR_MS
        first = 0 if redone is None or (redone - 1) // HOUR_MS != hour else (redone - begins) // WINDOW_MS
        last = _windows_before(hour, aggregated)
        first = turn.make_windows(hour, first, last)
        if first < last or not turn.finish(hour, whole=last == WINDOWS_PER_HOUR):
            if first:
                write_watermark(connection, Watermark.REDONE, begins + first * WINDOW_MS)
            break
        unmark_hours(connection, (hour,))
        if redone is not None:
            forget_watermark(connection, Watermark.REDONE)
            redone = None
    while turn.has_time and aggregated < upto:
        hour = aggregated // HOUR_MS
        last = turn.make_windows(hour, aggregated % HOUR_MS // WINDOW_MS, _windows_before(hour, upto))
        aggregated = hour * HOUR_MS + last * WINDOW_MS
        if last == WINDOWS_PER_HOUR and not turn.finish(hour, whole=True):
            # Its statistics are all that is left of it.
            mark_hours(connection, (hour,))
            write_watermark(connection, Watermark.REDONE, aggregated)
    write_watermark(connection, Watermark.AGGREGATED, aggregated)
    return Step(turn.windows, turn.rows, more=aggregated < upto or bool(marked_hours(connection, 1)))


def rebuild_zones(connection: Connection, hours: Collection[int], zones: Collection[int]) -> Step:
    """Condense hours anew for some zones alone, by their numbers; as far as hours were condensed before.

    Raises SchemaTooNewError.
    """
    require_version(connection)
    aggregated = read_watermark(connection, Watermark.AGGREGATED) or 0
    windows = rows = 0
    for hour in hours:
        last = _windows_before(hour, aggregated)
        rows += _windows(connection, hour, 0, last, zones)
        windows += last
    _condense_whole_hours(connection, hours, aggregated)
    return Step(windows, rows)


def hours_between(connection: Connection, start_ms: int | None, end_ms: int | None) -> range:
    """Return the hours, counted from 1970, that can be condensed anew: those with events, down to the raw floor."""
    floor = read_watermark(connection, Watermark.RAW_FLOOR) or 0
    aggregated = read_watermark(connection, Watermark.AGGREGATED)
    oldest, newest = connection.execute(select(func.min(event.c.ts), func.max(event.c.ts))).one()
    if aggregated is None or oldest is None:
        return range(0)
    first = -(-int(max(floor, oldest - oldest % HOUR_MS, (start_ms or 0) // HOUR_MS * HOUR_MS)) // HOUR_MS)
    last = int(min(aggregated - 1, newest, (end_ms or aggregated) - 1)) // HOUR_MS
    return range(first, last + 1)


def _windows_before(hour: int, instant: int) -> int:
    """Return how many windows of an hour are over at an instant."""
    return max(0, min(WINDOWS_PER_HOUR, (instant - hour * HOUR_MS) // WINDOW_MS))


def _end_of_part(connection: Connection, hour: int, first: int, last: int) -> int:
    """Return up to which window of an hour, from the `first` up to the `last`, there are few enough events."""
    begins = hour * HOUR_MS
    beyond = connection.execute(
        _BEYOND,
        {"since": begins + first * WINDOW_MS, "ends": begins + last * WINDOW_MS, "most": EVENTS_PER_PART},
    ).scalar_one_or_none()
    return last if beyond is None else max(first + 1, (beyond - begins) // WINDOW_MS)


def _windows(connection: Connection, hour: int, first: int, last: int, zones: Collection[int] | None = None) -> int:
    """Make the windows of an hour anew, from the `first` up to the `last`, and return their rows."""
    if last <= first:
        return 0
    hour_window = hour * WINDOWS_PER_HOUR
    begins = hour * HOUR_MS
    since, ends = begins + first * WINDOW_MS, begins + last * WINDOW_MS
    if first:
        require_carried(connection, begins, since)
    span: dict[str, Any] = {"hour_begins": begins, "since": since, "ends": ends}
    if zones is not None:
        delete, insert = _DELETE_ZONES, _INSERT_ZONES
        span["zones"] = list(zones)
    else:
        delete, insert = _DELETE, _INSERT_ONE if last == first + 1 else _INSERT
    connection.execute(delete, {"first": hour_window + first, "last": hour_window + last, **span})
    # Instants are counted from where its windows are: those of an hour from its start, and one from its own.
    if insert is _INSERT_ONE:
        span |= {"hour_window": hour_window + first, "begins": since}
    else:
        span |= {"hour_window": hour_window, "begins": begins, "first": first, "last": last}
    made = connection.execute(insert, span)
    if last < WINDOWS_PER_HOUR:
        carry(connection, since, ends, anew=first == 0)
    return int(made.rowcount)


def _condense_whole_hours(connection: Connection, hours: Iterable[int], aggregated: int) -> None:
    """Make the statistics of those hours that are over and not frozen."""
    floor = read_watermark(connection, Watermark.RAW_FLOOR)
    whole = [
        hour
        for hour in hours
        if _windows_before(hour, aggregated) == WINDOWS_PER_HOUR and hour >= _first_with_statistics(floor)
    ]
    if whole:
        condense_hours(connection, whole)


def _first_with_statistics(floor: int | None) -> int:
    """Return the first hour whose statistics can be made: one that needs events from below the raw floor is frozen."""
    return 0 if floor is None else floor // HOUR_MS + LOOK_BACK_HOURS


class _Turn:
    """What one step does: something, and then as much as there is time for."""

    def __init__(self, connection: Connection, hours: int, floor: int | None) -> None:
        self.windows = 0
        self.rows = 0
        self._connection = connection
        self._hours_left = hours
        self._first_with_statistics = _first_with_statistics(floor)
        self._ends = time.monotonic() + LONG_STEP
        self._longest: float | None = None

    @property
    def has_time(self) -> bool:
        """Tell whether something further may be begun."""
        if self._longest is None:
            return True
        return self._hours_left > 0 and time.monotonic() + self._longest < self._ends

    @contextmanager
    def _taking_time(self) -> Iterator[None]:
        """Take note of how long something takes."""
        begun = time.monotonic()
        yield
        self._longest = max(self._longest or 0.0, time.monotonic() - begun)

    def make_windows(self, hour: int, first: int, last: int) -> int:
        """Make windows of an hour as far as there is time; return the first that is left."""
        while first < last and self.has_time:
            with self._taking_time():
                upto = _end_of_part(self._connection, hour, first, last)
                self.rows += _windows(self._connection, hour, first, upto)
            self.windows += upto - first
            first = upto
        return first

    def finish(self, hour: int, *, whole: bool) -> bool:
        """Make the statistics of an hour that is over; return False where there is no time left for that."""
        if whole and hour >= self._first_with_statistics:
            if not self.has_time:
                return False
            with self._taking_time():
                condense_hours(self._connection, (hour,))
        self._hours_left -= 1
        return True
