"""What is read of zones to be played once more, on each engine."""

import pytest
from sqlalchemy import Connection

from custom_components.smart_lighting_ai_dali.db.ingestion import NameKind, insert_events, number_of_source
from custom_components.smart_lighting_ai_dali.db.schema import WINDOW_MS, feature, statistic
from custom_components.smart_lighting_ai_dali.db.signals import Cause, Event, Signal, Statistic
from custom_components.smart_lighting_ai_dali.db.traces import (
    SlopeSums,
    events_between,
    first_event_ms,
    power_sums,
    slope_sums,
    source_number,
    zone_numbers,
)

START = 1_800_000_000_000 - 1_800_000_000_000 % WINDOW_MS


def test_events_are_those_of_the_signals_oldest_first(connection: Connection) -> None:
    assert first_event_ms(connection) is None
    zone = number_of_source(connection, NameKind.ZONE, "office")
    lamp = number_of_source(connection, NameKind.SOURCE, "lamp")
    told = [(3000, Signal.MOTION, 0), (1000, Signal.MOTION, 1), (2000, Signal.POWER, 55), (5000, Signal.MOTION, 1)]
    insert_events(
        connection,
        [
            Event(time=START + after, source=lamp, signal=signal, zone=zone, value=value, cause=Cause.MANUAL)
            for after, signal, value in told
        ],
    )
    rows = events_between(connection, start_ms=START, end_ms=START + 5000, signals=(Signal.MOTION,))
    assert [tuple(row) for row in rows] == [
        (START + 1000, lamp, Signal.MOTION, zone, 1, Cause.MANUAL),
        (START + 3000, lamp, Signal.MOTION, zone, 0, Cause.MANUAL),
    ]
    assert first_event_ms(connection) == START + 1000
    assert zone_numbers(connection) == {"office": zone}
    assert source_number(connection, "lamp") == lamp
    assert source_number(connection, "office") is None


def test_slopes_add_up_over_hours(connection: Connection) -> None:
    amounts = {
        Statistic.SLOPE_PAIRS: 3,
        Statistic.SLOPE_LIGHT_SQUARED: 40,
        Statistic.SLOPE_LIGHT_LUX: 50,
        Statistic.SLOPE_LUX_SQUARED: 60,
        Statistic.OVERRIDES_ON: 7,
    }
    for hour in (1, 2):
        for kind, amount in amounts.items():
            connection.execute(statistic.insert().values(hour=hour, zone=9, statistic=int(kind), amount=amount))
    assert slope_sums(connection) == {9: SlopeSums(pairs=6, light_squared=80, light_lux=100, lux_squared=120)}


def condensed(connection: Connection, window: int, zone: int, signal: Signal, mean: int, **more: int) -> None:
    """Add a window of two lamps, or of the zone as a whole."""
    sources = 1 if signal is Signal.LIGHT else 2
    values = {
        "n": 1,
        "n_manual": 0,
        "n_pos": 1,
        "pos_ms": WINDOW_MS * sources,
        "val_ms": mean * WINDOW_MS,
        "light_ms": 0,
        "src_ms": WINDOW_MS * sources,
        "vmin": 0,
        "vmax": 0,
        "unknown_ms": 0,
        **more,
    }
    connection.execute(feature.insert().values(win=START // WINDOW_MS + window, zone=zone, kind=int(signal), **values))


@pytest.mark.parametrize(
    ("changed", "signal"),
    [
        ({}, None),
        ({"pos_ms": 5}, Signal.LIGHT),
        ({"src_ms": WINDOW_MS}, Signal.POWER),
        ({"unknown_ms": 9}, Signal.LEVEL),
    ],
)
def test_power_is_known_where_each_lamp_tells_its_own(
    connection: Connection, changed: dict[str, int], signal: Signal | None
) -> None:
    for window in range(12):
        condensed(connection, window, 7, Signal.LIGHT, 50_000, **changed if signal is Signal.LIGHT else {})
        condensed(connection, window, 7, Signal.LEVEL, 229 * 2, **changed if signal is Signal.LEVEL else {})
        condensed(connection, window, 7, Signal.POWER, 530, **changed if signal is Signal.POWER else {})
    # Too little to know anything by.
    condensed(connection, 0, 8, Signal.LIGHT, 50_000)
    condensed(connection, 0, 8, Signal.LEVEL, 229 * 2)
    condensed(connection, 0, 8, Signal.POWER, 530)
    found = power_sums(connection, start_ms=START, end_ms=START + 12 * WINDOW_MS)
    if changed:
        assert found == {}
    else:
        assert found.keys() == {7}
        assert found[7].windows == 12
        assert found[7].light == pytest.approx(0.5)
        assert found[7].watts == pytest.approx(53)
