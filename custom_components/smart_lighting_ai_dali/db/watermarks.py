"""How far each job is: instants in milliseconds, in the database beside what they speak of."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, update

from .schema import watermark


class Watermark(StrEnum):
    """What is remembered of the jobs."""

    AGGREGATED = "aggregated_ms"
    """Windows before this are condensed."""
    RAW_FLOOR = "raw_floor_ms"
    """Events before this are, or may be, gone: nothing is condensed anew from there."""
    ALIVE = "alive_ms"
    """Up to this events were collected: after a stop, what follows is unknown until the next start."""
    BACKFILLED = "backfilled_ms"
    """Up to this the recorder's own history was taken over."""
    REDONE = "redone_ms"
    """Up to this the oldest hour that is marked is condensed again; gone when there is none that was begun."""
    CARRIED = "carried_ms"
    """Up to this `smart_lighting_carried` says what each source said last; gone when something came late."""
    COLLECTED_FROM = "collected_from_ms"
    """From this on events are of our own collecting: history ends here."""


# Made once: SQLAlchemy takes longer to make a statement than the database takes for it.
_READ_ALL: Final = select(watermark.c.name, watermark.c.val)
_READ: Final = select(watermark.c.val).where(watermark.c.name == bindparam("which"))
_FORGET: Final = delete(watermark).where(watermark.c.name == bindparam("which"))
_UPDATE: Final = update(watermark).where(watermark.c.name == bindparam("which")).values(val=bindparam("instant"))


def read_watermark(connection: Connection, name: Watermark) -> int | None:
    """Return an instant, None where there is none yet."""
    return connection.execute(_READ, {"which": name.value}).scalar_one_or_none()


def read_watermarks(connection: Connection) -> Mapping[str, int]:
    """Return all instants that there are, at the cost of one."""
    return {name: int(val) for name, val in connection.execute(_READ_ALL)}


def forget_watermark(connection: Connection, name: Watermark) -> None:
    """Have no such instant any more."""
    connection.execute(_FORGET, {"which": name.value})


def write_watermark(connection: Connection, name: Watermark, value: int) -> None:
    """Remember an instant."""
    if not connection.execute(_UPDATE, {"which": name.value, "instant": value}).rowcount:
        connection.execute(watermark.insert().values(name=name.value, val=value))
