"""General purpose sensors as sensors of what they say that they measure (IEC 62386-306)."""

from collections.abc import Iterable
from typing import Final, override

from dali.device.general_sensor import QuantityName as Quantity, UnitOfMeasurement as Unit
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorStateClass
from homeassistant.const import (
    LIGHT_LUX,
    PERCENTAGE,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfLength,
    UnitOfMass,
    UnitOfPower,
    UnitOfPressure,
    UnitOfRatio,
    UnitOfSoundPressure,
    UnitOfSpeed,
    UnitOfTemperature,
    UnitOfTime,
)

from ..coordinator import LineCoordinator
from ..dali.input_device import InputDevice, Instance, InstanceType
from ..dali.measurement import Measurement
from .input_entities import InstanceEntity

_UNITS: Final[dict[int, tuple[str, SensorDeviceClass | None]]] = {
    Unit.SECOND: (UnitOfTime.SECONDS, SensorDeviceClass.DURATION),
    Unit.HERTZ: (UnitOfFrequency.HERTZ, SensorDeviceClass.FREQUENCY),
    Unit.METRE: (UnitOfLength.METERS, SensorDeviceClass.DISTANCE),
    Unit.KILOGRAM: (UnitOfMass.KILOGRAMS, SensorDeviceClass.WEIGHT),
    Unit.VOLT: (UnitOfElectricPotential.VOLT, SensorDeviceClass.VOLTAGE),
    Unit.AMPERE: (UnitOfElectricCurrent.AMPERE, SensorDeviceClass.CURRENT),
    Unit.KELVIN: (UnitOfTemperature.KELVIN, SensorDeviceClass.TEMPERATURE),
    Unit.CELSIUS: (UnitOfTemperature.CELSIUS, SensorDeviceClass.TEMPERATURE),
    Unit.FAHRENHEIT: (UnitOfTemperature.FAHRENHEIT, SensorDeviceClass.TEMPERATURE),
    Unit.PASCAL: (UnitOfPressure.PA, SensorDeviceClass.PRESSURE),
    Unit.PSI: (UnitOfPressure.PSI, SensorDeviceClass.PRESSURE),
    Unit.WATT: (UnitOfPower.WATT, SensorDeviceClass.POWER),
    Unit.WATT_HOUR: (UnitOfEnergy.WATT_HOUR, SensorDeviceClass.ENERGY),
    Unit.LUX: (LIGHT_LUX, SensorDeviceClass.ILLUMINANCE),
    Unit.METRE_PER_SECOND: (UnitOfSpeed.METERS_PER_SECOND, SensorDeviceClass.SPEED),
    Unit.DECIBEL: (UnitOfSoundPressure.DECIBEL, SensorDeviceClass.SOUND_PRESSURE),
    Unit.DECIBEL_A: (UnitOfSoundPressure.WEIGHTED_DECIBEL_A, SensorDeviceClass.SOUND_PRESSURE),
    Unit.PERCENT: (PERCENTAGE, None),
    Unit.PARTS_PER_MILLION: (UnitOfRatio.PARTS_PER_MILLION, None),
}
# Of these units it is the quantity that says what is measured.
_QUANTITIES: Final[dict[tuple[int, int], SensorDeviceClass]] = {
    (Unit.PERCENT, Quantity.RELATIVE_HUMIDITY): SensorDeviceClass.HUMIDITY,
    (Unit.PERCENT, Quantity.BATTERY_CHARGE): SensorDeviceClass.BATTERY,
    (Unit.PARTS_PER_MILLION, Quantity.CO2): SensorDeviceClass.CO2,
    (Unit.PARTS_PER_MILLION, Quantity.CO): SensorDeviceClass.CO,
    (Unit.PARTS_PER_MILLION, Quantity.VOC): SensorDeviceClass.VOLATILE_ORGANIC_COMPOUNDS_PARTS,
    (Unit.METRE_PER_SECOND, Quantity.WIND_SPEED): SensorDeviceClass.WIND_SPEED,
}


def general_sensors(coordinator: LineCoordinator, device: InputDevice) -> Iterable[SensorEntity]:
    """Return the sensors of the general purpose sensors of an input device."""
    for instance in device.instances:
        if instance.type == InstanceType.GENERAL_SENSOR and instance.measurement is not None:
            yield GeneralSensor(coordinator, device, instance, instance.measurement)


class GeneralSensor(InstanceEntity, SensorEntity):
    """What one of them measures; Home Assistant names it where it has a word for that."""

    def __init__(
        self, coordinator: LineCoordinator, device: InputDevice, instance: Instance, measurement: Measurement
    ) -> None:
        super().__init__(coordinator, device, instance, "measurement")
        unit, device_class = _UNITS.get(measurement.unit, (None, None))
        device_class = _QUANTITIES.get((measurement.unit, measurement.quantity), device_class)
        if device_class is not None:
            self._attr_translation_key = None
        self._attr_device_class = device_class
        self._attr_native_unit_of_measurement = unit
        self._attr_suggested_display_precision = max(0, -measurement.magnitude)
        # Energy is counted, all else is measured.
        counted = device_class is SensorDeviceClass.ENERGY
        self._attr_state_class = SensorStateClass.TOTAL_INCREASING if counted else SensorStateClass.MEASUREMENT

    @property
    @override
    def native_value(self) -> float | None:
        """Return what it measured last; a broken sensor measures nothing."""
        state, instance = self.instance_state, self.instance
        if instance is None or instance.measurement is None or state.value is None or state.error:
            return None
        return instance.measurement.value_of(state.value, instance.resolution)
