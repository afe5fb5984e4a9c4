"""Which device types gear has, and which of their commands it takes."""

from typing import Final

from dali.command import Command
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .gear_bench import ADDRESS, MASK, Bench, gear, reserved

# IEC 62386-102, 11.5.10 and 11.5.26: no (more) device types.
NO_DEVICE_TYPE: Final = 254
# 11.5.16: light sources.
LOW_PRESSURE_FLUORESCENT: Final = 0
HID: Final = 2
LOW_VOLTAGE_HALOGEN: Final = 3
INCANDESCENT: Final = 4
LED: Final = 6
UNKNOWN_SOURCE: Final = 253
NO_SOURCE: Final = 254


@pytest.mark.parametrize(
    ("types", "source"),
    [
        ((), LED),
        ((0,), LOW_PRESSURE_FLUORESCENT),
        ((2,), HID),
        ((3,), LOW_VOLTAGE_HALOGEN),
        ((4,), INCANDESCENT),
        ((5,), UNKNOWN_SOURCE),
        ((6,), LED),
        ((7,), NO_SOURCE),
        ((8, 6), LED),
    ],
)
def test_the_light_source_is_that_of_the_device_type(types: tuple[int, ...], source: int) -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, device_types=types))
    assert bench.send(general.QueryLightSourceType(ADDRESS)) == source


def test_one_device_type_is_answered_and_there_is_no_next() -> None:
    bench = Bench(gear())
    assert bench.send(general.QueryDeviceType(ADDRESS)) == 6
    assert bench.send(general.QueryNextDeviceType(ADDRESS)) is None


def test_without_a_device_type_the_answer_is_none() -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, device_types=()))
    assert bench.send(general.QueryDeviceType(ADDRESS)) == NO_DEVICE_TYPE
    assert bench.send(general.QueryNextDeviceType(ADDRESS)) is None


def test_several_device_types_are_listed_from_the_lowest() -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, device_types=(8, 6)))
    assert bench.send(general.QueryNextDeviceType(ADDRESS)) is None
    assert bench.send(general.QueryDeviceType(ADDRESS)) == MASK
    answers = [bench.send(general.QueryNextDeviceType(ADDRESS)) for _ in range(4)]
    assert answers == [6, 8, NO_DEVICE_TYPE, NO_DEVICE_TYPE]


@pytest.mark.parametrize(
    "command",
    [
        general.QueryStatus(ADDRESS),
        general.DAPC(ADDRESS, 1),
        general.DTR0(1),
        general.QueryStatus(ADDRESS + 1),
        general.QueryExtendedVersionNumber(ADDRESS),
    ],
)
def test_a_list_of_device_types_ends_with_any_other_command(command: Command) -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, device_types=(8, 6)))
    bench.send(general.QueryDeviceType(ADDRESS))
    bench.send(command)
    assert bench.send(general.QueryNextDeviceType(ADDRESS)) is None


def test_a_command_of_a_device_type_needs_it_enabled_just_before() -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, device_types=(8,)))
    version = general.QueryExtendedVersionNumber(ADDRESS)
    assert bench.send(version) is None
    bench.send(general.EnableDeviceType(6))
    assert bench.send(version) is None
    bench.send(general.EnableDeviceType(8))
    assert bench.send(version) == 1
    assert bench.send(version) is None


@pytest.mark.parametrize(
    "data",
    [
        general.QueryStatus(ADDRESS).frame.as_integer,
        general.QueryStatus(ADDRESS + 1).frame.as_integer,
        general.DTR0(1).frame.as_integer,
        0xFB00,
    ],
)
def test_an_enabled_device_type_is_spent_by_the_next_frame(data: int) -> None:
    bench = Bench(gear())
    bench.send(general.EnableDeviceType(6))
    bench.frame(data)
    assert bench.send(general.QueryExtendedVersionNumber(ADDRESS)) is None


def test_an_enabled_device_type_outlives_24_bits() -> None:
    bench = Bench(gear())
    bench.send(general.EnableDeviceType(6))
    bench.gear.interrupt(bench.now + 0.02)
    assert bench.send(general.QueryExtendedVersionNumber(ADDRESS)) == 1


def test_device_type_0_has_no_commands_of_its_own() -> None:
    bench = Bench(gear(device_types=(0,)))
    bench.send(general.EnableDeviceType(0))
    assert bench.send(general.QueryExtendedVersionNumber(ADDRESS)) is None


def test_the_last_of_two_enabled_device_types_counts() -> None:
    bench = Bench(gear())
    bench.send(general.EnableDeviceType(6))
    bench.send(general.EnableDeviceType(8))
    assert bench.send(general.QueryExtendedVersionNumber(ADDRESS)) is None


def test_a_standard_command_means_the_same_after_enable_device_type() -> None:
    bench = Bench(gear(level=77))
    bench.send(general.EnableDeviceType(6))
    assert bench.send(general.QueryActualLevel(ADDRESS)) == 77


@pytest.mark.parametrize("opcode", [0xE0, 0xE5, 0xFE])
def test_other_commands_of_another_device_type_mean_nothing(opcode: int) -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, device_types=(8,)))
    before = bench.state
    for _ in range(2):
        bench.send(general.EnableDeviceType(8))
        assert bench.frame(reserved(opcode)) is None
    assert bench.state == before
