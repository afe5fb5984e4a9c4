"""Device type 6: what gear for LED modules adds to any gear (IEC 62386-207)."""

from typing import Final

from dali.command import Command
from dali.gear import general, led
import pytest

from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .gear_bench import ADDRESS, OFF, YES, Bench, gear, reserved

DEVICE_TYPE: Final = 6
# IEC 62386-207, 9.13: the fast fade time counts in steps of 25 ms, up to 27 of them.
FAST_FADE_STEP: Final = 0.025
LONGEST_FAST_FADE: Final = 27
# 11.3.4.2: the answers, bit by bit.
SUPPLY_INTEGRATED: Final = 0x01
AC_POSSIBLE: Final = 0x04
PULSE_WIDTH: Final = 0x01
CURRENT_CONTROLLED: Final = 0x04
OTHER_DIMMING_CURVE: Final = 0x10
EVERY_FAILURE: Final = 0x7F
OPEN_CIRCUIT: Final = 0x02
REFERENCE_FAILED: Final = 0x80
# 11.3.4.1: a reference measurement takes 15 min at most.
REFERENCE_SECONDS: Final = 15 * 60.0


def ask(bench: Bench, query: Command) -> int | None:
    """Send a query for LED modules, its device type enabled."""
    bench.send(general.EnableDeviceType(DEVICE_TYPE))
    return bench.send(query)


def tell(bench: Bench, command: Command, value: int | None = None) -> None:
    """Send a configuration command for LED modules, its device type enabled, and its value in DTR0."""
    if value is not None:
        bench.send(general.DTR0(value))
    bench.send(general.EnableDeviceType(DEVICE_TYPE))
    bench.twice(command)


# --- Queries


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (led.QueryGearType, SUPPLY_INTEGRATED | AC_POSSIBLE),
        (led.QueryDimmingCurve, 0),
        (led.QueryPossibleOperatingModes, PULSE_WIDTH | CURRENT_CONTROLLED),
        (led.QueryFeatures, EVERY_FAILURE),
        (led.QueryFailureStatus, 0),
        (led.QueryShortCircuit, None),
        (led.QueryOpenCircuit, None),
        (led.QueryLoadDecrease, None),
        (led.QueryLoadIncrease, None),
        (led.QueryCurrentProtectorActive, None),
        (led.QueryThermalShutDown, None),
        (led.QueryThermalOverload, None),
        (led.QueryReferenceRunning, None),
        (led.QueryReferenceMeasurementFailed, None),
        (led.QueryCurrentProtectorEnabled, YES),
        (led.QueryOperatingMode, PULSE_WIDTH | CURRENT_CONTROLLED),
        (led.QueryFastFadeTime, 0),
        (general.QueryExtendedVersionNumber, 1),
    ],
)
def test_a_healthy_led_gear_answers(query: type[Command], answer: int | None) -> None:
    bench = Bench(gear())
    assert ask(bench, query(ADDRESS)) == answer
    assert bench.send(query(ADDRESS)) is None


def test_the_shortest_fast_fade_time_is_within_the_standard() -> None:
    shortest = ask(Bench(gear()), led.QueryMinFastFadeTime(ADDRESS))
    assert shortest is not None
    assert 1 <= shortest <= LONGEST_FAST_FADE


def test_a_lamp_failure_is_an_open_circuit() -> None:
    bench = Bench(gear(level=100))
    bench.gear.lamp_failure = True
    assert ask(bench, led.QueryOpenCircuit(ADDRESS)) == YES
    assert ask(bench, led.QueryFailureStatus(ADDRESS)) == OPEN_CIRCUIT
    bench.gear.lamp_failure = False
    assert ask(bench, led.QueryOpenCircuit(ADDRESS)) is None


@pytest.mark.parametrize("opcode", range(0xE5, 0xED))
def test_reserved_led_commands_mean_nothing(opcode: int) -> None:
    bench = Bench(gear(level=100))
    before = bench.state
    for _ in range(2):
        bench.send(general.EnableDeviceType(DEVICE_TYPE))
        assert bench.frame(reserved(opcode)) is None
    assert bench.state == before


def test_other_gear_has_no_led_commands() -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, device_types=(8,)))
    assert ask(bench, led.QueryFeatures(ADDRESS)) is None
    tell(bench, led.SelectDimmingCurve(ADDRESS), 1)
    assert bench.state["dimming_curve"] == 0


