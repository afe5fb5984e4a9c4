"""Calls of lights in Home Assistant: many at once, and one beside a line that is never idle."""

import asyncio
from itertools import count
import random
import statistics
import time
from typing import Any, Final

from dali.address import GearShort
from dali.gear import general

from custom_components.smart_lighting_ai_dali.dali.timing import Priority

from .house import House
from .simulator import GEAR, Simulator

_ROUNDS: Final = 7
_CALLS: Final = 150
_BACKGROUND: Final = 4
_CHOICE: Final = 20_261_124
# Table 15 of IEC 62386-102: from this on, commands to an address are questions.
_FIRST_QUERY: Final = 0x90
_SPECIAL: Final = range(0xA0, 0xFC)


def is_question(frame: dict[str, Any]) -> bool:
    """Tell whether a frame asks something: what the line reads for itself at any time."""
    first, second = divmod(int(frame["data"], 16), 256)
    return bool(first & 1) and first not in _SPECIAL and second >= _FIRST_QUERY


async def measure_same_level(house: House, simulator: Simulator) -> dict[str, float]:
    """Turn on 64 lights with a call for each, all to one brightness."""
    frames, seconds = [], []
    for number in range(_ROUNDS):
        await asyncio.sleep(0.5)
        simulator.frames()
        begun = time.perf_counter()
        await asyncio.gather(*(house.call(address, brightness=60 + number) for address in range(GEAR)))
        seconds.append(time.perf_counter() - begun)
        frames.append(sum(not is_question(frame) for frame in simulator.frames()))
    return {"same_level_64_frames": statistics.median(frames), "same_level_64_seconds": statistics.median(seconds)}


async def measure_latency(house: House) -> dict[str, float]:
    """Call one light after the other while background work takes all of the line that it may."""
    chance = random.Random(_CHOICE)
    numbers = count()

    async def keep_busy() -> None:
        while True:
            query = general.QueryActualLevel(GearShort(next(numbers) % GEAR))
            await house.line.send(query, priority=Priority.BACKGROUND)

    busy = [asyncio.create_task(keep_busy()) for _ in range(_BACKGROUND)]
    taken = []
    try:
        for number in range(_CALLS):
            await asyncio.sleep(chance.uniform(0.03, 0.15))
            taken.append(await house.call(number % GEAR, brightness=100 + number % 100))
    finally:
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
    return {
        "user_latency_ms_p50": statistics.median(taken) * 1000,
        "user_latency_ms_p99": statistics.quantiles(taken, n=100)[-1] * 1000,
    }
