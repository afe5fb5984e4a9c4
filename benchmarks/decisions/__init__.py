"""Decisions: our zones against what people have without us, and against who knows the future, on simulated worlds."""

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
import os
from pathlib import Path
import time
from typing import Final

from custom_components.smart_lighting_ai_dali.simulator.world.figures import Figures
from custom_components.smart_lighting_ai_dali.simulator.world.meter import Meter
from custom_components.smart_lighting_ai_dali.simulator.world.reading import built_in_worlds, load_world
from custom_components.smart_lighting_ai_dali.simulator.world.specification import WorldSpecification
from custom_components.smart_lighting_ai_dali.simulator.world.world import World

from ..goals import row
from .baselines import AlwaysOn, ConstantLux, Pir, PirCircadian
from .controller import Controller, play
from .goals import goals_of
from .oracle import Oracle
from .zones import Zones

BEGIN: Final = (2026, 2, 19)
LEARNING_DAYS: Final = 30
DAY: Final = 86_400.0
OURS: Final = "zones"
CONTROLLERS: Final[dict[str, Callable[[World, int], Controller]]] = {
    OURS: lambda world, _: Zones(world),
    "zones_without_learning": lambda world, _: Zones(world, learns=False),
    "constant_lux_10_min": lambda world, _: ConstantLux(world, hold=600),
    "pir_circadian_10_min": lambda world, _: PirCircadian(world, hold=600),
    "pir_5_min": lambda world, _: Pir(world, hold=300),
    "pir_20_min": lambda world, _: Pir(world, hold=1200),
    "always_on": lambda world, _: AlwaysOn(world),
    "oracle": lambda world, seed: Oracle(world, seed=seed),
}
_COLUMNS: Final = (
    "kwh",
    "lux_satisfaction",
    "occupied_dark_min_per_h",
    "false_offs_per_day",
    "overrides_per_day",
    "unnoticed_steps",
    "evening_dim",
    "day_bright",
)


def run(*, world: str, seed: int, days: int) -> tuple[str, dict[str, float | None]]:
    """Play a world with every controller, and return tables for people and the figures."""
    begun = time.perf_counter()
    specification = load_world(file_of(world))
    with ProcessPoolExecutor(max_workers=os.process_cpu_count()) as pool:
        playing = {name: pool.submit(_play, world, name, seed, days) for name in CONTROLLERS}
        found = {name: result.result() for name, result in playing.items()}
    figures = figures_of(found)
    goals = goals_of(is_office=is_office(specification))
    lines = [row(key, value, goals[key]) for key, value in figures.items()]
    lines += ["", f"{'':<24}{''.join(f'{name[:14]:>16}' for name in _COLUMNS)}"]
    for name, one in found.items():
        values = (getattr(one, column) for column in _COLUMNS)
        lines.append(f"{name:<24}{''.join(f'{"-" if value is None else f"{value:.3f}":>16}' for value in values)}")
    figures["seconds"] = time.perf_counter() - begun
    return "\n".join(lines), figures


def figures_of(found: Mapping[str, Figures]) -> dict[str, float | None]:
    """Return the figures that there are goals for, of what came of every controller."""
    ours, unlearned = found[OURS], found["zones_without_learning"]
    return {
        "lux_satisfaction": ours.lux_satisfaction,
        "occupied_dark_min_per_h": ours.occupied_dark_min_per_h,
        "false_offs_per_day": ours.false_offs_per_day,
        "energy_over_oracle": _ratio(ours.kwh, found["oracle"].kwh),
        "energy_vs_pir20": _ratio(ours.kwh, found["pir_20_min"].kwh),
        "overrides_per_day": _ratio(ours.overrides_per_day, unlearned.overrides_per_day),
        "unnoticed_steps": ours.unnoticed_steps,
    }


def _play(world: str, name: str, seed: int, days: int) -> Figures:
    specification = load_world(file_of(world))
    start = datetime(*BEGIN, tzinfo=specification.timezone)
    there = World(specification, seed=seed, start=start)
    controller = CONTROLLERS[name](there, seed)
    play(there, controller, there.now + LEARNING_DAYS * DAY)
    meter = Meter(there)
    play(there, controller, there.now + days * DAY)
    return meter.report().total


def file_of(world: str) -> Path:
    """Return the file of a world, built in or of one's own."""
    return built_in_worlds().get(world) or Path(world)


def is_office(specification: WorldSpecification) -> bool:
    """Tell whether nobody lives there."""
    return all(person.bed is None for person in specification.people)


def _ratio(part: float | None, whole: float | None) -> float | None:
    return None if part is None or not whole else part / whole
