"""Diagnostics: only what is named here gets out, so that nothing private can slip in with a later change."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .const import DOMAIN
from .dali.gear import Gear
from .dali.state import GearState
from .site import SiteConfigEntry
from .site_line import SiteLine


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: SiteConfigEntry) -> dict[str, Any]:
    """Return how every line is."""
    del hass
    return {"lines": [_line(line) for line in entry.runtime_data.lines.values()]}


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SiteConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return how one gear, or one line, is."""
    del hass
    for line in entry.runtime_data.lines.values():
        if (DOMAIN, line.subentry.subentry_id) in device.identifiers:
            return _line(line)
        for key, gear in line.line.gear.items():
            if (DOMAIN, f"{line.subentry.subentry_id}_{key}") in device.identifiers:
                return _gear(gear, line.line.state(key))
    return {}


def _line(line: SiteLine) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        **line.line.diagnostics(),
        "gear": [_gear(gear, line.line.state(key)) for key, gear in line.line.gear.items()],
    }


def _gear(gear: Gear, state: GearState) -> dict[str, Any]:
    return {
        "address": gear.address,
        "has_identity": gear.identity is not None,
        "device_types": list(gear.device_types),
        "edition": gear.edition,
        "physical_minimum": gear.physical_minimum,
        "minimum": gear.minimum,
        "maximum": gear.maximum,
        "fade": [gear.fade.code, gear.fade.extended],
        "groups": sorted(gear.groups),
        "level": state.level,
        "origin": None if state.origin is None else state.origin.value,
        "available": state.available,
        "lamp_failure": state.lamp_failure,
        "gear_failure": state.gear_failure,
    }
