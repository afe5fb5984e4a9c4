"""Collect what happens in the rooms: every area with a light of ours is a zone, with its motion and light sensors."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
import time
from typing import Any, Final

from homeassistant.components.light import ATTR_BRIGHTNESS, DOMAIN as LIGHT
from homeassistant.components.weather import ATTR_WEATHER_CLOUD_COVERAGE, DOMAIN as WEATHER
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import (
    CALLBACK_TYPE,
    Context,
    Event as HassEvent,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_call_later, async_track_state_change_event, async_track_utc_time_change

from .dali.level import level_of
from .db.buffer import EventBuffer
from .db.schema import HOUR_MS
from .db.signals import UNKNOWN, Cause, Observation, Signal

# Registries change in bursts; what is collected is worked out anew once they are calm, in seconds.
_CALM: Final = 1.0
_LARGEST: Final = 2**31 - 1
_ALL_OF_THE_SKY: Final = 100
# The zone of what is so for all rooms.
OUTDOORS: Final = "outdoors"
_LAMP_FAILURE: Final = "lamp_failure"


@dataclass(frozen=True, slots=True)
class Source:
    """One entity, what it tells, and of which zone."""

    entity_id: str
    unique: str
    """Its id in the entity registry, which survives every renaming."""
    signal: Signal
    zone: str


def _level(state: State) -> int:
    if state.state == STATE_OFF:
        return 0
    brightness = state.attributes.get(ATTR_BRIGHTNESS)
    return UNKNOWN if state.state != STATE_ON or brightness is None else int(level_of(brightness))


def _on(state: State) -> int:
    return {STATE_ON: 1, STATE_OFF: 0}.get(state.state, UNKNOWN)


def _number(state: State) -> int:
    try:
        value = round(float(state.state))
    except ValueError, OverflowError:
        return UNKNOWN
    return value if 0 <= value <= _LARGEST else UNKNOWN


def _cloud(state: State) -> int:
    cover = state.attributes.get(ATTR_WEATHER_CLOUD_COVERAGE)
    return round(cover) if isinstance(cover, (int, float)) and 0 <= cover <= _ALL_OF_THE_SKY else UNKNOWN


_VALUES: Final[Mapping[Signal, Callable[[State], int]]] = {
    Signal.LEVEL: _level,
    Signal.MOTION: _on,
    Signal.ILLUMINANCE: _number,
    Signal.LAMP_FAILURE: _on,
    Signal.CLOUD: _cloud,
}
# Sensors of other integrations that tell of a room, by platform and device class.
_SENSORS: Final[Mapping[tuple[str, str], Signal]] = {
    ("binary_sensor", "motion"): Signal.MOTION,
    ("binary_sensor", "occupancy"): Signal.MOTION,
    ("binary_sensor", "presence"): Signal.MOTION,
    ("sensor", "illuminance"): Signal.ILLUMINANCE,
}


def find_sources(hass: HomeAssistant, entry: ConfigEntry[Any]) -> tuple[Source, ...]:
    """Return what is collected: our lights that are in an area, what the sensors of these areas tell, and the sky."""
    entities, devices = er.async_get(hass), dr.async_get(hass)

    def area_of(entity: er.RegistryEntry) -> str | None:
        if entity.area_id is not None or entity.device_id is None:
            return entity.area_id
        device = devices.async_get(entity.device_id)
        return None if device is None else device.area_id

    ours = [
        (entity, area)
        for entity in er.async_entries_for_config_entry(entities, entry.entry_id)
        if (area := area_of(entity)) is not None and entity.disabled_by is None
    ]
    sources = [
        Source(entity.entity_id, entity.id, signal, area)
        for entity, area in ours
        if (signal := _ours(entity)) is not None
    ]
    zones = {source.zone for source in sources if source.signal is Signal.LEVEL}
    for entity in entities.entities.values():
        if entity.disabled_by is not None or entity.config_entry_id == entry.entry_id:
            continue
        signal = _SENSORS.get((entity.domain, entity.device_class or entity.original_device_class or ""))
        if signal is not None and (area := area_of(entity)) in zones:
            sources.append(Source(entity.entity_id, entity.id, signal, area))
        elif entity.domain == WEATHER and zones:
            sources.append(Source(entity.entity_id, entity.id, Signal.CLOUD, OUTDOORS))
    return tuple(sorted(sources, key=lambda one: one.entity_id))


def _ours(entity: er.RegistryEntry) -> Signal | None:
    """Return what an entity of our own tells."""
    if entity.domain == LIGHT:
        return Signal.LEVEL
    return Signal.LAMP_FAILURE if entity.translation_key == _LAMP_FAILURE else None


class Telemetry:
    """Listens to the sources, and fills the buffer."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        self.buffer = EventBuffer()
        self.sources: tuple[Source, ...] = ()
        self._hass = hass
        self._entry = entry
        self._by_entity: dict[str, Source] = {}
        self._stop_listening: CALLBACK_TYPE | None = None
        self._refreshing: CALLBACK_TYPE | None = None
        self._stops: list[CALLBACK_TYPE] = []

    @callback
    def async_start(self) -> None:
        """Listen from now on."""
        for event_type in (
            er.EVENT_ENTITY_REGISTRY_UPDATED,
            dr.EVENT_DEVICE_REGISTRY_UPDATED,
            ar.EVENT_AREA_REGISTRY_UPDATED,
        ):
            self._stops.append(self._hass.bus.async_listen(event_type, self._registry_changed))
        # Each hour has to be understood without the one before.
        self._stops.append(async_track_utc_time_change(self._hass, self._new_hour, minute=0, second=0))
        self._refresh()

    @callback
    def async_stop(self) -> None:
        """Listen no more; what is in the buffer stays there."""
        for stop in (self._stop_listening, self._refreshing, *self._stops):
            if stop is not None:
                stop()
        self._stop_listening = self._refreshing = None
        self._stops.clear()

    @callback
    def async_mark_gap(self, alive_ms: int) -> None:
        """Take note that nobody listened from `alive_ms` until now: what was then is unknown, not as before."""
        self.buffer.extend(
            Observation(
                time=alive_ms + 1,
                source=source.unique,
                signal=source.signal,
                zone=source.zone,
                value=UNKNOWN,
                cause=Cause.KEYFRAME,
            )
            for source in self.sources
        )

    @callback
    def async_tell_all(self, *, at_ms: int | None = None, sources: Iterable[Source] | None = None) -> None:
        """Take note of how every source is at this instant."""
        now = _now_ms() if at_ms is None else at_ms
        for source in self.sources if sources is None else sources:
            state = self._hass.states.get(source.entity_id)
            self._add(source, state, now, Cause.KEYFRAME)

    @callback
    def _registry_changed(self, _: HassEvent[Any]) -> None:
        if self._refreshing is None:
            self._refreshing = async_call_later(self._hass, _CALM, self._calm)

    @callback
    def _calm(self, _: Any) -> None:
        self._refreshing = None
        self._refresh()

    @callback
    def _refresh(self) -> None:
        before = set(self.sources)
        self.sources = find_sources(self._hass, self._entry)
        self._by_entity = {source.entity_id: source for source in self.sources}
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        if self._by_entity:
            self._stop_listening = async_track_state_change_event(self._hass, list(self._by_entity), self._changed)
        if new := [source for source in self.sources if source not in before]:
            self.async_tell_all(sources=new)

    @callback
    def _new_hour(self, _: Any) -> None:
        now = _now_ms()
        self.async_tell_all(at_ms=now - now % HOUR_MS)

    @callback
    def _changed(self, event: HassEvent[EventStateChangedData]) -> None:
        source = self._by_entity.get(event.data["entity_id"])
        state, before = event.data["new_state"], event.data["old_state"]
        if source is None:
            return
        value = _VALUES[source.signal]
        if state is not None and before is not None and value(state) == value(before):
            return
        at = _now_ms() if state is None else int(state.last_updated.timestamp() * 1000)
        self._add(source, state, at, _cause_of(event.context))

    def _add(self, source: Source, state: State | None, at_ms: int, cause: Cause) -> None:
        self.buffer.add(
            Observation(
                time=at_ms,
                source=source.unique,
                signal=source.signal,
                zone=source.zone,
                value=UNKNOWN if state is None else _VALUES[source.signal](state),
                cause=cause,
            )
        )


def _cause_of(context: Context) -> Cause:
    """Return who wanted something: a person has a user, an automation of theirs has a parent too."""
    return Cause.MANUAL if context.user_id is not None and context.parent_id is None else Cause.AUTOMATIC


def _now_ms() -> int:
    return int(time.time() * 1000)
