"""What full light of a zone adds to the reading of its sensor: from the zone's own steps."""

from collections import deque
from statistics import median
from typing import Any, Final, NamedTuple, Self

# A step of light that tells something: a smaller one is lost in the noise of a sensor. At first each is welcome.
_TELLING, _TELLING_AT_FIRST = 0.1, 0.03
_AT_FIRST = 8
_MOST_PAIRS: Final = 32
# From so many pairs on, a look at them all is only worth it every few pairs.
_MANY, _EVERY = 12, 4
# Days on which somebody was there: after so many, a pair counts half.
_HALF_LIFE: Final = 7.0
# The steps of one pair, as a square, that are enough to believe it: a fifth of full light.
_ENOUGH: Final = 0.04
# What part of the changes of the reading the steps have to explain, once there are so many pairs (R squared).
_EXPLAINED, _PAIRS_TO_JUDGE = 0.5, 6
# Residuals that are larger than this many typical ones count less (Huber's estimator).
_HUBER: Final = 1.5
_ROUNDS: Final = 3
# In lux: a sensor that sees less of full light than this does not see the zone's light.
_LEAST: Final = 2.0
# In lux: the sun at noon.
_BRIGHTEST: Final = 200_000.0


class _Pair(NamedTuple):
    day: int
    light: float
    lux: float


class LightSlope:
    """The slope of one zone: lux by full light."""

    def __init__(self) -> None:
        self._pairs: deque[_Pair] = deque(maxlen=_MOST_PAIRS)
        self._day = 0
        self._unseen = 0
        self._slope: float | None = None
        self._explained: float | None = None

    @property
    def lux(self) -> float | None:
        """Return what full light adds to the reading, in lux; None where that is not known well enough."""
        return self._slope

    def stepped(self, light: float, lux: float) -> None:
        """Learn that a change of light, -1 to 1, changed the reading by so many lux."""
        if abs(light) < (_TELLING if len(self._pairs) >= _AT_FIRST else _TELLING_AT_FIRST):
            return
        within = min(max(lux, -_BRIGHTEST), _BRIGHTEST)
        self._pairs.append(_Pair(self._day, round(min(max(light, -1.0), 1.0), 4), round(within, 2)))
        self._unseen += 1
        if len(self._pairs) <= _MANY or self._unseen >= _EVERY:
            self._look()

    def seed(self, pairs: float, light_squared: float, light_lux: float, lux_squared: float) -> None:
        """Take sums over pairs: of light squared, of light times lux, of lux squared."""
        if light_squared < _ENOUGH or light_lux**2 < _EXPLAINED * light_squared * lux_squared:
            return
        # A few equal pairs, so that those that come soon outweigh them.
        for _ in range(int(min(pairs, 4.0))):
            self._pairs.append(_Pair(self._day, 0.5, round(light_lux / light_squared / 2, 2)))
        self._look()

    def new_day(self) -> None:
        """Take that somebody was there on another day."""
        self._day += 1

    def _look(self) -> None:
        """Fit a line through zero to all pairs, with those that don't belong to it counting little."""
        self._unseen = 0
        self._slope = self._explained = None
        weighed = [(2.0 ** ((day - self._day) / _HALF_LIFE), light, lux) for day, light, lux in self._pairs]
        total = sum(weight * light * light for weight, light, _ in weighed)
        if max(light * light for _, light, _ in weighed) < _ENOUGH and total < 2 * _ENOUGH:
            return
        slope = _middle(weighed)
        for _ in range(_ROUNDS if len(weighed) > 2 else 0):
            usual = _HUBER * 1.4826 * median(abs(lux - slope * light) for _, light, lux in weighed) + 1e-6
            trusted = [
                (weight * min(1.0, usual / (abs(lux - slope * light) + 1e-9)), light, lux)
                for weight, light, lux in weighed
            ]
            slope = sum(weight * light * lux for weight, light, lux in trusted) / sum(
                weight * light * light for weight, light, _ in trusted
            )
            changes = sum(weight * lux * lux for weight, _, lux in trusted)
            left = sum(weight * (lux - slope * light) ** 2 for weight, light, lux in trusted)
            self._explained = max(0.0, 1 - left / changes) if changes else 0.0
        known = len(weighed) < _PAIRS_TO_JUDGE or (self._explained is not None and self._explained >= _EXPLAINED)
        if known and slope >= _LEAST:
            self._slope = slope

    def explain(self) -> dict[str, Any]:
        """Return the slope, and the numbers behind it."""
        return {
            "lux_at_full": None if self._slope is None else round(self._slope, 1),
            "pairs": len(self._pairs),
            "explained": None if self._explained is None else round(self._explained, 3),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON; days are counted back from the last."""
        return {"pairs": [[pair.day - self._day, pair.light, pair.lux] for pair in self._pairs]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        slope = cls()
        for day, light, lux in data["pairs"]:
            slope._pairs.append(_Pair(int(day), float(light), float(lux)))
        if slope._pairs:
            slope._look()
        return slope


def _middle(weighed: list[tuple[float, float, float]]) -> float:
    """Return the weighed median of the slopes of all pairs: half of them may be anything."""
    slopes = sorted((lux / light, weight * abs(light)) for weight, light, lux in weighed)
    half = sum(weight for _, weight in slopes) / 2
    for slope, weight in slopes:
        half -= weight
        if half <= 0:
            return slope
    return slopes[-1][0]
