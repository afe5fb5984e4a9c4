"""What an AI is told: numbers in steps and words of our own, and nothing that anybody ever typed.

No field here is a text, so none can carry a name, a note or an instruction. Which zone a snapshot is of stands beside
it, and stays at home. Numbers come in steps as coarse as they matter: what is not told can't be found out.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Final, Self

from ..zones.daypart import Daypart, daypart_of
from ..zones.plan import Mode, Plan
from ..zones.purpose import Purpose
from ..zones.settings import Place, ZoneSettings
from ..zones.sun import sun_position

# Each step is what people would call another light, another while, another likelihood.
LUX_STEPS: Final = (0, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 250, 300, 400, 500, 650, 800, 1000, 1500, 2000, 5000)
IDLE_STEPS: Final = (0, 1, 2, 5, 10, 20, 30, 60, 120, 240, 720)
HOLD_STEPS: Final = (3, 4, 6, 9, 12, 18, 24, 30, 45, 60, 90, 120, 180)
PERCENT_STEPS: Final = (0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 100)
SUN_STEPS: Final = (-90, -12, -6, 0, 5, 10, 20, 30, 45, 60)
CLOUD_STEPS: Final = (0, 25, 50, 75, 100)
MOST_COUNTED: Final = 9
_HUNDRED_KELVIN: Final = 100
_MINUTE: Final = 60.0
_TEN_SECONDS: Final = 10.0
_WORKDAYS: Final = 5


class DayKind(StrEnum):
    """What kind of day it is."""

    WORKDAY = "workday"
    WEEKEND = "weekend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is so for all zones at a time."""

    daypart: Daypart
    hour: int
    """Local, 0 to 23."""
    day_kind: DayKind
    sun: int
    """Elevation in degrees, in steps."""
    cloud: int | None
    """Cover in percent, in steps."""

    @classmethod
    def of(cls, at: float, place: Place, cloud: float | None) -> Self:
        """Return the moment of a time; `cloud` is the cover, 0 to 1."""
        local = datetime.fromtimestamp(at, place.time_zone)
        return cls(
            daypart=daypart_of(at, place.time_zone),
            hour=local.hour,
            day_kind=DayKind.WORKDAY if local.weekday() < _WORKDAYS else DayKind.WEEKEND,
            sun=step_of(sun_position(at, place).elevation, SUN_STEPS) or 0,
            cloud=step_of(None if cloud is None else 100 * cloud, CLOUD_STEPS),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How often people changed the light by hand in one part of the day of late, 9 at most each."""

    up: int = 0
    down: int = 0
    off: int = 0

    @classmethod
    def of(cls, up: int, down: int, off: int) -> Self:
        """Return the counts, as far as they are told."""
        return cls(up=min(up, MOST_COUNTED), down=min(down, MOST_COUNTED), off=min(off, MOST_COUNTED))


type ChangesByDaypart = tuple[Changes, Changes, Changes, Changes]
"""From the morning on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known of a zone, to the digit: it stays at home; None is unknown."""

    occupied: bool | None
    likely: float
    """0 to 1: how likely somebody is there at this time of the week."""
    idle_seconds: float | None
    """Since somebody was seen last."""
    lux: float | None
    daylight: float | None
    """Lux without the zone's own light."""
    lux_at_full: float | None
    """Lux that full light adds; None where that is not learned yet."""
    preferred: float
    """Lux that people want now, as far as that was learned."""
    changes: ChangesByDaypart = (Changes(), Changes(), Changes(), Changes())


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSnapshot:
    """One zone, as an AI is told of it; None is unknown."""

    purpose: Purpose
    occupied: bool | None
    likely: int
    """Percent: how likely somebody is there at this time of the week, in steps."""
    idle: int | None
    """Minutes since somebody was seen last, in steps."""
    lux: int | None
    daylight: int | None
    """Lux without the zone's own light, in steps."""
    at_full: int | None
    """Lux that full light adds, in steps; None where that is not learned yet."""
    preferred: int
    """Lux that people want at this part of the day, as far as that was learned; in steps."""
    most_lux: int
    warmest: int | None
    """Hundreds of kelvin; None where colour can't be changed."""
    coolest: int | None
    changes: ChangesByDaypart
    rules_mode: Mode
    rules_lux: int
    rules_kelvin: int | None
    """Hundreds of kelvin."""
    rules_hold: int
    """Tens of seconds, in steps."""

    @classmethod
    def of(cls, settings: ZoneSettings, rules: Plan, seen: Seen) -> Self:
        """Return what is told of a zone that has this plan of the rules."""
        limits = settings.limits
        kelvin = rules.colour_temperature if settings.has_colour else None
        return cls(
            purpose=settings.purpose,
            occupied=seen.occupied,
            likely=step_of(100 * seen.likely, PERCENT_STEPS) or 0,
            idle=step_of(None if seen.idle_seconds is None else seen.idle_seconds / _MINUTE, IDLE_STEPS),
            lux=nearest_step(seen.lux, LUX_STEPS),
            daylight=nearest_step(seen.daylight, LUX_STEPS),
            at_full=nearest_step(seen.lux_at_full, LUX_STEPS),
            preferred=nearest_step(seen.preferred, LUX_STEPS) or 0,
            most_lux=nearest_step(limits.most_lux, LUX_STEPS) or 0,
            warmest=limits.warmest // _HUNDRED_KELVIN if settings.has_colour else None,
            coolest=limits.coolest // _HUNDRED_KELVIN if settings.has_colour else None,
            changes=seen.changes,
            rules_mode=rules.mode,
            rules_lux=nearest_step(rules.target_lux, LUX_STEPS) or 0,
            rules_kelvin=None if kelvin is None else kelvin // _HUNDRED_KELVIN,
            rules_hold=nearest_step(rules.hold / _TEN_SECONDS, HOLD_STEPS) or 0,
        )


def step_of(value: float | None, steps: tuple[int, ...]) -> int | None:
    """Return the step that a number is on: the highest that is not above it; None is unknown."""
    if value is None or not isfinite(value):
        return None
    return steps[max(0, bisect_right(steps, value) - 1)]


def nearest_step(value: float | None, steps: tuple[int, ...]) -> int | None:
    """Return the step nearest to a number by ratio, as eyes and patience compare; None is unknown."""
    below = step_of(value, steps)
    if value is None or below is None or below == steps[-1]:
        return below
    above = steps[steps.index(below) + 1]
    return above if value * value > max(below, 1) * above else below


def steps_apart(one: int | None, other: int | None, steps: tuple[int, ...]) -> int:
    """Return how many steps two numbers are apart; unknown is as far from any as can be."""
    if one is None or other is None:
        return 0 if one is other else len(steps)
    return abs(bisect_right(steps, one) - bisect_right(steps, other))
