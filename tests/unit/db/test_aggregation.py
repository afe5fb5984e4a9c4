"""Features are exactly what their events say, in whichever order those came, and however often it is done."""

from collections.abc import Iterable, Sequence

from hypothesis import given, settings, strategies as st
import pytest
from sqlalchemy import Connection, select

from custom_components.smart_lighting_ai_dali.db import aggregation
from custom_components.smart_lighting_ai_dali.db.aggregation import Step, aggregate, hours_between
from custom_components.smart_lighting_ai_dali.db.dirty_hours import mark_hours
from custom_components.smart_lighting_ai_dali.db.ingestion import insert_events, number_of_source
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, WINDOW_MS, feature, light_of
from custom_components.smart_lighting_ai_dali.db.signals import UNKNOWN, Cause, Event, Signal
from custom_components.smart_lighting_ai_dali.db.watermarks import Watermark, read_watermark, write_watermark

from .reference import Features, features_of

START = 1_790_000_000_000 // HOUR_MS * HOUR_MS


def level(at: float, value: int, *, source: int = 1, zone: int = 1, cause: Cause = Cause.AUTOMATIC) -> Event:
    """Return a level of a light, `at` minutes after the start."""
    return Event(
        time=START + round(at * 60_000), source=source, signal=Signal.LEVEL, zone=zone, value=value, cause=cause
    )


def features(connection: Connection) -> Features:
    """Return all features that are in the database."""
    rows = connection.execute(select(feature)).tuples()
    return {(row[0], row[1], row[2]): tuple(int(value) for value in row[3:]) for row in rows}  # type: ignore[misc]


def run(connection: Connection, now: int) -> list[Step]:
    """Condense until there is no more, and return the steps."""
    steps = [aggregate(connection, now)]
    while steps[-1].more:
        steps.append(aggregate(connection, now))
        assert len(steps) < 1000
    return steps


