"""What people in a simulated world want, by room and part of day: known beforehand, as no light changes it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from custom_components.smart_lighting_ai_dali.simulator.world.rooms import Truth
from custom_components.smart_lighting_ai_dali.simulator.world.specification import WorldSpecification
from custom_components.smart_lighting_ai_dali.simulator.world.world import World
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart, daypart_of
from custom_components.smart_lighting_ai_dali.zones.score import ENOUGH, TOO_MUCH

from .planners import Wishes

# Between two looks at who is where, in seconds.
_EVERY: Final = 300.0
_DAY: Final = 86_400.0


def wish_of(truth: Truth) -> float | None:
    """Return the lux that those who are in a room want, awake and with nobody asleep beside them."""
    return truth.target_lux if truth.target_lux and not truth.sleeping else None


def satisfies(lux: float, wish: float, full_lux: float) -> bool:
    """Tell whether an illuminance satisfies a wish, where all light adds so many lux and daylight nothing."""
    return ENOUGH * wish <= lux <= wish + TOO_MUCH * full_lux


def scale_of(specification: WorldSpecification, room: str) -> float:
    """Return what the sensors of a room make of a lux on the task."""
    scales = [sensor.scale for one in specification.rooms if one.name == room for sensor in one.light]
    return sum(scales) / len(scales) if scales else 1.0


def wishes_of(specification: WorldSpecification, *, seed: int, start: datetime, days: int) -> dict[str, Wishes]:
    """Return what satisfies most of the people in each room of a world."""
    world = World(specification, seed=seed, start=start)
    end = world.now + days * _DAY
    seen: dict[tuple[str, Daypart], list[float]] = defaultdict(list)
    while world.now < end:
        at = world.now + _EVERY
        while world.next_event(at) is not None:
            pass
        daypart = daypart_of(world.now, specification.timezone)
        for room in specification.rooms:
            if (wish := wish_of(world.truth(room.name))) is not None:
                seen[room.name, daypart].append(wish)
    found: dict[str, Wishes] = {
        room.name: {
            daypart: _most_satisfying(seen[room.name, daypart], world.full_lux(room.name))
            * scale_of(specification, room.name)
            for daypart in Daypart
            if seen[room.name, daypart]
        }
        for room in specification.rooms
    }
    return found


def _most_satisfying(wishes: Sequence[float], full_lux: float) -> float:
    candidates = sorted(set(wishes))
    return max(candidates, key=lambda lux: sum(satisfies(lux, wish, full_lux) for wish in wishes))
