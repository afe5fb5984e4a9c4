"""The report card of one zone: how plans of the rules and of the AI did on the same days, and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, Self

from .gate import Difference, difference
from .standing import PairedDay, Standing, Verdict
from .trace import DayTrace
from .wanted import WantedByDaypart


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


@dataclass(slots=True, kw_only=True)
class TracedDay:
    """A day that is counted, or was, and has not been judged yet."""

    day: int
    """Local, as a proleptic ordinal."""
    trace: DayTrace = field(default_factory=lambda: DayTrace(2))
    was_planned: bool = False
    """The AI had planned something on it: a day of the rules alone says nothing of the AI."""

    def as_list(self) -> list[Any]:
        """Return it as JSON."""
        return [self.day, self.trace.as_dict(), self.was_planned]

    @classmethod
    def from_list(cls, data: list[Any]) -> Self:
        """Return what `as_list` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        day, trace, was_planned = data
        return cls(day=int(day), trace=DayTrace.from_dict(trace), was_planned=bool(was_planned))


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
        self.asked = Asked()
        self.standing = Standing()
        self.today: TracedDay | None = None
        """What was counted of the day that is not over; None before anything was."""
        self.over: list[TracedDay] = []
        """Days that are over and wait to be judged."""
        self.was_told = False
        """People were told that the AI may plan here."""

    @property
    def verdict(self) -> Verdict:
        """Return whether the AI may plan for the zone by itself."""
        return self.standing.verdict

    @property
    def days(self) -> tuple[PairedDay, ...]:
        """Return the days on the card, as they are judged now."""
        return self.standing.days

    @property
    def counting(self) -> list[PairedDay]:
        """Return the days that count for the next verdict: those since the last one."""
        return self.standing.counting

    @property
    def may_plan(self) -> bool:
        """Tell whether the AI may plan for the zone by itself."""
        return self.standing.may_plan

    def end_day(self, day: int, trace: DayTrace, wanted: WantedByDaypart) -> Verdict:
        """Take a day that is over, and what people may want as it is known now; return the verdict.

        It takes milliseconds: where others wait, `Standing.after` is for another thread.
        """
        self.standing = self.standing.after(day, trace, wanted)
        return self.verdict

    def begin_day(self, day: int) -> TracedDay:
        """Return what is counted of a day, from its beginning or from where it was left; an earlier one is over."""
        before = self.today
        if before is not None and before.day == day:
            return before
        if before is not None and before.was_planned and before.day < day:
            self.over.append(before)
        # Where the clock was set back, what was counted of a day that is not yet is left out.
        self.today = TracedDay(day=day)
        return self.today

    def override_gate(self) -> None:
        """Take that an administrator lets the AI plan here, whatever the card says: until it is worse."""
        self.standing = self.standing.allowed()

    # --- What it says

    def summary(self) -> Summary:
        """Return all that the card says; how sure it is takes milliseconds to work out."""
        return replace(self.figures(), difference=difference([one.gain for one in self.days]))

    def figures(self) -> Summary:
        """Return what the card says, but for how sure that is."""
        asked, days = self.asked, self.standing.asked_days
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
            cost_a_day=None if asked.cost is None or not days else asked.cost / days,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        today = self.today
        return {
            **self.standing.as_dict(),
            "asked": [self.asked.accepted, self.asked.clamped, self.asked.rejected, self.asked.cost],
            "answered": [self.asked.taken, self.asked.declined],
            "today": None if today is None else today.as_list(),
            "over": [one.as_list() for one in tuple(self.over)],
            "was_told": self.was_told,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        card = cls()
        card.standing = Standing.from_dict(data)
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
        # None of this was kept at first.
        card.was_told = bool(data.get("was_told", False))
        card.today = None if (today := data.get("today")) is None else TracedDay.from_list(today)
        card.over = [TracedDay.from_list(one) for one in data.get("over", ())]
        return card


def rounded(value: float | None, digits: int = 3) -> float | None:
    """Return a figure as exact as it is shown; what is not known stays so."""
    return None if value is None else round(value, digits)


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
