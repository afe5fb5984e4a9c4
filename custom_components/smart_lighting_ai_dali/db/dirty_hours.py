"""Hours, counted from 1970, that have to be condensed again."""

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from .schema import HOUR_MS, dirty_hour
from .watermarks import Watermark, forget_watermark, read_watermark

_MARKED: Final = select(dirty_hour.c.hour).order_by(dirty_hour.c.hour).limit(bindparam("most"))


def mark_hours(connection: Connection, hours: Iterable[int]) -> None:
    """Let hours be condensed again."""
    wanted = set(hours)
    if wanted:
        there = set(connection.execute(select(dirty_hour.c.hour).where(dirty_hour.c.hour.in_(wanted))).scalars())
        new = [{"hour": hour} for hour in sorted(wanted - there)]
        if new:
            connection.execute(dirty_hour.insert(), new)
        redone = read_watermark(connection, Watermark.REDONE)
        if redone is not None and (redone - 1) // HOUR_MS in wanted:
            # What was done of it is outdated.
            forget_watermark(connection, Watermark.REDONE)


def marked_hours(connection: Connection, most: int) -> list[int]:
    """Return hours that are marked, oldest first."""
    return list(connection.execute(_MARKED, {"most": most}).scalars())


def unmark_hours(connection: Connection, hours: Collection[int]) -> None:
    """Take note that hours were condensed."""
    connection.execute(delete(dirty_hour).where(dirty_hour.c.hour.in_(hours)))


def unmark_before(connection: Connection, instant_ms: int) -> None:
    """Leave alone what is not wholly after an instant."""
    # Not hour * HOUR_MS: PostgreSQL multiplies two integers in 32 bits.
    connection.execute(delete(dirty_hour).where(dirty_hour.c.hour < -(-instant_ms // HOUR_MS)))
