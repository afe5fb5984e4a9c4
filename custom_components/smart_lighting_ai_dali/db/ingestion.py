"""Put events into the database; what comes late marks its hour, so that it is condensed again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from sqlalchemy import Connection, select, text

from .carried import forget_carried
from .dirty_hours import mark_hours
from .hour_statistics import LOOK_BACK_HOURS
from .migrations import require_version
from .schema import HOUR_MS, source
from .signals import Event, Observation, Signal
from .watermarks import Watermark, read_watermarks, write_watermark

_COLUMNS: Final = ("ts", "src", "kind", "zone", "val", "flag")
_NEWER: Final = "zone = excluded.zone, val = excluded.val, flag = excluded.flag"
_TABLE: Final = f"smart_lighting_event ({', '.join(_COLUMNS)})"
# As the drivers themselves write it: what SQLAlchemy does for each row costs as much as the row.
_INSERT: Final = {
    "sqlite": f"INSERT INTO {_TABLE} VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (ts, src, kind) DO UPDATE SET {_NEWER}",
    "mysql": (
        f"INSERT INTO {_TABLE} VALUES (%s, %s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE zone = VALUES(zone), val = VALUES(val), flag = VALUES(flag)"
    ),
}
# One statement with arrays is four times as fast here as one for each row.
_INSERT_ARRAYS: Final = text(
    f"INSERT INTO {_TABLE} SELECT * FROM unnest(CAST(:ts AS BIGINT[]), CAST(:src AS INTEGER[]),"
    " CAST(:kind AS SMALLINT[]), CAST(:zone AS INTEGER[]), CAST(:val AS INTEGER[]), CAST(:flag AS SMALLINT[]))"
    f" ON CONFLICT (ts, src, kind) DO UPDATE SET {_NEWER}"
)


class NameKind(IntEnum):
    """What a name in `smart_lighting_source` is one of; the numbers stand in the database."""

    SOURCE = 1
    ZONE = 2


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a batch."""

    rows: int
    too_late: int
    """Events from before the raw floor: what they belong to is frozen."""


def insert_events(connection: Connection, events: Sequence[Event]) -> Ingested:
    """Write a batch of events; one that is there already gets the newer value. Raises SchemaTooNewError."""
    require_version(connection)
    watermarks = read_watermarks(connection)
    floor = watermarks.get(Watermark.RAW_FLOOR, 0)
    kept = [event for event in events if event.time >= floor]
    if kept:
        _insert(connection, kept)
        aggregated = watermarks.get(Watermark.AGGREGATED)
        if aggregated is None:
            first = min(event.time for event in kept)
            write_watermark(connection, Watermark.AGGREGATED, first - first % HOUR_MS)
        else:
            late = {hour for event in kept if event.time < aggregated for hour in _hours_told_by(event)}
            mark_hours(connection, {hour for hour in late if hour * HOUR_MS < aggregated})
        forget_carried(connection, watermarks.get(Watermark.CARRIED), (event.time for event in kept))
        alive, newest = watermarks.get(Watermark.ALIVE, 0), max(event.time for event in kept)
        if newest > alive:
            write_watermark(connection, Watermark.ALIVE, newest)
    return Ingested(len(kept), len(events) - len(kept))


def _hours_told_by(event: Event) -> range:
    """Return the hours in which an event has a part: how long a room was empty may be told hours later."""
    hour = event.time // HOUR_MS
    return range(hour, hour + (1 + LOOK_BACK_HOURS if event.signal is Signal.OCCUPANCY else 1))


def numbered(
    connection: Connection, observations: Iterable[Observation], numbers: dict[tuple[NameKind, str], int]
) -> list[Event]:
    """Return observations as events; `numbers` keeps those of sources and zones that were looked up before."""

    def number(kind: NameKind, name: str) -> int:
        if (found := numbers.get((kind, name))) is None:
            found = numbers[kind, name] = number_of_source(connection, kind, name)
        return found

    return [
        Event(
            time=one.time,
            source=number(NameKind.SOURCE, one.source),
            signal=one.signal,
            zone=number(NameKind.ZONE, one.zone),
            value=one.value,
            cause=one.cause,
        )
        for one in observations
    ]


def number_of_source(connection: Connection, kind: int, name: str) -> int:
    """Return the number of a source or a zone; it gets one when it has none."""
    found = connection.execute(
        select(source.c.source_id).where(source.c.kind == kind, source.c.name == name)
    ).scalar_one_or_none()
    if found is not None:
        return int(found)
    key = connection.execute(source.insert().values(kind=kind, name=name)).inserted_primary_key
    if key is None:
        raise RuntimeError("the database gave a source no number")
    return int(key[0])


def _insert(connection: Connection, events: Sequence[Event]) -> None:
    rows = [(one.time, one.source, int(one.signal), one.zone, one.value, int(one.cause)) for one in events]
    if connection.dialect.name == "postgresql":
        columns: dict[str, Any] = dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
        connection.execute(_INSERT_ARRAYS, columns)
    else:
        connection.exec_driver_sql(_INSERT[connection.dialect.name], rows)
