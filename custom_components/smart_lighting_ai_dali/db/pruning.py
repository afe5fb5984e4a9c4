"""Delete what is older than it has to be kept, a few thousand rows at a time."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, case, delete, func, select

from .migrations import require_version
from .schema import HOUR_MS, WINDOW_MS, decision, event, feature, statistic
from .watermarks import Watermark, read_watermark, write_watermark

# As many rows as a step takes milliseconds for, on every engine.
ROWS_PER_STEP: Final = 4000
DAY_MS: Final = 86_400_000
# A clock that is wrong would have far more deleted than a night's worth.
_LARGEST_PART: Final = 0.2
# Of fewer rows than this nobody can say what a part of them means.
_FEW_ROWS: Final = 500


class ClockDoubtfulError(Exception):
    """So much would be deleted that the clock must be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long to keep things, in days."""

    events: int = 30
    features: int = 90
    """Features and statistics."""
    decisions: int = 180


# Whatever is asked for, what is younger than this is left alone, in days.
LEAST: Final = Keep(events=7, features=30, decisions=30)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What one step deleted."""

    events: int = 0
    features: int = 0
    """Features and statistics."""
    decisions: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Due:
    """A table with a column that says when, in units of its own, and how long its rows are kept."""

    table: Table
    when: Column[Any]
    unit_ms: int
    whole_ms: int
    """Only whole spans of this length are deleted."""
    days: int
    least_days: int

    def cut(self, now_ms: int) -> int:
        """Return the value before which rows go."""
        before = now_ms - self.days * DAY_MS
        return (before - before % self.whole_ms) // self.unit_ms


def _due(keep: Keep) -> tuple[_Due, ...]:
    """Return the tables in the order in which they are pruned."""
    return (
        # Hours are condensed whole.
        _Due(event, event.c.ts, 1, HOUR_MS, keep.events, LEAST.events),
        _Due(feature, feature.c.win, WINDOW_MS, WINDOW_MS, keep.features, LEAST.features),
        _Due(statistic, statistic.c.hour, HOUR_MS, HOUR_MS, keep.features, LEAST.features),
        _Due(decision, decision.c.ts, 1, 1, keep.decisions, LEAST.decisions),
    )


def check_clock(connection: Connection, now_ms: int, keep: Keep) -> None:
    """Look at all tables, which takes a while, whether the clock can be right; only reads.

    Raises ClockDoubtfulError where the newest event is from the future, where anything would go that is not older than
    it by the least time, or where more than a fifth would go of a table that is still written.
    """
    newest = connection.execute(select(func.max(event.c.ts))).scalar()
    if newest is not None and newest > now_ms + DAY_MS:
        raise ClockDoubtfulError("there are events from the future: the clock went back")
    for due in _due(keep):
        cut = due.cut(now_ms)
        total, old, last = connection.execute(
            select(func.count(), func.sum(case((due.when < cut, 1), else_=0)), func.max(due.when)).select_from(
                due.table
            )
        ).one()
        if not old or newest is None:
            continue
        name = due.table.name.removeprefix("smart_lighting_")
        oldest_to_stay = newest - due.least_days * DAY_MS
        if cut * due.unit_ms > oldest_to_stay:
            raise ClockDoubtfulError(f"rows of the table {name} would be deleted that are too young for that")
        is_written = last * due.unit_ms > oldest_to_stay
        if is_written and total > _FEW_ROWS and int(old) > total * _LARGEST_PART:
            raise ClockDoubtfulError(f"{int(old)} of {total} rows of the table {name} would be deleted")


def raise_floor(connection: Connection, now_ms: int, keep: Keep) -> None:
    """Set the raw floor before anything is deleted: nothing is condensed from hours that are half gone.

    Raises SchemaTooNewError.
    """
    require_version(connection)
    floor = read_watermark(connection, Watermark.RAW_FLOOR) or 0
    write_watermark(connection, Watermark.RAW_FLOOR, max(floor, _due(keep)[0].cut(now_ms)))


def prune(connection: Connection, now_ms: int, keep: Keep) -> Pruned:
    """Delete up to a few thousand of the oldest rows that are due, of one table. Raises SchemaTooNewError."""
    require_version(connection)
    for due in _due(keep):
        if deleted := _delete_oldest(connection, due.table, due.when, due.cut(now_ms)):
            return Pruned(
                events=deleted if due.table is event else 0,
                features=deleted if due.table in {feature, statistic} else 0,
                decisions=deleted if due.table is decision else 0,
                more=True,
            )
    return Pruned()


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
