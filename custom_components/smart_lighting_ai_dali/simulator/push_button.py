"""Push buttons (IEC 62386-301): how presses become events."""

from enum import IntEnum
from typing import ClassVar, Final, override

from .device_specification import InstanceSpecification, InstanceType
from .instance import Host, Instance
from .scheduler import Scheduler

# The timers count in 20 ms, the one for a stuck button in seconds (table 4).
INCREMENT: Final = 0.02


class ButtonEvent(IntEnum):
    """What the event information says (table 2)."""

    RELEASED = 0
    PRESSED = 1
    SHORT_PRESS = 2
    DOUBLE_PRESS = 5
    LONG_PRESS_START = 9
    LONG_PRESS_REPEAT = 11
    LONG_PRESS_STOP = 12
    FREE = 14
    STUCK = 15


# The bit of the event filter that lets each pass (table 3).
_FILTER_BIT: Final = {
    ButtonEvent.RELEASED: 0,
    ButtonEvent.PRESSED: 1,
    ButtonEvent.SHORT_PRESS: 2,
    ButtonEvent.DOUBLE_PRESS: 3,
    ButtonEvent.LONG_PRESS_START: 4,
    ButtonEvent.LONG_PRESS_REPEAT: 5,
    ButtonEvent.LONG_PRESS_STOP: 6,
    ButtonEvent.FREE: 7,
    ButtonEvent.STUCK: 7,
}
# The least and the most of each timer, by the opcode that sets it, and what it is after a reset.
_LIMITS: Final = {0x00: (10, 255), 0x01: (10, 100), 0x02: (5, 100), 0x03: (5, 255)}
_RESET: Final = {0x00: 25, 0x01: 0, 0x02: 8, 0x03: 20}
_SHORT, _DOUBLE, _REPEAT, _STUCK = _LIMITS
_QUERIES: Final = {0x0A: _SHORT, 0x0C: _DOUBLE, 0x0E: _REPEAT, 0x0F: _STUCK}
_LEAST_QUERIES: Final = {0x0B: _SHORT, 0x0D: _DOUBLE}
_DOUBLE_PRESS_TIME: Final = 15


class PushButton(Instance):
    """A button, and whoever presses it."""

    kind = InstanceType.PUSH_BUTTON
    resolution = 1
    default_filter: ClassVar[int] = 0b1111_1100
    default_priority = 3

    def __init__(self, specification: InstanceSpecification, number: int, host: Host, scheduler: Scheduler) -> None:
        self._times = dict(_RESET)
        super().__init__(specification, number, host, scheduler)
        if specification.double_press:
            self._times[_DOUBLE] = _DOUBLE_PRESS_TIME
        self._pressed = False
        self._long = False
        self._told_double = False

    @override
    def _reset_values(self) -> None:
        super()._reset_values()
        self._times.update(_RESET)

    @property
    @override
    def input_value(self) -> int:
        """Return 1 while the button is pressed."""
        return int(self._pressed)

    def press(self) -> None:
        """Press the button and keep it pressed; nothing new where it is already."""
        if self._pressed:
            return
        self._pressed = True
        self._long = self._told_double = False
        self._event(ButtonEvent.PRESSED)
        self.start_timer("stuck", self._times[_STUCK], self._stuck)
        if self.stop_timer("double"):
            self._told_double = True
            self._event(ButtonEvent.DOUBLE_PRESS)
        else:
            self.start_timer("short", self._times[_SHORT] * INCREMENT, self._start_long)

    def release(self) -> None:
        """Let the button go; nothing new where nobody presses it."""
        if not self._pressed:
            return
        self._pressed = False
        self.stop_timer("stuck")
        self.stop_timer("repeat")
        was_short = self.stop_timer("short")
        if self.error:
            self.error = False
            self._event(ButtonEvent.FREE)
        elif not self._long or not self._event(ButtonEvent.LONG_PRESS_STOP):
            # The end of a long press is not told twice.
            self._event(ButtonEvent.RELEASED)
        if was_short:
            self._end_short()

    def _end_short(self) -> None:
        """Tell a short press, at once or when it is too late for a second one."""
        if self._times[_DOUBLE] == 0:
            self._event(ButtonEvent.SHORT_PRESS)
        else:
            wait = self._times[_DOUBLE] * INCREMENT
            self.start_timer("double", wait, lambda: self._tell(ButtonEvent.SHORT_PRESS))

    def _start_long(self) -> None:
        self._long = True
        self._event(ButtonEvent.LONG_PRESS_START)
        self._repeat_later()

    def _repeat_later(self) -> None:
        self.start_timer("repeat", self._times[_REPEAT] * INCREMENT, self._repeat)

    def _repeat(self) -> None:
        self._event(ButtonEvent.LONG_PRESS_REPEAT)
        self._repeat_later()

    def _stuck(self) -> None:
        self.stop_timer("repeat")
        self.error = True
        self._event(ButtonEvent.STUCK)

    def _event(self, event: ButtonEvent) -> bool:
        return self.tell(event, _FILTER_BIT[event])

    def _tell(self, event: ButtonEvent) -> None:
        self._event(event)

    @override
    def obey_own(self, opcode: int) -> int | None:
        """Take a command for the timers."""
        if opcode in _LIMITS:
            least, most = _LIMITS[opcode]
            value = self._host.registers.dtr0
            # Without a time there is no double press.
            disabled = opcode == _DOUBLE and value == 0
            self._times[opcode] = 0 if disabled else max(least, min(most, value))
            return None
        if opcode in _QUERIES:
            return self._times[_QUERIES[opcode]]
        if opcode in _LEAST_QUERIES:
            return _LIMITS[_LEAST_QUERIES[opcode]][0]
        return None
