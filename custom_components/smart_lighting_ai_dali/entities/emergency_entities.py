"""Emergency lights as entities: what their batteries, lamps and tests are like (IEC 62386-202)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfTime

from ..coordinator import LineCoordinator
from ..dali.emergency_state import EMERGENCY, EmergencyFailure, EmergencyMode, EmergencyState, EmergencyStatus
from ..dali.gear import Gear
from ..entity import DescribedGearEntity


@dataclass(frozen=True, kw_only=True)
class EmergencySensorDescription(SensorEntityDescription):
    """How a sensor reads an emergency light."""

    value: Callable[[EmergencyState], str | float | None]


@dataclass(frozen=True, kw_only=True)
class EmergencyBinarySensorDescription(BinarySensorEntityDescription):
    """How a binary sensor reads an emergency light."""

    value: Callable[[EmergencyState], bool]


_TESTS_FAILED: Final = EmergencyFailure.FUNCTION_TEST | EmergencyFailure.DURATION_TEST
_TESTS_DELAYED: Final = EmergencyFailure.FUNCTION_TEST_DELAYED | EmergencyFailure.DURATION_TEST_DELAYED

EMERGENCY_SENSORS: Final = (
    EmergencySensorDescription(
        key="emergency_mode",
        device_class=SensorDeviceClass.ENUM,
        options=[mode.value for mode in EmergencyMode],
        value=lambda state: state.mode,
    ),
    EmergencySensorDescription(
        key="battery_charge",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda state: state.charge,
    ),
    EmergencySensorDescription(
        key="last_duration_test",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda state: state.details.lasted,
    ),
    EmergencySensorDescription(
        key="rated_duration",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda state: state.details.rated,
    ),
    EmergencySensorDescription(
        key="time_on_battery",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.HOURS,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda state: state.details.on_battery,
    ),
    EmergencySensorDescription(
        key="next_function_test",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.HOURS,
        suggested_unit_of_measurement=UnitOfTime.DAYS,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda state: state.details.next_function_test,
    ),
    EmergencySensorDescription(
        key="next_duration_test",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.HOURS,
        suggested_unit_of_measurement=UnitOfTime.DAYS,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda state: state.details.next_duration_test,
    ),
)
EMERGENCY_BINARY_SENSORS: Final = (
    EmergencyBinarySensorDescription(
        key="battery_failure",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda state: bool(state.failures & (EmergencyFailure.BATTERY | EmergencyFailure.BATTERY_DURATION)),
    ),
    EmergencyBinarySensorDescription(
        key="emergency_lamp_failure",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda state: bool(state.failures & EmergencyFailure.LAMP),
    ),
    EmergencyBinarySensorDescription(
        key="emergency_test_failed",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda state: bool(state.failures & _TESTS_FAILED),
    ),
    EmergencyBinarySensorDescription(
        key="emergency_circuit_failure",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda state: bool(state.failures & EmergencyFailure.CIRCUIT),
    ),
    EmergencyBinarySensorDescription(
        key="emergency_test_overdue",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda state: bool(state.failures & _TESTS_DELAYED),
    ),
    EmergencyBinarySensorDescription(
        key="emergency_inhibited",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value=lambda state: bool(state.status & EmergencyStatus.INHIBITED),
    ),
)


def emergency_sensors(coordinator: LineCoordinator, gear: Gear) -> Iterator[SensorEntity]:
    """Return the sensors of an emergency light; none for other gear."""
    if EMERGENCY in gear.device_types:
        for description in EMERGENCY_SENSORS:
            yield EmergencySensor(coordinator, gear, description)


def emergency_binary_sensors(coordinator: LineCoordinator, gear: Gear) -> Iterator[BinarySensorEntity]:
    """Return the binary sensors of an emergency light; none for other gear."""
    if EMERGENCY in gear.device_types:
        for description in EMERGENCY_BINARY_SENSORS:
            yield EmergencyBinarySensor(coordinator, gear, description)


class EmergencyEntity(DescribedGearEntity):
    """One thing about an emergency light."""

    @property
    @override
    def shown(self) -> object:
        """Return how it is."""
        return self.emergency

    @property
    def emergency(self) -> EmergencyState | None:
        """Return how it is; None where nobody knows."""
        return self.coordinator.line.emergency.state(self._key)


class EmergencySensor(EmergencyEntity, SensorEntity):
    """A number, or what an emergency light is at."""

    entity_description: EmergencySensorDescription

    @property
    @override
    def native_value(self) -> str | float | None:
        """Return what it told last."""
        return None if self.emergency is None else self.entity_description.value(self.emergency)


class EmergencyBinarySensor(EmergencyEntity, BinarySensorEntity):
    """A failure of an emergency light."""

    entity_description: EmergencyBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return what it told last."""
        return None if self.emergency is None else self.entity_description.value(self.emergency)
