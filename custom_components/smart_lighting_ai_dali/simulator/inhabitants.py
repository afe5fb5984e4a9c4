"""People and daylight for a simulated line: a world moves the line's own sensors, and sees the light of its gear.

Rooms of the world are those of the fleet with the same name. Its motion and light sensors are the occupancy and light
sensors of that room's input devices, in the order in which both are written down. What people do about the light, they
do as another master does: from a panel on the wall that sends levels to the room's gear.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from ..dali.timing import Priority
from .control_device import ControlDevice
from .gear import Gear
from .instance import Instance
from .measuring_instance import LightSensor
from .occupancy_sensor import OccupancySensor
from .scheduler import RealScheduler, Timer
from .wire import Transmission, Wire
from .world.events import LightReport, Motion, Override
from .world.light import level_for, light_of
from .world.specification import WorldSpecification
from .world.world import World

PANEL: Final = "panel"
"""Where frames come from that people send."""
# How often the gear is looked at: a second of the line, and not more than some times a second of the machine.
_LOOK: Final = 1.0
_BREATH: Final = 0.1
# What people have set takes so long to get to the gear, in seconds of the line.
_ON_THE_WAY: Final = 3.0
_MIREK: Final = 1_000_000


class Inhabitants:
    """The world around one line."""

    def __init__(
        self,
        world: WorldSpecification,
        *,
        scheduler: RealScheduler,
        wire: Wire,
        gear: Iterable[tuple[str | None, Gear]],
        devices: Iterable[tuple[str | None, ControlDevice]],
        seed: int,
    ) -> None:
        """Put gear and input devices, each with the name of its room, into a world where it is now."""
        self._scheduler = scheduler
        self._wire = wire
        start = datetime.now(UTC)
        self._begin = start.timestamp() - scheduler.now()
        self._step = max(_LOOK, _BREATH * scheduler.speed)
        self._timer: Timer | None = None
        # It begins a little earlier, so that all who are there have been seen.
        self.world = World(world, seed=seed, start=start - timedelta(seconds=1))
        self._gear: dict[str, list[Gear]] = {room.name: [] for room in world.rooms}
        for where, one in gear:
            self._gear.get(where or "", []).append(one)
        instances: dict[str | None, list[Instance]] = {}
        for where, device in devices:
            instances.setdefault(where, []).extend(device.instances)
        self._motion: dict[str, OccupancySensor] = {}
        self._light: dict[str, LightSensor] = {}
        for room in world.rooms:
            here = instances.get(room.name, [])
            occupancy = [one for one in here if isinstance(one, OccupancySensor)]
            light = [one for one in here if isinstance(one, LightSensor)]
            self._motion |= dict(zip((one.name for one in room.motion), occupancy, strict=False))
            self._light |= dict(zip((one.name for one in room.light), light, strict=False))
        self._set_by_people: dict[str, float] = {}

    def start(self) -> None:
        """Let time pass there."""
        self._live()

    def stop(self) -> None:
        """Leave no timer behind."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def snapshot(self) -> dict[str, object]:
        """Return who is where and how bright it is, ready for JSON."""
        rooms = {}
        for room in self.world.rooms:
            truth = self.world.truth(room.name)
            rooms[room.name] = {
                "people": list(truth.people),
                "sleeping": truth.sleeping,
                "lux": round(truth.lux, 1),
                "daylight": round(truth.daylight, 1),
                "wanted": truth.target_lux,
            }
        zone = self.world.specification.timezone
        return {"time": datetime.fromtimestamp(self.world.now, zone).isoformat(timespec="seconds"), "rooms": rooms}

    def _live(self) -> None:
        now = self._scheduler.now()
        self._see_the_gear(now)
        while (event := self.world.next_event(self._begin + now)) is not None:
            match event:
                case Motion(sensor=sensor, on=on) if sensor in self._motion:
                    self._motion[sensor].move(present=on)
                case LightReport(sensor=sensor, lux=lux) if sensor in self._light:
                    self._light[sensor].measure(lux)
                case Override(room=room, output=output):
                    self._set_by_people[room] = now
                    self._press(self._gear[room], level_for(output))
        self._timer = self._scheduler.call_at(now + self._step, self._live)

    def _see_the_gear(self, now: float) -> None:
        """Give the world the light that the gear makes."""
        for room, gear in self._gear.items():
            if gear and now - self._set_by_people.get(room, -_ON_THE_WAY) >= _ON_THE_WAY:
                output, kelvin = _light([one.snapshot(self._wire.gear_time()) for one in gear])
                self.world.set_light(room, output, kelvin=kelvin, fade=0)

    def _press(self, gear: Iterable[Gear], level: int) -> None:
        """Send a level to the gear of a room."""
        if not self._wire.powered:
            return
        for one in gear:
            address = one.snapshot(self._wire.gear_time())["address"]
            if isinstance(address, int):
                self._wire.send(Transmission(bits=16, data=address << 9 | level, priority=Priority.USER, source=PANEL))


def _light(gear: Sequence[dict[str, object]]) -> tuple[float, int | None]:
    """Return the mean light of some gear as a part of full light, and a colour temperature where one has it."""
    total, kelvin = 0.0, None
    for one in gear:
        level, colour = one["level"], one.get("colour")
        # During start-up there is no level (MASK), and no light yet.
        if isinstance(level, int) and level <= 254 and one["lamp_failure"] is False and one["has_mains"] is True:
            total += light_of(level)
        if isinstance(colour, dict) and colour["type"] == "tc" and colour["values"][0]:
            kelvin = round(_MIREK / colour["values"][0])
    return total / len(gear), kelvin
