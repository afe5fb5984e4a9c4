"""The LUBA driver against the simulated adapter, over a real serial port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
import os
import random
import time
import tty

from dali.address import GearBroadcast, GearShort
from dali.command import Command
from dali.frame import BackwardFrame, Frame
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali.errors import (
    AdapterSilentError,
    CommandRefusedError,
    LineDisconnectedError,
    LineError,
    LineWithoutPowerError,
    NotAnAdapterError,
    PortBusyError,
)
from custom_components.smart_lighting_ai_dali.dali.luba_driver import LubaDriver, open_luba
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation

from .conftest import Build, lamp


class Ears:
    """Keeps what the driver hears."""

    def __init__(self) -> None:
        self.frames: list[tuple[int, bool]] = []
        self.power: list[bool] = []

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Keep a frame."""
        self.frames.append((frame.as_integer, own))

    def power_changed(self, *, powered: bool) -> None:
        """Keep a change of the line's power."""
        self.power.append(powered)


type Open = Callable[[SimulatedLine], Awaitable[tuple[LubaDriver, Ears]]]


@pytest.fixture
async def connect() -> AsyncIterator[Open]:
    """Return what opens a driver on a simulated line; it is closed with the test."""
    drivers: list[LubaDriver] = []

    async def start(line: SimulatedLine) -> tuple[LubaDriver, Ears]:
        ears = Ears()
        driver = await open_luba(str(line.link), ears)
        drivers.append(driver)
        await driver.prepare()
        return driver, ears

    yield start
    for driver in drivers:
        await driver.close(LineError("the test is over"))


async def send(driver: LubaDriver, command: Command) -> BackwardFrame | None:
    """Send a command as a person's action."""
    return await driver.transmit(
        command.frame,
        priority=Priority.USER,
        twice=command.sendtwice,
        answered=command.is_query,
    )


def level_of(address: int) -> Command:
    """Return the question for a level."""
    return general.QueryActualLevel(GearShort(address))


async def test_the_adapter_says_who_it_is(build: Build, connect: Open) -> None:
    driver, _ = await connect(build(lamp(0)))
    assert driver.adapter.protocol == "LUBA"
    assert driver.adapter.article
    assert driver.adapter.name == f"LUBA adapter {driver.adapter.article}"
    assert driver.powered


async def test_commands_are_heard_and_questions_answered(build: Build, connect: Open) -> None:
    driver, ears = await connect(build(lamp(0), lamp(1)))
    assert await send(driver, general.DAPC(GearShort(1), 123)) is None
    answer = await send(driver, level_of(1))
    assert answer is not None
    assert answer.as_integer == 123
    assert ears.frames == [
        (general.DAPC(GearShort(1), 123).frame.as_integer, True),
        (level_of(1).frame.as_integer, True),
    ]


async def test_no_gear_is_silence_and_two_are_a_collision(build: Build, connect: Open) -> None:
    driver, _ = await connect(build(lamp(1, level=10), lamp(1, serial=2, level=200)))
    for _ in range(5):
        assert await send(driver, level_of(40)) is None
    answer = await send(driver, level_of(1))
    assert answer is not None
    assert answer.error


async def test_a_command_that_is_sent_twice_is_heard_twice(build: Build, connect: Open) -> None:
    driver, ears = await connect(build(lamp(3)))
    await send(driver, general.DTR0(7))
    await send(driver, general.SetFadeTime(GearShort(3)))
    assert len(ears.frames) == 3
    answer = await send(driver, general.QueryFadeTimeFadeRate(GearShort(3)))
    assert answer is not None
    assert answer.as_integer >> 4 == 7


async def test_a_busy_event_loop_loses_no_answer(build: Build, connect: Open) -> None:
    driver, _ = await connect(build(*(lamp(address, level=100 + address) for address in range(8))))
    chance = random.Random(8)

    async def stall() -> None:
        while True:
            await asyncio.sleep(chance.uniform(0, 0.05))
            time.sleep(0.05)  # noqa: ASYNC251  # this is what is being tested

    stalling = asyncio.create_task(stall())
    silences = 0
    for number in range(1000):
        answer = await send(driver, level_of(number % 8))
        silences += answer is None or answer.as_integer != 100 + number % 8
    stalling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await stalling
    assert silences == 0


