"""What an hour adds up to beside its features: exactly what its events say, on every engine."""

from collections import defaultdict
from collections.abc import Iterable

from hypothesis import given, settings, strategies as st
from sqlalchemy import Connection, select

from custom_components.smart_lighting_ai_dali.db.aggregation import aggregate
from custom_components.smart_lighting_ai_dali.db.ingestion import insert_events
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, statistic
from custom_components.smart_lighting_ai_dali.db.signals import (
    GAP_BINS,
    UNKNOWN,
    Cause,
    Event,
    Input,
    Signal,
    Statistic,
)
from custom_components.smart_lighting_ai_dali.db.watermarks import Watermark, write_watermark

START = 1_790_000_000_000 // HOUR_MS * HOUR_MS
type Amounts = dict[tuple[int, int, int], int]


def event(at: float, signal: Signal, value: int, *, cause: Cause = Cause.AUTOMATIC, source: int = 1) -> Event:
    """Return an event, `at` seconds after the start."""
    return Event(time=START + round(at * 1000), source=source, signal=signal, zone=1, value=value, cause=cause)


def run(connection: Connection, now: int) -> None:
    """Condense until there is no more."""
    while aggregate(connection, now).more:
        pass


def amounts(connection: Connection) -> Amounts:
    """Return all statistics that are in the database, by hour, zone and statistic."""
    rows = connection.execute(select(statistic)).tuples()
    return {(row[0], row[1], row[2]): int(row[3]) for row in rows}


def of_zone(connection: Connection, hours: int = 5) -> dict[int, int]:
    """Condense, and return the sums over all hours."""
    run(connection, START + hours * HOUR_MS)
    sums: dict[int, int] = defaultdict(int)
    for (_, _, number), amount in amounts(connection).items():
        sums[number] += amount
    return sums


def test_how_long_a_room_was_empty(connection: Connection) -> None:
    changes = [0, 1, 0, 1, 0, 1, 0, 1]
    times = [0, 10, 20, 24, 30, 40, 50, 50 + 2 * 3600]
    insert_events(connection, [event(at, Signal.OCCUPANCY, value) for at, value in zip(times, changes, strict=True)])
    # 10 s from the start, then 4 s, 10 s and two hours.
    assert of_zone(connection) == {
        Statistic.GAPS: 1,
        Statistic.GAPS + 2: 2,
        Statistic.GAPS + 11: 1,
    }


def test_keyframes_do_not_cut_a_gap_and_unknown_time_does(connection: Connection) -> None:
    keyframe = Cause.KEYFRAME
    insert_events(
        connection,
        [
            event(0, Signal.OCCUPANCY, 1),
            event(100, Signal.OCCUPANCY, 0),
            event(3600, Signal.OCCUPANCY, 0, cause=keyframe),
            event(3700, Signal.OCCUPANCY, 1),
            event(3800, Signal.OCCUPANCY, 0),
            event(3900, Signal.OCCUPANCY, UNKNOWN, cause=keyframe),
            event(4000, Signal.OCCUPANCY, 0, cause=keyframe),
            event(4100, Signal.OCCUPANCY, 1),
        ],
    )
    assert of_zone(connection) == {Statistic.GAPS + 10: 1}


def test_a_room_that_was_empty_all_night_has_the_longest_gap(connection: Connection) -> None:
    insert_events(
        connection,
        [
            event(0, Signal.OCCUPANCY, 1),
            event(100, Signal.OCCUPANCY, 0),
            *(event(3600 * hour, Signal.OCCUPANCY, 0, cause=Cause.KEYFRAME) for hour in range(1, 9)),
            event(3600 * 8 + 5, Signal.OCCUPANCY, 1),
        ],
    )
    assert of_zone(connection, 10) == {Statistic.GAPS + GAP_BINS - 1: 1}


def test_an_event_that_comes_late_changes_the_gap_of_a_later_hour(connection: Connection) -> None:
    insert_events(connection, [event(0, Signal.OCCUPANCY, 0), event(5000, Signal.OCCUPANCY, 1)])
    assert of_zone(connection) == {Statistic.GAPS + 10: 1}
    insert_events(connection, [event(100, Signal.OCCUPANCY, 1), event(4000, Signal.OCCUPANCY, 0)])
    assert of_zone(connection) == {Statistic.GAPS + 5: 1, Statistic.GAPS + 8: 1}


def test_what_people_change(connection: Connection) -> None:
    manual = Cause.MANUAL
    insert_events(
        connection,
        [
            event(0, Signal.LEVEL, 0, cause=Cause.KEYFRAME),
            event(1, Signal.LEVEL, 100, cause=manual),
            event(2, Signal.LEVEL, 120, cause=manual),
            event(3, Signal.LEVEL, 90, cause=manual),
            event(4, Signal.LEVEL, 200),
            event(5, Signal.LEVEL, 0, cause=manual),
        ],
    )
    assert of_zone(connection) == {
        Statistic.OVERRIDES_ON: 1,
        Statistic.OVERRIDES_OFF: 1,
        Statistic.OVERRIDES_UP: 1,
        Statistic.OVERRIDES_DOWN: 1,
        Statistic.OVERRIDE_STEPS: -10,
        Statistic.OVERRIDE_STEPS_SQUARED: 400 + 900,
    }


