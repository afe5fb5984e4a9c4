"""The banks in which gear reports on itself: energy (IEC 62386-252) and diagnostics (IEC 62386-253)."""

from collections.abc import Callable
from typing import Final

from ..dali.level import MASK
from .live_bank import LiveBank, LiveValue
from .memory_banks import LOCK, MemoryBank
from .usage import AMBIENT, EFFICIENCY, WARMING, Usage

# The device types that tell of these banks.
LUMINAIRE_DATA: Final = 50
ENERGY_REPORTING: Final = 51
DIAGNOSTICS: Final = 52

ACTIVE_ENERGY: Final = 202
APPARENT_ENERGY: Final = 203
LOAD_SIDE_ENERGY: Final = 204
GEAR_DIAGNOSTICS: Final = 205
LIGHT_SOURCE_DIAGNOSTICS: Final = 206
LUMINAIRE_MAINTENANCE: Final = 207

# Energy and power are told in thousandths: ten to the power of minus three, as a signed byte.
_THOUSANDTHS: Final = 0xFD
_PER_UNIT: Final = 1000
_VERSION: Final = 1
_LAST_OF_ENERGY: Final = 0x0F
_LAST_OF_GEAR: Final = 0x1C
_LAST_OF_LIGHT_SOURCE: Final = 0x20
_LAST_OF_MAINTENANCE: Final = 0x07
_MAINTENANCE_DATA: Final = range(0x04, _LAST_OF_MAINTENANCE + 1)
# Temperatures are told with this much added, in °C.
_OFFSET: Final = 60
_MAINS_TENTHS_OF_VOLTS: Final = 2300
_MAINS_HERTZ: Final = 50
# A string of LEDs, in volts, and how much less it has when it hardly glows.
_LIGHT_SOURCE_VOLTS: Final = 42.0
_LIGHT_SOURCE_DIP: Final = 6.0


def energy_banks(usage: Usage) -> dict[int, MemoryBank]:
    """Return the banks for active, apparent and load side energy and power."""
    return {
        ACTIVE_ENERGY: _energy_bank(lambda: usage.watt_hours, lambda: usage.watts),
        APPARENT_ENERGY: _energy_bank(lambda: usage.volt_ampere_hours, lambda: usage.volt_amperes),
        LOAD_SIDE_ENERGY: _energy_bank(lambda: usage.watt_hours * EFFICIENCY, lambda: usage.watts * EFFICIENCY),
    }


def _energy_bank(energy: Callable[[], float], power: Callable[[], float]) -> MemoryBank:
    cells = _head(_LAST_OF_ENERGY) | {0x04: _THOUSANDTHS, 0x0B: _THOUSANDTHS}
    values = (
        LiveValue(0x05, 6, lambda: energy() * _PER_UNIT),
        LiveValue(0x0C, 4, lambda: power() * _PER_UNIT),
    )
    return LiveBank(cells, values)


def diagnostic_banks(
    usage: Usage, *, gear_failure: Callable[[], bool], lamp_failure: Callable[[], bool]
) -> dict[int, MemoryBank]:
    """Return the banks on the gear, on its light source and on the maintenance of the luminaire."""
    return {
        GEAR_DIAGNOSTICS: _gear_bank(usage, gear_failure),
        LIGHT_SOURCE_DIAGNOSTICS: _light_source_bank(usage, lamp_failure),
        LUMINAIRE_MAINTENANCE: _maintenance_bank(),
    }


def _gear_bank(usage: Usage, failed: Callable[[], bool]) -> MemoryBank:
    # Under- and overvoltage, power limitation, thermal derating and shutdown with their counters: all is well.
    cells = _head(_LAST_OF_GEAR) | dict.fromkeys(range(0x11, 0x1B), 0)
    values = (
        LiveValue(0x04, 4, lambda: usage.operating_seconds),
        LiveValue(0x08, 3, lambda: usage.counts.gear_starts),
        LiveValue(0x0B, 2, lambda: _MAINS_TENTHS_OF_VOLTS),
        LiveValue(0x0D, 1, lambda: _MAINS_HERTZ),
        LiveValue(0x0E, 1, lambda: round(usage.power_factor * 100), most=100),
        LiveValue(0x0F, 1, failed),
        LiveValue(0x10, 1, lambda: usage.counts.gear_failures),
        LiveValue(0x1B, 1, lambda: round(usage.temperature + _OFFSET)),
        LiveValue(0x1C, 1, lambda: round(usage.share * 100), most=100),
    )
    return LiveBank(cells, values, lockable=range(LOCK, LOCK + 1))


class _Resettable:
    """A counter that a master may set, and that counts on from there."""

    def __init__(self, count: Callable[[], float]) -> None:
        self._count = count
        self._offset = 0.0

    def read(self) -> float:
        return self._count() + self._offset

    def write(self, value: int) -> None:
        self._offset = value - self._count()


def _light_source_bank(usage: Usage, failed: Callable[[], bool]) -> MemoryBank:
    # Short circuit, thermal derating and shutdown with their counters: none.
    cells = _head(_LAST_OF_LIGHT_SOURCE) | dict.fromkeys((0x18, 0x19, *range(0x1C, 0x20)), 0)
    starts = _Resettable(lambda: usage.counts.lamp_starts)
    on_time = _Resettable(lambda: usage.lamp_seconds)

    def volts() -> float:
        return _LIGHT_SOURCE_VOLTS - _LIGHT_SOURCE_DIP * (1 - usage.share) if usage.share else 0.0

    def milliamperes() -> float:
        return usage.watts * EFFICIENCY / volts() * 1000 if usage.share else 0.0

    values = (
        LiveValue(0x04, 3, starts.read, starts.write),
        LiveValue(0x07, 3, lambda: usage.counts.lamp_starts),
        LiveValue(0x0A, 4, on_time.read, on_time.write),
        LiveValue(0x0E, 4, lambda: usage.lamp_seconds),
        LiveValue(0x12, 2, lambda: round(volts() * 10)),
        LiveValue(0x14, 2, lambda: round(milliamperes())),
        LiveValue(0x16, 1, failed),
        LiveValue(0x17, 1, lambda: usage.counts.lamp_failures),
        # A dead lamp of this gear is an open circuit.
        LiveValue(0x1A, 1, failed),
        LiveValue(0x1B, 1, lambda: usage.counts.lamp_failures),
        LiveValue(0x20, 1, lambda: round(usage.light_source_temperature + _OFFSET)),
    )
    return LiveBank(cells, values, lockable=range(LOCK, LOCK + 1))


def _maintenance_bank() -> MemoryBank:
    """Return the bank that the maker of a luminaire fills: 100 000 h, warm at full power, starts unknown."""
    data = {0x04: 100, 0x05: round(AMBIENT + WARMING) + _OFFSET, 0x06: MASK, 0x07: MASK}
    return MemoryBank(_head(_LAST_OF_MAINTENANCE) | data, lockable=_MAINTENANCE_DATA)


def _head(last: int) -> dict[int, int]:
    """Return the first locations of a bank of parts 252 and 253: there is nothing at 0x01."""
    return {0x00: last, LOCK: MASK, 0x03: _VERSION}
