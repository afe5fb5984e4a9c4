"""Our own zones on a simulated world, with planners in their shadow, and a report card for each planner and zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
import random
from typing import Final, override

from custom_components.smart_lighting_ai_dali.advisor.report_card import ReportCard
from custom_components.smart_lighting_ai_dali.advisor.shadow import Shadow, Surroundings
from custom_components.smart_lighting_ai_dali.advisor.standing import Verdict
from custom_components.smart_lighting_ai_dali.advisor.trace import DayTrace, Slice
from custom_components.smart_lighting_ai_dali.advisor.wanted import wanted_as_learned
from custom_components.smart_lighting_ai_dali.simulator.world.events import Choice, Event, LightReport, Motion, Override
from custom_components.smart_lighting_ai_dali.simulator.world.reading import built_in_worlds, load_world
from custom_components.smart_lighting_ai_dali.simulator.world.world import World
from custom_components.smart_lighting_ai_dali.zones.daypart import daypart_of
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Planner
from custom_components.smart_lighting_ai_dali.zones.precedence import plan_in_force
from custom_components.smart_lighting_ai_dali.zones.reflex import Reflex

from ..decisions.controller import play
from ..decisions.zones import Zones
from .planners import (
    Proposal,
    Wishes,
    as_ai,
    biased_planner,
    knowing_planner,
    random_planner,
    thrifty_planner,
    turning_planner,
    worsening_planner,
)
from .wishes import satisfies, scale_of, wish_of, wishes_of

GOOD: Final = "knowing"
BAD: Final = ("random", "biased", "worsening")
THRIFTY: Final = "thrifty"
TURNING: Final = "turning"
TURNS: Final = 14
"""The day after which the turning planner is bad."""
# The worth of the planner that knows is that of its first days, and of so many looks at people who are there.
_WORTH_DAYS: Final = 14
_LEAST_LOOKS: Final = 30
_LUX_POINTS: Final = 40.0
# How often a planner is asked, in seconds.
_EVERY: Final = 900.0
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What became of one planner for one zone."""

    seed: int
    planner: str
    zone: str
    promoted_after: int | None
    """Days since it began."""
    demoted_after: int | None
    worth: float | None
    """Points by which the planner that knows really satisfies people better there; None where hardly anybody is."""
    gains: tuple[float, ...]
    """Points by which it was better than the rules on each day that could be scored."""


class _ShadowedZone:
    def __init__(self, zone: Reflex, planners: Mapping[str, Proposal], at: float) -> None:
        self.zone = zone
        self.planners = planners
        self.cards = {name: ReportCard() for name in planners}
        self.promoted: dict[str, int] = {}
        self.demoted: dict[str, int] = {}
        self._rules = zone.plan
        self._proposals = [as_ai(zone.plan) for _ in planners]
        self._held = list(self._proposals)
        self.looks: list[tuple[bool, bool]] = []
        """Whether people were satisfied with the rules, and with what is known, each time that somebody was there."""
        self._was_seen = zone.presence.occupancy.is_seen
        self.shadow = Shadow(at, self._surroundings(at), [zone.plan, *self._proposals])

    def _surroundings(self, at: float) -> Surroundings:
        zone = self.zone
        return Surroundings(
            daypart=daypart_of(at, zone.place.time_zone),
            daylight=zone.illuminance_of.daylight(at),
            lux_at_full=zone.learning.lux_at_full(),
        )

    def follow(self, at: float) -> None:
        """Take what the zone itself knows now."""
        if self.zone.plan is not self._rules:
            self._rules = self.zone.plan
            self.shadow.planned(at, Planner.RULES, self._rules)
            self._hold(at)
        seen = self.zone.presence.occupancy.is_seen
        if seen is not self._was_seen:
            self._was_seen = seen
            if seen:
                self.shadow.seen(at)
            else:
                self.shadow.unseen(at)

    def look(self, at: float) -> None:
        """Take how light it is now."""
        self.shadow.changed(at, self._surroundings(at))

    def chosen(self, event: Override) -> None:
        """Take what a person did."""
        zone = self.zone
        if event.choice is Choice.OFF:
            self.shadow.turned_off(event.time)
        elif event.choice is not Choice.COLOUR:
            reach = zone.illuminance_of.lux_at_full(zone.target_lux)
            self.shadow.chose_lux(event.time, zone.illuminance_of.daylight(event.time) + event.output * reach)

    def ask(self, at: float) -> None:
        """Have each planner make a plan."""
        daypart = daypart_of(at, self.zone.place.time_zone)
        self._proposals = [propose(self._rules, at, daypart) for propose in self.planners.values()]
        self._hold(at)

    def _hold(self, at: float) -> None:
        """Have the planners' plans hold as they would."""
        for place, proposal in enumerate(self._proposals, Planner.AI):
            plan = plan_in_force(self._rules, proposal, at)
            if plan != self._held[place - 1]:
                self._held[place - 1] = plan
                self.shadow.planned(at, place, plan)

    @property
    def worth(self) -> float | None:
        """Return by how many points the planner that knows satisfies people better, in truth."""
        if len(self.looks) < _LEAST_LOOKS:
            return None
        return _LUX_POINTS * sum(known - ruled for ruled, known in self.looks) / len(self.looks)

    def end_day(self, at: float, number: int) -> None:
        """Score the day that is over."""
        trace = self.shadow.end_day(at)
        wanted = wanted_as_learned(self.zone.learning, at, self.zone.place.time_zone)
        for place, (name, card) in enumerate(self.cards.items(), 1):
            was = card.verdict
            verdict = card.end_day(number, _paired(trace, place), wanted)
            if verdict is not was and verdict is Verdict.PROMOTED:
                self.promoted.setdefault(name, number)
            if verdict is not was and verdict is Verdict.DEMOTED:
                self.demoted.setdefault(name, number)