def test_gear_of_two_device_types_takes_the_commands_of_both() -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, device_types=(6, 8)))
    assert ask(bench, led.QueryFeatures(ADDRESS)) == EVERY_FAILURE
    bench.send(general.EnableDeviceType(8))
    assert bench.send(led.QueryFeatures(ADDRESS)) is None


# --- Pairs


def test_one_frame_of_a_led_configuration_does_nothing() -> None:
    bench = Bench(gear())
    bench.send(general.DTR0(1))
    bench.send(general.EnableDeviceType(DEVICE_TYPE))
    bench.send(led.SelectDimmingCurve(ADDRESS))
    assert ask(bench, led.QueryDimmingCurve(ADDRESS)) == 0


def test_a_led_configuration_without_its_device_type_means_nothing() -> None:
    bench = Bench(gear())
    bench.send(general.DTR0(1))
    bench.twice(led.SelectDimmingCurve(ADDRESS))
    assert bench.state["dimming_curve"] == 0


def test_enable_device_type_between_the_two_breaks_the_pair() -> None:
    bench = Bench(gear())
    bench.send(general.DTR0(1))
    for _ in range(2):
        bench.send(general.EnableDeviceType(DEVICE_TYPE))
        bench.send(led.SelectDimmingCurve(ADDRESS))
    assert bench.state["dimming_curve"] == 0


# --- Dimming curve, fast fade, current protector


def test_the_linear_dimming_curve_is_another_operating_mode() -> None:
    bench = Bench(gear())
    tell(bench, led.SelectDimmingCurve(ADDRESS), 1)
    assert ask(bench, led.QueryDimmingCurve(ADDRESS)) == 1
    assert ask(bench, led.QueryOperatingMode(ADDRESS)) == PULSE_WIDTH | CURRENT_CONTROLLED | OTHER_DIMMING_CURVE
    assert bench.send(general.QueryResetState(ADDRESS)) is None
    tell(bench, led.SelectDimmingCurve(ADDRESS), 2)
    assert ask(bench, led.QueryDimmingCurve(ADDRESS)) == 1
    bench.twice(general.Reset(ADDRESS))
    assert ask(bench, led.QueryDimmingCurve(ADDRESS)) == 0


@pytest.mark.parametrize(("value", "kept"), [(0, 0), (10, 10), (27, 27), (28, 27), (255, 27)])
def test_a_fast_fade_time_is_kept_within_its_range(value: int, kept: int) -> None:
    bench = Bench(gear())
    tell(bench, led.StoreDTRAsFastFadeTime(ADDRESS), value)
    assert ask(bench, led.QueryFastFadeTime(ADDRESS)) == kept


def test_a_fast_fade_time_below_the_shortest_is_the_shortest() -> None:
    bench = Bench(gear())
    tell(bench, led.StoreDTRAsFastFadeTime(ADDRESS), 1)
    assert ask(bench, led.QueryFastFadeTime(ADDRESS)) == ask(bench, led.QueryMinFastFadeTime(ADDRESS))


def test_without_a_fade_time_the_fast_one_holds() -> None:
    bench = Bench(gear(level=50, extended_fade=0x4F))
    tell(bench, led.StoreDTRAsFastFadeTime(ADDRESS), 20)
    bench.send(general.DAPC(ADDRESS, 250))
    bench.wait(20 * FAST_FADE_STEP / 2)
    assert bench.level == pytest.approx(150, abs=1)
    bench.wait(20 * FAST_FADE_STEP / 2 + 0.001)
    assert bench.level == 250


def test_a_fade_time_goes_before_the_fast_one() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    tell(bench, led.StoreDTRAsFastFadeTime(ADDRESS), 20)
    bench.send(general.DAPC(ADDRESS, 250))
    bench.wait(1.0)
    assert bench.level == pytest.approx(150, abs=1)


def test_reset_takes_the_fast_fade_time_back() -> None:
    bench = Bench(gear())
    tell(bench, led.StoreDTRAsFastFadeTime(ADDRESS), 20)
    assert bench.send(general.QueryResetState(ADDRESS)) is None
    bench.twice(general.Reset(ADDRESS))
    assert ask(bench, led.QueryFastFadeTime(ADDRESS)) == 0
    assert bench.send(general.QueryResetState(ADDRESS)) == YES


