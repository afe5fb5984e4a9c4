"""Emergency lights on a line: how they are is read in turn, and a person tests them."""

from collections.abc import Callable
from typing import Any

import pytest

from custom_components.smart_lighting_ai_dali.dali import emergency
from custom_components.smart_lighting_ai_dali.dali.emergency_state import (
    EmergencyFailure,
    EmergencyMode,
    EmergencyState,
    EmergencyTest,
)
from custom_components.smart_lighting_ai_dali.dali.errors import GearUnknownError, NoAnswerError
from custom_components.smart_lighting_ai_dali.dali.events import ReportsChanged

from .conftest import Build, Connect, lamp
from .line_bench import KEY, Bench, known


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask without pauses: the line is faster, too."""
    monkeypatch.setattr(emergency, "MOMENT", 0.01)
    monkeypatch.setattr(emergency, "EVENTFUL", 0.2)
    monkeypatch.setattr(emergency, "INTERVAL", 0.3)


async def light(build: Build, connect: Connect, **more: Any) -> Bench:
    """Return a line with an emergency light, and a plain lamp."""
    gear = lamp(1, **{"device_types": (1, 6), "rated_minutes": 60, "battery_minutes": 75, **more})
    bench = await connect(build(gear, lamp(2), speed=16), gear=[known(1, device_types=(1, 6)), known(2)])
    await until(bench, lambda state: state.details.rated == 60)
    return bench


async def until(bench: Bench, condition: Callable[[EmergencyState], bool]) -> EmergencyState:
    """Wait until the emergency light is so."""

    def is_so() -> bool:
        state = bench.line.emergency.state(KEY)
        return state is not None and condition(state)

    await bench.until(is_so, 60)
    state = bench.line.emergency.state(KEY)
    assert state is not None
    return state


async def test_it_is_read_and_other_gear_is_not(build: Build, connect: Connect) -> None:
    bench = await light(build, connect)
    state = bench.line.emergency.state(KEY)
    assert state is not None
    assert (state.mode, state.charge) == (EmergencyMode.NORMAL, 100)
    assert bench.line.emergency.state(known(2).key) is None
    await bench.until(lambda: ReportsChanged(frozenset((KEY,))) in bench.events)
    assert bench.writes() == []


async def test_a_power_cut_and_a_broken_battery_are_seen(build: Build, connect: Connect) -> None:
    bench = await light(build, connect)
    bench.simulated.call(lambda simulation: simulation.set_mains_power(1, present=False))
    await until(bench, lambda state: state.mode is EmergencyMode.EMERGENCY)
    bench.simulated.call(lambda simulation: simulation.set_mains_power(1, present=True))
    bench.simulated.call(lambda simulation: simulation.set_gear_fault(1, "battery"))
    await until(bench, lambda state: bool(state.failures & EmergencyFailure.BATTERY))


async def test_a_test_is_started_by_a_person_and_ends(build: Build, connect: Connect) -> None:
    bench = await light(build, connect)
    await bench.line.emergency.start_test(KEY, EmergencyTest.FUNCTION)
    state = bench.line.emergency.state(KEY)
    assert state is not None
    assert state.mode is EmergencyMode.FUNCTION_TEST
    assert state.details.rated == 60
    await until(bench, lambda state: not state.is_testing)
    await bench.line.emergency.start_test(KEY, EmergencyTest.DURATION)
    await bench.line.emergency.stop_test(KEY)
    state = bench.line.emergency.state(KEY)
    assert state is not None
    assert not state.is_testing


async def test_who_is_not_there_can_not_be_tested(build: Build, connect: Connect) -> None:
    bench = await light(build, connect)
    with pytest.raises(GearUnknownError):
        await bench.line.emergency.start_test("nobody", EmergencyTest.FUNCTION)
    bench.simulated.call(lambda simulation: simulation.set_gear_fault(1, "deaf"))
    with pytest.raises(NoAnswerError):
        await bench.line.emergency.start_test(KEY, EmergencyTest.FUNCTION)
    await bench.until(lambda: bench.line.emergency.state(KEY) is None, 60)
