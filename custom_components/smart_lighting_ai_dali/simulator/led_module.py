"""Device type 6: what gear for LED modules adds (IEC 62386-207)."""

from collections.abc import Callable
from enum import IntEnum, IntFlag
from typing import Final

from .commands import YES
from .variables import Registers, Variables

DEVICE_TYPE: Final = 6
# The longest and, for this gear, the shortest fast fade time, in steps of 25 ms (9.13).
LONGEST_FAST_FADE: Final = 27
SHORTEST_FAST_FADE: Final = 4
# The standard allows 15 min for a reference measurement (11.3.4.1); this gear is quick.
REFERENCE_SECONDS: Final = 10.0


class LedCommand(IntEnum):
    """Opcode bytes of the commands for LED modules."""

    REFERENCE_SYSTEM_POWER = 0xE0
    ENABLE_CURRENT_PROTECTOR = 0xE1
    DISABLE_CURRENT_PROTECTOR = 0xE2
    SELECT_DIMMING_CURVE = 0xE3
    STORE_DTR_AS_FAST_FADE_TIME = 0xE4
    QUERY_GEAR_TYPE = 0xED
    QUERY_DIMMING_CURVE = 0xEE
    QUERY_POSSIBLE_OPERATING_MODES = 0xEF
    QUERY_FEATURES = 0xF0
    QUERY_FAILURE_STATUS = 0xF1
    QUERY_SHORT_CIRCUIT = 0xF2
    QUERY_OPEN_CIRCUIT = 0xF3
    QUERY_LOAD_DECREASE = 0xF4
    QUERY_LOAD_INCREASE = 0xF5
    QUERY_CURRENT_PROTECTOR_ACTIVE = 0xF6
    QUERY_THERMAL_SHUT_DOWN = 0xF7
    QUERY_THERMAL_OVERLOAD = 0xF8
    QUERY_REFERENCE_RUNNING = 0xF9
    QUERY_REFERENCE_MEASUREMENT_FAILED = 0xFA
    QUERY_CURRENT_PROTECTOR_ENABLED = 0xFB
    QUERY_OPERATING_MODE = 0xFC
    QUERY_FAST_FADE_TIME = 0xFD
    QUERY_MIN_FAST_FADE_TIME = 0xFE
    QUERY_EXTENDED_VERSION_NUMBER = 0xFF


class LedFailure(IntFlag):
    """The failure status (QUERY FAILURE STATUS)."""

    SHORT_CIRCUIT = 1
    OPEN_CIRCUIT = 2
    LOAD_DECREASE = 4
    LOAD_INCREASE = 8
    CURRENT_PROTECTOR_ACTIVE = 16
    THERMAL_SHUT_DOWN = 32
    THERMAL_OVERLOAD = 64
    REFERENCE_MEASUREMENT_FAILED = 128


# The configuration commands come in pairs of equal frames (11.3.4.1).
LED_SEND_TWICE: Final = range(LedCommand.REFERENCE_SYSTEM_POWER, LedCommand.STORE_DTR_AS_FAST_FADE_TIME + 1)
# Fixed answers: a built-in supply for a.c.; pulse width modulation of a controlled current; every failure is found,
# but there is no physical selection; the first edition of part 207.
_FIXED: Final = {
    LedCommand.QUERY_GEAR_TYPE: 0b0101,
    LedCommand.QUERY_POSSIBLE_OPERATING_MODES: 0b0101,
    LedCommand.QUERY_FEATURES: 0b0111_1111,
    LedCommand.QUERY_MIN_FAST_FADE_TIME: SHORTEST_FAST_FADE,
    LedCommand.QUERY_EXTENDED_VERSION_NUMBER: 1,
}
_PULSE_WIDTH_OF_CONTROLLED_CURRENT: Final = 0b0101
_OTHER_CURVE: Final = 0b1_0000
_LINEAR: Final = 1
_FAILURE_QUERIES: Final = {
    LedCommand.QUERY_SHORT_CIRCUIT: LedFailure.SHORT_CIRCUIT,
    LedCommand.QUERY_OPEN_CIRCUIT: LedFailure.OPEN_CIRCUIT,
    LedCommand.QUERY_LOAD_DECREASE: LedFailure.LOAD_DECREASE,
    LedCommand.QUERY_LOAD_INCREASE: LedFailure.LOAD_INCREASE,
    LedCommand.QUERY_CURRENT_PROTECTOR_ACTIVE: LedFailure.CURRENT_PROTECTOR_ACTIVE,
    LedCommand.QUERY_THERMAL_SHUT_DOWN: LedFailure.THERMAL_SHUT_DOWN,
    LedCommand.QUERY_THERMAL_OVERLOAD: LedFailure.THERMAL_OVERLOAD,
    LedCommand.QUERY_REFERENCE_MEASUREMENT_FAILED: LedFailure.REFERENCE_MEASUREMENT_FAILED,
}


