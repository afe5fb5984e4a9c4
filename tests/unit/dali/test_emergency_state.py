"""Emergency lights are asked and tested, against simulated gear."""

from typing import Any

from dali.command import Command, Response
from dali.frame import BackwardFrame
from dali.gear import emergency, general
import pytest

from custom_components.smart_lighting_ai_dali.dali.emergency_state import (
    EmergencyDetails,
    EmergencyFailure,
    EmergencyMode,
    EmergencyStatus,
    EmergencyTest,
    read_details,
    read_emergency,
    start_test,
    stop_test,
)
from custom_components.smart_lighting_ai_dali.dali.errors import NoAnswerError, NoTestStartedError

from .sequence_bench import Bench, lamp


def light(**more: Any) -> Bench:
    """Return a line with one emergency light."""
    return Bench(lamp(1, **{"device_types": (1,), "rated_minutes": 60, "battery_minutes": 75, **more}))


def test_one_that_is_well_is_in_normal_mode_and_charged() -> None:
    state = light().run(read_emergency(1))
    assert (state.mode, state.failures, state.charge) == (EmergencyMode.NORMAL, EmergencyFailure(0), 100.0)
    assert state.status & EmergencyStatus.FULLY_CHARGED
    assert not state.is_testing


def test_a_broken_battery_is_told() -> None:
    state = light(battery_failure=True).run(read_emergency(1))
    assert state.failures & EmergencyFailure.BATTERY
    assert state.charge == 0


def test_a_function_test_runs_and_is_over() -> None:
    bench = light()
    assert bench.run(start_test(1, EmergencyTest.FUNCTION)).mode is EmergencyMode.FUNCTION_TEST
    bench.now += 60
    state = bench.run(read_emergency(1))
    assert state.mode is EmergencyMode.NORMAL
    assert state.status & EmergencyStatus.FUNCTION_TEST_DONE
    assert not state.failures


def test_a_duration_test_lasts_its_time_and_tells_it() -> None:
    bench = light()
    assert bench.run(start_test(1, EmergencyTest.DURATION)).mode is EmergencyMode.DURATION_TEST
    assert bench.run(read_details(1)).lasted is None
    bench.now += 61 * 60
    details = bench.run(read_details(1))
    assert (details.rated, details.lasted, details.on_battery) == (60, 60, 1)
    assert (details.next_function_test, details.next_duration_test) == (None, None)
    assert bench.run(start_test(1, EmergencyTest.DURATION)).status & EmergencyStatus.DURATION_TEST_PENDING


def test_a_test_of_a_broken_light_is_over_at_once() -> None:
    bench = light(battery_failure=True)
    state = bench.run(start_test(1, EmergencyTest.FUNCTION))
    assert state.failures & EmergencyFailure.FUNCTION_TEST


def test_a_test_is_ended_and_one_that_waits_is_dropped() -> None:
    bench = light()
    bench.run(start_test(1, EmergencyTest.DURATION))
    bench.now += 60
    assert bench.run(stop_test(1)).mode is EmergencyMode.NORMAL
    assert bench.run(start_test(1, EmergencyTest.DURATION)).is_testing
    assert not bench.run(stop_test(1)).is_testing


def test_a_start_that_got_lost_is_sent_again() -> None:
    bench = light()
    bench.lost = frozenset({5})
    assert bench.run(start_test(1, EmergencyTest.FUNCTION)).mode is EmergencyMode.FUNCTION_TEST


def test_a_light_that_starts_no_test_says_so() -> None:
    bench = light()
    bench.run(start_test(1, EmergencyTest.FUNCTION))
    bench.now += 60
    # A start never reaches it: the fifth frame of each attempt.
    bench.sent.clear()
    bench.lost = frozenset({5, 10, 15})
    with pytest.raises(NoTestStartedError):
        bench.run(start_test(1, EmergencyTest.FUNCTION))


def test_a_silent_light_is_no_answer() -> None:
    with pytest.raises(NoAnswerError):
        light().run(read_emergency(2))


def told_by_one_that_tests_itself(timing: dict[int, int]) -> EmergencyDetails:
    """Return the details of a light that starts its tests by itself, and answers all else with 8."""
    steps, place = read_details(1), 0
    answer: Response | None = None
    while True:
        try:
            command: Any = steps.send(answer)
        except StopIteration as stop:
            details: EmergencyDetails = stop.value
            return details
        answer = None
        match command:
            case general.DTR0():
                place = command.param
            case general.QueryContentDTR0():
                answer = Response(BackwardFrame(place))
            case emergency.QueryTestTiming():
                answer = Response(BackwardFrame(timing[place]))
            case Command():
                answer = Response(BackwardFrame(0b1000))


def test_times_of_the_next_tests_are_told_in_hours() -> None:
    details = told_by_one_that_tests_itself({0: 1, 1: 0x20, 2: 0x1F, 3: 0x40})
    assert details.next_function_test == 0x120 / 4
    assert details.next_duration_test == 0x1F40 / 4
    assert told_by_one_that_tests_itself(dict.fromkeys(range(4), 0xFF)).next_function_test is None
