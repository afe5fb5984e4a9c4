"""What gear does with its light in time: fades, scenes, DAPC sequences."""

from typing import Final

from dali.command import Command
from dali.gear import general
import pytest

from .gear_bench import ADDRESS, OFF, Bench, gear

# IEC 62386-102, 9.5.2: fade times by their code, in seconds.
FADE_TIME_2: Final = 1.0
FADE_TIME_4: Final = 2.0
FADE_TIME_15: Final = 90.5
# 11.3.11: so long takes each fade of a DAPC sequence, and so long it waits for the next.
SEQUENCE_SECONDS: Final = 0.2


# --- Fades


def test_half_of_the_fade_time_is_half_of_the_way() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 250))
    assert bench.level == 50
    bench.wait(FADE_TIME_4 / 2)
    assert bench.level == pytest.approx(150, abs=1)
    bench.wait(FADE_TIME_4 / 2 - 0.001)
    assert bench.state["fading"]
    bench.wait(0.002)
    assert bench.level == 250
    assert not bench.state["fading"]


def test_the_target_level_is_known_from_the_start_of_a_fade() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 250))
    assert bench.state["target"] == 250


def test_the_longest_fade_takes_one_and_a_half_minutes() -> None:
    bench = Bench(gear(level=254, fade_time=15))
    bench.send(general.DAPC(ADDRESS, 54))
    bench.wait(FADE_TIME_15 / 2)
    assert bench.level == pytest.approx(154, abs=1)
    bench.wait(FADE_TIME_15 / 2 + 0.1)
    assert bench.level == 54


def test_a_fade_from_off_begins_at_the_min_level() -> None:
    bench = Bench(gear(minimum=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 250))
    assert bench.level == 50
    bench.wait(FADE_TIME_4 / 2)
    assert bench.level == pytest.approx(150, abs=1)


def test_from_off_to_the_min_level_is_no_fade() -> None:
    bench = Bench(gear(minimum=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 50))
    assert bench.level == 50
    assert not bench.state["fading"]


def test_dapc_0_fades_to_the_min_level_and_then_off() -> None:
    bench = Bench(gear(level=250, minimum=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, OFF))
    bench.wait(FADE_TIME_4 / 2)
    assert bench.level == pytest.approx(150, abs=1)
    bench.wait(FADE_TIME_4 / 2 - 0.001)
    assert bench.level == 50
    assert bench.state["fading"]
    bench.wait(0.002)
    assert bench.level == OFF
    assert not bench.state["fading"]


def test_mask_stops_a_fade_where_it_is() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 250))
    bench.send(general.DAPC(ADDRESS, "MASK"), after=FADE_TIME_4 / 2)
    assert bench.level == pytest.approx(150, abs=1)
    stopped = bench.level
    assert bench.state["target"] == stopped
    assert not bench.state["fading"]
    bench.wait(FADE_TIME_4)
    assert bench.level == stopped


@pytest.mark.parametrize("level", [OFF, 100])
def test_mask_without_a_fade_changes_nothing(level: int) -> None:
    bench = Bench(gear(level=level, fade_time=4))
    bench.send(general.DAPC(ADDRESS, "MASK"))
    assert bench.level == level


def test_the_same_level_again_is_no_fade() -> None:
    bench = Bench(gear(level=100, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 100))
    assert not bench.state["fading"]


def test_a_fade_that_is_replaced_goes_on_from_where_it_is() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 250))
    bench.send(general.DAPC(ADDRESS, 50), after=FADE_TIME_4 / 2)
    assert bench.level == pytest.approx(150, abs=1)
    bench.wait(FADE_TIME_4 / 2)
    assert bench.level == pytest.approx(100, abs=1)


def test_a_new_fade_time_does_not_change_the_fade_that_runs() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 250))
    began = bench.now
    bench.configure(general.SetFadeTime(ADDRESS), 0)
    bench.wait(began + FADE_TIME_4 / 2 - bench.now)
    assert bench.level == pytest.approx(150, abs=1)
    bench.send(general.DAPC(ADDRESS, 60))
    assert bench.level == 60


# 9.5.4: the multiplier is in bits 6:4, the base less one in bits 3:0.
@pytest.mark.parametrize(
    ("value", "seconds"), [(0x10, 0.1), (0x1F, 1.6), (0x21, 2.0), (0x30, 10.0), (0x40, 60.0), (0x4F, 960.0)]
)
def test_without_a_fade_time_the_extended_one_holds(value: int, seconds: float) -> None:
    bench = Bench(gear(level=50, extended_fade=value))
    bench.send(general.DAPC(ADDRESS, 250))
    bench.wait(seconds / 2)
    assert bench.level == pytest.approx(150, abs=1)
    bench.wait(seconds / 2 + 0.001)
    assert bench.level == 250
    assert not bench.state["fading"]


def test_an_extended_fade_time_with_multiplier_0_is_no_fade() -> None:
    bench = Bench(gear(level=50, extended_fade=0x0F))
    bench.send(general.DAPC(ADDRESS, 250))
    assert bench.level == 250


def test_gear_of_the_first_edition_has_no_extended_fade_time() -> None:
    bench = Bench(gear(level=50, extended_fade=0x2F, edition=1))
    bench.send(general.DAPC(ADDRESS, 250))
    assert bench.level == 250


def test_a_fade_time_goes_before_an_extended_one() -> None:
    bench = Bench(gear(level=50, fade_time=2, extended_fade=0x4F))
    bench.send(general.DAPC(ADDRESS, 250))
    bench.wait(FADE_TIME_2 + 0.001)
    assert bench.level == 250


