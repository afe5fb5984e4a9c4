"""What is taken over of a stretch of time is the same however it is cut, and leaves what is there as it is."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, strategies as st
from sqlalchemy import Connection, select

from custom_components.smart_lighting_ai_dali.db.history import (
    Span,
    find_span,
    largest_of,
    values_between,
    write_history,
)
from custom_components.smart_lighting_ai_dali.db.ingestion import insert_events
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, dirty_hour, event
from custom_components.smart_lighting_ai_dali.db.signals import UNKNOWN, Cause, Event, Signal
from custom_components.smart_lighting_ai_dali.db.watermarks import Watermark, read_watermark, write_watermark

START = 1_790_000_000_000 // HOUR_MS * HOUR_MS
KEYFRAME, BACKFILL = Cause.KEYFRAME, Cause.BACKFILL

type Changes = Sequence[tuple[int, int]]
type Values = dict[int, tuple[int, Cause]]


def values(changes: Changes, end: float, down: Changes = ()) -> Values:
    """Return what a source said, by minutes after the start, where changes are in such minutes too."""
    found = values_between(
        [(START + minute * 60_000, value) for minute, value in changes],
        start_ms=START,
        end_ms=START + round(end * 60_000),
        down=[(START + began * 60_000, START + ended * 60_000) for began, ended in down],
    )
    return {(time - START) // 60_000: value for time, value in found.items()}


def test_changes_are_taken_over_and_every_hour_begins_with_a_keyframe() -> None:
    assert values([(-5, 0), (10, 1), (70, 0)], 150) == {
        0: (0, KEYFRAME),
        10: (1, BACKFILL),
        60: (1, KEYFRAME),
        70: (0, BACKFILL),
        120: (0, KEYFRAME),
    }


def test_before_the_first_state_there_is_nothing() -> None:
    assert values([(70, UNKNOWN), (80, 1)], 130) == {
        70: (UNKNOWN, BACKFILL),
        80: (1, BACKFILL),
        120: (1, KEYFRAME),
    }
    assert values([], 130) == {}


def test_what_is_said_twice_is_said_once() -> None:
    assert values([(-5, 0), (10, 0), (20, 1), (20, 1), (30, 1)], 40) == {0: (0, KEYFRAME), 20: (1, BACKFILL)}


def test_of_one_instant_the_last_value_counts() -> None:
    assert values([(10, 1), (10, 0), (10, 5)], 40) == {10: (5, BACKFILL)}


def test_a_change_on_the_hour_is_no_keyframe() -> None:
    assert values([(-5, 0), (60, 1)], 61) == {0: (0, KEYFRAME), 60: (1, BACKFILL)}


def test_the_end_is_not_part_of_it() -> None:
    assert values([(-5, 0), (60, 1)], 60) == {0: (0, KEYFRAME)}


def test_while_home_assistant_was_down_nobody_knows() -> None:
    assert values([(-50, 1), (40, 0)], 200, down=[(-40, -30), (10, 70), (80, 130), (190, 300)]) == {
        0: (1, KEYFRAME),
        10: (UNKNOWN, KEYFRAME),
        60: (UNKNOWN, KEYFRAME),
        70: (0, KEYFRAME),
        80: (UNKNOWN, KEYFRAME),
        120: (UNKNOWN, KEYFRAME),
        130: (0, KEYFRAME),
        180: (0, KEYFRAME),
        190: (UNKNOWN, KEYFRAME),
    }
    assert values([(20, 1)], 60, down=[(0, 10)]) == {20: (1, BACKFILL)}
    assert values([(10, 1)], 60, down=[(5, 10)]) == {10: (1, BACKFILL)}


@given(
    changes=st.lists(st.tuples(st.integers(-HOUR_MS, 5 * HOUR_MS), st.integers(-1, 2)), max_size=30),
    cuts=st.lists(st.integers(1, 5 * HOUR_MS - 1), max_size=5),
    ends=st.sets(st.integers(-HOUR_MS, 5 * HOUR_MS), max_size=6),
)
def test_it_does_not_matter_how_time_is_cut(changes: list[tuple[int, int]], cuts: list[int], ends: set[int]) -> None:
    changes.sort(key=lambda change: change[0])
    down = list(zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
    whole = values_between(changes, start_ms=0, end_ms=5 * HOUR_MS, down=down)
    found: Values = {}
    for start, end in pairwise(sorted({0, *cuts, 5 * HOUR_MS})):
        # The recorder does not tell since when it was how it is at the start.
        before = [(start - 1, value) for time, value in changes if time < start][-1:]
        within = [change for change in changes if start <= change[0] < end]
        found |= values_between([*before, *within], start_ms=start, end_ms=end, down=down)
    assert found == whole
    assert list(whole) == sorted(whole)


def test_somebody_is_in_a_room_while_any_sensor_sees_them() -> None:
    desk = [(0, 0), (10, 1), (20, 0), (50, UNKNOWN)]
    door = [(5, UNKNOWN), (15, 1), (30, 0), (30, 1), (40, 0), (60, UNKNOWN)]
    seen = values_between(largest_of([desk, door, []]), start_ms=0, end_ms=100)
    assert {time: value for time, (value, _) in seen.items()} == {0: 0, 10: 1, 40: 0, 60: UNKNOWN}
    assert largest_of([]) == []


def motion(time: int, value: int, cause: Cause = Cause.BACKFILL) -> Event:
    """Return an event."""
    return Event(time=time, source=1, signal=Signal.MOTION, zone=1, value=value, cause=cause)


def test_what_is_there_is_left_as_it_is(connection: Connection) -> None:
    own = motion(START, 1, Cause.MANUAL)
    insert_events(connection, [own])
    write_watermark(connection, Watermark.COLLECTED_FROM, START + 9)
    span = Span(0, START + 6, START + 9)
    assert write_history(connection, [motion(START - 5, 0), motion(START, 0), motion(START + 5, 0)], span) == 2
    assert connection.execute(select(event.c.ts, event.c.val).order_by(event.c.ts)).tuples().all() == [
        (START - 5, 0),
        (START, 1),
        (START + 5, 0),
    ]
    assert read_watermark(connection, Watermark.BACKFILLED) == START + 6
    assert list(connection.execute(select(dirty_hour.c.hour)).scalars()) == [START // HOUR_MS - 1]


def test_nothing_is_looked_for_while_nothing_was_collected(connection: Connection) -> None:
    assert find_span(connection, oldest_ms=START, cut_ms=0) is None
    assert read_watermark(connection, Watermark.BACKFILLED) is None


def test_history_is_from_the_oldest_state_to_the_first_event_of_our_own(connection: Connection) -> None:
    insert_events(connection, [motion(START + 5, 1, Cause.KEYFRAME)])
    oldest = START - 10 * HOUR_MS + 7
    span = find_span(connection, oldest_ms=oldest, cut_ms=START - 20 * HOUR_MS)
    assert span == Span(START - 10 * HOUR_MS, START - 10 * HOUR_MS, START + 5)
    span = Span(span.begins, START - 5 * HOUR_MS, span.ends)
    assert write_history(connection, [motion(START - 9 * HOUR_MS, 1)], span) == 1
    # What was taken over is not taken for our own.
    again = find_span(connection, oldest_ms=oldest, cut_ms=START - 20 * HOUR_MS)
    assert again == Span(START - 10 * HOUR_MS, START - 5 * HOUR_MS, START + 5)
    assert 49 < again.percent < 51
    assert not again.finished


def test_history_that_would_be_pruned_is_left_alone(connection: Connection) -> None:
    insert_events(connection, [motion(START, 1)])
    span = find_span(connection, oldest_ms=START - 50 * HOUR_MS, cut_ms=START - 20 * HOUR_MS)
    assert span is not None
    assert span.begins == START - 20 * HOUR_MS
    write_watermark(connection, Watermark.RAW_FLOOR, START - 5 * HOUR_MS)
    span = find_span(connection, oldest_ms=START - 50 * HOUR_MS, cut_ms=START - 20 * HOUR_MS)
    assert span is not None
    assert span.begins == span.done == START - 5 * HOUR_MS


def test_nothing_is_written_into_a_database_that_was_begun_anew(connection: Connection) -> None:
    assert write_history(connection, [motion(START, 1)], Span(0, START, START + 5)) is None
    assert find_span(connection, oldest_ms=START, cut_ms=0) is None
    assert read_watermark(connection, Watermark.BACKFILLED) is None


def test_without_history_it_is_finished_for_ever(connection: Connection) -> None:
    insert_events(connection, [motion(START, 1)])
    for oldest in (None, START + HOUR_MS, START - HOUR_MS):
        span = find_span(connection, oldest_ms=oldest, cut_ms=0)
        assert span is not None
        assert span.finished
        assert span.percent == 100
