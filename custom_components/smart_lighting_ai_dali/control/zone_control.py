"""One zone as it was set up: its sensors tell its reflex loop, and what comes of that goes to its lights."""

from collections.abc import Callable, Mapping
from dataclasses import replace
import logging
import math
from typing import TYPE_CHECKING, Any, Final, Protocol

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import CALLBACK_TYPE, Context, Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event

from ..const import DOMAIN, PACKAGE
from ..dali.errors import LineError
from ..dali.level import level_of_light
from ..zones.action import Action
from ..zones.daypart import daypart_began
from ..zones.overrides import Choice
from ..zones.plan import Plan
from ..zones.profile import Profile
from ..zones.reflex import Reflex
from ..zones.settings import Place
from .zone_lights import ZoneLights
from .zone_memory import ZoneMemory
from .zone_settings import CONF_ILLUMINANCE, CONF_LIGHTS, CONF_MOTION, zone_settings

if TYPE_CHECKING:
    from ..site import SiteConfigEntry
    from ..site_line import SiteLine

_LOGGER = logging.getLogger(f"{PACKAGE}.control_service")

# A loop that wants to be woken at once is woken so much later, in seconds: others go between.
_LEAST_DELAY: Final = 0.02
# So long after lights moved, or were sent somewhere, they are where they were going, in seconds.
_SETTLING: Final = 2.0
# What rounding makes of a light and of a colour: levels, and a part of the kelvin.
_SAME_LEVEL: Final = 2
_SAME_COLOUR: Final = 0.02

type Step = Callable[[Reflex, float], Action | None]
"""What is told to a reflex loop at an instant."""


class ZoneListener(Protocol):
    """Whoever is told what zones do, and knows what their people said."""

    def profile_of(self, zone: str) -> Profile:
        """Return what the people of a zone said that they want, by its key."""

    def zone_acts(self, zone: ZoneControl, action: Action, cause: Context | None) -> Context:
        """Take note of what a zone is about to do, and return the context in which its lights change."""

    def zone_acted(self, zone: ZoneControl, action: Action, context: Context, *, error: LineError | None) -> None:
        """Take note of whether its lights were sent there."""

    def zone_chosen(self, zone: ZoneControl, choice: Choice, *, before: float, cause: Context) -> None:
        """Take note of what a person chose, where the light was `before`, of full light."""

    def zone_changed(self, zone: ZoneControl) -> None:
        """Take note that something is another that people see."""

    def zone_seen(self, zone: ZoneControl, cause: Context | None, *, seen: bool) -> None:
        """Take note that somebody moves in a zone, or that it has become empty."""


