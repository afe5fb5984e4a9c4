"""Device type 5: a converter to a control voltage of up to 10 V (IEC 62386-206)."""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from ..dali.level import HIGHEST, MASK, OFF, Level, light_output
from .dimming_curve import LINEAR, VERSION
from .variables import Registers, Variables

DEVICE_TYPE: Final = 5
# The range of 0 V can be chosen, there is a relay for mains, and the output level and another curve are there.
_FEATURES: Final = 0b0011_1001
_OUTPUT_FAULT: Final = 1
# The output level is told in 40 mV.
_STEP: Final = 0.04
_HIGHEST_VOLTS: Final = 10.0


class ConverterCommand(IntEnum):
    """Opcode bytes of the commands for converters."""

    SET_OUTPUT_RANGE_1_10_V = 0xE0
    SET_OUTPUT_RANGE_0_10_V = 0xE1
    STORE_DTR_AS_PHYSICAL_MINIMUM = 0xE4
    SELECT_DIMMING_CURVE = 0xE5
    RESET_CONVERTER_SETTINGS = 0xE6
    QUERY_DIMMING_CURVE = 0xEE
    QUERY_OUTPUT_LEVEL = 0xEF
    QUERY_CONVERTER_FEATURES = 0xF0
    QUERY_FAILURE_STATUS = 0xF1
    QUERY_CONVERTER_STATUS = 0xF2
    QUERY_EXTENDED_VERSION_NUMBER = 0xFF


class AnalogueConverter:
    """What gear with device type 5 adds: its settings outlive RESET."""

    send_twice = range(0xE0, 0xE7)
    first_query = int(ConverterCommand.QUERY_DIMMING_CURVE)

    def __init__(
        self,
        variables: Variables,
        registers: Registers,
        *,
        level: Callable[[float], int],
        lamp_failed: Callable[[], bool],
    ) -> None:
        self._variables = variables
        self._registers = registers
        self._level = level
        self._lamp_failed = lamp_failed
        self._from_zero = False
        self._curve = 0

    def volts(self, now: float) -> float:
        """Return the control voltage; the relay takes the mains away where the gear is off."""
        level = self._level(now)
        lowest = 0.0 if self._from_zero else 1.0
        if level in {OFF, MASK}:
            return lowest
        share = level / HIGHEST if self._curve == LINEAR else light_output(Level(level)) / 100
        return lowest + (_HIGHEST_VOLTS - lowest) * share

    def obey(self, opcode: int, now: float) -> int | None:
        """Take a command for the converter; return the answer, if it has one."""
        try:
            command = ConverterCommand(opcode)
        except ValueError:
            return None
        if opcode in self.send_twice:
            self._configure(command)
            return None
        return {
            ConverterCommand.QUERY_DIMMING_CURVE: self._curve,
            ConverterCommand.QUERY_OUTPUT_LEVEL: round(self.volts(now) / _STEP),
            ConverterCommand.QUERY_CONVERTER_FEATURES: _FEATURES,
            ConverterCommand.QUERY_FAILURE_STATUS: _OUTPUT_FAULT if self._lamp_failed() else 0,
            ConverterCommand.QUERY_CONVERTER_STATUS: int(self._from_zero) | self._curve << 2,
            ConverterCommand.QUERY_EXTENDED_VERSION_NUMBER: VERSION,
        }[command]

    def _configure(self, command: ConverterCommand) -> None:
        value = self._registers.dtr0
        match command:
            case ConverterCommand.SET_OUTPUT_RANGE_1_10_V:
                self._from_zero = False
            case ConverterCommand.SET_OUTPUT_RANGE_0_10_V:
                self._from_zero = True
            case ConverterCommand.STORE_DTR_AS_PHYSICAL_MINIMUM:
                if 0 < value <= self._variables.maximum:
                    self._variables.physical_minimum = value
                    self._variables.minimum = max(self._variables.minimum, value)
            case ConverterCommand.SELECT_DIMMING_CURVE if value <= LINEAR:
                self._curve = value
            case ConverterCommand.RESET_CONVERTER_SETTINGS:
                self._from_zero, self._curve = False, 0
