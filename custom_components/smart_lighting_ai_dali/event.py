"""Push buttons of input devices as event entities."""

from typing import Any, Final, override

from homeassistant.components.event import ATTR_MULTI_PRESS_COUNT, ButtonEventType, EventDeviceClass, EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import LineCoordinator
from .dali.events import ButtonUsed
from .dali.input_device import InputDevice, Instance, InstanceType
from .dali.input_events import Gesture
from .entities.input_entities import InstanceEntity, async_add_input_entities
from .site import SiteConfigEntry

# Read-only: the line pushes.
PARALLEL_UPDATES = 0

# The end of a press in Home Assistant's words is a whole short press: that is what a short press is here. What they
# have no word for keeps its own: the bare release, and the repetition of a long press.
EVENTS: Final[dict[Gesture, tuple[str, dict[str, Any]]]] = {
    Gesture.PRESSED: (ButtonEventType.PRESS_START, {}),
    Gesture.RELEASED: ("released", {}),
    Gesture.SHORT_PRESS: (ButtonEventType.PRESS_END, {}),
    Gesture.DOUBLE_PRESS: (ButtonEventType.MULTI_PRESS_END, {ATTR_MULTI_PRESS_COUNT: 2}),
    Gesture.LONG_PRESS_START: (ButtonEventType.LONG_PRESS_START, {}),
    Gesture.LONG_PRESS_REPEAT: ("long_press_repeat", {}),
    Gesture.LONG_PRESS_STOP: (ButtonEventType.LONG_PRESS_END, {}),
}


async def async_setup_entry(
    hass: HomeAssistant, entry: SiteConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add an event entity for every push button."""
    del hass

    def make(coordinator: LineCoordinator, device: InputDevice) -> list[ButtonEvents]:
        return [
            ButtonEvents(coordinator, device, instance)
            for instance in device.instances
            if instance.type == InstanceType.PUSH_BUTTON
        ]

    async_add_input_entities(entry, async_add_entities, make)


class ButtonEvents(InstanceEntity, EventEntity):
    """What is done with one push button."""

    _attr_device_class = EventDeviceClass.BUTTON
    _attr_event_types = [str(name) for name, _ in EVENTS.values()]  # noqa: RUF012  # Home Assistant's own way to say so

    def __init__(self, coordinator: LineCoordinator, device: InputDevice, instance: Instance) -> None:
        super().__init__(coordinator, device, instance, "button")

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the button, too."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_listen(ButtonUsed, self._used))

    @callback
    def _used(self, event: ButtonUsed) -> None:
        if (event.key, event.number) != (self._key, self._number):
            return
        name, attributes = EVENTS[event.gesture]
        self._trigger_event(str(name), attributes)
        self.async_write_ha_state()
