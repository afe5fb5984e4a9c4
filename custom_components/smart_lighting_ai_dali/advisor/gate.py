"""Whether one planner is better than another, by days on which both were scored: a mean, and how sure it is.

A zone is looked at again and again, and whoever looks often enough sees luck. So looks are few, on days that are known
before, and each one has to be surer than the one before: all of them together are wrong about a planner that is no
better at most once in twenty zones, however long it goes on (the shares 1/2, 1/6, 1/12 ... of 5 % sum up to it).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
import random
from typing import Final

LEAST_DAYS: Final = 7
"""Days on which both were scored, before anything is said."""
LEAST_GAIN: Final = 1.0
"""Points of the score, of 100, by which the mean has to be better."""
# The days of the first looks; from the last one on, one each week.
_LOOKS: Final = (7, 10, 14, 21)
_WEEK: Final = 7
_WRONG: Final = 0.05
_DRAWS: Final = 2000
# The days that say how it is of late, and by how much they may be worse by luck, in points.
_LATELY: Final = 3
_BORNE: Final = 0.5
# What is worse by no more than this is not worse: minutes in the dark an hour, one false off in all, which is luck, and
# the part of the time with people in which light is right.
_DARK_BORNE: Final = 0.02
_OFFS_BORNE: Final = 1
_WRONG_BORNE: Final = 0.05
# A planner that is obeyed is looked at each day, over the last of them; so many points worse is too much at once.
_WATCHED: Final = 7
_MUCH_WORSE: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How much better one is than the other, over some days."""

    days: int
    mean: float
    """Points; above 0 is better."""
    low: float
    high: float
    """Between these it is, nine times of ten (paired bootstrap over days)."""


def difference(gains: Sequence[float]) -> Difference | None:
    """Return how much better it was by the gain of each day, in points; None of no day."""
    if not gains:
        return None
    low, high = _interval(gains, 0.05)
    return Difference(days=len(gains), mean=_mean(gains), low=low, high=high)


def look_number(days: int) -> int | None:
    """Return which look it is that is due after so many days, from 1 on; None where none is."""
    if days in _LOOKS:
        return _LOOKS.index(days) + 1
    after = days - _LOOKS[-1]
    return len(_LOOKS) + after // _WEEK if after > 0 and after % _WEEK == 0 else None


def is_better(gains: Sequence[float], look: int) -> bool:
    """Tell whether it is better by the gains of all days, at a look; the last days come last."""
    if len(gains) < LEAST_DAYS or _mean(gains) < LEAST_GAIN:
        return False
    # Better once, and not any more, is a planner that gets worse.
    lately = _mean(gains[-_LATELY:])
    half = len(gains) // 2
    falls = _mean(gains[half:]) < -_BORNE
    surely = _interval(gains, min(0.05, _WRONG / (look * (look + 1))))[0]
    return surely > 0 and lately >= -_BORNE and not falls


def is_worse(gains: Sequence[float]) -> bool:
    """Tell whether a planner that is obeyed has turned worse, by the gains of the days since, in their order."""
    recent = gains[-_WATCHED:]
    if len(recent) >= _LATELY and max(recent[-_LATELY:]) < 0 and _mean(recent[-_LATELY:]) <= -_MUCH_WORSE:
        return True
    return len(recent) == _WATCHED and _mean(recent) <= -LEAST_GAIN and _interval(recent, 0.05)[1] < 0


def is_as_bearable(dark: Sequence[float], false_offs: Sequence[int], satisfied: Sequence[float]) -> bool:
    """Tell whether people bear no more of anything, whatever else is better, by how much more of each every day had.

    `dark` is in minutes an hour; `satisfied` is the part of the time with people in which light is right, 0 to 1.
    """
    return _mean(dark) <= _DARK_BORNE and sum(false_offs) <= _OFFS_BORNE and _mean(satisfied) >= -_WRONG_BORNE


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _interval(gains: Sequence[float], share: float) -> tuple[float, float]:
    """Return below and above which a share of the means of days drawn anew is: the same for the same days."""
    chance = random.Random(0)  # noqa: S311  # it draws days, and guards nothing
    count = len(gains)
    means = sorted(sum(chance.choices(gains, k=count)) / count for _ in range(_DRAWS))
    place = floor(share * _DRAWS)
    return means[place], means[_DRAWS - 1 - place]
