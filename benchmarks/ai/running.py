"""The AI planner in a running home: lights while it fails and hangs, and what holds the loop."""

from typing import Final

from ..home_assistant import in_home_assistant
from ..line.simulator import fleet, simulated
from .fallback import measure_fallback
from .home import open_home
from .lights import measure_lights
from .planning import measure_planning

FIGURES: Final = ("fallback_ms_p99", "light_latency_ratio", "loop_gap_ms_max")
"""Those that have goals."""


def measure() -> dict[str, float]:
    """Measure, and return the figures."""
    with simulated(fleet()) as simulator:
        return in_home_assistant(_run(simulator.port))


async def _run(port: str) -> dict[str, float]:
    async with open_home(port) as home:
        figures = await measure_planning(home)
        figures |= await measure_fallback(home)
        return figures | await measure_lights(home)
