"""A group of gear, and all gear of a line, as one light each."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final, override

from homeassistant.components.light import ATTR_BRIGHTNESS, ATTR_TRANSITION, ColorMode, LightEntity, LightEntityFeature
from homeassistant.core import Context, callback
from homeassistant.helpers.device_registry import DeviceInfo

from ..const import DOMAIN
from ..coordinator import LineCoordinator
from ..dali.events import GearChanged, GearForgotten, GearFound, LineEvent, StateChanged
from ..dali.gear import Gear
from ..dali.level import OFF, Level, brightness_of, level_of
from ..dali.state import GearState
from ..dali.target import Colour
from ..entity import LineEntity, line_device_id, line_errors
from ..light_colours import asked_colour
from .colour_light import ColourLight

_OF_ALL: Final = "all_lights"


class LightOfMany(LineEntity, LightEntity):
    """A light whose state is that of its members.

    It is on when any of them is; its brightness is the mean of those that are on, as in Home Assistant's own groups:
    after a command to all of them that is what was asked for, and a lamp that is off does not darken the others.
    """

    _attr_supported_features = LightEntityFeature.TRANSITION

    @property
    @abstractmethod
    def members(self) -> tuple[str, ...]:
        """Return the keys of the gear that it is made of."""

    @property
    @override
    def shown(self) -> object:
        """Return what its members are, and how."""
        gear = self.coordinator.line.gear
        return [gear.get(key) for key in self.members], self._states()

    @property
    @override
    def available(self) -> bool:
        """Tell whether any of its members can be talked to."""
        return self.is_online and any(state.available for state in self._states())

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether any is on, or on its way there; None where only the gear could know."""
        levels = [state.level for state in self._states() if state.available]
        if any(levels):
            return True
        return None if None in levels or not levels else False

    @property
    @override
    def brightness(self) -> int | None:
        """Return the mean of those that are on, where they are or are going."""
        levels = [state.level for state in self._states() if state.available and state.level]
        return brightness_of(Level(round(sum(levels) / len(levels)))) if levels else None

    def _states(self) -> list[GearState]:
        return [self.coordinator.line.state(key) for key in self.members]

    def _tell_turn_on(self, kwargs: Mapping[str, Any]) -> None:
        """Have it known what a call of `light.turn_on` asks of the members."""
        line, brightness = self.coordinator.line, kwargs.get(ATTR_BRIGHTNESS)
        levels: dict[str, Level | None] = {}
        for key in self.members:
            gear, state = line.gear[key], line.state(key)
            last = state.level or state.last_level
            levels[key] = last if brightness is None else gear.clamp(level_of(brightness))
        self._tell_asked(levels, names_level=brightness is not None, colour=asked_colour(kwargs))

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the line and to all of its gear."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_listen(StateChanged, self._handle_state))
        self.async_on_remove(self.coordinator.async_listen_to_contexts_of_many(self._take_context))
        # It may have other members then.
        self.async_on_remove(self.coordinator.async_listen(GearFound, self._handle_gear))
        self.async_on_remove(self.coordinator.async_listen(GearChanged, self._handle_gear))
        self.async_on_remove(self.coordinator.async_listen(GearForgotten, self._handle_gear))

    @callback
    def _take_context(self, keys: Collection[str], context: Context) -> None:
        """Have it known on whose behalf it changes with its members."""
        if not set(keys).isdisjoint(self.members):
            self.async_set_context(context)

    @callback
    def _handle_state(self, event: StateChanged) -> None:
        if not event.keys.isdisjoint(self.members):
            self._handle_coordinator_update()

    @callback
    def _handle_gear(self, _: LineEvent) -> None:
        self._handle_coordinator_update()


def group_identifier(subentry_id: str, group: int) -> str:
    """Return what names the device of a group."""
    return f"{subentry_id}_group_{group}"


class GroupLight(LightOfMany, ColourLight):
    """One group of a line, 0 to 15 (IEC 62386-102, 9.15)."""

    _attr_name = None

    def __init__(self, coordinator: LineCoordinator, group: int) -> None:
        super().__init__(coordinator, "group")
        self._group = group
        self._attr_unique_id = group_identifier(coordinator.subentry_id, group)
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, group_identifier(coordinator.subentry_id, group))},
            translation_key="group",
            translation_placeholders={"group": str(group)},
            model="DALI group",
            via_device_id=line_device_id(coordinator),
        )

    @property
    @override
    def members(self) -> tuple[str, ...]:
        """Return the gear that the group has now."""
        return self.coordinator.line.many.members(self._group)

    @property
    @override
    def gear_behind(self) -> list[Gear]:
        """Return its members: it has the colours that any of them makes."""
        return [self.coordinator.line.gear[key] for key in self.members]

    @property
    @override
    def shown_colour(self) -> Colour | None:
        """Return the colour that most of those that are on show, or are going to."""
        shown = [state.colour for state in self._states() if state.level and state.colour is not None]
        return Counter(shown).most_common(1)[0][0] if shown else None

    @override
    @line_errors
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Fade all to a brightness and a colour, or each to its last ones."""
        many, colour, seconds = self.coordinator.line.many, asked_colour(kwargs), kwargs.get(ATTR_TRANSITION)
        self._tell_turn_on(kwargs)
        if (brightness := kwargs.get(ATTR_BRIGHTNESS)) is not None:
            await many.set_level(
                self.members, level_of(brightness), colour=colour, seconds=seconds, priority=self._priority
            )
        else:
            await many.turn_on(self.members, colour=colour, seconds=seconds, priority=self._priority)

    @override
    @line_errors
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Fade all out."""
        self._tell_asked(dict.fromkeys(self.members, OFF))
        await self.coordinator.line.many.set_level(
            self.members, OFF, seconds=kwargs.get(ATTR_TRANSITION), priority=self._priority
        )


class BroadcastLight(LightOfMany):
    """All gear of a line, gear that nobody knows included."""

    _attr_color_mode = ColorMode.BRIGHTNESS
    _attr_supported_color_modes = {ColorMode.BRIGHTNESS}  # noqa: RUF012  # Home Assistant's own way to say so
    _attr_entity_registry_enabled_default = False

    def __init__(self, coordinator: LineCoordinator) -> None:
        super().__init__(coordinator, _OF_ALL)

    @property
    @override
    def members(self) -> tuple[str, ...]:
        """Return all gear that is known."""
        return tuple(self.coordinator.line.gear)

    @property
    @override
    def available(self) -> bool:
        """Tell whether the line can be talked to: there may be gear that nobody knows."""
        return self.is_online

    @override
    @line_errors
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Fade all to a brightness, or each to its last one."""
        many, seconds = self.coordinator.line.many, kwargs.get(ATTR_TRANSITION)
        self._tell_turn_on(kwargs)
        if (brightness := kwargs.get(ATTR_BRIGHTNESS)) is not None:
            await many.set_all(level_of(brightness), seconds=seconds, priority=self._priority)
        else:
            await many.turn_all_on(seconds=seconds, priority=self._priority)

    @override
    @line_errors
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Fade all out."""
        self._tell_asked(dict.fromkeys(self.members, OFF))
        await self.coordinator.line.many.set_all(OFF, seconds=kwargs.get(ATTR_TRANSITION), priority=self._priority)
