"""One zone, played once more: what was recorded of it goes to all who might have run its lights, and is scored."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Final

from ..zones.acts import Act, choice_of
from ..zones.overrides import Choice, Origin
from ..zones.score import Sums, Tally
from ..zones.settings import Place
from .contenders import Pir, Rules
from .scorer import Scorer
from .trace import By, Lit, Read, Seen, ZoneFacts
from .witness import Stay, Witness

# Acts on lamps of a zone within so many seconds are one choice: each lamp takes a frame.
_ONE_CHOICE: Final = 1.5
# Whoever drags a slider chooses once: further choices within so many seconds are not counted again.
_ONE_MIND: Final = 10.0


class Contender(StrEnum):
    """Who might have run the lights."""

    RULES = "rules"
    RECORDED = "recorded"
    """How it really was."""
    PIR_20 = "pir_20_min"
    """What savings are measured against."""
    PIR_5 = "pir_5_min"


@dataclass(slots=True, kw_only=True)
class ZoneResult:
    """What came of a zone."""

    tallies: Mapping[Contender, Tally]
    overrides: int
    """How often people changed the lights by hand, as recorded."""


class ZoneReplay:
    """A zone at the present instant of its trace."""

    def __init__(self, facts: ZoneFacts, place: Place, at: float) -> None:
        self.facts = facts
        self._now = at
        self._witness = Witness(facts, place)
        reference = Scorer(self._witness, at, 0.0)
        self._scorers: Mapping[Contender, Scorer] = {
            Contender.RULES: Scorer(self._witness, at, 0.0, reference.light),
            Contender.RECORDED: Scorer(self._witness, at, None, reference.light),
            Contender.PIR_20: reference,
            Contender.PIR_5: Scorer(self._witness, at, 0.0, reference.light),
        }
        self._rules = Rules(facts, place, self._scorers[Contender.RULES], at)
        self._pirs = (Pir(reference, hold=1200), Pir(self._scorers[Contender.PIR_5], hold=300))
        self._recorded = self._scorers[Contender.RECORDED]
        self._seeing: set[str] = set()
        """The sensors that see somebody, be they stuck or not: that is what a motion detector goes by."""
        self._lamps: dict[str, float | None] = {}
        self._acts: dict[str, Act] = {}
        self._lamps_before: dict[str, float | None] = {}
        self._origin = Origin.DASHBOARD
        self._choice_at = inf
        self._empty_at = inf
        """When whoever was seen last counts as gone."""
        self._counts = False
        self._overrides = 0
        self._chosen = -inf
        self._days: set[int] = set()

    # --- From outside

    def take(self, happening: Seen | Read | Lit) -> None:
        """Take what was recorded of this zone."""
        self.run_to(happening.time)
        match happening:
            case Seen(at, _, sensor, seen):
                self._saw(sensor, at, seen=seen)
            case Read(at, _, sensor, lux):
                self._advance(at)
                if self._witness.reads(sensor, lux, at):
                    self._rules.daylight(self._witness.daylight, at)
            case Lit():
                self._lit(happening)

    def sky(self, cloud: float | None, at: float) -> None:
        """Take the cloud cover, 0 to 1."""
        self.run_to(at)
        self._rules.sky(cloud, at)

    def neighbour(self, zone: str, at: float, *, is_way: bool) -> None:
        """Take that somebody is seen next door."""
        self.run_to(at)
        self._rules.neighbour(zone, at, is_way=is_way)

    def elsewhere(self, zone: str, at: float, *, seen: bool) -> None:
        """Take that somebody is seen in another zone, from which one may come here, or not any more."""
        self._witness.elsewhere(zone, at, seen=seen)

    def begin(self, at: float) -> None:
        """Count from now on."""
        self.run_to(at)
        self._advance(at)
        for scorer in self._scorers.values():
            scorer.begin()
        self._counts = True
        self._overrides = 0
        self._days.clear()
        if self._witness.occupancy.is_seen:
            self._days.add(self._witness.day(at))

    def result(self, at: float) -> ZoneResult:
        """Return what came of it up to now; who was seen last and did not prove to be there was not."""
        self.run_to(at)
        self._advance(at)
        for scorer in self._scorers.values():
            scorer.settle(Stay.LEFT)
        tallies = {
            name: Tally(sums=scorer.sums if self._counts else Sums(), days=set(self._days), watts=self.facts.watts)
            for name, scorer in self._scorers.items()
        }
        return ZoneResult(tallies=tallies, overrides=self._overrides)

    # --- Time

    def run_to(self, time: float) -> None:
        """Do what is due up to a time, one after the other."""
        while True:
            due = min(
                self._rules.wake_at,
                self._pirs[0].wake_at,
                self._pirs[1].wake_at,
                self._witness.settles_at,
                self._witness.occupancy.next_stuck(),
                self._choice_at,
                self._empty_at,
            )
            if due > time:
                break
            # What wants to be woken for something that is past is woken now: time does not go back.
            self._now = max(self._now, due)
            self._advance(self._now)
            self._do(self._now)
        self._now = max(self._now, time)

    def _do(self, at: float) -> None:
        if self._choice_at <= at:
            self._choose(at)
        if self._witness.settles_at <= at and self._witness.settle(at):
            self._rules.daylight(self._witness.daylight, at)
        if self._witness.occupancy.drop_stuck(at) and not self._witness.occupancy.is_seen:
            self._empty_at = max(at, self._witness.gone_at())
        if self._empty_at <= at:
            self._became_empty(at)
        if self._rules.wake_at <= at:
            self._rules.wake(at)
        for pir in self._pirs:
            pir.wake(at)

    def _advance(self, at: float) -> None:
        for scorer in self._scorers.values():
            scorer.advance(at)

    # --- People

    def _saw(self, sensor: str, at: float, *, seen: bool | None) -> None:
        witness = self._witness
        self._advance(at)
        was_seen = witness.occupancy.is_seen
        stay = witness.stay(at)
        witness.saw(sensor, at, seen=seen)
        is_seen = witness.occupancy.is_seen
        if is_seen and not was_seen:
            self._somebody(stay, at)
        if is_seen:
            self._empty_at = inf
        elif was_seen:
            self._empty_at = witness.gone_at()
        self._days_seen(at)
        self._rules.saw(sensor, at, seen=seen)
        saw_before = bool(self._seeing)
        (self._seeing.add if seen else self._seeing.discard)(sensor)
        if bool(self._seeing) is not saw_before:
            for pir in self._pirs:
                pir.saw(at, is_seen=not saw_before)

    def _somebody(self, stay: Stay, at: float) -> None:
        for scorer in self._scorers.values():
            scorer.settle(stay)
            scorer.seen(at)
        self._days_seen(at)

    def _days_seen(self, at: float) -> None:
        if self._counts and self._witness.may_be_there(at):
            self._days.add(self._witness.day(at))

    def _became_empty(self, at: float) -> None:
        self._empty_at = inf
        for scorer in self._scorers.values():
            scorer.settle(Stay.LEFT)
        self._witness.left(at)

    # --- Lights, as recorded

    def _lit(self, lit: Lit) -> None:
        by_person = lit.by in {By.PERSON, By.MASTER}
        if by_person and lit.light is not None:
            self._act(lit, lit.light)
        self._lamps[lit.lamp] = lit.light
        known = [light for light in self._lamps.values() if light is not None]
        mean = sum(known) / len(known) if known else None
        if mean == self._recorded.light.target:
            return
        self._advance(lit.time)
        # What was so when somebody looked again is nobody's doing.
        self._recorded.set_light(mean, lit.time, by_person=lit.by is not By.CONTROLLER)
        if self._witness.lights_change(mean, lit.time):
            self._rules.daylight(self._witness.daylight, lit.time)

    def _act(self, lit: Lit, light: float) -> None:
        """Take what a person did to a lamp; what they do to others in this moment belongs to it."""
        if not self._acts:
            self._lamps_before = dict(self._lamps)
            self._choice_at = lit.time + _ONE_CHOICE
        self._lamps_before.setdefault(lit.lamp, None)
        was_on = bool(self._lamps.get(lit.lamp))
        self._origin = Origin.MASTER if lit.by is By.MASTER else Origin.DASHBOARD
        # Of a lamp that was off nobody knows whether so much light was asked for, or just light.
        self._acts[lit.lamp] = Act(is_on=light > 0, light=light or None, names_light=was_on and light > 0)

    def _choose(self, at: float) -> None:
        choice = choice_of(self._origin, self._acts, self._lamps_before)
        self._acts.clear()
        self._choice_at = inf
        if choice is None:
            return
        if self._counts and at - self._chosen > _ONE_MIND:
            self._overrides += 1
        self._chosen = at
        self._tell(choice, at)

    def _tell(self, choice: Choice, at: float) -> None:
        witness = self._witness
        stay = witness.stay(at)
        witness.chose(choice, at)
        is_seen = witness.occupancy.is_seen
        for scorer in self._scorers.values():
            scorer.settle(stay)
            if choice.is_on is not False:
                scorer.seen(at)
        if not is_seen:
            self._empty_at = witness.gone_at()
        self._days_seen(at)
        self._rules.chose(choice, at)
        for pir in self._pirs:
            pir.chose(choice, at, is_seen=bool(self._seeing))
