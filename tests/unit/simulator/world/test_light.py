"""Light in a room: lamps, windows, levels and power."""

from dataclasses import replace

import pytest

from custom_components.smart_lighting_ai_dali.simulator.world.clouds import Clouds
from custom_components.smart_lighting_ai_dali.simulator.world.light import (
    BLINDS_FROM,
    Glazing,
    full_lux,
    level_for,
    light_of,
    power,
    utilisation,
)
from custom_components.smart_lighting_ai_dali.simulator.world.specification import (
    Climate,
    Lamps,
    Purpose,
    Room,
    Surfaces,
    Window,
)

_LAMPS = Lamps(count=6, lumens=4000, watts=30)
_ROOM = Room(
    name="Office", purpose=Purpose.OFFICE, area=30, lamps=_LAMPS, lux=500, windows=(Window(area=6, facing=180),)
)


def test_the_curve_of_levels_is_that_of_the_standard() -> None:
    assert [light_of(level) for level in (0, 1, 254)] == pytest.approx([0, 0.001, 1])
    # IEC 62386-102: level 229 is 50.53 %, level 85 is 0.993 %.
    assert light_of(229) == pytest.approx(0.505, abs=0.001)
    assert light_of(85) == pytest.approx(0.00993, abs=0.0001)
    assert all(level_for(light_of(level)) == level for level in range(255))


@pytest.mark.parametrize("area", [16, 30, 60])
def test_half_or_more_of_the_light_gets_to_the_task(area: float) -> None:
    assert 0.5 <= utilisation(area, 2.7, Surfaces()) <= 0.85
    assert utilisation(area, 2.7, Surfaces(walls=0.1, ceiling=0.1)) < utilisation(area, 2.7, Surfaces())


def test_an_office_of_six_luminaires_is_bright_enough() -> None:
    assert 350 < full_lux(_ROOM) < 600
    assert full_lux(replace(_ROOM, lamps=replace(_LAMPS, count=12))) == pytest.approx(2 * full_lux(_ROOM))


def test_gear_takes_power_with_its_lamp_off_and_more_with_light() -> None:
    assert power(_LAMPS, 0) == 3
    assert power(_LAMPS, 1) == pytest.approx(6 * 30.5)
    assert power(_LAMPS, 0.5) == pytest.approx(6 * (0.5 + 30 * (0.06 + 0.47)))


def test_the_daylight_factor_is_that_of_bre() -> None:
    glazing = Glazing(_ROOM)
    assert 0.02 < glazing.daylight_factor < 0.035
    overcast = glazing.lux(10_000, 30, 90, 100)
    assert overcast == pytest.approx(10_000 * glazing.daylight_factor)
    assert Glazing(replace(_ROOM, windows=())).lux(10_000, 30, 90, 100) == 0


def test_the_sun_shines_through_the_windows_on_its_side() -> None:
    glazing = Glazing(_ROOM)
    before, behind = (glazing.lux(30_000, 20, azimuth, 0) for azimuth in (180, 0))
    assert before > 2 * behind
    assert glazing.lux(30_000, 20, 180, 100) == glazing.lux(30_000, 20, 0, 100)
    assert glazing.lux(0, -10, 180, 0) == 0


def test_too_much_sun_lets_the_blinds_down() -> None:
    glazing = Glazing(_ROOM)
    assert glazing.lux(100_000, 40, 180, 0) < BLINDS_FROM
    assert glazing.lux(100_000, 40, 180, 0) > 0.35 * BLINDS_FROM


def test_clouds_have_seasons_and_stay_within_limits() -> None:
    def covers(latitude: float, begin: float) -> list[float]:
        means = []
        for seed in range(12):
            clouds = Clouds(Climate(winter=80, summer=30), latitude, seed=seed, start=begin)
            found = [clouds.cover(begin + hour * 3600) for hour in range(24 * 30)]
            assert 0 <= min(found) <= max(found) <= 100
            means.append(sum(found) / len(found))
        return means

    january, july = 1_767_225_600.0, 1_782_864_000.0
    north = [sum(covers(48, begin)) for begin in (january, july)]
    south = [sum(covers(-34, begin)) for begin in (january, july)]
    assert north[0] > north[1] * 1.5
    assert south[1] > south[0] * 1.5


def test_clouds_are_the_same_however_often_they_are_asked_for() -> None:
    often, seldom = (Clouds(Climate(), 48, seed=7, start=0) for _ in range(2))
    for minute in range(3 * 1440):
        often.cover(minute * 60)
    assert often.cover(3 * 86_400) == seldom.cover(3 * 86_400)
