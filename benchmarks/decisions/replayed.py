"""How right a replay is: a world's days are recorded as a home's are, played once more, and held against the truth.

The truth of a contender is the same world, run by it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from custom_components.smart_lighting_ai_dali.replay.run import Outcome, Replay
from custom_components.smart_lighting_ai_dali.replay.trace import By, Happening, Home, Lit, Read, Seen, Sky, ZoneFacts
from custom_components.smart_lighting_ai_dali.replay.zone_replay import Contender
from custom_components.smart_lighting_ai_dali.simulator.world.events import (
    Availability,
    Event,
    LightReport,
    Motion,
    Override,
    Weather,
)
from custom_components.smart_lighting_ai_dali.simulator.world.meter import Meter, Report
from custom_components.smart_lighting_ai_dali.simulator.world.reading import load_world
from custom_components.smart_lighting_ai_dali.simulator.world.rooms import LightChange, RoomState
from custom_components.smart_lighting_ai_dali.simulator.world.world import World
from custom_components.smart_lighting_ai_dali.zones.settings import Place

from . import BEGIN, CONTROLLERS, DAY, file_of
from .controller import Controller, play
from .zones import settings_of

# The contenders of a replay, as the controllers of a world.
AS_CONTROLLERS: Final = {
    Contender.RULES: "zones",
    Contender.PIR_20: "pir_20_min",
    Contender.PIR_5: "pir_5_min",
}
_LAMPS: Final = "lamps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a replay says, and what is so."""

    replayed: Outcome
    truths: dict[Contender, Report]
    standby_kwh: float
    """What drivers take that do nothing: the truth has it, a replay leaves it out."""


def compare(world: str, *, seed: int, live: str, learning_days: int, days: int) -> Compared:
    """Record a world that is run by a controller, replay it, and run it by the replay's contenders."""
    specification = load_world(file_of(world))
    start = datetime(*BEGIN, tzinfo=specification.timezone)
    there = World(specification, seed=seed, start=start)
    tape = _Tape(there, CONTROLLERS[live](there, seed))
    begin = there.now + learning_days * DAY
    end = begin + days * DAY
    play(there, tape, end)
    replay = Replay(tape.home, begin=begin)
    replay.take(tape.happenings)
    return Compared(
        replayed=replay.finish(end),
        truths={
            contender: _truth(world, name, seed=seed, begin=begin, end=end)
            for contender, name in AS_CONTROLLERS.items()
        },
        standby_kwh=sum(room.watts(0.0) for room in there.rooms) * days * 24 / 1000,
    )


def _truth(world: str, name: str, *, seed: int, begin: float, end: float) -> Report:
    specification = load_world(file_of(world))
    there = World(specification, seed=seed, start=datetime(*BEGIN, tzinfo=specification.timezone))
    controller = CONTROLLERS[name](there, seed)
    play(there, controller, begin)
    meter = Meter(there)
    play(there, controller, end)
    return meter.report()


class _Tape:
    """A controller that writes down what the database of a home would have of its days."""

    def __init__(self, world: World, controller: Controller) -> None:
        specification = world.specification
        self.happenings: list[Happening] = [
            Lit(world.now, room.name, _LAMPS, room.lamp.output, By.UNKNOWN) for room in world.rooms
        ]
        self.wake_at = controller.wake_at
        self._controller = controller
        self._light_sensors = {sensor.name for room in specification.rooms for sensor in room.light}
        settings = settings_of(specification)
        self.home = Home(
            zones={
                room.name: ZoneFacts(
                    settings=replace(settings[room.name], has_colour=False),
                    lux_at_full=_lux_at_full(room),
                    watts=room.watts(1.0) - room.watts(0.0),
                )
                for room in world.rooms
            },
            place=Place(
                latitude=specification.latitude, longitude=specification.longitude, time_zone=specification.timezone
            ),
        )
        world.watch(self)

    def wake(self, now: float) -> None:
        """Wake who runs the lights."""
        self._controller.wake(now)
        self.wake_at = self._controller.wake_at

    def take(self, event: Event) -> None:
        """Write it down, and hand it on."""
        self.happenings.extend(self._of(event))
        self._controller.take(event)
        self.wake_at = self._controller.wake_at

    def before_change(self, room: RoomState, time: float) -> None:
        """Leave the time before to the meters."""

    def light_set(self, change: LightChange) -> None:
        """Write down how the lamps of a room are now."""
        by = By.CONTROLLER if change.override is None else By.PERSON
        self.happenings.append(Lit(change.time, change.room.name, _LAMPS, change.room.lamp.output, by))

    def _of(self, event: Event) -> Iterator[Happening]:
        match event:
            case Motion(time, room, sensor, on):
                yield Seen(time, room, sensor, on)
            case LightReport(time, room, sensor, lux):
                # The database keeps whole lux.
                yield Read(time, room, sensor, float(round(lux)))
            case Weather(time, cloud):
                yield Sky(time, cloud / 100)
            case Availability(time, room, sensor, available):
                if sensor not in self._light_sensors:
                    yield Seen(time, room, sensor, False if available else None)
                elif not available:
                    yield Read(time, room, sensor, None)
            case Override():
                # The lamps said it already.
                pass


def _lux_at_full(room: RoomState) -> float | None:
    """Return what full light adds to the mean of a room's sensors, in lux."""
    scales = [sensor.scale for sensor in room.specification.light]
    return room.full_lux * sum(scales) / len(scales) if scales else None
