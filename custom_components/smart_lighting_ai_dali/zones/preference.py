"""The illuminance that people want, by part of day: what they chose, and what they left as it was."""

from math import exp, log
from typing import Any, Final, NamedTuple, Self

from .hold_time import DAYPARTS
from .settings import ZoneSettings

# What the purpose counts, what one choice by hand does, and what half an hour of leaving the light as it is does.
_PRIOR_WEIGHT, _ACCEPTED_WEIGHT = 10.0, 0.2
_CHOICE_WEIGHT, _CHOICE_OF_MANY = 14.0, 7.0
# People who have not chosen yet, as parts of what the purpose wants, and how many are so: most want less than what is
# laid down for the most demanding of them.
_PEOPLE: Final = ((log(0.8), 0.25), (log(0.9), 0.25), (0.0, 0.3), (log(1.1), 0.2))
_ACCEPTED_SECONDS: Final = 1800.0
_MOST_ACCEPTED: Final = 3.0
# Whoever chooses did not accept: what had been accepted before counts this part from then on.
_DISMISSED: Final = 0.3
# A choice counts less by each later one, and half if that came so many days later on which somebody was there.
_BY_LATER, _HALF_LIFE = 0.85, 14.0
# A choice at a neighbouring part of the day counts this part, in proportion to what the purpose wants then.
_NEIGHBOURS: Final = 0.3
_MOST_CHOICES: Final = 8
_ASKED_FOR: Final = ((0.0, 1.0),)
# What people take for right, entirely and at all, as parts of what they want: from below, and from above, where full
# light adds so much to the reading. What is aimed at is reached to a few percent, and rather a little more than less.
_ENOUGH, _SCANT = 0.9, 0.8
_SURPLUS: Final = 0.2
_FULLY, _BARELY = 0.86, 0.95
# Lights are chosen to bring more than what the purpose wants, by this factor: a sensor that never reads so much looks
# at something else than the task.
_CHOSEN_FOR: Final = 1.15
_LEAST_SCALE: Final = log(0.25)
# The reach is learned all the time: only another one by this, as a logarithm of a ratio, is news.
_NEWS: Final = 0.05
# Full light, where that is not known, in multiples of what is wanted.
_USUAL_REACH: Final = 1.6
# How much satisfaction a light that is brighter by a logarithm of a ratio has to bring.
_THRIFT: Final = 0.2
# Between the wishes of different people, as a logarithm of a ratio.
_GRAIN: Final = 0.03
# A reading that is not what was aimed at, as a logarithm of a ratio, is daylight, or all that there is: leaving that as
# it is says nothing. What is as near as this last to what is wanted is no other wish.
_AIMED_AT: Final = (-0.15, 0.25)
_EQUAL: Final = 0.02
# One choice may be for a film: it takes another to go further than this, as a logarithm of a ratio.
_ONCE: Final = 0.9
# How far people may lead away from what the purpose wants.
_FURTHEST: Final = log(8)
_LEAST_LUX, _MOST_LUX = 0.5, 20_000.0


class _Choice(NamedTuple):
    day: int
    lux: float
    """As a logarithm."""


class _Part:
    """One part of the day."""

    __slots__ = ("accepted", "accepted_weight", "choices", "prior", "wanted")

    def __init__(self, prior: float) -> None:
        self.prior = log(max(prior, _LEAST_LUX))
        self.wanted = prior
        """In lux."""
        self.choices: list[_Choice] = []
        self.accepted = self.prior
        self.accepted_weight = 0.0


