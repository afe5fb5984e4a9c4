"""What people have without us, on the same world: the best-known ways to run lights, each in its own few lines."""

from datetime import datetime
from math import cos, inf, pi
from typing import Final, override

from custom_components.smart_lighting_ai_dali.simulator.world.events import (
    Availability,
    Choice,
    Event,
    LightReport,
    Motion,
    Override,
)
from custom_components.smart_lighting_ai_dali.simulator.world.world import World

_MINUTE: Final = 60.0


class AlwaysOn:
    """All light, all the time."""

    def __init__(self, world: World) -> None:
        self.wake_at = inf
        for room in world.specification.rooms:
            world.set_light(room.name, 1.0)

    def take(self, event: Event) -> None:
        """Leave it on."""

    def wake(self, now: float) -> None:
        """Have nothing to do."""


class Pir:
    """A motion detector as it is sold: full light, and off so long after the last movement."""

    def __init__(self, world: World, *, hold: float) -> None:
        self.wake_at = inf
        self.world = world
        self._hold = hold
        self._seeing: dict[str, set[str]] = {room.name: set() for room in world.specification.rooms}
        self._off_at: dict[str, float] = {}
        self._stays_off: set[str] = set()

    def take(self, event: Event) -> None:
        """Follow movements, and what people do at the switch."""
        match event:
            case Motion(time, room, sensor, on):
                self._moved(time, room, sensor, on=on)
            case Availability(time, room, sensor, available) if not available:
                self._moved(time, room, sensor, on=False)
            case Override(time, room, _, choice, _, _):
                if choice is Choice.OFF:
                    self._stays_off.add(room)
                else:
                    self._stays_off.discard(room)
                    self._off_at[room] = inf if self._seeing[room] else time + self._hold
            case _:
                pass
        self.wake_at = min(self._off_at.values(), default=inf)

    def wake(self, now: float) -> None:
        """Turn off what has been on for long enough."""
        for room, at in list(self._off_at.items()):
            if at <= now:
                del self._off_at[room]
                self._stays_off.discard(room)
                self.turn_off(room)
        self.wake_at = min(self._off_at.values(), default=inf)

    def turn_on(self, room: str, now: float) -> None:
        """Turn a room on."""
        del now
        self.world.set_light(room, 1.0)

    def turn_off(self, room: str) -> None:
        """Turn a room off."""
        self.world.set_light(room, 0.0)

    def is_lit(self, room: str) -> bool:
        """Tell whether it keeps a room lit."""
        return room in self._off_at and room not in self._stays_off

    def _moved(self, time: float, room: str, sensor: str, *, on: bool) -> None:
        seeing = self._seeing[room]
        if on:
            seeing.add(sensor)
            was_off = room not in self._off_at
            self._off_at[room] = inf
            if was_off and room not in self._stays_off:
                self.turn_on(room, time)
        else:
            seeing.discard(sensor)
            if not seeing and room in self._off_at:
                self._off_at[room] = time + self._hold


