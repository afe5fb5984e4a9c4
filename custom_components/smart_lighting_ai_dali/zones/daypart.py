"""The parts of a day, by local time: what people want differs between them."""

from datetime import datetime, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Daypart(StrEnum):
    """A part of the day."""

    MORNING = "morning"
    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"


# The hours at which they begin, local time.
_MORNING, _DAY, _EVENING, _NIGHT = 5, 9, 17, 22


# All zones of time are whole quarters of an hour from UTC, in seconds.
_QUARTER: Final = 900


@lru_cache(maxsize=4096)
def _local_hour(hour: int, time_zone: tzinfo) -> int:
    return datetime.fromtimestamp(hour * _QUARTER, time_zone).hour


def daypart_of(at: float, time_zone: tzinfo) -> Daypart:
    """Return the part of the day of an instant, in seconds since 1970."""
    hour = _local_hour(int(at // _QUARTER), time_zone)
    if hour < _MORNING or hour >= _NIGHT:
        return Daypart.NIGHT
    if hour < _DAY:
        return Daypart.MORNING
    return Daypart.DAY if hour < _EVENING else Daypart.EVENING


def daypart_began(at: float, time_zone: tzinfo) -> float:
    """Return when the part of the day of an instant began, in seconds since 1970."""
    part, began = daypart_of(at, time_zone), at // _QUARTER * _QUARTER
    while daypart_of(began - _QUARTER, time_zone) is part:
        began -= _QUARTER
    return began


def daypart_ends(at: float, time_zone: tzinfo) -> float:
    """Return when the part of the day of an instant ends, in seconds since 1970."""
    part, ends = daypart_of(at, time_zone), at // _QUARTER * _QUARTER + _QUARTER
    while daypart_of(ends, time_zone) is part:
        ends += _QUARTER
    return ends
