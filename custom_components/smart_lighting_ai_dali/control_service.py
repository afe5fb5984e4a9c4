"""The reflex loop over all zones of the site: starts and stops them, and tells each what others know."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.components.weather import ATTR_WEATHER_CLOUD_COVERAGE, DOMAIN as WEATHER
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import ATTR_DEVICE_ID, ATTR_NAME, EVENT_CORE_CONFIG_UPDATE, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import CALLBACK_TYPE, Context, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_call_later, async_track_state_change_event
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .control.choice_origins import ChoiceTracker, OwnContexts
from .control.decision_log import DecisionLog
from .control.explanation import chosen_decision, decision_of, percent_of
from .control.zone_choices import record_of
from .control.zone_control import ZoneControl
from .control.zone_memory import AiMode, ZoneMemory
from .control.zone_settings import CONF_WEATHER
from .control.zone_store import ZoneStore
from .control.zone_suggestions import zones_of
from .coordinator import LineCoordinator
from .dali.errors import LineError
from .dali.events import GearChanged, GearForgotten, GearFound, LineEvent, LineStatus, StateChanged, StatusChanged
from .zones.action import Action
from .zones.clouds import cloud_of_condition
from .zones.overrides import Choice, Origin
from .zones.profile import Profile
from .zones.settings import Place

if TYPE_CHECKING:
    from .site import SiteConfigEntry
    from .site_line import SiteLine
    from .site_vault import SiteVault

_LOGGER = logging.getLogger(__name__)

EVENT_DECISION: Final = f"{DOMAIN}_decision"
EVENT_CHOICE: Final = f"{DOMAIN}_choice"

# Gear is found and read in bursts; zones look at it once that is calm, in seconds.
_CALM: Final = 1.0
_ALL_OF_THE_SKY: Final = 100

type ZoneAdder = Callable[[str], None]
type ChoiceListener = Callable[[ZoneControl, Choice, float], None]
"""Is told of a zone, what was chosen in it, and what its light was before, of full light."""


def cloud_of(state: State | None) -> float | None:
    """Return the cloud cover that a weather entity tells, 0 to 1; None where it tells none."""
    if state is None or state.state in {STATE_UNAVAILABLE, STATE_UNKNOWN}:
        return None
    cover = state.attributes.get(ATTR_WEATHER_CLOUD_COVERAGE)
    if isinstance(cover, int | float) and 0 <= cover <= _ALL_OF_THE_SKY:
        return cover / _ALL_OF_THE_SKY
    return cloud_of_condition(state.state)


class ControlService:
    """All zones of a site, from its start to its stop."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SiteConfigEntry,
        lines: Mapping[str, SiteLine],
        *,
        log: DecisionLog,
        vault: SiteVault,
    ) -> None:
        self.zones: dict[str, ZoneControl] = {}
        self.hass = hass
        self._entry = entry
        self._lines = lines
        self._log = log
        self._vault = vault
        self._store = ZoneStore(hass, entry.entry_id, vault)
        self._memories: defaultdict[str, ZoneMemory] = defaultdict(ZoneMemory)
        self._kept: dict[str, tuple[Any, ...]] = {}
        """What was written, or soon will be, of what people set and chose in each zone."""
        self._contexts = OwnContexts()
        self._choices = ChoiceTracker(hass, lines, self.async_choose, self._contexts.owns)
        self._cloud: float | None = None
        self._weather: str | None = None
        self._begun = False
        self._is_stopped = False
        self._adders: list[ZoneAdder] = []
        self._choice_listeners: list[ChoiceListener] = []
        self._weather_listeners: list[CALLBACK_TYPE] = []
        self._zone_listeners: defaultdict[str, list[CALLBACK_TYPE]] = defaultdict(list)
        self._zones_of_gear: dict[tuple[str, str], set[str]] = {}
        self._looking: CALLBACK_TYPE | None = None
        self._stops: list[CALLBACK_TYPE] = []
        self._stop_weather: CALLBACK_TYPE | None = None

    # From start to stop

    async def async_load(self) -> None:
        """Read what zones remember of their last time."""
        self._memories.update(await self._store.async_load())

    async def async_save(self) -> None:
        """Write down what zones remember."""
        if self.zones or self._memories:
            await self._store.async_save(self._remembered)

    def _remembered(self) -> dict[str, ZoneMemory]:
        for zone in self.zones.values():
            zone.memory.keep(zone.reflex)
        return {key: self._memories[key] for key in self.zones}

    @callback
    def async_start(self, listen_to_lines: Callable[[Callable[[LineCoordinator], None]], CALLBACK_TYPE]) -> None:
        """Make the zones; they begin once Home Assistant has started, with sensors that say something."""
        self.async_follow()
        self._stops.append(self._vault.async_listen(self.async_follow))
        self._stops.append(listen_to_lines(self._follow_line))
        self._stops.append(listen_to_lines(self._choices.async_follow_line))
        self._stops.append(self.hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._core_changed))
        self._stops.append(async_at_started(self.hass, self._begin))

    @callback
    def async_stop(self) -> None:
        """End all zones: no timer and no listener is left."""
        self._is_stopped = True
        self._choices.async_stop()
        for stop in (self._stop_weather, self._looking, *self._stops):
            if stop is not None:
                stop()
        self._stop_weather = self._looking = None
        self._stops.clear()
        for zone in self.zones.values():
            zone.async_stop()
        self._begun = False

    @callback
    def async_follow(self) -> None:
        """Follow zones that were added, changed or removed; the others are not touched."""
        wanted = {subentry.subentry_id: subentry for subentry in zones_of(self._entry)}
        for key in [key for key in self.zones if key not in wanted]:
            self.zones.pop(key).async_stop()
            self._memories.pop(key, None)
            self._store.async_save_soon(self._remembered)
        self._follow_weather()
        for key, subentry in wanted.items():
            if key not in self.zones or self.zones[key].is_changed:
                self._make(subentry)
        self._index_gear()

    @callback
    def _begin(self, _: HomeAssistant) -> None:
        self._follow_weather()
        self._begun = True
        for zone in self.zones.values():
            zone.async_start(self._cloud)
        _LOGGER.debug("zones=started count=%d", len(self.zones))

    @callback
    def _core_changed(self, _: Event[Any]) -> None:
        """Begin anew: the home is elsewhere on earth, or its clocks are."""
        for subentry in zones_of(self._entry):
            self._make(subentry)

    def _make(self, subentry: ConfigSubentry) -> None:
        """Make a zone, or make it anew with what it remembers."""
        key = subentry.subentry_id
        if (before := self.zones.get(key)) is not None:
            before.async_stop()
        config = self.hass.config
        zone = self.zones[key] = ZoneControl(
            self.hass,
            self._entry,
            subentry,
            lines=self._lines,
            memory=self._memories[key],
            place=Place(
                latitude=config.latitude, longitude=config.longitude, time_zone=dt_util.get_default_time_zone()
            ),
            listener=self,
        )
        if self._begun:
            zone.async_start(self._cloud)
        if before is None:
            for add in tuple(self._adders):
                add(key)
        elif before.plan is not None:
            zone.async_set_plan(before.plan, None)
        self._tell(key)

    # Who listens

    @callback
    def async_listen_to_zones(self, adder: ZoneAdder) -> CALLBACK_TYPE:
        """Call an adder with the key of each zone, those that are there and those to come; returns what ends that."""
        self._adders.append(adder)
        for key in self.zones:
            adder(key)
        return lambda: self._adders.remove(adder)

    @callback
    def async_listen(self, key: str, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when something of a zone is another that people see; returns what ends that."""
        self._zone_listeners[key].append(listener)
        return lambda: self._zone_listeners[key].remove(listener)

    @property
    def cloud(self) -> float | None:
        """Return the cloud cover, 0 to 1; None where nobody tells of it."""
        return self._cloud

    @property
    def weather(self) -> str | None:
        """Return the weather entity that zones reckon with; None where there is none."""
        return self._weather

    @callback
    def async_listen_to_weather(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when the weather says something, or another is listened to; returns what ends that."""
        self._weather_listeners.append(listener)
        return lambda: self._weather_listeners.remove(listener)

    @callback
    def async_listen_to_choices(self, listener: ChoiceListener) -> CALLBACK_TYPE:
        """Call a listener with each choice of people in a zone; returns what ends that."""
        self._choice_listeners.append(listener)
        return lambda: self._choice_listeners.remove(listener)

    def _tell(self, key: str) -> None:
        for listener in tuple(self._zone_listeners.get(key, ())):
            listener()

    @callback
    def async_set_ai_mode(self, key: str, mode: AiMode) -> None:
        """Let an AI do something else in a zone."""
        self._memories[key].ai_mode = mode
        self._store.async_save_soon(self._remembered)
        self._tell(key)

    # Who chose

    @callback
    def is_ours(self, context: Context) -> bool:
        """Tell whether a zone did by itself what happened in a context, or whether that came of it."""
        return self._contexts.owns(context)

    @callback
    def async_choose(self, key: str, choice: Choice, cause: Context) -> None:
        """Tell a zone what a person did to its lights, or an automation where that counts as a person."""
        if (zone := self.zones.get(key)) is None:
            return
        if choice.origin is not Origin.AUTOMATION or zone.settings.automations_are_people:
            zone.async_choose(choice, cause)

    # What zones tell and ask (zone_control.ZoneListener)

    @callback
    def profile_of(self, zone: str) -> Profile:
        """Return what the people of a zone said that they want, by its key."""
        return self._vault.profile_of(zone)

    @callback
    def zone_acts(self, zone: ZoneControl, action: Action, cause: Context | None) -> Context:
        """Say in the logbook why lights are about to change, and return the context in which they do."""
        context = self._contexts.new(cause)
        # First, so that the logbook finds it as the origin of all that has this context.
        self.hass.bus.async_fire(
            EVENT_DECISION,
            self.naming_of(zone)
            | {
                "reason": action.reason.value,
                "brightness_pct": percent_of(action.light),
                "color_temp_kelvin": action.colour_temperature,
                "fade": round(action.fade, 1),
            },
            context=context,
        )
        return context

    @callback
    def zone_acted(self, zone: ZoneControl, action: Action, context: Context, *, error: LineError | None) -> None:
        """Keep what was decided, and what came of it."""
        chosen = [one.attribute for one in zone.reflex.overrides.held]
        failure = None if error is None else error.key
        action = replace(action, time=zone.clock.wall(action.time))
        self._log.add(decision_of(zone.key, action, chosen=chosen, context=context.id, error=failure))

    @callback
    def zone_chosen(self, zone: ZoneControl, choice: Choice, *, before: float, cause: Context) -> None:
        """Keep what a person chose, and say so in the logbook."""
        now = zone.clock.now()
        for listener in tuple(self._choice_listeners):
            listener(zone, choice, before)
        chosen, inputs = record_of(zone, choice, now)
        self.hass.bus.async_fire(EVENT_CHOICE, self.naming_of(zone) | chosen, context=cause)
        light = 0.0 if choice.is_on is False else before if choice.light is None else choice.light
        at = zone.clock.wall(now)
        self._log.add(chosen_decision(zone.key, at, chosen, inputs, before=before, light=light, context=cause.id))

    def naming_of(self, zone: ZoneControl) -> dict[str, Any]:
        """Return what events say of whose they are; by the device, the logbook finds them and names the zone."""
        device = dr.async_get(self.hass).async_get_device_by_identifier((DOMAIN, zone.key), self._entry.entry_id)
        return {ATTR_DEVICE_ID: None if device is None else device.id, "zone": zone.key, ATTR_NAME: zone.name}

    @callback
    def zone_changed(self, zone: ZoneControl) -> None:
        """Have its entities say so, and what people set and chose be kept."""
        kept = (zone.memory.is_automatic, zone.reflex.overrides.held)
        if self._kept.get(zone.key) != kept:
            self._kept[zone.key] = kept
            self._store.async_save_soon(self._remembered)
        else:
            self._store.async_save_later(self._remembered)
        self._tell(zone.key)

    @callback
    def zone_seen(self, zone: ZoneControl, cause: Context | None, *, seen: bool) -> None:
        """Tell the zones that people walk into from there."""
        for key in zone.settings.neighbours:
            if (neighbour := self.zones.get(key)) is not None:
                neighbour.async_tell_neighbour(zone, cause, seen=seen)

    # The sky

    def _follow_weather(self) -> None:
        """Listen to the site's weather, or else to the first that there is."""
        there = self.hass.states.async_entity_ids(WEATHER)
        weather = self._entry.options.get(CONF_WEATHER) or min(there, default=None)
        if weather == self._weather:
            return
        if self._stop_weather is not None:
            self._stop_weather()
            self._stop_weather = None
        self._weather = weather
        self._take_cloud(cloud_of(None if weather is None else self.hass.states.get(weather)), None)
        if weather is not None:
            self._stop_weather = async_track_state_change_event(self.hass, weather, self._weather_changed)

    @callback
    def _weather_changed(self, event: Event[EventStateChangedData]) -> None:
        self._take_cloud(cloud_of(event.data["new_state"]), event.context)

    def _take_cloud(self, cloud: float | None, cause: Context | None) -> None:
        if cloud != self._cloud:
            self._cloud = cloud
            for zone in tuple(self.zones.values()):
                zone.async_tell_sky(cloud, cause)
        for listener in tuple(self._weather_listeners):
            listener()

    # Lines and gear

    @callback
    def _follow_line(self, coordinator: LineCoordinator) -> None:
        """Listen to a line for as long as it is one of the site's."""

        @callback
        def moved(event: StateChanged) -> None:
            for zone in {zone for key in event.keys for zone in self._zones_of_gear.get((line, key), ())}:
                if zone in self.zones:
                    self.zones[zone].async_lights_moved()

        @callback
        def status(event: StatusChanged) -> None:
            if event.status is LineStatus.ONLINE:
                for zone in tuple(self.zones.values()):
                    if line in zone.lights.gear():
                        zone.async_line_is_back()

        line = coordinator.subentry_id
        coordinator.async_listen(StateChanged, moved)
        coordinator.async_listen(StatusChanged, status)
        for kind in (GearFound, GearChanged, GearForgotten):
            coordinator.async_listen(kind, self._look_soon)
        self._look_soon()

    @callback
    def _look_soon(self, _: LineEvent | None = None) -> None:
        # Lines end after zones, and tell of their gear until then.
        if self._looking is None and not self._is_stopped:
            self._looking = async_call_later(self.hass, _CALM, self._look)

    @callback
    def _look(self, _: Any) -> None:
        """Make zones anew whose lights turned out to be others."""
        self._looking = None
        self.async_follow()

    def _index_gear(self) -> None:
        self._choices.async_follow({key: zone.lights.entity_ids for key, zone in self.zones.items()})
        index: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for zone in self.zones.values():
            for subentry_id, keys in zone.lights.gear().items():
                for key in keys:
                    index[subentry_id, key].add(zone.key)
        self._zones_of_gear = dict(index)
