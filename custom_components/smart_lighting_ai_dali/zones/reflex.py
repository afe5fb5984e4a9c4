"""The reflex loop of one zone: what its sensors, its people and its plan say becomes light.

It knows no clock and no timer: each call says what time it is, and returns what the lights are to do, if anything.
`wake_at` is when it has to be called next if nothing happens before.
"""

from dataclasses import replace
from math import inf
from typing import Final

from .action import Action
from .colour_day import differs
from .daypart import Daypart, daypart_of
from .envelope import LEAST_WAY_LUX, Envelope, Wanted
from .illuminance import Illuminance
from .learning import Learning
from .occupancy import Edge
from .overrides import Attribute, Choice, Overrides
from .plan import Mode, Plan, Planner, Reason
from .precedence import plan_in_force
from .presence import Phase, Presence
from .rules import plan_by_rules
from .settings import Place, ZoneSettings
from .wish import Lit, Wishes

# How long a plan of the rules is good: parts of the day and the sun change no faster.
_PLAN_SECONDS: Final = 300.0
# Who leaves a light as it is for so long takes it for right.
_ACCEPTED_SECONDS: Final = 600.0
# Between two looks at the light by the sun, where no sensor tells of it.
_SKY_SECONDS: Final = 120.0
# A smaller change of light is none.
_SMALL: Final = 1e-4


