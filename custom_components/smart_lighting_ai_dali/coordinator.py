"""One coordinator per line: what the line pushes reaches the entities that it is about."""

from collections import defaultdict
from collections.abc import Callable, Iterable
import logging
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import DOMAIN
from .dali.events import (
    ButtonUsed,
    CommissioningProgressed,
    GearChanged,
    GearForgotten,
    GearFound,
    InputDeviceChanged,
    InputDeviceForgotten,
    InputDeviceFound,
    InputsChanged,
    LineEvent,
    LineStatus,
    ReportsChanged,
    StateChanged,
    StatusChanged,
)
from .dali.gear import Gear
from .dali.input_device import InputDevice
from .dali.input_events import Gesture
from .dali.line import Line

if TYPE_CHECKING:
    from .site import SiteConfigEntry

_LOGGER = logging.getLogger(__name__)

type GearListener = Callable[[Gear], None]
type InputListener = Callable[[InputDevice], None]
type ButtonListener = Callable[[Gesture], None]
type EventListener = Callable[[LineEvent], None]
type ContextListener = Callable[[Context], None]


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
        self._found_listeners: list[GearListener] = []
        self._commissioning_listeners: list[CALLBACK_TYPE] = []
        self._found_input_listeners: list[InputListener] = []
        self._button_listeners: defaultdict[tuple[str, int], list[ButtonListener]] = defaultdict(list)
        self._event_listeners: list[EventListener] = []
        self._context_listeners: dict[str, ContextListener] = {}

    @callback
    def async_replace_line(self, line: Line, *, names: dict[int, str], areas: dict[int, str]) -> None:
        """Put another line behind the entities: this one was changed."""
        self.line, self.names, self.areas = line, names, areas
        self.async_set_updated_data(line.status)
        for key in (*line.gear, *line.inputs.devices):
            self._tell(key)

    @callback
    def async_listen_to_gear(self, key: str, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when the state of one gear or input device changes; returns what ends that."""
        self._gear_listeners[key].append(listener)
        return lambda: self._gear_listeners[key].remove(listener)

    @callback
    def async_listen_to_finds(self, listener: GearListener) -> CALLBACK_TYPE:
        """Call a listener with each gear that is new; returns what ends that."""
        self._found_listeners.append(listener)
        return lambda: self._found_listeners.remove(listener)

    @callback
    def async_listen_to_commissioning(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when the commissioning of the line has come further; returns what ends that."""
        self._commissioning_listeners.append(listener)
        return lambda: self._commissioning_listeners.remove(listener)

    @callback
    def async_listen_to_found_inputs(self, listener: InputListener) -> CALLBACK_TYPE:
        """Call a listener with each input device that is new; returns what ends that."""
        self._found_input_listeners.append(listener)
        return lambda: self._found_input_listeners.remove(listener)

    @callback
    def async_listen_to_button(self, key: str, number: int, listener: ButtonListener) -> CALLBACK_TYPE:
        """Call a listener when somebody uses one push button of an input device; returns what ends that."""
        self._button_listeners[key, number].append(listener)
        return lambda: self._button_listeners[key, number].remove(listener)

    @callback
    def async_listen_to_events(self, listener: EventListener) -> CALLBACK_TYPE:
        """Call a listener with all that the line tells; returns what ends that."""
        self._event_listeners.append(listener)
        return lambda: self._event_listeners.remove(listener)

    @callback
    def async_listen_to_contexts(self, key: str, listener: ContextListener) -> CALLBACK_TYPE:
        """Call the listener of a gear's light with who moves the gear by other means; returns what ends that."""
        self._context_listeners[key] = listener

        def end() -> None:
            del self._context_listeners[key]

        return end

    @callback
    def async_tell_context(self, keys: Iterable[str], context: Context | None) -> None:
        """Have lights of gear know on whose behalf they are about to change."""
        for key in keys:
            if context is not None and (listener := self._context_listeners.get(key)) is not None:
                listener(context)

    @callback
    def async_handle(self, event: LineEvent) -> None:
        """Pass on what the line tells."""
        match event:
            case StatusChanged(status=status):
                self.async_set_updated_data(status)
            case StateChanged(keys=keys) | InputsChanged(keys=keys) | ReportsChanged(keys=keys):
                for key in keys:
                    # A frame to all changes hundreds of entities: a turn for each gear lets others go between.
                    self.hass.loop.call_soon(self._tell, key)
            case GearFound(gear=gear):
                for found in tuple(self._found_listeners):
                    found(gear)
            case GearChanged(gear=gear):
                self._tell(gear.key)
            case InputDeviceFound(device=device):
                for found_input in tuple(self._found_input_listeners):
                    found_input(device)
            case InputDeviceChanged(device=device):
                self._tell(device.key)
            case GearForgotten(key=key) | InputDeviceForgotten(key=key):
                self._tell(key)
            case CommissioningProgressed():
                for listener in tuple(self._commissioning_listeners):
                    listener()
            case ButtonUsed(key=key, number=number, gesture=gesture):
                for used in tuple(self._button_listeners.get((key, number), ())):
                    used(gesture)
        for tell in tuple(self._event_listeners):
            tell(event)

    def _tell(self, key: str) -> None:
        for listener in tuple(self._gear_listeners.get(key, ())):
            listener()
