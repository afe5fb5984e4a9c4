"""Follow a world day by day while a controller runs it, and one room of it through one day: what plots are made of."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from custom_components.smart_lighting_ai_dali.simulator.world.figures import Figures
from custom_components.smart_lighting_ai_dali.simulator.world.meter import Meter
from custom_components.smart_lighting_ai_dali.simulator.world.reading import load_world
from custom_components.smart_lighting_ai_dali.simulator.world.world import World

from . import BEGIN, CONTROLLERS, DAY, LEARNING_DAYS, file_of
from .controller import Controller, play

# Between two looks at the room that is followed, in seconds.
_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a room is at an instant."""

    hour: float
    """Since midnight, local time."""
    wanted: float | None
    """In lux; None where nobody is there who wants light."""
    daylight: float
    """In lux."""
    lux: float
    light: float
    """Of full light, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """What a day came to."""

    kwh: float
    lux_satisfaction: float | None
    """None where nobody was there."""


@dataclass(slots=True, kw_only=True)
class Course:
    """What came of a controller: each day from the first on, the month that counts, and a room through a day of it."""

    days: list[DayFigures] = field(default_factory=list)
    figures: Figures
    looks: list[Look] = field(default_factory=list)


def follow(world: str, name: str, *, seed: int, days: int, room: str, look_at: int) -> Course:
    """Play a world with a controller as `play` does, and follow one room on one of the days that count."""
    specification = load_world(file_of(world))
    there = World(specification, seed=seed, start=datetime(*BEGIN, tzinfo=specification.timezone))
    controller = CONTROLLERS[name](there, seed)
    daily = _Daily(there)
    begin = there.now
    for day in range(1, LEARNING_DAYS + 1):
        play(there, controller, begin + day * DAY)
        daily.add()
    meter = Meter(there)
    looks = []
    for day in range(days):
        if day == look_at:
            looks = list(_looks(there, controller, room))
        play(there, controller, begin + (LEARNING_DAYS + day + 1) * DAY)
        daily.add()
    return Course(days=daily.days, figures=meter.report().total, looks=looks)


def _looks(world: World, controller: Controller, room: str) -> list[Look]:
    begin, looks = world.now, []
    for minute in range(int(DAY / _MINUTE)):
        play(world, controller, begin + minute * _MINUTE)
        truth = world.truth(room)
        looks.append(
            Look(
                hour=minute / 60,
                wanted=truth.target_lux,
                daylight=truth.daylight,
                lux=truth.lux,
                light=truth.output,
            )
        )
    return looks


class _Daily:
    """What each day adds to the figures of all before."""

    def __init__(self, world: World) -> None:
        self.days: list[DayFigures] = []
        self._meter = Meter(world)
        self._before = self._meter.report().total

    def add(self) -> None:
        """Take that a day has ended."""
        before, now = self._before, self._meter.report().total
        occupied = now.occupied_h - before.occupied_h
        satisfied = _satisfied(now) - _satisfied(before)
        self.days.append(
            DayFigures(kwh=now.kwh - before.kwh, lux_satisfaction=satisfied / occupied if occupied > 0 else None)
        )
        self._before = now


def _satisfied(figures: Figures) -> float:
    """Return the hours in which the light was right."""
    return (figures.lux_satisfaction or 0.0) * figures.occupied_h