class ZoneControl:
    """A zone from one change of its set-up to the next."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SiteConfigEntry,
        subentry: ConfigSubentry,
        *,
        lines: Mapping[str, SiteLine],
        memory: ZoneMemory,
        place: Place,
        listener: ZoneListener,
    ) -> None:
        self.key = subentry.subentry_id
        self.name = subentry.title
        self.lights = ZoneLights(hass, subentry.data[CONF_LIGHTS], lines)
        self.memory = memory
        self._hass = hass
        self._entry = entry
        self._subentry = subentry
        self._listener = listener
        self._motion = tuple(subentry.data.get(CONF_MOTION, ()))
        self._illuminance = tuple(subentry.data.get(CONF_ILLUMINANCE, ()))
        # A subentry is changed in place: what the zone was made with has to be kept.
        self.clock = self.lights.clock()
        self._made_of = self._makings()
        profile = listener.profile_of(self.key)
        self.settings = replace(zone_settings(subentry, self.lights.whites()), profile=profile)
        now = self.clock.now()
        overrides, learning = memory.revive(self.settings, place)
        overrides.outlived(daypart_began(now, place.time_zone))
        self.reflex = Reflex(self.settings, place, learning, overrides, at=now)
        self.plan: Plan | None = None
        """A plan that a user set, until it expires."""
        self.ai_plan: Plan | None = None
        """The plan of the AI that it follows where no user set one; it ends by the clock of the zone."""
        self.context: Context | None = None
        """That in which its lights changed last by its own doing."""
        self.cause: Context | None = None
        """While it says that it changed: on whose account."""
        self._timer: Any = None
        self._look: Any = None
        """When it looks at its lights, if nothing happens before."""
        self._stops: list[CALLBACK_TYPE] = []
        self._shown: tuple[Any, ...] = ()
        self._was_occupied = False
        self._seeing: set[str] = set()
        """The sensors that see somebody now."""
        self._silent: set[str] = set()
        """The sensors that say nothing."""
        self._is_running = False
        self._is_failing = False
        self._sending = 0
        self._settled_at = 0.0
        self._lights_moved = True

    @property
    def is_changed(self) -> bool:
        """Tell whether it has to be made anew: it was set up another way, its lights are others, or people said so."""
        return self._made_of != self._makings()

    @property
    def failing_sensors(self) -> tuple[str, ...]:
        """Return the sensors that say nothing, or that are believed no more: the zone does without them."""
        failing, occupancy = set(self._silent), self.reflex.presence.occupancy
        if not occupancy.is_seen:
            failing |= {sensor for sensor, seen in occupancy.sensors.items() if seen}
        if self.reflex.illuminance_of.has_failed:
            failing |= set(self._illuminance)
        return tuple(sorted(failing))

    def _makings(self) -> tuple[Any, ...]:
        profile = self._listener.profile_of(self.key)
        return dict(self._subentry.data), self._subentry.title, self.lights.whites(), self.lights.clock(), profile

    # From start to stop

    @callback
    def async_start(self, cloud: float | None) -> None:
        """Listen to the sensors from now on, and begin with what they say now."""
        self._is_running = True
        now = self.clock.now()
        self._look_at_lights(now)
        if self.reflex.overrides.held:
            # Whoever chose may be there still, and what ends with them has to end.
            self._begin_visit(now)
        if not self.memory.is_automatic:
            self._tell(None, lambda reflex, at: reflex.set_automatic(at, on=False))
        for entity_id in self._illuminance:
            if lux_of(state := self._hass.states.get(entity_id)) is None:
                # It did not fail: it was not heard of yet.
                self._silent.add(entity_id)
            else:
                self._measured(entity_id, state, None)
        self._tell(None, lambda reflex, at: reflex.sky(cloud, at))
        for entity_id in self._motion:
            self._saw(entity_id, self._hass.states.get(entity_id), None)
        if self._motion:
            self._stops.append(async_track_state_change_event(self._hass, self._motion, self._motion_changed))
        if self._illuminance:
            self._stops.append(async_track_state_change_event(self._hass, self._illuminance, self._light_changed))

    @callback
    def async_stop(self) -> None:
        """Do nothing any more, and remember what was learned and chosen."""
        self._is_running = False
        while self._stops:
            self._stops.pop()()
        for timer in (self._timer, self._look):
            if timer is not None:
                timer.cancel()
        self._timer = self._look = None
        self.memory.keep(self.reflex)

    # What others tell it

    @callback
    def async_tell_sky(self, cloud: float | None, cause: Context | None) -> None:
        """Tell how much of the sky is covered, 0 to 1; None is that nobody knows."""
        self._tell(cause, lambda reflex, at: reflex.sky(cloud, at))

    @callback
    def async_tell_neighbour(self, zone: ZoneControl, cause: Context | None, *, seen: bool) -> None:
        """Tell that somebody moves in a neighbouring zone, or that it has become empty."""
        is_way = zone.settings.defaults.safe_way
        self._tell(cause, lambda reflex, at: reflex.neighbour(zone.key, at, seen=seen, is_way=is_way))

    @callback
    def async_choose(self, choice: Choice, cause: Context) -> None:
        """Tell what a person did to the lights."""
        if not self._is_running:
            return
        self._lights_moved = False
        # The loop ends it with the choice.
        self.ai_plan = None
        self._listener.zone_chosen(self, choice, before=self.reflex.light, cause=cause)
        self._tell(cause, lambda reflex, at: reflex.chosen(choice, at))

    @callback
    def async_release(self, cause: Context | None) -> None:
        """End what people chose."""
        self._tell(cause, lambda reflex, at: reflex.release(at))

    @callback
    def async_set_automatic(self, cause: Context | None, *, on: bool) -> None:
        """Begin or end to do things by itself."""
        self.memory.is_automatic = on
        self._tell(cause, lambda reflex, at: reflex.set_automatic(at, on=on))

    @callback
    def async_set_plan(self, plan: Plan | None, cause: Context | None) -> None:
        """Take a user's plan; None goes back to the rules, or to the AI where that plans the zone."""
        self.plan = plan
        followed = self.ai_plan if plan is None else plan
        self._tell(cause, lambda reflex, at: reflex.planned(followed, at))

    @callback
    def async_follow_ai(self, plan: Plan | None) -> None:
        """Follow a plan of the AI's, which ends by the clock on the wall; None goes back to the rules."""
        if not self._is_running:
            return
        if plan is not None and plan.expires is not None:
            plan = replace(plan, expires=self.clock.at(plan.expires))
        users = self.plan
        is_over = users is not None and users.expires is not None and self.clock.now() >= users.expires
        if is_over:
            self.plan = None
        if plan != self.ai_plan or is_over:
            self.ai_plan = plan
            if self.plan is None:
                self._tell(None, lambda reflex, at: reflex.planned(plan, at))

    @callback
    def async_decide(self, cause: Context | None) -> None:
        """Decide at once, whenever it would have been time."""
        self._tell(cause, lambda reflex, at: reflex.wake(at))

    @callback
    def async_lights_moved(self) -> None:
        """Take note that lights are another way than before, by whatever means."""
        self._lights_moved = True
        self._settled_at = max(self._settled_at, self.clock.now() + _SETTLING)
        if self._is_running and self._look is None:
            self._look_later(_SETTLING)

    @callback
    def async_line_is_back(self) -> None:
        """Send again what could not be sent."""
        if self._is_failing and (action := self.reflex.last_action) is not None:
            self._act(action, None)

    # What its sensors tell

    @callback
    def _motion_changed(self, event: Event[EventStateChangedData]) -> None:
        self._saw(event.data["entity_id"], event.data["new_state"], event.context)

    @callback
    def _light_changed(self, event: Event[EventStateChangedData]) -> None:
        self._measured(event.data["entity_id"], event.data["new_state"], event.context)

    def _saw(self, sensor: str, state: State | None, cause: Context | None) -> None:
        seen = None if state is None else {STATE_ON: True, STATE_OFF: False}.get(state.state)
        (self._silent.add if seen is None else self._silent.discard)(sensor)
        self._tell(cause, lambda reflex, at: reflex.motion(sensor, at, seen=seen))
        moved_before = bool(self._seeing)
        (self._seeing.add if seen else self._seeing.discard)(sensor)
        if seen and not moved_before:
            self._listener.zone_seen(self, cause, seen=True)

    def _measured(self, sensor: str, state: State | None, cause: Context | None) -> None:
        lux = lux_of(state)
        (self._silent.add if lux is None else self._silent.discard)(sensor)
        self._tell(cause, lambda reflex, at: reflex.illuminance(sensor, lux, at))

    # The loop

    def _tell(self, cause: Context | None, step: Step) -> None:
        """Tell the loop something, and do what comes of it."""
        if not self._is_running:
            return
        now = self.clock.now()
        if self._lights_moved and now >= self._settled_at and not self._sending:
            self._look_at_lights(now)
        if (action := step(self.reflex, now)) is not None:
            self._act(action, cause)
        self._set_timer(now)
        is_occupied = bool(self.reflex.is_occupied)
        if self._was_occupied and not is_occupied:
            self._listener.zone_seen(self, cause, seen=False)
        self._was_occupied = is_occupied
        if (shown := self._shows()) != self._shown:
            self._shown, self.cause = shown, cause
            self._listener.zone_changed(self)
            self.cause = None

    def _shows(self) -> tuple[Any, ...]:
        reflex = self.reflex
        return (
            reflex.is_occupied,
            round(reflex.target_lux),
            reflex.is_automatic,
            None if reflex.last_action is None else reflex.last_action.reason,
            reflex.overrides.held,
            self.failing_sensors,
        )

    def _look_at_lights(self, now: float) -> bool:
        """Tell the loop how the lights are, where that is not what it believes; return whether it was.

        Rounding makes no difference.
        """
        if (shine := self.lights.shine()) is None:
            return False
        self._lights_moved = False
        reflex = self.reflex
        apart = abs(level_of_light(shine.light) - level_of_light(reflex.light))
        colour = shine.colour_temperature or reflex.colour_temperature
        same = colour == reflex.colour_temperature or (
            colour is not None
            and reflex.colour_temperature is not None
            and abs(colour - reflex.colour_temperature) <= _SAME_COLOUR * colour
        )
        if apart > _SAME_LEVEL or (shine.light > 0) != (reflex.light > 0) or not same:
            _LOGGER.debug("zone=%r light=other is=%.4f wanted=%.4f at=%.3f", self.name, shine.light, reflex.light, now)
            if shine.light > 0 and reflex.light == 0:
                self._begin_visit(now)
            reflex.lights_are(shine.light, colour)
            return True
        return False

    def _begin_visit(self, now: float) -> None:
        """Take that somebody may be there, unless nobody is seen for the hold time: nothing goes dark over them.

        So it is at a start, and where lights come back with their supply.
        """
        presence = self.reflex.presence
        if self._motion and not presence.is_occupied:
            presence.begin(now)
            presence.occupancy.last_seen = max(presence.occupancy.last_seen, now)

    def _look_later(self, seconds: float) -> None:
        self._look = self._hass.loop.call_later(self.clock.real(seconds), self._look_now)

    @callback
    def _look_now(self) -> None:
        """Look at lights that moved, once they are where they were going."""
        self._look = None
        if not self._lights_moved:
            return
        now = self.clock.now()
        if now < self._settled_at or self._sending:
            self._look_later(max(_SETTLING / 2, self._settled_at - now))
        elif self._look_at_lights(now):
            self._tell(None, lambda reflex, at: reflex.wake(at))

    def _set_timer(self, now: float) -> None:
        """Have the loop woken when it wants to be; a timer that comes too early looks again."""
        if (wake_at := self.reflex.wake_at) is None:
            return
        when = self._hass.loop.time() + max(_LEAST_DELAY, self.clock.real(wake_at - now))
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = self._hass.loop.call_at(when, self._wake)

    @callback
    def _wake(self) -> None:
        self._timer = None
        now = self.clock.now()
        if (wake_at := self.reflex.wake_at) is not None and wake_at > now + _LEAST_DELAY:
            self._set_timer(now)
            return
        self._tell(None, lambda reflex, at: reflex.wake(at))

    # Its lights

    def _act(self, action: Action, cause: Context | None) -> None:
        context = self.context = self._listener.zone_acts(self, action, cause)
        self._settled_at = self.clock.now() + action.fade + _SETTLING
        # It is a task of the entry's, which ends it at its unload; the first frame is on its way when this returns.
        self._entry.async_create_background_task(
            self._hass, self._send(action, context), f"{DOMAIN} lights of {self.name}"
        )

    async def _send(self, action: Action, context: Context) -> None:
        self._sending += 1
        error = None
        is_early = self.lights.is_connecting
        try:
            await self.lights.async_go(action.light, action.colour_temperature, action.fade, context)
        except LineError as problem:
            error = problem
        finally:
            self._sending -= 1
        if not self._is_running:
            # Lines end after zones: what could not be sent any more is no trouble.
            return
        if error is not None and not self._is_failing and not is_early:
            _LOGGER.warning("zone=%r lights=failed reason=%s hint='look at its line'", self.name, error.key)
        elif error is None and self._is_failing:
            _LOGGER.info("zone=%r lights=back", self.name)
        self._is_failing = error is not None and (self._is_failing or not is_early)
        self._listener.zone_acted(self, action, context, error=error)


def lux_of(state: State | None) -> float | None:
    """Return what a light sensor reads, in lux; None where it says nothing that could be."""
    try:
        lux = math.nan if state is None else float(state.state)
    except ValueError:
        return None
    return lux if math.isfinite(lux) and lux >= 0 else None
