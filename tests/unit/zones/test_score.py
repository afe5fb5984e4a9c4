"""The one number and its parts: by hand, and by what must never be."""

from math import exp

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.zones.score import (
    Sums,
    Tally,
    needed_light,
    quality,
    relative_power,
    saving,
)

PARTS = st.floats(0, 1)
FIGURES = st.floats(0, 1000)


def test_light_and_power() -> None:
    assert relative_power(0) == 0
    assert relative_power(1) == pytest.approx(1)
    assert relative_power(0.5) == pytest.approx(0.53)
    assert needed_light(500, 100, 800) == 0.5
    assert needed_light(500, 600, 800) == 0
    assert needed_light(500, 0, 400) == 1
    assert needed_light(500, 0, 0) == 0


def test_savings_are_between_the_reference_and_the_least() -> None:
    assert saving(60, 100, 20) == 0.5
    assert saving(10, 100, 20) == 1
    assert saving(130, 100, 20) == 0
    assert saving(5, 5, 5) is None


def test_the_number_by_hand() -> None:
    best = quality(
        lux_satisfaction=1.0, occupied_dark_min_per_h=0.0, false_offs_per_day=0.0, saved=1.0, big_steps_per_day=0.0
    )
    assert best == pytest.approx(100)
    usual = quality(
        lux_satisfaction=0.9, occupied_dark_min_per_h=1.0, false_offs_per_day=0.5, saved=0.5, big_steps_per_day=4.0
    )
    assert usual == pytest.approx(36 + 25 * exp(-1) + 15 * exp(-1) + 7.5 + 5 * exp(-1))


@given(PARTS, FIGURES, FIGURES, PARTS, FIGURES)
def test_the_number_is_never_beyond_its_bounds(
    satisfied: float, dark: float, offs: float, saved: float, steps: float
) -> None:
    parts = {
        "lux_satisfaction": satisfied,
        "occupied_dark_min_per_h": dark,
        "false_offs_per_day": offs,
        "saved": saved,
        "big_steps_per_day": steps,
    }
    number = quality(**parts)
    assert number is not None
    assert 0 <= number <= 100 + 1e-9
    for part in parts:
        assert quality(**{**parts, part: None}) is None


def test_nothing_known_is_no_zero() -> None:
    score = Tally().score()
    assert score.lux_satisfaction is None
    assert score.occupied_dark_min_per_h is None
    assert score.false_offs_per_day is None
    assert score.big_steps_per_day is None
    assert score.full_load_hours is None
    assert score.kwh is None
    assert score.energy_vs_reference is None
    assert score.saved is None
    assert score.score is None


def test_figures_of_a_day_by_hand() -> None:
    sums = Sums(
        known=86_400,
        occupied=7200,
        measured=3600,
        satisfied=3240,
        dark=30,
        full_load=1800,
        reference_load=7200,
        compared_load=1800,
        compared_reference=7200,
        compared_least=1200,
        false_offs=1,
        big_steps=4,
    )
    score = Tally(sums=sums, days={1, 2}, watts=200).score()
    assert score.lux_satisfaction == pytest.approx(0.9)
    assert score.occupied_dark_min_per_h == pytest.approx(0.5)
    assert (score.false_offs_per_day, score.big_steps_per_day) == (0.5, 2)
    assert (score.full_load_hours, score.kwh) == (0.5, 0.1)
    assert score.energy_vs_reference == 0.25
    assert score.saved == pytest.approx(0.9)
    assert score.score == pytest.approx(36 + 25 * exp(-0.5) + 15 * exp(-1) + 13.5 + 5 * exp(-0.5))


def test_zones_count_by_their_power_where_all_of_it_is_known() -> None:
    large = Tally(sums=Sums(known=10, full_load=3600, reference_load=7200), days={1}, watts=300)
    small = Tally(sums=Sums(known=10, full_load=7200, reference_load=7200), days={2}, watts=100)
    both = Tally.together([large, small]).score()
    assert both.kwh == pytest.approx(0.3 + 0.2)
    assert both.energy_vs_reference == pytest.approx(0.5 / 0.8)
    small.watts = None
    unknown = Tally.together([large, small]).score()
    assert unknown.kwh is None
    assert unknown.full_load_hours == pytest.approx(1.5)
    assert unknown.energy_vs_reference == pytest.approx(10_800 / 14_400)


@given(st.floats(0, 2000), st.floats(0, 1), st.floats(1, 2000), st.floats(0, 1))
def test_time_is_satisfied_or_dark_and_never_both(lux: float, light: float, wanted: float, needed: float) -> None:
    sums = Sums()
    sums.count(60, lux=lux, wanted=wanted, light=light, needed=needed)
    assert sums.measured == 60
    assert sums.satisfied + sums.dark <= 60