class PirCircadian(Pir):
    """The same with the brightness and colour of Adaptive Lighting's default curve.

    The published formula: between sunset and sunrise both fall along a parabola of the sun's position to their least
    at midnight; by day brightness is all of it, and colour rises to its coolest at noon.
    """

    LEAST_BRIGHTNESS: Final = 0.01
    WARMEST: Final = 2000
    COOLEST: Final = 5500
    EVERY: Final = 90.0

    def __init__(self, world: World, *, hold: float) -> None:
        super().__init__(world, hold=hold)
        self._next = world.now + self.EVERY
        self._chosen: set[str] = set()
        self.wake_at = self._next

    @override
    def take(self, event: Event) -> None:
        """Leave what people set as it is until it goes off."""
        if isinstance(event, Override):
            self._chosen.add(event.room)
        super().take(event)
        self.wake_at = min(self.wake_at, self._next)

    @override
    def wake(self, now: float) -> None:
        """Follow the curve."""
        super().wake(now)
        if now >= self._next:
            self._next = now + self.EVERY
            for room in list(self._off_at):
                if self.is_lit(room) and room not in self._chosen:
                    self._follow(room, now, fade=45.0)
        self.wake_at = min(self.wake_at, self._next)

    @override
    def turn_on(self, room: str, now: float) -> None:
        """Turn a room on as the curve is now."""
        self._follow(room, now, fade=0.7)

    @override
    def turn_off(self, room: str) -> None:
        """Turn a room off, and forget what was set."""
        self._chosen.discard(room)
        super().turn_off(room)

    def _follow(self, room: str, now: float, *, fade: float) -> None:
        sun = self._sun(now)
        brightness = 1.0 if sun > 0 else 1.0 + (1.0 - self.LEAST_BRIGHTNESS) * sun
        kelvin = self.WARMEST if sun <= 0 else round(self.WARMEST + (self.COOLEST - self.WARMEST) * sun)
        # Brightness of 0 to 1 as lamps make light of it, on DALI's curve.
        self.world.set_light(room, 10 ** (3 * brightness - 3), kelvin=kelvin, fade=fade)

    def _sun(self, now: float) -> float:
        """Return where the sun is: 1 at noon, 0 when it rises and sets, -1 at midnight."""
        zone = self.world.specification.timezone
        local = datetime.fromtimestamp(now, zone)
        hours = local.hour + local.minute / 60
        day = local.timetuple().tm_yday
        # Half of daylight's length, in hours, by latitude and the sun's declination.
        half = 6.0 + 2.3 * cos(2 * pi * (day - 172) / 365) * self.world.specification.latitude / 50
        noon = 12.5
        distance = abs((hours - noon + 12) % 24 - 12)
        if distance <= half:
            return 1 - (distance / half) ** 2
        return ((12 - distance) / (12 - half)) ** 2 - 1


class ConstantLux(Pir):
    """Constant illuminance with a commissioned sensor and a fixed hold time: what good installations have today."""

    EVERY: Final = 30.0
    DEADBAND: Final = 0.1

    def __init__(self, world: World, *, hold: float) -> None:
        super().__init__(world, hold=hold)
        self._reading: dict[str, dict[str, float]] = {room.name: {} for room in world.specification.rooms}
        self._changed: dict[str, float] = {}
        self._chosen: set[str] = set()
        self._targets = {room.name: room.lux for room in world.specification.rooms}
        self._scales = {
            room.name: {sensor.name: sensor.scale for sensor in room.light} for room in world.specification.rooms
        }

    @override
    def take(self, event: Event) -> None:
        """Follow the light too."""
        if isinstance(event, LightReport):
            scale = self._scales[event.room][event.sensor]
            self._reading[event.room][event.sensor] = event.lux / scale
            self._regulate(event.room, event.time)
            return
        if isinstance(event, Override):
            self._chosen.add(event.room)
        super().take(event)

    @override
    def turn_on(self, room: str, now: float) -> None:
        """Turn a room on as far as daylight leaves something to be wanted."""
        self._changed[room] = now
        lux = self._lux(room)
        needed = 1.0 if lux is None else (self._targets[room] - lux) / self.world.full_lux(room)
        self.world.set_light(room, max(0.0, min(1.0, needed)))

    @override
    def turn_off(self, room: str) -> None:
        """Turn a room off, and forget what was set."""
        self._chosen.discard(room)
        super().turn_off(room)

    def _lux(self, room: str) -> float | None:
        readings = self._reading[room].values()
        return sum(readings) / len(readings) if readings else None

    def _regulate(self, room: str, now: float) -> None:
        lux, target = self._lux(room), self._targets[room]
        settling = now < self._changed.get(room, -inf) + self.EVERY
        if lux is None or not self.is_lit(room) or room in self._chosen or settling:
            return
        if abs(lux - target) > self.DEADBAND * target:
            output, _ = self.world.level(room)
            wanted = max(0.0, min(1.0, output + (target - lux) / self.world.full_lux(room)))
            if wanted != output:
                self._changed[room] = now
                self.world.set_light(room, wanted, fade=10.0)
