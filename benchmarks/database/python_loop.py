"""The peer of condensing in SQL: one loop in Python over all events, which makes the same rows.

It holds the interpreter while it works, so in Home Assistant it would hold up everything else as well. What it makes is
compared row by row with what the product makes; where the product learns something new, so has this.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import Connection, Table, delete, select

from custom_components.smart_lighting_ai_dali.db.pruning import DAY_MS
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, NUMBERS, WINDOW_MS, event, light_of
from custom_components.smart_lighting_ai_dali.db.signals import Cause, Signal

from .building import Row, put
from .python_statistics import HourStatistics

_LIGHTS: Final = [light_of(level) for level in range(NUMBERS)]
_BRIGHTEST: Final = 200_000
_LEVEL: Final = int(Signal.LEVEL)
_ILLUMINANCE: Final = int(Signal.ILLUMINANCE)
_KEYFRAME: Final = int(Cause.KEYFRAME)
_MANUAL: Final = int(Cause.MANUAL)

type Value = tuple[int, int, int, int, int]
"""What a source said: signal, zone, value, cause, and when."""
type Sums = dict[tuple[int, int, int], list[int]]
"""By window, zone and signal: the columns of a feature, of which the smallest value is -1 while none is known."""


def condense(connection: Connection, features: Table, statistics: Table, start: int, end: int) -> None:
    """Make the features and the statistics of all events from `start` to `end`, both whole hours, a day at a time."""
    hours = HourStatistics()
    for day in range(start, end, DAY_MS):
        until = min(end, day + DAY_MS)
        rows = (
            connection.execute(select(event).where(event.c.ts >= day, event.c.ts < until).order_by(event.c.ts))
            .tuples()
            .all()
        )
        connection.execute(
            delete(features).where(features.c.win >= day // WINDOW_MS, features.c.win < until // WINDOW_MS)
        )
        connection.execute(
            delete(statistics).where(statistics.c.hour >= day // HOUR_MS, statistics.c.hour < until // HOUR_MS)
        )
        made: list[tuple[int, ...]] = []
        added: list[tuple[int, ...]] = []
        for hour, some in _by_hour(rows):
            made += _features(some, (hour + 1) * HOUR_MS)
            added += hours.condense(some, hour)
        put(connection, made, features)
        put(connection, added, statistics)
        connection.commit()


def _by_hour(rows: Iterable[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Return the rows of each hour that has any."""
    some: list[Row] = []
    ends = 0
    for row in rows:
        if row[0] >= ends:
            if some:
                yield ends // HOUR_MS - 1, some
            some = []
            ends = (row[0] // HOUR_MS + 1) * HOUR_MS
        some.append(row)
    if some:
        yield ends // HOUR_MS - 1, some


def _features(rows: Iterable[Row], ends: int) -> Iterator[tuple[int, ...]]:
    """Return the features of an hour, from its rows in the order of their time."""
    sums: Sums = defaultdict(lambda: [0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0])
    last: dict[int, Value] = {}
    for at, source, kind, zone, value, flag in rows:
        key = source << 6 | kind
        if (before := last.get(key)) is not None:
            _hold(sums, before, at)
        last[key] = kind, zone, value, flag, at
    for before in last.values():
        _hold(sums, before, ends)
    return ((*key, *columns) for key, columns in sums.items() if columns[7] >= 0)


def _hold(sums: Sums, what: Value, until: int) -> None:
    """Add what a value adds to each window in which it held."""
    kind, zone, value, flag, since = what
    window = since // WINDOW_MS
    first = window
    while since < until:
        ends = (window + 1) * WINDOW_MS
        held = (min(ends, until)) - since
        columns = sums[window, zone, kind]
        if value < 0:
            columns[10] += held
        else:
            columns[6] += held
            if value:
                columns[3] += held
                columns[4] += held * value
                if kind == _LEVEL:
                    columns[5] += held * (_LIGHTS[value] if value < NUMBERS else 0)
                elif kind == _ILLUMINANCE and value <= _BRIGHTEST:
                    columns[9] += held * value * value
            if not 0 <= columns[7] <= value:
                columns[7] = value
            columns[8] = max(columns[8], value)
            if window == first and flag != _KEYFRAME:
                columns[0] += 1
                if flag == _MANUAL:
                    columns[1] += 1
                if value:
                    columns[2] += 1
        since = ends
        window += 1
