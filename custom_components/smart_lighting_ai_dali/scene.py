"""Every scene that gear of a line keeps."""

from typing import Any, override

from homeassistant.components.light import ATTR_TRANSITION
from homeassistant.components.scene import Scene
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LineCoordinator
from .dali.events import GearChanged, GearForgotten, GearFound, LineEvent
from .entity import LineEntity, line_errors
from .site import SiteConfigEntry, async_add_numbered_entities

# The line has a queue of its own.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: SiteConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add every scene that some gear is in."""
    del hass
    async_add_numbered_entities(entry, async_add_entities, lambda line: line.scenes.stored, StoredScene)


class StoredScene(LineEntity, Scene):
    """One scene of a line, 0 to 15."""

    def __init__(self, coordinator: LineCoordinator, number: int) -> None:
        super().__init__(coordinator, "scene")
        self._number = number
        self._attr_unique_id = f"{coordinator.subentry_id}_scene_{number}"
        self._attr_translation_placeholders = {"number": str(number)}

    @override
    async def async_added_to_hass(self) -> None:
        """Follow who is in the scene."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_listen(GearFound, self._handle_gear))
        self.async_on_remove(self.coordinator.async_listen(GearChanged, self._handle_gear))
        self.async_on_remove(self.coordinator.async_listen(GearForgotten, self._handle_gear))

    @callback
    def _handle_gear(self, _: LineEvent) -> None:
        self._handle_coordinator_update()

    @property
    @override
    def available(self) -> bool:
        """Tell whether the line is online, and any gear in the scene."""
        return self.is_online and bool(self.coordinator.line.scenes.members(self._number))

    @override
    @line_errors
    async def async_activate(self, **kwargs: Any) -> None:
        """Have all gear that is in the scene fade there."""
        scenes = self.coordinator.line.scenes
        self._tell_asked(scenes.levels(self._number))
        await scenes.go_to(self._number, seconds=kwargs.get(ATTR_TRANSITION), priority=self._priority)
