"""What the people of a zone say that they want: it comes before what was learned of them, and before its purpose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import StrEnum
from math import isfinite
from types import MappingProxyType
from typing import Any, Final, Self

from .daypart import Daypart

_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
_WORKDAYS: Final = 5
MOST_LUX: Final = 100_000.0
WARMEST, COOLEST = 1000, 20_000
# Whoever wants comfort would rather have a light on for nobody than sit in the dark; and the other way round.
_HOLD_OF_COMFORT, _HOLD_OF_SAVING = 1.5, 0.6
# Shorter than this, in seconds, it would go off over people who walk.
_SHORTEST_HOLD: Final = 30.0
# Less light than this part of what is usual is seen by people who compare, and not missed by those who save.
_LUX_OF_SAVING: Final = 0.85


class Leaning(StrEnum):
    """What people would rather have where both can't be had."""

    COMFORT = "comfort"
    BALANCED = "balanced"
    SAVING = "saving"


class DayKind(StrEnum):
    """Which nights: those before workdays, and those before free days."""

    WORKDAYS = "workdays"
    FREE_DAYS = "free_days"


@dataclass(frozen=True, slots=True)
class Night:
    """From when to when people sleep, in minutes from midnight, 0 to 1439."""

    bed: int
    up: int


def _no_lux() -> Mapping[Daypart, float]:
    return MappingProxyType({})


def _no_colours() -> Mapping[Daypart, int]:
    return MappingProxyType({})


def _no_nights() -> Mapping[DayKind, Night]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """It; what is not in it was not said."""

    lux: Mapping[Daypart, float] = field(default_factory=_no_lux)
    """What a light sensor is to read."""
    colour_temperature: Mapping[Daypart, int] = field(default_factory=_no_colours)
    """Kelvin."""
    sleep: Mapping[DayKind, Night] = field(default_factory=_no_nights)
    leaning: Leaning = Leaning.BALANCED

    def hold(self, seconds: float) -> float:
        """Return for how long nobody has to be seen before it is empty, of what was learned; both in seconds."""
        match self.leaning:
            case Leaning.COMFORT:
                return seconds * _HOLD_OF_COMFORT
            case Leaning.SAVING:
                return max(_SHORTEST_HOLD, seconds * _HOLD_OF_SAVING)
        return seconds

    def target_lux(self, part: Daypart, learned: float) -> float:
        """Return what to aim at in a part of the day, where so much was learned; both in lux."""
        if (wished := self.lux.get(part)) is not None:
            return wished
        return learned * _LUX_OF_SAVING if self.leaning is Leaning.SAVING else learned

    def sleeping(self, at: float, time_zone: tzinfo) -> bool | None:
        """Tell whether people sleep at a time; None where they did not say for that night."""
        local = datetime.fromtimestamp(at, time_zone)
        minute = local.hour * _HOUR + local.minute
        weekday = local.weekday()
        # An evening belongs to the night before the next day.
        today, tomorrow = (self.sleep.get(_kind(day % 7)) for day in (weekday, weekday + 1))
        asleep_today = today is not None and today.bed <= minute < today.up
        if today is not None and _begins_in_the_evening(today):
            asleep_today = minute < today.up
        asleep_tonight = tomorrow is not None and _begins_in_the_evening(tomorrow) and minute >= tomorrow.bed
        if asleep_today or asleep_tonight:
            return True
        return None if (today if minute < _DAY / 2 else tomorrow) is None else False

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON, as people read it."""
        return {
            "lux": {part.value: lux for part, lux in self.lux.items()},
            "color_temp_kelvin": {part.value: kelvin for part, kelvin in self.colour_temperature.items()},
            "sleep": {
                kind.value: {"from": _clock(night.bed), "to": _clock(night.up)} for kind, night in self.sleep.items()
            },
            "leaning": self.leaning.value,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `as_dict` wrote, or a person. Raises KeyError, TypeError or ValueError for what can't be one."""
        if unknown := set(data) - {"lux", "color_temp_kelvin", "sleep", "leaning"}:
            raise ValueError(f"there is no {min(unknown)}")
        return cls(
            lux=MappingProxyType({Daypart(part): _lux(lux) for part, lux in _items(data, "lux")}),
            colour_temperature=MappingProxyType(
                {Daypart(part): _kelvin(kelvin) for part, kelvin in _items(data, "color_temp_kelvin")}
            ),
            sleep=MappingProxyType({DayKind(kind): _night(night) for kind, night in _items(data, "sleep")}),
            leaning=Leaning(data.get("leaning", Leaning.BALANCED)),
        )


NOTHING_SAID: Final = Profile()


def _kind(weekday: int) -> DayKind:
    return DayKind.WORKDAYS if weekday < _WORKDAYS else DayKind.FREE_DAYS


def _begins_in_the_evening(night: Night) -> bool:
    return night.bed > night.up


def _items(data: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    part = data.get(name, {})
    if not isinstance(part, Mapping):
        raise TypeError(f"{name} is no mapping")
    return list(part.items())


def _lux(value: Any) -> float:
    lux = float(value)
    if isinstance(value, bool) or not isfinite(lux) or not 0 < lux <= MOST_LUX:
        raise ValueError("an illuminance is more than 0 lx, and at most 100000 lx")
    return lux


def _kelvin(value: Any) -> int:
    kelvin = float(value)
    if isinstance(value, bool) or not WARMEST <= kelvin <= COOLEST:
        raise ValueError("a colour temperature is 1000 K to 20000 K")
    return round(kelvin)


def _night(value: Any) -> Night:
    if not isinstance(value, Mapping) or set(value) != {"from", "to"}:
        raise TypeError("a night has a from and a to")
    night = Night(_minute(value["from"]), _minute(value["to"]))
    if night.bed == night.up:
        raise ValueError("a night is longer than nothing")
    return night


def _minute(value: Any) -> int:
    if not isinstance(value, str):
        raise TypeError("a time is a text")
    hours, minutes = (int(part) for part in value.split(":")[:2])
    if not (0 <= hours < _DAY / _HOUR and 0 <= minutes < _HOUR):
        raise ValueError("a time is 00:00 to 23:59")
    return hours * _HOUR + minutes


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes, _HOUR)
    return f"{hour:02}:{minute:02}"
