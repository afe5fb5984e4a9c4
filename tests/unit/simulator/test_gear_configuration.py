"""What gear remembers of what it is told: configuration instructions, the pairs that they come in, and RESET."""

from collections.abc import Callable
from typing import Any, Final

from dali.address import GearBroadcast, GearGroup
from dali.command import Command
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .gear_bench import ADDRESS, MASK, POWER_ON_SECONDS, YES, Bench, gear

# IEC 62386-102, 9.3: the second frame of a pair ends at most this long after the first.
# 62386-101, table 20: the line is idle at most this long between the frames of a pair. A frame takes 17 bits.
SEND_TWICE_SECONDS: Final = 0.1
FRAME_LENGTH: Final = 17 / 1200
# 11.4.7: IDENTIFY DEVICE lasts this long.
IDENTIFY_SECONDS: Final = 10.0
# Table 14: the reset values, but for the short address, which stays.
RESET_VALUES: Final[dict[str, object]] = {
    "address": ADDRESS,
    "random_address": 0xFFFFFF,
    "level": 254,
    "target": 254,
    "last_active": 254,
    "limit_error": False,
    "fading": False,
    "physical_minimum": 10,
    "minimum": 10,
    "maximum": 254,
    "power_on_level": 254,
    "system_failure_level": 254,
    "fade_time": 0,
    "fade_rate": 7,
    "extended_fade": 0,
    "groups": [],
    "scenes": {},
}


# --- Values out of DTR0


@pytest.mark.parametrize(
    ("command", "field", "value", "kept"),
    [
        # 11.4.9: at least the min level; MASK is 254.
        (general.SetMaxLevel, "maximum", 200, 200),
        (general.SetMaxLevel, "maximum", 49, 50),
        (general.SetMaxLevel, "maximum", 0, 50),
        (general.SetMaxLevel, "maximum", 254, 254),
        (general.SetMaxLevel, "maximum", MASK, 254),
        # 11.4.10: at least the physical minimum; at most the max level, with MASK too.
        (general.SetMinLevel, "minimum", 100, 100),
        (general.SetMinLevel, "minimum", 9, 10),
        (general.SetMinLevel, "minimum", 0, 10),
        (general.SetMinLevel, "minimum", 241, 240),
        (general.SetMinLevel, "minimum", MASK, 240),
        # 11.4.11 and 11.4.12: any value.
        (general.SetSystemFailureLevel, "system_failure_level", 0, 0),
        (general.SetSystemFailureLevel, "system_failure_level", MASK, MASK),
        (general.SetPowerOnLevel, "power_on_level", 1, 1),
        (general.SetPowerOnLevel, "power_on_level", MASK, MASK),
        # 11.4.13 to 11.4.15.
        (general.SetFadeTime, "fade_time", 0, 0),
        (general.SetFadeTime, "fade_time", 15, 15),
        (general.SetFadeTime, "fade_time", 16, 15),
        (general.SetFadeTime, "fade_time", MASK, 15),
        (general.SetFadeRate, "fade_rate", 0, 1),
        (general.SetFadeRate, "fade_rate", 15, 15),
        (general.SetFadeRate, "fade_rate", 16, 15),
        (general.SetExtendedFadeTime, "extended_fade", 0x4F, 0x4F),
        (general.SetExtendedFadeTime, "extended_fade", 0x50, 0),
        (general.SetExtendedFadeTime, "extended_fade", MASK, 0),
        # 11.4.20: 0AAAAAA1, or MASK for none; anything else is ignored.
        (general.SetShortAddress, "address", 63 << 1 | 1, 63),
        (general.SetShortAddress, "address", MASK, None),
        (general.SetShortAddress, "address", 62 << 1, ADDRESS),
        (general.SetShortAddress, "address", 0x81, ADDRESS),
    ],
)
def test_a_value_out_of_dtr0_is_kept_within_its_range(
    command: type[Command], field: str, value: int, kept: int | None
) -> None:
    bench = Bench(gear(physical_minimum=10, minimum=50, maximum=240, extended_fade=0x11))
    bench.configure(command(ADDRESS), value)
    assert bench.state[field] == kept


