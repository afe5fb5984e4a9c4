"""What gear does with its light when its supply or that of the line goes or comes back."""

from typing import Final

from dali.command import Command
from dali.gear import general
import pytest

from .gear_bench import ADDRESS, MASK, OFF, POWER_ON_SECONDS, Bench, gear

# IEC 62386-102, 9.5.2: fade time 4.
FADE_TIME_4: Final = 2.0
# 9.12: the system failure level is taken when the line is low for so long.
SYSTEM_FAILURE_SECONDS: Final = 0.5


# --- The gear's own supply


def test_without_its_supply_a_gear_is_dark_and_silent() -> None:
    bench = Bench(gear(level=200))
    bench.mains(present=False)
    assert bench.level == OFF
    assert bench.send(general.QueryControlGearPresent(ADDRESS)) is None
    bench.send(general.RecallMaxLevel(ADDRESS))
    assert bench.level == OFF
    assert bench.state["has_mains"] is False


def test_the_power_on_level_is_taken_600_ms_after_the_supply_is_back() -> None:
    bench = Bench(gear(level=200, power_on_level=120, fade_time=4))
    bench.mains(present=False)
    bench.wait(60.0)
    bench.mains(present=True)
    assert bench.send(general.QueryActualLevel(ADDRESS), after=POWER_ON_SECONDS - 0.01) == MASK
    assert bench.level == MASK
    bench.wait(0.02)
    assert bench.level == 120


@pytest.mark.parametrize(("power_on", "level"), [(MASK, 80), (OFF, OFF), (10, 50), (254, 200)])
def test_a_power_on_level_of_mask_is_the_last_light_level_and_any_is_within_the_limits(
    power_on: int, level: int
) -> None:
    bench = Bench(gear(minimum=50, maximum=200, power_on_level=power_on))
    bench.send(general.DAPC(ADDRESS, 80))
    bench.mains(present=False)
    bench.mains(present=True)
    bench.wait(POWER_ON_SECONDS)
    assert bench.level == level


def test_a_lamp_that_was_off_stays_off_with_a_power_on_level_of_mask() -> None:
    bench = Bench(gear(level=200, power_on_level=MASK))
    bench.send(general.Off(ADDRESS))
    bench.mains(present=False)
    bench.mains(present=True)
    bench.wait(POWER_ON_SECONDS)
    assert bench.level == OFF


@pytest.mark.parametrize(
    ("command", "level"),
    [
        (general.DAPC(ADDRESS, 30), 30),
        (general.Off(ADDRESS), OFF),
        (general.RecallMinLevel(ADDRESS), 1),
        (general.OnAndStepUp(ADDRESS), 1),
        (general.GoToLastActiveLevel(ADDRESS), 254),
        (general.GoToScene(ADDRESS, 2), 77),
    ],
)
def test_a_level_that_comes_before_the_power_on_level_is_taken_instead(command: Command, level: int) -> None:
    bench = Bench(gear(level=200, power_on_level=120, scenes={2: 77}))
    bench.mains(present=False)
    bench.mains(present=True)
    bench.send(command)
    assert bench.level == level
    bench.wait(POWER_ON_SECONDS)
    assert bench.level == level


@pytest.mark.parametrize(
    "command",
    [
        general.QueryStatus(ADDRESS),
        general.DAPC(ADDRESS, "MASK"),
        general.GoToScene(ADDRESS, 2),
        general.Up(ADDRESS),
        general.StepUp(ADDRESS),
    ],
)
def test_what_asks_for_no_level_leaves_the_power_on_level_to_come(command: Command) -> None:
    bench = Bench(gear(level=200, power_on_level=120))
    bench.mains(present=False)
    bench.mains(present=True)
    bench.send(command)
    assert bench.level == MASK
    bench.wait(POWER_ON_SECONDS)
    assert bench.level == 120


def test_limits_that_are_set_during_start_up_hold_for_the_power_on_level() -> None:
    bench = Bench(gear(level=200))
    bench.mains(present=False)
    bench.mains(present=True)
    bench.configure(general.SetMaxLevel(ADDRESS), 100)
    assert bench.level == MASK
    bench.wait(POWER_ON_SECONDS)
    assert bench.level == 100


