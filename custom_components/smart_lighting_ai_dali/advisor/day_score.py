"""How good one planner was on one day: the one number, and the parts that it is made of."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, Self

from ..zones.score import Sums, quality, saving

_HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayScore:
    """One day of one planner; None is unknown."""

    lux_satisfaction: float | None
    """The part of the time with people in which light was enough, and not too much."""
    occupied_dark_min_per_h: float | None
    false_offs: int
    saved: float | None
    """0 is a motion detector with full light, 1 is the least that can be."""
    score: float | None
    """The one number, 0 to 100; None where a part of it is not known."""

    @classmethod
    def of(cls, sums: Sums, false_offs: int, *, load: float, least: float, reference: float) -> Self:
        """Return the score of what was counted; loads in seconds at full power."""
        satisfaction = sums.satisfied / sums.measured if sums.measured else None
        dark = sums.dark / 60 / (sums.measured / _HOUR) if sums.measured else None
        saved = saving(load, reference, least) if sums.measured else None
        return cls(
            lux_satisfaction=satisfaction,
            occupied_dark_min_per_h=dark,
            false_offs=false_offs,
            saved=saved,
            score=quality(
                lux_satisfaction=satisfaction,
                occupied_dark_min_per_h=dark,
                false_offs_per_day=float(false_offs),
                saved=saved,
                # The loop takes a new plan in steps that nobody notices, whoever made it.
                big_steps_per_day=0.0,
            ),
        )

    def as_dict(self) -> dict[str, float | None]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        return cls(
            lux_satisfaction=_number(data["lux_satisfaction"]),
            occupied_dark_min_per_h=_number(data["occupied_dark_min_per_h"]),
            false_offs=int(data["false_offs"]),
            saved=_number(data["saved"]),
            score=_number(data["score"]),
        )


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if not isfinite(number := float(value)):
        raise ValueError(f"{value} is no figure")
    return number
