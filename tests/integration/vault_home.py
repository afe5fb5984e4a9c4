"""A home with two zones and no line: what the vault keeps of them."""

from copy import deepcopy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir

from custom_components.smart_lighting_ai_dali.const import DOMAIN, SUBENTRY_ZONE
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.site_vault import CONF_FINGERPRINT, SiteVault
from custom_components.smart_lighting_ai_dali.vault.verdict import Problem
from custom_components.smart_lighting_ai_dali.zones.profile import Profile

if TYPE_CHECKING:
    from .conftest import House

# An illuminance that nothing else has: it must not be read anywhere.
CANARY_LUX: Final = 317.0
SAID: Final = Profile.from_dict(
    {
        "lux": dict.fromkeys(("morning", "day", "evening", "night"), CANARY_LUX),
        "sleep": {"workdays": {"from": "22:17", "to": "06:17"}},
    }
)


class VaultHome:
    """It."""

    def __init__(self, hass: HomeAssistant, house: House, storage: dict[str, Any]) -> None:
        self.hass = hass
        self.house = house
        self.storage = storage
        self.zones: list[str] = []

    async def add_zone(self, title: str) -> str:
        """Set a zone up, and return its key."""
        data = {"lights": ["light.none"], "purpose": "living", "release": "never"}
        zone = ConfigSubentry(data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title=title, unique_id=None)
        self.hass.config_entries.async_add_subentry(self.house.entry, zone)
        await self.hass.async_block_till_done()
        self.zones.append(zone.subentry_id)
        return zone.subentry_id

    @property
    def vault(self) -> SiteVault:
        """Return the vault of the running site."""
        return self.house.site.vault

    def problem(self) -> Problem | None:
        """Return why the vault is closed; None where it is open."""
        return self.vault.problem

    def zone(self, place: int = 0) -> ZoneControl:
        """Return a running zone."""
        return self.house.site.control.zones[self.zones[place]]

    def device(self, place: int = 0) -> str:
        """Return the device of a zone."""
        entry_id = self.house.entry.entry_id
        device = dr.async_get(self.hass).async_get_device_by_identifier((DOMAIN, self.zones[place]), entry_id)
        assert device is not None
        return device.id

    def file(self, name: str) -> str:
        """Return what a file of the site is called."""
        return f"{DOMAIN}.{self.house.entry.entry_id}.{name}"

    def data(self, name: str) -> Any:
        """Return what is in a file."""
        return self.storage[self.file(name)]["data"]

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint that the entry keeps."""
        fingerprint: str = self.house.entry.data[CONF_FINGERPRINT]
        return fingerprint

    def issue(self, kind: str = "encryption_key_lost") -> ir.IssueEntry | None:
        """Return a repair issue."""
        return ir.async_get(self.hass).async_get_issue(DOMAIN, kind)

    async def stop(self) -> None:
        """Stop the site."""
        assert await self.hass.config_entries.async_unload(self.house.entry.entry_id)

    async def start(self) -> None:
        """Start the site."""
        assert await self.hass.config_entries.async_setup(self.house.entry.entry_id)
        await self.hass.async_block_till_done()

    async def restart(self) -> None:
        """Stop the site and start it again."""
        await self.stop()
        await self.start()

    def kept(self) -> dict[str, Any]:
        """Return all files of the site as they are now, and what the entry keeps."""
        files = {name: deepcopy(data) for name, data in self.storage.items() if self.house.entry.entry_id in name}
        return {"files": files, "entry": dict(self.house.entry.data)}

    def bring_back(self, kept: dict[str, Any]) -> None:
        """Put files back as they were, and what the entry keeps; the site is stopped."""
        for name in [name for name in self.storage if self.house.entry.entry_id in name]:
            del self.storage[name]
        self.storage.update(deepcopy(kept["files"]))
        self.hass.config_entries.async_update_entry(self.house.entry, data=kept["entry"])
