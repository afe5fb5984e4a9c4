"""A line over a bad cable: every question gets its own answer or an error, and what was good before is good after."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from dali.address import GearShort
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali.errors import LineError
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.dali.luba_driver import open_luba
from custom_components.smart_lighting_ai_dali.dali.sequences import ask
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from tests.ears import Ears

from .cable import Cable, Quality, flipping, losing, noisy, one_byte_at_a_time, whole
from .conftest import Build, lamp

LEVELS = {1: 10, 2: 120, 3: 254}

type Connect = Callable[..., Cable]


@pytest.fixture
def simulated(build: Build) -> SimulatedLine:
    """Return a line with three lamps."""
    return build(*(lamp(address, level=level) for address, level in LEVELS.items()))


@pytest.fixture
def lay(simulated: SimulatedLine) -> Iterator[Connect]:
    """Return what lays a cable to the simulated line; it is taken away with the test."""
    cables: list[Cable] = []

    def start(**qualities: Quality) -> Cable:
        cable = Cable(Path(simulated.link), **qualities)
        cables.append(cable)
        return cable

    yield start
    for cable in cables:
        cable.close()


@pytest.fixture
async def start() -> AsyncIterator[Callable[[Cable], Line]]:
    """Return what starts a line on a cable; it stops with the test."""
    lines: list[Line] = []

    def begin(cable: Cable) -> Line:
        line = Line(cable.path, name="test")
        line.start()
        lines.append(line)
        return line

    yield begin
    for line in lines:
        await line.stop()


async def until_online(line: Line, seconds: float = 10.0) -> None:
    """Wait until a line is online."""
    async with asyncio.timeout(seconds):
        while line.status is not LineStatus.ONLINE:
            await asyncio.sleep(0.02)


async def level(line: Line, address: int) -> int:
    """Return the level that a gear says it has; raises LineError."""
    found: int = await line.send(ask(general.QueryActualLevel(GearShort(address))), priority=Priority.USER)
    return found


@pytest.mark.parametrize(
    ("quality", "questions", "least"),
    [
        pytest.param(whole, 30, 30, id="whole"),
        pytest.param(one_byte_at_a_time, 30, 30, id="one byte at a time"),
        pytest.param(noisy(0.3), 30, 20, id="noisy"),
        pytest.param(flipping(0.05), 20, 10, id="flipping"),
        pytest.param(losing(0.05), 20, 10, id="losing"),
    ],
)
async def test_every_question_gets_its_own_answer_or_an_error(
    quality: Quality, questions: int, least: int, lay: Connect, start: Callable[[Cable], Line]
) -> None:
    cable = lay()
    line = start(cable)
    await until_online(line)
    cable.to_host = quality
    answered = 0
    for number in range(questions):
        address = 1 + number % 3
        try:
            assert await level(line, address) == LEVELS[address]
            answered += 1
        except LineError:
            await until_online(line)
    assert answered >= least
    cable.to_host = whole
    await until_online(line)
    for address, expected in LEVELS.items():
        assert await level(line, address) == expected


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(bytes(1), id="a zero"),
        pytest.param(b"\x59", id="a beginning"),
        pytest.param(b"\x59\x31\x00", id="length 0 and no checksum"),
        pytest.param(b"\x59\x31\xff", id="length 255"),
        pytest.param(b"\x59\x31\x15" + bytes(10), id="a length that nobody fills"),
        pytest.param(b"\x59\x31\x07\x01\x02\x03", id="a message cut short"),
        pytest.param(b"\x59\x33\x01\x04\x00", id="a wrong checksum"),
        pytest.param(b"LUBA 3.1 ready\r\n", id="a banner"),
        pytest.param(bytes(range(256)) * 14, id="four kilobytes"),
    ],
)
async def test_after_any_garbage_the_next_question_is_answered(
    garbage: bytes, lay: Connect, start: Callable[[Cable], Line]
) -> None:
    cable = lay()
    line = start(cable)
    await until_online(line)
    cable.say(garbage)
    for address, expected in LEVELS.items():
        assert await level(line, address) == expected
    assert line.status is LineStatus.ONLINE
    assert line.diagnostics()["connections"] == 1


async def test_an_adapter_that_restarted_is_set_up_again(
    simulated: SimulatedLine, lay: Connect, start: Callable[[Cable], Line]
) -> None:
    cable = lay()
    line = start(cable)
    await until_online(line)
    simulated.call(lambda simulation: simulation.adapter.restart())
    settings = simulated.call(lambda simulation: simulation.adapter.settings)
    cable.say(b"LUBA 3.1 ready\r\n")
    async with asyncio.timeout(3):
        while simulated.call(lambda simulation: simulation.adapter.settings) == settings:
            await asyncio.sleep(0.05)


async def test_confirmations_and_answers_that_come_twice_belong_to_nothing_else(
    lay: Connect, start: Callable[[Cable], Line]
) -> None:
    cable = lay()
    line = start(cable)
    await until_online(line)
    heard: list[bytes] = []

    def keep(data: bytes) -> list[bytes]:
        heard.append(data)
        return [data]

    cable.to_host = keep
    assert await level(line, 3) == LEVELS[3]
    cable.to_host = whole
    for _ in range(5):
        # All that was said of the question before is said once more.
        cable.say(b"".join(heard))
        assert await level(line, 3) == LEVELS[3]
        cable.say(b"".join(heard))
        assert await level(line, 1) == LEVELS[1]


async def test_an_adapter_that_takes_nothing_is_let_go_of(lay: Connect) -> None:
    cable = lay()

    driver = await open_luba(cable.path, Ears())
    cable.to_adapter = lambda _: ()
    begun = asyncio.get_running_loop().time()
    with pytest.raises(LineError) as error:
        await driver.transmit(
            general.QueryActualLevel(GearShort(1)).frame, priority=Priority.USER, twice=False, answered=True
        )
    assert error.value.key == "adapter_silent"
    assert asyncio.get_running_loop().time() - begun < 1.5
    await driver.close(LineError("the test is over"))
