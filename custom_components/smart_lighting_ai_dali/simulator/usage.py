"""What one gear has done since it was built: its power, its energy, its hours, its starts and how warm it is.

The figures are those of a plausible LED driver: they follow its level and the time, and no two of them contradict.
"""

from collections.abc import Callable
from dataclasses import dataclass
import math
from typing import Final

from ..dali.level import MASK, OFF, Level, light_output
from .specification import GearSpecification

SECONDS_PER_HOUR: Final = 3600.0
# Dark, the driver still listens; at the lowest light it takes a tenth of its power (watts and a fraction).
STANDBY_WATTS: Final = 0.3
LEAST_SHARE: Final = 0.1
# Of what goes in, this comes out at the light source.
EFFICIENCY: Final = 0.88
# Of a power supply with correction: poor at low load.
_POWER_FACTOR: Final = (0.5, 0.95)
# A housing in a ceiling, in °C and seconds.
AMBIENT: Final = 25.0
WARMING: Final = 30.0
LIGHT_SOURCE_WARMING: Final = 40.0
SLOWNESS: Final = 20 * 60.0
# A fade is followed in this many pieces: its power curves, and so its energy is exact to a few parts in ten thousand.
_PIECES: Final = 32


@dataclass(slots=True)
class Counts:
    """How often something began."""

    gear_starts: int = 0
    lamp_starts: int = 0
    gear_failures: int = 0
    lamp_failures: int = 0


class Usage:
    """Figures that grow as time passes; `level` and `fade_end` tell of the light at an instant, MASK: none."""

    def __init__(
        self,
        specification: GearSpecification,
        *,
        level: Callable[[float], int],
        fade_left: Callable[[float], float],
    ) -> None:
        self._level = level
        self._fade_left = fade_left
        self._rated = specification.power
        self._since: float | None = None
        self._was_on = False
        self.counts = Counts()
        self.operating_seconds = self.lamp_seconds = specification.operating_hours * SECONDS_PER_HOUR
        self.watt_hours = specification.operating_hours * specification.power
        self.volt_ampere_hours = self.watt_hours / _POWER_FACTOR[1]
        self.watts = 0.0
        self.share = 0.0
        """Of the power that the light source can have, 0 to 1."""
        self.warmth = 0.0
        """Of what it would have after hours at full power, 0 to 1."""

    def advance(self, now: float, *, supplied: bool) -> None:
        """Count the time since the last call, in which the supply was there or not, and look at the present."""
        if self._since is None:
            self._look(now, supplied=supplied)
            # It has been like this for long.
            self.counts.lamp_starts = 0
            self.warmth = self.share
        elif supplied:
            self._count(self._since, now)
        else:
            self.warmth *= math.exp((self._since - now) / SLOWNESS)
        self._since = now
        self._look(now, supplied=supplied)

    @property
    def power_factor(self) -> float:
        """Return the power factor of the present load."""
        low, high = _POWER_FACTOR
        return low + (high - low) * self.share

    @property
    def volt_amperes(self) -> float:
        """Return the apparent power."""
        return self.watts / self.power_factor

    @property
    def temperature(self) -> float:
        """Return how warm the gear is inside, in °C."""
        return AMBIENT + WARMING * self.warmth

    @property
    def light_source_temperature(self) -> float:
        """Return how warm the light source is, in °C."""
        return AMBIENT + LIGHT_SOURCE_WARMING * self.warmth

    def _look(self, now: float, *, supplied: bool) -> None:
        level = self._level(now) if supplied else OFF
        self.share = _share(level)
        self.watts = self._watts(self.share) if supplied else 0.0
        is_on = level not in {OFF, MASK}
        self.counts.lamp_starts += is_on and not self._was_on
        self._was_on = is_on

    def _count(self, since: float, now: float) -> None:
        """Add up what was taken: in a fade piece by piece, then at the level where it ended."""
        self.operating_seconds += now - since
        fade_ends = min(now, since + self._fade_left(since))
        if fade_ends > since:
            piece = (fade_ends - since) / _PIECES
            for number in range(_PIECES):
                self._add(self._level(since + (number + 0.5) * piece), piece)
        if now > fade_ends:
            self._add(self._level(now), now - fade_ends)

    def _add(self, level: int, seconds: float) -> None:
        self.share = _share(level)
        watts = self._watts(self.share)
        self.watt_hours += watts * seconds / SECONDS_PER_HOUR
        self.volt_ampere_hours += watts / self.power_factor * seconds / SECONDS_PER_HOUR
        if level not in {OFF, MASK}:
            self.lamp_seconds += seconds
        self.warmth = self.share + (self.warmth - self.share) * math.exp(-seconds / SLOWNESS)

    def _watts(self, share: float) -> float:
        return STANDBY_WATTS + share * max(0.0, self._rated - STANDBY_WATTS)


def _share(level: int) -> float:
    """Return which part of its rated power the light source has at a level."""
    if level in {OFF, MASK}:
        return 0.0
    return LEAST_SHARE + (1 - LEAST_SHARE) * light_output(Level(level)) / 100