class Reflex:
    """One zone."""

    def __init__(
        self, settings: ZoneSettings, place: Place, learning: Learning, overrides: Overrides, *, at: float
    ) -> None:
        self.settings = settings
        self.place = place
        self.learning = learning
        self.overrides = overrides
        self.is_automatic = True
        """Whether it does anything by itself."""
        self.light = 0.0
        """What the lights make, or were told to make, of full light."""
        self.colour_temperature: int | None = None
        self.last_action: Action | None = None
        self.wake_at: float | None = None
        self.presence = Presence(at)
        self.illuminance_of = Illuminance(learning, place)
        self._envelope = Envelope(settings)
        self._wishes = Wishes(settings, self.presence, self.illuminance_of, overrides)
        self._now = at
        self._others_plan: Plan | None = None
        self._planned_at = at
        self._part = daypart_of(at, place.time_zone)
        self._not_before = -inf
        """The next change that is not for an arrival is made then, at the earliest."""
        self._look_at = at
        self._chosen_at: float | None = None
        self._chosen_last = -inf
        self._sinks_from = 0.0
        """The light from which it sinks."""
        self.plan = self._rules(at)

    # --- What others ask

    @property
    def is_occupied(self) -> bool | None:
        """Tell whether somebody is there; None where no sensor says anything."""
        occupancy = self.presence.occupancy
        return None if occupancy.is_blind or not occupancy.sensors else self.presence.is_occupied

    @property
    def target_lux(self) -> float:
        """Return the illuminance that it aims at, in lux."""
        return self.plan.target_lux

    # --- What happens

    def motion(self, sensor: str, at: float, *, seen: bool | None) -> Action | None:
        """Take what a motion or presence sensor says; None is that it says nothing any more."""
        self._begin(at)
        last = self.presence.occupancy.last_seen
        edge = self.presence.occupancy.take(sensor, at, seen=seen)
        if edge is Edge.UNSEEN:
            return self._end(at, None)
        if not seen:
            return self._end(at, Reason.SENSOR_LOST if self.presence.occupancy.is_blind else None)
        if edge is Edge.NONE and self.presence.phase is Phase.OCCUPIED:
            return None
        if self.presence.is_occupied and last > -inf:
            self.learning.gap_ended(at, at - last)
        return self._somebody(at, last)

    def illuminance(self, sensor: str, lux: float | None, at: float) -> Action | None:
        """Take what a light sensor reads; None is that it says nothing any more."""
        self._begin(at)
        had_failed = self.illuminance_of.has_failed
        self.illuminance_of.take(sensor, lux, at, self.target_lux)
        lost = self.illuminance_of.has_failed and not had_failed
        return self._end(at, Reason.SENSOR_LOST if lost else Reason.DAYLIGHT)

    def sky(self, cloud: float | None, at: float) -> Action | None:
        """Take the cloud cover, 0 to 1; None is that nobody knows."""
        self._begin(at)
        self.illuminance_of.cloud = cloud
        return self._end(at, Reason.DAYLIGHT)

    def neighbour(self, zone: str, at: float, *, seen: bool, is_way: bool = False) -> Action | None:
        """Take that somebody is in a neighbouring zone, which may be a corridor or stairs, or that it is empty."""
        del zone
        self._begin(at)
        if seen:
            self.presence.next_door(at, is_way=is_way)
            if not self.settings.defaults.safe_way:
                # Only ways are lit for who is next door.
                return None
        return self._end(at, Reason.NEIGHBOUR)

    def chosen(self, choice: Choice, at: float) -> Action | None:
        """Take what a person did to the lights."""
        self._begin(at)
        was_on = self.light > 0
        beside_sleepers = self.settings.defaults.sleeps and (self.presence.asleep or self.learning.sleeping(at))
        self.overrides.take(choice, at)
        if choice.is_on is False:
            light = 0.0
            self.learning.switched_off(at)
            self.presence.asleep = self.settings.defaults.sleeps and self._is_bedtime(at)
        elif choice.light is not None:
            light = choice.light
        else:
            light = self.light
        if choice.is_on:
            self.presence.asleep = False
        if light != self.light:
            self.illuminance_of.light_changes(light, at, self.settings.fade, self.target_lux)
            self.light = light
        if choice.colour_temperature is not None:
            self.colour_temperature = choice.colour_temperature
            self.learning.chose_colour(at, choice.colour_temperature)
        self._chosen_last = at
        if self._others_plan is not None and self._others_plan.planner is Planner.AI:
            # It was made by whoever knew nothing of this.
            self._others_plan = None
            self.plan = self._rules(at)
        # Whoever chooses is there.
        self.presence.occupancy.last_seen = max(self.presence.occupancy.last_seen, at)
        if not self.presence.is_occupied:
            if choice.is_on is not False and not was_on:
                self.learning.returned(at, at - self.presence.emptied_at)
            self._enter(at)
        self.presence.phase = Phase.OCCUPIED
        if beside_sleepers:
            # It is for their sake as it is.
            self._chosen_at = None
        elif choice.light is not None and light > 0:
            self._chosen_at = at
        elif choice.is_on and not was_on:
            # It was left dark: more than there is was wanted.
            daylight = self.illuminance_of.daylight(at)
            self.learning.chose_lux(at, max(daylight * 1.3, self.learning.preferred_lux(at)))
            self.plan = self._rules(at)
        self._not_before = at
        return self._end(at, Reason.CHOICE)

    def lights_are(self, light: float, colour_temperature: int | None) -> None:
        """Take how the lights are, where that is known from elsewhere: at the start, or after trouble."""
        self.light, self.colour_temperature = light, colour_temperature
        self.illuminance_of.light_is(light)

    def planned(self, plan: Plan | None, at: float) -> Action | None:
        """Take a plan of the AI's or a user's; None goes back to the rules."""
        self._begin(at)
        self._others_plan = plan
        self.plan = self._current_plan(at)
        return self._end(at, Reason.PLAN)

    def release(self, at: float, *attributes: Attribute) -> Action | None:
        """End what people chose, or these attributes of it."""
        self._begin(at)
        ended = self.overrides.release(*attributes)
        return self._end(at, Reason.RELEASED if ended else None)

    def set_automatic(self, at: float, *, on: bool) -> Action | None:
        """Begin or end to do things by itself."""
        self._begin(at)
        self.is_automatic = on
        return self._end(at, self.plan.reason)

    def wake(self, at: float) -> Action | None:
        """Do what time asks for."""
        self._begin(at)
        self.presence.occupancy.drop_stuck(at)
        return self._end(at, None)

    # --- Time

    def _begin(self, at: float) -> None:
        if at < self._now:
            # The clock was set back: nothing may wait for a time that will come again.
            self.presence.forget_later(at)
            self._not_before = min(self._not_before, at)
            self._planned_at = self._look_at = at
        self._now = at
        self.illuminance_of.settle(at, self.target_lux)
        if self._chosen_at is not None and not self.illuminance_of.is_settling(at):
            self._learn_choice(at)

    def _is_bedtime(self, at: float) -> bool:
        return self._part is not Daypart.DAY or self.learning.sleeping(at)

    def _learn_choice(self, at: float) -> None:
        self._chosen_at = None
        if self.light > 0 and self.overrides.light is not None:
            reach = self.illuminance_of.lux_at_full(self.target_lux)
            self.learning.chose_lux(at, self.illuminance_of.daylight(at) + self.light * reach)
            self.plan = self._current_plan(at)

    def _somebody(self, at: float, last: float) -> Action | None:
        """Take that somebody is seen, who was seen last then."""
        before = self.presence.phase
        if before is Phase.EMPTY:
            if last > -inf:
                self.learning.left(at, at - last)
                self.learning.returned(at, at - self.presence.emptied_at)
            self._enter(at)
        self.presence.phase = Phase.OCCUPIED
        if before is Phase.WARNING:
            self._not_before = at
        return self._end(at, None if before is Phase.OCCUPIED else Reason.ARRIVAL)

    def _enter(self, at: float) -> None:
        """Take that a visit begins."""
        self.presence.begin(at)
        self._not_before = at
        self.plan = self._current_plan(at)

    def _end(self, at: float, reason: Reason | None) -> Action | None:
        """Follow time and what just happened, and say when to be called again."""
        reason = self._follow_time(at) or reason
        self._look_at = at + _PLAN_SECONDS
        action = self._act(at, reason) if self.is_automatic else None
        self.wake_at = self._next_wake(at)
        return action

    def _follow_time(self, at: float) -> Reason | None:
        reason = None
        part = daypart_of(at, self.place.time_zone)
        if part is not self._part:
            self._part = part
            if part is Daypart.DAY:
                self.presence.asleep = False
            reason = Reason.RELEASED if self.overrides.daypart_began() else Reason.TIME_OF_DAY
            self.plan = self._current_plan(at)
        elif at >= self._planned_at + _PLAN_SECONDS or self._expired(at):
            self._accept(at)
            self.plan = self._current_plan(at)
        if self.overrides.expire(at):
            reason = Reason.RELEASED
        if not self.presence.is_occupied or self.presence.occupancy.is_seen:
            return reason
        if at >= self.presence.off_at(self.plan.hold):
            self.presence.end(at)
            self.overrides.became_empty()
            self._chosen_at = None
            self._count_presence(at)
            return Reason.LEFT
        if self.presence.phase is Phase.OCCUPIED and at >= self.presence.warning_at(self.plan.hold):
            self.presence.phase = Phase.WARNING
            self._sinks_from = self.light
            return Reason.WARNING
        return reason

    def _accept(self, at: float) -> None:
        """Learn that somebody is there, and has left the light as it is for a while."""
        changed = self._chosen_last if self.last_action is None else max(self.last_action.time, self._chosen_last)
        if self.presence.phase is Phase.OCCUPIED and self.light > 0 and at >= changed + _ACCEPTED_SECONDS:
            reach = self.illuminance_of.lux_at_full(self.target_lux)
            lux = self.illuminance_of.daylight(at) + self.light * reach
            self.learning.accepted_lux(at, lux, min(_ACCEPTED_SECONDS, at - self._planned_at))

    def _expired(self, at: float) -> bool:
        plan = self._others_plan
        return plan is not None and plan.expires is not None and at >= plan.expires

    def _count_presence(self, at: float) -> None:
        self.learning.was_present(at, max(0.0, at - self.presence.began_at), 1.0)

    def _next_wake(self, at: float) -> float | None:
        """Return when time will ask for something next."""
        times = [inf if self.overrides.until is None else self.overrides.until]
        if self._others_plan is not None and self._others_plan.expires is not None:
            times.append(self._others_plan.expires)
        if self._chosen_at is not None and (settled := self.illuminance_of.settled_at()) is not None:
            times.append(settled)
        if self.presence.is_occupied:
            if self.presence.occupancy.is_seen:
                times.append(self.presence.occupancy.next_stuck())
            elif not self.settings.has_motion:
                pass
            else:
                times.append(
                    self.presence.warning_at(self.plan.hold)
                    if self.presence.phase is Phase.OCCUPIED
                    else self.presence.off_at(self.plan.hold)
                )
            times.append(self._look_at)
        elif self.light > 0:
            times += [self._not_before, self.presence.may_come_until()]
        wake = inf
        for time in times:
            # What is over was asked for just now.
            if at < time < wake:
                wake = time
        return None if wake == inf else wake

    # --- Plans

    def _current_plan(self, at: float) -> Plan:
        """Return the plan that holds now."""
        if self._expired(at):
            self._others_plan = None
        self._planned_at = at
        rules, others = self._rules(at), self._others_plan
        if others is None:
            return rules
        if others.planner is not Planner.AI:
            return others
        return self._as_people_said(plan_in_force(rules, others, at), at)

    def _as_people_said(self, plan: Plan, at: float) -> Plan:
        """Return a plan of the AI's with what people said they want in place of what it makes of that."""
        lux, colour = self.learning.wished_lux(at), self.learning.wished_colour_temperature(at)
        if plan.mode is not Mode.PRESENCE or (lux is None and colour is None):
            return plan
        return replace(
            plan,
            target_lux=plan.target_lux if lux is None else lux,
            colour_temperature=plan.colour_temperature if colour is None else colour,
        )

    def _rules(self, at: float) -> Plan:
        return plan_by_rules(self.settings, self.place, self.learning, self.presence.visit, at)

    # --- Light

    def _act(self, at: float, reason: Reason | None) -> Action | None:
        """Return the change that is to be made now."""
        if self.illuminance_of.reading is None:
            self._look_at = at + _SKY_SECONDS
        wish = self._wishes.light(Lit(self.light, self._sinks_from, self.plan), at, reason)
        colour = self._wishes.colour(self.plan)
        changes_light = abs(wish.light - self.light) >= _SMALL
        if not changes_light and not (wish.light > 0 and differs(colour, self.colour_temperature)):
            return None
        if not wish.awaited and at < self._not_before:
            self._look_at = min(self._look_at, self._not_before)
            return None
        want = Wanted(wish.light, colour if wish.light > 0 else None, wish.fade)
        why = wish.reason if changes_light else reason
        return self._change(at, want, why or self.plan.reason, awaited=wish.awaited)

    def _change(self, at: float, want: Wanted, reason: Reason, *, awaited: bool) -> Action | None:
        daylight = self.illuminance_of.daylight(at)
        reach = self.illuminance_of.lux_at_full(self.target_lux)
        allowed = self._envelope.allow(
            want,
            at,
            before=self.light,
            lux_at_full=reach,
            daylight=daylight,
            occupied=self.presence.is_occupied or self.presence.occupancy.is_blind,
            awaited=awaited,
            may_be_dark=self.overrides.is_on is False or daylight >= LEAST_WAY_LUX,
        )
        if allowed.wait > 0:
            self._look_at = min(self._look_at, at + allowed.wait)
            self._not_before = max(self._not_before, at + allowed.wait)
            return None
        same_colour = allowed.light == 0 or not differs(allowed.colour_temperature, self.colour_temperature)
        if abs(allowed.light - self.light) < _SMALL and same_colour:
            return None
        before = self.light
        if reason is Reason.DAYLIGHT and before > 0 and not awaited:
            self.illuminance_of.stepped(at, up=allowed.light > before)
        self._envelope.changed(allowed.light, before, at)
        if allowed.light != before:
            self.illuminance_of.light_changes(allowed.light, at, allowed.fade, self.target_lux)
        self.light = allowed.light
        self.colour_temperature = allowed.colour_temperature or self.colour_temperature
        settled = None if self.presence.phase is Phase.WARNING else self.illuminance_of.settled_at()
        self._not_before = max(at + allowed.fade, -inf if settled is None else settled)
        self._look_at = min(self._look_at, self._not_before + 1.0)
        self.last_action = Action(
            time=at,
            light=allowed.light,
            colour_temperature=allowed.colour_temperature,
            fade=allowed.fade,
            reason=reason,
            plan=self.plan,
            light_before=before,
            clamps=allowed.clamps,
            inputs=(
                ("lux", self.illuminance_of.reading),
                ("daylight_lux", daylight),
                ("lux_at_full", reach),
                ("target_lux", self.target_lux),
                (
                    "idle_seconds",
                    at - self.presence.occupancy.last_seen if self.presence.occupancy.last_seen > -inf else None,
                ),
                ("hold_seconds", self.plan.hold),
            ),
        )
        return self.last_action
