"""The time for which nobody has to be seen: what waiting costs against what people in the dark cost, by part of day."""

from collections.abc import Sequence
from math import exp, log
from typing import Any, Final, Self

from .daypart import Daypart
from .purpose import Purpose
from .settings import ZoneSettings
from .silences import BINS, UNSEEN, Belief, LogNormal, Mixture, bin_of, tell_apart

DAYPARTS: Final = tuple(Daypart)
# What it costs to switch off over somebody, in seconds of full light for nobody: ten hours.
FALSE_OFF_SECONDS: Final = 36_000.0
# What it costs to have it sink over somebody, likewise.
_WARNING_SECONDS: Final = 600.0
# The light is only lowered for this part of the hold time more before it goes off.
WARNING_PART: Final = 0.8
_OFF_AFTER: Final = 1 + WARNING_PART
_SHORTEST, _LONGEST = 60.0, 1800.0
# Ways, where people don't stay.
_WAYS: Final = frozenset({Purpose.CORRIDOR, Purpose.STAIRS})
_SHORTEST_ON_WAYS, _LONGEST_ON_WAYS = 30.0, 75.0
# Silences that are needed to believe them more than the purpose; from then on they count against so many.
_ENOUGH, _PRIOR_WEIGHT = 60.0, 30.0
# Silences of the other parts of the day count for as many as these, where there are few of its own.
_SHARED: Final = 60.0
# By how much it may change from day to day on which somebody was there.
_MOST_UP, _MOST_DOWN = 1.25, 0.8
# Days on which somebody was there: after so many, half is forgotten.
_HALF_LIFE: Final = 4.0
_KEPT: Final = 0.5 ** (1 / _HALF_LIFE)
# Returns are few: they are kept for longer.
_RETURNS_KEPT: Final = 0.5 ** (1 / 14)
# Somebody who is seen within a minute of the light going off was there all the time; later it is less and less likely.
_AT_ONCE, _SOON = 60.0, 60.0
# However unlikely by what was learned that somebody sat still for so long: it may have learned wrongly.
_LEAST_DOUBT: Final = 0.1
_LOOK_FOR_RETURNS: Final = _AT_ONCE + _SOON
# Returns more than what the lengths of silences let expect make them count for more, up to so much.
_MOST_SURPRISE: Final = 30.0
_DOUBT: Final = 0.5
_CANDIDATES: Final[tuple[float, ...]] = tuple(_SHORTEST_ON_WAYS * 1.1**step for step in range(44))


class _Part:
    """One part of the day."""

    __slots__ = ("belief", "expected", "hold", "returns", "silences")

    def __init__(self, hold: float) -> None:
        self.hold = hold
        self.silences = [0.0] * BINS
        self.returns = 0.0
        self.expected = 0.0
        """Returns that were to be expected, by the lengths of silences."""
        self.belief = UNSEEN