def test_a_light_that_is_on_for_half_a_window(connection: Connection) -> None:
    insert_events(connection, [level(0, 0, cause=Cause.KEYFRAME), level(2.5, 254, cause=Cause.MANUAL)])
    run(connection, START + WINDOW_MS)
    half = WINDOW_MS // 2
    assert features(connection) == {
        (START // WINDOW_MS, 1, 1): (1, 1, 1, half, half * 254, half * 100_000, WINDOW_MS, 0, 254, 0, 0)
    }


def test_time_that_nobody_knows_is_no_time(connection: Connection) -> None:
    insert_events(connection, [level(0, 100), level(1, UNKNOWN), level(4, 200)])
    run(connection, START + WINDOW_MS)
    ((_, _, _, on, _, _, known, lowest, highest, _, unknown),) = features(connection).values()
    assert (on, known, lowest, highest, unknown) == (120_000, 120_000, 100, 200, 180_000)


def test_what_is_not_over_is_left_alone(connection: Connection) -> None:
    insert_events(connection, [level(0, 100)])
    assert run(connection, START + WINDOW_MS - 1) == [Step()]
    assert features(connection) == {}


def test_an_hour_without_a_word_is_known_by_its_keyframe_alone(connection: Connection) -> None:
    insert_events(connection, [level(1, 100), level(60, 100, cause=Cause.KEYFRAME)])
    run(connection, START + 3 * HOUR_MS)
    windows = {window - START // WINDOW_MS for window, _, _ in features(connection)}
    assert windows == set(range(24))
    assert all(row[0] == 0 for (window, _, _), row in features(connection).items() if window > START // WINDOW_MS + 11)


def test_a_late_event_makes_its_hour_anew(connection: Connection) -> None:
    events = [level(0, 100), level(30, 0), level(60, 0, cause=Cause.KEYFRAME)]
    insert_events(connection, events)
    run(connection, START + 2 * HOUR_MS)
    late = level(10, 200)
    insert_events(connection, [late])
    run(connection, START + 2 * HOUR_MS)
    assert features(connection) == features_of([*events, late], START + 2 * HOUR_MS)


def test_doing_it_again_changes_nothing(connection: Connection) -> None:
    insert_events(connection, [level(minute, minute % 254) for minute in range(0, 300, 7)])
    run(connection, START + 5 * HOUR_MS)
    before = features(connection)
    hours = hours_between(connection, None, None)
    assert len(hours) == 5
    mark_hours(connection, hours)
    steps = run(connection, START + 5 * HOUR_MS)
    assert sum(step.windows for step in steps) == 60
    assert features(connection) == before


def test_a_part_can_be_done_again(connection: Connection) -> None:
    insert_events(connection, [level(minute, 5) for minute in range(0, 300, 7)])
    run(connection, START + 5 * HOUR_MS)
    hours = hours_between(connection, START + HOUR_MS, START + 2 * HOUR_MS)
    assert len(hours) == 1
    mark_hours(connection, hours)


def test_what_is_half_pruned_is_never_made_anew(connection: Connection) -> None:
    events = [level(minute, 5) for minute in range(0, 300, 7)]
    insert_events(connection, events)
    run(connection, START + 5 * HOUR_MS)
    before = features(connection)
    write_watermark(connection, Watermark.RAW_FLOOR, START + 2 * HOUR_MS)
    assert insert_events(connection, [level(3, 254)]).too_late == 1
    hours = hours_between(connection, None, None)
    assert len(hours) == 3
    mark_hours(connection, hours)
    run(connection, START + 5 * HOUR_MS)
    assert features(connection) == before


def test_steps_are_short(connection: Connection) -> None:
    insert_events(connection, [level(0, 1), level(600, 2)])
    steps = run(connection, START + 10 * HOUR_MS)
    assert sum(step.windows for step in steps) == 120
    assert max(step.windows for step in steps) <= 24


def test_an_hour_that_is_made_in_parts_is_made_whole(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [level(minute, minute % 254, source=minute % 3) for minute in range(0, 180, 2)]
    insert_events(connection, events)
    run(connection, START + 3 * HOUR_MS)
    before = features(connection)
    monkeypatch.setattr(aggregation, "LONG_STEP", 0.0)
    monkeypatch.setattr(aggregation, "EVENTS_PER_PART", 6)
    mark_hours(connection, hours_between(connection, None, None))
    steps = run(connection, START + 3 * HOUR_MS)
    assert max(step.windows for step in steps) == 2
    assert sum(step.windows for step in steps) == 36
    assert features(connection) == before
    assert read_watermark(connection, Watermark.REDONE) is None


@pytest.mark.parametrize("steps", range(1, 8))
def test_what_comes_late_while_its_hour_is_made_in_parts_is_not_left_out(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    events = [level(minute, minute % 254) for minute in range(0, 120, 2)]
    insert_events(connection, events)
    run(connection, START + 2 * HOUR_MS)
    monkeypatch.setattr(aggregation, "LONG_STEP", 0.0)
    monkeypatch.setattr(aggregation, "EVENTS_PER_PART", 6)
    mark_hours(connection, hours_between(connection, None, None))
    for _ in range(steps):
        aggregate(connection, START + 2 * HOUR_MS)
    late = [level(1, 254), level(59, 9), level(61, 0)]
    insert_events(connection, late)
    run(connection, START + 2 * HOUR_MS)
    assert features(connection) == features_of([*events, *late], START + 2 * HOUR_MS)


def test_a_clock_that_went_back_is_no_harm(connection: Connection) -> None:
    insert_events(connection, [level(0, 10), level(200, 20)])
    run(connection, START + 4 * HOUR_MS)
    early = level(100, 30)
    insert_events(connection, [early])
    run(connection, START + 2 * HOUR_MS)
    run(connection, START + 5 * HOUR_MS)
    assert features(connection) == features_of([level(0, 10), early, level(200, 20)], START + 5 * HOUR_MS)
    assert read_watermark(connection, Watermark.AGGREGATED) == START + 5 * HOUR_MS


def test_a_source_keeps_its_number(connection: Connection) -> None:
    first = number_of_source(connection, 1, "light")
    assert number_of_source(connection, 1, "light") == first
    assert number_of_source(connection, 2, "light") != first


@pytest.mark.parametrize(("number", "light"), [(0, 0), (1, 100), (170, 10_091), (254, 100_000)])
def test_light_is_logarithmic(number: int, light: int) -> None:
    assert light_of(number) == light


EVENTS = st.lists(
    st.builds(
        Event,
        time=st.integers(START, START + 4 * HOUR_MS - 1),
        source=st.integers(1, 3),
        signal=st.sampled_from([Signal.LEVEL, Signal.MOTION, Signal.ILLUMINANCE, Signal.INPUT]),
        zone=st.integers(1, 2),
        value=st.integers(-1, 254),
        cause=st.sampled_from(Cause),
    ),
    max_size=40,
)


def batches(events: Sequence[Event], sizes: Iterable[int]) -> Iterable[Sequence[Event]]:
    """Cut events into batches, each with one event a key."""
    rest = list(events)
    for size in sizes:
        some, rest = rest[:size], rest[size:]
        yield list({event.key: event for event in some}.values())
    yield list({event.key: event for event in rest}.values())


@pytest.mark.parametrize("events_per_part", [3, aggregation.EVENTS_PER_PART])
def test_late_double_and_disordered_events_with_a_clock_that_jumps(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, events_per_part: int
) -> None:
    monkeypatch.setattr(aggregation, "EVENTS_PER_PART", events_per_part)

    @settings(max_examples=150 if connection.dialect.name == "sqlite" else 40, deadline=None)
    @given(
        events=EVENTS,
        sizes=st.lists(st.integers(0, 10), max_size=6),
        clock=st.lists(st.integers(START - HOUR_MS, START + 5 * HOUR_MS), min_size=8, max_size=8),
    )
    def features_are_exact(events: list[Event], sizes: list[int], clock: list[int]) -> None:
        connection.rollback()  # what the example before this wrote
        for batch, now in zip(batches(events, sizes), clock, strict=False):
            insert_events(connection, batch)
            aggregate(connection, now)
        end = max([*clock, START + 5 * HOUR_MS])
        end -= end % WINDOW_MS
        run(connection, end)
        written = [event for batch in batches(events, sizes) for event in batch]
        aggregated = read_watermark(connection, Watermark.AGGREGATED)
        assert features(connection) == features_of(written, aggregated or 0)
        assert aggregated is None or aggregated >= end

    features_are_exact()
