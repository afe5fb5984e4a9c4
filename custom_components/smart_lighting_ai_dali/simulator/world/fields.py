"""What a world file may say: each key, and what it takes."""

from collections.abc import Callable, Iterable
import re
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..fleet_fields import Check, MistakeError, text
from .specification import (
    Absence,
    Climate,
    DayPart,
    Habit,
    Lamps,
    LightSensor,
    MotionSensor,
    Purpose,
    Surfaces,
    Visitors,
    Window,
)

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK: Final = re.compile(r"([0-2]?\d):([0-5]\d)")
_BEARINGS: Final = {"n": 0, "ne": 45, "e": 90, "se": 135, "s": 180, "sw": 225, "w": 270, "nw": 315}
_KELVIN: Final = (1000, 20_000)
_LATEST: Final = 30 * 60


def number(least: float, most: float) -> Check:
    """Return the check for a number within limits."""

    def check(value: object) -> float:
        # YAML's yes and no are Python's True and False, which are numbers.
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise MistakeError(f"{least:g} to {most:g}")
        return float(value)

    return check


def count(least: int, most: int) -> Check:
    """Return the check for a whole number within limits."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise MistakeError(f"a whole number, {least} to {most}")
        return value

    return check


def yes_or_no(value: object) -> bool:
    """Return a truth."""
    if not isinstance(value, bool):
        raise MistakeError("yes or no")
    return value


def clock(value: object) -> float:
    """Return minutes after midnight; after 24:00 is the next day, up to 29:59."""
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match else _LATEST
    if minutes >= _LATEST:
        raise MistakeError('a time in quotes, such as "07:30"; "25:10" is ten past one on the next day')
    return float(minutes)


def span(value: object) -> tuple[float, float]:
    """Return two times in rising order."""
    if not isinstance(value, list) or len(value) != 2:  # from and to
        raise MistakeError('two times in quotes, such as ["07:45", "17:10"]')
    first, second = clock(value[0]), clock(value[1])
    if first >= second:
        raise MistakeError("two times, the earlier one first")
    return first, second


def weekdays(value: object) -> frozenset[int]:
    """Return weekdays; `weekdays`, `weekend` and `all` are words for some of them."""
    words = {"weekdays": range(5), "weekend": range(5, 7), "all": range(7)}
    if isinstance(value, str) and value in words:
        return frozenset(words[value])
    if not isinstance(value, list) or not value or not all(one in _WEEKDAYS for one in value):
        raise MistakeError(f"weekdays, weekend, all, or a list of {', '.join(_WEEKDAYS)}")
    return frozenset(_WEEKDAYS.index(one) for one in value)


def bearing(value: object) -> float:
    """Return where a window faces, in degrees from north over east."""
    if isinstance(value, str) and value.lower() in _BEARINGS:
        return float(_BEARINGS[value.lower()])
    try:
        return float(number(0, 360)(value))
    except MistakeError:
        raise MistakeError(f"{', '.join(_BEARINGS).upper()}, or 0 to 360 degrees") from None


def kelvin_range(value: object) -> tuple[int, int]:
    """Return the warmest and the coolest white of a lamp, in kelvin."""
    whole = count(*_KELVIN)
    if not isinstance(value, list):
        return whole(value), whole(value)
    if len(value) != 2 or whole(value[0]) > whole(value[1]):  # the warmest and the coolest
        raise MistakeError("one colour temperature in kelvin, or the lowest and the highest")
    return value[0], value[1]


def place_in_time(value: object) -> ZoneInfo:
    """Return a time zone by its name."""
    try:
        return ZoneInfo(text(value))
    except ZoneInfoNotFoundError, ValueError, OSError:
        raise MistakeError("the name of a time zone, such as Europe/Vienna") from None


def each(keys: Check, values: Check) -> Check:
    """Return the check for a mapping."""

    def check(value: object) -> dict[Any, Any]:
        if not isinstance(value, dict):
            raise MistakeError("names with values")
        return {keys(key): values(content) for key, content in value.items()}

    return check


def word(words: Iterable[str], kind: Callable[[str], Any]) -> Check:
    """Return the check for one of a few words, each a member of an enumeration."""
    allowed = tuple(words)

    def check(value: object) -> Any:
        if not isinstance(value, str) or value not in allowed:
            raise MistakeError(" or ".join(allowed))
        return kind(value)

    return check


def record(build: Callable[..., Any], needed: tuple[str, ...], checks: dict[str, Check]) -> Check:
    """Return the check for a mapping of certain keys, some of which are needed."""

    def check(value: object) -> Any:
        if not isinstance(value, dict):
            raise MistakeError(f"any of {', '.join(checks)}, each with its value")
        if unknown := [str(key) for key in value if key not in checks]:
            raise MistakeError(f"there is no key {unknown[0][:40]}; there are {', '.join(checks)}")
        if missing := [key for key in needed if key not in value]:
            raise MistakeError(f"its {missing[0]} is missing; any of {', '.join(checks)}, each with its value")
        values: dict[str, Any] = {}
        for key, content in value.items():
            try:
                values[key] = checks[key](content)
            except MistakeError as error:
                raise MistakeError(f"its {key} has to be {error}") from None
        return build(**values)

    return check


def many(one: Check) -> Check:
    """Return the check for a list of records."""

    def check(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise MistakeError("a list")
        found = []
        for position, content in enumerate(value, start=1):
            try:
                found.append(one(content))
            except MistakeError as error:
                raise MistakeError(f"number {position}: {error}") from None
        return tuple(found)

    return check


_part: Final = number(0, 1)
_DEATHS: Final[dict[str, Check]] = {"deaths": number(0, 1000), "dead_hours": number(0.1, 10_000)}
PURPOSE: Final = word(Purpose, Purpose)
_PART: Final = word(DayPart, DayPart)

ROOM: Final[dict[str, Check]] = {
    "name": text,
    "purpose": PURPOSE,
    "area": number(0.5, 10_000),
    "height": number(1.5, 30),
    "lux": number(1, 5000),
    "windows": many(
        record(
            Window,
            ("area", "facing"),
            {"area": number(0.01, 1000), "facing": bearing, "transmittance": number(0.05, 1)},
        )
    ),
    "surfaces": record(Surfaces, (), {"ceiling": number(0, 0.95), "walls": number(0, 0.95), "floor": number(0, 0.95)}),
    "lamps": record(
        Lamps,
        ("count", "lumens", "watts"),
        {
            "count": count(1, 1000),
            "lumens": number(1, 100_000),
            "watts": number(0.1, 2000),
            "kelvin": kelvin_range,
            "minimum": number(0.0001, 0.5),
            "spill": each(text, _part),
        },
    ),
    "doors": many(text),
    "motion": many(
        record(
            MotionSensor,
            ("name",),
            {
                "name": text,
                "coverage": _part,
                "hold": number(1, 3600),
                "delay": number(0, 60),
                "still": _part,
                "false_alarms": number(0, 1000),
                "flapping": _part,
                **_DEATHS,
            },
        )
    ),
    "light": many(
        record(
            LightSensor,
            ("name",),
            {
                "name": text,
                "noise": number(0, 0.5),
                "scale": number(0.05, 20),
                "delay": number(0, 300),
                "threshold": number(0.005, 2),
                "least": number(0.1, 1000),
                "interval": number(1, 3600),
                "heartbeat": number(10, 86_400),
                **_DEATHS,
            },
        )
    ),
}
PERSON: Final[dict[str, Check]] = {
    "name": text,
    "bed": text,
    "desk": text,
    "habits": many(
        record(
            Habit,
            ("days",),
            {
                "days": weekdays,
                "wake": clock,
                "sleep": clock,
                "away": many(span),
                "hours": span,
                "spread": number(0, 240),
                "chance": _part,
            },
        )
    ),
    "rooms": each(text, number(0, 1000)),
    "taste": number(0.1, 10),
    "lux": each(text, number(1, 5000)),
    "parts": each(_PART, number(0.01, 10)),
    "kelvin": each(_PART, count(*_KELVIN)),
    "temper": number(0, 100),
}
VISITORS: Final = many(
    record(
        Visitors,
        ("name", "room", "days", "arrive", "hours", "monthly"),
        {
            "name": text,
            "room": text,
            "days": weekdays,
            "arrive": clock,
            "hours": number(0.1, 24),
            "monthly": number(0, 31),
            "people": count(1, 50),
            "taste": number(0.1, 10),
        },
    )
)
WORLD: Final[dict[str, Check]] = {
    "name": text,
    "latitude": number(-66, 66),
    "longitude": number(-180, 180),
    "timezone": place_in_time,
    "entrance": text,
    "visitors": VISITORS,
    "climate": record(Climate, (), {"winter": number(0, 100), "summer": number(0, 100)}),
    "absence": record(
        Absence,
        (),
        {
            "vacations": number(0, 20),
            "vacation_days": number(1, 60),
            "together": yes_or_no,
            "illnesses": number(0, 50),
            "illness_days": number(1, 60),
        },
    ),
    "still_gap": number(1, 3600),
    "still_sigma": number(0, 3),
}
