"""Delete what is older than it has to be kept, a few thousand rows at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import time
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, case, delete, func, select

from .migrations import require_version
from .schema import HOUR_MS, WINDOW_MS, decision, event, feature, statistic
from .watermarks import Watermark, read_watermark, write_watermark

# How many rows the first step takes, and the most that any does.
FIRST_ROWS: Final = 4000
MOST_ROWS: Final = 64_000
# How long a step should take, in seconds: what the recorder itself has to write waits for it.
STEP_SECONDS: Final = 0.01
DAY_MS: Final = 86_400_000
# A clock that is wrong would have far more deleted than a night's worth.
_LARGEST_PART: Final = 0.2
# Of fewer rows than this nobody can say what a part of them means.
_FEW_ROWS: Final = 500


class ClockDoubtfulError(Exception):
    """So much would be deleted that the clock must be wrong."""


class ClockWentBackError(ClockDoubtfulError):
    """There are events from the future; otherwise the clock is ahead."""


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
    rows_next: int = FIRST_ROWS
    """How many rows the next step takes: as many as this one did in the time that a step should take."""
    upto: Mapping[str, int] = field(default_factory=dict)
    """By table, the value of its time below which nothing is left: a step that knows it begins there. PostgreSQL would
    look at each row that is gone."""


_NOTHING: Final = Pruned()


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
        raise ClockWentBackError("there are events from the future: the clock went back")
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


def prune(connection: Connection, now_ms: int, keep: Keep, before: Pruned = _NOTHING) -> Pruned:
    """Delete some thousands of the oldest rows that are due, of one table; `before` is the step before.

    Raises SchemaTooNewError.
    """
    begun = time.monotonic()
    require_version(connection)
    upto = dict(before.upto)
    for due in _due(keep):
        name = due.table.name
        deleted, upto[name] = _delete_oldest(connection, due, due.cut(now_ms), upto.get(name), before.rows_next)
        if deleted:
            return Pruned(
                events=deleted if due.table is event else 0,
                features=deleted if due.table in {feature, statistic} else 0,
                decisions=deleted if due.table is decision else 0,
                more=True,
                rows_next=_rows_next(before.rows_next, time.monotonic() - begun),
                upto=upto,
            )
    return Pruned(upto=upto)


def _rows_next(rows: int, seconds: float) -> int:
    """Return how many rows the next step takes, as one that may take so many took so long: at most twice as many."""
    return max(FIRST_ROWS // 4, min(MOST_ROWS, 2 * rows, int(rows * STEP_SECONDS / max(seconds, 0.001))))


def _delete_oldest(connection: Connection, due: _Due, cut: int, begins: int | None, rows: int) -> tuple[int, int]:
    """Delete the oldest rows below a cut, about so many; return how many, and what is gone."""

    def old(before: int) -> ColumnElement[bool]:
        return due.when < before if begins is None else and_(due.when >= begins, due.when < before)

    last = connection.execute(
        select(due.when).where(old(cut)).order_by(due.when).limit(1).offset(rows - 1)
    ).scalar_one_or_none()
    # Rows of one instant go together, however many there are.
    until = cut if last is None else last + 1
    return connection.execute(delete(due.table).where(old(until))).rowcount, until
