"""Constant illuminance: how much light is needed beside daylight, and how to get there without anybody noticing."""

from dataclasses import dataclass
from math import inf
from typing import Final

# Parts of the target by which it may be below or above before anything is done (Hu and Davis 2016: 7.4 % are seen at
# the earliest): too much light is borne more easily.
BELOW: Final = 0.05
ABOVE: Final = 0.05
# Part of the illuminance that one change may add or take over `STEP_SECONDS` (Akashi and Neches 2003: half the people
# notice 15 %).
STEP: Final = 0.11
STEP_SECONDS: Final = 10.0
# Before the light goes off it sinks to this part, step by step: whoever is there and moves has hardly noticed.
_WARNING_LIGHT: Final = 0.4
# Light below which a lamp is as good as off, of full light, and daylight over the target at which it goes off.
_FAINT: Final = 0.02
_ENOUGH: Final = 1.05
# Daylight below this part of the target calls for light.
_SCANT: Final = 0.92


@dataclass(frozen=True, slots=True)
class Step:
    """A change of light: what it leads to, 0 to 1, over so many seconds."""

    light: float
    fade: float


def needed_light(target: float, daylight: float, lux_at_full: float) -> float:
    """Return the light that makes a target of daylight, 0 to 1; all in lux."""
    return min(1.0, max(0.0, (target - daylight) / lux_at_full)) if lux_at_full > 0 else 1.0


def arriving_light(target: float, daylight: float, lux_at_full: float) -> float:
    """Return the light for somebody who comes in: none where daylight is enough."""
    if daylight >= _SCANT * target:
        return 0.0
    return max(_FAINT, needed_light(target, daylight, lux_at_full))


def next_step(light: float, target: float, daylight: float, lux_at_full: float, caution: float = 1.0) -> Step | None:
    """Return the next change towards the target that people don't notice; None within the deadband.

    `caution` makes it smaller: 1 goes as far as may be.
    """
    there = daylight + light * lux_at_full
    needed = needed_light(target, daylight, lux_at_full)
    if light == 0:
        # Of nothing no step is small: it begins faintly.
        if daylight >= _SCANT * target:
            return None
        most = max(_FAINT, STEP * there / lux_at_full)
        return Step(min(max(needed, _FAINT), most), STEP_SECONDS)
    if needed <= _FAINT and light <= _FAINT:
        return Step(0.0, STEP_SECONDS) if daylight >= _ENOUGH * target else None
    if -BELOW * target <= there - target <= ABOVE * target and 0 < needed < 1:
        return None
    most = STEP * there / lux_at_full if lux_at_full > 0 else inf
    change = max(-most, min(most, needed - light)) / caution
    stepped = max(_FAINT, light + change)
    return None if abs(stepped - light) < 0.002 else Step(stepped, STEP_SECONDS)


def sinking_light(light: float, sinks_from: float, daylight: float, lux_at_full: float) -> float:
    """Return the next light while it sinks before it goes off, a step that people don't notice below this one."""
    least = sinks_from * _WARNING_LIGHT
    step = STEP * (daylight + light * lux_at_full) / lux_at_full if lux_at_full > 0 else inf
    return min(light, max(least, light - step))
