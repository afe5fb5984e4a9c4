"""One control device of a simulated line: which frames are for it, and what they do (IEC 62386-103)."""

from collections.abc import Callable, Mapping
import random
from typing import Final

from ..dali.timing import SEND_TWICE_MAX, Priority, forward_frame
from .device_addressing import DeviceAddressing
from .device_commands import (
    DIRECT_WRITE_MEMORY,
    DTR1_DTR0,
    DTR2_DTR1,
    FIRST_DEVICE_QUERY,
    KEEPS_WRITE_ENABLED,
    SEND_TWICE_SPECIAL,
    SPECIAL_ADDRESS,
    DeviceCommand,
    DeviceSpecial,
    InstanceCommand,
    device_special_of,
)
from .device_queries import answer
from .device_specification import DeviceSpecification, InstanceType
from .general_sensor import GeneralSensor
from .instance import Instance
from .line_modes import MODE_SECONDS
from .measuring_instance import AbsoluteInput, LightSensor
from .memory_banks import Memory, device_bank_0
from .occupancy_sensor import OccupancySensor
from .push_button import PushButton
from .scheduler import Scheduler, Timer
from .specification import NO_RANDOM_ADDRESS
from .state import IDENTIFY_SECONDS
from .variables import Registers

FRAME_BITS: Final = 24
_IS_COMMAND: Final = 0x01
_FIRST_GROUP: Final = 0x80
_FIRST_SPECIAL: Final = 0xC0
_BROADCAST_UNADDRESSED: Final = 0xFC
_BROADCAST: Final = 0xFE
# The instance byte: the device, all instances, or those of a number, a group or a type.
_DEVICE: Final = 0xFE
_ALL_INSTANCES: Final = 0xFF
_INSTANCE_NUMBERS: Final = range(0x20)
_INSTANCE_GROUPS: Final = range(0x80, 0xA0)
_INSTANCE_TYPES: Final = range(0xC0, 0xE0)
# The message that the power is back (IEC 62386-103:2022, 7.2.2.1), and which of its parts are valid. It comes some
# seconds later, at random, so that not all devices of a line say it at once.
_POWER_CYCLE: Final = 0xFEE000
_GROUP_VALID: Final = 1 << 12
_ADDRESS_VALID: Final = 1 << 6
_POWER_CYCLE_SECONDS: Final = (1.3, 5.0)
# Of the opcodes that belong to a type, these ask, and CATCH MOVEMENT and CANCEL HOLD TIMER come once.
_OWN_QUERIES: Final = frozenset(opcode for opcode in range(0x60) if opcode & 0x0F >= 0x0A)  # table 10
_ONCE: Final = frozenset({0x20, 0x24})

_INSTANCES: Final[Mapping[InstanceType, type[Instance]]] = {
    InstanceType.PUSH_BUTTON: PushButton,
    InstanceType.ABSOLUTE_INPUT: AbsoluteInput,
    InstanceType.OCCUPANCY_SENSOR: OccupancySensor,
    InstanceType.LIGHT_SENSOR: LightSensor,
    InstanceType.GENERAL_SENSOR: GeneralSensor,
}

type SendEvent = Callable[[int, Priority], None]


