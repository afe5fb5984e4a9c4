"""Features are found again under the names of their zones."""

from sqlalchemy import Connection, update

from custom_components.smart_lighting_ai_dali.db.aggregation import aggregate, hours_between, rebuild_zones
from custom_components.smart_lighting_ai_dali.db.ingestion import NameKind, insert_events, numbered
from custom_components.smart_lighting_ai_dali.db.queries import (
    hours_without_features,
    numbers_of_zones,
    read_features,
    read_statistics,
    zones_with_features,
)
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, WINDOW_MS, feature
from custom_components.smart_lighting_ai_dali.db.signals import UNKNOWN, Cause, Observation, Signal, Statistic

START = 1_790_000_000_000 // HOUR_MS * HOUR_MS


def test_features_bear_the_names_of_their_zones(connection: Connection) -> None:
    numbers: dict[tuple[NameKind, str], int] = {}
    seen = [
        Observation(time=START, source="lamp", signal=Signal.LEVEL, zone="hall", value=254),
        Observation(time=START + WINDOW_MS // 2, source="lamp", signal=Signal.LEVEL, zone="hall", value=0),
        Observation(time=START, source="sensor", signal=Signal.ILLUMINANCE, zone="office", value=300),
    ]
    insert_events(connection, numbered(connection, seen, numbers))
    assert len(numbers) == 4
    assert numbered(connection, seen[:1], numbers)[0].source == numbers[NameKind.SOURCE, "lamp"]
    aggregate(connection, START + 2 * WINDOW_MS)
    found = read_features(connection, start_ms=START, end_ms=START + HOUR_MS, most=100)
    assert [(one.zone, one.start_ms - START, one.signal) for one in found] == [
        ("hall", 0, Signal.LEVEL),
        ("office", 0, Signal.ILLUMINANCE),
        ("hall", WINDOW_MS, Signal.LEVEL),
        ("office", WINDOW_MS, Signal.ILLUMINANCE),
    ]
    assert found[0].mean == 127
    assert found[0].light_ms == 50_000 * WINDOW_MS
    assert [
        one.zone for one in read_features(connection, start_ms=START, end_ms=START + 1, zones=["hall"], most=9)
    ] == ["hall"]
    assert len(read_features(connection, start_ms=START, end_ms=START + HOUR_MS, most=3)) == 3


def test_zones_with_features_are_named(connection: Connection) -> None:
    seen = [
        Observation(time=START, source="lamp", signal=Signal.LEVEL, zone="hall", value=254),
        Observation(time=START + HOUR_MS, source="other", signal=Signal.LEVEL, zone="office", value=1),
    ]
    insert_events(connection, numbered(connection, seen, {}))
    aggregate(connection, START + WINDOW_MS)
    assert zones_with_features(connection, start_ms=START, end_ms=START + WINDOW_MS) == {"hall"}


def test_hours_that_lack_features_are_found(connection: Connection) -> None:
    hour = START // HOUR_MS
    seen = [
        Observation(time=START + number * HOUR_MS, source="lamp", signal=signal, zone="hall", value=value)
        for number, signal, value in (
            (0, Signal.LEVEL, 254),
            (1, Signal.LEVEL, UNKNOWN),
            (2, Signal.LEVEL, 0),
            (3, Signal.INPUT, 1),
        )
    ]
    insert_events(connection, numbered(connection, seen, {}))
    hours = range(hour - 1, hour + 5)
    assert hours_without_features(connection, hours) == [hour, hour + 2]
    aggregate(connection, START + HOUR_MS)
    assert hours_without_features(connection, hours) == [hour + 2]


def test_some_zones_alone_are_condensed_anew(connection: Connection) -> None:
    seen = [
        Observation(time=START, source=zone, signal=Signal.LEVEL, zone=zone, value=254) for zone in ("hall", "office")
    ]
    insert_events(connection, numbered(connection, seen, {}))
    aggregate(connection, START + HOUR_MS)
    before = read_features(connection, start_ms=START, end_ms=START + HOUR_MS, most=100)
    connection.execute(update(feature).values(n=7))
    hall = numbers_of_zones(connection, ["hall", "nowhere"])
    assert list(hall) == ["hall"]
    step = rebuild_zones(connection, hours_between(connection, None, None), hall.values())
    assert (step.windows, step.rows) == (12, 12)
    after = read_features(connection, start_ms=START, end_ms=START + HOUR_MS, most=100)
    assert [one for one in after if one.zone == "hall"] == [one for one in before if one.zone == "hall"]
    assert {one.events for one in after if one.zone == "office"} == {7}


def test_statistics_are_added_up_by_zone(connection: Connection) -> None:
    manual = Cause.MANUAL
    seen = [
        Observation(time=START, source="lamp", signal=Signal.LEVEL, zone="hall", value=0),
        Observation(time=START + 1, source="lamp", signal=Signal.LEVEL, zone="hall", value=9, cause=manual),
        Observation(time=START + HOUR_MS, source="lamp", signal=Signal.LEVEL, zone="hall", value=9),
        Observation(time=START + HOUR_MS + 1, source="lamp", signal=Signal.LEVEL, zone="hall", value=0, cause=manual),
        Observation(time=START + HOUR_MS + 2, source="lamp", signal=Signal.LEVEL, zone="hall", value=5, cause=manual),
    ]
    insert_events(connection, numbered(connection, seen, {}))
    # A step begins nothing that may take long: on a busy machine it takes more of them.
    for _ in range(20):
        aggregate(connection, START + 3 * HOUR_MS)
    found = read_statistics(connection, start_ms=START, end_ms=START + 2 * HOUR_MS)
    assert found == {"hall": {Statistic.OVERRIDES_ON: 2, Statistic.OVERRIDES_OFF: 1}}
    assert read_statistics(connection, start_ms=START, end_ms=START + HOUR_MS, zones=["hall"]) == {
        "hall": {Statistic.OVERRIDES_ON: 1}
    }
    assert read_statistics(connection, start_ms=START, end_ms=START + HOUR_MS, zones=["office"]) == {}
