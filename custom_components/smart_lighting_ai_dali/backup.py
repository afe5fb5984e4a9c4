"""Home Assistant's backup: what it calls before it copies the files, and afterwards, however that went."""

from homeassistant.core import HomeAssistant

from .const import DOMAIN
from .site import Site


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Let the files be whole: write down what is in memory alone, and begin no job until it is over."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        site: Site = entry.runtime_data
        await site.pause.async_begin()


async def async_post_backup(hass: HomeAssistant) -> None:
    """Go on."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        site: Site = entry.runtime_data
        await site.pause.async_end()