def test_the_current_protector_is_disabled_and_enabled() -> None:
    bench = Bench(gear())
    tell(bench, led.DisableCurrentProtector(ADDRESS))
    assert ask(bench, led.QueryCurrentProtectorEnabled(ADDRESS)) is None
    assert ask(bench, led.QueryCurrentProtectorActive(ADDRESS)) is None
    tell(bench, led.EnableCurrentProtector(ADDRESS))
    assert ask(bench, led.QueryCurrentProtectorEnabled(ADDRESS)) == YES


# --- Reference measurement


def test_during_a_reference_measurement_gear_obeys_nothing() -> None:
    bench = Bench(gear(level=100))
    tell(bench, led.ReferenceSystemPower(ADDRESS))
    before = bench.state
    bench.send(general.Off(ADDRESS))
    bench.send(general.DAPC(ADDRESS, OFF))
    bench.send(general.DTR0(1))
    bench.twice(general.SetFadeTime(ADDRESS))
    assert bench.state == before


def test_during_a_reference_measurement_gear_answers_queries() -> None:
    bench = Bench(gear(level=100))
    tell(bench, led.ReferenceSystemPower(ADDRESS))
    assert bench.send(general.QueryActualLevel(ADDRESS)) == 100
    assert bench.send(general.QueryControlGearPresent(ADDRESS)) == YES


def test_a_reference_measurement_is_known_to_run() -> None:
    bench = Bench(gear(level=100))
    tell(bench, led.ReferenceSystemPower(ADDRESS))
    assert ask(bench, led.QueryReferenceRunning(ADDRESS)) == YES


def test_during_a_reference_measurement_special_commands_that_ask_are_answered() -> None:
    bench = Bench(gear(level=100))
    bench.twice(general.Initialise(broadcast=True))
    tell(bench, led.ReferenceSystemPower(ADDRESS))
    for command in (general.SetSearchAddrH(0), general.SetSearchAddrM(0), general.SetSearchAddrL(0)):
        bench.send(command)
    assert bench.send(general.Compare()) == YES, "the search address is still the highest"
    assert bench.send(general.VerifyShortAddress(ADDRESS)) == YES
    assert bench.send(general.QueryShortAddress()) == ADDRESS << 1 | 1


def test_during_a_reference_measurement_the_configuration_of_led_modules_is_ignored() -> None:
    bench = Bench(gear(level=100))
    bench.send(general.DTR0(1))
    tell(bench, led.ReferenceSystemPower(ADDRESS))
    tell(bench, led.SelectDimmingCurve(ADDRESS))
    assert bench.state["dimming_curve"] == 0


def test_a_reference_measurement_ends() -> None:
    bench = Bench(gear(level=100))
    tell(bench, led.ReferenceSystemPower(ADDRESS))
    bench.wait(REFERENCE_SECONDS)
    assert ask(bench, led.QueryReferenceRunning(ADDRESS)) is None
    assert ask(bench, led.QueryReferenceMeasurementFailed(ADDRESS)) is None
    bench.send(general.DAPC(ADDRESS, 50))
    assert bench.level == 50


def test_terminate_ends_a_reference_measurement() -> None:
    bench = Bench(gear(level=100))
    tell(bench, led.ReferenceSystemPower(ADDRESS))
    bench.send(general.Terminate())
    bench.send(general.DAPC(ADDRESS, 50))
    assert bench.level == 50


def test_a_reference_measurement_ends_with_the_supply() -> None:
    bench = Bench(gear(level=100))
    tell(bench, led.ReferenceSystemPower(ADDRESS))
    bench.mains(present=False)
    bench.mains(present=True)
    bench.send(general.DAPC(ADDRESS, 50))
    assert bench.level == 50


def test_without_a_lamp_a_reference_measurement_fails() -> None:
    bench = Bench(gear(level=100))
    bench.gear.lamp_failure = True
    tell(bench, led.ReferenceSystemPower(ADDRESS))
    bench.wait(REFERENCE_SECONDS)
    assert ask(bench, led.QueryReferenceMeasurementFailed(ADDRESS)) == YES
    assert ask(bench, led.QueryFailureStatus(ADDRESS)) == OPEN_CIRCUIT | REFERENCE_FAILED
    bench.gear.lamp_failure = False
    tell(bench, led.ReferenceSystemPower(ADDRESS))
    bench.wait(REFERENCE_SECONDS)
    assert ask(bench, led.QueryReferenceMeasurementFailed(ADDRESS)) is None
