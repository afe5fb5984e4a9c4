"""The report card of one zone: how the plans of the rules and of the AI did on the same days, and what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite
from typing import Any, Final, Self

from ..zones.daypart import Daypart
from .day_score import DayScore
from .gate import Difference, difference, is_better, is_no_darker, is_worse, look_number
from .trace import DayTrace

# Days that a card has.
_MOST_DAYS: Final = 60
# A day on which somebody was there for less than this says nothing, in seconds.
_LEAST_OCCUPIED: Final = 300.0
# For so many days, a day is judged anew by what is known of people's wishes meanwhile.
JUDGED_FOR: Final = 7


class Verdict(StrEnum):
    """Whether the AI may plan for the zone by itself."""

    COLLECTING = "collecting"
    """Not enough days yet."""
    NOT_BETTER = "not_better"
    """It has not shown that it is better: it goes on in the shadow."""
    PROMOTED = "promoted"
    """It has."""
    DEMOTED = "demoted"
    """It had, and turned worse: it has to show it anew."""
    ALLOWED = "allowed"
    """An administrator lets it, although it has not shown it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDay:
    """One day of both."""

    day: int
    """Local, as a proleptic ordinal."""
    rules: DayScore
    ai: DayScore

    @property
    def gain(self) -> float:
        """Return by how many points the AI was better."""
        return (self.ai.score or 0.0) - (self.rules.score or 0.0)

    @property
    def darker(self) -> float:
        """Return how many minutes an hour people were more in the dark with the AI."""
        return (self.ai.occupied_dark_min_per_h or 0.0) - (self.rules.occupied_dark_min_per_h or 0.0)

    def as_list(self) -> list[Any]:
        """Return it as JSON."""
        return [self.day, self.rules.as_dict(), self.ai.as_dict()]

    @classmethod
    def from_list(cls, data: list[Any]) -> Self:
        """Return what `as_list` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        day, rules, ai = data
        return cls(day=int(day), rules=DayScore.from_dict(rules), ai=DayScore.from_dict(ai))


@dataclass(slots=True, kw_only=True)
class Asked:
    """What came of asking for plans for this zone."""

    accepted: int = 0
    clamped: int = 0
    """Of the accepted ones, brought within the zone's bounds."""
    rejected: int = 0
    cost: float | None = 0.0
    """The zone's part of what the calls cost; None where a price was unknown."""
    taken: int = 0
    """Plans that waited for a person, and were accepted."""
    declined: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a card says."""

    verdict: Verdict
    days: int
    rules_score: float | None
    ai_score: float | None
    difference: Difference | None
    accepted: float | None
    """Of all plans that were asked for, 0 to 1."""
    clamped: float | None
    rejected: float | None
    taken: float | None
    """Of the plans that a person answered to, 0 to 1."""
    cost_a_day: float | None

    def rates(self) -> dict[str, float | None]:
        """Return what became of its plans, each as a part of 0 to 1; None where there were none."""
        return {
            "accepted": rounded(self.accepted),
            "clamped": rounded(self.clamped),
            "rejected": rounded(self.rejected),
            "taken": rounded(self.taken),
        }


class ReportCard:
    """One zone."""

    def __init__(self) -> None:
        self.verdict = Verdict.COLLECTING
        self.asked = Asked()
        self._settled: list[PairedDay] = []
        self._open: list[tuple[int, DayTrace]] = []
        """Days that may be judged otherwise yet."""
        self._unsettled: list[PairedDay] = []
        """How they are judged now."""
        self._since: int | None = None
        """The last day before the zone was promoted or demoted: only later ones count."""
        self._looks = 0
        self._looked_at = 0
        """How many days counted at the last look."""
        self._asked_days = 0

    @property
    def days(self) -> tuple[PairedDay, ...]:
        """Return the days on the card, as they are judged now."""
        return (*self._settled, *self._unsettled)

    @property
    def counting(self) -> list[PairedDay]:
        """Return the days that count for the next verdict: those since the last one."""
        return [one for one in self.days if self._since is None or one.day > self._since]

    @property
    def may_plan(self) -> bool:
        """Tell whether the AI may plan for the zone by itself."""
        return self.verdict in {Verdict.PROMOTED, Verdict.ALLOWED}

    def end_day(self, day: int, trace: DayTrace, preferred: Mapping[Daypart, float]) -> Verdict:
        """Take a day that is over, and what people want as it is known now, in lux; return the verdict."""
        self._asked_days += 1
        if trace.occupied >= _LEAST_OCCUPIED:
            self._open.append((day, trace))
        while self._open and self._open[0][0] <= day - JUDGED_FOR:
            past, traced = self._open.pop(0)
            self._settled += [one for one in [_paired(past, traced, preferred)] if one is not None]
            del self._settled[:-_MOST_DAYS]
        self._unsettled = [one for past, traced in self._open if (one := _paired(past, traced, preferred)) is not None]
        self._look()
        return self.verdict

    def override_gate(self) -> None:
        """Take that an administrator lets the AI plan here, whatever the card says: until it is worse."""
        if not self.may_plan:
            self._change(Verdict.ALLOWED)

    def _look(self) -> None:
        counting = self.counting
        gains = [one.gain for one in counting]
        if self.may_plan:
            if is_worse(gains):
                self._change(Verdict.DEMOTED)
            return
        if len(counting) <= self._looked_at or look_number(len(counting)) is None:
            return
        self._looked_at = len(counting)
        self._looks += 1
        if is_better(gains, self._looks) and is_no_darker(
            [one.darker for one in counting], [one.ai.false_offs - one.rules.false_offs for one in counting]
        ):
            self._change(Verdict.PROMOTED)
        elif self.verdict is Verdict.COLLECTING:
            self.verdict = Verdict.NOT_BETTER

    def _change(self, verdict: Verdict) -> None:
        """Take another verdict: only what comes from now on says whether it was right."""
        self.verdict = verdict
        self._since = max((one.day for one in self.days), default=None)
        self._looked_at = 0

    # --- What it says

    def summary(self) -> Summary:
        """Return all that the card says; how sure it is takes milliseconds to work out."""
        return replace(self.figures(), difference=difference([one.gain for one in self.days]))

    def figures(self) -> Summary:
        """Return what the card says, but for how sure that is."""
        asked = self.asked
        all_asked, answered = asked.accepted + asked.rejected, asked.taken + asked.declined
        return Summary(
            verdict=self.verdict,
            days=len(self.days),
            rules_score=_mean([one.rules.score for one in self.days]),
            ai_score=_mean([one.ai.score for one in self.days]),
            difference=None,
            accepted=asked.accepted / all_asked if all_asked else None,
            clamped=asked.clamped / asked.accepted if asked.accepted else None,
            rejected=asked.rejected / all_asked if all_asked else None,
            taken=asked.taken / answered if answered else None,
            cost_a_day=None if asked.cost is None or not self._asked_days else asked.cost / self._asked_days,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "verdict": self.verdict.value,
            "asked": [self.asked.accepted, self.asked.clamped, self.asked.rejected, self.asked.cost],
            "answered": [self.asked.taken, self.asked.declined],
            "asked_days": self._asked_days,
            "settled": [one.as_list() for one in self._settled],
            "unsettled": [one.as_list() for one in self._unsettled],
            "open": [[day, trace.as_dict()] for day, trace in self._open],
            "since": self._since,
            "looks": self._looks,
            "looked_at": self._looked_at,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        card = cls()
        card.verdict = Verdict(data["verdict"])
        accepted, clamped, rejected, cost = data["asked"]
        # Nobody could answer at first.
        taken, declined = data.get("answered", (0, 0))
        card.asked = Asked(
            accepted=int(accepted),
            clamped=int(clamped),
            rejected=int(rejected),
            cost=None if cost is None else float(cost),
            taken=int(taken),
            declined=int(declined),
        )
        if card.asked.cost is not None and not isfinite(card.asked.cost):
            raise ValueError(f"{cost} is no cost")
        card._asked_days = int(data["asked_days"])
        card._settled = [PairedDay.from_list(one) for one in data["settled"]]
        card._unsettled = [PairedDay.from_list(one) for one in data["unsettled"]]
        card._open = [(int(day), DayTrace.from_dict(trace)) for day, trace in data["open"]]
        card._since = None if data["since"] is None else int(data["since"])
        card._looks, card._looked_at = int(data["looks"]), int(data["looked_at"])
        return card


def rounded(value: float | None, digits: int = 3) -> float | None:
    """Return a figure as exact as it is shown; what is not known stays so."""
    return None if value is None else round(value, digits)


def _paired(day: int, trace: DayTrace, preferred: Mapping[Daypart, float]) -> PairedDay | None:
    rules, ai = trace.scores(preferred)[:2]
    return None if rules.score is None or ai.score is None else PairedDay(day=day, rules=rules, ai=ai)


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
