"""What befalls adapters, each over a real pseudo-terminal: faults of the list that test_line.py does not have."""

import asyncio
from collections.abc import AsyncIterator, Callable
import errno
import logging
import os
from pathlib import Path
import random
import time
from typing import Any

from dali.address import GearShort
from dali.gear import general
import psutil
import pytest

from custom_components.smart_lighting_ai_dali.dali import transport
from custom_components.smart_lighting_ai_dali.dali.errors import LineDisconnectedError, LineError
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.dali.sequences import ask
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.frame_log import FrameKind
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from tests.told import told_once

from .conftest import Build, lamp

FADE = general.SetFadeTime(GearShort(1))
LEVEL = general.QueryActualLevel(GearShort(1))

type Start = Callable[[str], Line]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Return what starts a line on a port; it stops with the test."""
    lines: list[Line] = []

    def begin(url: str) -> Line:
        line = Line(url, name="test")
        lines.append(line)
        line.start()
        return line

    yield begin
    for line in lines:
        await line.stop()


async def until(line: Line, *status: LineStatus, seconds: float = 20.0) -> None:
    """Wait for a status."""
    async with asyncio.timeout(seconds):
        while line.status not in status:
            await asyncio.sleep(0.005)


async def do(simulated: SimulatedLine, action: Callable[[Simulation], Any]) -> Any:
    """Do something to the simulated line."""
    return await asyncio.to_thread(simulated.call, action)


def own_frames(simulation: Simulation) -> list[int]:
    """Return the forward frames of our adapter."""
    frames = simulation.wire.log.frames()
    return [frame.data for frame in frames if frame.kind is FrameKind.FORWARD and frame.source == "adapter"]


async def test_unplugging_in_the_middle_of_a_frame_fails_its_sender_at_once(build: Build, start: Start) -> None:
    simulated = build(lamp(1), speed=1)
    line = start(str(simulated.link))
    await until(line, LineStatus.ONLINE)
    sending = asyncio.create_task(line.send(LEVEL, priority=Priority.USER))
    # A frame takes 15 ms to settle and 14 ms on the line.
    await asyncio.sleep(0.02)
    await do(simulated, Simulation.unplug)
    begun = time.monotonic()
    with pytest.raises(LineDisconnectedError):
        await sending
    # Whoever has to find out by waiting takes a second and more.
    assert time.monotonic() - begun < 0.5


async def test_unplugging_between_the_halves_of_a_command_fails_it_and_it_can_be_sent_again(
    build: Build, start: Start
) -> None:
    simulated = build(lamp(1), speed=1)
    line = start(str(simulated.link))
    await until(line, LineStatus.ONLINE)
    await line.send(general.DTR0(9), priority=Priority.USER)
    sending = asyncio.create_task(line.send(FADE, priority=Priority.USER))
    async with asyncio.timeout(2):
        while FADE.frame.as_integer not in await do(simulated, own_frames):
            await asyncio.sleep(0.002)
    await do(simulated, Simulation.unplug)
    with pytest.raises(LineDisconnectedError):
        await sending
    await do(simulated, Simulation.replug)
    await until(line, LineStatus.ONLINE)
    await line.send(general.DTR0(9), priority=Priority.USER)
    await line.send(FADE, priority=Priority.USER)
    answer = await line.send(ask(general.QueryFadeTimeFadeRate(GearShort(1))), priority=Priority.USER)
    assert answer >> 4 == 9


async def test_a_hundred_times_out_and_in_at_any_moment_leave_nothing_behind(build: Build, start: Start) -> None:
    chance = random.Random(7)
    simulated = build(lamp(1, level=77), speed=16)
    line = start(str(simulated.link))
    await until(line, LineStatus.ONLINE)
    assert await line.send(ask(LEVEL), priority=Priority.USER) == 77
    open_before = psutil.Process().num_fds()
    tasks_before = len(asyncio.all_tasks())
    for _ in range(100):
        asking = asyncio.create_task(line.send(ask(LEVEL), priority=Priority.USER))
        await asyncio.sleep(chance.uniform(0, 0.02))
        await do(simulated, Simulation.unplug)
        try:
            assert await asking == 77
        except LineError as error:
            assert error.key in {"line_disconnected", "no_answer"}  # noqa: PT017  # either may come, nothing else
        await until(line, LineStatus.OFFLINE)
        await do(simulated, Simulation.replug)
        line.wake()
        await until(line, LineStatus.ONLINE)
    assert await line.send(ask(LEVEL), priority=Priority.USER) == 77
    assert psutil.Process().num_fds() <= open_before
    assert len(asyncio.all_tasks()) <= tasks_before


async def test_an_adapter_that_comes_and_goes_is_told_of_once(
    build: Build, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    simulated = build(lamp(1), speed=16)
    line = start(str(simulated.link))
    for _ in range(6):
        await until(line, LineStatus.ONLINE)
        await do(simulated, Simulation.unplug)
        await until(line, LineStatus.OFFLINE)
        await do(simulated, Simulation.replug)
        line.wake()
    await until(line, LineStatus.ONLINE)
    told = [record.message.split("adapter=")[1].split()[0] for record in caplog.records if "adapter=" in record.message]
    assert told == ["lost", "connected", "flapping"]
    told_once(caplog, "dali.driver", "adapter=flapping")


async def test_a_port_that_may_not_be_opened_is_named_and_tried_again(
    build: Build, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulated = build(lamp(1))
    genuine = transport.open_transport

    async def forbidden(*_: Any, **__: Any) -> Any:
        # What the kernel says to a user who is not in the group of the port; these tests may run as root.
        raise PermissionError(errno.EACCES, "Permission denied", str(simulated.link))

    async def open_forbidden(url: str, factory: Any, **options: Any) -> Any:
        return await genuine(url, factory, create_connection=forbidden, **options)

    module = "custom_components.smart_lighting_ai_dali.dali.port_driver.open_transport"
    monkeypatch.setattr(module, open_forbidden)
    line = start(str(simulated.link))
    await until(line, LineStatus.OFFLINE)
    assert line.problem is not None
    assert line.problem.key == "port_forbidden"
    assert str(simulated.link) in str(line.problem)
    monkeypatch.setattr(module, genuine)
    line.wake()
    await until(line, LineStatus.ONLINE)


@pytest.mark.parametrize("what", ["file", "folder"])
async def test_what_is_no_port_is_named_so(what: str, tmp_path: Path, start: Start) -> None:
    path = tmp_path / "port"
    if what == "file":
        path.write_text("no port")
    else:
        path.mkdir()
    line = start(str(path))
    await until(line, LineStatus.OFFLINE)
    assert line.problem is not None
    assert line.problem.key == "port_unusable"


async def test_a_port_whose_folder_is_gone_is_missing(tmp_path: Path, start: Start) -> None:
    line = start(str(tmp_path / "by-id" / "adapter"))
    await until(line, LineStatus.OFFLINE)
    assert line.problem is not None
    assert line.problem.key == "port_missing"


async def test_a_slow_driver_of_the_kernel_holds_nobody_up(
    build: Build, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulated = build(lamp(1))
    genuine = os.open

    slowed: list[str] = []

    def slow(path: Any, *more: Any, **named: Any) -> int:
        if str(path) == str(simulated.link):
            slowed.append(str(path))
            time.sleep(0.2)
        return genuine(path, *more, **named)

    monkeypatch.setattr(os, "open", slow)
    gaps: list[float] = []

    async def heartbeat() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.005)
            gaps.append(time.monotonic() - last)
            last = time.monotonic()

    beating = asyncio.create_task(heartbeat())
    line = start(str(simulated.link))
    await until(line, LineStatus.ONLINE)
    await line.stop()
    beating.cancel()
    assert slowed
    # The machine may hold us up by some; the driver would by 200 ms.
    assert max(gaps) < 0.15


async def test_an_adapter_that_takes_nothing_is_given_up_within_fifteen_seconds(build: Build, start: Start) -> None:
    simulated = build(lamp(1))
    line = start(str(simulated.link))
    await until(line, LineStatus.ONLINE)
    await do(simulated, lambda simulation: simulation.adapter_stalled(stalled=True))
    await until(line, LineStatus.OFFLINE, seconds=15)
    await do(simulated, lambda simulation: simulation.adapter_stalled(stalled=False))
    await until(line, LineStatus.ONLINE, seconds=8)
