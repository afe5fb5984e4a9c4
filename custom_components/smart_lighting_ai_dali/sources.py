"""What is collected: which entities tell something of which zone, and what number each of their states is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from homeassistant.components.event import ATTR_EVENT_TYPE, ATTR_MULTI_PRESS_COUNT, DOMAIN as EVENT, ButtonEventType
from homeassistant.components.light import (
    ATTR_BRIGHTNESS,
    ATTR_COLOR_MODE,
    ATTR_COLOR_TEMP_KELVIN,
    ATTR_SUPPORTED_COLOR_MODES,
    ATTR_XY_COLOR,
    DOMAIN as LIGHT,
    ColorMode,
)
from homeassistant.components.weather import ATTR_WEATHER_CLOUD_COVERAGE, DOMAIN as WEATHER
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, STATE_OFF, STATE_ON, UnitOfPower
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import PowerConverter

from .const import GEAR_LIGHT
from .control.zone_lights import ZoneLights
from .control.zone_settings import CONF_AREA, CONF_ILLUMINANCE, CONF_LIGHTS, CONF_MOTION
from .control.zone_suggestions import area_of, is_of_zone, zones_of
from .dali.level import level_of
from .db.signals import BRIGHTEST, CONDITIONS, UNKNOWN, Input, Signal

# The zone of what is so for all rooms.
OUTDOORS: Final = "outdoors"
_LAMP_FAILURE: Final = "lamp_failure"
_POWER: Final = "power"
_ALL_OF_THE_SKY: Final = 100
# In tenths of a watt: a megawatt.
_STRONGEST: Final = 10_000_000
_COLOUR_MODES: Final = frozenset({ColorMode.HS, ColorMode.XY, ColorMode.RGB, ColorMode.RGBW, ColorMode.RGBWW})
# An event entity that comes back says again what it said last: only what is as young as this has just happened.
_JUST_NOW: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Source:
    """One signal of one entity, and of which zone it tells."""

    entity_id: str
    unique: str
    """Its id in the entity registry, which survives every renaming."""
    signal: Signal
    zone: str
    gear: str | None = None
    """The unique id of the light that it is of."""


def _level(state: State) -> int:
    if state.state == STATE_OFF:
        return 0
    brightness = state.attributes.get(ATTR_BRIGHTNESS)
    return UNKNOWN if state.state != STATE_ON or brightness is None else int(level_of(brightness))


def _on(state: State) -> int:
    return {STATE_ON: 1, STATE_OFF: 0}.get(state.state, UNKNOWN)


def _lux(state: State) -> int:
    try:
        value = round(float(state.state))
    except ValueError, OverflowError:
        return UNKNOWN
    return value if 0 <= value <= BRIGHTEST else UNKNOWN


def _power(state: State) -> int:
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if unit not in PowerConverter.VALID_UNITS:
        return UNKNOWN
    try:
        value = round(PowerConverter.convert(float(state.state), unit, UnitOfPower.WATT) * 10)
    except ValueError, OverflowError:
        return UNKNOWN
    return value if 0 <= value <= _STRONGEST else UNKNOWN


def _cloud(state: State) -> int:
    cover = state.attributes.get(ATTR_WEATHER_CLOUD_COVERAGE)
    return round(cover) if isinstance(cover, (int, float)) and 0 <= cover <= _ALL_OF_THE_SKY else UNKNOWN


def _condition(state: State) -> int:
    return CONDITIONS.index(state.state) if state.state in CONDITIONS else UNKNOWN


def _colour_temperature(state: State) -> int:
    kelvin = state.attributes.get(ATTR_COLOR_TEMP_KELVIN)
    is_white = state.attributes.get(ATTR_COLOR_MODE) == ColorMode.COLOR_TEMP
    return round(kelvin) if state.state == STATE_ON and is_white and isinstance(kelvin, (int, float)) else UNKNOWN


def _colour(axis: int) -> Callable[[State], int]:
    def coordinate(state: State) -> int:
        xy = state.attributes.get(ATTR_XY_COLOR)
        has_colour = state.attributes.get(ATTR_COLOR_MODE) in _COLOUR_MODES
        return round(xy[axis] * 10_000) if state.state == STATE_ON and has_colour and xy is not None else UNKNOWN

    return coordinate


# Home Assistant's own types of event, those that integrations had before them, and those of IEC 62386-301.
_INPUTS: Final[Mapping[str, Input]] = {
    ButtonEventType.PRESS_START: Input.PRESSED,
    # The end of a brief press: a click.
    ButtonEventType.PRESS_END: Input.SHORT_PRESS,
    ButtonEventType.LONG_PRESS_END: Input.LONG_PRESS_STOP,
    "pressed": Input.PRESSED,
    "press": Input.PRESSED,
    "initial_press": Input.PRESSED,
    "released": Input.RELEASED,
    "release": Input.RELEASED,
    "short_press": Input.SHORT_PRESS,
    "short_release": Input.SHORT_PRESS,
    "single_press": Input.SHORT_PRESS,
    "double_press": Input.DOUBLE_PRESS,
    "multi_press_2": Input.DOUBLE_PRESS,
    "long_press_start": Input.LONG_PRESS_START,
    "long_press": Input.LONG_PRESS_START,
    "long_press_repeat": Input.LONG_PRESS_REPEAT,
    "repeat": Input.LONG_PRESS_REPEAT,
    "long_press_stop": Input.LONG_PRESS_STOP,
    "long_release": Input.LONG_PRESS_STOP,
}

_TWICE: Final = 2


def _input(state: State) -> int:
    happened = dt_util.parse_datetime(state.state)
    if happened is None or abs(state.last_updated - happened) > _JUST_NOW:
        return UNKNOWN
    name = state.attributes.get(ATTR_EVENT_TYPE, "")
    if name == ButtonEventType.MULTI_PRESS_END and state.attributes.get(ATTR_MULTI_PRESS_COUNT) == _TWICE:
        return Input.DOUBLE_PRESS
    return _INPUTS.get(name, Input.OTHER)


_VALUES: Final[Mapping[Signal, Callable[[State], int]]] = {
    Signal.LEVEL: _level,
    Signal.MOTION: _on,
    Signal.ILLUMINANCE: _lux,
    Signal.POWER: _power,
    Signal.COLOUR_TEMPERATURE: _colour_temperature,
    Signal.LAMP_FAILURE: _on,
    Signal.CLOUD: _cloud,
    Signal.CONDITION: _condition,
    Signal.COLOUR_X: _colour(0),
    Signal.COLOUR_Y: _colour(1),
    Signal.INPUT: _input,
}
# Sensors that tell of a room, by platform and device class.
_SENSORS: Final[Mapping[tuple[str, str], Signal]] = {
    ("binary_sensor", "motion"): Signal.MOTION,
    ("binary_sensor", "occupancy"): Signal.MOTION,
    ("binary_sensor", "presence"): Signal.MOTION,
    ("sensor", "illuminance"): Signal.ILLUMINANCE,
    (EVENT, "button"): Signal.INPUT,
}


def value_of(signal: Signal, state: State | None) -> int:
    """Return what a state says of a signal; UNKNOWN where it says nothing of it."""
    return UNKNOWN if state is None else _VALUES[signal](state)


def find_sources(hass: HomeAssistant, entry: ConfigEntry[Any]) -> tuple[Source, ...]:
    """Return what is collected: our lights that are in a zone, what the sensors of these zones tell, and the sky.

    Zones are those that were set up, and each area with lights of ours that are in none of them.
    """
    entities = er.async_get(hass).entities.values()
    there = [one for one in entities if one.disabled_by is None and not is_of_zone(entry, one)]
    zones = _Zones(hass, entry, there)
    sources = []
    for entity in there:
        if entity.domain == WEATHER and zones:
            sources += [Source(entity.entity_id, entity.id, one, OUTDOORS) for one in (Signal.CLOUD, Signal.CONDITION)]
            continue
        if (zone := zones.of(entity)) is None:
            continue
        device_class = entity.device_class or entity.original_device_class or ""
        if (signal := _SENSORS.get((entity.domain, device_class))) is not None:
            sources.append(Source(entity.entity_id, entity.id, signal, zone))
        if entity.config_entry_id == entry.entry_id:
            gear = entity.unique_id if _is_gear(entity) else None
            sources += [Source(entity.entity_id, entity.id, one, zone, gear) for one in _signals_of_ours(entity)]
    return tuple(sorted(sources, key=lambda one: (one.entity_id, one.signal)))


class _Zones:
    """Which entity tells of which zone: by its subentry's id where it was set up, by its area's id else."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], entities: Iterable[er.RegistryEntry]) -> None:
        self._hass = hass
        self._entry = entry
        self._by_entity: dict[str, str] = {}
        self._by_device: dict[str, str] = {}
        self._by_area: dict[str, str] = {}
        """The zones that were set up for an area: its buttons are theirs."""
        gear: dict[str, str] = {}
        for zone in zones_of(entry):
            key, data = zone.subentry_id, zone.data
            for entity_id in (*data.get(CONF_MOTION, ()), *data.get(CONF_ILLUMINANCE, ())):
                self._by_entity.setdefault(entity_id, key)
            behind = ZoneLights(hass, data[CONF_LIGHTS], entry.runtime_data.lines).gear()
            gear |= {f"{line}_{one}": key for line, keys in behind.items() for one in keys}
            if CONF_AREA in data:
                self._by_area[data[CONF_AREA]] = key
        self._areas = set[str]()
        """Areas with lights of ours that are in no zone that was set up."""
        for entity in entities:
            if entity.config_entry_id != entry.entry_id or not _is_gear(entity):
                continue
            if (zone_key := gear.get(entity.unique_id)) is not None:
                self._by_entity[entity.entity_id] = zone_key
                if entity.device_id is not None:
                    self._by_device[entity.device_id] = zone_key
            elif (area := area_of(hass, entity)) is not None:
                self._areas.add(area)

    def __bool__(self) -> bool:
        return bool(self._areas or self._by_entity)

    def of(self, entity: er.RegistryEntry) -> str | None:
        """Return the zone that an entity tells of; None where it tells of none."""
        if (zone := self._by_entity.get(entity.entity_id)) is not None:
            return zone
        ours = entity.config_entry_id == self._entry.entry_id
        if ours and entity.device_id is not None and (zone := self._by_device.get(entity.device_id)) is not None:
            return zone
        area = area_of(self._hass, entity)
        if area is not None and entity.domain == EVENT and area in self._by_area:
            return self._by_area[area]
        return area if area in self._areas else None


def _is_gear(entity: er.RegistryEntry) -> bool:
    """Tell whether an entity of our own is the light of one gear: groups of them would count twice."""
    return entity.domain == LIGHT and entity.translation_key == GEAR_LIGHT


def _signals_of_ours(entity: er.RegistryEntry) -> Iterator[Signal]:
    """Return what an entity of our own tells, beside what any sensor would."""
    if _is_gear(entity):
        yield Signal.LEVEL
        modes = set((entity.capabilities or {}).get(ATTR_SUPPORTED_COLOR_MODES) or ())
        if ColorMode.COLOR_TEMP in modes:
            yield Signal.COLOUR_TEMPERATURE
        if modes & _COLOUR_MODES:
            yield Signal.COLOUR_X
            yield Signal.COLOUR_Y
    elif entity.translation_key == _LAMP_FAILURE:
        yield Signal.LAMP_FAILURE
    elif entity.translation_key == _POWER:
        # Only what a gear takes in all: its other sensors tell of parts of the same watts.
        yield Signal.POWER