class ControlDevice:
    """A device with its instances; frames come by `receive`, events leave by `transmit`."""

    def __init__(
        self,
        specification: DeviceSpecification,
        *,
        scheduler: Scheduler,
        transmit: SendEvent,
        random: random.Random,
    ) -> None:
        self.name = specification.name
        self.registers = Registers()
        self.groups = sum(1 << group for group in specification.groups)
        """A bit for each of the 32 device groups."""
        self.power_cycle_seen = True
        self.power_cycle_notification = False
        self.addressing = DeviceAddressing(specification.short_address, specification.random_address, random)
        self.memory = Memory({0: device_bank_0(specification)}, self.registers)
        self._specification = specification
        self._scheduler = scheduler
        self._transmit = transmit
        self._random = random
        self._power_cycle_timer: Timer | None = None
        self._has_line = True
        self._quiet_until = 0.0
        self._identifies_until = 0.0
        self._half: tuple[int, float] | None = None
        self.instances: tuple[Instance, ...] = tuple(
            _INSTANCES[one.kind](one, number, self, scheduler) for number, one in enumerate(specification.instances)
        )

    @property
    def short_address(self) -> int | None:
        """Return the short address, None where the device was not commissioned."""
        return self.addressing.short_address

    @property
    def lowest_group(self) -> int | None:
        """Return the lowest device group, None where the device is in none."""
        return (self.groups & -self.groups).bit_length() - 1 if self.groups else None

    @property
    def is_reset(self) -> bool:
        """Return whether the device is in its reset state; instances have settings of their own."""
        return not self.groups and self.addressing.random_address == NO_RANDOM_ADDRESS

    def is_quiet(self, now: float) -> bool:
        """Return whether somebody asked for silence (9.10.4)."""
        return now < self._quiet_until

    def send_event(self, data: int, priority: Priority) -> None:
        """Put an event on the line; in quiescent mode, or without power, it is gone."""
        if self._has_line and not self.is_quiet(self._scheduler.now()):
            self._transmit(data, priority)

    def receive(self, data: int, now: float) -> int | None:
        """Take a 24-bit forward frame whose last edge was at `now`; return the answer (0 to 255) or None."""
        self.addressing.settle(now)
        half, self._half = self._half, None
        if not self._has_line:
            return None
        is_second = half is not None and half[0] == data and now - half[1] - forward_frame(FRAME_BITS) <= SEND_TWICE_MAX
        address, instance, opcode = data >> 16, data >> 8 & 0xFF, data & 0xFF
        if not address & _IS_COMMAND:
            return None  # an event of another device
        if address in {SPECIAL_ADDRESS, DIRECT_WRITE_MEMORY, DTR1_DTR0, DTR2_DTR1}:
            return self._take_special(address, instance, opcode, data, now, is_second=is_second)
        if not self._is_addressed(address & ~_IS_COMMAND):
            return None
        if self._comes_in_pairs(instance, opcode) and not is_second:
            self._half = (data, now)
            return None
        if instance == _DEVICE:
            return self._take(opcode, now)
        self._end_what_others_end(None)
        answers = [one.obey(opcode) for one in self._addressed(instance)]
        # Several instances of one device give one answer: the highest stands for "yes".
        return max((one for one in answers if one is not None), default=None)

    def interrupt(self, now: float) -> None:
        """Take a frame that is not for devices (16 bits, or garbled): half of a command sent twice is forgotten."""
        self.addressing.settle(now)
        self._half = None

    def line_power(self, *, present: bool, now: float) -> None:
        """Take note that the line lost, or got back, its power: a device has no other."""
        self.addressing.settle(now)
        self._half = None
        self._has_line = present
        if present:
            self.registers.dtr0 = self.registers.dtr1 = self.registers.dtr2 = 0
            self.memory.restart()
            self.addressing.restart()
            self._quiet_until = self._identifies_until = 0.0
            self.power_cycle_seen = True
        self._tell_power_cycle(present=present, now=now)

    def stop(self) -> None:
        """Leave no timer behind."""
        self._tell_power_cycle(present=False, now=0.0)
        for instance in self.instances:
            instance.stop()

    def instance(self, number: int) -> Instance:
        """Return an instance; raises LookupError where there is none."""
        if not 0 <= number < len(self.instances):
            raise LookupError(f"{self.name} has no instance {number}; it has {len(self.instances)}")
        return self.instances[number]

    def snapshot(self, now: float) -> dict[str, object]:
        """Return how the device is, as plain JSON."""
        self.addressing.settle(now)
        return {
            "name": self.name,
            "room": self._specification.room,
            "address": self.short_address,
            "random_address": self.addressing.random_address,
            "gtin": self._specification.gtin,
            "serial": self._specification.serial,
            "groups": [group for group in range(32) if self.groups >> group & 1],
            "quiescent": self.is_quiet(now),
            "identifying": now < self._identifies_until,
            "initialisation": self.addressing.selection(now).value,
            "instances": [instance.snapshot() for instance in self.instances],
        }

    def _tell_power_cycle(self, *, present: bool, now: float) -> None:
        """Say in a while that the power is back, where that is wanted; nothing while it is away."""
        if self._power_cycle_timer is not None:
            self._power_cycle_timer.cancel()
            self._power_cycle_timer = None
        if present and self.power_cycle_notification:
            data = _POWER_CYCLE
            if self.lowest_group is not None:
                data |= _GROUP_VALID | self.lowest_group << 7
            if self.short_address is not None:
                data |= _ADDRESS_VALID | self.short_address
            self._power_cycle_timer = self._scheduler.call_at(
                now + self._random.uniform(*_POWER_CYCLE_SECONDS), lambda: self.send_event(data, Priority.AUTOMATIC)
            )

    # Who is meant

    def _is_addressed(self, address: int) -> bool:
        if address < _FIRST_GROUP:
            return address >> 1 == self.short_address
        if address < _FIRST_SPECIAL:
            return bool(self.groups >> (address >> 1 & 31) & 1)
        return address == _BROADCAST or (address == _BROADCAST_UNADDRESSED and self.short_address is None)

    def _addressed(self, instance: int) -> list[Instance]:
        """Return the instances that an instance byte means; reserved ones, and those for features, mean none."""
        if instance == _ALL_INSTANCES:
            return list(self.instances)
        if instance in _INSTANCE_NUMBERS:
            return [one for one in self.instances if one.number == instance]
        if instance in _INSTANCE_GROUPS:
            return [one for one in self.instances if one.is_in_group(instance - _INSTANCE_GROUPS.start)]
        if instance in _INSTANCE_TYPES:
            return [one for one in self.instances if one.kind == instance - _INSTANCE_TYPES.start]
        return []

    @staticmethod
    def _comes_in_pairs(instance: int, opcode: int) -> bool:
        if instance == _DEVICE:
            return opcode < FIRST_DEVICE_QUERY
        if opcode < InstanceCommand.SET_EVENT_PRIORITY:
            return opcode not in _OWN_QUERIES and opcode not in _ONCE
        return opcode < InstanceCommand.QUERY_INSTANCE_TYPE

    # What it does

    def _take_special(
        self, address: int, first: int, second: int, data: int, now: float, *, is_second: bool
    ) -> int | None:
        registers = self.registers
        if address == DTR1_DTR0:
            registers.dtr1, registers.dtr0 = first, second
        elif address == DTR2_DTR1:
            registers.dtr2, registers.dtr1 = first, second
        elif address == DIRECT_WRITE_MEMORY:
            registers.dtr0 = first
            return self.memory.write(second)
        else:
            special = device_special_of(first, second)
            if special in SEND_TWICE_SPECIAL and not is_second:
                self._half = (data, now)
            elif special is not None:
                return self._obey_special(special, second, now)
        return None

    def _obey_special(self, special: DeviceSpecial, data: int, now: float) -> int | None:
        self._end_what_others_end(special)
        registers = self.registers
        if special is DeviceSpecial.DTR0:
            registers.dtr0 = data
        elif special is DeviceSpecial.DTR1:
            registers.dtr1 = data
        elif special is DeviceSpecial.DTR2:
            registers.dtr2 = data
        elif special in {DeviceSpecial.WRITE_MEMORY_LOCATION, DeviceSpecial.WRITE_MEMORY_LOCATION_NO_REPLY}:
            written = self.memory.write(data)
            return written if special is DeviceSpecial.WRITE_MEMORY_LOCATION else None
        elif special is not DeviceSpecial.SEND_TESTFRAME:
            return self.addressing.obey(special, data, now)
        return None

    def _take(self, opcode: int, now: float) -> int | None:
        try:
            command = DeviceCommand(opcode)
        except ValueError:
            return None
        self._end_what_others_end(command)
        if command >= FIRST_DEVICE_QUERY:
            return answer(self, command, now)
        registers = self.registers
        words = registers.dtr2 << 8 | registers.dtr1
        match command:
            case DeviceCommand.IDENTIFY_DEVICE:
                self._identifies_until = now + IDENTIFY_SECONDS
            case DeviceCommand.RESET_POWER_CYCLE_SEEN:
                self.power_cycle_seen = False
            case DeviceCommand.RESET:
                self._reset()
            case DeviceCommand.RESET_MEMORY_BANK:
                self.memory.reset(registers.dtr0)
            case DeviceCommand.SET_SHORT_ADDRESS:
                self.addressing.set_address_byte(registers.dtr0)
            case DeviceCommand.ENABLE_WRITE_MEMORY:
                self.memory.write_enabled = True
            case DeviceCommand.ADD_TO_DEVICE_GROUPS_0_15:
                self.groups |= words
            case DeviceCommand.ADD_TO_DEVICE_GROUPS_16_31:
                self.groups |= words << 16
            case DeviceCommand.REMOVE_FROM_DEVICE_GROUPS_0_15:
                self.groups &= ~words
            case DeviceCommand.REMOVE_FROM_DEVICE_GROUPS_16_31:
                self.groups &= ~(words << 16)
            case DeviceCommand.START_QUIESCENT_MODE:
                self._quiet_until = now + MODE_SECONDS
            case DeviceCommand.STOP_QUIESCENT_MODE:
                self._quiet_until = 0.0
            case DeviceCommand.ENABLE_POWER_CYCLE_NOTIFICATION | DeviceCommand.DISABLE_POWER_CYCLE_NOTIFICATION:
                self.power_cycle_notification = command is DeviceCommand.ENABLE_POWER_CYCLE_NOTIFICATION
        return None

    def _reset(self) -> None:
        self.groups = 0
        self.power_cycle_seen = False
        self.addressing.reset()
        for instance in self.instances:
            instance.reset()

    def _end_what_others_end(self, command: DeviceCommand | DeviceSpecial | None) -> None:
        if command not in KEEPS_WRITE_ENABLED:
            self.memory.write_enabled = False
