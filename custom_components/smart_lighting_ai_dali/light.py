"""Every gear, every group of gear and every line as a light."""

from typing import Any, override

from homeassistant.components.light import (
    ATTR_BRIGHTNESS,
    ATTR_FLASH,
    ATTR_TRANSITION,
    ColorMode,
    LightEntity,
    LightEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LineCoordinator
from .dali.fade import Fade, nearest_fade
from .dali.gear import Gear
from .dali.level import OFF, brightness_of, level_of
from .entity import GearEntity, line_errors
from .light_group import BroadcastLight, GroupLight
from .site import SiteConfigEntry, async_add_gear_entities, async_add_line_entities, async_add_numbered_entities

# The line has a queue of its own: what is urgent goes first there, not what was called first.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant, entry: SiteConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a light for every gear, every group that has members, and every line."""
    del hass
    async_add_gear_entities(entry, async_add_entities, lambda coordinator, gear: [GearLight(coordinator, gear)])
    async_add_numbered_entities(entry, async_add_entities, lambda line: line.many.groups, GroupLight)
    async_add_line_entities(entry, async_add_entities, lambda coordinator: [BroadcastLight(coordinator)])


class GearLight(GearEntity, LightEntity):
    """One gear."""

    _attr_name = None
    _attr_color_mode = ColorMode.BRIGHTNESS
    _attr_supported_color_modes = {ColorMode.BRIGHTNESS}  # noqa: RUF012  # Home Assistant's own way to say so
    _attr_supported_features = LightEntityFeature.TRANSITION | LightEntityFeature.FLASH

    def __init__(self, coordinator: LineCoordinator, gear: Gear) -> None:
        super().__init__(coordinator, gear)

    @override
    async def async_added_to_hass(self) -> None:
        """Learn who moves the gear by other means, such as a group or a scene."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_listen_to_contexts(self._key, self.async_set_context))

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it is on, or on its way there; None where nobody knows."""
        level = self.gear_state.level
        return None if level is None else level != OFF

    @property
    @override
    def brightness(self) -> int | None:
        """Return the brightness where it is, or is going."""
        level = self.gear_state.level
        return None if level is None else brightness_of(level)

    @override
    @line_errors
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Fade to a brightness, or to the last one; or show which one it is."""
        line = self.coordinator.line
        if ATTR_FLASH in kwargs:
            await line.identify(self._key)
            return
        fade = self._fade(kwargs)
        if (brightness := kwargs.get(ATTR_BRIGHTNESS)) is not None:
            await line.set_level(self._key, level_of(brightness), fade=fade, priority=self._priority)
        else:
            await line.turn_on(self._key, fade=fade, priority=self._priority)

    @override
    @line_errors
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Fade out; or show which one it is."""
        line = self.coordinator.line
        if ATTR_FLASH in kwargs:
            await line.identify(self._key)
            return
        await line.set_level(self._key, OFF, fade=self._fade(kwargs), priority=self._priority)

    def _fade(self, kwargs: dict[str, Any]) -> Fade | None:
        """Return the fade nearest to the transition that was asked for; None is the gear's own."""
        if (seconds := kwargs.get(ATTR_TRANSITION)) is None:
            return None
        return nearest_fade(seconds, extended=self.gear.edition > 1)
