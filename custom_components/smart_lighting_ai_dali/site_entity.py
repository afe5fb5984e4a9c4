"""An entity of the site's own device."""

from homeassistant.const import EntityCategory
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription

from .const import DOMAIN, SITE_TITLE
from .site import SiteConfigEntry


class SiteEntity(Entity):
    """One thing that the site says of itself; it is in memory, and read from time to time."""

    _attr_has_entity_name = True
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, entry: SiteConfigEntry, description: EntityDescription) -> None:
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)}, name=SITE_TITLE, entry_type=DeviceEntryType.SERVICE
        )
