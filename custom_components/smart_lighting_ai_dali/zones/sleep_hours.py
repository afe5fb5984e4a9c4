"""When people sleep: from the long silences of the night, and from lights that they switch off in bedrooms."""

from collections import deque
from datetime import datetime, timedelta, tzinfo
from statistics import median
from typing import Any, Final, Self

_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
# Before anything was seen, in minutes from midnight: the night of the parts of the day.
_BED, _UP = -60.0, 5.0 * _HOUR
# When a night's silence may begin and end: others are no nights at home.
_EARLIEST_BED, _LATEST_BED = -4 * _HOUR, 3 * _HOUR
_EARLIEST_UP, _LATEST_UP = 4 * _HOUR, 12 * _HOUR
_LEAST_SLEEP: Final = 4 * 3600.0
_MOST_SLEEP: Final = 16 * 3600.0
_NIGHTS: Final = 10
_PRIOR_NIGHTS: Final = 2
_WORKDAYS: Final = 5


class SleepHours:
    """The nights of one zone."""

    def __init__(self) -> None:
        # Of the nights before workdays, and of those before free days.
        self._beds: tuple[deque[int], ...] = tuple(deque(maxlen=_NIGHTS) for _ in range(2))
        self._ups: tuple[deque[int], ...] = tuple(deque(maxlen=_NIGHTS) for _ in range(2))

    def silent(self, at: float, seconds: float, time_zone: tzinfo) -> None:
        """Learn that nobody was seen for so long until now, in seconds."""
        if not _LEAST_SLEEP <= seconds <= _MOST_SLEEP:
            return
        up = datetime.fromtimestamp(at, time_zone)
        bed = datetime.fromtimestamp(at - seconds, time_zone)
        kind = int(up.weekday() >= _WORKDAYS)
        minutes_up = up.hour * _HOUR + up.minute
        minutes_bed = bed.hour * _HOUR + bed.minute - (_DAY if bed.date() < up.date() else 0)
        if _EARLIEST_BED <= minutes_bed <= _LATEST_BED and _EARLIEST_UP <= minutes_up <= _LATEST_UP:
            self._beds[kind].append(minutes_bed)
            self._ups[kind].append(minutes_up)

    def switched_off(self, at: float, time_zone: tzinfo) -> None:
        """Learn that a person switched the light of a bedroom off."""
        local = datetime.fromtimestamp(at, time_zone)
        minutes = local.hour * _HOUR + local.minute
        morning = local
        if minutes >= _DAY / 2:
            minutes -= _DAY
            morning += timedelta(days=1)
        if _EARLIEST_BED <= minutes <= _LATEST_BED:
            self._beds[int(morning.weekday() >= _WORKDAYS)].append(minutes)

    def is_night(self, at: float, time_zone: tzinfo) -> bool:
        """Tell whether people usually sleep at this time."""
        local = datetime.fromtimestamp(at, time_zone)
        minutes = local.hour * _HOUR + local.minute
        if minutes < _DAY / 2:
            bed, up = self.hours(local.weekday())
            return bed <= minutes < up
        return minutes - _DAY >= self.hours((local.weekday() + 1) % 7)[0]

    def hours(self, weekday: int) -> tuple[float, float]:
        """Return from when to when people sleep in the night before a day of the week, in minutes from its midnight."""
        kind = int(weekday >= _WORKDAYS)
        return _usual(self._beds[kind], _BED), _usual(self._ups[kind], _UP)

    def explain(self, weekday: int) -> dict[str, Any]:
        """Return the hours of sleep in the night before a day of the week, and of how many nights that is known."""
        bed, up = self.hours(weekday)
        return {"from": _clock(bed), "to": _clock(up), "nights": len(self._ups[int(weekday >= _WORKDAYS)])}

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"beds": [list(beds) for beds in self._beds], "ups": [list(ups) for ups in self._ups]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        hours = cls()
        for nights, stored in ((hours._beds, data["beds"]), (hours._ups, data["ups"])):
            for kept, minutes in zip(nights, stored, strict=True):
                kept.extend(int(minute) for minute in minutes)
        return hours


def _usual(nights: deque[int], prior: float) -> float:
    """Return what is usual: the median, with the prior for as many nights as it counts."""
    if not nights:
        return prior
    return (len(nights) * median(nights) + _PRIOR_NIGHTS * prior) / (len(nights) + _PRIOR_NIGHTS)


def _clock(minutes: float) -> str:
    hour, minute = divmod(round(minutes) % _DAY, _HOUR)
    return f"{hour:02}:{minute:02}"
