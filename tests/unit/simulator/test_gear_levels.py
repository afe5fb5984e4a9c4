"""What gear does with its light without a fade, and with UP and DOWN: levels, steps, limits."""

from typing import Final

from dali.address import GearBroadcast
from dali.command import Command
from dali.gear import general
import pytest

from .gear_bench import ADDRESS, MASK, OFF, Bench, gear, reserved

# IEC 62386-102, 9.5.2: fade time 4.
FADE_TIME_4: Final = 2.0
# 9.5.3: steps per second of fade rate 7, the reset value, and of the fastest and the slowest.
FADE_RATES: Final = {1: 358.0, 7: 44.7, 15: 2.8}
# 11.3.3 and 11.3.4: UP and DOWN last this long.
DIM_SECONDS: Final = 0.2


# --- Direct arc power, limits


@pytest.mark.parametrize("level", [1, 127, 254])
def test_without_a_fade_a_level_is_taken_at_once(level: int) -> None:
    bench = Bench()
    assert bench.send(general.DAPC(ADDRESS, level)) is None
    assert bench.level == level
    assert bench.state["target"] == level
    assert not bench.has_limit_error()


@pytest.mark.parametrize(
    ("asked", "taken", "error"),
    [(OFF, OFF, False), (49, 50, True), (50, 50, False), (200, 200, False), (201, 200, True), (254, 200, True)],
)
def test_a_level_beyond_the_limits_is_the_nearest_and_a_limit_error(asked: int, taken: int, error: bool) -> None:  # noqa: FBT001
    bench = Bench(gear(level=100, minimum=50, maximum=200))
    bench.send(general.DAPC(ADDRESS, asked))
    assert bench.level == taken
    assert bench.has_limit_error() is error


def test_a_limit_error_ends_with_a_level_within_the_limits() -> None:
    bench = Bench(gear(maximum=200))
    bench.send(general.DAPC(ADDRESS, 254))
    assert bench.has_limit_error()
    bench.send(general.DAPC(ADDRESS, 100))
    assert not bench.has_limit_error()


def test_a_lower_max_level_takes_a_brighter_lamp_down_at_once() -> None:
    bench = Bench(gear(level=254, fade_time=4))
    bench.configure(general.SetMaxLevel(ADDRESS), 200)
    assert bench.level == 200
    assert bench.has_limit_error()


def test_a_higher_min_level_takes_a_darker_lamp_up_at_once() -> None:
    bench = Bench(gear(level=20, fade_time=4))
    bench.configure(general.SetMinLevel(ADDRESS), 50)
    assert bench.level == 50


def test_a_higher_min_level_does_not_light_a_dark_lamp() -> None:
    bench = Bench()
    bench.configure(general.SetMinLevel(ADDRESS), 50)
    assert bench.level == OFF


def test_limits_that_contain_the_level_leave_it() -> None:
    bench = Bench(gear(level=100))
    bench.configure(general.SetMinLevel(ADDRESS), 50)
    bench.configure(general.SetMaxLevel(ADDRESS), 200)
    assert bench.level == 100


def test_the_level_of_a_start_is_the_power_on_level() -> None:
    assert Bench(gear(level=None, power_on_level=120)).level == 120
    assert Bench(gear(level=None, power_on_level=MASK)).level == 254


# --- Without a fade: OFF, RECALL, steps


@pytest.mark.parametrize(
    ("command", "level"),
    [(general.Off, OFF), (general.RecallMaxLevel, 200), (general.RecallMinLevel, 50)],
)
@pytest.mark.parametrize("before", [OFF, 100])
def test_off_and_the_limits_are_taken_without_a_fade(command: type[Command], level: int, before: int) -> None:
    bench = Bench(gear(level=before, minimum=50, maximum=200, fade_time=4))
    bench.send(command(ADDRESS))
    assert bench.level == level
    assert not bench.state["fading"]
    assert not bench.has_limit_error()


def test_off_ends_a_fade() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 250))
    bench.send(general.Off(ADDRESS))
    bench.wait(FADE_TIME_4)
    assert bench.level == OFF


@pytest.mark.parametrize(
    ("command", "before", "after"),
    [
        (general.StepUp, 100, 101),
        (general.StepUp, 200, 200),
        (general.StepUp, OFF, OFF),
        (general.StepDown, 100, 99),
        (general.StepDown, 50, 50),
        (general.StepDown, OFF, OFF),
        (general.OnAndStepUp, 100, 101),
        (general.OnAndStepUp, 200, 200),
        (general.OnAndStepUp, OFF, 50),
        (general.StepDownAndOff, 100, 99),
        (general.StepDownAndOff, 51, 50),
        (general.StepDownAndOff, 50, OFF),
        (general.StepDownAndOff, OFF, OFF),
    ],
)
def test_a_step_is_one_level_and_without_a_fade(command: type[Command], before: int, after: int) -> None:
    bench = Bench(gear(level=before, minimum=50, maximum=200, fade_time=4))
    bench.send(command(ADDRESS))
    assert bench.level == after
    assert not bench.state["fading"]


