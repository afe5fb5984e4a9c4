"""Collect what happens in the rooms: every area with a light of ours is a zone, with its motion and light sensors."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import (
    CALLBACK_TYPE,
    Context,
    Event as HassEvent,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.helpers.event import async_call_later, async_track_state_change_event, async_track_utc_time_change

from .control.zone_signals import ZoneSignals
from .db.buffer import EventBuffer
from .db.instants import milliseconds, now_ms
from .db.schema import HOUR_MS
from .db.signals import UNKNOWN, Cause, Observation
from .sources import Source, find_sources, value_of

# Registries change in bursts; what is collected is worked out anew once they are calm, in seconds.
_CALM: Final = 1.0


class Telemetry:
    """Listens to the sources, and fills the buffer."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], is_overheard: Callable[[str], bool] = lambda _: False
    ) -> None:
        """Make it; `is_overheard` tells whether another master set the level of a light, by its unique id."""
        self.buffer = EventBuffer()
        self.sources: tuple[Source, ...] = ()
        self._hass = hass
        self._entry = entry
        self._is_overheard = is_overheard
        self._by_entity: dict[str, list[Source]] = {}
        self._zone_signals = ZoneSignals(hass, self.buffer.add)
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
        self.async_refresh()

    @callback
    def async_stop(self) -> None:
        """Listen no more; what is in the buffer stays there."""
        for stop in (self._stop_listening, self._refreshing, *self._stops):
            if stop is not None:
                stop()
        self._stop_listening = self._refreshing = None
        self._stops.clear()
        self._zone_signals.async_stop()

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
            if not source.signal.is_instant
        )
        self.buffer.extend(self._zone_signals.gaps(alive_ms + 1))

    @callback
    def async_tell_all(self, *, at_ms: int | None = None, sources: Iterable[Source] | None = None) -> None:
        """Take note of how every source is at this instant."""
        now = now_ms() if at_ms is None else at_ms
        for source in self.sources if sources is None else sources:
            if not source.signal.is_instant:
                self._add(source, value_of(source.signal, self._hass.states.get(source.entity_id)), now, Cause.KEYFRAME)
        if sources is None:
            self._zone_signals.async_keyframes(now)

    @callback
    def _registry_changed(self, _: HassEvent[Any]) -> None:
        if self._refreshing is None:
            self._refreshing = async_call_later(self._hass, _CALM, self._calm)

    @callback
    def _calm(self, _: Any) -> None:
        self._refreshing = None
        self.async_refresh()

    @callback
    def async_refresh(self) -> None:
        """Listen to what the sources are now: zones were changed, or registries."""
        before = set(self.sources)
        self.sources = find_sources(self._hass, self._entry)
        by_entity = defaultdict(list)
        for source in self.sources:
            by_entity[source.entity_id].append(source)
        self._by_entity = dict(by_entity)
        self._zone_signals.async_follow(self.sources)
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        if self._by_entity:
            self._stop_listening = async_track_state_change_event(self._hass, list(self._by_entity), self._changed)
        if new := [source for source in self.sources if source not in before]:
            self.async_tell_all(sources=new)

    @callback
    def _new_hour(self, _: Any) -> None:
        now = now_ms()
        self.async_tell_all(at_ms=now - now % HOUR_MS)

    @callback
    def _changed(self, event: HassEvent[EventStateChangedData]) -> None:
        state, before = event.data["new_state"], event.data["old_state"]
        at = now_ms() if state is None else milliseconds(state.last_updated)
        for source in self._by_entity.get(event.data["entity_id"], ()):
            value = value_of(source.signal, state)
            if source.signal.is_instant:
                is_new = value != UNKNOWN and before is not None and state is not None and state.state != before.state
            else:
                is_new = state is None or before is None or value != value_of(source.signal, before)
            if is_new:
                self._add(source, value, at, self._cause_of(source, event.context))

    def _cause_of(self, source: Source, context: Context) -> Cause:
        """Return who wanted something: a person has a user, an automation of theirs has a parent too."""
        if context.user_id is not None and context.parent_id is None:
            return Cause.MANUAL
        return Cause.LINE if source.gear is not None and self._is_overheard(source.gear) else Cause.AUTOMATIC

    def _add(self, source: Source, value: int, at_ms: int, cause: Cause) -> None:
        self.buffer.add(
            Observation(
                time=at_ms, source=source.unique, signal=source.signal, zone=source.zone, value=value, cause=cause
            )
        )
        self._zone_signals.async_take(source, value, at_ms, cause)
