"""A house whose zones have profiles and have learned something: all of it sealed, in real files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
import json
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER, STORAGE_KEY, STORAGE_VERSION, STORAGE_VERSION_MINOR, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.storage import Store
from homeassistant.util.json import json_loads, json_loads_object

from custom_components.smart_lighting_ai_dali.const import DOMAIN, SITE_TITLE
from custom_components.smart_lighting_ai_dali.control.zone_memory import ZoneMemory
from custom_components.smart_lighting_ai_dali.control.zone_store import ZoneStore
from custom_components.smart_lighting_ai_dali.site_vault import SiteVault
from custom_components.smart_lighting_ai_dali.zones.learning import Learning
from custom_components.smart_lighting_ai_dali.zones.profile import Profile
from custom_components.smart_lighting_ai_dali.zones.settings import Place, ZoneSettings

from ..home_assistant import new_home_assistant

_ENTRY_ID: Final = "01ROTATION0000000000000000"


class House:
    """It, as a Home Assistant has just loaded it."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        self.hass = hass
        self.vault = SiteVault(hass, entry)
        self._store = ZoneStore(hass, entry.entry_id, self.vault)
        self._memories: dict[str, ZoneMemory] = {}

    async def load(self) -> None:
        """Read everything; a rotation that was interrupted is finished."""
        await self.vault.async_load()
        self._memories = await self._store.async_load()

    async def furnish(self, profiles: int, zones: int) -> None:
        """Let people say what they want in so many zones, and so many learn."""
        await self.vault.async_set_profiles({f"zone {number}": profile(number) for number in range(profiles)})
        if zones:
            self._memories = {f"zone {number}": ZoneMemory(learning=learning(number)) for number in range(zones)}
            await self._store.async_save(lambda: self._memories)

    def unreadable(self, profiles: int, zones: int) -> int:
        """Return how much is not there as it was said and learned."""
        if self.vault.problem is not None:
            return profiles + zones
        wrong = [n for n in range(profiles) if self.vault.profiles.get(f"zone {n}") != profile(n)]
        forgotten = [n for n in range(zones) if self._memory(n).learning != learning(n)]
        return len(wrong) + len(forgotten)

    def _memory(self, number: int) -> ZoneMemory:
        return self._memories.get(f"zone {number}", ZoneMemory())


def profile(number: int) -> Profile:
    """Return what people said in a zone: something else in each."""
    return Profile.from_dict(
        {
            "lux": {"morning": 100 + number, "evening": 50 + number},
            "color_temp_kelvin": {"night": 2200},
            "sleep": {"workdays": {"from": "22:30", "to": "06:30"}},
            "leaning": "saving" if number % 2 else "comfort",
        }
    )


def learning(number: int) -> dict[str, Any]:
    """Return what a zone has learned: something else in each."""
    place = Place(latitude=52.5, longitude=13.4, time_zone=UTC)
    learned = Learning(ZoneSettings(key=f"zone {number}", name=f"Zone {number}"), place)
    learned.chose_lux(1.7e9, 50.0 + number)
    # As it comes from a file.
    return json_loads_object(json_bytes(learned.as_dict()))


async def build(folder: str) -> None:
    """Let there be a Home Assistant with the entry of a site."""
    hass = await new_home_assistant(folder)
    entry: ConfigEntry[Any] = ConfigEntry(
        data={},
        discovery_keys=MappingProxyType({}),
        domain=DOMAIN,
        entry_id=_ENTRY_ID,
        minor_version=1,
        options=None,
        source=SOURCE_USER,
        subentries_data=None,
        title=SITE_TITLE,
        unique_id=DOMAIN,
        version=1,
    )
    store: Store[dict[str, Any]] = Store(hass, STORAGE_VERSION, STORAGE_KEY, minor_version=STORAGE_VERSION_MINOR)
    await store.async_save({"entries": [json_loads(json_bytes(entry.as_dict()))]})
    await hass.async_stop(force=True)


def is_interrupted(folder: str) -> bool:
    """Tell whether the files of a folder are those of a rotation that did not end."""
    ring = json.loads(Path(folder, ".storage", f"{DOMAIN}.{_ENTRY_ID}.keyring").read_text(encoding="utf-8"))
    return [key["state"] for key in ring["data"]["keys"]].count("active") > 1


@asynccontextmanager
async def open_house(folder: str) -> AsyncIterator[House]:
    """Start the Home Assistant of a folder as far as the vault needs it; it stops as it does."""
    hass = await new_home_assistant(folder)
    try:
        (entry,) = hass.config_entries.async_entries(DOMAIN)
        house = House(hass, entry)
        await house.load()
        yield house
    finally:
        await hass.async_stop(force=True)
