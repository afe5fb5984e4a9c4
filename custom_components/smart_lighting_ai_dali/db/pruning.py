"""Delete what is older than it has to be kept, a few thousand rows at a time."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, case, delete, func, select

from .schema import HOUR_MS, WINDOW_MS, event, feature
from .watermarks import Watermark, read_watermark, write_watermark

# As many rows as a step takes milliseconds for, on every engine.
ROWS_PER_STEP: Final = 4000
DAY_MS: Final = 86_400_000
# A clock that is wrong would have far more deleted than a night's worth.
_LARGEST_PART: Final = 0.2


class ClockDoubtfulError(Exception):
    """So much would be deleted that the clock must be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long to keep events and features, in days."""

    events: int = 30
    features: int = 90


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one step deleted."""

    events: int = 0
    features: int = 0
    more: bool = False


def check_clock(connection: Connection, now_ms: int, keep: Keep) -> None:
    """Look at all events, which takes a while, whether the clock can be right; only reads.

    Raises ClockDoubtfulError where more than a fifth of the events would go, or the newest of them is from the future.
    """
    cut = _event_cut(now_ms, keep)
    total, old, newest = connection.execute(
        select(func.count(), func.sum(case((event.c.ts < cut, 1), else_=0)), func.max(event.c.ts)).select_from(event)
    ).one()
    if total and newest > now_ms + DAY_MS:
        raise ClockDoubtfulError("there are events from the future: the clock went back")
    if total > ROWS_PER_STEP and int(old or 0) > total * _LARGEST_PART:
        raise ClockDoubtfulError(f"{int(old)} of {total} events would be deleted")


def raise_floor(connection: Connection, now_ms: int, keep: Keep) -> None:
    """Set the raw floor before anything is deleted: nothing is condensed from hours that are half gone."""
    floor = read_watermark(connection, Watermark.RAW_FLOOR) or 0
    write_watermark(connection, Watermark.RAW_FLOOR, max(floor, _event_cut(now_ms, keep)))


def prune(connection: Connection, now_ms: int, keep: Keep) -> Pruned:
    """Delete up to a few thousand of the oldest rows that are due."""
    events = _delete_oldest(connection, event, event.c.ts, _event_cut(now_ms, keep))
    cut = (now_ms - keep.features * DAY_MS) // WINDOW_MS
    features = 0 if events else _delete_oldest(connection, feature, feature.c.win, cut)
    return Pruned(events, features, more=bool(events or features))


def _event_cut(now_ms: int, keep: Keep) -> int:
    """Return the instant before which events go: a whole hour, since hours are condensed whole."""
    cut = now_ms - keep.events * DAY_MS
    return cut - cut % HOUR_MS


def _delete_oldest(connection: Connection, table: Table, column: Column[Any], cut: int) -> int:
    """Delete the oldest rows below a cut, about as many as a step may take."""
    bound = connection.execute(
        select(column).where(column < cut).order_by(column).limit(1).offset(ROWS_PER_STEP)
    ).scalar_one_or_none()
    oldest = connection.execute(select(func.min(column)).where(column < cut)).scalar_one_or_none()
    if oldest is None:
        return 0
    # Rows of one instant go together, however many there are.
    until = cut if bound is None else max(bound, oldest + 1)
    return connection.execute(delete(table).where(column < until)).rowcount