async def test_another_masters_frames_are_heard_and_answer_nothing_of_ours(build: Build, connect: Open) -> None:
    line = build(lamp(1, level=50))
    driver, ears = await connect(line)
    foreign = general.DAPC(GearShort(1), 77).frame.as_integer
    line.call(lambda simulation: simulation.foreign_frame(16, foreign))
    for _ in range(20):
        assert await send(driver, level_of(40)) is None
        if (foreign, False) in ears.frames:
            break
    assert (foreign, False) in ears.frames
    line.call(lambda simulation: simulation.foreign_frame(16, level_of(1).frame.as_integer))
    assert await send(driver, level_of(40)) is None
    assert driver.counters["stray_answers"] <= 1


async def test_a_line_without_power_is_told_at_once(build: Build, connect: Open) -> None:
    line = build(lamp(1))
    driver, ears = await connect(line)
    line.call(lambda simulation: simulation.set_line_power(present=False))
    with pytest.raises(LineWithoutPowerError):
        await send(driver, general.Off(GearBroadcast()))
    assert ears.power == [False]
    line.call(lambda simulation: simulation.set_line_power(present=True))
    await driver.check()
    assert driver.powered
    assert ears.power[-1] is True


async def test_what_the_adapter_refuses_is_said(build: Build, connect: Open) -> None:
    driver, _ = await connect(build(lamp(1)))
    with pytest.raises(CommandRefusedError):
        await driver.transmit(Frame(40, 1), priority=Priority.USER, twice=False, answered=False)


async def test_an_unplugged_adapter_fails_what_is_under_way(build: Build, connect: Open) -> None:
    line = build(lamp(1), speed=1)
    driver, _ = await connect(line)
    asking = asyncio.create_task(send(driver, level_of(1)))
    await asyncio.sleep(0.005)
    begun = asyncio.get_running_loop().time()
    await asyncio.to_thread(line.call, lambda simulation: simulation.unplug())
    with pytest.raises(LineDisconnectedError):
        await asking
    assert isinstance(await driver.lost, LineDisconnectedError)
    assert asyncio.get_running_loop().time() - begun < 0.5
    with pytest.raises(LineDisconnectedError):
        await send(driver, level_of(1))


@pytest.mark.parametrize("stalled", [False, True])
async def test_an_adapter_that_says_nothing_is_silent(build: Build, connect: Open, *, stalled: bool) -> None:
    def trouble(simulation: Simulation, *, present: bool) -> None:
        if stalled:
            simulation.adapter_stalled(stalled=present)
        else:
            simulation.adapter_deaf(deaf=present)

    line = build(lamp(1))
    driver, _ = await connect(line)
    line.call(lambda simulation: trouble(simulation, present=True))
    with pytest.raises(AdapterSilentError):
        await send(driver, level_of(1))
    with pytest.raises(AdapterSilentError):
        await driver.check()
    line.call(lambda simulation: trouble(simulation, present=False))
    for _ in range(3):
        with contextlib.suppress(LineError):
            await driver.check()
    assert await send(driver, level_of(1)) is not None


async def test_a_port_where_nobody_answers_is_free_again(build: Build) -> None:
    line = build(lamp(1))
    line.call(lambda simulation: simulation.adapter_deaf(deaf=True))
    with pytest.raises(AdapterSilentError):
        await open_luba(str(line.link), Ears())
    line.call(lambda simulation: simulation.adapter_deaf(deaf=False))
    driver = await open_luba(str(line.link), Ears())
    with pytest.raises(PortBusyError):
        await open_luba(str(line.link), Ears())
    await driver.close(LineError("the test is over"))


async def test_something_else_on_the_port_is_no_adapter() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    loop = asyncio.get_running_loop()
    loop.add_reader(master, lambda: os.write(master, b"AT OK\r\n" if os.read(master, 64) else b""))
    try:
        with pytest.raises(NotAnAdapterError):
            await open_luba(os.ttyname(slave), Ears())
    finally:
        loop.remove_reader(master)
        os.close(master)
        os.close(slave)
