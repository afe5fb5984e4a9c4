"""The light that a zone wants now: of what people chose, of its plan, or while nobody is there."""

from typing import Final, NamedTuple

from .constant_lux import STEP_SECONDS, arriving_light, next_step, sinking_light
from .envelope import LEAST_WAY_LUX
from .illuminance import Illuminance
from .overrides import Overrides
from .plan import Mode, Plan, Planner, Reason
from .presence import Phase, Presence
from .settings import ZoneSettings

_OFF_FADE: Final = 5.0
# Somebody on the way lights the next dark way with this part of the light that arriving there would.
_NEIGHBOUR_LIGHT: Final = 0.2


class Lit(NamedTuple):
    """How the zone is lit, and what it does that by."""

    light: float
    """0 to 1."""
    sinks_from: float
    """The light before it began to sink, where nobody was seen for a while."""
    plan: Plan


class Wish(NamedTuple):
    """What is wanted."""

    light: float
    """0 to 1."""
    fade: float
    """Seconds."""
    awaited: bool
    """Somebody waits for it."""
    reason: Reason | None


class Wishes:
    """What one zone wants."""

    __slots__ = ("_illuminance", "_overrides", "_presence", "_settings")

    def __init__(
        self, settings: ZoneSettings, presence: Presence, illuminance: Illuminance, overrides: Overrides
    ) -> None:
        self._settings = settings
        self._presence = presence
        self._illuminance = illuminance
        self._overrides = overrides

    def light(self, lit: Lit, at: float, reason: Reason | None) -> Wish:
        """Return the light that is wanted now, of what just happened."""
        if not self._presence.is_occupied:
            return self._of_empty(lit, at, reason)
        chosen_on, chosen_light = self._overrides.is_on, self._overrides.light
        if chosen_on is False:
            return Wish(0.0, _OFF_FADE, awaited=False, reason=Reason.CHOICE)
        if self._presence.phase is Phase.WARNING:
            daylight, reach = self._reach(lit, at)
            sunk = sinking_light(lit.light, lit.sinks_from, daylight, reach)
            return Wish(sunk, STEP_SECONDS, awaited=False, reason=Reason.WARNING)
        if chosen_light is not None:
            comes = reason in {Reason.ARRIVAL, Reason.CHOICE, Reason.RELEASED} or lit.light == 0
            why = reason if reason is Reason.ARRIVAL else Reason.CHOICE
            return Wish(chosen_light, self._settings.fade, awaited=comes, reason=why)
        return self._of_plan(lit, at, reason, chosen_on=bool(chosen_on))

    def colour(self, plan: Plan) -> int | None:
        """Return the colour temperature that is wanted now, in kelvin; None leaves it alone."""
        if not self._settings.has_colour or self._overrides.holds_other_colour:
            return None
        return self._overrides.colour_temperature or plan.colour_temperature

    def _reach(self, lit: Lit, at: float) -> tuple[float, float]:
        """Return the daylight, and what full light adds, in lux."""
        return self._illuminance.daylight(at), self._illuminance.lux_at_full(lit.plan.target_lux)

    def _of_plan(self, lit: Lit, at: float, reason: Reason | None, *, chosen_on: bool) -> Wish:
        """Return what the plan means for somebody who is there."""
        plan = lit.plan
        if plan.mode in {Mode.SLEEP, Mode.DARK} and not chosen_on:
            # Who has light keeps it; no movement makes any.
            return Wish(lit.light, _OFF_FADE, awaited=False, reason=reason)
        daylight, reach = self._reach(lit, at)
        # Who asks for a plan by hand waits for it, as who lets the zone go again.
        asked_for = reason is Reason.RELEASED or (reason is Reason.PLAN and plan.planner is Planner.USER)
        if asked_for or reason is Reason.ARRIVAL or (chosen_on and lit.light == 0):
            light = arriving_light(plan.target_lux, daylight, reach)
            if chosen_on and light == 0:
                light = max(0.1, arriving_light(daylight * 1.3, daylight, reach))
            if asked_for or lit.light == 0 or lit.light < 0.7 * light:
                return Wish(light, self._settings.fade, awaited=True, reason=reason)
        step = next_step(lit.light, plan.target_lux, daylight, reach, self._illuminance.caution)
        if step is None or (chosen_on and step.light == 0):
            return Wish(lit.light, STEP_SECONDS, awaited=False, reason=reason)
        return Wish(step.light, step.fade, awaited=False, reason=reason)

    def _of_empty(self, lit: Lit, at: float, reason: Reason | None) -> Wish:
        """Return what is wanted where nobody is."""
        occupancy, is_way = self._presence.occupancy, self._settings.defaults.safe_way
        is_believed = occupancy.is_blind and at < occupancy.blind_until()
        if not self._settings.has_motion or (is_believed and (lit.light > 0 or not is_way)):
            return Wish(lit.light, _OFF_FADE, awaited=False, reason=reason)
        daylight, reach = self._reach(lit, at)
        if is_way and self._overrides.is_on is None:
            if at < self._presence.may_come_until():
                light = _NEIGHBOUR_LIGHT * arriving_light(lit.plan.target_lux, daylight, reach)
                return Wish(light, self._settings.fade, awaited=True, reason=reason)
            if occupancy.is_blind and daylight < LEAST_WAY_LUX and reach > 0:
                # Nothing tells any more who comes: nobody may stumble.
                return Wish(LEAST_WAY_LUX / reach, _OFF_FADE, awaited=True, reason=Reason.SENSOR_LOST)
        return Wish(0.0, _OFF_FADE, awaited=True, reason=Reason.LEFT)
