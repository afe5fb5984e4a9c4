"""Levels of IEC 62386-102, and what they are as brightness and as light.

A level is 0 (off) or 1 to 254; MASK (255) is no level: it means "leave it" in a command and "unknown" in an answer.
"""

from typing import Final, NewType

Level = NewType("Level", int)

OFF: Final = Level(0)
LOWEST: Final = Level(1)
HIGHEST: Final = Level(254)
MASK: Final = 255

_BRIGHTEST: Final = 255


def brightness_of(level: Level) -> int:
    """Return Home Assistant's brightness (0 to 255) of a level.

    Both scales are even to the eye, so the map is linear; `level_of` gives every level back unchanged.
    """
    return round(level * _BRIGHTEST / HIGHEST)


def level_of(brightness: int) -> Level:
    """Return the level (0 to 254) of Home Assistant's brightness (0 to 255): only 0 is off."""
    if brightness <= 0:
        return OFF
    return Level(max(LOWEST, min(HIGHEST, round(brightness * HIGHEST / _BRIGHTEST))))


def light_output(level: Level) -> float:
    """Return the light of a level in percent of full light: 0, or 0.1 to 100 (IEC 62386-102, 9.3)."""
    if level == OFF:
        return 0.0
    return float(10.0 ** ((level - 1) / (253 / 3) - 1))
