"""How one emergency light is, and the sequences that ask it and test it (IEC 62386-202, 11.3.4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntFlag, StrEnum
from typing import Final

from dali.address import GearShort
from dali.command import Command
from dali.gear import emergency, general

from .errors import NoAnswerError, NoTestStartedError
from .level import MASK
from .sequences import ATTEMPTS, Steps, ask, ask_register
from .transactions import MayYield

# The device type of emergency lighting (IEC 62386-202).
EMERGENCY: Final = 1
_FULL: Final = 254
# The units in which gear tells times.
_DURATION_MINUTES: Final = 2
_OPERATION_HOURS: Final = 4
_QUARTERS: Final = 4
_TESTS_ITSELF: Final = 0b1000
# Where QUERY TEST TIMING has the time until the next tests: two bytes each, from here on.
_NEXT_FUNCTION_TEST: Final = 0
_NEXT_DURATION_TEST: Final = 2
_NEVER: Final = 0xFFFF


class EmergencyMode(StrEnum):
    """What an emergency light is at."""

    REST = "rest"
    """Without mains, and told to stay dark."""
    NORMAL = "normal"
    EMERGENCY = "emergency"
    """Without mains: it lives on its battery."""
    EXTENDED_EMERGENCY = "extended_emergency"
    """The mains is back, and it stays on for a while."""
    FUNCTION_TEST = "function_test"
    DURATION_TEST = "duration_test"


class EmergencyTest(StrEnum):
    """The tests that there are."""

    FUNCTION = "function"
    """Lamp, battery and change-over work: some seconds."""
    DURATION = "duration"
    """The battery lasts as long as it has to: hours, and it is empty afterwards."""


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

    INHIBITED = 1
    FUNCTION_TEST_DONE = 2
    DURATION_TEST_DONE = 4
    FULLY_CHARGED = 8
    FUNCTION_TEST_PENDING = 16
    DURATION_TEST_PENDING = 32
    IDENTIFICATION = 64
    PHYSICALLY_SELECTED = 128


# The bits of QUERY EMERGENCY MODE, of which one is set; those above tell of switches.
_MODES: Final = {1 << bit: mode for bit, mode in enumerate(EmergencyMode)}
_MODE_BITS: Final = 0x3F
_PENDING: Final = EmergencyStatus.FUNCTION_TEST_PENDING | EmergencyStatus.DURATION_TEST_PENDING
_OF_TEST: Final[Mapping[EmergencyTest, tuple[Callable[[GearShort], Command], EmergencyMode, EmergencyStatus]]] = {
    EmergencyTest.FUNCTION: (
        emergency.StartFunctionTest,
        EmergencyMode.FUNCTION_TEST,
        EmergencyStatus.FUNCTION_TEST_PENDING,
    ),
    EmergencyTest.DURATION: (
        emergency.StartDurationTest,
        EmergencyMode.DURATION_TEST,
        EmergencyStatus.DURATION_TEST_PENDING,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyDetails:
    """What changes rarely; None is unknown."""

    rated: int | None = None
    """How long it has to last, in minutes; 510 is that or more."""
    lasted: int | None = None
    """How long it did in its last duration test, in minutes; None: there was none that counts."""
    on_battery: int | None = None
    """How long its lamp lived on the battery, in hours; 255 is that or more."""
    operated: int | None = None
    """How long its lamp was on in all, in hours; 1020 is that or more."""
    next_function_test: float | None = None
    """In so many hours; None: it starts none by itself."""
    next_duration_test: float | None = None
    """The same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyState:
    """How one emergency light is; None is unknown."""

    mode: EmergencyMode | None
    failures: EmergencyFailure
    status: EmergencyStatus
    charge: float | None
    """Of the battery, in percent."""
    details: EmergencyDetails = EmergencyDetails()

    @property
    def is_testing(self) -> bool:
        """Tell whether a test runs, or waits to."""
        return self.mode in {EmergencyMode.FUNCTION_TEST, EmergencyMode.DURATION_TEST} or bool(self.status & _PENDING)


