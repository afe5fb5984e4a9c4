"""A zone of a line that runs faster lives by the time of that line."""

import time

import pytest

from custom_components.smart_lighting_ai_dali.control.zone_clock import ON_THE_WALL, ZoneClock


def test_a_clock_on_the_wall_shows_what_time_it_is() -> None:
    assert ON_THE_WALL.now() == pytest.approx(time.time(), abs=1)
    assert ON_THE_WALL.wall(5.0) == 5.0
    assert ON_THE_WALL.real(5.0) == 5.0


def test_a_fast_clock_is_ahead_by_what_passed_since_both_showed_the_same() -> None:
    clock = ZoneClock(60.0, time.time() - 10)
    assert clock.now() == pytest.approx(time.time() + 590, abs=10)
    assert clock.wall(clock.now()) == pytest.approx(time.time(), abs=1)
    assert clock.real(120.0) == 2.0


@pytest.mark.parametrize("clock", [ON_THE_WALL, ZoneClock(60.0, 1000.0)])
def test_what_ends_by_the_clock_on_the_wall_ends_here_at_the_same_instant(clock: ZoneClock) -> None:
    assert clock.wall(clock.at(5000.0)) == 5000.0
    assert clock.at(1000.0) == 1000.0
