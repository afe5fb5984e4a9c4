"""The queries of IEC 62386-103 to a device as a whole: what each is answered with."""

from collections.abc import Callable, Mapping, Sequence
from enum import IntFlag
from typing import Final, Protocol

from .commands import YES
from .device_addressing import DeviceAddressing
from .device_commands import DeviceCommand
from .instance import Instance
from .memory_banks import VERSION_2_0, Memory
from .variables import Registers

_NORMAL_MODE: Final = 0
# There are instances; there is no application controller.
_CAPABILITIES: Final = 0b010
_INPUT_DEVICE_ERROR: Final = 1


class DeviceStatus(IntFlag):
    """The bits of QUERY DEVICE STATUS."""

    INPUT_DEVICE_ERROR = 1
    QUIESCENT_MODE = 2
    MISSING_SHORT_ADDRESS = 4
    APPLICATION_CONTROLLER_ACTIVE = 8
    APPLICATION_CONTROLLER_ERROR = 16
    POWER_CYCLE_SEEN = 32
    RESET_STATE = 64


class Device(Protocol):
    """What the queries look at."""

    registers: Registers
    memory: Memory
    addressing: DeviceAddressing
    groups: int
    power_cycle_seen: bool
    power_cycle_notification: bool

    @property
    def instances(self) -> Sequence[Instance]:
        """Return the instances in order."""

    @property
    def is_reset(self) -> bool:
        """Return whether the device is in its reset state."""

    def is_quiet(self, now: float) -> bool:
        """Return whether the device is in quiescent mode."""


type _Answer = Callable[[Device, float], int | bool]


def answer(device: Device, query: DeviceCommand, now: float) -> int | None:
    """Return the answer to a query, None for no."""
    if query is DeviceCommand.READ_MEMORY_LOCATION:
        return device.memory.read()
    if query in _YES_OR_NO:
        return YES if _YES_OR_NO[query](device, now) else None
    return int(_NUMBERS[query](device, now)) if query in _NUMBERS else None


def _has_error(device: Device) -> bool:
    return any(instance.error for instance in device.instances)


def _status(device: Device, now: float) -> int:
    flags = {
        DeviceStatus.INPUT_DEVICE_ERROR: _has_error(device),
        DeviceStatus.QUIESCENT_MODE: device.is_quiet(now),
        DeviceStatus.MISSING_SHORT_ADDRESS: device.addressing.short_address is None,
        DeviceStatus.POWER_CYCLE_SEEN: device.power_cycle_seen,
        DeviceStatus.RESET_STATE: device.is_reset,
    }
    return sum(flag for flag, is_set in flags.items() if is_set)


_YES_OR_NO: Final[Mapping[DeviceCommand, _Answer]] = {
    DeviceCommand.QUERY_MISSING_SHORT_ADDRESS: lambda device, _now: device.addressing.short_address is None,
    DeviceCommand.QUERY_APPLICATION_CONTROL_ENABLED: lambda _device, _now: False,
    DeviceCommand.QUERY_MANUFACTURER_SPECIFIC_MODE: lambda _device, _now: False,
    DeviceCommand.QUERY_QUIESCENT_MODE: lambda device, now: device.is_quiet(now),
    DeviceCommand.QUERY_POWER_CYCLE_NOTIFICATION: lambda device, _now: device.power_cycle_notification,
    DeviceCommand.QUERY_RESET_STATE: lambda device, _now: device.is_reset,
}
_NUMBERS: Final[Mapping[DeviceCommand, _Answer]] = {
    DeviceCommand.QUERY_DEVICE_STATUS: _status,
    DeviceCommand.QUERY_INPUT_DEVICE_ERROR: lambda device, _now: _has_error(device) * _INPUT_DEVICE_ERROR,
    DeviceCommand.QUERY_VERSION_NUMBER: lambda _device, _now: VERSION_2_0,
    DeviceCommand.QUERY_NUMBER_OF_INSTANCES: lambda device, _now: len(device.instances),
    DeviceCommand.QUERY_CONTENT_DTR0: lambda device, _now: device.registers.dtr0,
    DeviceCommand.QUERY_CONTENT_DTR1: lambda device, _now: device.registers.dtr1,
    DeviceCommand.QUERY_CONTENT_DTR2: lambda device, _now: device.registers.dtr2,
    DeviceCommand.QUERY_RANDOM_ADDRESS_H: lambda device, _now: device.addressing.random_address >> 16,
    DeviceCommand.QUERY_RANDOM_ADDRESS_M: lambda device, _now: device.addressing.random_address >> 8 & 0xFF,
    DeviceCommand.QUERY_RANDOM_ADDRESS_L: lambda device, _now: device.addressing.random_address & 0xFF,
    DeviceCommand.QUERY_OPERATING_MODE: lambda _device, _now: _NORMAL_MODE,
    DeviceCommand.QUERY_DEVICE_GROUPS_0_7: lambda device, _now: device.groups & 0xFF,
    DeviceCommand.QUERY_DEVICE_GROUPS_8_15: lambda device, _now: device.groups >> 8 & 0xFF,
    DeviceCommand.QUERY_DEVICE_GROUPS_16_23: lambda device, _now: device.groups >> 16 & 0xFF,
    DeviceCommand.QUERY_DEVICE_GROUPS_24_31: lambda device, _now: device.groups >> 24,
    DeviceCommand.QUERY_DEVICE_CAPABILITIES: lambda _device, _now: _CAPABILITIES,
}
