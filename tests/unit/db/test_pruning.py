"""What is old goes, a little at a time, and never by a clock that is wrong."""

import pytest
from sqlalchemy import Connection, func, select

from custom_components.smart_lighting_ai_dali.db import pruning
from custom_components.smart_lighting_ai_dali.db.ingestion import insert_events
from custom_components.smart_lighting_ai_dali.db.pruning import (
    DAY_MS,
    FIRST_ROWS,
    MOST_ROWS,
    ClockDoubtfulError,
    Keep,
    Pruned,
    check_clock,
    prune,
    raise_floor,
)
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, decision, event, feature, statistic
from custom_components.smart_lighting_ai_dali.db.signals import Event, Signal
from custom_components.smart_lighting_ai_dali.db.watermarks import Watermark, read_watermark

NOW = 1_790_000_000_000
KEEP = Keep()


def fill(connection: Connection, days: int, *, a_day: int = 100) -> None:
    """Write events of the last days, evenly."""
    step = DAY_MS // a_day
    events = [
        Event(time=NOW - number * step, source=number % 7, signal=Signal.LEVEL, zone=1, value=1)
        for number in range(days * a_day)
    ]
    for start in range(0, len(events), 500):
        insert_events(connection, events[start : start + 500])


def run(connection: Connection, now: int = NOW) -> int:
    """Prune until there is no more and return how many events went."""
    check_clock(connection, now, KEEP)
    raise_floor(connection, now, KEEP)
    events = 0
    pruned = Pruned()
    while (step := prune(connection, now, KEEP, pruned)).more:
        assert step.events <= pruned.rows_next
        assert step.rows_next <= min(2 * pruned.rows_next, MOST_ROWS)
        pruned = step
        events += step.events
    return events


def count(connection: Connection) -> int:
    """Return how many events there are."""
    return connection.execute(select(func.count()).select_from(event)).scalar_one()


def test_events_of_a_month_are_kept(connection: Connection) -> None:
    fill(connection, 33, a_day=240)
    gone = run(connection)
    assert 3 * 240 - 10 <= gone <= 3 * 240
    assert connection.execute(select(func.min(event.c.ts))).scalar_one() >= NOW - 30 * DAY_MS - HOUR_MS
    assert run(connection) == 0


def test_the_raw_floor_stands_before_anything_goes_and_on_a_whole_hour(connection: Connection) -> None:
    fill(connection, 31)
    raise_floor(connection, NOW, KEEP)
    floor = read_watermark(connection, Watermark.RAW_FLOOR)
    assert floor is not None
    assert floor % HOUR_MS == 0
    assert NOW - 30 * DAY_MS - HOUR_MS < floor <= NOW - 30 * DAY_MS
    assert count(connection) == 3100


def test_a_clock_that_went_ahead_deletes_nothing(connection: Connection) -> None:
    fill(connection, 30, a_day=200)
    with pytest.raises(ClockDoubtfulError, match="of 6000 rows"):
        check_clock(connection, NOW + 20 * DAY_MS, KEEP)
    assert read_watermark(connection, Watermark.RAW_FLOOR) is None
    assert count(connection) == 6000


def test_a_clock_that_went_back_deletes_nothing(connection: Connection) -> None:
    fill(connection, 1)
    with pytest.raises(ClockDoubtfulError, match="future"):
        check_clock(connection, NOW - 5 * DAY_MS, KEEP)


def test_many_rows_of_one_instant_go_together(connection: Connection) -> None:
    old = NOW - 40 * DAY_MS
    for start in range(0, 6000, 500):
        insert_events(
            connection,
            [
                Event(time=old, source=source, signal=Signal.LEVEL, zone=1, value=1)
                for source in range(start, start + 500)
            ],
        )
    prune(connection, NOW, KEEP)
    assert count(connection) == 0


def test_features_are_kept_for_three_months(connection: Connection) -> None:
    zeros = dict.fromkeys(("n", "n_manual", "n_pos", "pos_ms", "val_ms", "light_ms", "src_ms", "vmin", "vmax"), 0)
    insert_events(connection, [Event(time=NOW, source=1, signal=Signal.LEVEL, zone=1, value=1)])
    for days in (100, 91, 89, 1):
        window = (NOW - days * DAY_MS) // 300_000
        connection.execute(feature.insert().values(win=window, zone=1, kind=1, **zeros))
    run(connection)
    assert connection.execute(select(func.count()).select_from(feature)).scalar_one() == 2


def test_statistics_and_decisions_have_their_time(connection: Connection) -> None:
    insert_events(connection, [Event(time=NOW, source=1, signal=Signal.LEVEL, zone=1, value=1)])
    for days in (200, 181, 179, 91, 89):
        at = NOW - days * DAY_MS
        connection.execute(statistic.insert().values(hour=at // HOUR_MS, zone=1, statistic=1, amount=1))
        connection.execute(decision.insert().values(ts=at, zone=1, planner=1, outcome=1))
    check_clock(connection, NOW, KEEP)
    raise_floor(connection, NOW, KEEP)
    gone = [prune(connection, NOW, KEEP)]
    while gone[-1].more:
        gone.append(prune(connection, NOW, KEEP))
    assert (sum(one.features for one in gone), sum(one.decisions for one in gone)) == (4, 2)
    assert list(connection.execute(select(decision.c.decision_id)).scalars()) == [3, 4, 5]


def test_nothing_young_goes_however_few_rows_there_are(connection: Connection) -> None:
    fill(connection, 10)
    with pytest.raises(ClockDoubtfulError, match="too young"):
        check_clock(connection, NOW + 27 * DAY_MS, KEEP)


def test_a_table_that_nobody_writes_any_more_runs_dry(connection: Connection) -> None:
    insert_events(connection, [Event(time=NOW, source=1, signal=Signal.LEVEL, zone=1, value=1)])
    rows = [
        {"ts": NOW - 170 * DAY_MS - number * DAY_MS // 400, "zone": 1, "planner": 1, "outcome": 1}
        for number in range(5000)
    ]
    connection.execute(decision.insert(), rows)
    check_clock(connection, NOW, KEEP)


def test_a_slow_database_is_given_less_at_a_time_and_a_quick_one_more(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(connection, 33, a_day=20)
    monkeypatch.setattr(pruning, "STEP_SECONDS", 0.0)
    assert prune(connection, NOW, KEEP).rows_next < FIRST_ROWS
    fill(connection, 33, a_day=20)
    monkeypatch.setattr(pruning, "STEP_SECONDS", 60.0)
    assert prune(connection, NOW, KEEP).rows_next == 2 * FIRST_ROWS
