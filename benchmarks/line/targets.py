"""Targets of all gear of a line, against the time that the standard allows for their frames."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
import itertools
import statistics
import time
from typing import Any, Final

from dali.address import GearShort
from dali.gear import general

from custom_components.smart_lighting_ai_dali.dali.fade import AT_ONCE
from custom_components.smart_lighting_ai_dali.dali.gear import Gear
from custom_components.smart_lighting_ai_dali.dali.level import Level
from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.dali.target import ColourTemperature
from custom_components.smart_lighting_ai_dali.dali.timing import (
    ANSWER_GAP_MAX,
    ANSWER_GAP_MIN,
    BACKWARD_FRAME,
    SETTLING,
    Priority,
    forward_frame,
)

from .peers import WARM
from .simulator import GEAR, Simulator
from .together import is_question
from .waiting import until_complete

_ROUNDS: Final = 5
_LONGEST_TRANSACTION: Final = 0.4
_READINGS: Final = 2
# For each time that background work has the line, it leaves it alone for three.
_PAUSES: Final = 3


@asynccontextmanager
async def online(port: str, gear: Sequence[Gear] = (), name: str = "benchmark") -> AsyncIterator[Line]:
    """Open a line, and wait until all of its gear is known and read."""
    line = Line(port, name=name, gear=gear)
    line.start()
    try:
        if gear:
            await until_complete(line)
        yield line
    finally:
        await line.stop()


def settling(priority: Priority) -> float:
    """Return the mean time before a frame of a priority, in seconds."""
    return SETTLING[priority][1]


async def measure_distinct(line: Line, simulator: Simulator) -> dict[str, float]:
    """Send each of 64 gear to a level of its own, in a call for each."""
    keys = list(line.gear)
    efficiencies = []
    longest = 0.0
    for number in range(_ROUNDS):
        await asyncio.sleep(0.5)
        simulator.frames()
        begun = time.perf_counter()
        await asyncio.gather(
            *(
                line.set_level(key, Level(10 + 3 * place + number), fade=AT_ONCE, priority=Priority.USER)
                for place, key in enumerate(keys)
            )
        )
        taken = time.perf_counter() - begun
        frames = simulator.frames()
        ideal = sum(forward_frame(frame["bits"]) + settling(Priority(frame["priority"])) for frame in frames)
        efficiencies.append(ideal / taken)
        longest = max(longest, longest_transaction(frames))
        if sum(not is_question(frame) for frame in frames) != GEAR:
            raise RuntimeError("64 levels were not 64 frames")
    if longest > _LONGEST_TRANSACTION:
        raise RuntimeError(f"a transaction took {longest:.3f} s")
    return {"distinct_64_efficiency": statistics.median(efficiencies)}


async def measure_colour(line: Line, simulator: Simulator) -> dict[str, float]:
    """Send 64 gear to one colour temperature and to levels of their own, in a call for each."""
    keys = list(line.gear)
    counts, seconds = [], []
    for number in range(_ROUNDS):
        await asyncio.sleep(1)
        simulator.frames()
        begun = time.perf_counter()
        await asyncio.gather(
            *(
                line.set_level(
                    key,
                    Level(10 + 3 * place + number),
                    colour=ColourTemperature(WARM - 10 * number),
                    fade=AT_ONCE,
                    priority=Priority.USER,
                )
                for place, key in enumerate(keys)
            )
        )
        seconds.append(time.perf_counter() - begun)
        counts.append(sum(not is_question(frame) for frame in simulator.frames()))
    return {"tc_and_level_64_frames": statistics.median(counts), "tc_and_level_64_seconds": statistics.median(seconds)}


def longest_transaction(frames: Sequence[dict[str, Any]]) -> float:
    """Return how long the longest transaction takes, in seconds, from its first frame's end to its last."""
    begun = longest = 0.0
    for frame in frames:
        if frame["priority"] != Priority.TRANSACTION:
            begun = frame["time"]
        longest = max(longest, frame["time"] - begun)
    return longest


async def measure_reading(line: Line) -> dict[str, float]:
    """Read the levels of 64 gear in the background of an idle line, of whose time that has a quarter."""
    query = forward_frame(16) + settling(Priority.BACKGROUND) + (ANSWER_GAP_MIN + ANSWER_GAP_MAX) / 2 + BACKWARD_FRAME
    ideal = query * (GEAR + _PAUSES * (GEAR - 1))
    efficiencies = []
    for _ in range(_READINGS):
        await asyncio.sleep(1)
        begun = time.perf_counter()
        for address in range(GEAR):
            answer = await line.send(general.QueryActualLevel(GearShort(address)), priority=Priority.BACKGROUND)
            if answer.raw_value is None:
                raise RuntimeError("a gear did not answer")
        efficiencies.append(ideal / (time.perf_counter() - begun))
    return {"read_64_levels_efficiency": statistics.median(efficiencies)}


async def measure_many_lines(ports: Sequence[str], gear: Sequence[Sequence[Gear]]) -> dict[str, float]:
    """Send all gear of many lines to levels of their own at the same time, in one process."""
    async with asyncio.TaskGroup() as tasks:
        ready = asyncio.Barrier(len(ports))
        results = [
            tasks.create_task(_one_of_many(port, some, ready, f"line {number}"))
            for number, (port, some) in enumerate(zip(ports, gear, strict=True))
        ]
    seconds = list(itertools.chain.from_iterable(result.result() for result in results))
    ideal = GEAR * (forward_frame(16) + settling(Priority.USER))
    return {"lines_16_distinct_efficiency": ideal / statistics.median(seconds)}


async def _one_of_many(port: str, gear: Sequence[Gear], ready: asyncio.Barrier, name: str) -> list[float]:
    seconds = []
    async with online(port, gear, name) as line:
        for number in range(_ROUNDS):
            await ready.wait()
            begun = time.perf_counter()
            await asyncio.gather(
                *(
                    line.set_level(key, Level(10 + 3 * place + number), fade=AT_ONCE, priority=Priority.USER)
                    for place, key in enumerate(line.gear)
                )
            )
            seconds.append(time.perf_counter() - begun)
        await ready.wait()
    return seconds
