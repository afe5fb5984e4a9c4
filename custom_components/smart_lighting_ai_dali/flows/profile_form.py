"""A profile as a form has it: one field for each wish, in the dialog of a zone and in the action alike."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import LIGHT_LUX, UnitOfTemperature
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TimeSelector,
)
import voluptuous as vol

from ..zones.daypart import Daypart
from ..zones.profile import COOLEST, MOST_LUX, WARMEST, DayKind, Leaning, Profile

CONF_LUX: Final = "lux"
CONF_COLOUR: Final = "color_temp_kelvin"
CONF_SLEEP: Final = "sleep"
CONF_LEANING: Final = "leaning"
_FROM, _TO = "from", "to"
_KELVIN: Final = UnitOfTemperature.KELVIN.value


class NightIncompleteError(Exception):
    """A night has a beginning and no end, or the other way round, or both are the same."""


def lux_field(part: Daypart) -> str:
    """Return the name of the field of an illuminance."""
    return f"lux_{part.value}"


def colour_field(part: Daypart) -> str:
    """Return the name of the field of a colour temperature."""
    return f"color_temp_{part.value}"


def sleep_field(kind: DayKind, end: str) -> str:
    """Return the name of the field of when people go to bed, or get up."""
    return f"sleep_{kind.value}_{end}"


_LUX_FIELDS: Final = {lux_field(part): part for part in Daypart}
_COLOUR_FIELDS: Final = {colour_field(part): part for part in Daypart}
_SLEEP_FIELDS: Final = tuple(sleep_field(kind, end) for kind in DayKind for end in (_FROM, _TO))
FIELDS: Final = (CONF_LEANING, *_LUX_FIELDS, *_COLOUR_FIELDS, *_SLEEP_FIELDS)


def fields_of(profile: Profile) -> dict[str, Any]:
    """Return the fields that are filled in."""
    said = profile.as_dict()
    fields: dict[str, Any] = {CONF_LEANING: said[CONF_LEANING]}
    fields |= {name: said[CONF_LUX][part.value] for name, part in _LUX_FIELDS.items() if part in profile.lux}
    fields |= {
        name: said[CONF_COLOUR][part.value]
        for name, part in _COLOUR_FIELDS.items()
        if part in profile.colour_temperature
    }
    for kind in profile.sleep:
        fields |= {sleep_field(kind, end): said[CONF_SLEEP][kind.value][end] for end in (_FROM, _TO)}
    return fields


def profile_of(fields: Mapping[str, Any]) -> Profile:
    """Return what was filled in; empty is not said. Raises NightIncompleteError, or ValueError and the like."""
    sleep: dict[str, dict[str, Any]] = {}
    for kind in DayKind:
        ends = {end: value for end in (_FROM, _TO) if (value := fields.get(sleep_field(kind, end))) is not None}
        if ends:
            sleep[kind.value] = ends
    if any(len(ends) == 1 or ends[_FROM][:5] == ends[_TO][:5] for ends in sleep.values()):
        raise NightIncompleteError
    return Profile.from_dict(
        {
            CONF_LUX: {part.value: fields[name] for name, part in _LUX_FIELDS.items() if fields.get(name) is not None},
            CONF_COLOUR: {
                part.value: fields[name] for name, part in _COLOUR_FIELDS.items() if fields.get(name) is not None
            },
            CONF_SLEEP: sleep,
            CONF_LEANING: fields.get(CONF_LEANING) or Leaning.BALANCED,
        }
    )


def _number(least: float, most: float, unit: str) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(min=least, max=most, unit_of_measurement=unit, mode=NumberSelectorMode.BOX)
    )


def form() -> vol.Schema:
    """Return the form: each wish may be left empty."""
    return vol.Schema(
        {
            vol.Required(CONF_LEANING, default=Leaning.BALANCED.value): SelectSelector(
                SelectSelectorConfig(
                    options=[one.value for one in Leaning],
                    mode=SelectSelectorMode.LIST,
                    translation_key=CONF_LEANING,
                )
            ),
            vol.Required(CONF_LUX): section(
                vol.Schema({vol.Optional(name): _number(1, MOST_LUX, LIGHT_LUX) for name in _LUX_FIELDS})
            ),
            vol.Required(CONF_COLOUR): section(
                vol.Schema({vol.Optional(name): _number(WARMEST, COOLEST, _KELVIN) for name in _COLOUR_FIELDS}),
                {"collapsed": True},
            ),
            vol.Required(CONF_SLEEP): section(
                vol.Schema({vol.Optional(name): TimeSelector() for name in _SLEEP_FIELDS}), {"collapsed": True}
            ),
        }
    )


def in_sections(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields in the sections of the form."""
    return {
        CONF_LEANING: fields.get(CONF_LEANING, Leaning.BALANCED.value),
        CONF_LUX: {name: fields[name] for name in _LUX_FIELDS if name in fields},
        CONF_COLOUR: {name: fields[name] for name in _COLOUR_FIELDS if name in fields},
        CONF_SLEEP: {name: fields[name] for name in _SLEEP_FIELDS if name in fields},
    }


def out_of_sections(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the form without its sections."""
    fields: dict[str, Any] = {CONF_LEANING: user_input[CONF_LEANING]}
    for name in (CONF_LUX, CONF_COLOUR, CONF_SLEEP):
        fields |= user_input.get(name, {})
    return fields
