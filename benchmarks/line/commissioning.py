"""How many frames it takes to give short addresses: to 64 gear, and to one that is new beside 63."""

import asyncio
from typing import Any, Final

from custom_components.smart_lighting_ai_dali.dali.commissioning_orders import FindNew, Phase
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.dali.line import Line

from .known import gear_of
from .simulator import GEAR, Simulator, fleet, simulated
from .together import is_question
from .waiting import until

# Frames are counted, not timed: 64 gear take almost two minutes in real time.
_SPEED: Final = 8.0
_SECONDS: Final = 300.0
_TERMINATE: Final = 0xA100


def measure_commissioning() -> dict[str, float]:
    """Commission two lines."""
    with simulated(fleet(addresses=False), speed=_SPEED) as simulator:
        all_new = asyncio.run(_give_addresses(simulator, known=0))
    described = fleet()
    described["gear"][-1]["address"] = "none"
    with simulated(described, speed=_SPEED) as simulator:
        one_new = asyncio.run(_give_addresses(simulator, known=GEAR - 1))
    return {"commission_64_frames": all_new, "commission_1_new_of_64_frames": one_new}


async def _give_addresses(simulator: Simulator, *, known: int) -> int:
    line = Line(simulator.port, name="benchmark", gear=gear_of()[:known])
    line.start()
    try:
        await until(lambda: line.status is LineStatus.ONLINE, _SECONDS)
        # What is known is read first: that is no part of it.
        await until(lambda: all(line.state(key).level is not None for key in line.gear), _SECONDS)
        simulator.frames()
        line.commissioning.start(FindNew())
        await until(lambda: line.commissioning.progress.phase is Phase.READING, _SECONDS)
        frames = simulator.frames()
    finally:
        await line.stop()
    ends = [number for number, frame in enumerate(frames) if int(frame["data"], 16) == _TERMINATE]
    return sum(not _is_of_the_reader(frame, known) for frame in frames[: ends[-1] + 1])


def _is_of_the_reader(frame: dict[str, Any], known: int) -> bool:
    """Tell whether a frame asks known gear something, as is done at any time."""
    return is_question(frame) and int(frame["data"], 16) >> 9 < known