def test_every_setting_outlasts_the_supply() -> None:
    bench = Bench(gear(physical_minimum=10))
    for command, value in [
        (general.SetMaxLevel(ADDRESS), 200),
        (general.SetMinLevel(ADDRESS), 50),
        (general.SetFadeTime(ADDRESS), 3),
        (general.SetScene(ADDRESS, 2), 77),
        (general.AddToGroup(ADDRESS, 9), 0),
    ]:
        bench.configure(command, value)
    before = bench.state
    bench.mains(present=False)
    bench.mains(present=True)
    bench.wait(POWER_ON_SECONDS)
    kept = {"minimum", "maximum", "fade_time", "scenes", "groups", "address"}
    assert {field: bench.state[field] for field in kept} == {field: before[field] for field in kept}
    assert bench.state["groups"] == [9]


def test_store_actual_level_in_dtr0_takes_the_level_in_the_middle_of_a_fade() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 250))
    bench.wait(1.0 - 2 * 0.03)
    bench.twice(general.StoreActualLevelInDTR0(ADDRESS))
    assert bench.send(general.QueryContentDTR0(ADDRESS)) == pytest.approx(150, abs=1)


@pytest.mark.parametrize("scene", [0, 15])
def test_a_scene_is_set_and_removed(scene: int) -> None:
    bench = Bench()
    bench.configure(general.SetScene(ADDRESS, scene), 123)
    assert bench.state["scenes"] == {str(scene): 123}
    assert bench.send(general.QuerySceneLevel(ADDRESS, scene)) == 123
    bench.twice(general.RemoveFromScene(ADDRESS, scene))
    assert bench.state["scenes"] == {}
    assert bench.send(general.QuerySceneLevel(ADDRESS, scene)) == MASK


def test_a_scene_that_is_set_to_mask_is_removed() -> None:
    bench = Bench(gear(scenes={4: 10}))
    bench.configure(general.SetScene(ADDRESS, 4), MASK)
    assert bench.state["scenes"] == {}


@pytest.mark.parametrize("group", [0, 7, 8, 15])
def test_a_gear_joins_and_leaves_a_group(group: int) -> None:
    bench = Bench()
    bench.twice(general.AddToGroup(ADDRESS, group))
    bench.twice(general.AddToGroup(ADDRESS, group))
    assert bench.state["groups"] == [group]
    bench.send(general.DAPC(GearGroup(group), 88))
    assert bench.level == 88
    bench.twice(general.RemoveFromGroup(ADDRESS, group))
    bench.twice(general.RemoveFromGroup(ADDRESS, group))
    assert bench.state["groups"] == []
    bench.send(general.DAPC(GearGroup(group), 99))
    assert bench.level == 88


def test_there_is_the_normal_operating_mode_only() -> None:
    bench = Bench()
    bench.configure(general.SetOperatingMode(ADDRESS), 0x80)
    assert bench.send(general.QueryOperatingMode(ADDRESS)) == 0
    assert bench.send(general.QueryManufacturerSpecificMode(ADDRESS)) is None


def test_save_persistent_variables_changes_nothing() -> None:
    bench = Bench()
    before = bench.state
    bench.twice(general.SavePersistentVariables(ADDRESS))
    assert bench.state == before


def test_a_configuration_instruction_does_not_move_the_light() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 250))
    bench.configure(general.SetScene(ADDRESS, 1), 10)
    assert bench.state["fading"]
    assert bench.state["target"] == 250


# --- Pairs of equal frames


PAIRED: Final[list[Callable[[int], Command]]] = [
    general.Reset,
    general.StoreActualLevelInDTR0,
    general.SetOperatingMode,
    general.ResetMemoryBank,
    general.IdentifyDevice,
    general.SetMaxLevel,
    general.SetMinLevel,
    general.SetSystemFailureLevel,
    general.SetPowerOnLevel,
    general.SetFadeTime,
    general.SetFadeRate,
    general.SetExtendedFadeTime,
    lambda address: general.SetScene(address, 3),
    lambda address: general.RemoveFromScene(address, 1),
    lambda address: general.AddToGroup(address, 3),
    lambda address: general.RemoveFromGroup(address, 3),
    general.SetShortAddress,
    general.EnableWriteMemory,
]


@pytest.mark.parametrize("command", PAIRED)
def test_one_frame_of_a_configuration_instruction_does_nothing(command: Callable[[int], Command]) -> None:
    bench = Bench(gear(level=100, minimum=20, maximum=200, scenes={1: 30}))
    bench.send(general.DTR0(41))
    before = bench.state
    assert bench.send(command(ADDRESS)) is None
    assert bench.state == before


