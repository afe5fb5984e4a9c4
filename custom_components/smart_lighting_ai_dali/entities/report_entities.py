"""What gear reports in its memory banks, as entities: only where it has the bank (IEC 62386-251 to -253)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import (
    PERCENTAGE,
    EntityCategory,
    UnitOfApparentPower,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfTemperature,
    UnitOfTime,
)

from ..coordinator import LineCoordinator
from ..dali.gear import Gear
from ..dali.report_values import Reported, bank_of
from ..entity import DescribedGearEntity

_DIAGNOSTIC: Final = EntityCategory.DIAGNOSTIC


@dataclass(frozen=True, kw_only=True)
class ReportSensorDescription(SensorEntityDescription):
    """A sensor whose key is what gear reports."""

    entity_category: EntityCategory | None = _DIAGNOSTIC
    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT


@dataclass(frozen=True, kw_only=True)
class ReportBinarySensorDescription(BinarySensorEntityDescription):
    """A binary sensor whose key is what gear reports."""

    device_class: BinarySensorDeviceClass | None = BinarySensorDeviceClass.PROBLEM
    entity_category: EntityCategory | None = _DIAGNOSTIC
    entity_registry_enabled_default: bool = False


REPORT_SENSORS: Final = (
    ReportSensorDescription(
        key=Reported.POWER,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=1,
        entity_category=None,
    ),
    ReportSensorDescription(
        key=Reported.ENERGY,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=None,
    ),
    ReportSensorDescription(
        key=Reported.APPARENT_POWER,
        device_class=SensorDeviceClass.APPARENT_POWER,
        native_unit_of_measurement=UnitOfApparentPower.VOLT_AMPERE,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
    ),
    ReportSensorDescription(
        key=Reported.LOAD_POWER,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
    ),
    ReportSensorDescription(
        key=Reported.LOAD_ENERGY,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.WATT_HOUR,
        suggested_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_registry_enabled_default=False,
    ),
    ReportSensorDescription(
        key=Reported.TEMPERATURE,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
    ),
    ReportSensorDescription(
        key=Reported.OPERATING_TIME,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.HOURS,
        suggested_display_precision=0,
        state_class=SensorStateClass.TOTAL_INCREASING,
    ),
    ReportSensorDescription(
        key=Reported.STARTS, state_class=SensorStateClass.TOTAL_INCREASING, entity_registry_enabled_default=False
    ),
    ReportSensorDescription(
        key=Reported.SUPPLY_VOLTAGE,
        device_class=SensorDeviceClass.VOLTAGE,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        entity_registry_enabled_default=False,
    ),
    ReportSensorDescription(
        key=Reported.SUPPLY_FREQUENCY,
        device_class=SensorDeviceClass.FREQUENCY,
        native_unit_of_measurement=UnitOfFrequency.HERTZ,
        entity_registry_enabled_default=False,
    ),
    ReportSensorDescription(
        key=Reported.POWER_FACTOR, device_class=SensorDeviceClass.POWER_FACTOR, entity_registry_enabled_default=False
    ),
    ReportSensorDescription(
        key=Reported.OUTPUT_CURRENT,
        native_unit_of_measurement=PERCENTAGE,
        entity_registry_enabled_default=False,
    ),
    ReportSensorDescription(
        key=Reported.LIGHT_SOURCE_ON_TIME,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.HOURS,
        suggested_display_precision=0,
        state_class=SensorStateClass.TOTAL_INCREASING,
    ),
    ReportSensorDescription(
        key=Reported.LIGHT_SOURCE_STARTS,
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_registry_enabled_default=False,
    ),
    ReportSensorDescription(
        key=Reported.LIGHT_SOURCE_VOLTAGE,
        device_class=SensorDeviceClass.VOLTAGE,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        entity_registry_enabled_default=False,
    ),
    ReportSensorDescription(
        key=Reported.LIGHT_SOURCE_CURRENT,
        device_class=SensorDeviceClass.CURRENT,
        native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
    ),
    ReportSensorDescription(
        key=Reported.LIGHT_SOURCE_TEMPERATURE,
        device_class=SensorDeviceClass.TEMPERATURE,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        entity_registry_enabled_default=False,
    ),
    ReportSensorDescription(
        key=Reported.RATED_LIFE,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.HOURS,
        state_class=None,
        entity_registry_enabled_default=False,
    ),
)
REPORT_BINARY_SENSORS: Final = (
    ReportBinarySensorDescription(key=Reported.OVERALL_FAILURE, entity_registry_enabled_default=True),
    ReportBinarySensorDescription(key=Reported.OVERVOLTAGE),
    ReportBinarySensorDescription(key=Reported.UNDERVOLTAGE),
    ReportBinarySensorDescription(key=Reported.POWER_LIMITATION),
    ReportBinarySensorDescription(key=Reported.THERMAL_DERATING),
    ReportBinarySensorDescription(key=Reported.THERMAL_SHUTDOWN),
    ReportBinarySensorDescription(key=Reported.LIGHT_SOURCE_FAILURE, entity_registry_enabled_default=True),
    ReportBinarySensorDescription(key=Reported.SHORT_CIRCUIT),
    ReportBinarySensorDescription(key=Reported.OPEN_CIRCUIT),
)


def report_sensors(coordinator: LineCoordinator, gear: Gear) -> Iterator[SensorEntity]:
    """Return the sensors of what a gear reports."""
    for description in REPORT_SENSORS:
        if _reports(gear, description.key):
            yield ReportSensor(coordinator, gear, description)


def report_binary_sensors(coordinator: LineCoordinator, gear: Gear) -> Iterator[BinarySensorEntity]:
    """Return the binary sensors of what a gear reports."""
    for description in REPORT_BINARY_SENSORS:
        if _reports(gear, description.key):
            yield ReportBinarySensor(coordinator, gear, description)


def _reports(gear: Gear, key: str) -> bool:
    return bank_of(Reported(key)) in (gear.banks or ())


class ReportEntity(DescribedGearEntity):
    """One thing that a gear reports."""

    @property
    @override
    def shown(self) -> object:
        """Return what the gear reported last."""
        return self.reported

    @property
    def reported(self) -> float | None:
        """Return what the gear reported last; None where it was not read, or the gear does not know."""
        return self.coordinator.line.reports.values(self._key).get(Reported(self.entity_description.key))


class ReportSensor(ReportEntity, SensorEntity):
    """A number that a gear reports."""

    @property
    @override
    def native_value(self) -> float | None:
        """Return the number."""
        return self.reported


class ReportBinarySensor(ReportEntity, BinarySensorEntity):
    """A flag that a gear reports."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it is set."""
        return None if self.reported is None else bool(self.reported)
