"""Clouds: how much of the sky they cover, as a seeded process with seasons that no controller can change."""

from math import cos, exp, pi, sqrt
import random
from typing import Final

from .specification import Climate

_HOUR: Final = 3600.0
_YEAR: Final = 365.25 * 86_400
# Ten days after the solstice of December, in the year's first seconds.
_DARKEST: Final = 10 * 86_400
# A knot of the process each ten minutes: the weather stays for a day or so, a passing cloud for minutes.
STEP: Final = 600.0
_WEATHER: Final = exp(-STEP / (20 * _HOUR))
_PASSING: Final = 0.5
_SPREAD: Final = 45.0
_BROKEN: Final = 14.0


class Clouds:
    """The cover in percent over time, asked for in the order of time or again within the last day."""

    def __init__(self, climate: Climate, latitude: float, *, seed: int, start: float) -> None:
        self._climate = climate
        # South of the equator it is the other way round.
        self._sign = 1.0 if latitude >= 0 else -1.0
        self._random = random.Random(f"clouds {seed}")
        self._start = start
        self._weather = self._random.gauss(0, 1)
        self._passing = 0.0
        self._first = 0
        self._knots: list[float] = []

    def cover(self, time: float) -> float:
        """Return the cover in percent at a time."""
        place = (time - self._start) / STEP
        knot = int(place)
        while len(self._knots) + self._first <= knot + 1:
            self._grow()
        before, after = self._knots[knot - self._first], self._knots[knot + 1 - self._first]
        return before + (after - before) * (place - knot)

    def _grow(self) -> None:
        """Add a knot, and forget those of more than a day ago."""
        draw = self._random.gauss
        self._weather = _WEATHER * self._weather + sqrt(1 - _WEATHER**2) * draw(0, 1)
        self._passing = _PASSING * self._passing + sqrt(1 - _PASSING**2) * draw(0, 1)
        time = self._start + (self._first + len(self._knots)) * STEP
        season = cos(2 * pi * (time + _DARKEST) / _YEAR) * self._sign
        mean = (self._climate.winter + self._climate.summer) / 2
        mean += (self._climate.winter - self._climate.summer) / 2 * season
        cover = max(0.0, min(100.0, mean + _SPREAD * self._weather))
        # Where the sky is half covered, it changes most.
        broken = 4 * cover * (100 - cover) / 10_000
        self._knots.append(max(0.0, min(100.0, cover + _BROKEN * broken * self._passing)))
        if len(self._knots) > 300:  # two days of them
            del self._knots[:150]
            self._first += 150
