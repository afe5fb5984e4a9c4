"""Our own zones as the controller of a world: the same code as in Home Assistant, on the world's clock."""

from math import inf
from typing import override

from custom_components.smart_lighting_ai_dali.simulator.world.events import (
    Availability,
    Choice as Deed,
    Daylight,
    Event,
    LightReport,
    Motion,
    Override,
    Weather,
)
from custom_components.smart_lighting_ai_dali.simulator.world.specification import Room, WorldSpecification
from custom_components.smart_lighting_ai_dali.simulator.world.world import World
from custom_components.smart_lighting_ai_dali.zones.action import Action
from custom_components.smart_lighting_ai_dali.zones.learning import Learning
from custom_components.smart_lighting_ai_dali.zones.overrides import Choice, Origin, Overrides
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose
from custom_components.smart_lighting_ai_dali.zones.reflex import Reflex
from custom_components.smart_lighting_ai_dali.zones.settings import Limits, Place, ZoneSettings


class Zones:
    """A zone for each room."""

    def __init__(self, world: World, *, learns: bool = True) -> None:
        self._world = world
        specification = world.specification
        place = Place(
            latitude=specification.latitude, longitude=specification.longitude, time_zone=specification.timezone
        )
        self.zones: dict[str, Reflex] = {}
        neighbours = _neighbours(specification)
        for room in specification.rooms:
            settings = _settings(room, neighbours[room.name])
            learning = Learning(settings, place) if learns else _Unlearned(settings, place)
            overrides = Overrides(settings.release, settings.release_after)
            self.zones[room.name] = Reflex(settings, place, learning, overrides, at=world.now)
        self._neighbours = {name: [self.zones[one] for one in ones] for name, ones in neighbours.items()}
        self._light_sensors = {sensor.name for room in specification.rooms for sensor in room.light}
        self._wakes = dict.fromkeys(self.zones, inf)
        self.wake_at = inf

    def take(self, event: Event) -> None:
        """Tell the zones what happened."""
        match event:
            case Motion(time, room, sensor, on):
                zone = self.zones[room]
                was_occupied = zone.presence.occupancy.is_seen
                self._do(zone, zone.motion(sensor, time, seen=on))
                if on and not was_occupied:
                    is_way = zone.settings.defaults.safe_way
                    for neighbour in self._neighbours[room]:
                        self._do(neighbour, neighbour.neighbour(room, time, seen=True, is_way=is_way))
            case LightReport(time, room, sensor, lux):
                zone = self.zones[room]
                self._do(zone, zone.illuminance(sensor, lux, time))
            case Override(time, room, _, deed, output, kelvin):
                zone = self.zones[room]
                self._do(zone, zone.chosen(_choice(deed, output, kelvin), time))
            case Weather(time, cloud):
                for zone in self.zones.values():
                    self._do(zone, zone.sky(cloud / 100, time))
            case Availability(time, room, sensor, available):
                zone = self.zones[room]
                if sensor in self._light_sensors:
                    if not available:
                        self._do(zone, zone.illuminance(sensor, None, time))
                else:
                    self._do(zone, zone.motion(sensor, time, seen=False if available else None))
            case Daylight():
                pass
        self.wake_at = min(self._wakes.values())

    def wake(self, now: float) -> None:
        """Wake the zones whose time has come."""
        for name, at in self._wakes.items():
            if at <= now:
                zone = self.zones[name]
                self._do(zone, zone.wake(now))
        self.wake_at = min(self._wakes.values())

    def _do(self, zone: Reflex, action: Action | None) -> None:
        if action is not None:
            self._world.set_light(zone.settings.key, action.light, kelvin=action.colour_temperature, fade=action.fade)
        self._wakes[zone.settings.key] = inf if zone.wake_at is None else zone.wake_at


class _Unlearned(Learning):
    """What a zone knows that never learns: what its purpose begins with."""

    @override
    def gap_ended(self, at: float, seconds: float) -> None: ...

    @override
    def left(self, at: float, seconds: float) -> None: ...

    @override
    def returned(self, at: float, seconds: float) -> None: ...

    @override
    def light_stepped(self, at: float, light: float, lux: float) -> None: ...

    @override
    def daylight_seen(self, at: float, outdoors: float, lux: float) -> None: ...

    @override
    def chose_lux(self, at: float, lux: float) -> None: ...

    @override
    def accepted_lux(self, at: float, lux: float, seconds: float) -> None: ...

    @override
    def chose_colour(self, at: float, kelvin: int) -> None: ...

    @override
    def switched_off(self, at: float) -> None: ...

    @override
    def was_present(self, at: float, seconds: float, share: float) -> None: ...


def _choice(deed: Deed, output: float, kelvin: int) -> Choice:
    match deed:
        case Deed.OFF:
            return Choice(origin=Origin.BUTTON, is_on=False)
        case Deed.COLOUR:
            return Choice(origin=Origin.BUTTON, colour_temperature=kelvin)
        case Deed.ON:
            return Choice(origin=Origin.BUTTON, is_on=True, light=output)
        case _:
            return Choice(origin=Origin.BUTTON, light=output)


def settings_of(specification: WorldSpecification) -> dict[str, ZoneSettings]:
    """Return the settings of a zone for each room, by its name."""
    neighbours = _neighbours(specification)
    return {room.name: _settings(room, neighbours[room.name]) for room in specification.rooms}


def _settings(room: Room, neighbours: list[str]) -> ZoneSettings:
    warmest, coolest = room.lamps.kelvin
    return ZoneSettings(
        key=room.name,
        name=room.name,
        purpose=Purpose(room.purpose.value),
        neighbours=tuple(neighbours),
        limits=Limits(lowest_light=max(0.001, room.lamps.minimum), warmest=warmest, coolest=coolest),
        has_motion=bool(room.motion),
        has_light_sensor=bool(room.light),
        has_colour=warmest < coolest,
    )


def _neighbours(specification: WorldSpecification) -> dict[str, list[str]]:
    neighbours: dict[str, list[str]] = {room.name: [] for room in specification.rooms}
    for room in specification.rooms:
        for door in room.doors:
            neighbours[room.name].append(door)
            neighbours[door].append(room.name)
    return neighbours
