"""The line: in Home Assistant and alone, against python-dali's driver and against what the standard allows.

All is measured on simulated lines of 64 gear, each in a process of its own, in real time.
"""

import asyncio
from typing import Final

import psutil

from custom_components.smart_lighting_ai_dali.dali.events import LineStatus

from ..goals import row
from ..home_assistant import in_home_assistant
from . import peers
from .commissioning import measure_commissioning
from .goals import GOALS
from .house import open_house
from .known import gear_of
from .loop_gap import Gaps, gaps
from .questions import measure_questions
from .simulator import Simulator, crowd, fleet, simulated
from .targets import measure_colour, measure_distinct, measure_many_lines, measure_reading, online
from .together import measure_latency, measure_same_level
from .waiting import until, until_complete

_LINES: Final = 16
_READY_SECONDS: Final = 180.0


def run() -> tuple[str, dict[str, float]]:
    """Measure everything, and return tables for people and the figures."""
    figures: dict[str, float] = {}
    with simulated(fleet()) as simulator:
        ours, peer = peers.measure(simulator.port)
    seen = Gaps()
    with simulated(fleet()) as simulator:
        figures |= in_home_assistant(_in_a_house(simulator, seen))
    with simulated(fleet()) as simulator:
        figures |= asyncio.run(_alone(simulator, seen))
    with simulated(fleet()) as simulator:
        figures |= asyncio.run(_reading(simulator, seen))
    with simulated(fleet(types=[6, 8], colours=["tc"])) as simulator:
        figures |= asyncio.run(_in_colour(simulator, seen))
    figures["loop_gap_ms_max"] = seen.longest * 1000
    figures["same_level_64_speedup"] = peer["same_level_64_seconds"] / figures["same_level_64_seconds"]
    figures["colour_speedup"] = peer["tc_and_level_64_seconds"] / figures["tc_and_level_64_seconds"]
    figures |= measure_commissioning()
    figures |= measure_questions()
    figures |= _many_lines()
    known = {key: figures[key] for key in GOALS if key in figures}
    rest = {key: value for key, value in figures.items() if key not in GOALS}
    lines = [row(key, value, GOALS.get(key)) for key, value in (known | rest).items()]
    lines.append(f"the longest callback was {seen.of}")
    return "\n".join((*lines, "", peers.table(ours, peer))), {**known, **rest, **ours}


async def _in_a_house(simulator: Simulator, seen: Gaps) -> dict[str, float]:
    async with open_house(simulator.port, seen) as house:
        await until_complete(house.line)
        figures = {"startup_ms_64_known": house.startup * 1000}
        figures |= await measure_same_level(house, simulator)
        return figures | await measure_latency(house)


async def _alone(simulator: Simulator, seen: Gaps) -> dict[str, float]:
    with gaps(seen):
        async with online(simulator.port, gear_of()) as line:
            return await measure_distinct(line, simulator)


async def _reading(simulator: Simulator, seen: Gaps) -> dict[str, float]:
    """Measure on a line of which nothing is known: it has no background work of its own."""
    with gaps(seen):
        async with online(simulator.port) as line:
            await until(lambda: line.status is LineStatus.ONLINE, _READY_SECONDS)
            return await measure_reading(line)


async def _in_colour(simulator: Simulator, seen: Gaps) -> dict[str, float]:
    with gaps(seen):
        async with online(simulator.port, gear_of(white=True)) as line:
            await until(lambda: all(line.state(key).colour is not None for key in line.gear), _READY_SECONDS)
            return await measure_colour(line, simulator)


def _many_lines() -> dict[str, float]:
    """Run sixteen lines in this process, and say what that costs it."""
    process = psutil.Process()
    with crowd([fleet(number=number) for number in range(_LINES)]) as ports:
        gear = [gear_of(number) for number in range(_LINES)]
        process.cpu_percent()
        figures = asyncio.run(measure_many_lines(ports, gear))
        return figures | {
            "lines_16_cpu_percent": process.cpu_percent(),
            "lines_16_rss_mb": process.memory_info().rss / 2**20,
        }
