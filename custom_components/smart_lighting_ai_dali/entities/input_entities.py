"""What the entities of input devices have in common, and those that the platforms add for them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.button import ButtonDeviceClass, ButtonEntity
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import LIGHT_LUX, PERCENTAGE, EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import DOMAIN
from ..coordinator import LineCoordinator
from ..dali.events import InputDeviceFound
from ..dali.input_device import InputDevice, Instance, InstanceType
from ..dali.input_state import InputState, InstanceState
from ..entity import LineEntity, line_device_id, line_errors
from ..entity_slices import async_in_slices
from ..site import SiteConfigEntry

# What the parts 3xx of IEC 62386 are about, by the type of an instance.
_SENSES: Final[dict[int, str]] = {
    InstanceType.PUSH_BUTTON: "push button",
    InstanceType.ABSOLUTE_INPUT: "dial",
    InstanceType.OCCUPANCY_SENSOR: "occupancy sensor",
    InstanceType.LIGHT_SENSOR: "light sensor",
    InstanceType.GENERAL_SENSOR: "general purpose sensor",
}


@callback
def async_add_input_entities(
    entry: SiteConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[LineCoordinator, InputDevice], Iterable[Entity]],
) -> None:
    """Add entities for every input device of every line, those that come later too."""

    @callback
    def add_line(coordinator: LineCoordinator) -> None:
        @callback
        def add_device(event: InputDeviceFound) -> None:
            async_add_entities(make(coordinator, event.device), config_subentry_id=coordinator.subentry_id)

        coordinator.async_listen(InputDeviceFound, add_device)
        devices = tuple(coordinator.line.inputs.devices.values())
        async_in_slices(coordinator.hass, entry, async_add_entities)(
            (entity for device in devices for entity in make(coordinator, device)),
            config_subentry_id=coordinator.subentry_id,
        )

    entry.async_on_unload(entry.runtime_data.async_listen_to_lines(add_line))


class InputEntity(LineEntity):
    """An entity of one input device."""

    def __init__(self, coordinator: LineCoordinator, device: InputDevice, key: str) -> None:
        super().__init__(coordinator, key)
        self._key = device.key
        self._attr_unique_id = f"{coordinator.subentry_id}_{device.key}_{key}"
        self._attr_device_info = _device_info(coordinator, device)

    @property
    def input_state(self) -> InputState:
        """Return how the device is."""
        return self.coordinator.line.inputs.state(self._key)

    @property
    @override
    def shown(self) -> object:
        """Return the state of the device."""
        return self.input_state

    @property
    @override
    def available(self) -> bool:
        """Tell whether the line is online, and the device on it."""
        return self.is_online and self._key in self.coordinator.line.inputs.devices and self.input_state.available

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the line and to the device."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_listen_to_gear(self._key, self._handle_coordinator_update))


class InstanceEntity(InputEntity):
    """An entity of one instance; of several of one kind each has its number, from 1."""

    def __init__(self, coordinator: LineCoordinator, device: InputDevice, instance: Instance, key: str) -> None:
        super().__init__(coordinator, device, f"{key}_{instance.number}")
        self._number = instance.number
        same = [one.number for one in device.instances if one.type == instance.type]
        if len(same) == 1:
            self._attr_translation_key = key
        else:
            self._attr_translation_key = f"{key}_number"
            self._attr_translation_placeholders = {"number": str(same.index(instance.number) + 1)}
        if not instance.enabled:
            # It was told to sense nothing.
            self._attr_entity_registry_enabled_default = False

    @property
    def instance(self) -> Instance | None:
        """Return what is known of the instance."""
        return self.coordinator.line.inputs.devices[self._key].instance(self._number)

    @property
    def instance_state(self) -> InstanceState:
        """Return how the instance is."""
        return self.input_state.instance(self._number)

    @property
    @override
    def shown(self) -> object:
        """Return what the instance is, and how."""
        return self.instance, self.instance_state


@dataclass(frozen=True, kw_only=True)
class InstanceBinarySensorDescription(BinarySensorEntityDescription):
    """How a binary sensor reads an instance of a type."""

    type: InstanceType
    value: Callable[[InstanceState], bool | None]


@dataclass(frozen=True, kw_only=True)
class InstanceSensorDescription(SensorEntityDescription):
    """How a sensor reads an instance of a type."""

    type: InstanceType
    value: Callable[[Instance, int], float]


def _percent(instance: Instance, value: int) -> float:
    return 100 * value / ((1 << instance.resolution) - 1)


BINARY_SENSORS: Final = (
    InstanceBinarySensorDescription(
        key="occupancy",
        type=InstanceType.OCCUPANCY_SENSOR,
        device_class=BinarySensorDeviceClass.OCCUPANCY,
        value=lambda state: None if state.error else state.occupied,
    ),
    InstanceBinarySensorDescription(
        key="movement",
        type=InstanceType.OCCUPANCY_SENSOR,
        device_class=BinarySensorDeviceClass.MOTION,
        # A sensor tells of it only where someone wants so: it happens often.
        entity_registry_enabled_default=False,
        value=lambda state: None if state.error else state.moving,
    ),
    InstanceBinarySensorDescription(
        key="button_stuck",
        type=InstanceType.PUSH_BUTTON,
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda state: state.error,
    ),
)
SENSORS: Final = (
    InstanceSensorDescription(
        key="illuminance",
        type=InstanceType.LIGHT_SENSOR,
        device_class=SensorDeviceClass.ILLUMINANCE,
        native_unit_of_measurement=LIGHT_LUX,
        state_class=SensorStateClass.MEASUREMENT,
        # One step of the input value is one lux.
        value=lambda _, value: value,
    ),
    InstanceSensorDescription(
        key="position",
        type=InstanceType.ABSOLUTE_INPUT,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        value=_percent,
    ),
)


def input_binary_sensors(coordinator: LineCoordinator, device: InputDevice) -> Iterable[BinarySensorEntity]:
    """Return the binary sensors of an input device."""
    yield QuiescentBinarySensor(coordinator, device)
    for instance in device.instances:
        for description in BINARY_SENSORS:
            if description.type == instance.type:
                yield InstanceBinarySensor(coordinator, device, instance, description)


def input_sensors(coordinator: LineCoordinator, device: InputDevice) -> Iterable[SensorEntity]:
    """Return the sensors of an input device."""
    for instance in device.instances:
        for description in SENSORS:
            if description.type == instance.type:
                yield InstanceSensor(coordinator, device, instance, description)


class InstanceBinarySensor(InstanceEntity, BinarySensorEntity):
    """What an instance tells that is so or not."""

    entity_description: InstanceBinarySensorDescription

    def __init__(
        self,
        coordinator: LineCoordinator,
        device: InputDevice,
        instance: Instance,
        description: InstanceBinarySensorDescription,
    ) -> None:
        super().__init__(coordinator, device, instance, description.key)
        self.entity_description = description

    @property
    @override
    def is_on(self) -> bool | None:
        """Return what the instance told last."""
        return self.entity_description.value(self.instance_state)


class InstanceSensor(InstanceEntity, SensorEntity):
    """What an instance measures."""

    entity_description: InstanceSensorDescription

    def __init__(
        self,
        coordinator: LineCoordinator,
        device: InputDevice,
        instance: Instance,
        description: InstanceSensorDescription,
    ) -> None:
        super().__init__(coordinator, device, instance, description.key)
        self.entity_description = description

    @property
    @override
    def native_value(self) -> float | None:
        """Return what it measured last; a broken sensor measures nothing."""
        state, instance = self.instance_state, self.instance
        if instance is None or state.value is None or state.error:
            return None
        return self.entity_description.value(instance, state.value)


class QuiescentBinarySensor(InputEntity, BinarySensorEntity):
    """Whether somebody has asked a device to keep silent, as for the commissioning of a line."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_entity_registry_enabled_default = False

    def __init__(self, coordinator: LineCoordinator, device: InputDevice) -> None:
        super().__init__(coordinator, device, "quiescent")

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the device tells no events now."""
        return self.input_state.quiescent


class IdentifyInputButton(InputEntity, ButtonEntity):
    """Lets an input device show which one it is."""

    _attr_device_class = ButtonDeviceClass.IDENTIFY
    _attr_entity_category = EntityCategory.CONFIG

    def __init__(self, coordinator: LineCoordinator, device: InputDevice) -> None:
        super().__init__(coordinator, device, "identify")

    @override
    @line_errors
    async def async_press(self) -> None:
        """Identify."""
        await self.coordinator.line.inputs.identify(self._key)


def _device_info(coordinator: LineCoordinator, device: InputDevice) -> DeviceInfo:
    """Return the device of an input device, on the device of its line."""
    name = coordinator.input_names.get(device.address)
    naming = (
        DeviceInfo(name=name)
        if name
        else DeviceInfo(translation_key="input_device", translation_placeholders={"address": str(device.address)})
    )
    senses = list(dict.fromkeys(_SENSES.get(one.type, f"instance type {one.type}") for one in device.instances))
    return DeviceInfo(
        identifiers={(DOMAIN, f"{coordinator.subentry_id}_{device.key}")},
        model=f"DALI {' and '.join(senses) or 'input device'}",
        model_id=None if device.identity is None else f"GTIN {device.identity.gtin}",
        serial_number=None if device.identity is None else str(device.identity.serial),
        sw_version=device.firmware,
        hw_version=device.hardware,
        suggested_area=coordinator.input_areas.get(device.address),
        via_device_id=line_device_id(coordinator),
        **naming,
    )
