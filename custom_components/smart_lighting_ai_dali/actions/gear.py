"""Actions for what gear keeps: groups and scenes, for administrators and their automations."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
import voluptuous as vol

from ..const import DOMAIN
from ..dali.level import level_of
from ..dali.line import Line
from ..dali.stored import SCENES
from ..entities.light_group import group_identifier
from ..entity import line_errors
from ..site import Site
from ..site_line import SiteLine
from .action import EACH_DEVICE, Action

SERVICE_SET_GROUPS: Final = "set_groups"
SERVICE_STORE_SCENE: Final = "store_scene"
SERVICE_REMOVE_FROM_SCENE: Final = "remove_from_scene"

ATTR_GROUPS: Final = "groups"
ATTR_SCENE: Final = "scene"
ATTR_BRIGHTNESS_PCT: Final = "brightness_pct"
_GROUPS: Final = 16
_PERCENT: Final = 100
_BRIGHTEST: Final = 255

_DEVICES: Final = {vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, vol.Length(min=1), [cv.string])}
_SCENE: Final = {vol.Required(ATTR_SCENE): vol.All(vol.Coerce(int), vol.Range(min=0, max=SCENES - 1))}
_GROUPS_SCHEMA: Final = vol.Schema(
    {
        **_DEVICES,
        vol.Required(ATTR_GROUPS): vol.All(
            cv.ensure_list, [vol.All(vol.Coerce(int), vol.Range(min=0, max=_GROUPS - 1))]
        ),
    }
)
_STORE_SCHEMA: Final = vol.Schema(
    {
        **_DEVICES,
        **_SCENE,
        vol.Optional(ATTR_BRIGHTNESS_PCT): vol.All(vol.Coerce(float), vol.Range(min=0, max=_PERCENT)),
    }
)
_REMOVE_SCHEMA: Final = vol.Schema({**_DEVICES, **_SCENE})

type GearOfLines = Mapping[str, tuple[Line, tuple[str, ...]]]
"""Keys of gear by line."""


@line_errors
async def set_groups(call: ServiceCall) -> None:
    """Have gear be a member of just these groups."""
    groups = frozenset(call.data[ATTR_GROUPS])
    for line, keys in _gear(call).values():
        await line.settings.of_each(keys, partial(line.settings.set_groups, groups=groups))


@line_errors
async def store_scene(call: ServiceCall) -> None:
    """Have gear keep its present level, or another, for a scene."""
    percent = call.data.get(ATTR_BRIGHTNESS_PCT)
    level = None if percent is None else level_of(round(percent * _BRIGHTEST / _PERCENT))
    for line, keys in _gear(call).values():
        await line.scenes.store(call.data[ATTR_SCENE], keys, level)


@line_errors
async def remove_from_scene(call: ServiceCall) -> None:
    """Have gear take no part in a scene."""
    for line, keys in _gear(call).values():
        await line.scenes.remove(call.data[ATTR_SCENE], keys)


def _gear(call: ServiceCall) -> GearOfLines:
    """Return the gear that a call names: by itself, by its group, or by its line, which is all of its gear."""
    devices = dr.async_get(call.hass)
    named: dict[str, tuple[Line, tuple[str, ...]]] = {}
    for device_id in call.data[ATTR_DEVICE_ID]:
        device = devices.async_get(device_id)
        identifiers = {name for domain, name in device.identifiers if domain == DOMAIN} if device else set()
        found = [
            (subentry_id, line, keys)
            for subentry_id, line in _lines(call.hass).items()
            if (keys := _keys(line, identifiers)) is not None
        ]
        if not found:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_such_gear")
        for subentry_id, line, keys in found:
            _, before = named.get(subentry_id, (line.line, ()))
            named[subentry_id] = line.line, tuple(dict.fromkeys((*before, *keys)))
    return named


def _keys(line: SiteLine, identifiers: set[str]) -> tuple[str, ...] | None:
    """Return the gear of a line that a device with these identifiers stands for; None where it is none of its."""
    subentry_id = line.subentry.subentry_id
    if subentry_id in identifiers:
        return tuple(line.line.gear)
    for group in line.line.many.groups:
        if group_identifier(subentry_id, group) in identifiers:
            return line.line.many.members(group)
    keys = tuple(key for key in line.line.gear if f"{subentry_id}_{key}" in identifiers)
    return keys or None


def _lines(hass: HomeAssistant) -> dict[str, SiteLine]:
    """Return all lines that run, by their subentry."""
    lines: dict[str, SiteLine] = {}
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state is ConfigEntryState.LOADED:
            site: Site = entry.runtime_data
            lines |= site.lines
    return lines


GEAR_ACTIONS: Final = (
    Action(name=SERVICE_SET_GROUPS, run=set_groups, schema=_GROUPS_SCHEMA, audited=True, rate=EACH_DEVICE),
    Action(name=SERVICE_STORE_SCENE, run=store_scene, schema=_STORE_SCHEMA, audited=True, rate=EACH_DEVICE),
    Action(
        name=SERVICE_REMOVE_FROM_SCENE, run=remove_from_scene, schema=_REMOVE_SCHEMA, audited=True, rate=EACH_DEVICE
    ),
)
