"""Adapters of text over a bad cable: no answer but the right one, no silence where there was an answer, never deaf."""

from collections.abc import AsyncIterator, Callable, Iterator
import contextlib
from pathlib import Path

from dali.address import GearShort
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali.adapter import Ability, WireProtocol
from custom_components.smart_lighting_ai_dali.dali.adapters import open_adapter
from custom_components.smart_lighting_ai_dali.dali.driver import Driver
from custom_components.smart_lighting_ai_dali.dali.errors import LineError
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.adapters import AdapterKind
from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from tests.ears import Ears

from .cable import Cable, Quality, flipping, losing, noisy, one_byte_at_a_time, whole
from .conftest import lamp

LEVELS = {1: 10, 2: 120, 3: 254}
NOBODY = 40


@pytest.fixture(params=[AdapterKind.SEVENLAB, AdapterKind.FOXTRON])
def cable(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cable]:
    """Return a cable to an adapter on a line with three lamps."""
    gear = tuple(lamp(address, level=level) for address, level in LEVELS.items())
    line = SimulatedLine(Fleet(name="test", gear=gear, adapter=request.param), link=tmp_path / "line", speed=4.0)
    line.start()
    cable = Cable(line.link)
    yield cable
    cable.close()
    line.stop()


@pytest.fixture
async def driver(cable: Cable, request: pytest.FixtureRequest) -> AsyncIterator[Driver]:
    """Return a driver at the good end of the cable."""
    kind: AdapterKind = request.node.callspec.params["cable"]
    driver = await open_adapter(cable.path, Ears(), WireProtocol[kind.name])
    yield driver
    await driver.close(LineError("the test is over"))


async def level(driver: Driver, address: int) -> int | None:
    """Return the level that a gear says it has, None for silence, -1 for what is no frame; raises LineError."""
    question = general.QueryActualLevel(GearShort(address))
    answer = await driver.transmit(question.frame, priority=Priority.USER, twice=False, answered=True)
    if answer is None:
        return None
    return -1 if answer.error else answer.as_integer


async def recovered(driver: Driver) -> None:
    """Have the driver look at the line until it believes that all is well."""
    for _ in range(5):
        with contextlib.suppress(LineError):
            await driver.check()
            if driver.powered:
                return


@pytest.mark.parametrize(
    ("direction", "quality", "least"),
    [
        pytest.param("to_host", lambda: one_byte_at_a_time, 30, id="one byte at a time"),
        pytest.param("to_host", lambda: noisy(0.3), 20, id="noise to the host"),
        pytest.param("to_host", lambda: losing(0.1), 15, id="losses to the host"),
        pytest.param("to_adapter", lambda: one_byte_at_a_time, 30, id="one byte at a time to the adapter"),
        pytest.param("to_adapter", lambda: losing(0.1), 15, id="losses to the adapter"),
    ],
)
async def test_what_is_there_is_never_silent_and_what_is_not_never_answers(
    cable: Cable, driver: Driver, direction: str, quality: Callable[[], Quality], least: int
) -> None:
    setattr(cable, direction, quality())
    answered = 0
    for number in range(30):
        address = 1 + number % 3
        try:
            assert await level(driver, address) == LEVELS[address]
            answered += 1
            assert await level(driver, NOBODY) is None
        except LineError:
            await recovered(driver)
    assert answered >= least
    setattr(cable, direction, whole)
    await recovered(driver)
    for address, expected in LEVELS.items():
        assert await level(driver, address) == expected


@pytest.mark.parametrize("direction", ["to_host", "to_adapter"])
async def test_bits_that_turn_over_are_found_where_there_are_checksums_and_deafen_nobody(
    cable: Cable, driver: Driver, direction: str
) -> None:
    setattr(cable, direction, flipping(0.1))
    for number in range(20):
        address = 1 + number % 3
        try:
            found = await level(driver, address)
        except LineError:
            await recovered(driver)
        else:
            assert found == LEVELS[address] or Ability.CHECKSUMS not in driver.adapter.abilities
    setattr(cable, direction, whole)
    await recovered(driver)
    for address, expected in LEVELS.items():
        assert await level(driver, address) == expected


@pytest.mark.parametrize(
    "garbage", [b"\x00" * 5000, b"{" * 5000, b"\x01" * 5000, b"\x010B" * 2000, bytes(range(256)) * 20]
)
async def test_garbage_from_the_adapter_is_stepped_over(cable: Cable, driver: Driver, garbage: bytes) -> None:
    for start in range(0, len(garbage), 1000):
        cable.say(garbage[start : start + 1000])
        assert await level(driver, 2) == LEVELS[2]
    assert driver.counters["disturbed"]
