"""Features are found again under the names of their zones."""

from sqlalchemy import Connection

from custom_components.smart_lighting_ai_dali.db.aggregation import aggregate
from custom_components.smart_lighting_ai_dali.db.ingestion import NameKind, insert_events, numbered
from custom_components.smart_lighting_ai_dali.db.queries import count_rows, read_features, zones_without_features
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, WINDOW_MS
from custom_components.smart_lighting_ai_dali.db.signals import Observation, Signal

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
    assert count_rows(connection) == {"events": 3, "features": 4}


def test_zones_without_features_are_named(connection: Connection) -> None:
    seen = [
        Observation(time=START, source="lamp", signal=Signal.LEVEL, zone="hall", value=254),
        Observation(time=START + HOUR_MS, source="other", signal=Signal.LEVEL, zone="office", value=1),
    ]
    insert_events(connection, numbered(connection, seen, {}))
    aggregate(connection, START + WINDOW_MS)
    assert zones_without_features(connection, start_ms=START, end_ms=START + WINDOW_MS) == ["office"]