def one(bench: Bench) -> None:
    """Do nothing between."""
    del bench


def foreign(bench: Bench) -> None:
    """Let another gear be addressed between."""
    bench.send(general.QueryStatus(ADDRESS + 1), after=0.03)


def same_but_another_address(bench: Bench) -> None:
    """Let the same command go to everybody between."""
    bench.send(general.SetFadeTime(GearBroadcast()), after=0.03)


def special(bench: Bench) -> None:
    """Let a special command come between."""
    bench.send(general.DTR1(0), after=0.03)


def reserved(bench: Bench) -> None:
    """Let a frame without a meaning come between."""
    bench.frame(0xFBFF, after=0.03)


def not_for_gear(bench: Bench) -> None:
    """Let 24 bits come between."""
    bench.gear.interrupt(bench.now + 0.02)


@pytest.mark.parametrize(
    ("idle", "obeyed"),
    [(0.0135, True), (0.094, True), (SEND_TWICE_SECONDS - 0.001, True), (SEND_TWICE_SECONDS + 0.001, False)],
)
def test_the_second_of_a_pair_begins_within_100_ms_of_the_first(idle: float, obeyed: bool) -> None:  # noqa: FBT001
    bench = Bench()
    bench.send(general.DTR0(9))
    bench.twice(general.SetFadeTime(ADDRESS), between=idle + FRAME_LENGTH)
    assert (bench.state["fade_time"] == 9) is obeyed


def test_a_second_that_comes_too_late_is_the_first_of_a_new_pair() -> None:
    bench = Bench()
    bench.send(general.DTR0(9))
    bench.twice(general.SetFadeTime(ADDRESS), between=0.2)
    bench.send(general.SetFadeTime(ADDRESS), after=0.05)
    assert bench.state["fade_time"] == 9


def test_a_third_frame_is_the_first_of_a_new_pair() -> None:
    bench = Bench()
    bench.send(general.DTR0(9))
    bench.twice(general.SetFadeTime(ADDRESS))
    bench.send(general.SetFadeTime(ADDRESS), after=0.02)
    bench.send(general.DTR0(3), after=0.02)
    bench.send(general.SetFadeTime(ADDRESS), after=0.02)
    assert bench.state["fade_time"] == 9


@pytest.mark.parametrize(
    ("between", "obeyed"),
    [
        (one, True),
        (foreign, False),
        (same_but_another_address, False),
        (special, False),
        (reserved, False),
        (not_for_gear, False),
    ],
)
def test_nothing_comes_between_the_two_of_a_pair(between: Callable[[Bench], None], obeyed: bool) -> None:  # noqa: FBT001
    bench = Bench()
    bench.send(general.DTR0(9))
    bench.send(general.SetFadeTime(ADDRESS))
    between(bench)
    bench.send(general.SetFadeTime(ADDRESS), after=0.03)
    assert (bench.state["fade_time"] == 9) is obeyed


def test_a_command_that_comes_between_is_obeyed() -> None:
    bench = Bench()
    bench.send(general.SetFadeTime(ADDRESS))
    bench.send(general.DAPC(ADDRESS, 40))
    assert bench.level == 40


@pytest.mark.parametrize("power", [Bench.line, Bench.mains])
def test_half_of_a_pair_is_gone_with_a_supply(power: Any) -> None:
    bench = Bench()
    bench.send(general.DTR0(9))
    bench.send(general.SetScene(ADDRESS, 0))
    power(bench, present=False)
    power(bench, present=True)
    bench.send(general.SetScene(ADDRESS, 0))
    assert bench.state["scenes"] == {}


# --- RESET


def full() -> GearSpecification:
    """Return a gear on which nothing has its reset value."""
    return GearSpecification(
        name="Lamp",
        short_address=ADDRESS,
        random_address=0x123456,
        groups=frozenset({1, 15}),
        scenes={0: 10, 15: 20},
        physical_minimum=10,
        minimum=50,
        maximum=200,
        power_on_level=100,
        system_failure_level=MASK,
        fade_time=3,
        fade_rate=5,
        extended_fade=0x22,
        level=120,
    )


def test_reset_gives_every_variable_its_reset_value() -> None:
    bench = Bench(full())
    bench.send(general.DAPC(ADDRESS, 254))
    bench.twice(general.Reset(ADDRESS))
    assert {field: bench.state[field] for field in RESET_VALUES} == RESET_VALUES
    assert bench.send(general.QueryResetState(ADDRESS)) == YES
    assert bench.send(general.QueryPowerFailure(ADDRESS)) is None


