"""Score the AI's plans for a zone beside those of the rules, on the hours that there were, day by day."""

from collections.abc import Collection
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send

from ..advisor.report_card import ReportCard
from ..advisor.shadow import Shadow, Surroundings
from ..advisor.wanted import wanted_as_learned
from ..const import DOMAIN
from ..zones.daypart import daypart_of
from ..zones.overrides import Choice
from ..zones.plan import Plan, Planner
from ..zones.precedence import plan_in_force
from .inputs import rules_plan

if TYPE_CHECKING:
    from ..control.zone_control import ZoneControl
    from .modes import AiModes


def card_signal(key: str) -> str:
    """Return the signal that the report card of a zone was looked at, by the zone's key."""
    return f"{DOMAIN}_report_card_{key}"


class ZoneScoring:
    """One zone, from one start to the next; the card, and what was counted of this day, outlive it.

    It looks from time to time; when somebody was seen last is known to the second all the same.
    """

    def __init__(self, zone: ZoneControl, card: ReportCard) -> None:
        at = zone.clock.now()
        rules = rules_plan(zone, at)
        self._card = card
        self._today = card.begin_day(_day_of(zone, at))
        self._shadow = Shadow(at, _surroundings(zone, at), (rules, rules), self._today.trace)
        self._looked_at = at
        self._was_seen = False

    def look(self, zone: ZoneControl, plan: Plan | None) -> None:
        """Take what is so in the zone now, and what the AI planned last for it."""
        at = zone.clock.now()
        if (day := _day_of(zone, at)) != self._today.day:
            self._today = self._card.begin_day(day)
            self._shadow.end_day(at, self._today.trace)
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
        self._today.was_planned |= plan is not None and (plan.expires is None or wall < plan.expires)

    def end(self, zone: ZoneControl) -> None:
        """Count what there is: it looks no more."""
        self._shadow.end(zone.clock.now())

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


class AiJudge:
    """All zones: what was counted in them becomes days on their cards, and what the AI may do there follows."""

    def __init__(self, hass: HomeAssistant, modes: AiModes) -> None:
        self._hass = hass
        self._modes = modes
        self._scorings: dict[str, tuple[ZoneControl, ZoneScoring]] = {}
        """By the keys of the zones, each with the zone as it was set up last."""

    async def async_look(self, zone: ZoneControl, plan: Plan | None) -> None:
        """Count what is so in a zone, with the AI's last plan for it, and judge its days that are over."""
        card = self._modes.card_of(zone.key)
        known = self._scorings.get(zone.key)
        scoring = ZoneScoring(zone, card) if known is None else known[1]
        self._scorings[zone.key] = zone, scoring
        scoring.look(zone, plan)
        while card.over:
            await self._judge(zone, card)
        self._modes.async_check(zone)
        async_dispatcher_send(self._hass, card_signal(zone.key))

    async def _judge(self, zone: ZoneControl, card: ReportCard) -> None:
        """Judge a day: it takes tens of milliseconds, which lights must not wait for."""
        over, before = card.over[0], card.standing
        wanted = wanted_as_learned(zone.reflex.learning, zone.clock.now(), zone.reflex.place.time_zone)
        after = await self._hass.async_add_executor_job(before.after, over.day, over.trace, wanted)
        if card.standing is before:
            # Nobody let it plan meanwhile; else it is judged once more.
            card.standing = after
            card.over.remove(over)

    @callback
    def async_chosen(self, zone: ZoneControl, choice: Choice, before: float) -> None:
        """Take what somebody chose in a zone."""
        if (known := self._scorings.get(zone.key)) is not None:
            known[1].chosen(zone, choice, before)

    @callback
    def async_keep_to(self, keys: Collection[str]) -> None:
        """Look at no other zones any more."""
        for key in self._scorings.keys() - set(keys):
            zone, scoring = self._scorings.pop(key)
            scoring.end(zone)


def _surroundings(zone: ZoneControl, at: float) -> Surroundings:
    reflex = zone.reflex
    return Surroundings(
        daypart=daypart_of(at, reflex.place.time_zone),
        daylight=reflex.illuminance_of.daylight(at),
        lux_at_full=reflex.learning.lux_at_full(),
    )


def _day_of(zone: ZoneControl, at: float) -> int:
    """Return the local day of a time, as a proleptic ordinal."""
    return datetime.fromtimestamp(at, zone.reflex.place.time_zone).toordinal()
