"""Device type 1: emergency lighting with a battery of its own, and its tests (IEC 62386-202)."""

from collections.abc import Callable
from enum import Enum, IntEnum, IntFlag
from typing import Final

from ..dali.level import HIGHEST
from .commands import YES
from .specification import GearSpecification
from .variables import Registers

DEVICE_TYPE: Final = 1
# A function test is short; a duration test lasts as long as the battery, up to the rated time. In seconds.
FUNCTION_TEST_SECONDS: Final = 30.0
INHIBIT_SECONDS: Final = 15 * 60.0
IDENTIFICATION_SECONDS: Final = 10.0
# An empty battery is full again after this long, in seconds.
RECHARGE_SECONDS: Final = 12 * 3600.0
_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
# Durations are told in two minutes, hours of the lamp in four hours; more than that is 255.
_DURATION_UNIT: Final = 2 * _MINUTE
_OPERATION_UNIT: Final = 4 * _HOUR
_MOST: Final = 255
_FULL_CHARGE: Final = 254
_FEATURES: Final = 0b0001_0011
"""Integral, maintained, with an adjustable emergency level; it starts no test by itself."""
_LEAST_LEVEL: Final = 1


class EmergencyCommand(IntEnum):
    """Opcode bytes of the commands for emergency lighting."""

    REST = 0xE0
    INHIBIT = 0xE1
    RE_LIGHT_RESET_INHIBIT = 0xE2
    START_FUNCTION_TEST = 0xE3
    START_DURATION_TEST = 0xE4
    STOP_TEST = 0xE5
    RESET_FUNCTION_TEST_DONE_FLAG = 0xE6
    RESET_DURATION_TEST_DONE_FLAG = 0xE7
    RESET_LAMP_TIME = 0xE8
    STORE_DTR_AS_EMERGENCY_LEVEL = 0xE9
    STORE_TEST_DELAY_TIME_HIGH_BYTE = 0xEA
    STORE_TEST_DELAY_TIME_LOW_BYTE = 0xEB
    STORE_FUNCTION_TEST_INTERVAL = 0xEC
    STORE_DURATION_TEST_INTERVAL = 0xED
    STORE_TEST_EXECUTION_TIMEOUT = 0xEE
    STORE_PROLONG_TIME = 0xEF
    START_IDENTIFICATION = 0xF0
    QUERY_BATTERY_CHARGE = 0xF1
    QUERY_TEST_TIMING = 0xF2
    QUERY_DURATION_TEST_RESULT = 0xF3
    QUERY_LAMP_EMERGENCY_TIME = 0xF4
    QUERY_LAMP_TOTAL_OPERATION_TIME = 0xF5
    QUERY_EMERGENCY_LEVEL = 0xF6
    QUERY_EMERGENCY_MIN_LEVEL = 0xF7
    QUERY_EMERGENCY_MAX_LEVEL = 0xF8
    QUERY_RATED_DURATION = 0xF9
    QUERY_EMERGENCY_MODE = 0xFA
    QUERY_FEATURES = 0xFB
    QUERY_FAILURE_STATUS = 0xFC
    QUERY_EMERGENCY_STATUS = 0xFD
    PERFORM_DTR_SELECTED_FUNCTION = 0xFE
    QUERY_EXTENDED_VERSION_NUMBER = 0xFF


class Mode(Enum):
    """What the gear is at, by its bit of QUERY EMERGENCY MODE."""

    REST = 1
    NORMAL = 2
    EMERGENCY = 4
    FUNCTION_TEST = 16
    DURATION_TEST = 32


class EmergencyFailure(IntFlag):
    """The bits of QUERY FAILURE STATUS."""

    CIRCUIT = 1
    BATTERY_DURATION = 2
    BATTERY = 4
    LAMP = 8
    FUNCTION_TEST_DELAYED = 16
    DURATION_TEST_DELAYED = 32
    FUNCTION_TEST = 64
    DURATION_TEST = 128