# --- Limits that change on the way


def test_a_max_level_below_the_target_is_where_a_fade_ends() -> None:
    bench = Bench(gear(level=10, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 210))
    bench.wait(FADE_TIME_4 / 4)
    bench.configure(general.SetMaxLevel(ADDRESS), 200)
    assert bench.level == pytest.approx(69, abs=2)
    assert bench.state["fading"]
    assert bench.state["target"] == 200
    assert bench.has_limit_error()
    bench.wait(FADE_TIME_4)
    assert bench.level == 200


def test_a_max_level_below_the_level_and_its_target_ends_a_fade_at_once() -> None:
    bench = Bench(gear(level=150, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 250))
    bench.configure(general.SetMaxLevel(ADDRESS), 100)
    assert bench.level == 100
    assert not bench.state["fading"]
    assert bench.has_limit_error()


def test_a_max_level_below_the_level_is_taken_at_once_and_a_fade_goes_on_from_there() -> None:
    bench = Bench(gear(level=254, fade_time=4))
    bench.send(general.DAPC(ADDRESS, 50))
    bench.configure(general.SetMaxLevel(ADDRESS), 100)
    assert bench.level == 100
    assert bench.has_limit_error()
    bench.wait(FADE_TIME_4 / 2)
    assert 50 < bench.level < 100
    bench.wait(FADE_TIME_4 / 2)
    assert bench.level == 50


def test_a_min_level_above_the_level_does_not_keep_a_lamp_from_going_off() -> None:
    bench = Bench(gear(level=100, fade_time=4))
    bench.send(general.DAPC(ADDRESS, OFF))
    bench.configure(general.SetMinLevel(ADDRESS), 120)
    assert bench.level == 120
    bench.wait(FADE_TIME_4)
    assert bench.level == OFF


# --- Scenes, last active level, DAPC sequences


def test_a_scene_is_faded_to() -> None:
    bench = Bench(gear(level=50, fade_time=4, scenes={3: 250}))
    bench.send(general.GoToScene(ADDRESS, 3))
    bench.wait(FADE_TIME_4 / 2)
    assert bench.level == pytest.approx(150, abs=1)
    bench.wait(FADE_TIME_4 / 2 + 0.001)
    assert bench.level == 250


def test_a_scene_with_mask_leaves_the_level_and_a_fade() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.GoToScene(ADDRESS, 15))
    assert bench.level == 50
    bench.send(general.DAPC(ADDRESS, 250))
    bench.send(general.GoToScene(ADDRESS, 15))
    bench.wait(FADE_TIME_4)
    assert bench.level == 250


def test_a_scene_of_0_switches_off() -> None:
    bench = Bench(gear(level=50, scenes={0: OFF}))
    bench.send(general.GoToScene(ADDRESS, 0))
    assert bench.level == OFF


def test_a_scene_beyond_the_limits_is_a_limit_error() -> None:
    bench = Bench(gear(maximum=200, scenes={0: 254}))
    bench.send(general.GoToScene(ADDRESS, 0))
    assert bench.level == 200
    assert bench.has_limit_error()


def test_the_last_active_level_is_faded_to() -> None:
    bench = Bench(gear(level=150, minimum=50, fade_time=4))
    bench.send(general.Off(ADDRESS))
    assert bench.state["last_active"] == 150
    bench.send(general.GoToLastActiveLevel(ADDRESS))
    assert bench.level == 50
    bench.wait(FADE_TIME_4 / 2)
    assert bench.level == pytest.approx(100, abs=1)
    bench.wait(FADE_TIME_4 / 2 + 0.001)
    assert bench.level == 150


def test_before_any_level_the_last_active_one_is_the_max_level() -> None:
    bench = Bench(gear(maximum=200))
    bench.send(general.GoToLastActiveLevel(ADDRESS))
    assert bench.level == 200


def test_in_a_dapc_sequence_each_level_is_faded_to_in_200_ms() -> None:
    bench = Bench(gear(level=50, fade_time=15))
    bench.send(general.EnableDAPCSequence(ADDRESS))
    assert bench.level == 50
    bench.send(general.DAPC(ADDRESS, 150), after=SEQUENCE_SECONDS - 0.01)
    bench.wait(SEQUENCE_SECONDS / 2)
    assert bench.level == pytest.approx(100, abs=1)
    bench.send(general.DAPC(ADDRESS, 200), after=SEQUENCE_SECONDS / 2 - 0.001)
    bench.wait(SEQUENCE_SECONDS + 0.001)
    assert bench.level == 200


def test_a_dapc_sequence_ends_when_200_ms_bring_no_level() -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.EnableDAPCSequence(ADDRESS))
    bench.send(general.DAPC(ADDRESS, 250), after=SEQUENCE_SECONDS + 0.01)
    bench.wait(SEQUENCE_SECONDS)
    assert bench.level == pytest.approx(70, abs=1)
    bench.wait(FADE_TIME_4)
    bench.send(general.DAPC(ADDRESS, 50))
    bench.wait(SEQUENCE_SECONDS)
    assert bench.level == pytest.approx(230, abs=1)


@pytest.mark.parametrize("command", [general.StepUp(ADDRESS), general.GoToScene(ADDRESS, 7)])
def test_another_level_instruction_ends_a_dapc_sequence(command: Command) -> None:
    bench = Bench(gear(level=50, fade_time=4))
    bench.send(general.EnableDAPCSequence(ADDRESS))
    bench.send(command)
    bench.send(general.DAPC(ADDRESS, 250))
    bench.wait(SEQUENCE_SECONDS + 0.001)
    assert bench.level == pytest.approx(70, abs=2)
