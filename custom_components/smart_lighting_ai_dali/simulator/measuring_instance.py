"""Absolute inputs (IEC 62386-302) and light sensors (IEC 62386-304): instances that measure something."""

from typing import ClassVar, Final, override

from .device_specification import InstanceSpecification, InstanceType
from .instance import Host
from .scheduler import Scheduler
from .timed_instance import TimedInstance

_VALUE: Final = 0
"""The only bit of the event filter."""
HIGHEST: Final = 1023
"""Ten bits: as much as an event has room for."""


class _MeasuringInstance(TimedInstance):
    """What has a value of ten bits, and tells it."""

    resolution = 10
    default_filter: ClassVar[int] = 1 << _VALUE

    def __init__(self, specification: InstanceSpecification, number: int, host: Host, scheduler: Scheduler) -> None:
        self._value = 0
        super().__init__(specification, number, host, scheduler)

    @property
    @override
    def input_value(self) -> int:
        """Return the value, 0 to 1023."""
        return self._value

    @property
    @override
    def information(self) -> int:
        """Return the value as an event tells it."""
        return self._value

    @override
    def report(self) -> None:
        """Repeat the value."""
        self.trigger(_VALUE)


class AbsoluteInput(_MeasuringInstance):
    """A slider or a knob: every position is told."""

    kind = InstanceType.ABSOLUTE_INPUT
    default_priority = 3

    @override
    def _reset_values(self) -> None:
        super()._reset_values()
        # Nothing is repeated; 100 ms between two events.
        self.report_seconds, self.deadtime = 0, 2

    def measure(self, value: float) -> None:
        """Take a position, 0 to 1023; what is more or less is as far as it goes."""
        measured = max(0, min(HIGHEST, round(value)))
        if measured != self._value:
            self._value = measured
            self.trigger(_VALUE)

    @override
    def obey_own(self, opcode: int) -> int | None:
        """Take a command for the timers."""
        value = self._host.registers.dtr0
        match opcode:
            case 0x10:
                self.report_seconds = value
                self.start_reporting()
            case 0x11:
                self.deadtime = value
            case 0x1D:
                return self.deadtime
            case 0x1E:
                return self.report_seconds
        return None


class LightSensor(_MeasuringInstance):
    """A sensor for light: a lux is a step, and changes within the hysteresis are not told."""

    kind = InstanceType.LIGHT_SENSOR
    default_priority = 4

    def __init__(self, specification: InstanceSpecification, number: int, host: Host, scheduler: Scheduler) -> None:
        self._told = 0
        super().__init__(specification, number, host, scheduler)

    @override
    def _reset_values(self) -> None:
        super()._reset_values()
        # 30 s, 1.5 s, 5 % and at least ten steps.
        self.report_seconds, self.deadtime, self._hysteresis, self._least = 30, 30, 5, 10

    @property
    @override
    def information(self) -> int:
        """Return the illuminance, and remember it as told."""
        self._told = self._value
        return self._value

    def measure(self, value: float) -> None:
        """Take an illuminance in lux; what is beyond 1023 the sensor does not see."""
        self._value = max(0, min(HIGHEST, round(value)))
        band = max(self._told * self._hysteresis / 100, self._least)
        if abs(self._value - self._told) >= band:
            self.trigger(_VALUE)

    @override
    def obey_own(self, opcode: int) -> int | None:
        """Take a command for the timers and the hysteresis."""
        value = self._host.registers.dtr0
        match opcode:
            case 0x30:
                self.report_seconds = value
                self.start_reporting()
            case 0x31:
                # More than a quarter is ignored (table 10).
                self._hysteresis = value if value <= 25 else self._hysteresis  # percent
            case 0x32:
                self.deadtime = value
            case 0x33:
                self._least = value
            case 0x3C:
                return self._least
            case 0x3D:
                return self.deadtime
            case 0x3E:
                return self.report_seconds
            case 0x3F:
                return self._hysteresis
        return None
