"""Device types 4, 5, 7 and 17: phase dimmers, converters, relays, curves (IEC 62386-205, -206, -208, -218)."""

from typing import Any

from dali.command import Command
from dali.gear import converter, general, incandescent
from dali.gear.general import EnableDeviceType
import pytest

from .gear_bench import ADDRESS, MASK, Bench, gear, reserved

LINEAR = 1
# 208: opcodes that python-dali has no commands for.
STORE_UP_ON, STORE_UP_OFF, STORE_DOWN_ON, STORE_DOWN_OFF = range(0xE1, 0xE5)
QUERY_SWITCH_STATUS = 0xF1
QUERY_UP_ON = 0xF2
UP_ON, UP_OFF, DOWN_ON, DOWN_OFF = (number << 2 for number in range(4))
# 218.
SELECT_DIMMING_CURVE = 0xE3
QUERY_DIMMING_CURVE = 0xEE


class TypeBench(Bench):
    """A gear of one device type."""

    def __init__(self, device_type: int, **specification: Any) -> None:
        super().__init__(gear(device_types=(device_type,), **specification))
        self.device_type = device_type

    def extended(self, command: Command) -> int | None:
        """Send a command of the type, twice where it has to be."""
        self.send(EnableDeviceType(self.device_type))
        answer = self.send(command)
        return self.send(command) if command.sendtwice else answer

    def opcode(self, opcode: int, *, twice: bool = False) -> int | None:
        """Send a command of the type by its number."""
        self.send(EnableDeviceType(self.device_type))
        answer = self.frame(reserved(opcode))
        return self.frame(reserved(opcode)) if twice else answer

    def store(self, opcode: int, value: int) -> None:
        """Store a value from DTR0."""
        self.send(general.DTR0(value))
        self.opcode(opcode, twice=True)


@pytest.mark.parametrize("device_type", [4, 5, 7, 17])
def test_each_type_has_a_version(device_type: int) -> None:
    line = TypeBench(device_type)
    assert line.opcode(0xFF) == 1
    assert line.opcode(0xE9) is None


# --- Relays


def test_a_relay_is_on_with_any_light_and_off_without() -> None:
    line = TypeBench(7)
    assert line.opcode(QUERY_SWITCH_STATUS) == DOWN_OFF
    line.send(general.DAPC(ADDRESS, 1))
    assert line.opcode(QUERY_SWITCH_STATUS) == UP_ON
    assert line.state["switch"] == {"on": True, "thresholds": [1, MASK, MASK, 0]}
    line.send(general.Off(ADDRESS))
    assert line.state["switch"] == {"on": False, "thresholds": [1, MASK, MASK, 0]}


def test_a_relay_has_thresholds_with_a_hysteresis() -> None:
    line = TypeBench(7)
    line.store(STORE_UP_ON, 150)
    line.store(STORE_DOWN_OFF, 100)
    assert line.opcode(QUERY_UP_ON) == 150
    states = []
    for level in (140, 160, 120, 90, 140):
        line.send(general.DAPC(ADDRESS, level))
        states.append(line.opcode(QUERY_SWITCH_STATUS))
    assert states == [DOWN_OFF, UP_ON, UP_ON, DOWN_OFF, DOWN_OFF]


def test_a_relay_can_work_the_other_way_round() -> None:
    line = TypeBench(7)
    line.store(STORE_UP_ON, MASK)
    line.store(STORE_UP_OFF, 200)
    line.store(STORE_DOWN_ON, 50)
    line.store(STORE_DOWN_OFF, MASK)
    states = []
    for level in (254, 40):
        line.send(general.DAPC(ADDRESS, level))
        states.append(line.opcode(QUERY_SWITCH_STATUS))
    assert states == [UP_OFF, DOWN_ON]


# --- Converters


def test_a_converter_tells_its_voltage_in_either_range() -> None:
    line = TypeBench(5)
    assert line.extended(converter.QueryOutputLevel(ADDRESS)) == 25
    line.extended(converter.SetOutputRange0To10V(ADDRESS))
    assert line.extended(converter.QueryOutputLevel(ADDRESS)) == 0
    assert line.extended(converter.QueryConverterStatus(ADDRESS)) == 0b001
    line.send(general.RecallMaxLevel(ADDRESS))
    assert line.extended(converter.QueryOutputLevel(ADDRESS)) == 250


def test_the_curve_of_a_converter_outlives_reset_but_not_its_own() -> None:
    line = TypeBench(5)
    line.send(general.DTR0(LINEAR))
    line.extended(converter.SelectDimmingCurve(ADDRESS))
    line.send(general.DAPC(ADDRESS, 127))
    assert line.extended(converter.QueryOutputLevel(ADDRESS)) == round(5.5 / 0.04)
    line.twice(general.Reset(ADDRESS))
    assert line.extended(converter.QueryDimmingCurve(ADDRESS)) == LINEAR
    line.extended(converter.ResetConverterSettings(ADDRESS))
    assert line.extended(converter.QueryDimmingCurve(ADDRESS)) == 0


def test_the_physical_minimum_of_a_converter_can_be_stored() -> None:
    line = TypeBench(5)
    line.send(general.DTR0(85))
    line.extended(converter.StoreDtrAsPhysicalMinimum(ADDRESS))
    assert line.send(general.QueryPhysicalMinimum(ADDRESS)) == 85
    assert line.send(general.QueryMinLevel(ADDRESS)) == 85


def test_a_converter_tells_a_fault_of_its_output() -> None:
    line = TypeBench(5)
    assert line.extended(converter.QueryFailureStatus(ADDRESS)) == 0
    line.gear.lamp_failure = True
    assert line.extended(converter.QueryFailureStatus(ADDRESS)) == 1


# --- Phase dimmers


def test_a_phase_dimmer_tells_three_bytes_of_features() -> None:
    line = TypeBench(4)
    assert line.extended(incandescent.QueryFeatures(ADDRESS)) == 0b10
    assert line.send(general.QueryContentDTR0(ADDRESS)) == 0
    assert line.send(general.QueryContentDTR1(ADDRESS)) == 0b1010
    line.gear.lamp_failure = True
    assert line.extended(incandescent.QueryFailureStatus(ADDRESS)) == 0b10


def test_the_curve_of_a_phase_dimmer_can_be_chosen() -> None:
    line = TypeBench(4)
    for value, curve in ((LINEAR, LINEAR), (2, LINEAR), (0, 0)):
        line.send(general.DTR0(value))
        line.extended(incandescent.SelectDimmingCurve(ADDRESS))
        assert line.extended(incandescent.QueryDimmingCurve(ADDRESS)) == curve
    assert line.extended(incandescent.QueryDimmerStatus(ADDRESS)) == 0b10


# --- Curves


def test_gear_of_type_17_has_a_curve_to_choose() -> None:
    line = TypeBench(17)
    assert line.opcode(QUERY_DIMMING_CURVE) == 0
    line.store(SELECT_DIMMING_CURVE, LINEAR)
    line.store(SELECT_DIMMING_CURVE, 7)
    assert line.opcode(QUERY_DIMMING_CURVE) == LINEAR
    assert line.state["dimming_curve"] == LINEAR
