"""Levels are brightness, and brightness is levels, without a step lost on the way."""

import pytest

from custom_components.smart_lighting_ai_dali.dali.level import (
    HIGHEST,
    LOWEST,
    OFF,
    DimmingCurve,
    Level,
    brightness_of,
    level_of,
    level_of_light,
    light_of,
    light_output,
)


def test_every_level_survives_the_way_to_brightness_and_back() -> None:
    for level in range(HIGHEST + 1):
        assert level_of(brightness_of(Level(level))) == level


def test_brightness_rises_with_the_level() -> None:
    steps = [brightness_of(Level(level)) for level in range(HIGHEST + 1)]
    assert steps == sorted(set(steps))
    assert steps[0] == 0
    assert steps[-1] == 255


@pytest.mark.parametrize(("brightness", "level"), [(-1, OFF), (0, OFF), (1, LOWEST), (255, HIGHEST), (300, HIGHEST)])
def test_only_brightness_zero_is_off(brightness: int, level: Level) -> None:
    assert level_of(brightness) == level


@pytest.mark.parametrize(
    ("level", "percent"),
    [(0, 0.0), (1, 0.1), (85, 1.0), (126, 3.0), (170, 10.0), (200, 22.9), (229, 50.0), (254, 100.0)],
)
def test_light_follows_the_curve_of_the_standard(level: int, percent: float) -> None:
    assert light_output(Level(level)) == pytest.approx(percent, rel=0.03)


def test_half_a_brightness_looks_the_same_on_both_curves() -> None:
    for brightness in range(64, 256):
        linear = level_of(brightness, DimmingCurve.LINEAR)
        light = light_output(level_of(brightness))
        assert 100 * linear / HIGHEST == pytest.approx(light, abs=0.5)


def test_a_brightness_that_linear_gear_showed_once_stays() -> None:
    for level in range(HIGHEST + 1):
        brightness = brightness_of(Level(level), DimmingCurve.LINEAR)
        assert brightness_of(level_of(brightness, DimmingCurve.LINEAR), DimmingCurve.LINEAR) == brightness
    assert level_of(0, DimmingCurve.LINEAR) == OFF
    assert level_of(1, DimmingCurve.LINEAR) == LOWEST
    assert level_of(255, DimmingCurve.LINEAR) == HIGHEST


@pytest.mark.parametrize("curve", DimmingCurve)
def test_every_level_survives_the_way_to_light_and_back(curve: DimmingCurve) -> None:
    for level in range(HIGHEST + 1):
        assert level_of_light(light_of(Level(level), curve), curve) == level


@pytest.mark.parametrize(("light", "level"), [(-1, OFF), (0, OFF), (1e-9, LOWEST), (1, HIGHEST), (7, HIGHEST)])
def test_only_no_light_is_off(light: float, level: Level) -> None:
    assert level_of_light(light) == level
