"""How likely it is that somebody is there, by hour of the week; a vacation is not taken for a habit."""

from collections.abc import Sequence
from datetime import tzinfo
from math import ceil
from typing import Any, Final, Self

from .local_time import HOURS, QUARTER, hour_of_week

_HOUR: Final = 3600.0
# An hour of the week counts half after so many more of it were seen.
_HALF_LIFE: Final = 4.0
# The same hour of other days of that kind counts for so many hours, and there what nobody knows for one.
_SHARED, _UNKNOWN_WEIGHT, _UNKNOWN = 4.0, 1.0, 0.5
_WORKDAYS: Final = 5
# Longer than a weekend and a day: nobody being there for longer says nothing of the hours of a week.
_LONGEST_ABSENCE: Final = 84 * _HOUR
_NOTHING: Final[dict[str, list[float]]] = {"known": [], "present": []}


class TimeOfWeek:
    """When somebody is in one zone."""

    def __init__(self) -> None:
        self._known = [0.0] * HOURS
        self._present = [0.0] * HOURS
        self._until: float | None = None
        """The end of the last presence."""

    def likely(self, hour: int) -> float:
        """Return how likely it is that somebody is there in an hour of the week, 0 to 1."""
        day, of_day = divmod(hour, 24)
        days = range(_WORKDAYS) if day < _WORKDAYS else range(_WORKDAYS, 7)
        known = sum(self._known[24 * one + of_day] for one in days)
        present = sum(self._present[24 * one + of_day] for one in days)
        usual = (present + _UNKNOWN * _UNKNOWN_WEIGHT) / (known + _UNKNOWN_WEIGHT)
        return (self._present[hour] + _SHARED * usual) / (self._known[hour] + _SHARED)

    def was_present(self, at: float, seconds: float, share: float, time_zone: tzinfo) -> None:
        """Learn for which share of a span that ended now somebody was there; between two spans nobody was."""
        if share <= 0:
            return
        begun = at - min(seconds, _LONGEST_ABSENCE)
        if self._until is not None and 0 < begun - self._until <= _LONGEST_ABSENCE:
            self._add(self._until, begun, 0.0, time_zone)
        self._add(begun if self._until is None else max(begun, min(self._until, at)), at, share, time_zone)
        self._until = at

    def _add(self, begun: float, ended: float, share: float, time_zone: tzinfo) -> None:
        time = begun
        for quarter in range(int(begun // QUARTER), ceil(ended / QUARTER)):
            until = min(ended, (quarter + 1) * QUARTER)
            if until <= time:
                continue
            hour, part = hour_of_week(quarter, time_zone), (until - time) / _HOUR
            kept = 0.5 ** (part / _HALF_LIFE)
            self._known[hour] = self._known[hour] * kept + part
            self._present[hour] = self._present[hour] * kept + part * share
            time = until

    def seed(self, shares: Sequence[float | None], weeks: float) -> None:
        """Take the share of each hour of the week for which somebody was there, None where nobody knows."""
        for hour, share in enumerate(shares):
            if share is not None:
                self._known[hour] = min(weeks, _HALF_LIFE)
                self._present[hour] = self._known[hour] * share

    def new_day(self) -> None:
        """Round, as it is stored: a restart changes nothing."""
        self._known = [round(known, 3) for known in self._known]
        self._present = [round(present, 3) for present in self._present]

    def explain(self, hour: int) -> dict[str, Any]:
        """Return how likely presence is in an hour of the week, and for how many such hours that is known."""
        return {"likely": round(self.likely(hour), 3), "weeks": round(self._known[hour], 1)}

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        known = [round(hours, 3) for hours in self._known]
        present = [round(hours, 3) for hours in self._present]
        return {"until": self._until, **({"known": known, "present": present} if any(known) else _NOTHING)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        week = cls()
        known, present = ([float(value) for value in data[name]] for name in ("known", "present"))
        if len(known) not in {0, HOURS} or len(present) != len(known):
            raise ValueError(f"{len(known)} and {len(present)} hours, not {HOURS}")
        if known:
            week._known, week._present = known, present
        week._until = None if data["until"] is None else float(data["until"])
        return week
