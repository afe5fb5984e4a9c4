"""Jobs of commissioning on a bench, and what came of them."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from custom_components.smart_lighting_ai_dali.dali.commissioning_orders import (
    CommissioningProgress,
    CommissioningResult,
    Order,
)
from custom_components.smart_lighting_ai_dali.dali.events import CommissioningProgressed
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .conftest import lamp
from .line_bench import Bench

FAST: Final = 50.0


def new(number: int, **more: Any) -> GearSpecification:
    """Return a gear without a short address."""
    return lamp(None, name=f"New {number}", serial=2000 + number, level=0, **more)


async def commission(bench: Bench, order: Order) -> CommissioningResult:
    """Do a job to its end."""
    bench.line.commissioning.start(order)
    async with asyncio.timeout(60):
        return await bench.line.commissioning.wait()


async def snapshots(bench: Bench) -> list[dict[str, Any]]:
    """Return how each gear is."""
    return await asyncio.to_thread(bench.simulated.call, Simulation.snapshots)


async def addresses(bench: Bench) -> list[Any]:
    """Return the short address of each gear."""
    return [one["address"] for one in await snapshots(bench)]


async def is_clean(bench: Bench) -> bool:
    """Tell whether no gear listens to commissioning."""
    return all(one["initialisation"] == "disabled" for one in await snapshots(bench))


async def do(bench: Bench, action: Callable[[Simulation], Any]) -> None:
    """Do something to the simulated line."""
    await asyncio.to_thread(bench.simulated.call, action)


def progress_of(bench: Bench) -> list[CommissioningProgress]:
    """Return what the line told of its commissioning."""
    return [event.progress for event in bench.events if isinstance(event, CommissioningProgressed)]


async def until_found(bench: Bench, count: int) -> None:
    """Wait until so many have an address."""
    await bench.until(lambda: any(one.found >= count for one in progress_of(bench)), 20)
