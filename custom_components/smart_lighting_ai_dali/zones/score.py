"""How good the light of a zone was: sums over time, the figures that come of them, and one number for all of it.

What is not known is None, not 0. The weights of the one number are a choice, told in docs/decision-quality.md: its
parts say more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import exp
from typing import Final, Self

ENOUGH: Final = 0.8
"""Of the illuminance that is wanted: with less, people are not satisfied."""
DARK: Final = 0.3
"""Of the illuminance that is wanted: with less, they are in the dark."""
TOO_MUCH: Final = 0.2
"""Of full light: with so much more than is needed, they are not satisfied either."""
BIG_STEP: Final = 0.15
"""Of the illuminance: half of all people notice such a step (Akashi and Neches 2003)."""

_HOUR: Final = 3600.0
# What a driver takes at any light, of its full power; the rest goes with the light.
_LEAST_POWER: Final = 0.06
# How much each part weighs, and the value at which a part that is better at 0 has sunk to 1/e.
_SATISFIED, _BRIGHT, _STEADY, _SAVING, _CALM = 0.40, 0.25, 0.15, 0.15, 0.05
_DARK_MINUTES, _FALSE_OFFS, _BIG_STEPS = 1.0, 0.5, 4.0


def relative_power(light: float) -> float:
    """Return the power that a light of 0 to 1 takes, of full power; standby is left out, since nobody can save it."""
    return _LEAST_POWER + (1 - _LEAST_POWER) * light if light > 0 else 0.0


def needed_light(wanted: float, daylight: float, lux_at_full: float) -> float:
    """Return the light, 0 to 1, that makes the illuminance that is wanted, in lux, of the daylight that there is."""
    return min(1.0, max(0.0, (wanted - daylight) / lux_at_full)) if lux_at_full > 0 else 0.0


def saving(used: float, reference: float, least: float) -> float | None:
    """Return how much was saved, 0 to 1: 0 is the reference, 1 is the least that can be; None where they are equal."""
    return min(1.0, max(0.0, (reference - used) / (reference - least))) if reference > least else None


def quality(
    *,
    lux_satisfaction: float | None,
    occupied_dark_min_per_h: float | None,
    false_offs_per_day: float | None,
    saved: float | None,
    big_steps_per_day: float | None,
) -> float | None:
    """Return the one number, 0 to 100; None where a part of it is not known."""
    if (
        lux_satisfaction is None
        or occupied_dark_min_per_h is None
        or false_offs_per_day is None
        or saved is None
        or big_steps_per_day is None
    ):
        return None
    return 100 * (
        _SATISFIED * lux_satisfaction
        + _BRIGHT * exp(-occupied_dark_min_per_h / _DARK_MINUTES)
        + _STEADY * exp(-false_offs_per_day / _FALSE_OFFS)
        + _SAVING * saved
        + _CALM * exp(-big_steps_per_day / _BIG_STEPS)
    )


@dataclass(slots=True)
class Sums:
    """What was counted of one zone under one controller: seconds, unless a name says otherwise."""

    known: float = 0.0
    """In which it is known how much light there was."""
    occupied: float = 0.0
    """With people who want light."""
    measured: float = 0.0
    """Of these, with a known illuminance."""
    satisfied: float = 0.0
    dark: float = 0.0
    full_load: float = 0.0
    """Seconds at full power that would take as much energy."""
    reference_load: float = 0.0
    """The same of the reference, in the same time."""
    compared_load: float = 0.0
    """Of `full_load`, what was taken while the least that is needed is known."""
    compared_reference: float = 0.0
    compared_least: float = 0.0
    false_offs: int = 0
    big_steps: int = 0

    def add(self, other: Sums, weight: float = 1.0) -> None:
        """Add what was counted elsewhere, its energy in another unit."""
        self.known += other.known
        self.occupied += other.occupied
        self.measured += other.measured
        self.satisfied += other.satisfied
        self.dark += other.dark
        self.full_load += weight * other.full_load
        self.reference_load += weight * other.reference_load
        self.compared_load += weight * other.compared_load
        self.compared_reference += weight * other.compared_reference
        self.compared_least += weight * other.compared_least
        self.false_offs += other.false_offs
        self.big_steps += other.big_steps

    def count(self, seconds: float, *, lux: float, wanted: float, light: float, needed: float) -> None:
        """Count a time with people in which the light was known, and did not change."""
        self.measured += seconds
        if lux >= ENOUGH * wanted and light <= needed + TOO_MUCH:
            self.satisfied += seconds
        elif lux < DARK * wanted:
            self.dark += seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The figures; a day is one on which somebody was there, unless it says otherwise."""

    known_h: float
    occupied_h: float
    measured_h: float
    """Hours with people and with a known illuminance."""
    lux_satisfaction: float | None
    """The part of the time with people in which light was enough, and not more than needed by a fifth of full light."""
    occupied_dark_min_per_h: float | None
    """Minutes under 30 % of what was wanted, of each hour with people."""
    false_offs_per_day: float | None
    big_steps_per_day: float | None
    """Changes over people of more than 15 %."""
    full_load_hours: float | None
    """Hours at full power that would take as much energy; of several zones, of all their lights together."""
    kwh: float | None
    """None where the power of the lights is not known."""
    energy_vs_reference: float | None
    saved: float | None
    """0 is the reference, 1 is the least that can be."""
    score: float | None
    """The one number, 0 to 100."""


@dataclass(slots=True)
class Tally:
    """What was counted under one controller, and on which days somebody was there."""

    sums: Sums = field(default_factory=Sums)
    days: set[int] = field(default_factory=set)
    """In days since any day; in which somebody was there."""
    watts: float | None = None
    """The power of full light; None where it is not known."""

    def score(self) -> Score:
        """Return the figures."""
        sums, days = self.sums, len(self.days)
        lux_satisfaction = _ratio(sums.satisfied, sums.measured)
        dark = _ratio(sums.dark / 60, sums.measured / _HOUR)
        false_offs = _ratio(sums.false_offs, days)
        big_steps = _ratio(sums.big_steps, days) if sums.measured else None
        saved = saving(sums.compared_load, sums.compared_reference, sums.compared_least) if sums.measured else None
        load = sums.full_load / _HOUR if sums.known else None
        return Score(
            known_h=sums.known / _HOUR,
            occupied_h=sums.occupied / _HOUR,
            measured_h=sums.measured / _HOUR,
            lux_satisfaction=lux_satisfaction,
            occupied_dark_min_per_h=dark,
            false_offs_per_day=false_offs,
            big_steps_per_day=big_steps,
            full_load_hours=load,
            kwh=None if load is None or self.watts is None else load * self.watts / 1000,
            energy_vs_reference=_ratio(sums.full_load, sums.reference_load),
            saved=saved,
            score=quality(
                lux_satisfaction=lux_satisfaction,
                occupied_dark_min_per_h=dark,
                false_offs_per_day=false_offs,
                saved=saved,
                big_steps_per_day=big_steps,
            ),
        )

    @classmethod
    def together(cls, tallies: Iterable[Self]) -> Self:
        """Return several zones as one: by their power where all of it is known, else as if each had the same.

        A false off in any of them is one more on that day.
        """
        some = list(tallies)
        watts = [one.watts for one in some if one.watts is not None and one.sums.known]
        known = len(watts) == sum(1 for one in some if one.sums.known)
        together = cls(watts=sum(watts) if known and watts else None)
        for one in some:
            part = 1 / len(some) if together.watts is None else (one.watts or 0.0) / together.watts
            together.sums.add(one.sums, part)
            together.days |= one.days
        return together


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
