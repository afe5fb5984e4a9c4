"""What people want: what is usual, and what they chose."""

import pytest

from custom_components.smart_lighting_ai_dali.replay.trace import ZoneFacts
from custom_components.smart_lighting_ai_dali.replay.wishes import Wishes
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose

from .conftest import facts


def test_what_is_usual_is_what_the_purpose_or_the_user_says() -> None:
    assert Wishes(facts()).lux(Daypart.DAY) == pytest.approx(500)
    kitchen = Wishes(facts("kitchen", Purpose.KITCHEN, lux=150.0))
    assert kitchen.lux(Daypart.DAY) == pytest.approx(150)
    assert kitchen.lux(Daypart.EVENING) == pytest.approx(125)


def test_a_sensor_that_sees_little_of_the_lights_reads_little_of_what_is_wanted() -> None:
    dim = ZoneFacts(settings=facts().settings, lux_at_full=230.0)
    assert Wishes(dim).lux(Daypart.DAY) == pytest.approx(200)


def test_choices_count_like_what_is_usual_and_the_last_eight_of_them() -> None:
    wishes = Wishes(facts())
    wishes.chose(Daypart.DAY, 125.0)
    # The mean of what the eye sees: a quarter of the light is two halves.
    assert wishes.lux(Daypart.DAY) == pytest.approx(250)
    assert wishes.lux(Daypart.EVENING) == pytest.approx(500)
    for _ in range(20):
        wishes.chose(Daypart.DAY, 500.0)
    assert wishes.lux(Daypart.DAY) == pytest.approx(500)
