"""Device type 1 (IEC 62386-202): emergency lighting, its battery, its tests and its failures."""

from collections.abc import Callable
from typing import Any

from dali.address import GearShort
from dali.command import Command
from dali.gear import emergency, general
from dali.gear.sequences import QueryEmergencyInformation
import pytest

from .gear_bench import ADDRESS, Bench, gear

MINUTE = 60.0
HOUR = 3600.0


class EmergencyBench(Bench):
    """A gear with a battery, and a master that knows its commands."""

    def __init__(self, **specification: Any) -> None:
        super().__init__(gear(**{"device_types": (1,), "rated_minutes": 60, "battery_minutes": 75, **specification}))
        self.send(general.QueryStatus(ADDRESS))

    def tell(self, command: Callable[[int], Command]) -> None:
        """Send a command of device type 1, twice."""
        self.send(general.EnableDeviceType(1))
        self.twice(command(ADDRESS))

    @property
    def now_it_is(self) -> Any:
        """All that python-dali's sequence reads of the gear."""
        return self.run(QueryEmergencyInformation(GearShort(ADDRESS)))


def test_a_gear_that_is_well_is_in_normal_mode_and_charged() -> None:
    information = EmergencyBench().now_it_is
    assert information.emergency_mode.normal_mode
    assert information.emergency_status.battery_fully_charged
    assert information.battery_charge.value == 254
    assert information.rated_duration.value == 30
    assert information.emergency_failure_status.raw_value.as_integer == 0
    assert information.emergency_features.adjustable_emergency_level


def test_a_function_test_takes_half_a_minute_and_passes() -> None:
    line = EmergencyBench()
    line.tell(emergency.StartFunctionTest)
    assert line.now_it_is.emergency_mode.function_test
    line.wait(30.0)
    information = line.now_it_is
    assert information.emergency_mode.normal_mode
    assert information.emergency_status.function_test_done_and_result_valid
    assert not information.emergency_failure_status.function_test_failed
    line.tell(emergency.ResetFunctionTestDoneFlag)
    assert not line.now_it_is.emergency_status.function_test_done_and_result_valid


@pytest.mark.parametrize("part", ["lamp_failure", "battery_failure"])
def test_a_function_test_fails_with_a_broken_part(part: str) -> None:
    line = EmergencyBench(**{part: True})
    line.tell(emergency.StartFunctionTest)
    line.wait(MINUTE)
    failures = line.now_it_is.emergency_failure_status
    assert failures.function_test_failed
    assert failures.battery_failure == (part == "battery_failure")
    assert failures.emergency_lamp_failure == (part == "lamp_failure")


def test_a_duration_test_lasts_for_the_rated_time() -> None:
    line = EmergencyBench()
    line.tell(emergency.StartDurationTest)
    line.wait(30 * MINUTE)
    assert line.now_it_is.emergency_mode.duration_test
    line.wait(31 * MINUTE)
    information = line.now_it_is
    assert information.emergency_mode.normal_mode
    assert information.emergency_status.duration_test_done_and_result_valid
    assert information.duration_test_result.value == 30
    assert not information.emergency_failure_status.duration_test_failed
    assert information.lamp_emergency_time.value == 1
    assert not information.emergency_status.battery_fully_charged


def test_a_battery_that_is_too_weak_fails_the_duration_test() -> None:
    line = EmergencyBench(battery_minutes=40)
    line.tell(emergency.StartDurationTest)
    line.wait(HOUR)
    information = line.now_it_is
    assert information.duration_test_result.value == 20
    assert information.emergency_failure_status.duration_test_failed
    assert information.emergency_failure_status.battery_duration_failure


def test_a_duration_test_waits_for_a_full_battery() -> None:
    line = EmergencyBench()
    line.tell(emergency.StartFunctionTest)
    line.wait(MINUTE)
    line.tell(emergency.StartDurationTest)
    assert line.now_it_is.emergency_status.duration_test_pending
    line.wait(HOUR)
    assert line.now_it_is.emergency_mode.duration_test


def test_a_test_can_be_stopped() -> None:
    line = EmergencyBench()
    line.tell(emergency.StartDurationTest)
    line.wait(MINUTE)
    line.tell(emergency.StopTest)
    information = line.now_it_is
    assert information.emergency_mode.normal_mode
    assert not information.emergency_status.duration_test_done_and_result_valid


def test_without_supply_it_lights_and_still_talks_until_the_battery_is_empty() -> None:
    line = EmergencyBench()
    line.mains(present=False)
    line.send(general.DAPC(ADDRESS, 100))
    assert line.level == 0
    line.wait(30 * MINUTE)
    information = line.now_it_is
    assert information.emergency_mode.emergency_mode
    assert information.battery_charge.value == pytest.approx(254 * 45 / 75, abs=2)
    line.wait(HOUR)
    assert line.send(general.QueryStatus(ADDRESS)) is None
    line.mains(present=True)
    line.wait(13 * HOUR)
    information = line.now_it_is
    assert information.emergency_mode.normal_mode
    assert information.battery_charge.value == 254


def test_an_inhibited_gear_rests_without_supply_until_it_is_lit_again() -> None:
    line = EmergencyBench()
    line.tell(emergency.Inhibit)
    assert line.now_it_is.emergency_status.inhibit_mode
    line.mains(present=False)
    assert line.now_it_is.emergency_mode.rest_mode
    line.tell(emergency.ReLightResetInhibit)
    assert line.now_it_is.emergency_mode.emergency_mode
    line.tell(emergency.Rest)
    assert line.now_it_is.emergency_mode.rest_mode


def test_a_test_is_not_started_by_one_frame() -> None:
    line = EmergencyBench()
    line.send(general.EnableDeviceType(1))
    line.send(emergency.StartFunctionTest(ADDRESS))
    line.wait(1.0)
    assert line.now_it_is.emergency_mode.normal_mode


def test_settings_are_stored_from_dtr0() -> None:
    line = EmergencyBench()
    line.send(general.DTR0(120))
    line.tell(emergency.StoreDTRAsEmergencyLevel)
    assert line.now_it_is.emergency_level.value == 120
    line.send(general.DTR0(14))
    line.tell(emergency.StoreFunctionTestInterval)
    line.send(general.DTR0(4))
    line.send(general.EnableDeviceType(1))
    assert line.send(emergency.QueryTestTiming(ADDRESS)) == 14


def test_only_emergency_lighting_has_a_battery_to_break() -> None:
    line = EmergencyBench()
    line.gear.battery_failure = True
    assert line.gear.battery_failure
    assert line.now_it_is.emergency_failure_status.battery_failure
    with pytest.raises(ValueError, match="Lamp has no battery"):
        Bench(gear()).gear.battery_failure = True
