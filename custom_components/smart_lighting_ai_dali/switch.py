"""Whether zones run themselves."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entities.zone_entities import ZONE_AUTOMATIC, AutomaticSwitch, async_add_zone_entities
from .site import SiteConfigEntry

# What it switches is in memory.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: SiteConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switch of every zone."""
    del hass
    async_add_zone_entities(entry, async_add_entities, lambda entry, key: [AutomaticSwitch(entry, key, ZONE_AUTOMATIC)])