@pytest.mark.parametrize(
    ("command", "before", "error"),
    [
        (general.StepUp, 199, False),
        (general.StepUp, 200, True),
        (general.OnAndStepUp, 200, True),
        (general.OnAndStepUp, OFF, False),
        (general.StepDown, 51, False),
        (general.StepDown, 50, True),
        (general.StepDownAndOff, 50, False),
    ],
)
def test_a_step_over_a_limit_is_a_limit_error(command: type[Command], before: int, error: bool) -> None:  # noqa: FBT001
    bench = Bench(gear(level=before, minimum=50, maximum=200))
    bench.send(command(ADDRESS))
    assert bench.has_limit_error() is error


def test_step_up_at_full_light_stays_there() -> None:
    bench = Bench(gear(level=254))
    bench.send(general.StepUp(ADDRESS))
    assert bench.level == 254


# --- UP and DOWN


@pytest.mark.parametrize(("rate", "steps_per_second"), FADE_RATES.items())
@pytest.mark.parametrize(("command", "direction"), [(general.Up, 1), (general.Down, -1)])
def test_up_and_down_dim_for_200_ms_at_the_fade_rate(
    command: type[Command], direction: int, rate: int, steps_per_second: float
) -> None:
    bench = Bench(gear(level=127, fade_rate=rate, fade_time=15))
    bench.send(command(ADDRESS))
    assert bench.state["fading"]
    steps = max(1.0, steps_per_second * DIM_SECONDS)
    bench.wait(steps / steps_per_second / 2)
    assert bench.level == pytest.approx(127 + direction * steps / 2, abs=1)
    bench.wait(steps / steps_per_second / 2 + 0.01)
    assert bench.level == pytest.approx(127 + direction * steps, abs=1)
    assert not bench.state["fading"]


def test_up_again_in_time_goes_on_dimming() -> None:
    bench = Bench(gear(level=100))
    bench.send(general.Up(ADDRESS))
    for _ in range(10):
        bench.send(general.Up(ADDRESS), after=0.1)
    assert bench.level == pytest.approx(100 + 1.0 * FADE_RATES[7], abs=5)
    assert bench.state["fading"]


@pytest.mark.parametrize("rate", [7, 15])
@pytest.mark.parametrize("pause", [0.04, 0.1, DIM_SECONDS])
def test_however_often_up_comes_the_fade_rate_holds(rate: int, pause: float) -> None:
    bench = Bench(gear(level=10, fade_rate=rate))
    for _ in range(25):
        bench.send(general.Up(ADDRESS), after=pause)
    assert bench.level == pytest.approx(10 + 24 * pause * FADE_RATES[rate], abs=1)


def test_up_and_down_stop_at_the_limits_with_a_limit_error() -> None:
    bench = Bench(gear(level=195, minimum=50, maximum=200))
    bench.send(general.Up(ADDRESS))
    bench.wait(DIM_SECONDS + 0.01)
    assert bench.level == 200
    assert bench.has_limit_error()
    bench.send(general.DAPC(ADDRESS, 55))
    bench.send(general.Down(ADDRESS))
    bench.wait(DIM_SECONDS + 0.01)
    assert bench.level == 50
    assert bench.has_limit_error()


def test_down_never_switches_off() -> None:
    bench = Bench(gear(level=3))
    for _ in range(3):
        bench.send(general.Down(ADDRESS))
        bench.wait(DIM_SECONDS + 0.01)
    assert bench.level == 1


@pytest.mark.parametrize("command", [general.Up, general.Down])
def test_up_and_down_leave_a_dark_lamp_dark(command: type[Command]) -> None:
    bench = Bench()
    bench.send(command(ADDRESS))
    bench.wait(DIM_SECONDS)
    assert bench.level == OFF


# --- What is no level instruction


@pytest.mark.parametrize("opcode", [0x0B, 0x0C, 0x0F, 0x26, 0x29, 0x31, 0x3F, 0x82, 0x8F, 0xA9, 0xAB, 0xAF, 0xC6, 0xDF])
def test_reserved_opcodes_do_nothing_once_or_twice(opcode: int) -> None:
    bench = Bench(gear(level=100))
    before = bench.state
    assert bench.frame(reserved(opcode)) is None
    assert bench.frame(reserved(opcode)) is None
    assert bench.state == before


def test_a_broadcast_is_for_every_gear() -> None:
    bench = Bench()
    bench.send(general.DAPC(GearBroadcast(), 99))
    assert bench.level == 99
