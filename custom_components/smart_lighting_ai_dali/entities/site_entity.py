"""An entity of the site's own device."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription

from ..const import DOMAIN, SITE_TITLE
from ..health import Part, PartHealth
from ..site import SiteConfigEntry


class SiteEntity(Entity):
    """One thing that the site says of itself; it is in memory, and read from time to time.

    Where it is how a part of the site is, its attributes say how healthy that part is.
    """

    _attr_has_entity_name = True
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, entry: SiteConfigEntry, description: EntityDescription, *, part: Part | None = None) -> None:
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)}, name=SITE_TITLE, entry_type=DeviceEntryType.SERVICE
        )
        self._health = entry.runtime_data.health_watch.health
        self._part = part
        self._said: PartHealth | None = None

    @property
    def part_health(self) -> PartHealth | None:
        """Return how the part is of which this tells; None where it tells of none."""
        return None if self._part is None else self._health.parts[self._part]

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return how healthy the part is."""
        self._said = self.part_health
        return None if self._said is None else self._said.attributes()

    @override
    async def async_added_to_hass(self) -> None:
        """Say it as soon as the part's health is another."""
        await super().async_added_to_hass()
        if self._part is not None:
            self.async_on_remove(self._health.async_listen(self._health_changed))

    @callback
    def _health_changed(self) -> None:
        if self.part_health is not self._said:
            self.async_write_ha_state()