class ShadowedZones(Zones):
    """The zones of a world, all obeying the rules, with planners in their shadow."""

    def __init__(self, world: World, wishes: Mapping[str, Wishes], *, seed: int) -> None:
        super().__init__(world)
        self._there = world
        chance = random.Random(f"planners {seed}")
        self.shadowed = {
            name: _ShadowedZone(
                zone,
                {
                    GOOD: knowing_planner(wishes[name]),
                    "random": random_planner(chance),
                    "biased": biased_planner(chance),
                    "worsening": worsening_planner(wishes[name], world.now),
                    THRIFTY: thrifty_planner(),
                    TURNING: turning_planner(wishes[name], world.now + TURNS * _DAY),
                },
                world.now,
            )
            for name, zone in self.zones.items()
        }
        self._begun = world.now
        self._ask_at = world.now
        self._wake_zones = self.wake_at
        self._day_ends = world.now + _DAY
        self.wake_at = min(self.wake_at, self._ask_at)

    @override
    def take(self, event: Event) -> None:
        """Tell the zones, and their shadows."""
        super().take(event)
        if isinstance(event, (Motion, LightReport, Override)):
            one = self.shadowed[event.room]
            one.follow(event.time)
            if isinstance(event, LightReport):
                one.look(event.time)
            elif isinstance(event, Override):
                one.chosen(event)
        self._sleep_until()

    @override
    def wake(self, now: float) -> None:
        """Do what time asks for."""
        super().wake(now)
        for one in self.shadowed.values():
            one.follow(now)
        if now >= self._ask_at:
            self._ask_at = now + _EVERY
            for name, one in self.shadowed.items():
                one.look(now)
                one.ask(now)
                if now < self._begun + _WORTH_DAYS * _DAY:
                    self._compare(name, one, now)
        if now >= self._day_ends:
            self._day_ends += _DAY
            for one in self.shadowed.values():
                one.end_day(now, round((now - self._begun) / _DAY))
        self._sleep_until()

    def _compare(self, room: str, one: _ShadowedZone, now: float) -> None:
        """Look whether those who are there are satisfied with the rules, and would be with what is known."""
        wish = wish_of(self._there.truth(room))
        if wish is None or one.zone.plan.mode is not Mode.PRESENCE:
            return
        known = one.planners[GOOD](one.zone.plan, now, daypart_of(now, one.zone.place.time_zone))
        scale, full_lux = scale_of(self._there.specification, room), self._there.full_lux(room)
        ruled, better = (satisfies(plan.target_lux / scale, wish, full_lux) for plan in (one.zone.plan, known))
        one.looks.append((ruled, better))

    def _sleep_until(self) -> None:
        self.wake_at = min(self.wake_at, self._ask_at, self._day_ends)


def play_shadowed(world: str, seed: int, days: int) -> list[Verdicts]:
    """Return what became of each planner for each zone of a world, in so many days from its very beginning."""
    specification = load_world(built_in_worlds()[world])
    start = datetime(2026, 2, 19, tzinfo=specification.timezone)
    there = World(specification, seed=seed, start=start)
    wishes = wishes_of(specification, seed=seed, start=start, days=_WORTH_DAYS)
    zones = ShadowedZones(there, wishes, seed=seed)
    play(there, zones, there.now + days * _DAY + 1)
    return [
        Verdicts(
            seed,
            planner,
            name,
            one.promoted.get(planner),
            one.demoted.get(planner),
            one.worth,
            tuple(day.gain for day in card.days),
        )
        for name, one in zones.shadowed.items()
        for planner, card in one.cards.items()
    ]


def _paired(trace: DayTrace, place: int) -> DayTrace:
    """Return the trace of the rules and of one planner."""
    pair = DayTrace(2)
    for (scene, lights), seconds in trace.slices.items():
        pair.add(Slice(scene, (lights[0], lights[place])), seconds)
    pair.offs = [trace.offs[0], trace.offs[place]]
    pair.tail_loads = [trace.tail_loads[0], trace.tail_loads[place]]
    pair.tail_reference = trace.tail_reference
    return pair
