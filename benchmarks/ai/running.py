"""The AI planner in a running home: `python -m benchmarks.ai.running` measures this alone, in some minutes."""

from typing import Final

from ..goals import row
from ..home_assistant import in_home_assistant
from ..line.simulator import fleet, simulated
from .fallback import measure_fallback
from .goals import GOALS
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


def main() -> None:
    """Measure, and print the figures."""
    for key, value in measure().items():
        print(row(key, value, GOALS.get(key)))


if __name__ == "__main__":
    main()