class LuxPreference:
    """What the people of one zone want."""

    def __init__(self, priors: tuple[float, ...], settings: ZoneSettings) -> None:
        """Begin with what the purpose wants, or what was asked for, by part of day, in lux."""
        self._choice_weight = _CHOICE_OF_MANY if settings.defaults.shared else _CHOICE_WEIGHT
        self._people = _PEOPLE if settings.lux is None else _ASKED_FOR
        self._parts = tuple(_Part(prior) for prior in priors)
        self._reach: float | None = None
        self._most_lux = settings.limits.most_lux
        self._day = 0
        self._weigh()

    def lux(self, part: int) -> float:
        """Return what people want in a part of the day, in lux."""
        return self._parts[part].wanted

    def was_chosen(self, part: int) -> bool:
        """Tell whether people chose what they want in a part of the day, or it was asked for."""
        return self._people is _ASKED_FOR or bool(self._parts[part].choices)

    def reaches(self, reach: float | None) -> None:
        """Take what full light adds to the reading, in lux; None where that is not known."""
        known = self._reach
        if reach is None or (known is not None and abs(log(reach / known)) < _NEWS):
            return
        self._reach = round(max(reach, 0.1), 1)
        self._weigh()

    def chose(self, part: int, lux: float) -> None:
        """Learn that a person chose a light that makes this reading, in lux."""
        one = self._parts[part]
        before = log(max(one.wanted, _LEAST_LUX))
        if abs(log(min(max(lux, _LEAST_LUX), _MOST_LUX)) - before) < _EQUAL:
            self._accept(one, _ACCEPTED_WEIGHT)
            return
        chosen = min(max(log(min(max(lux, _LEAST_LUX), _MOST_LUX)), before - _ONCE), before + _ONCE)
        one.choices.append(_Choice(self._day, round(chosen, 4)))
        del one.choices[:-_MOST_CHOICES]
        one.accepted_weight = round(one.accepted_weight * _DISMISSED, 4)
        self._weigh()

    def accepted(self, part: int, lux: float, seconds: float) -> None:
        """Learn that somebody was there for so long and left a reading as it was."""
        one = self._parts[part]
        reading = log(min(max(lux, _LEAST_LUX), _MOST_LUX))
        if _AIMED_AT[0] <= reading - log(max(one.wanted, _LEAST_LUX)) <= _AIMED_AT[1]:
            self._accept(one, _ACCEPTED_WEIGHT * min(seconds / _ACCEPTED_SECONDS, 4.0))

    def _accept(self, one: _Part, weight: float) -> None:
        # What was aimed at: a loop that stays a little below it must not lead what is wanted down, again and again.
        total = one.accepted_weight + weight
        one.accepted = round(one.accepted + (log(one.wanted) - one.accepted) * weight / total, 4)
        one.accepted_weight = round(min(total, _MOST_ACCEPTED), 4)

    def seed(self, part: int, shift: float, choices: float) -> None:
        """Take that people changed the light this many times, by a logarithm of the ratio in the mean."""
        one = self._parts[part]
        for _ in range(int(min(choices, 2.0))):
            # They came before everything that is learned from now on.
            one.choices.insert(0, _Choice(self._day - int(2 * _HALF_LIFE), round(one.prior + shift, 4)))
        self._weigh()

    def new_day(self) -> None:
        """Take that somebody was there on another day."""
        self._day += 1

    def _weigh(self) -> None:
        scale = self._scale()
        for place, one in enumerate(self._parts):
            usual = one.prior + scale + self._leaning(place, scale)
            samples = [(_PRIOR_WEIGHT * part, usual + ratio) for ratio, part in self._people]
            samples += self._samples(one)
            if one.accepted_weight:
                samples.append((one.accepted_weight, one.accepted))
            is_asked_for = self._people is _ASKED_FOR and not one.choices
            wanted = usual if is_asked_for else _satisfying(samples, self._reach)
            wanted = min(max(wanted, one.prior - _FURTHEST), one.prior + _FURTHEST)
            one.wanted = round(min(exp(wanted), self._most_lux), 2)

    def _scale(self) -> float:
        """Return what the sensor reads of the light on the task, at the most, as a logarithm of a ratio."""
        if self._reach is None or self._people is _ASKED_FOR:
            return 0.0
        scale = log(self._reach / _CHOSEN_FOR) - max(one.prior for one in self._parts)
        return min(0.0, max(_LEAST_SCALE, scale))

    def _leaning(self, place: int, scale: float) -> float:
        """Return which way people lean at the neighbouring parts of the day, as a logarithm of a ratio."""
        total, leaning = _PRIOR_WEIGHT, 0.0
        for other in (self._parts[place - 1], self._parts[(place + 1) % len(self._parts)]):
            for weight, lux in self._samples(other):
                total += weight * _NEIGHBOURS
                leaning += weight * _NEIGHBOURS * (lux - other.prior - scale)
        return leaning / total

    def _samples(self, one: _Part) -> list[tuple[float, float]]:
        later = len(one.choices) - 1
        # A choice that no other followed stays as it is: nobody has to make it again.
        return [
            (
                self._choice_weight * _BY_LATER ** (later - place) * 2.0 ** ((day - one.choices[-1].day) / _HALF_LIFE),
                lux,
            )
            for place, (day, lux) in enumerate(one.choices)
        ]

    def explain(self, part: int) -> dict[str, Any]:
        """Return what is wanted in a part of the day, and why."""
        one = self._parts[part]
        return {
            "lux": round(one.wanted, 1),
            "usual_lux": round(exp(one.prior), 1),
            "choices": len(one.choices),
            "chosen_lux": [round(exp(choice.lux), 1) for choice in one.choices],
            "accepted_hours": round(one.accepted_weight / _ACCEPTED_WEIGHT * _ACCEPTED_SECONDS / 3600, 1),
            "by_part_of_day": {
                name.value: round(each.wanted, 1) for name, each in zip(DAYPARTS, self._parts, strict=True)
            },
        }

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON; days are counted back from the last."""
        return {"reach": self._reach} | {
            name.value: {
                "choices": [[choice.day - self._day, choice.lux] for choice in one.choices],
                "accepted": [one.accepted, one.accepted_weight],
                "wanted": one.wanted,
            }
            for name, one in zip(DAYPARTS, self._parts, strict=True)
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any], priors: tuple[float, ...], settings: ZoneSettings) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        preference = cls(priors, settings)
        reach = data["reach"]
        preference._reach = None if reach is None else float(reach)
        for name, one in zip(DAYPARTS, preference._parts, strict=True):
            stored = data[name.value]
            one.choices = [_Choice(int(day), float(lux)) for day, lux in stored["choices"]][-_MOST_CHOICES:]
            accepted, weight = stored["accepted"]
            one.accepted, one.accepted_weight = float(accepted), float(weight)
            furthest = exp(_FURTHEST)
            usual = exp(one.prior)
            wanted = min(max(float(stored["wanted"]), usual / furthest), usual * furthest, preference._most_lux)
            one.wanted = round(wanted, 2)
        return preference


def _satisfying(samples: list[tuple[float, float]], reach: float | None) -> float:
    """Return the wish that satisfies most of the samples: their mean, if that does; all are logarithms of lux."""
    total = sum(weight for weight, _ in samples)
    mean = sum(weight * lux for weight, lux in samples) / total
    bands = [(weight, _band(exp(lux), reach)) for weight, lux in samples]

    def right(candidate: float) -> float:
        lux = exp(candidate)
        satisfied = sum(weight * _rightness(lux, band) for weight, band in bands) / total
        # Of wishes that are equally good, the one that needs less light.
        return satisfied - _THRIFT * (candidate - mean)

    least, most = min(lux for _, lux in samples) + log(_ENOUGH), max(lux for _, lux in samples)
    between = (least + _GRAIN * step for step in range(int((most - least) / _GRAIN) + 1))
    return max((mean, *between), key=right)


type _Band = tuple[float, float, float, float]


def _band(wanted: float, reach: float | None) -> _Band:
    """Return from where on light is bearable, right, too much, and unbearable to somebody, in lux."""
    too_much = wanted + _SURPLUS * (reach or _USUAL_REACH * wanted)
    right = max(wanted, _FULLY * too_much)
    return _SCANT * wanted, _ENOUGH * wanted, right, max(1.05 * right, _BARELY * too_much)


def _rightness(lux: float, band: _Band) -> float:
    """Return how content somebody is, 0 to 1."""
    scant, enough, right, too_much = band
    if lux < enough:
        return max(0.0, (lux - scant) / (enough - scant))
    if lux > right:
        return max(0.0, (too_much - lux) / (too_much - right))
    return 1.0
