"""One instance of an input device: what every type has (IEC 62386-103, 9.6 to 9.8)."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Final, Protocol

from ..dali.level import MASK
from ..dali.timing import Priority
from .commands import YES
from .device_commands import InstanceCommand
from .device_specification import EventScheme, InstanceSpecification, InstanceType
from .scheduler import Scheduler, Timer
from .variables import Registers

_LAST_GROUP: Final = 31
_GROUP_SETTERS: Final = {
    InstanceCommand.SET_PRIMARY_INSTANCE_GROUP: 0,
    InstanceCommand.SET_INSTANCE_GROUP_1: 1,
    InstanceCommand.SET_INSTANCE_GROUP_2: 2,
}
_GROUP_QUERIES: Final = {
    InstanceCommand.QUERY_PRIMARY_INSTANCE_GROUP: 0,
    InstanceCommand.QUERY_INSTANCE_GROUP_1: 1,
    InstanceCommand.QUERY_INSTANCE_GROUP_2: 2,
}
_FILTER_QUERIES: Final = {
    InstanceCommand.QUERY_EVENT_FILTER_0_7: 0,
    InstanceCommand.QUERY_EVENT_FILTER_8_15: 8,
    InstanceCommand.QUERY_EVENT_FILTER_16_23: 16,
}
_NO_FEATURES: Final = 254
_INSTANCE_ERROR: Final = 1
_INSTANCE_ACTIVE: Final = 2


class Host(Protocol):
    """What an instance needs of its device."""

    registers: Registers

    @property
    def short_address(self) -> int | None:
        """Return the short address of the device."""

    @property
    def lowest_group(self) -> int | None:
        """Return the lowest device group of the device."""

    def send_event(self, data: int, priority: Priority) -> None:
        """Put an event on the line, unless the device has to be quiet."""


class Instance(ABC):
    """An instance with its settings; `obey` takes commands, and `tell` sends events that pass the filter."""

    kind: ClassVar[InstanceType]
    resolution: ClassVar[int]
    """How many bits its input value has."""
    default_filter: ClassVar[int]
    default_priority: ClassVar[int]

    def __init__(self, specification: InstanceSpecification, number: int, host: Host, scheduler: Scheduler) -> None:
        self.number = number
        self.error = False
        self._host = host
        self._scheduler = scheduler
        self._groups: list[int | None] = []
        self._reset_values()
        self._scheme = specification.scheme
        self._groups[:] = specification.groups
        if specification.event_filter is not None:
            self.event_filter = specification.event_filter
        if specification.priority is not None:
            self._priority = specification.priority
        self._latched: bytes = b""
        self._timers: dict[str, Timer] = {}

    def _reset_values(self) -> None:
        self.enabled = True
        self.event_filter = self.default_filter
        self._priority = self.default_priority
        self._scheme = EventScheme.INSTANCE
        self._groups = [None, None, None]

    @property
    @abstractmethod
    def input_value(self) -> int:
        """Return what the sensor sees now, in `resolution` bits."""

    @abstractmethod
    def obey_own(self, opcode: int) -> int | None:
        """Take a command of this type; return the answer, if it has one."""

    @property
    def scheme(self) -> EventScheme:
        """Return the event scheme; without what it needs it is that of the instance alone (9.6.3)."""
        needs = {
            EventScheme.DEVICE: self._host.short_address,
            EventScheme.DEVICE_INSTANCE: self._host.short_address,
            EventScheme.DEVICE_GROUP: self._host.lowest_group,
            EventScheme.INSTANCE_GROUP: self._groups[0],
        }
        return EventScheme.INSTANCE if needs.get(self._scheme, 0) is None else self._scheme

    def is_in_group(self, group: int) -> bool:
        """Return whether the instance is in an instance group."""
        return group in self._groups

    def reset(self) -> None:
        """Obey RESET."""
        self.stop()
        self._reset_values()

    def stop(self) -> None:
        """Leave no timer behind."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def obey(self, opcode: int) -> int | None:
        """Take a command, once it has come as often as it has to; return the answer, if it has one."""
        try:
            command = InstanceCommand(opcode)
        except ValueError:
            return self.obey_own(opcode)
        if command >= InstanceCommand.QUERY_INSTANCE_TYPE:
            return self._answer(command)
        self._configure(command)
        return None

    def tell(self, information: int, *filter_bits: int) -> bool:
        """Send an event of ten bits of information where the filter lets one of its bits pass; return whether."""
        if not self.enabled or not any(self.event_filter >> bit & 1 for bit in filter_bits):
            return False
        self._host.send_event(self._source() | information, Priority(self._priority))
        return True

    # Timers

    def start_timer(self, name: str, seconds: float, callback: Callable[[], None]) -> None:
        """Start a timer, anew where it runs already."""
        self.stop_timer(name)

        def elapsed() -> None:
            self._timers.pop(name, None)
            callback()

        self._timers[name] = self._scheduler.call_at(self._scheduler.now() + seconds, elapsed)

    def stop_timer(self, name: str) -> bool:
        """Stop a timer; return whether it ran."""
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
        return timer is not None

    def timer_runs(self, name: str) -> bool:
        """Return whether a timer runs."""
        return name in self._timers

    # Settings and queries

    def _source(self) -> int:
        """Return an event's bits 23 to 10: where it comes from (table 3)."""
        address, group = self._host.short_address or 0, self._host.lowest_group or 0
        instance, kind = 1 << 15 | self.number << 10, self.kind << 10
        return {
            EventScheme.INSTANCE: 1 << 23 | self.kind << 17 | instance,
            EventScheme.DEVICE: address << 17 | kind,
            EventScheme.DEVICE_INSTANCE: address << 17 | instance,
            EventScheme.DEVICE_GROUP: 1 << 23 | group << 17 | kind,
            EventScheme.INSTANCE_GROUP: 3 << 22 | (self._groups[0] or 0) << 17 | kind,
        }[self.scheme]

    def _configure(self, command: InstanceCommand) -> None:
        registers = self._host.registers
        value = registers.dtr0
        if command in {InstanceCommand.ENABLE_INSTANCE, InstanceCommand.DISABLE_INSTANCE}:
            self.enabled = command is InstanceCommand.ENABLE_INSTANCE
        elif command is InstanceCommand.SET_EVENT_PRIORITY:
            if Priority.USER <= value <= Priority.BACKGROUND:
                self._priority = value
        elif command is InstanceCommand.SET_EVENT_SCHEME:
            if value <= EventScheme.INSTANCE_GROUP:
                self._scheme = EventScheme(value)
                # What it needs has to be there now; should it come later, nobody asked for it.
                self._scheme = self.scheme
        elif command is InstanceCommand.SET_EVENT_FILTER:
            self.event_filter = registers.dtr2 << 16 | registers.dtr1 << 8 | value
        elif value <= _LAST_GROUP or value == MASK:
            self._groups[_GROUP_SETTERS[command]] = None if value == MASK else value

    def _answer(self, query: InstanceCommand) -> int | None:
        if query in _GROUP_QUERIES:
            group = self._groups[_GROUP_QUERIES[query]]
            return MASK if group is None else group
        if query in _FILTER_QUERIES:
            return self.event_filter >> _FILTER_QUERIES[query] & 0xFF
        if query in {InstanceCommand.QUERY_INPUT_VALUE, InstanceCommand.QUERY_INPUT_VALUE_LATCH}:
            return self._input_byte(query)
        if query is InstanceCommand.QUERY_INSTANCE_ENABLED:
            return YES if self.enabled else None
        return {
            InstanceCommand.QUERY_INSTANCE_TYPE: int(self.kind),
            InstanceCommand.QUERY_RESOLUTION: self.resolution,
            InstanceCommand.QUERY_INSTANCE_ERROR: int(self.error),
            InstanceCommand.QUERY_INSTANCE_STATUS: self.error * _INSTANCE_ERROR | self.enabled * _INSTANCE_ACTIVE,
            InstanceCommand.QUERY_EVENT_PRIORITY: self._priority,
            InstanceCommand.QUERY_EVENT_SCHEME: int(self.scheme),
            InstanceCommand.QUERY_FEATURE_TYPE: _NO_FEATURES,
        }.get(query)

    def _input_byte(self, query: InstanceCommand) -> int | None:
        """Return the next byte of the input value: high bits first, the last one filled up (9.7.2)."""
        if query is InstanceCommand.QUERY_INPUT_VALUE:
            size = -(-self.resolution // 8)
            bits = f"{self.input_value:0{self.resolution}b}" * (8 * size // self.resolution + 1)
            self._latched = int(bits[: 8 * size], 2).to_bytes(size)
        if not self._latched:
            return None
        first, self._latched = self._latched[0], self._latched[1:]
        return first

    def snapshot(self) -> dict[str, object]:
        """Return how the instance is, as plain JSON."""
        return {
            "type": self.kind.name.lower(),
            "enabled": self.enabled,
            "error": self.error,
            "value": self.input_value,
            "scheme": int(self.scheme),
            "filter": self.event_filter,
            "priority": self._priority,
            "groups": list(self._groups),
        }
