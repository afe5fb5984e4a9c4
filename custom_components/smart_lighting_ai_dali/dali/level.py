"""Levels of IEC 62386-102, and what they are as brightness and as light.

A level is 0 (off) or 1 to 254; MASK (255) is no level: it means "leave it" in a command and "unknown" in an answer.
"""

from enum import IntEnum
from math import log10
from typing import Final, NewType

Level = NewType("Level", int)

OFF: Final = Level(0)
LOWEST: Final = Level(1)
HIGHEST: Final = Level(254)
MASK: Final = 255

_BRIGHTEST: Final = 255
# Levels per decade of light on the logarithmic curve (IEC 62386-102, 9.3): 253 of them span three decades.
_PER_DECADE: Final = 253 / 3


class DimmingCurve(IntEnum):
    """How a gear makes light of a level, by its number in QUERY DIMMING CURVE (IEC 62386-207 and 218)."""

    LOGARITHMIC = 0
    """Even to the eye: what gear leaves the factory with."""
    LINEAR = 1
    """Half the level is half the light."""


def brightness_of(level: Level, curve: DimmingCurve = DimmingCurve.LOGARITHMIC) -> int:
    """Return Home Assistant's brightness (0 to 255) of a level.

    Brightness and the logarithmic curve are both even to the eye: that map is linear, and `level_of` gives every level
    back unchanged. On the linear curve, it is the brightness that looks the same.
    """
    if curve is DimmingCurve.LINEAR and level != OFF:
        return _brightness(1 + _PER_DECADE * (log10(100 * level / HIGHEST) + 1))
    return _brightness(level)


def level_of(brightness: int, curve: DimmingCurve = DimmingCurve.LOGARITHMIC) -> Level:
    """Return the level (0 to 254) of Home Assistant's brightness (0 to 255): only 0 is off."""
    if brightness <= 0:
        return OFF
    level = brightness * HIGHEST / _BRIGHTEST
    if curve is DimmingCurve.LINEAR:
        level = HIGHEST * _light(level) / 100
    return Level(max(LOWEST, min(HIGHEST, round(level))))


def light_output(level: Level) -> float:
    """Return the light of a level in percent of full light: 0, or 0.1 to 100 (IEC 62386-102, 9.3)."""
    if level == OFF:
        return 0.0
    return _light(level)


def light_of(level: Level, curve: DimmingCurve = DimmingCurve.LOGARITHMIC) -> float:
    """Return the light of a level of full light: 0 to 1, linear."""
    return level / HIGHEST if curve is DimmingCurve.LINEAR else light_output(level) / 100


def level_of_light(light: float, curve: DimmingCurve = DimmingCurve.LOGARITHMIC) -> Level:
    """Return the level (0 to 254) whose light is nearest, of a light of 0 to 1, linear: only 0 is off."""
    if light <= 0:
        return OFF
    level = light * HIGHEST if curve is DimmingCurve.LINEAR else 1 + _PER_DECADE * (log10(100 * light) + 1)
    return Level(max(LOWEST, min(HIGHEST, round(level))))


def _light(level: float) -> float:
    return float(10.0 ** ((level - 1) / _PER_DECADE - 1))


def _brightness(level: float) -> int:
    return round(level * _BRIGHTEST / HIGHEST)