class EmergencyStatus(IntFlag):
    """The bits of QUERY EMERGENCY STATUS."""

    INHIBIT = 1
    FUNCTION_TEST_DONE = 2
    DURATION_TEST_DONE = 4
    FULLY_CHARGED = 8
    FUNCTION_TEST_PENDING = 16
    DURATION_TEST_PENDING = 32
    IDENTIFICATION = 64


_DISCHARGING: Final = frozenset({Mode.EMERGENCY, Mode.FUNCTION_TEST, Mode.DURATION_TEST})
_TESTS: Final = frozenset({Mode.FUNCTION_TEST, Mode.DURATION_TEST})
# What is stored from DTR0, by its place in QUERY TEST TIMING: days, weeks, days, half minutes.
_TIMING: Final = {
    EmergencyCommand.STORE_TEST_DELAY_TIME_HIGH_BYTE: 0,
    EmergencyCommand.STORE_TEST_DELAY_TIME_LOW_BYTE: 1,
    EmergencyCommand.STORE_FUNCTION_TEST_INTERVAL: 4,
    EmergencyCommand.STORE_DURATION_TEST_INTERVAL: 5,
    EmergencyCommand.STORE_TEST_EXECUTION_TIMEOUT: 6,
    EmergencyCommand.STORE_PROLONG_TIME: 7,
}
_TIMING_AT_FIRST: Final = (0, 0, 0, 0, 7, 52, 7, 0)