def test_a_start_forgets_the_last_active_level_the_limit_error_and_the_registers() -> None:
    bench = Bench(gear(maximum=200))
    bench.send(general.DAPC(ADDRESS, 254))
    bench.send(general.DAPC(ADDRESS, 1))
    bench.send(general.DAPC(ADDRESS, 254))
    for command in (general.DTR0(1), general.DTR1(2), general.DTR2(3)):
        bench.send(command)
    assert bench.has_limit_error()
    bench.mains(present=False)
    bench.mains(present=True)
    assert not bench.has_limit_error()
    assert bench.state["last_active"] == 200
    assert bench.state["dtr"] == [0, 0, 0]


def test_a_supply_that_did_not_change_is_no_news() -> None:
    bench = Bench(gear(level=200))
    bench.mains(present=True)
    assert bench.level == 200


# --- The line's power


def test_the_system_failure_level_is_taken_when_the_line_is_low_for_500_ms() -> None:
    bench = Bench(gear(level=200, system_failure_level=30, fade_time=4))
    bench.line(present=False)
    bench.wait(SYSTEM_FAILURE_SECONDS - 0.01)
    assert bench.level == 200
    bench.wait(0.02)
    assert bench.level == 30
    bench.line(present=True)
    bench.wait(10.0)
    assert bench.level == 30


def test_a_short_loss_of_the_line_is_no_system_failure() -> None:
    bench = Bench(gear(level=200, system_failure_level=30))
    bench.line(present=False)
    bench.wait(SYSTEM_FAILURE_SECONDS - 0.01)
    bench.line(present=True)
    bench.wait(10.0)
    assert bench.level == 200


def test_a_second_word_of_the_same_loss_does_not_start_the_wait_again() -> None:
    bench = Bench(gear(level=200, system_failure_level=30))
    bench.line(present=False)
    bench.wait(0.4)
    bench.line(present=False)
    bench.wait(0.11)
    assert bench.level == 30


@pytest.mark.parametrize(("failure", "level"), [(MASK, 180), (OFF, OFF), (1, 50), (254, 200)])
def test_a_system_failure_level_of_mask_changes_nothing_and_any_is_within_the_limits(failure: int, level: int) -> None:
    bench = Bench(gear(level=180, minimum=50, maximum=200, system_failure_level=failure))
    bench.line(present=False)
    bench.wait(SYSTEM_FAILURE_SECONDS)
    assert bench.level == level


def test_a_system_failure_stops_a_fade() -> None:
    bench = Bench(gear(level=50, fade_time=15, system_failure_level=30))
    bench.send(general.DAPC(ADDRESS, 250))
    bench.line(present=False)
    bench.wait(SYSTEM_FAILURE_SECONDS)
    assert bench.level == 30
    assert not bench.state["fading"]


def test_with_a_system_failure_level_of_mask_a_fade_goes_on() -> None:
    bench = Bench(gear(level=50, fade_time=4, system_failure_level=MASK))
    bench.send(general.DAPC(ADDRESS, 250))
    bench.line(present=False)
    bench.wait(FADE_TIME_4)
    assert bench.level == 250


def test_the_system_failure_level_is_not_the_last_light_level() -> None:
    bench = Bench(gear(level=180, system_failure_level=30, power_on_level=MASK))
    bench.line(present=False)
    bench.wait(SYSTEM_FAILURE_SECONDS)
    bench.mains(present=False)
    bench.line(present=True)
    bench.mains(present=True)
    bench.wait(POWER_ON_SECONDS)
    assert bench.level == 180


def test_without_the_line_a_gear_hears_nothing() -> None:
    bench = Bench(gear(level=200, system_failure_level=MASK))
    bench.line(present=False)
    assert bench.send(general.QueryControlGearPresent(ADDRESS)) is None
    bench.send(general.Off(ADDRESS))
    assert bench.level == 200
    assert bench.state["has_line_power"] is False


def test_a_gear_that_starts_without_the_line_takes_its_system_failure_level() -> None:
    bench = Bench(gear(level=200, system_failure_level=30, power_on_level=120))
    bench.mains(present=False)
    bench.line(present=False)
    bench.mains(present=True)
    bench.wait(10.0)
    assert bench.level == 30


def test_a_gear_that_starts_without_the_line_takes_its_power_on_level_when_the_other_is_mask() -> None:
    bench = Bench(gear(level=200, system_failure_level=MASK, power_on_level=120))
    bench.mains(present=False)
    bench.line(present=False)
    bench.mains(present=True)
    bench.wait(SYSTEM_FAILURE_SECONDS + 0.01)
    assert bench.level == MASK
    bench.wait(POWER_ON_SECONDS)
    assert bench.level == 120
