"""Smart Lighting AI (DALI): every DALI ballast of a building as a light."""

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from .actions.table import async_register_actions
from .ai.store import AiStore
from .audit import AUDIT, Audit
from .const import DOMAIN
from .control.zone_store import async_remove_zone_store
from .denials import Denials
from .entities.light_group import group_identifier
from .health_view import async_register_health_view
from .issues.site import async_clear_site
from .key_sources import YAML_SCHEMA, take_yaml
from .setup_check import check_setup
from .site import Site, SiteConfigEntry
from .site_vault import async_remove_vault
from .waiting_store import WaitingStore
from .websocket_api import async_register_websocket_commands

CONFIG_SCHEMA = YAML_SCHEMA
PLATFORMS = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.LIGHT,
    Platform.NUMBER,
    Platform.SCENE,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions and what panels ask: they are there before, and without, a site."""
    take_yaml(hass, config)
    audit = hass.data[AUDIT] = Audit(hass)
    audit.async_start()
    Denials(hass, audit).async_start()
    async_register_actions(hass, audit)
    async_register_websocket_commands(hass)
    async_register_health_view(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SiteConfigEntry) -> bool:
    """Start the site; it does not wait for a slow line. Raises ConfigEntryError where settings can't be read."""
    check_setup(entry)
    site = entry.runtime_data = Site(hass, entry)
    await site.async_start()

    async def stop(_: Event) -> None:
        await site.async_stop()

    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    entry.async_on_unload(entry.add_update_listener(site.async_update))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    site.async_start_jobs()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: SiteConfigEntry) -> bool:
    """Stop the site: nothing runs afterwards, and its ports are free."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_stop()
        async_clear_site(hass, is_removed=False)
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: SiteConfigEntry) -> None:
    """Remove what zones and the AI planner remember, and what people said: the site is gone."""
    await async_remove_zone_store(hass, entry.entry_id)
    await async_remove_vault(hass, entry)
    await AiStore(hass, entry.entry_id).async_remove()
    async_clear_site(hass, is_removed=True)
    await WaitingStore(hass, entry.entry_id).async_remove()


async def async_remove_config_entry_device(hass: HomeAssistant, entry: SiteConfigEntry, device: DeviceEntry) -> bool:
    """Let a gear, a group or an input device be deleted that is gone; one that is there would only come back."""
    del hass
    if any((DOMAIN, key) in device.identifiers for key in entry.runtime_data.control.zones):
        return False
    for line in entry.runtime_data.lines.values():
        if (DOMAIN, line.subentry.subentry_id) in device.identifiers:
            return False
        for group in line.line.many.groups:
            if (DOMAIN, group_identifier(line.subentry.subentry_id, group)) in device.identifiers:
                return False
        for key in line.line.gear:
            if (DOMAIN, f"{line.subentry.subentry_id}_{key}") in device.identifiers:
                if line.line.state(key).available:
                    return False
                await line.line.forget(key)
                return True
        for key in line.line.inputs.devices:
            if (DOMAIN, f"{line.subentry.subentry_id}_{key}") in device.identifiers:
                if line.line.inputs.state(key).available:
                    return False
                await line.line.inputs.forget(key)
                return True
    return True
