"""What gear reports of itself in its memory, and in which portions it is read (IEC 62386-252 and -253)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from dali.memory import diagnostics, energy, maintenance

from .memory_values import number_of

# The device types that say which banks there may be (IEC 62386-252 and -253).
BANKS: Final[Mapping[int, tuple[int, ...]]] = {51: (202, 203, 204), 52: (205, 206, 207)}
_MINUTE: Final = 60.0
_HOUR: Final = 60 * _MINUTE


class Reported(StrEnum):
    """One thing that gear reports, in the unit that is said here."""

    POWER = "power"
    """In watts."""
    ENERGY = "energy"
    """In watt hours since it was made."""
    APPARENT_POWER = "apparent_power"
    """In volt amperes."""
    LOAD_POWER = "load_power"
    """Without what it feeds into the line and to sensors, in watts."""
    LOAD_ENERGY = "load_energy"
    """The same, in watt hours."""
    OPERATING_TIME = "operating_time"
    """How long it had power, in seconds."""
    STARTS = "starts"
    SUPPLY_VOLTAGE = "supply_voltage"
    """In volts."""
    SUPPLY_FREQUENCY = "supply_frequency"
    """In hertz; 0 is direct current."""
    POWER_FACTOR = "power_factor"
    OVERALL_FAILURE = "overall_failure"
    """Of the gear itself: 0 or 1, as all flags."""
    OVERVOLTAGE = "overvoltage"
    UNDERVOLTAGE = "undervoltage"
    POWER_LIMITATION = "power_limitation"
    """It gives less than it should."""
    THERMAL_DERATING = "thermal_derating"
    """It gives less since it is hot."""
    THERMAL_SHUTDOWN = "thermal_shutdown"
    """It gives nothing since it is hot."""
    TEMPERATURE = "temperature"
    """Inside of it, in °C."""
    OUTPUT_CURRENT = "output_current"
    """In percent of the most."""
    LIGHT_SOURCE_STARTS = "light_source_starts"
    LIGHT_SOURCE_ON_TIME = "light_source_on_time"
    """In seconds."""
    LIGHT_SOURCE_VOLTAGE = "light_source_voltage"
    """In volts."""
    LIGHT_SOURCE_CURRENT = "light_source_current"
    """In amperes."""
    LIGHT_SOURCE_FAILURE = "light_source_failure"
    SHORT_CIRCUIT = "short_circuit"
    OPEN_CIRCUIT = "open_circuit"
    LIGHT_SOURCE_TEMPERATURE = "light_source_temperature"
    """In °C."""
    RATED_LIFE = "rated_life"
    """Of the luminaire, in hours."""


# Values of python-dali, each of which has its bank.
VALUES: Final[Mapping[Reported, type[Any]]] = {
    Reported.POWER: energy.ActivePower,
    Reported.ENERGY: energy.ActiveEnergy,
    Reported.APPARENT_POWER: energy.ApparentPower,
    Reported.LOAD_POWER: energy.ActivePowerLoadside,
    Reported.LOAD_ENERGY: energy.ActiveEnergyLoadside,
    Reported.OPERATING_TIME: diagnostics.ControlGearOperatingTime,
    Reported.STARTS: diagnostics.ControlGearStartCounter,
    Reported.SUPPLY_VOLTAGE: diagnostics.ControlGearExternalSupplyVoltage,
    Reported.SUPPLY_FREQUENCY: diagnostics.ControlGearExternalSupplyVoltageFrequency,
    Reported.POWER_FACTOR: diagnostics.ControlGearPowerFactor,
    Reported.OVERALL_FAILURE: diagnostics.ControlGearOverallFailureCondition,
    Reported.OVERVOLTAGE: diagnostics.ControlGearExternalSupplyOvervoltage,
    Reported.UNDERVOLTAGE: diagnostics.ControlGearExternalSupplyUndervoltage,
    Reported.POWER_LIMITATION: diagnostics.ControlGearOutputPowerLimitation,
    Reported.THERMAL_DERATING: diagnostics.ControlGearThermalDerating,
    Reported.THERMAL_SHUTDOWN: diagnostics.ControlGearThermalShutdown,
    Reported.TEMPERATURE: diagnostics.ControlGearTemperature,
    Reported.OUTPUT_CURRENT: diagnostics.ControlGearOutputCurrentPercent,
    Reported.LIGHT_SOURCE_STARTS: diagnostics.LightSourceStartCounter,
    Reported.LIGHT_SOURCE_ON_TIME: diagnostics.LightSourceOnTime,
    Reported.LIGHT_SOURCE_VOLTAGE: diagnostics.LightSourceVoltage,
    Reported.LIGHT_SOURCE_CURRENT: diagnostics.LightSourceCurrent,
    Reported.LIGHT_SOURCE_FAILURE: diagnostics.LightSourceOverallFailureCondition,
    Reported.SHORT_CIRCUIT: diagnostics.LightSourceShortCircuit,
    Reported.OPEN_CIRCUIT: diagnostics.LightSourceOpenCircuit,
    Reported.LIGHT_SOURCE_TEMPERATURE: diagnostics.LightSourceTemperature,
    Reported.RATED_LIFE: maintenance.RatedMedianUsefulLifeOfLuminaire,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Locations of one bank that are read together."""

    bank: int
    first: int
    last: int
    every: float
    """In seconds, where the line's time allows it."""
    latched: bool = False
    """Whether there are numbers of several locations in it that change."""

    def covers(self, other: Portion) -> bool:
        """Tell whether what another portion has is in this one, too."""
        return self.bank == other.bank and self.first <= other.first and other.last <= self.last

    def decode(self, cells: Mapping[int, int]) -> dict[Reported, float | None]:
        """Return what is told in these locations."""
        return {
            reported: number_of(value, cells)
            for reported, value in VALUES.items()
            if bank_of(reported) == self.bank
            and all(self.first <= location.address <= self.last for location in value.locations)
        }


def bank_of(reported: Reported) -> int:
    """Return the memory bank in which something is told."""
    return int(VALUES[reported].bank.address)


# Read when the level is another, too.
POWER: Final = Portion(bank=202, first=0x0B, last=0x0F, latched=True, every=10 * _MINUTE)
# In the order in which they are read at first.
PORTIONS: Final = (
    POWER,
    Portion(bank=202, first=0x04, last=0x0F, latched=True, every=20 * _MINUTE),
    Portion(bank=205, first=0x0F, last=0x1C, every=30 * _MINUTE),
    Portion(bank=206, first=0x16, last=0x20, every=30 * _MINUTE),
    Portion(bank=203, first=0x0B, last=0x0F, latched=True, every=_HOUR),
    Portion(bank=204, first=0x04, last=0x0F, latched=True, every=_HOUR),
    Portion(bank=205, first=0x04, last=0x0E, latched=True, every=2 * _HOUR),
    Portion(bank=206, first=0x07, last=0x15, latched=True, every=2 * _HOUR),
    Portion(bank=207, first=0x04, last=0x04, every=24 * _HOUR),
)
