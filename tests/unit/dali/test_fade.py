"""The nearest fade to what a person asks for."""

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.dali.fade import AT_ONCE, Fade, extended_fade_seconds, nearest_fade


@pytest.mark.parametrize(
    ("seconds", "fade"),
    [(0, AT_ONCE), (0.3, AT_ONCE), (0.6, Fade(1)), (1, Fade(2)), (2, Fade(4)), (5, Fade(7)), (90, Fade(15))],
)
def test_a_plain_fade_time_is_the_nearest_of_the_standard(seconds: float, fade: Fade) -> None:
    assert nearest_fade(seconds) == fade


def test_gear_of_the_first_edition_fades_for_ninety_seconds_at_most() -> None:
    assert nearest_fade(600).seconds == pytest.approx(90.5, abs=0.1)


@pytest.mark.parametrize(("seconds", "value"), [(0.1, 0x10), (600, 0x49), (960, 0x4F), (120, 0x3B)])
def test_extended_fades_reach_from_a_tenth_of_a_second_to_sixteen_minutes(seconds: float, value: int) -> None:
    fade = nearest_fade(seconds, extended=True)
    assert fade == Fade(0, value)
    assert fade.seconds == pytest.approx(seconds)


def test_a_plain_fade_time_that_is_near_enough_is_preferred() -> None:
    assert nearest_fade(2.1, extended=True) == Fade(4)


def test_multipliers_that_the_standard_reserves_are_no_fade() -> None:
    assert extended_fade_seconds(0x5F) == 0.0


@given(st.floats(min_value=0, max_value=5000))
def test_an_extended_fade_is_never_further_off_than_a_plain_one(seconds: float) -> None:
    plain, extended = nearest_fade(seconds), nearest_fade(seconds, extended=True)
    near = 0.2 * seconds
    assert abs(extended.seconds - seconds) <= max(abs(plain.seconds - seconds), near)
