"""Features over longer spans are the sums of their windows, by UTC and by the local calendar."""

from collections import defaultdict
from datetime import UTC, datetime
import random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from custom_components.smart_lighting_ai_dali.db.ingestion import NameKind, number_of_source
from custom_components.smart_lighting_ai_dali.db.queries import read_features
from custom_components.smart_lighting_ai_dali.db.rollups import Period, roll_up
from custom_components.smart_lighting_ai_dali.db.schema import WINDOW_MS, feature
from custom_components.smart_lighting_ai_dali.db.signals import Signal

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks go half an hour forward and back
NEPAL = ZoneInfo("Asia/Kathmandu")  # 5 h 45 min from UTC


def milliseconds(*date: int, zone: ZoneInfo = BERLIN) -> int:
    """Return a local instant in milliseconds since 1970."""
    return int(datetime(*date, tzinfo=zone).timestamp()) * 1000  # type: ignore[arg-type,misc]


def fill(connection: Connection, start_ms: int, end_ms: int) -> None:
    """Put a feature with numbers by chance into most windows of a span, for a hall."""
    zone = number_of_source(connection, NameKind.ZONE, "hall")
    chance = random.Random(1)
    rows = [
        {
            "win": window,
            "zone": zone,
            "kind": int(Signal.LEVEL),
            **{
                name: chance.randrange(1000)
                for name in ("n", "n_manual", "n_pos", "pos_ms", "val_ms", "light_ms", "src_ms", "vmin", "vmax")
            },
            "square_ms": chance.randrange(10**15),
            "unknown_ms": 3,
        }
        for window in range(start_ms // WINDOW_MS, end_ms // WINDOW_MS)
        if chance.random() < 0.9
    ]
    connection.execute(feature.insert(), rows)


def bucket(period: Period, start_ms: int, zone: ZoneInfo) -> int:
    """Return, plainly, the beginning of the period in which a window is."""
    local = datetime.fromtimestamp(start_ms / 1000, UTC).astimezone(zone)
    match period:
        case Period.QUARTER_HOUR:
            return start_ms - start_ms % 900_000
        case Period.HOUR:
            return start_ms - start_ms % 3_600_000
        case Period.DAY:
            return milliseconds(local.year, local.month, local.day, zone=zone)
        case Period.TIME_OF_WEEK:
            minutes = local.weekday() * 1440 + local.hour * 60 + local.minute
            return (minutes - minutes % 15) * 60_000


@pytest.mark.parametrize(("zone", "day"), [(BERLIN, 21), (LORD_HOWE, 1), (NEPAL, 1)], ids=str)
def test_they_add_up_also_when_the_clocks_are_changed(connection: Connection, zone: ZoneInfo, day: int) -> None:
    start = int(datetime(2026, 10, day, 21, tzinfo=UTC).timestamp()) * 1000
    end = start + 9 * 86_400_000
    fill(connection, start, end)
    begin, finish = start + 7 * WINDOW_MS, end - 5 * WINDOW_MS
    windows = read_features(connection, start_ms=begin, end_ms=finish, most=100_000)
    for period in Period:
        expected: dict[int, int] = defaultdict(int)
        for one in windows:
            expected[bucket(period, one.start_ms, zone)] += one.value_ms
        rolled = roll_up(connection, period, start_ms=begin, end_ms=finish, time_zone=zone)
        assert {one.start_ms: one.value_ms for one in rolled} == expected, period
        assert [one.start_ms for one in rolled] == sorted(expected)


def test_a_day_can_have_25_hours(connection: Connection) -> None:
    day, after = milliseconds(2026, 10, 25), milliseconds(2026, 10, 26)
    fill(connection, day, after)
    windows = read_features(connection, start_ms=day, end_ms=after, most=1000)
    (one,) = roll_up(connection, Period.DAY, start_ms=day, end_ms=after, time_zone=BERLIN, zones=["hall"])
    assert after - day == 25 * 3_600_000
    assert one.start_ms == day
    assert one.events == sum(window.events for window in windows)
    assert one.square_ms == sum(window.square_ms for window in windows)
    assert one.unknown_ms == 3 * len(windows)
    assert (one.minimum, one.maximum) == (
        min(window.minimum for window in windows),
        max(window.maximum for window in windows),
    )


def test_other_zones_are_left_out(connection: Connection) -> None:
    fill(connection, 0, 10 * WINDOW_MS)
    assert roll_up(connection, Period.HOUR, start_ms=0, end_ms=1_000_000, time_zone=BERLIN, zones=["office"]) == []
