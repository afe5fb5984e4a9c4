"""A building whose history is known: what happens in twelve zones with their lights, motion and light sensors.

The same seed makes the same history. Each hour begins with what every source says; between that, people come and go in
bursts: somebody moves, lights change, and the light sensor sees it.
"""

from collections.abc import Iterable, Iterator
from itertools import batched
import random
from typing import Final

from sqlalchemy import Connection, Engine, Table, text

from custom_components.smart_lighting_ai_dali.db.ingestion import NameKind, number_of_source
from custom_components.smart_lighting_ai_dali.db.pruning import DAY_MS
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, event
from custom_components.smart_lighting_ai_dali.db.signals import UNKNOWN, Cause, Signal
from custom_components.smart_lighting_ai_dali.db.watermarks import Watermark, write_watermark

ZONES: Final = 12
# The sources of a zone; the last two are what the room as a whole says.
_KINDS: Final = tuple(
    int(signal)
    for signal in (
        *[Signal.LEVEL] * 4,
        Signal.MOTION,
        Signal.ILLUMINANCE,
        Signal.OCCUPANCY,
        Signal.LIGHT,
    )
)
SOURCES_PER_ZONE: Final = len(_KINDS)
SOURCES: Final = ZONES * SOURCES_PER_ZONE
DAYS: Final = 30
START: Final = 1_780_000_000_000 // DAY_MS * DAY_MS
SEED: Final = 62386

type Row = tuple[int, int, int, int, int, int]
"""An event as its table has it: ts, src, kind, zone, val, flag."""

_SWITCHES: Final = frozenset({int(Signal.MOTION), int(Signal.OCCUPANCY)})
# What the values of the others stay below.
_BELOW: Final = {int(Signal.LEVEL): 255, int(Signal.ILLUMINANCE): 1000, int(Signal.LIGHT): 100_001}
# How much happens in each hour of a day in an office.
_BUSY: Final = (1, 1, 1, 1, 1, 2, 6, 14, 20, 20, 18, 18, 16, 18, 20, 18, 16, 14, 10, 6, 4, 3, 2, 1)
# A table of a few hundred rows is no history: at most half of them are what every source says each hour.
_LEAST_PER_HOUR: Final = 2 * SOURCES
_BURST_MS: Final = 20_000
# The part of events that a person caused: 1, what `Cause.MANUAL` is, and not 0, `Cause.AUTOMATIC`.
_MANUAL: Final = 0.1
_SWITCHED_OFF: Final = 0.5
_UNAVAILABLE: Final = 0.002
_ROWS_PER_INSERT: Final = 20_000


