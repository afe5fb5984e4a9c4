"""General purpose sensors (IEC 62386-306): whatever is measured, they describe it themselves. They have no alarms."""

from enum import Enum
from typing import ClassVar, Final, override

from ..dali.level import MASK
from .device_specification import InstanceSpecification, InstanceType, Measures
from .instance import Host
from .scheduler import Scheduler
from .timed_instance import TimedInstance

_VALUE: Final = 0
"""The only bit of the event filter that is simulated."""
_QUERY_MEASUREMENT_VARIABLE: Final = 0x5F
# The variables that DTR0 can name (table 17).
_IS_SIGNED: Final = 0x02
_UNIT: Final = 0x1B
_QUANTITY: Final = 0x1E
_MAGNITUDE: Final = 0x21
# An event that tells a value says so, and has room for nine bits of it.
_IS_VALUE: Final = 0x200
_EVENT_BITS: Final = 9


class _Scale(Enum):
    """The unit, the quantity (annex A) and the power of ten of what can be measured."""

    TEMPERATURE = (9, 26, -1)
    HUMIDITY = (50, 29, -1)
    CO2 = (53, 34, 0)


class GeneralSensor(TimedInstance):
    """A sensor with a value of sixteen bits, negative ones as a two's complement."""

    kind = InstanceType.GENERAL_SENSOR
    resolution = 16
    default_filter: ClassVar[int] = 1 << _VALUE
    default_priority = 4

    def __init__(self, specification: InstanceSpecification, number: int, host: Host, scheduler: Scheduler) -> None:
        self._value = 0
        unit, quantity, self._magnitude = _Scale[(specification.measures or Measures.TEMPERATURE).name].value
        self._variables: dict[int, int] = {
            _IS_SIGNED: 1,
            _UNIT: unit,
            _QUANTITY: quantity,
            _MAGNITUDE: self._magnitude & 0xFF,
        }
        super().__init__(specification, number, host, scheduler)

    @override
    def _reset_values(self) -> None:
        super()._reset_values()
        # 30 s, 1.5 s, as a light sensor.
        self.report_seconds, self.deadtime = 30, 30

    @property
    @override
    def input_value(self) -> int:
        """Return the value, 0 to 65535."""
        return self._value & 0xFFFF

    @property
    @override
    def information(self) -> int:
        """Return the high bits of the value as an event tells them."""
        return _IS_VALUE | self.input_value >> (self.resolution - _EVENT_BITS)

    @override
    def report(self) -> None:
        """Repeat the value."""
        self.trigger(_VALUE)

    def measure(self, value: float) -> None:
        """Take what is measured, in units; what is more or less than sixteen bits hold is as far as it goes."""
        measured = max(-0x8000, min(0x7FFF, round(value / 10.0**self._magnitude)))
        if measured != self._value:
            self._value = measured
            self.trigger(_VALUE)

    @override
    def obey_own(self, opcode: int) -> int | None:
        """Tell the variable that DTR0 names, and go on to the next one; those that are not there are 0."""
        if opcode != _QUERY_MEASUREMENT_VARIABLE:
            return None
        registers = self._host.registers
        variable = registers.dtr0
        registers.dtr0 = min(variable + 1, MASK)
        return self._variables.get(variable, 0)
