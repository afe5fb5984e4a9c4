"""Score the AI's plans for a zone beside those of the rules, on the hours that there were, day by day."""

from datetime import datetime
from math import inf
from typing import TYPE_CHECKING, Final

from .advisor.report_card import ReportCard
from .advisor.shadow import Shadow, Surroundings
from .ai_inputs import rules_plan
from .const import DOMAIN
from .zones.daypart import Daypart, daypart_of
from .zones.overrides import Choice
from .zones.plan import Plan, Planner
from .zones.precedence import plan_in_force

if TYPE_CHECKING:
    from .zone_control import ZoneControl

_HOUR: Final = 3600.0


def card_signal(key: str) -> str:
    """Return the signal that the report card of a zone was looked at, by the zone's key."""
    return f"{DOMAIN}_report_card_{key}"


class ZoneScoring:
    """One zone, from one start to the next; the card outlives it.

    It looks from time to time; when somebody was seen last is known to the second all the same.
    """

    def __init__(self, zone: ZoneControl, card: ReportCard) -> None:
        at = zone.clock.now()
        rules = rules_plan(zone, at)
        self.card = card
        self._shadow = Shadow(at, _surroundings(zone, at), (rules, rules))
        self._day = _day_of(zone, at)
        self._looked_at = at
        self._was_seen = False
        self._had_plan = False
        """Whether the AI had planned anything on this day: a day of the rules alone says nothing of it."""

    def look(self, zone: ZoneControl, plan: Plan | None) -> None:
        """Take what is so in the zone now, and what the AI planned last for it."""
        at = zone.clock.now()
        if (day := _day_of(zone, at)) != self._day:
            self._end_day(zone, at, day)
        shadow, occupancy = self._shadow, zone.reflex.presence.occupancy
        was_seen_at = min(at, max(self._looked_at, occupancy.last_seen))
        if occupancy.is_seen:
            shadow.seen(at)
        elif self._was_seen or (occupancy.last_seen > self._looked_at > -inf):
            shadow.seen(was_seen_at)
            shadow.unseen(was_seen_at)
        self._was_seen, self._looked_at = occupancy.is_seen, at
        shadow.changed(at, _surroundings(zone, at))
        shadow.obeyed(at, Planner.AI if zone.reflex.plan.planner is Planner.AI else Planner.RULES)
        rules = rules_plan(zone, at)
        shadow.planned(at, Planner.RULES, rules)
        # Plans end by the clock on the wall.
        wall = zone.clock.wall(at)
        shadow.planned(at, Planner.AI, plan_in_force(rules, plan, wall))
        self._had_plan |= plan is not None and (plan.expires is None or wall < plan.expires)

    def chosen(self, zone: ZoneControl, choice: Choice, before: float) -> None:
        """Take what somebody chose where the light was `before`, of full light."""
        at = max(zone.clock.now(), self._looked_at)
        self._looked_at = at
        if choice.is_on is False:
            self._shadow.turned_off(at)
            return
        light = before if choice.light is None else choice.light
        around = _surroundings(zone, at)
        if around.daylight is not None and around.lux_at_full is not None and light > 0:
            self._shadow.chose_lux(at, around.daylight + light * around.lux_at_full)
        else:
            self._shadow.seen(at)

    def _end_day(self, zone: ZoneControl, at: float, day: int) -> None:
        trace = self._shadow.end_day(at)
        if self._had_plan and day > self._day:
            self.card.end_day(self._day, trace, _preferred(zone, at))
        self._day, self._had_plan = day, False


def _surroundings(zone: ZoneControl, at: float) -> Surroundings:
    reflex = zone.reflex
    return Surroundings(
        daypart=daypart_of(at, reflex.place.time_zone),
        daylight=reflex.illuminance_of.daylight(at),
        lux_at_full=reflex.learning.lux_at_full(),
    )


def _preferred(zone: ZoneControl, at: float) -> dict[Daypart, float]:
    """Return what people want in each part of the day, in lux, as it is known now."""
    reflex = zone.reflex
    hours = (at + hour * _HOUR for hour in range(24))
    return {daypart_of(hour, reflex.place.time_zone): reflex.learning.preferred_lux(hour) for hour in hours}


def _day_of(zone: ZoneControl, at: float) -> int:
    """Return the local day of a time, as a proleptic ordinal."""
    return datetime.fromtimestamp(at, zone.reflex.place.time_zone).toordinal()