class Building:
    """Makes rows of events, one hour after the other."""

    def __init__(self, sources: list[int], zones: list[int]) -> None:
        self._chance = random.Random(SEED)
        self._sources = [
            (source, _KINDS[number % SOURCES_PER_ZONE], zones[number // SOURCES_PER_ZONE])
            for number, source in enumerate(sources)
        ]
        self._values = [0] * SOURCES
        # Who takes part in a burst, and in which order: drawn beforehand, since millions of bursts are made.
        self._parts = [
            self._chance.sample(range(SOURCES_PER_ZONE), self._chance.randint(1, SOURCES_PER_ZONE)) for _ in range(1000)
        ]

    def hour(self, begins: int, rows: int, length: int = HOUR_MS) -> list[Row]:
        """Return `rows` rows, in order: what every source says at `begins`, and what happens within `length`."""
        made = {
            (begins, number): (begins, source, kind, zone, self._values[number], int(Cause.KEYFRAME))
            for number, (source, kind, zone) in enumerate(self._sources)
        }
        return self._filled(made, begins, rows, length)

    def rest(self, begins: int, rows: int, length: int) -> list[Row]:
        """Return `rows` rows, in order, of what happens from `begins` on within `length`."""
        return self._filled({}, begins, rows, length)

    def _filled(self, made: dict[tuple[int, int], Row], begins: int, rows: int, length: int) -> list[Row]:
        chance, choice, values, value_of = self._chance.random, self._chance.choice, self._values, self._value
        while len(made) < rows:
            first = int(chance() * ZONES) * SOURCES_PER_ZONE
            burst = begins + 1 + int(chance() * (length - 1))
            for place in choice(self._parts)[: rows - len(made)]:
                at, number = burst + int(chance() * _BURST_MS), first + place
                if at < begins + length:
                    source, kind, zone = self._sources[number]
                    values[number] = value_of(kind, values[number])
                    made[at, number] = (at, source, kind, zone, values[number], int(chance() < _MANUAL))
        return sorted(made.values())

    def _value(self, kind: int, before: int) -> int:
        chance = self._chance.random
        if chance() < _UNAVAILABLE:
            return UNKNOWN
        if kind in _SWITCHES:
            return 1 - max(0, before)
        if kind == Signal.LEVEL and before > 0 and chance() < _SWITCHED_OFF:
            return 0
        return int(chance() * _BELOW[kind])


def number_of_hours(rows: int) -> int:
    """Return over how many hours so many rows are spread: thirty days, less where they are few."""
    return max(1, min(DAYS * 24, rows // _LEAST_PER_HOUR))


def end_of(rows: int) -> int:
    """Return when a history of so many rows ends."""
    return START + number_of_hours(rows) * HOUR_MS


def new_building(connection: Connection) -> Building:
    """Return a building whose sources and zones have their numbers in the database."""
    sources = [number_of_source(connection, NameKind.SOURCE, f"source {number}") for number in range(SOURCES)]
    zones = [number_of_source(connection, NameKind.ZONE, f"zone {number}") for number in range(ZONES)]
    return Building(sources, zones)


def history(building: Building, rows: int) -> Iterator[Row]:
    """Return so many rows, oldest first."""
    hours = number_of_hours(rows)
    happening = rows - hours * SOURCES
    weights = [_BUSY[hour % 24] for hour in range(hours)]
    total, done, so_far = sum(weights), 0, 0
    for hour, weight in enumerate(weights):
        so_far += weight
        upto = happening * so_far // total
        yield from building.hour(START + hour * HOUR_MS, SOURCES + upto - done)
        done = upto


def fill(engine: Engine, rows: int, *, times: int = 1) -> None:
    """Put a history of so many rows into the database, and say that all of it is condensed.

    With `times` that history is there more than once: the same again before itself, and again before that.
    """
    with engine.connect() as connection:
        put(connection, history(new_building(connection), rows))
        connection.commit()
        for time in range(1, times):
            connection.execute(
                text(
                    "INSERT INTO smart_lighting_event (ts, src, kind, zone, val, flag)"
                    " SELECT ts - :shift, src, kind, zone, val, flag FROM smart_lighting_event WHERE ts >= :start"
                ),
                {"shift": time * (end_of(rows) - START), "start": START},
            )
            connection.commit()
        write_watermark(connection, Watermark.AGGREGATED, end_of(rows))
        if connection.dialect.name == "postgresql":
            # It would do so by itself within minutes.
            connection.execute(text(f"ANALYZE {event.name}"))
        connection.commit()


def put(connection: Connection, rows: Iterable[tuple[int, ...]], table: Table = event) -> None:
    """Insert rows as fast as the driver can, without what the product does for each batch."""
    columns = [column.name for column in table.columns]
    into = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES "
    if connection.dialect.name == "sqlite":
        statement = f"{into} ({', '.join('?' * len(columns))})"
        for some in batched(rows, _ROWS_PER_INSERT, strict=False):
            connection.exec_driver_sql(statement, list(some))
    else:
        # One statement for thousands of rows: both drivers would send one for each row, or take their time to quote.
        for some in batched(rows, _ROWS_PER_INSERT, strict=False):
            connection.exec_driver_sql(into + ", ".join(map(str, some)))
