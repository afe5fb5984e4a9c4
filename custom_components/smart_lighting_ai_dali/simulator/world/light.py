"""Light and power of a room: its lamps by the method of utilisation factors, its windows by the daylight factor."""

from collections.abc import Sequence
from math import cos, log10, radians, sqrt
from typing import Final

from ...dali.level import Level, light_output
from .specification import Lamps, Room, Surfaces, Window

# What is left of the light when lamps are old and dusty (CIE 97).
MAINTENANCE: Final = 0.8
# The sky that a window without a building before it sees, in degrees (BRE's average daylight factor).
_SKY_ANGLE: Final = 65.0
# Above this people let the blinds down, and this is what comes through.
BLINDS_FROM: Final = 2500.0
_BLINDS: Final = 0.35
STANDBY: Final = 0.5
"""Watts of a gear whose lamp is off."""
_BALLAST: Final = 0.06
"""What a gear needs beside the light, as a part of its most power."""
_PER_DECADE: Final = 253 / 3


def light_of(level: int) -> float:
    """Return the light of a DALI level 0 to 254 on the logarithmic curve, as a part of full light."""
    return light_output(Level(level)) / 100


def level_for(output: float) -> int:
    """Return the DALI level that is nearest to a part of full light; 0 for none."""
    return 0 if output <= 0 else max(1, min(254, round((log10(output) + 3) * _PER_DECADE + 1)))


def utilisation(area: float, height: float, surfaces: Surfaces) -> float:
    """Return the part of the lamps' light that gets to the task: 0.5 to 0.7 in rooms as they mostly are."""
    # The task is 0.8 m above the floor; a square room of this area.
    index = sqrt(area) / (2 * max(0.5, height - 0.8))
    reflected = 0.62 + 0.5 * surfaces.walls + 0.15 * surfaces.ceiling + 0.1 * surfaces.floor
    return max(0.2, min(0.9, 0.75 * index / (index + 0.3) * reflected))


def full_lux(room: Room) -> float:
    """Return the lux on the task with all lamps at full light."""
    lamps = room.lamps
    flux = lamps.count * lamps.lumens
    return flux * utilisation(room.area, room.height, room.surfaces) * MAINTENANCE / room.area


def power(lamps: Lamps, output: float) -> float:
    """Return the watts of a room's lamps at a part of full light."""
    if output <= 0:
        return lamps.count * STANDBY
    return lamps.count * (STANDBY + lamps.watts * (_BALLAST + (1 - _BALLAST) * output))


class Glazing:
    """A room's windows: what they make of the light outside."""

    def __init__(self, room: Room) -> None:
        side = sqrt(room.area)
        around = 2 * room.area + 4 * side * room.height
        surfaces = room.surfaces
        walls = 4 * side * room.height
        given_back = (room.area * (surfaces.ceiling + surfaces.floor) + walls * surfaces.walls) / around
        self._windows: Sequence[tuple[float, float]] = tuple(
            (self._factor(window, around, given_back), window.facing) for window in room.windows
        )

    @staticmethod
    def _factor(window: Window, around: float, given_back: float) -> float:
        return window.transmittance * window.area * _SKY_ANGLE / (around * (1 - given_back**2)) / 100

    @property
    def daylight_factor(self) -> float:
        """Return the part of the light outside under an overcast sky that gets to the task."""
        return sum(factor for factor, _ in self._windows)

    def lux(self, outdoor: float, elevation: float, azimuth: float, cloud: float) -> float:
        """Return the daylight on the task in lux; people have let down the blinds where it would be too much."""
        if not self._windows or outdoor <= 0:
            return 0.0
        clear = max(0.0, 1 - cloud / 100)
        level = cos(radians(max(0.0, elevation)))
        total = 0.0
        for factor, facing in self._windows:
            sun = max(0.0, cos(radians(azimuth - facing))) * level if elevation > 0 else 0.0
            # Under an overcast sky, all windows see the same; under a clear one the sun's side sees most.
            total += factor * (1 - 0.4 * clear + 1.4 * clear * sun)
        lux = total * outdoor
        return lux if lux <= BLINDS_FROM else lux * _BLINDS
