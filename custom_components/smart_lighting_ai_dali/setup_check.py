"""Whether what a site was set up with can be read: a file that was edited by hand, or damaged, may say anything."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_DEVICE
from homeassistant.exceptions import ConfigEntryError

from .const import CONF_FLEET, CONF_KIND, CONF_PROTOCOL, DOMAIN, SUBENTRY_LINE, SUBENTRY_ZONE, LineKind
from .control.zone_settings import CONF_ILLUMINANCE, CONF_LIGHTS, CONF_MOTION, zone_settings
from .dali.adapter import WireProtocol

_SENSORS: Final = (CONF_MOTION, CONF_ILLUMINANCE)
_WRONG: Final = (AttributeError, KeyError, OverflowError, TypeError, ValueError)


def check_setup(entry: ConfigEntry[Any]) -> None:
    """Raise ConfigEntryError, with the name of the line or zone whose settings can't be read."""
    for subentry in entry.subentries.values():
        try:
            if subentry.subentry_type == SUBENTRY_LINE:
                _check_line(subentry.data)
            elif subentry.subentry_type == SUBENTRY_ZONE:
                _check_zone(subentry.data)
                zone_settings(subentry, None)
        except _WRONG as error:
            raise ConfigEntryError(
                translation_domain=DOMAIN,
                translation_key="setup_unreadable",
                translation_placeholders={"name": subentry.title, "reason": repr(error)},
            ) from None


def _check_line(data: Mapping[str, Any]) -> None:
    where = CONF_FLEET if LineKind(data[CONF_KIND]) is LineKind.SIMULATED else CONF_DEVICE
    _check_text(where, data[where])
    WireProtocol(data.get(CONF_PROTOCOL, WireProtocol.LUBA))


def _check_zone(data: Mapping[str, Any]) -> None:
    for name, entities in ((CONF_LIGHTS, data[CONF_LIGHTS]), *((one, data.get(one, ())) for one in _SENSORS)):
        if isinstance(entities, str):
            raise TypeError(f"{name} is no list")
        for entity_id in entities:
            _check_text(name, entity_id)


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} is no text")
