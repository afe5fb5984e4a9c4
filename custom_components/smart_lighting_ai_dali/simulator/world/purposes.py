"""What rooms of a purpose are like: how bright people want them, how long they stay, how drawn they are to them."""

from typing import Final

from .specification import DayPart, Purpose

# Lux on the task by day: EN 12464-1 for work, what is usual for homes, which have no norm.
LUX: Final = {
    Purpose.LIVING: 180.0,
    Purpose.KITCHEN: 300.0,
    Purpose.OFFICE: 500.0,
    Purpose.MEETING: 500.0,
    Purpose.CORRIDOR: 100.0,
    Purpose.BATH: 200.0,
    Purpose.BEDROOM: 100.0,
    Purpose.STAIRS: 100.0,
}
# The mean of a stay in minutes.
STAY: Final = {
    Purpose.LIVING: 45.0,
    Purpose.KITCHEN: 18.0,
    Purpose.OFFICE: 55.0,
    Purpose.MEETING: 50.0,
    Purpose.CORRIDOR: 0.5,
    Purpose.BATH: 7.0,
    Purpose.BEDROOM: 12.0,
    Purpose.STAIRS: 0.3,
}
# How likely a room is the next one, beside others.
DRAW: Final = {
    Purpose.LIVING: 5.0,
    Purpose.KITCHEN: 3.0,
    Purpose.OFFICE: 2.0,
    Purpose.MEETING: 1.5,
    Purpose.CORRIDOR: 0.3,
    Purpose.BATH: 1.2,
    Purpose.BEDROOM: 0.7,
    Purpose.STAIRS: 0.1,
}
# Where people sit still; elsewhere they are on their feet.
SEDENTARY: Final = frozenset({Purpose.LIVING, Purpose.OFFICE, Purpose.MEETING, Purpose.BEDROOM})
# Where a home gets dim in the evening and at night; at work the task stays the same.
_WORK: Final = frozenset({Purpose.OFFICE, Purpose.MEETING})
_PARTS: Final = {DayPart.MORNING: 1.0, DayPart.DAY: 1.0, DayPart.EVENING: 0.75, DayPart.NIGHT: 0.3}
_KELVIN: Final = {DayPart.MORNING: 3500, DayPart.DAY: 4000, DayPart.EVENING: 2900, DayPart.NIGHT: 2400}
# Lux that somebody finds the way with, beside others who sleep.
NIGHT_PATH: Final = 10.0


def part_of_day(hour: float) -> DayPart:
    """Return the part of the day of an hour by the clock."""
    if hour < 5 or hour >= 22:
        return DayPart.NIGHT
    if hour < 9:
        return DayPart.MORNING
    return DayPart.DAY if hour < 17 else DayPart.EVENING


# Hours at which a part of the day begins.
PART_HOURS: Final = (5, 9, 17, 22)


def share_of_day(purpose: Purpose, part: DayPart) -> float:
    """Return how bright people want a room, as a part of what they want by day."""
    return 1.0 if purpose in _WORK else _PARTS[part]


def usual_kelvin(part: DayPart) -> int:
    """Return the colour temperature that people mostly like."""
    return _KELVIN[part]
