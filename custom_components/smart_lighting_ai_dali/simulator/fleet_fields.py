"""What a fleet file may say of a gear: each key, what it takes, and which field of the specification it fills."""

from collections.abc import Callable
from dataclasses import dataclass
import re
from typing import Any, Final

from ..dali.level import HIGHEST, MASK
from .colour import ColourType
from .luminaire import Luminaire
from .specification import NO_RANDOM_ADDRESS


class MistakeError(ValueError):
    """A value that can't be; the message says what is allowed instead."""


type Check = Callable[[object], Any]

_VERSION: Final = re.compile(r"(\d{1,3})\.(\d{1,3})")
_FAULTS: Final = ("lamp", "gear", "deaf", "battery")
_COLOURS: Final = {kind.name.lower(): kind for kind in ColourType}
# A mirek is a millionth of the inverse of a kelvin.
_MIREK: Final = 1_000_000
_KELVIN: Final = (1000, 20_000)
# From here on a limit is written as people know it, in hexadecimal.
_LARGE: Final = 0x10000


def text(value: object) -> str:
    """Return a text that is not empty, and has no half of a character in it."""
    if not isinstance(value, str) or not value.strip():
        raise MistakeError("a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise MistakeError("a text") from None
    return value.strip()


def one_of(*words: str) -> Check:
    """Return the check for one of a few words."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise MistakeError(" or ".join(words))
        return value

    return check


def whole(least: int, most: int) -> Check:
    """Return the check for a whole number within limits."""

    def check(value: object) -> int:
        # YAML's yes and no are Python's True and False, which are numbers.
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise MistakeError(f"{least} to {hex(most) if most >= _LARGE else most}")
        return value

    return check


def whole_or(word: str, meaning: int | None, *, least: int, most: int) -> Check:
    """Return the check for a whole number within limits, or one word that stands for something else."""
    number = whole(least, most)

    def check(value: object) -> int | None:
        if isinstance(value, str) and value.lower() == word:
            return meaning
        try:
            result: int = number(value)
        except MistakeError as error:
            raise MistakeError(f"{error}, or {word}") from None
        return result

    return check


def list_of(least: int, most: int) -> Check:
    """Return the check for a list of different whole numbers within limits."""
    number = whole(least, most)

    def check(value: object) -> tuple[int, ...]:
        allowed = f"a list of numbers {least} to {most}, each once"
        if not isinstance(value, list):
            raise MistakeError(allowed)
        try:
            numbers = tuple(number(item) for item in value)
        except MistakeError:
            raise MistakeError(allowed) from None
        if len(set(numbers)) != len(numbers):
            raise MistakeError(allowed)
        return numbers

    return check


def device_types(value: object) -> tuple[int, ...]:
    """Return the parts 2xx that a gear follows, each less 201, in rising order (102, 11.5.8)."""
    return tuple(sorted(list_of(0, 253)(value)))


def groups(value: object) -> frozenset[int]:
    """Return the groups that a gear is in."""
    return frozenset(list_of(0, 15)(value))


def scenes(value: object) -> dict[int, int]:
    """Return the level of each scene."""
    if not isinstance(value, dict):
        raise MistakeError(f"scene numbers 0 to 15, each with a level 0 to {HIGHEST}")
    try:
        return {whole(0, 15)(scene): whole(0, HIGHEST)(level) for scene, level in value.items()}
    except MistakeError:
        raise MistakeError(f"scene numbers 0 to 15, each with a level 0 to {HIGHEST}") from None


def version(value: object) -> tuple[int, int]:
    """Return the two numbers of a version; it stands in quotes, since 1.10 is not 1.1."""
    match = _VERSION.fullmatch(value) if isinstance(value, str) else None
    if match is None or max(int(match[1]), int(match[2])) > 255:
        raise MistakeError('a version in quotes, such as "2.1", both numbers 0 to 255')
    return int(match[1]), int(match[2])


def faults(value: object) -> frozenset[str]:
    """Return what is broken."""
    if not isinstance(value, list) or not all(item in _FAULTS for item in value):
        raise MistakeError(f"a list of {', '.join(_FAULTS)}")
    return frozenset(value)


def colours(value: object) -> tuple[ColourType, ...]:
    """Return the colour types that a gear has."""
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise MistakeError(f"a list of {', '.join(_COLOURS)}")
    try:
        kinds = {_COLOURS[item] for item in value}
    except KeyError:
        raise MistakeError(f"a list of {', '.join(_COLOURS)}") from None
    return tuple(sorted(kinds))


def ascii_text(most: int) -> Check:
    """Return the check for a text that a memory bank has room for."""

    def check(value: object) -> str:
        content: str = text(value)
        if not content.isascii() or len(content) > most:
            raise MistakeError(f"a text of up to {most} characters of ASCII")
        return content

    return check


def luminaire(value: object) -> Luminaire:
    """Return what the maker of a luminaire says of it."""
    if not isinstance(value, dict) or not value.keys() <= _LUMINAIRE.keys():
        raise MistakeError(f"any of {', '.join(_LUMINAIRE)}, each with its value")
    details: dict[str, Any] = {}
    for key, content in value.items():
        try:
            details[key] = _LUMINAIRE[key](content)
        except MistakeError as error:
            raise MistakeError(f"its {key} has to be {error}") from None
    return Luminaire(**details)


_LUMINAIRE: Final[dict[str, Check]] = {
    "name": ascii_text(60),
    "colour": ascii_text(24),
    "gtin": whole(0, 0xFFFF_FFFF_FFFE),
    "number": whole(0, 0xFFFF_FFFF_FFFF_FFFE),
    "year": whole(0, 99),
    "week": whole(1, 53),
    "power": whole(0, 65_534),
    "minimum_power": whole(0, 65_534),
    "lumens": whole(0, 0xFFFFFE),
    "colour_rendering": whole(0, 100),
    "kelvin": whole(0, 17_000),
}


def mirek(value: object) -> int:
    """Return a colour temperature in mirek; people write it in kelvin."""
    kelvin: int = whole(*_KELVIN)(value)
    return round(_MIREK / kelvin)


def mirek_range(value: object) -> tuple[int, int]:
    """Return the coolest and the warmest of two colour temperatures in mirek."""
    allowed = f"two colour temperatures in kelvin, {_KELVIN[0]} to {_KELVIN[1]}, the lower one first"
    if not isinstance(value, list) or len(value) != 2:  # two of them
        raise MistakeError(allowed)
    try:
        warmest, coolest = mirek(value[0]), mirek(value[1])
    except MistakeError:
        raise MistakeError(allowed) from None
    if coolest > warmest:
        raise MistakeError(allowed)
    return coolest, warmest


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a gear."""

    check: Check
    specification: str
    shared: bool = True
    """Whether `defaults` may give it to every gear."""


_level = whole(0, HIGHEST)
_level_or_mask = whole_or("mask", MASK, least=0, most=HIGHEST)

FIELDS: Final[dict[str, Field]] = {
    "name": Field(text, "name", shared=False),
    "room": Field(text, "room"),
    "address": Field(whole_or("none", None, least=0, most=63), "short_address", shared=False),
    "random_address": Field(
        whole_or("none", NO_RANDOM_ADDRESS, least=0, most=NO_RANDOM_ADDRESS - 1), "random_address", shared=False
    ),
    "types": Field(device_types, "device_types"),
    "groups": Field(groups, "groups"),
    "scenes": Field(scenes, "scenes"),
    "gtin": Field(whole(0, 0xFFFF_FFFF_FFFF), "gtin"),
    "serial": Field(whole(0, 0xFFFF_FFFF_FFFF_FFFF), "serial", shared=False),
    "unit": Field(whole(0, 254), "unit_index", shared=False),
    "units": Field(whole(1, 255), "unit_count"),
    "firmware": Field(version, "firmware"),
    "hardware": Field(version, "hardware"),
    "edition": Field(whole(1, 2), "edition"),
    "physical_minimum": Field(whole(1, HIGHEST), "physical_minimum"),
    "minimum": Field(whole(1, HIGHEST), "minimum"),
    "maximum": Field(whole(1, HIGHEST), "maximum"),
    "power_on_level": Field(_level_or_mask, "power_on_level"),
    "system_failure_level": Field(_level_or_mask, "system_failure_level"),
    "fade_time": Field(whole(0, 15), "fade_time"),
    "fade_rate": Field(whole(1, 15), "fade_rate"),
    "extended_fade": Field(whole(0, 0x4F), "extended_fade"),
    "level": Field(_level, "level"),
    "colours": Field(colours, "colour_types"),
    "kelvin": Field(mirek_range, "tc_physical"),
    "kelvin_limits": Field(mirek_range, "tc_limits"),
    "colour_temperature": Field(mirek, "tc"),
    "channels": Field(whole(1, 6), "channels"),
    "power": Field(whole(1, 10_000), "power"),
    "operating_hours": Field(whole(0, 500_000), "operating_hours"),
    "luminaire": Field(luminaire, "luminaire"),
    "rated_minutes": Field(whole(1, 510), "rated_minutes"),
    "battery_minutes": Field(whole(1, 1440), "battery_minutes"),
    "faults": Field(faults, "faults"),
}
# The specification has one field per fault.
FAULT_FIELDS: Final = {
    "lamp": "lamp_failure",
    "gear": "gear_failure",
    "deaf": "deaf",
    "battery": "battery_failure",
}