class LedModule:
    """The LED modules of one gear: their faults, the dimming curve and the reference measurement."""

    send_twice = LED_SEND_TWICE
    first_query = int(LedCommand.QUERY_GEAR_TYPE)

    def __init__(self, variables: Variables, registers: Registers, *, lamp_failed: Callable[[], bool]) -> None:
        self._variables = variables
        self._registers = registers
        self._lamp_failed = lamp_failed
        self._measured_at: float | None = None
        self._protected = True
        self.failures = LedFailure(0)
        """What is wrong with the modules; a lamp failure is an open circuit besides."""

    def measuring(self, now: float) -> bool:
        """Return whether a reference measurement runs: the gear then takes queries and TERMINATE alone."""
        return self._measured_at is not None and now < self._measured_at

    def abort(self) -> None:
        """End a reference measurement: TERMINATE, or the supply is gone."""
        self._measured_at = None

    def obey(self, opcode: int, now: float) -> int | None:
        """Take a command for LED modules; return the answer, if it has one."""
        try:
            command = LedCommand(opcode)
        except ValueError:
            return None
        if opcode in LED_SEND_TWICE:
            self._configure(command, now)
            return None
        return self._answer(command, now)

    def _configure(self, command: LedCommand, now: float) -> None:
        value = self._registers.dtr0
        if command is LedCommand.REFERENCE_SYSTEM_POWER:
            self._measured_at = now + REFERENCE_SECONDS
            # Without a lamp there is nothing to measure.
            if self._lamp_failed():
                self._measured_at = now
                self.failures |= LedFailure.REFERENCE_MEASUREMENT_FAILED
            else:
                self.failures &= ~LedFailure.REFERENCE_MEASUREMENT_FAILED
        elif command is LedCommand.SELECT_DIMMING_CURVE:
            if value <= _LINEAR:
                self._variables.dimming_curve = value
        elif command is LedCommand.STORE_DTR_AS_FAST_FADE_TIME:
            self._variables.fast_fade = value and max(SHORTEST_FAST_FADE, min(LONGEST_FAST_FADE, value))
        else:
            self._protected = command is LedCommand.ENABLE_CURRENT_PROTECTOR

    def _answer(self, command: LedCommand, now: float) -> int | None:
        failures = self.failures | (LedFailure.OPEN_CIRCUIT if self._lamp_failed() else 0)
        if not self._protected:
            failures &= ~LedFailure.CURRENT_PROTECTOR_ACTIVE
        curve = self._variables.dimming_curve
        numbers = {
            **_FIXED,
            LedCommand.QUERY_DIMMING_CURVE: curve,
            LedCommand.QUERY_FAILURE_STATUS: int(failures),
            LedCommand.QUERY_OPERATING_MODE: _PULSE_WIDTH_OF_CONTROLLED_CURRENT | (_OTHER_CURVE if curve else 0),
            LedCommand.QUERY_FAST_FADE_TIME: self._variables.fast_fade,
        }
        if command in numbers:
            return numbers[command]
        if command is LedCommand.QUERY_REFERENCE_RUNNING:
            true = self.measuring(now)
        elif command is LedCommand.QUERY_CURRENT_PROTECTOR_ENABLED:
            true = self._protected
        else:
            true = bool(failures & _FAILURE_QUERIES[command])
        return YES if true else None
