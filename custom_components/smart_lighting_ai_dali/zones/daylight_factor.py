"""Which part of the light outside a zone's sensor reads, by where the sun stands: windows look one way."""

from math import exp, log
from typing import Any, Final, Self

_SECTORS: Final = 8
_WIDTH: Final = 360.0 / _SECTORS
# Less light outside says more of street lamps than of the windows, in lux.
DARK: Final = 500.0
# Between two looks, in seconds: readings within it say nothing new.
GRAIN: Final = 600.0
# Looks of a sector that count: about four days of them.
_MOST: Final = 50.0
# With few looks, the mean of all sectors counts for so many, and there the purpose for a few.
_SHARED, _PRIOR = 6.0, 2.0
# A look that is off by more (as a logarithm) is a cloud, a blind or a lamp: it counts as if it were off by this.
_FURTHEST: Final = 0.7
_LEAST, _MOST_LIGHT = 1e-5, 1.0


class DaylightFactor:
    """The daylight factors of one zone."""

    def __init__(self, prior: float) -> None:
        self._prior = prior
        self._means = [log(max(prior, _LEAST))] * _SECTORS
        self._counts = [0.0] * _SECTORS
        self._factors = [prior] * _SECTORS
        self._latest = -GRAIN

    def is_due(self, at: float) -> bool:
        """Tell whether another look says something new."""
        return not 0.0 <= at - self._latest < GRAIN

    def seen(self, at: float, azimuth: float, outdoors: float, lux: float) -> None:
        """Learn what daylight alone makes of the reading, in lux, under an outdoor illuminance."""
        self._latest = at
        sector = int(azimuth / _WIDTH) % _SECTORS
        look = log(min(max(lux / outdoors, _LEAST), _MOST_LIGHT))
        count = self._counts[sector] = min(self._counts[sector] + 1, _MOST)
        off = look - self._means[sector]
        if count > _SHARED:
            off = min(max(off, -_FURTHEST), _FURTHEST)
        self._means[sector] = round(self._means[sector] + off / count, 5)
        self._mix()

    def _mix(self) -> None:
        weighed = [(min(count, _SHARED), mean) for count, mean in zip(self._counts, self._means, strict=True)]
        usual = (_PRIOR * log(max(self._prior, _LEAST)) + sum(count * mean for count, mean in weighed)) / (
            _PRIOR + sum(count for count, _ in weighed)
        )
        self._factors = [
            exp((count * mean + _SHARED * usual) / (count + _SHARED))
            for count, mean in zip(self._counts, self._means, strict=True)
        ]

    def at(self, azimuth: float) -> float:
        """Return the factor with the sun at an azimuth, in degrees: between the middles of two sectors, both count."""
        place = azimuth / _WIDTH - 0.5
        sector = int(place // 1)
        part = place - sector
        return (1 - part) * self._factors[sector % _SECTORS] + part * self._factors[(sector + 1) % _SECTORS]

    def explain(self) -> dict[str, Any]:
        """Return the factors in percent, clockwise from north, and how many looks there were."""
        return {
            "percent_by_azimuth": [round(factor * 100, 2) for factor in self._factors],
            "looks": round(sum(self._counts)),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"means": self._means, "counts": self._counts}

    @classmethod
    def from_dict(cls, data: dict[str, Any], prior: float) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        factor = cls(prior)
        means = [float(mean) for mean in data["means"]]
        counts = [float(count) for count in data["counts"]]
        if len(means) != _SECTORS or len(counts) != _SECTORS:
            raise ValueError(f"{len(means)} and {len(counts)} sectors, not {_SECTORS}")
        factor._means, factor._counts = means, counts
        if any(counts):
            factor._mix()
        return factor