class Emergency:
    """The battery, the mode and the tests of one gear; `advance` lets time pass."""

    send_twice = frozenset({*range(0xE0, 0xF1), EmergencyCommand.PERFORM_DTR_SELECTED_FUNCTION})
    first_query = int(EmergencyCommand.QUERY_BATTERY_CHARGE)

    def __init__(
        self, specification: GearSpecification, registers: Registers, *, lamp_failed: Callable[[], bool]
    ) -> None:
        self._registers = registers
        self._lamp_failed = lamp_failed
        self._rated = specification.rated_minutes * _MINUTE
        self._endurance = specification.battery_minutes * _MINUTE
        self.battery_failure = specification.battery_failure
        """Whether the battery is broken: it lights nothing; settable."""
        self.mode = Mode.NORMAL
        self._left = self._endurance
        self._since: float | None = None
        self._test_left = 0.0
        self._tested = 0.0
        self._pending: set[Mode] = set()
        self._done: set[Mode] = set()
        self._failures = EmergencyFailure(0)
        self._result = 0.0
        self._lamp_emergency = self._lamp_total = 0.0
        self._level = int(HIGHEST)
        self._timing = list(_TIMING_AT_FIRST)
        self._inhibit_until = self._identifies_until = 0.0

    @property
    def charge(self) -> float:
        """Return how full the battery is, 0 to 1."""
        return self._left / self._endurance

    @property
    def has_power(self) -> bool:
        """Return whether the battery feeds the gear, so that it talks without its own supply."""
        return not self.battery_failure and self._left > 0

    def advance(self, now: float) -> None:
        """Let the battery, the tests and the counters follow the time since the last call."""
        since = now if self._since is None else self._since
        self._since = now
        while since < now:
            self._begin_pending()
            piece = min(now - since, self._until_next())
            self._pass(piece)
            since += piece
        self._begin_pending()

    def mains(self, *, present: bool, now: float) -> None:
        """Light up when the supply is gone, unless that is inhibited; go back when it is there again."""
        self.advance(now)
        if present:
            self.mode = Mode.NORMAL
        elif self.has_power:
            if self.mode in _TESTS:
                self._pending.add(self.mode)
            self.mode = Mode.REST if now < self._inhibit_until else Mode.EMERGENCY

    def obey(self, opcode: int, now: float) -> int | None:
        """Take a command for emergency lighting; return the answer, if it has one."""
        self.advance(now)
        try:
            command = EmergencyCommand(opcode)
        except ValueError:
            return None
        if opcode not in self.send_twice:
            return self._answer(command, now)
        if command in _TIMING:
            self._timing[_TIMING[command]] = self._registers.dtr0
        else:
            self._control(command, now)
        return None

    def snapshot(self) -> dict[str, object]:
        """Return how the gear is, as plain JSON."""
        return {
            "mode": self.mode.name.lower(),
            "charge": round(self.charge, 3),
            "battery_failure": self.battery_failure,
            "failures": int(self._failure_status()),
        }

    # Time

    def _until_next(self) -> float:
        """Return how long nothing but the counters changes."""
        if self.mode in _TESTS:
            return max(1e-6, min(self._test_left, self._left or self._test_left))
        if self.mode is Mode.EMERGENCY:
            return max(1e-6, self._left)
        if self.mode is Mode.NORMAL and self._left < self._endurance:
            return max(1e-6, (self._endurance - self._left) * RECHARGE_SECONDS / self._endurance)
        return float("inf")

    def _pass(self, seconds: float) -> None:
        if self.mode in _DISCHARGING:
            self._left = max(0.0, self._left - seconds)
            self._lamp_emergency += seconds
            self._lamp_total += seconds
        elif self.mode is Mode.NORMAL:
            self._left = min(self._endurance, self._left + seconds * self._endurance / RECHARGE_SECONDS)
        if self.mode in _TESTS:
            self._test_left -= seconds
            self._tested += seconds
            if self._test_left <= 0 or self._left <= 0:
                self._end_test()
        elif self.mode is Mode.EMERGENCY and self._left <= 0:
            self.mode = Mode.REST

    def _begin_pending(self) -> None:
        """Begin a test that waits: one for the duration with a full battery alone."""
        if self.mode is not Mode.NORMAL:
            return
        if Mode.FUNCTION_TEST in self._pending:
            self._begin(Mode.FUNCTION_TEST, FUNCTION_TEST_SECONDS)
        elif Mode.DURATION_TEST in self._pending and self._left >= self._endurance:
            self._begin(Mode.DURATION_TEST, self._rated)

    def _begin(self, test: Mode, seconds: float) -> None:
        self._pending.discard(test)
        self.mode = test
        self._test_left, self._tested = seconds, 0.0
        if self.battery_failure or self._lamp_failed():
            self._end_test()

    def _end_test(self) -> None:
        test, self.mode = self.mode, Mode.NORMAL
        broken = self.battery_failure or self._lamp_failed()
        self._done.add(test)
        if test is Mode.FUNCTION_TEST:
            self._set(EmergencyFailure.FUNCTION_TEST, present=broken or self._test_left > 0)
            return
        self._result = 0.0 if broken else self._tested
        too_short = self._result < self._rated
        self._set(EmergencyFailure.DURATION_TEST, present=too_short)
        self._set(EmergencyFailure.BATTERY_DURATION, present=too_short and not self._lamp_failed())

    def _set(self, failure: EmergencyFailure, *, present: bool) -> None:
        self._failures = self._failures | failure if present else self._failures & ~failure

    # Commands and queries

    def _control(self, command: EmergencyCommand, now: float) -> None:
        match command:
            case EmergencyCommand.REST if self.mode is Mode.EMERGENCY:
                self.mode = Mode.REST
            case EmergencyCommand.INHIBIT if self.mode is Mode.NORMAL:
                self._inhibit_until = now + INHIBIT_SECONDS
            case EmergencyCommand.RE_LIGHT_RESET_INHIBIT:
                self._inhibit_until = 0.0
                if self.mode is Mode.REST and self.has_power:
                    self.mode = Mode.EMERGENCY
            case EmergencyCommand.START_FUNCTION_TEST | EmergencyCommand.START_DURATION_TEST:
                is_short = command is EmergencyCommand.START_FUNCTION_TEST
                self._pending.add(Mode.FUNCTION_TEST if is_short else Mode.DURATION_TEST)
                self._begin_pending()
            case EmergencyCommand.STOP_TEST:
                self._pending.clear()
                if self.mode in _TESTS:
                    self.mode = Mode.NORMAL
            case EmergencyCommand.RESET_FUNCTION_TEST_DONE_FLAG:
                self._done.discard(Mode.FUNCTION_TEST)
            case EmergencyCommand.RESET_DURATION_TEST_DONE_FLAG:
                self._done.discard(Mode.DURATION_TEST)
            case EmergencyCommand.RESET_LAMP_TIME:
                self._lamp_emergency = self._lamp_total = 0.0
            case EmergencyCommand.STORE_DTR_AS_EMERGENCY_LEVEL:
                self._level = max(_LEAST_LEVEL, min(int(HIGHEST), self._registers.dtr0))
            case EmergencyCommand.START_IDENTIFICATION:
                self._identifies_until = now + IDENTIFICATION_SECONDS

    def _failure_status(self) -> EmergencyFailure:
        failures = self._failures
        if self.battery_failure:
            failures |= EmergencyFailure.BATTERY
        return failures | EmergencyFailure.LAMP if self._lamp_failed() else failures

    def _status(self, now: float) -> int:
        flags = {
            EmergencyStatus.INHIBIT: now < self._inhibit_until,
            EmergencyStatus.FUNCTION_TEST_DONE: Mode.FUNCTION_TEST in self._done,
            EmergencyStatus.DURATION_TEST_DONE: Mode.DURATION_TEST in self._done,
            EmergencyStatus.FULLY_CHARGED: self._left >= self._endurance and not self.battery_failure,
            EmergencyStatus.FUNCTION_TEST_PENDING: Mode.FUNCTION_TEST in self._pending,
            EmergencyStatus.DURATION_TEST_PENDING: Mode.DURATION_TEST in self._pending,
            EmergencyStatus.IDENTIFICATION: now < self._identifies_until,
        }
        return sum(flag for flag, is_set in flags.items() if is_set)

    def _answer(self, query: EmergencyCommand, now: float) -> int | None:
        place = self._registers.dtr0
        return {
            EmergencyCommand.QUERY_BATTERY_CHARGE: 0 if self.battery_failure else round(self.charge * _FULL_CHARGE),
            EmergencyCommand.QUERY_TEST_TIMING: self._timing[place] if place < len(self._timing) else YES,
            EmergencyCommand.QUERY_DURATION_TEST_RESULT: min(_MOST, int(self._result // _DURATION_UNIT)),
            EmergencyCommand.QUERY_LAMP_EMERGENCY_TIME: min(_MOST, int(self._lamp_emergency // _HOUR)),
            EmergencyCommand.QUERY_LAMP_TOTAL_OPERATION_TIME: min(_MOST, int(self._lamp_total // _OPERATION_UNIT)),
            EmergencyCommand.QUERY_EMERGENCY_LEVEL: self._level,
            EmergencyCommand.QUERY_EMERGENCY_MIN_LEVEL: _LEAST_LEVEL,
            EmergencyCommand.QUERY_EMERGENCY_MAX_LEVEL: int(HIGHEST),
            EmergencyCommand.QUERY_RATED_DURATION: min(_MOST, int(self._rated // _DURATION_UNIT)),
            EmergencyCommand.QUERY_EMERGENCY_MODE: self.mode.value,
            EmergencyCommand.QUERY_FEATURES: _FEATURES,
            EmergencyCommand.QUERY_FAILURE_STATUS: int(self._failure_status()),
            EmergencyCommand.QUERY_EMERGENCY_STATUS: self._status(now),
            EmergencyCommand.QUERY_EXTENDED_VERSION_NUMBER: 1,
        }.get(query)
