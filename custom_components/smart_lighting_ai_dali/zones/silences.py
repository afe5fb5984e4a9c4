"""How long nobody was seen: a histogram of silences, and what of it is people sitting still, what people being away."""

from collections.abc import Sequence
from math import erfc, exp, frexp, log, sqrt
from typing import Final, NamedTuple

# Each class of lengths reaches to the square root of two times the one before: half of the database's.
SHORTEST: Final = 5.0
BINS: Final = 26
"""Under 5 s, twenty-four up to 5 s x 2^12, which is 5.7 h, and longer."""
_HALF_OCTAVE: Final = log(2) / 2
_ROOT: Final = 2**-0.5
EDGES: Final = tuple(SHORTEST * 2 ** (edge / 2) for edge in range(BINS - 1))
"""The upper edges of all classes but the last, in seconds."""
_MIDDLES: Final = (log(3.5), *(log(edge) - _HALF_OCTAVE / 2 for edge in EDGES[1:]), log(EDGES[-1]) + _HALF_OCTAVE)
LENGTHS: Final = tuple(exp(middle) for middle in _MIDDLES)
"""A typical length of each class, in seconds."""

# Shorter ones are mostly a sensor that flaps.
_FIRST: Final = 1
# What is believed before anything was seen, with the weight of so many silences: a motion sensor loses people who sit
# still for a median of 30 to 45 s; who left is away for a quarter of an hour, give or take a factor of four.
_STILL_PRIOR: Final = (log(36), 1.05, 20.0)
_AWAY_PRIOR: Final = (log(1200), 1.5, 5.0)
_STILL_BOUNDS: Final = ((log(4), log(240)), (0.5, 1.5))
_AWAY_BOUNDS: Final = ((log(300), log(14_400)), (0.7, 2.5))
_ROUNDS: Final = 15
# Rounds that change the share by less than this change nothing any more.
_SETTLED: Final = 0.0005


def bin_of(seconds: float) -> int:
    """Return the class of a length, in seconds."""
    if seconds < SHORTEST:
        return 0
    mantissa, exponent = frexp(seconds / SHORTEST)
    # A mantissa is from a half to one: an octave, whose halves meet at the square root of a half.
    return min(BINS - 1, 2 * exponent - (mantissa < _ROOT))


class LogNormal(NamedTuple):
    """Lengths whose logarithm is normal."""

    mean: float
    """Of the logarithm of seconds."""
    deviation: float

    def beyond(self, seconds: float) -> float:
        """Return which part is longer."""
        return erfc((log(seconds) - self.mean) / (self.deviation * sqrt(2))) / 2


class Belief(NamedTuple):
    """What silences of a zone are like."""

    still: LogNormal
    """Somebody is there, and not seen."""
    away: LogNormal
    """Nobody is there."""
    share: float
    """Of people sitting still, in all silences."""

    def still_after(self, seconds: float) -> float:
        """Return how likely it is that somebody who is seen after so long was there all the time."""
        is_still = self.share * _density(self.still, log(seconds))
        return is_still / (is_still + (1 - self.share) * _density(self.away, log(seconds)))


UNSEEN: Final = Belief(LogNormal(*_STILL_PRIOR[:2]), LogNormal(*_AWAY_PRIOR[:2]), 0.5)
"""What is believed while nothing was seen."""


class Mixture(NamedTuple):
    """What silences that were seen are made of."""

    belief: Belief
    still_count: float
    away_counts: tuple[float, ...]
    """How many of each class of lengths."""

    def waited(self, seconds: float) -> float:
        """Return how long nobody was there with the light on, in all, if it waits so long."""
        return sum(
            count * min(length, seconds) for count, length in zip(self.away_counts, LENGTHS, strict=True) if count
        )


def tell_apart(counts: Sequence[float]) -> Mixture:
    """Return what silences are made of, by expectation and maximization."""
    # From what is usual, each time: what was believed the day before may be a way that leads nowhere.
    still, away, share = UNSEEN
    seen = [(bin_, counts[bin_], _MIDDLES[bin_]) for bin_ in range(_FIRST, BINS) if counts[bin_]]
    total = sum(count for _, count, _ in seen)
    away_counts = [0.0] * BINS
    for _ in range(_ROUNDS):
        for bin_, count, middle in seen:
            is_still = share * _density(still, middle)
            is_away = (1 - share) * _density(away, middle)
            away_counts[bin_] = count * is_away / (is_still + is_away)
        of_still = [(count - away_counts[bin_], middle) for bin_, count, middle in seen]
        of_away = [(away_counts[bin_], middle) for bin_, _, middle in seen]
        still = _fitted(of_still, _STILL_PRIOR, _STILL_BOUNDS)
        away = _fitted(of_away, _AWAY_PRIOR, _AWAY_BOUNDS)
        before, share = share, (sum(count for count, _ in of_still) + 1) / (total + 2)
        if abs(share - before) < _SETTLED:
            break
    # Rounded as it is stored: a restart changes nothing.
    belief = Belief(_rounded(still), _rounded(away), round(share, 5))
    return Mixture(belief, max(0.0, total - sum(away_counts)), tuple(away_counts))


def _rounded(lengths: LogNormal) -> LogNormal:
    return LogNormal(round(lengths.mean, 4), round(lengths.deviation, 4))


def _density(lengths: LogNormal, middle: float) -> float:
    # Far from both, nearer is likelier still: neither may become nothing.
    off = (middle - lengths.mean) / lengths.deviation
    return exp(-min(off * off, 400.0) / 2) / lengths.deviation


type _Bounds = tuple[tuple[float, float], tuple[float, float]]


def _fitted(weighed: list[tuple[float, float]], prior: tuple[float, float, float], bounds: _Bounds) -> LogNormal:
    prior_mean, prior_deviation, weight = prior
    total = weight + sum(count for count, _ in weighed)
    mean = (weight * prior_mean + sum(count * middle for count, middle in weighed)) / total
    mean = min(max(mean, bounds[0][0]), bounds[0][1])
    spread = sum(count * (middle - mean) ** 2 for count, middle in weighed)
    # Around the mean of before, or a mean that is new would look like a spread.
    deviation = sqrt((weight * prior_deviation**2 + spread) / total)
    return LogNormal(mean, min(max(deviation, bounds[1][0]), bounds[1][1]))
