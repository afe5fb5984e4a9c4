"""How people spend their time: one stay after the other, in a room or away, walking, busy, sitting still or asleep."""

from enum import IntEnum
from typing import Final, NamedTuple


class Activity(IntEnum):
    """What somebody does who is in a room."""

    WALKING = 0
    BUSY = 1
    STILL = 2
    ASLEEP = 3


class Stay(NamedTuple):
    """A time in one room; `room` is its index, and AWAY is none."""

    start: float
    end: float
    person: int
    room: int
    activity: Activity
    late: bool = False
    """Within the three hours before bed."""


AWAY: Final = -1
WIND_DOWN: Final = 3 * 3600.0
"""How long before bed light should be dim, in seconds (Brown et al. 2022)."""
