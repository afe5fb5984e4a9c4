"""How many frames it takes to ask 64 gear for failures, and to make sure that each is the one that it was."""

import asyncio
from dataclasses import replace
from typing import Any, Final

from custom_components.smart_lighting_ai_dali.dali.sequences import recognise
from custom_components.smart_lighting_ai_dali.dali.timing import Priority

from .known import gear_of
from .simulator import Simulator, fleet, simulated
from .targets import online

# Frames are counted, not timed.
_SPEED: Final = 8.0
_SWEEPS: Final = 5
# DTR0 and DTR1; QUERY CONTENT DTR0 and DTR1, READ MEMORY LOCATION (IEC 62386-102, tables 15 and 16).
_REGISTERS: Final = frozenset({0xA3, 0xC3})
_OF_MEMORY: Final = frozenset({0x98, 0x9C, 0xC5})


def measure_questions() -> dict[str, float]:
    """Ask a line of 64 gear that are well."""
    with simulated(fleet(), speed=_SPEED) as simulator:
        return asyncio.run(_ask(simulator))


async def _ask(simulator: Simulator) -> dict[str, float]:
    gear = [replace(one, firmware="1.0", units=1) for one in gear_of()]
    async with online(simulator.port, gear) as line:
        sweeps = []
        for _ in range(_SWEEPS):
            simulator.frames()
            await line.failures.sweep()
            sweeps.append(len(simulator.frames()))
        simulator.frames()
        for one in gear:
            if not await line.send(recognise(one), priority=Priority.CONFIGURATION):
                raise RuntimeError("a gear was not recognised")
        read = sum(map(_is_of_memory, simulator.frames()))
    # One gear is verified every two seconds, whatever else is asked: the sweep without it is what a sweep takes.
    return {"failure_sweep_frames": min(sweeps), "identity_frames_per_gear": read / len(gear)}


def _is_of_memory(frame: dict[str, Any]) -> bool:
    data = int(frame["data"], 16)
    return data >> 8 in _REGISTERS or (bool(data >> 8 & 1) and data & 0xFF in _OF_MEMORY)