class HoldTime:
    """The hold times of one zone."""

    def __init__(self, settings: ZoneSettings) -> None:
        self._default = settings.defaults.hold
        is_way = settings.purpose in _WAYS
        self._shortest = _SHORTEST_ON_WAYS if is_way else _SHORTEST
        self._longest = _LONGEST_ON_WAYS if is_way else _LONGEST
        self._parts = tuple(_Part(self._default) for _ in DAYPARTS)

    def seconds(self, part: int) -> float:
        """Return the hold time of a part of the day, in seconds."""
        return self._parts[part].hold

    def silent(self, part: int, seconds: float) -> None:
        """Learn that somebody was seen again after nobody had been for so long."""
        self._parts[part].silences[bin_of(seconds)] += 1

    def returned(self, part: int, seconds: float) -> None:
        """Learn that somebody was seen so soon after the light went off, in seconds."""
        likely = 1.0 if seconds <= _AT_ONCE else exp((_AT_ONCE - seconds) / _SOON)
        one = self._parts[part]
        one.returns += likely
        # The next day's look goes on from here.
        there = likely * max(_LEAST_DOUBT, one.belief.still_after(one.hold * _OFF_AFTER + seconds))
        one.hold = min(self._longest, one.hold * (1 + (_MOST_UP - 1) * there))

    def seed(self, part: int, octaves: Sequence[float], weight: float) -> None:
        """Take silences as the database counts them: by octaves from 5 s."""
        silences = self._parts[part].silences
        silences[0] += octaves[0] * weight
        for octave, count in enumerate(octaves[1:-1], 1):
            silences[2 * octave - 1] += count * weight / 2
            silences[2 * octave] += count * weight / 2
        silences[2 * len(octaves) - 3] += octaves[-1] * weight
        one = self._parts[part]
        one.hold = self._wanted(part)

    def new_day(self) -> None:
        """Look at what the days before have taught, and forget a little of it."""
        for part, one in enumerate(self._parts):
            if any(one.silences):
                wanted = self._wanted(part)
                one.hold = round(min(max(wanted, one.hold * _MOST_DOWN), one.hold * _MOST_UP), 1)
                one.returns = round(one.returns * _RETURNS_KEPT, 3)
                one.expected = round(one.expected * _RETURNS_KEPT, 3)
                one.silences = [round(count * _KEPT, 2) for count in one.silences]

    def _wanted(self, part: int) -> float:
        one = self._parts[part]
        own = sum(one.silences)
        shared = _SHARED / (_SHARED + own)
        others = [sum(counts) - counts[part] for counts in zip(*(other.silences for other in self._parts), strict=True)]
        # Others teach how long silences are: they may not be more than its own, or than what is enough.
        scale = shared * min(1.0, _SHARED / total) if (total := sum(others)) else 0.0
        silences = [mine + scale * other for mine, other in zip(one.silences, others, strict=True)]
        if (seen := sum(silences)) < _ENOUGH:
            return self._default
        mixture = tell_apart(silences)
        one.belief = mixture.belief
        cheapest = self._cheapest(mixture, self._surprise(one, mixture))
        trust = seen / (seen + _PRIOR_WEIGHT)
        wanted = exp(trust * log(cheapest) + (1 - trust) * log(self._default))
        return max(self._shortest, min(self._longest, wanted))

    def _cheapest(self, mixture: Mixture, surprise: float) -> float:
        def cost(seconds: float) -> float:
            wrong = surprise * mixture.still_count * mixture.belief.still.beyond(seconds * _OFF_AFTER)
            warned = mixture.still_count * mixture.belief.still.beyond(seconds)
            waited = (mixture.waited(seconds) + mixture.waited(seconds * _OFF_AFTER)) / 2
            return wrong * FALSE_OFF_SECONDS + warned * _WARNING_SECONDS + waited

        cheapest: float = min((one for one in _CANDIDATES if one >= self._shortest), key=cost)
        return cheapest

    @staticmethod
    def _surprise(one: _Part, mixture: Mixture) -> float:
        """Take another day's expectation; return how much more often than expected people were there after off."""
        off = one.hold * _OFF_AFTER
        still, away, _ = mixture.belief
        by_chance = sum(mixture.away_counts) * (away.beyond(off) - away.beyond(off + _LOOK_FOR_RETURNS))
        # Of the silences that are kept, so many are of one day.
        one.expected += (1 - _KEPT) * (mixture.still_count * still.beyond(off) + by_chance)
        return min(_MOST_SURPRISE, max(1.0, (one.returns + _DOUBT) / (one.expected + _DOUBT)))

    def explain(self, part: int) -> dict[str, Any]:
        """Return the hold time of a part of the day, and why."""
        one = self._parts[part]
        still = one.belief.still
        return {
            "seconds": round(one.hold),
            "gaps": round(sum(one.silences)),
            "returns_later": round(still.beyond(one.hold * _OFF_AFTER), 5),
            "returned_after_off": round(one.returns, 1),
            "median_gap": round(exp(still.mean)),
            "by_part_of_day": {name.value: round(each.hold) for name, each in zip(DAYPARTS, self._parts, strict=True)},
        }

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            name.value: {
                "hold": one.hold,
                "returns": [one.returns, one.expected],
                "silences": one.silences,
                "belief": [*one.belief.still, *one.belief.away, one.belief.share],
            }
            for name, one in zip(DAYPARTS, self._parts, strict=True)
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any], settings: ZoneSettings) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        hold_time = cls(settings)
        for name, one in zip(DAYPARTS, hold_time._parts, strict=True):
            stored = data[name.value]
            one.hold = min(max(float(stored["hold"]), hold_time._shortest), hold_time._longest)
            one.returns, one.expected = (float(count) for count in stored["returns"])
            one.silences = [float(count) for count in stored["silences"]]
            if len(one.silences) != BINS:
                raise ValueError(f"{len(one.silences)} classes of silences, not {BINS}")
            mean, deviation, away_mean, away_deviation, share = (float(value) for value in stored["belief"])
            one.belief = Belief(LogNormal(mean, deviation), LogNormal(away_mean, away_deviation), share)
        return hold_time
