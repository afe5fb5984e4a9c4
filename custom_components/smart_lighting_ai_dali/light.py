"""Every gear, every group of gear and every line as a light."""

from typing import Any, override

from homeassistant.components.light import ATTR_BRIGHTNESS, ATTR_FLASH, ATTR_TRANSITION, LightEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LineCoordinator
from .dali.fade import AT_ONCE, Fade, nearest_fade
from .dali.gear import Gear
from .dali.level import HIGHEST, OFF, DimmingCurve, brightness_of, level_of
from .dali.target import Colour
from .entities.colour_light import ColourLight
from .entities.light_group import BroadcastLight, GroupLight
from .entity import GearEntity, line_errors
from .light_colours import asked_colour
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


class GearLight(GearEntity, ColourLight):
    """One gear."""

    _attr_name = None

    def __init__(self, coordinator: LineCoordinator, gear: Gear) -> None:
        super().__init__(coordinator, gear)

    @override
    async def async_added_to_hass(self) -> None:
        """Learn who moves the gear by other means, such as a group or a scene."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_listen_to_contexts(self._key, self.async_set_context))

    @property
    @override
    def shown(self) -> object:
        """Return what the gear is, and how."""
        return self.gear, self.gear_state

    @property
    @override
    def supported_features(self) -> LightEntityFeature:
        """Return what it can do besides: a relay fades nothing."""
        if self.gear.is_relay:
            return LightEntityFeature.FLASH
        return LightEntityFeature.TRANSITION | LightEntityFeature.FLASH

    @property
    @override
    def gear_behind(self) -> tuple[Gear]:
        """Return the gear itself."""
        return (self.gear,)

    @property
    @override
    def shown_colour(self) -> Colour | None:
        """Return the colour that it shows, or is going to."""
        return self.gear_state.colour

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
        return None if level is None else brightness_of(level, self._curve)

    @override
    @line_errors
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Fade to a brightness and a colour, or to the last ones; or show which one it is."""
        line = self.coordinator.line
        if ATTR_FLASH in kwargs:
            await line.identify(self._key)
            return
        fade, priority, colour = self._fade(kwargs), self._priority, asked_colour(kwargs)
        if self.gear.is_relay:
            self._tell_asked({self._key: HIGHEST}, names_level=False)
            await line.set_level(self._key, HIGHEST, fade=fade, priority=priority)
            return
        if (brightness := kwargs.get(ATTR_BRIGHTNESS)) is not None:
            level = level_of(brightness, self._curve)
            self._tell_asked({self._key: self.gear.clamp(level)}, colour=colour)
            await line.set_level(self._key, level, colour=colour, fade=fade, priority=priority)
            return
        last = self.gear_state.level or self.gear_state.last_level
        self._tell_asked({self._key: last}, names_level=False, colour=colour)
        if colour is not None and self.is_on:
            await line.set_colour(self._key, colour, fade=fade, priority=priority)
        else:
            await line.turn_on(self._key, colour=colour, fade=fade, priority=priority)

    @override
    @line_errors
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Fade out; or show which one it is."""
        line = self.coordinator.line
        if ATTR_FLASH in kwargs:
            await line.identify(self._key)
            return
        self._tell_asked({self._key: OFF})
        await line.set_level(self._key, OFF, fade=self._fade(kwargs), priority=self._priority)

    def _fade(self, kwargs: dict[str, Any]) -> Fade | None:
        """Return the fade nearest to the transition that was asked for; None is the gear's own."""
        if self.gear.is_relay:
            # A fade would have it wait for a threshold.
            return AT_ONCE
        if (seconds := kwargs.get(ATTR_TRANSITION)) is None:
            return None
        return nearest_fade(seconds, extended=self.gear.edition > 1)

    @property
    def _curve(self) -> DimmingCurve:
        """Return how it makes light of levels."""
        return DimmingCurve.LOGARITHMIC if self.gear.curve is None else self.gear.curve
