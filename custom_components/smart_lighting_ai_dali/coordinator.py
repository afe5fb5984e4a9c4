"""One coordinator per line: what the line pushes reaches the entities that it is about."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
import logging
import time
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import DOMAIN
from .dali.events import (
    GearChanged,
    GearForgotten,
    InputDeviceChanged,
    InputDeviceForgotten,
    InputsChanged,
    LineEvent,
    LineStatus,
    ReportsChanged,
    StateChanged,
    StatusChanged,
)
from .dali.level import Level
from .dali.line import Line
from .dali.target import Colour

if TYPE_CHECKING:
    from .site import SiteConfigEntry

# Home Assistant tells of each update on it, in words of its own: nothing for the logger of lines.
_LOGGER = logging.getLogger(__name__)

# Home Assistant takes up to a fifth of a millisecond for one state; a frame to a whole line changes hundreds.
_TURN_SECONDS: Final = 0.003

type ContextListener = Callable[[Context], None]
type ManyContextListener = Callable[[Collection[str], Context], None]
type AskedListener = Callable[[Asked], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a call of Home Assistant asks of gear, whatever the gear does already."""

    levels: Mapping[str, Level | None]
    """Where each goes, by key; None where only the gear knows."""
    names_level: bool
    """Whether a level was asked for, not just light or no light."""
    colour: Colour | None
    context: Context


class LineCoordinator(DataUpdateCoordinator[LineStatus]):
    """Feeds the entities of one line; it never polls, the line does what reading there is."""

    config_entry: SiteConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SiteConfigEntry,
        line: Line,
        *,
        subentry_id: str,
        names: dict[int, str],
        areas: dict[int, str],
    ) -> None:
        super().__init__(hass, _LOGGER, config_entry=entry, name=f"{DOMAIN} {line.name}")
        self.line = line
        self.subentry_id = subentry_id
        self.names = names
        """Names of gear by short address, where something gives them."""
        self.areas = areas
        self.input_names: dict[int, str] = {}
        """Names of input devices by short address, where something gives them."""
        self.input_areas: dict[int, str] = {}
        self.data = line.status
        self._gear_listeners: defaultdict[str, list[CALLBACK_TYPE]] = defaultdict(list)
        self._event_listeners: defaultdict[type[object], list[Callable[[Any], None]]] = defaultdict(list)
        self._context_listeners: dict[str, ContextListener] = {}
        self._many_context_listeners: list[ManyContextListener] = []
        self._asked_listeners: list[AskedListener] = []
        # In the order in which they were told of: the keys of a dict keep it.
        self._due: dict[CALLBACK_TYPE, None] = {}
        self._turn: asyncio.Handle | None = None

    @callback
    def async_replace_line(self, line: Line, *, names: dict[int, str], areas: dict[int, str]) -> None:
        """Put another line behind the entities: this one was changed."""
        self.line, self.names, self.areas = line, names, areas
        self.async_set_updated_data(line.status)
        for key in (*line.gear, *line.inputs.devices):
            self._tell(key)
        self._write()

    @callback
    def async_listen_to_gear(self, key: str, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when the state of one gear or input device changes; returns what ends that."""
        self._gear_listeners[key].append(listener)
        return lambda: self._gear_listeners[key].remove(listener)

    @callback
    def async_listen[E: LineEvent](self, kind: type[E], listener: Callable[[E], None]) -> CALLBACK_TYPE:
        """Call a listener with every event of one kind that the line tells; returns what ends that."""
        self._event_listeners[kind].append(listener)
        return lambda: self._event_listeners[kind].remove(listener)

    @callback
    def async_listen_to_contexts(self, key: str, listener: ContextListener) -> CALLBACK_TYPE:
        """Call the listener of a gear's light with who moves the gear by other means; returns what ends that."""
        self._context_listeners[key] = listener

        def end() -> None:
            del self._context_listeners[key]

        return end

    @callback
    def async_listen_to_contexts_of_many(self, listener: ManyContextListener) -> CALLBACK_TYPE:
        """Call a listener with which gear is moved on whose behalf; returns what ends that."""
        self._many_context_listeners.append(listener)
        return lambda: self._many_context_listeners.remove(listener)

    @callback
    def async_tell_context(self, keys: Collection[str], context: Context) -> None:
        """Have lights of gear know on whose behalf they are about to change."""
        for key in keys:
            if (tell := self._context_listeners.get(key)) is not None:
                tell(context)
        for tell_many in tuple(self._many_context_listeners):
            tell_many(keys, context)

    @callback
    def async_listen_to_calls(self, listener: AskedListener) -> CALLBACK_TYPE:
        """Call a listener with what calls of Home Assistant ask of gear of the line; returns what ends that."""
        self._asked_listeners.append(listener)
        return lambda: self._asked_listeners.remove(listener)

    @callback
    def async_tell_asked(self, asked: Asked) -> None:
        """Have it known what is asked of gear, and lights of it on whose behalf they are about to change."""
        self.async_tell_context(asked.levels, asked.context)
        for listener in tuple(self._asked_listeners):
            listener(asked)

    @callback
    def async_handle(self, event: LineEvent) -> None:
        """Pass on what the line tells."""
        match event:
            case StatusChanged(status=status):
                self.async_set_updated_data(status)
            case StateChanged(keys=keys) | InputsChanged(keys=keys) | ReportsChanged(keys=keys):
                for key in keys:
                    self._tell(key)
            case GearChanged(gear=gear):
                self._tell(gear.key)
            case InputDeviceChanged(device=device):
                self._tell(device.key)
            case GearForgotten(key=key) | InputDeviceForgotten(key=key):
                self._tell(key)
        for tell in tuple(self._event_listeners.get(type(event), ())):
            tell(event)
        self._write()

    @callback
    def async_write_in_turn(self, write: CALLBACK_TYPE) -> None:
        """Have an entity write its state when the present event has reached all; once, however often this is said."""
        self._due[write] = None

    def _write(self) -> None:
        """Write states for a few milliseconds, and the rest in turns in between which others go."""
        end = time.monotonic() + _TURN_SECONDS
        while self._due and time.monotonic() < end:
            write = next(iter(self._due))
            del self._due[write]
            write()
        if self._due and self._turn is None:
            self._turn = self.hass.loop.call_soon(self._take_turn)

    def _take_turn(self) -> None:
        self._turn = None
        self._write()

    def _tell(self, key: str) -> None:
        for listener in tuple(self._gear_listeners.get(key, ())):
            listener()