def read_emergency(address: int) -> Steps[EmergencyState]:
    """Ask for mode, failures, status and battery; raises NoAnswerError or AnswersCollidedError."""
    target = GearShort(address)
    mode = yield from ask(emergency.QueryEmergencyMode(target))
    yield MayYield()
    failures = yield from ask(emergency.QueryEmergencyFailureStatus(target))
    yield MayYield()
    status = yield from ask(emergency.QueryEmergencyStatus(target))
    yield MayYield()
    charge = yield from ask(emergency.QueryBatteryCharge(target))
    return EmergencyState(
        mode=_MODES.get(mode & _MODE_BITS),
        failures=EmergencyFailure(failures),
        status=EmergencyStatus(status),
        charge=None if charge == MASK else charge * 100 / _FULL,
    )


def read_details(address: int) -> Steps[EmergencyDetails]:
    """Ask for what changes rarely; raises NoAnswerError or AnswersCollidedError."""
    target = GearShort(address)
    answers: list[int] = []
    for query in (
        emergency.QueryRatedDuration,
        emergency.QueryDurationTestResult,
        emergency.QueryEmergencyStatus,
        emergency.QueryLampEmergencyTime,
        emergency.QueryLampTotalOperationTime,
        emergency.QueryEmergencyFeatures,
    ):
        answers.append((yield from ask(query(target))))
        yield MayYield()
    rated, lasted, status, on_battery, operated, features = answers
    details = EmergencyDetails(
        rated=rated * _DURATION_MINUTES,
        lasted=lasted * _DURATION_MINUTES if status & EmergencyStatus.DURATION_TEST_DONE else None,
        on_battery=on_battery,
        operated=operated * _OPERATION_HOURS,
    )
    if features & _TESTS_ITSELF:
        details = replace(
            details,
            next_function_test=(yield from _read_hours(target, _NEXT_FUNCTION_TEST)),
            next_duration_test=(yield from _read_hours(target, _NEXT_DURATION_TEST)),
        )
    return details


def start_test(address: int, test: EmergencyTest) -> Steps[EmergencyState]:
    """Start a test, and ask whether it runs, waits, or is over already; raises NoTestStartedError or NoAnswerError."""
    command, mode, pending = _OF_TEST[test]
    target = GearShort(address)
    before = yield from read_emergency(address)
    for _ in range(ATTEMPTS):
        # A frame may get lost, and one who tests already ignores it.
        yield MayYield()
        yield command(target)
        state = yield from read_emergency(address)
        if state.mode is mode or state.status & pending or state != before:
            return state
    raise NoTestStartedError(test)


def stop_test(address: int) -> Steps[EmergencyState]:
    """End a test that runs, and drop one that waits; raises NoAnswerError or AnswersCollidedError."""
    for _ in range(ATTEMPTS):
        yield emergency.StopTest(GearShort(address))
        state = yield from read_emergency(address)
        if not state.is_testing:
            break
        yield MayYield()
    return state


def _read_hours(target: GearShort, place: int) -> Steps[float | None]:
    """Read a time of two bytes in quarters of an hour: it runs on between them."""
    for _ in range(ATTEMPTS):
        high = yield from _read_timing(target, place)
        low = yield from _read_timing(target, place + 1)
        if high == (yield from _read_timing(target, place)):
            quarters = high << 8 | low
            return None if quarters == _NEVER else quarters / _QUARTERS
    raise NoAnswerError("test timing")


def _read_timing(target: GearShort, place: int) -> Steps[int]:
    """Ask for one byte, which DTR0 chooses; it is believed while DTR0 stands there."""
    for _ in range(ATTEMPTS):
        yield MayYield()
        yield general.DTR0(place)
        answer = (yield emergency.QueryTestTiming(target)).raw_value
        if (yield from ask_register(general.QueryContentDTR0(target))) == place and answer and not answer.error:
            return int(answer.as_integer)
    raise NoAnswerError("test timing")
