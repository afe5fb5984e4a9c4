"""How the AI stands in one zone: the days that were scored, and the verdict that follows of them.

It is never changed: a day that is over makes another one, which takes milliseconds and may be done in any thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self

from .day_score import DayScore
from .gate import is_as_bearable, is_better, is_worse, look_number
from .trace import DayTrace
from .wanted import WantedByDaypart

# Days that are kept.
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

    @property
    def righter(self) -> float:
        """Return in how much more of the time with people light was right with the AI, -1 to 1."""
        return (self.ai.lux_satisfaction or 0.0) - (self.rules.lux_satisfaction or 0.0)

    def as_list(self) -> list[Any]:
        """Return it as JSON."""
        return [self.day, self.rules.as_dict(), self.ai.as_dict()]

    @classmethod
    def from_list(cls, data: list[Any]) -> Self:
        """Return what `as_list` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        day, rules, ai = data
        return cls(day=int(day), rules=DayScore.from_dict(rules), ai=DayScore.from_dict(ai))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The days, and what they say."""

    verdict: Verdict = Verdict.COLLECTING
    settled: tuple[PairedDay, ...] = ()
    open: tuple[tuple[int, DayTrace], ...] = ()
    """Days that may be judged otherwise yet."""
    unsettled: tuple[PairedDay, ...] = ()
    """How they are judged now."""
    since: int | None = None
    """The last day before the zone was promoted or demoted: only later ones count."""
    forgotten: int = 0
    """Days since then that are not kept any more."""
    looks: int = 0
    looked_at: int = 0
    """How many days counted at the last look."""
    asked_days: int = 0

    @property
    def days(self) -> tuple[PairedDay, ...]:
        """Return the days that are kept, as they are judged now."""
        return (*self.settled, *self.unsettled)

    @property
    def counting(self) -> list[PairedDay]:
        """Return the days that count for the next verdict: those since the last one."""
        return [one for one in self.days if self._counts(one)]

    def _counts(self, one: PairedDay) -> bool:
        return self.since is None or one.day > self.since

    @property
    def may_plan(self) -> bool:
        """Tell whether the AI may plan for the zone by itself."""
        return self.verdict in {Verdict.PROMOTED, Verdict.ALLOWED}

    def after(self, day: int, trace: DayTrace, wanted: WantedByDaypart) -> Standing:
        """Return what follows of a day that is over, and of what people may want as it is known now."""
        waiting, settled = [*self.open], [*self.settled]
        if trace.occupied >= _LEAST_OCCUPIED:
            waiting.append((day, trace))
        while waiting and waiting[0][0] <= day - JUDGED_FOR:
            past, traced = waiting.pop(0)
            settled += [one for one in [_paired(past, traced, wanted)] if one is not None]
        gone, kept = settled[:-_MOST_DAYS], settled[-_MOST_DAYS:]
        following = replace(
            self,
            settled=tuple(kept),
            open=tuple(waiting),
            unsettled=tuple(one for past, traced in waiting if (one := _paired(past, traced, wanted)) is not None),
            forgotten=self.forgotten + sum(self._counts(one) for one in gone),
            asked_days=self.asked_days + 1,
        )
        return _judged(following)

    def allowed(self) -> Standing:
        """Return what follows where an administrator lets the AI plan, whatever the days say: until it is worse."""
        return self if self.may_plan else _changed(self, Verdict.ALLOWED)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "verdict": self.verdict.value,
            "asked_days": self.asked_days,
            "settled": [one.as_list() for one in self.settled],
            "unsettled": [one.as_list() for one in self.unsettled],
            "open": [[day, trace.as_dict()] for day, trace in self.open],
            "since": self.since,
            "forgotten": self.forgotten,
            "looks": self.looks,
            "looked_at": self.looked_at,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        return cls(
            verdict=Verdict(data["verdict"]),
            settled=tuple(PairedDay.from_list(one) for one in data["settled"]),
            open=tuple((int(day), DayTrace.from_dict(trace)) for day, trace in data["open"]),
            unsettled=tuple(PairedDay.from_list(one) for one in data["unsettled"]),
            since=None if data["since"] is None else int(data["since"]),
            # It was not counted at first.
            forgotten=int(data.get("forgotten", 0)),
            looks=int(data["looks"]),
            looked_at=int(data["looked_at"]),
            asked_days=int(data["asked_days"]),
        )


def _judged(standing: Standing) -> Standing:
    """Return what the days say by now."""
    counting = standing.counting
    gains = [one.gain for one in counting]
    if standing.may_plan:
        return _changed(standing, Verdict.DEMOTED) if is_worse(gains) else standing
    days = standing.forgotten + len(counting)
    if days <= standing.looked_at or look_number(days) is None:
        return standing
    looked = replace(standing, looked_at=days, looks=standing.looks + 1)
    if is_better(gains, looked.looks) and is_as_bearable(
        [one.darker for one in counting],
        [one.ai.false_offs - one.rules.false_offs for one in counting],
        [one.righter for one in counting],
    ):
        return _changed(looked, Verdict.PROMOTED)
    return replace(looked, verdict=Verdict.NOT_BETTER) if looked.verdict is Verdict.COLLECTING else looked


def _changed(standing: Standing, verdict: Verdict) -> Standing:
    """Return another verdict: only what comes from now on says whether it was right."""
    since = max((one.day for one in standing.days), default=None)
    return replace(standing, verdict=verdict, since=since, forgotten=0, looked_at=0)


def _paired(day: int, trace: DayTrace, wanted: WantedByDaypart) -> PairedDay | None:
    rules, ai = trace.scores(wanted)[:2]
    return None if rules.score is None or ai.score is None else PairedDay(day=day, rules=rules, ai=ai)