def test_reset_leaves_the_registers() -> None:
    bench = Bench(full())
    for command in (general.DTR0(1), general.DTR1(2), general.DTR2(3)):
        bench.send(command)
    bench.twice(general.Reset(ADDRESS))
    assert bench.state["dtr"] == [1, 2, 3]


def test_reset_of_a_gear_without_an_address_leaves_it_without() -> None:
    bench = Bench(GearSpecification(name="Lamp"))
    bench.twice(general.Reset(GearBroadcast()))
    assert bench.state["address"] is None


def test_a_gear_as_it_left_the_factory_is_in_its_reset_state() -> None:
    bench = Bench(gear(level=50, physical_minimum=10))
    assert bench.send(general.QueryResetState(ADDRESS)) == YES
    bench.send(general.DAPC(ADDRESS, 30))
    assert bench.send(general.QueryResetState(ADDRESS)) == YES


@pytest.mark.parametrize(
    ("command", "value"),
    [
        (general.SetMaxLevel(ADDRESS), 253),
        (general.SetMinLevel(ADDRESS), 2),
        (general.SetSystemFailureLevel(ADDRESS), 0),
        (general.SetPowerOnLevel(ADDRESS), 0),
        (general.SetFadeTime(ADDRESS), 1),
        (general.SetFadeRate(ADDRESS), 6),
        (general.SetExtendedFadeTime(ADDRESS), 1),
        (general.SetScene(ADDRESS, 8), 0),
        (general.AddToGroup(ADDRESS, 8), 0),
    ],
)
def test_any_other_value_ends_the_reset_state(command: Command, value: int) -> None:
    bench = Bench()
    bench.configure(command, value)
    assert bench.send(general.QueryResetState(ADDRESS)) is None
    bench.twice(general.Reset(ADDRESS))
    assert bench.send(general.QueryResetState(ADDRESS)) == YES


def test_another_short_address_does_not_end_the_reset_state() -> None:
    bench = Bench()
    bench.configure(general.SetShortAddress(ADDRESS), 9 << 1 | 1)
    assert bench.send(general.QueryResetState(9)) == YES


# --- IDENTIFY DEVICE


def test_a_gear_identifies_itself_for_ten_seconds() -> None:
    bench = Bench()
    assert not bench.state["identifying"]
    bench.twice(general.IdentifyDevice(ADDRESS))
    bench.wait(IDENTIFY_SECONDS - 0.01)
    assert bench.state["identifying"]
    bench.wait(0.02)
    assert not bench.state["identifying"]


def test_identify_device_again_starts_the_ten_seconds_again() -> None:
    bench = Bench()
    bench.twice(general.IdentifyDevice(ADDRESS))
    bench.wait(IDENTIFY_SECONDS - 1)
    bench.twice(general.IdentifyDevice(ADDRESS))
    bench.wait(IDENTIFY_SECONDS - 1)
    assert bench.state["identifying"] is True


@pytest.mark.parametrize(
    ("command", "goes_on"),
    [
        (general.RecallMaxLevel(ADDRESS), True),
        (general.RecallMinLevel(ADDRESS), True),
        (general.Initialise(broadcast=True), True),
        (general.QueryStatus(ADDRESS + 1), True),
        (general.Off(ADDRESS), False),
        (general.DAPC(ADDRESS, 10), False),
        (general.QueryStatus(ADDRESS), False),
        (general.QueryFadeTimeFadeRate(ADDRESS), False),
        (general.Ping(), True),
        (general.DTR0(1), False),
        (general.Terminate(), False),
        (general.Reset(ADDRESS), False),
    ],
)
def test_any_command_but_a_few_ends_an_identification(command: Command, goes_on: bool) -> None:  # noqa: FBT001
    bench = Bench()
    bench.twice(general.IdentifyDevice(ADDRESS))
    bench.send(command)
    bench.send(command)
    assert bench.state["identifying"] is goes_on


def test_an_identification_ends_with_the_supply() -> None:
    bench = Bench()
    bench.twice(general.IdentifyDevice(ADDRESS))
    bench.mains(present=False)
    bench.mains(present=True)
    assert bench.state["identifying"] is False
