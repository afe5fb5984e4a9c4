"""Let a gear show itself, look for gear, and end what people chose in a zone."""

from typing import override

from homeassistant.components.button import ButtonDeviceClass, ButtonEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LineCoordinator
from .dali.gear import Gear
from .entities.input_entities import IdentifyInputButton, async_add_input_entities
from .entities.zone_entities import ZONE_RELEASE, ReleaseButton, async_add_zone_entities
from .entity import GearEntity, LineEntity, line_errors
from .site import SiteConfigEntry, async_add_gear_entities, async_add_line_entities

# The line has a queue of its own.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: SiteConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the buttons of every line, every gear, every input device and every zone."""
    del hass
    async_add_zone_entities(entry, async_add_entities, lambda entry, key: [ReleaseButton(entry, key, ZONE_RELEASE)])
    async_add_line_entities(entry, async_add_entities, lambda coordinator: [SearchButton(coordinator)])
    async_add_gear_entities(entry, async_add_entities, lambda coordinator, gear: [IdentifyButton(coordinator, gear)])
    async_add_input_entities(
        entry, async_add_entities, lambda coordinator, device: [IdentifyInputButton(coordinator, device)]
    )


class SearchButton(LineEntity, ButtonEntity):
    """Looks at every address of the line for gear and input devices."""

    _attr_entity_category = EntityCategory.CONFIG

    def __init__(self, coordinator: LineCoordinator) -> None:
        super().__init__(coordinator, "search")

    @property
    @override
    def available(self) -> bool:
        """Tell whether the line can be searched."""
        return self.is_online

    @override
    @line_errors
    async def async_press(self) -> None:
        """Search; what is new appears as it is found."""
        await self.coordinator.line.scan()


class IdentifyButton(GearEntity, ButtonEntity):
    """Lets a gear show which one it is."""

    _attr_device_class = ButtonDeviceClass.IDENTIFY
    _attr_entity_category = EntityCategory.CONFIG

    def __init__(self, coordinator: LineCoordinator, gear: Gear) -> None:
        super().__init__(coordinator, gear, "identify")

    @override
    @line_errors
    async def async_press(self) -> None:
        """Identify."""
        await self.coordinator.line.identify(self._key)
