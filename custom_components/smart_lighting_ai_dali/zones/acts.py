"""What a person did to lamps, and which choice for their zone that is.

An act counts by itself, not by what it changes: that a lamp is on already makes it no less a wish.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from .overrides import Choice, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a person asked of one lamp; None was left alone."""

    is_on: bool | None = None
    light: float | None = None
    """Where the lamp goes, of full light, 0 to 1, linear; None where only the lamp knows."""
    names_light: bool = False
    """Whether a light was asked for, not just light or no light."""
    colour_temperature: int | None = None
    """Kelvin."""
    other_colour: bool = False
    """A colour that is no white."""

    def then(self, later: Self) -> Self:
        """Return both in one, where they belong together: the later one counts."""
        switched = later if later.is_on is not None else self
        coloured = later if later.other_colour or later.colour_temperature is not None else self
        return type(self)(
            is_on=switched.is_on,
            light=switched.light,
            names_light=switched.names_light,
            colour_temperature=coloured.colour_temperature,
            other_colour=coloured.other_colour,
        )


def choice_of[L](origin: Origin, acts: Mapping[L, Act], lamps: Mapping[L, float | None]) -> Choice | None:
    """Return the choice that acts on lamps of a zone are; None where they ask for nothing.

    `lamps` is where each lamp of the zone is or was going before, 0 to 1; None is unknown. A zone is lit while any lamp
    of it is, and its light is the mean of all.
    """
    switched = {lamp: act for lamp, act in acts.items() if act.is_on is not None}
    is_on: bool | None = None
    light: float | None = None
    if switched:
        others = [lamps[lamp] for lamp in lamps.keys() - switched.keys()]
        lit = {act.is_on for act in switched.values()}
        is_on = any(others) or True in lit
        # One lamp more or less in a lit zone is a wish for more or less light there.
        if is_on and (any(others) or len(lit) > 1 or _names_light(switched.values())):
            light = _mean((*others, *(act.light if act.is_on else 0.0 for act in switched.values())))
    kelvin = [act.colour_temperature for act in acts.values() if act.colour_temperature is not None]
    other_colour = not kelvin and any(act.other_colour for act in acts.values())
    if is_on is None and not kelvin and not other_colour:
        return None
    return Choice(
        origin=origin,
        is_on=is_on,
        light=light,
        colour_temperature=round(sum(kelvin) / len(kelvin)) if kelvin else None,
        other_colour=other_colour,
    )


def _names_light(acts: Iterable[Act]) -> bool:
    return any(act.names_light for act in acts)


def _mean(lights: Iterable[float | None]) -> float | None:
    """Return the mean of what is known; None where nothing is, or nothing is lit."""
    known = [light for light in lights if light is not None]
    return sum(known) / len(known) or None if known else None