def test_buttons_are_counted_by_what_was_done(connection: Connection) -> None:
    presses = [Input.SHORT_PRESS, Input.SHORT_PRESS, Input.LONG_PRESS_START, Input.OTHER]
    insert_events(connection, [event(at, Signal.INPUT, press) for at, press in enumerate(presses)])
    assert of_zone(connection) == {
        Statistic.INPUTS: 1,
        Statistic.INPUTS + Input.SHORT_PRESS: 2,
        Statistic.INPUTS + Input.LONG_PRESS_START: 1,
    }


def test_how_lux_follows_the_light(connection: Connection) -> None:
    lux, light = Signal.ILLUMINANCE, Signal.LIGHT
    insert_events(
        connection,
        [
            event(0, lux, 100, cause=Cause.KEYFRAME, source=2),
            event(0, light, 0, cause=Cause.KEYFRAME),
            event(100, light, 50_000),
            event(105, lux, 300, source=2),
            # Too soon after the change, and what comes next had not settled before.
            event(200, light, 0),
            event(202, lux, 120, source=2),
            event(210, lux, 100, source=2),
            # Too late.
            event(300, light, 40_000),
            event(340, lux, 250, source=2),
            # Too small.
            event(400, light, 45_000),
            event(410, lux, 270, source=2),
            # Two steps of one change.
            event(500, light, 60_000),
            event(501, light, 65_000),
            event(510, lux, 370, source=2),
        ],
    )
    x, y = (50_000, 20_000), (200, 100)
    assert of_zone(connection) == {
        Statistic.SLOPE_PAIRS: 2,
        Statistic.SLOPE_LIGHT: sum(x),
        Statistic.SLOPE_LUX: sum(y),
        Statistic.SLOPE_LIGHT_SQUARED: sum(one * one for one in x),
        Statistic.SLOPE_LIGHT_LUX: sum(one * other for one, other in zip(x, y, strict=True)),
        Statistic.SLOPE_LUX_SQUARED: sum(one * one for one in y),
    }


def test_lux_of_the_sun_fits(connection: Connection) -> None:
    insert_events(
        connection,
        [
            event(0, Signal.ILLUMINANCE, 0, source=2),
            event(0, Signal.LIGHT, 0),
            event(100, Signal.LIGHT, 100_000),
            event(110, Signal.ILLUMINANCE, 150_000, source=2),
        ],
    )
    assert of_zone(connection)[Statistic.SLOPE_LUX_SQUARED] == 150_000**2


def test_an_hour_whose_past_is_deleted_stays_as_it_was(connection: Connection) -> None:
    insert_events(connection, [event(0, Signal.OCCUPANCY, 0), event(5000, Signal.OCCUPANCY, 1)])
    before = of_zone(connection)
    write_watermark(connection, Watermark.RAW_FLOOR, START + HOUR_MS)
    insert_events(connection, [event(5001, Signal.OCCUPANCY, 0), event(5002, Signal.OCCUPANCY, 1)])
    assert of_zone(connection) == before


def gaps_of(events: Iterable[Event], hours: int) -> Amounts:
    """Return the histogram of gaps, worked out slowly and plainly."""
    found: Amounts = defaultdict(int)
    unique = {one.key: one for one in events if one.signal is Signal.OCCUPANCY}
    for source in {one.source for one in unique.values()}:
        some = sorted((one for one in unique.values() if one.source == source), key=lambda one: one.time)
        for number, one in enumerate(some):
            looks_back = (one.time // HOUR_MS - 3) * HOUR_MS
            telling = [
                other
                for other in some[:number]
                if other.time >= looks_back
                and (other.cause is not Cause.KEYFRAME or other.value == UNKNOWN or other.time == looks_back)
            ]
            is_telling = one.cause is not Cause.KEYFRAME
            if is_telling and one.value > 0 and telling and telling[-1].value == 0:
                gap = one.time - telling[-1].time
                bin_ = next((n for n in range(GAP_BINS - 1) if gap < 5000 << n), GAP_BINS - 1)
                found[one.time // HOUR_MS, one.zone, Statistic.GAPS + bin_] += 1
    return {key: amount for key, amount in found.items() if key[0] < START // HOUR_MS + hours}


def test_gaps_are_exact_whatever_comes_late(connection: Connection) -> None:
    occupancy = st.builds(
        Event,
        time=st.one_of(
            st.integers(START, START + 8 * HOUR_MS - 1),
            st.integers(0, 7).map(lambda hour: START + hour * HOUR_MS),
        ),
        source=st.integers(1, 2),
        signal=st.just(Signal.OCCUPANCY),
        zone=st.just(1),
        value=st.integers(-1, 1),
        cause=st.sampled_from([Cause.KEYFRAME, Cause.AUTOMATIC]),
    )

    @settings(max_examples=100 if connection.dialect.name == "sqlite" else 30, deadline=None)
    @given(events=st.lists(occupancy, max_size=30), size=st.integers(1, 10))
    def gaps_are_exact(events: list[Event], size: int) -> None:
        connection.rollback()  # what the example before this wrote
        for start in range(0, len(events), size):
            batch = list({one.key: one for one in events[start : start + size]}.values())
            insert_events(connection, batch)
            run(connection, max(one.time for one in batch))
        run(connection, START + 9 * HOUR_MS)
        assert amounts(connection) == gaps_of(events, 9)

    gaps_are_exact()
