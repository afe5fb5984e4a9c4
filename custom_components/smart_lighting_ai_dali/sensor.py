"""How a line is."""

from typing import override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LineCoordinator
from .dali.events import LineStatus
from .entity import LineEntity
from .site import SiteConfigEntry, async_add_line_entities

# Read-only: the line pushes.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: SiteConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of every line."""
    del hass
    async_add_line_entities(entry, async_add_entities, lambda coordinator: [StatusSensor(coordinator)])


class StatusSensor(LineEntity, SensorEntity):
    """The line's status: available whatever it is, that is what it is for."""

    _attr_device_class = SensorDeviceClass.ENUM
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_options = [status.value for status in LineStatus]  # noqa: RUF012  # Home Assistant's own way to say so

    def __init__(self, coordinator: LineCoordinator) -> None:
        super().__init__(coordinator, "status")

    @property
    @override
    def available(self) -> bool:
        """Tell always."""
        return True

    @property
    @override
    def native_value(self) -> str:
        """Return the status."""
        return self.coordinator.line.status.value
