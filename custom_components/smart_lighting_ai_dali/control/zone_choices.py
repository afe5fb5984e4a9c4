"""What people chose by hand in a zone, as people read it: on its entities, in the logbook, and for whoever asks why."""

from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from homeassistant.util import dt as dt_util

from ..zones.daypart import daypart_ends
from ..zones.overrides import Attribute, Choice, Override, Overrides
from ..zones.settings import Release
from .explanation import chosen_words, held_words, percent_of

if TYPE_CHECKING:
    from .zone_control import ZoneControl


class OverrideState(StrEnum):
    """What of a zone people chose by hand."""

    NONE = "none"
    OFF = "off"
    ON = "on"
    LEVEL = "level"
    COLOUR = "colour"
    LEVEL_AND_COLOUR = "level_and_colour"


# How each attribute that can be chosen is called beside its value.
_VALUE: Final = {Attribute.ON: "is_on", Attribute.LIGHT: "brightness_pct", Attribute.COLOUR: "color_temp_kelvin"}


def override_state(overrides: Overrides) -> OverrideState:
    """Return in a word what holds now."""
    held = {one.attribute for one in overrides.held}
    if overrides.is_on is False:
        return OverrideState.OFF
    if {Attribute.LIGHT, Attribute.COLOUR} <= held:
        return OverrideState.LEVEL_AND_COLOUR
    if Attribute.LIGHT in held:
        return OverrideState.LEVEL
    if Attribute.COLOUR in held:
        return OverrideState.COLOUR
    return OverrideState.ON if held else OverrideState.NONE


def override_details(zone: ZoneControl) -> dict[str, dict[str, Any]]:
    """Return what holds now by attribute: the value, by what means it was chosen, since when, and when it ends."""
    details: dict[str, dict[str, Any]] = {}
    for one in zone.reflex.overrides.held:
        until = _until(zone, one)
        details[one.attribute.value] = {
            _VALUE[one.attribute]: _value(one),
            "origin": one.origin.value,
            "since": dt_util.utc_from_timestamp(zone.clock.wall(one.since)).isoformat(),
            "release": one.release.value,
            "until": None if until is None else until.isoformat(),
        }
    return details


def override_until(zone: ZoneControl) -> datetime | None:
    """Return when the next of what holds ends by itself; None where nothing does, or nobody can know when."""
    return min((until for one in zone.reflex.overrides.held if (until := _until(zone, one)) is not None), default=None)


def override_words(zone: ZoneControl) -> list[str]:
    """Return a sentence for each choice that holds now, the oldest first."""
    held = sorted(zone.reflex.overrides.held, key=lambda one: (one.since, one.attribute))
    sentences = []
    for (since, origin, release), together in groupby(held, key=lambda one: (one.since, one.origin, one.release)):
        chosen = {one.attribute: one for one in together}
        if chosen.keys() == {Attribute.ON} and zone.reflex.overrides.is_on and zone.reflex.overrides.light is not None:
            # How bright is said already, and that it is on by that.
            continue
        on, light, colour = (chosen.get(attribute) for attribute in Attribute)
        kelvin = None if colour is None else _value(colour)
        what = chosen_words(
            is_on=None if on is None else bool(on.value),
            percent=None if light is None else percent_of(light.value),
            kelvin=kelvin,
            other_colour=colour is not None and kelvin is None,
        )
        until = _until(zone, next(iter(chosen.values())))
        sentences.append(
            f"{what} {held_words(origin, at=_clock(zone.clock.wall(since)), release=release, until=_clock_of(until))}."
        )
    return sentences


def record_of(zone: ZoneControl, choice: Choice, at: float) -> tuple[dict[str, Any], dict[str, float | None]]:
    """Return what is kept of a choice: what was chosen, and the numbers of that instant, in lux."""
    reflex = zone.reflex
    chosen = {
        "origin": choice.origin.value,
        "is_on": choice.is_on,
        "brightness_pct": None if choice.light is None else percent_of(choice.light),
        "colour_temperature": choice.colour_temperature,
        "other_colour": choice.other_colour,
        "release": reflex.overrides.release_when.value,
    }
    inputs = {
        "lux": reflex.illuminance_of.reading,
        "daylight_lux": reflex.illuminance_of.daylight(at),
        "lux_at_full": reflex.illuminance_of.lux_at_full(reflex.target_lux),
        "target_lux": reflex.target_lux,
    }
    return chosen, inputs


def _value(one: Override) -> bool | int | None:
    match one.attribute:
        case Attribute.ON:
            return one.value > 0
        case Attribute.LIGHT:
            return percent_of(one.value)
        case Attribute.COLOUR:
            # A colour that is no white is known to the lights alone.
            return round(one.value) or None


def _until(zone: ZoneControl, one: Override) -> datetime | None:
    until = one.until
    if one.release is Release.DAYPART:
        until = daypart_ends(one.since, zone.reflex.place.time_zone)
    return None if until is None else dt_util.utc_from_timestamp(zone.clock.wall(until))


def _clock_of(when: datetime | None) -> str | None:
    return None if when is None else _clock(when.timestamp())


def _clock(at: float) -> str:
    """Return a time as a clock on the wall shows it, with the day where that is not today's."""
    local = dt_util.as_local(dt_util.utc_from_timestamp(at))
    return f"{local:%H:%M}" if local.date() == dt_util.now().date() else f"{local:%Y-%m-%d %H:%M}"
