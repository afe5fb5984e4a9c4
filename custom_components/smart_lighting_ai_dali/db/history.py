"""Take over what the recorder knows of the time before this integration listened.

Reading goes through the recorder's own interface for history. What comes of a stretch of time is the same however it is
cut into pieces, so a run that was killed can go on anywhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import chain, groupby, pairwise
from operator import itemgetter
from typing import Final, cast

from homeassistant.components.recorder.history import get_significant_states_with_session
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from sqlalchemy import Connection, DateTime, column, func, select, table
from sqlalchemy.orm import Session

from .ingestion import insert_events
from .instants import milliseconds
from .schema import HOUR_MS, event
from .signals import UNKNOWN, Cause, Event
from .watermarks import Watermark, read_watermark, write_watermark

# The recorder gives what is after an instant, and here what is of that instant belongs to it too.
_A_LITTLE: Final = timedelta(microseconds=1)
_RUN: Final = table("recorder_runs", column("start", DateTime(timezone=True)), column("end", DateTime(timezone=True)))
# When Home Assistant was running; a run that just ended, ends where the next begins.
_RUNS: Final = select(_RUN.c.start, _RUN.c.end).order_by(_RUN.c.start)


@dataclass(frozen=True, slots=True)
class Span:
    """The time whose history is taken over, in milliseconds since 1970."""

    begins: int
    done: int
    """Up to this it is taken over."""
    ends: int
    """From this on there are events of our own."""

    @property
    def finished(self) -> bool:
        """Tell whether all is taken over."""
        return self.done >= self.ends

    @property
    def percent(self) -> float:
        """Return how much is taken over."""
        return 100.0 if self.finished else 100 * (self.done - self.begins) / (self.ends - self.begins)


def oldest_state(hass: HomeAssistant) -> int | None:
    """Return the instant of the oldest state that the recorder has, in milliseconds; None where it has none."""
    oldest = get_instance(hass).states_manager.oldest_ts
    return None if oldest is None else int(oldest * 1000)


def find_span(connection: Connection, *, oldest_ms: int | None, cut_ms: int) -> Span | None:
    """Return what is to be taken over, none of it from before the cut; None while there are no events of our own."""
    ends = read_watermark(connection, Watermark.COLLECTED_FROM)
    if ends is None:
        ends = connection.execute(select(func.min(event.c.ts))).scalar_one_or_none()
        if ends is None:
            return None
        write_watermark(connection, Watermark.COLLECTED_FROM, ends)
    oldest = ends if oldest_ms is None else oldest_ms - oldest_ms % HOUR_MS
    begins = min(ends, max(oldest, cut_ms, read_watermark(connection, Watermark.RAW_FLOOR) or 0))
    done = min(ends, max(begins, read_watermark(connection, Watermark.BACKFILLED) or 0))
    write_watermark(connection, Watermark.BACKFILLED, done)
    return Span(begins, done, ends)


def read_states(
    hass: HomeAssistant,
    connection: Connection,
    entity_ids: Sequence[str],
    *,
    start_ms: int,
    end_ms: int,
    attributes: bool = False,
) -> Mapping[str, Sequence[State]]:
    """Return the states of entities in a stretch of time, oldest first; the first may be of before it.

    An entity that the recorder does not know has none.
    """
    with Session(connection) as session:
        found = get_significant_states_with_session(
            hass,
            session,
            dt_util.utc_from_timestamp(start_ms / 1000) - _A_LITTLE,
            dt_util.utc_from_timestamp(end_ms / 1000),
            list(entity_ids),
            significant_changes_only=False,
            no_attributes=not attributes,
        )
    return cast("Mapping[str, Sequence[State]]", found)


def find_down_times(connection: Connection) -> list[tuple[int, int]]:
    """Return from when until when Home Assistant was not running, as far as it was stopped and did not just end."""
    runs = [(_milliseconds(start), _milliseconds(end)) for start, end in connection.execute(_RUNS)]
    return [
        (ended, began)
        for (_, ended), (began, _) in pairwise(runs)
        if ended is not None and began is not None and ended < began
    ]


def _milliseconds(instant: datetime | None) -> int | None:
    # Only PostgreSQL says that it is UTC.
    return None if instant is None else milliseconds(instant.replace(tzinfo=UTC))


def values_between(
    changes: Iterable[tuple[int, int]], *, start_ms: int, end_ms: int, down: Iterable[tuple[int, int]] = ()
) -> dict[int, tuple[int, Cause]]:
    """Return what a source said from one instant to before another: its values and why they are there, by instant.

    `changes` are instants and values, oldest first; the last from before the start is how it began. Each hour begins
    with a keyframe as soon as there is a value. While Home Assistant was down nobody knows, and then it is as before.
    """
    found: dict[int, tuple[int, Cause]] = {}
    value: int | None = None
    hour = start_ms + -start_ms % HOUR_MS
    for time, new, cause in _known(changes, down):
        if time >= end_ms:
            break
        hour = _keyframes(found, value, hour, time + 1)
        if new != value:
            value = new
            if time >= start_ms:
                found[time] = (new, cause)
    _keyframes(found, value, hour, end_ms)
    return found


def _known(changes: Iterable[tuple[int, int]], down: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, Cause]]:
    """Return changes as far as somebody could know them."""
    ends = chain.from_iterable(((began, True), (ended, False)) for began, ended in down)
    value: int | None = None
    is_down = False
    for time, is_end, what in merge(
        ((time, True, end) for time, end in ends), ((time, False, new) for time, new in changes), key=itemgetter(0)
    ):
        if is_end:
            is_down = bool(what)
        else:
            value = int(what)
        if value is not None:
            yield (
                time,
                UNKNOWN if is_down else value,
                Cause.KEYFRAME if is_end or is_down else Cause.BACKFILL,
            )


def largest_of(sources: Iterable[Iterable[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Return the changes of the largest value that sources have at an instant, from the changes of each of them."""
    changes = merge(*([(time, number, value) for time, value in some] for number, some in enumerate(sources)))
    values: dict[int, int] = {}
    largest: list[tuple[int, int]] = []
    for time, some in groupby(changes, key=itemgetter(0)):
        values |= {number: value for _, number, value in some}
        largest.append((time, max(values.values())))
    return largest


def _keyframes(found: dict[int, tuple[int, Cause]], value: int | None, hour: int, end_ms: int) -> int:
    """Put a value at each hour up to before an instant, and return the hour that is next."""
    while hour < end_ms:
        if value is not None:
            found[hour] = (value, Cause.KEYFRAME)
        hour += HOUR_MS
    return hour


def write_history(connection: Connection, events: Sequence[Event], span: Span) -> int | None:
    """Write events where there are none yet, remember how far it is, and return how many were new.

    None: this is another database than that of the span, and nothing was written.
    """
    if read_watermark(connection, Watermark.COLLECTED_FROM) != span.ends:
        return None
    new: list[Event] = []
    if events:
        first, last = min(one.time for one in events), max(one.time for one in events)
        keys = select(event.c.ts, event.c.src, event.c.kind).where(event.c.ts >= first, event.c.ts <= last)
        there = {(row.ts, row.src, row.kind) for row in connection.execute(keys)}
        new = [one for one in events if one.key not in there]
        insert_events(connection, new)
    write_watermark(connection, Watermark.BACKFILLED, span.done)
    return len(new)
