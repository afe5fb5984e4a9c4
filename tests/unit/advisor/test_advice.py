"""What a person is asked about: plans that differ, once, and not again what was answered."""

from dataclasses import replace
import json
from typing import Any, Final

import pytest

from custom_components.smart_lighting_ai_dali.advisor.advice import Advice, Stance, is_alike
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Planner

from .conftest import RULES

PLAN: Final = replace(RULES, planner=Planner.AI, target_lux=200)
EVENING: Final = Daypart.EVENING
HOUR, DAY = 3600.0, 86_400.0


def test_what_differs_is_asked_about() -> None:
    advice = Advice()
    assert advice.stance(PLAN, RULES, EVENING, 0) is Stance.ASK
    assert advice.stance(replace(RULES, hold=1800), RULES, EVENING, 0) is Stance.ASK
    assert advice.stance(replace(RULES, colour_temperature=4000), RULES, EVENING, 0) is Stance.ASK


@pytest.mark.parametrize("same", [{}, {"target_lux": 320}, {"hold": 1000}, {"colour_temperature": None}])
def test_what_nobody_would_notice_is_not(same: dict[str, Any]) -> None:
    assert Advice().stance(replace(RULES, **same), RULES, EVENING, 0) is Stance.LEAVE


def test_what_the_rules_know_better_is_not() -> None:
    assert Advice().stance(PLAN, replace(RULES, mode=Mode.NIGHT), EVENING, 0) is Stance.LEAVE


def test_what_was_accepted_is_followed_in_this_part_of_the_day() -> None:
    advice = Advice()
    advice.answered(PLAN, EVENING, 0, accepted=True)
    assert advice.stance(replace(PLAN, target_lux=215), RULES, EVENING, HOUR) is Stance.FOLLOW
    assert advice.stance(replace(PLAN, target_lux=120), RULES, EVENING, HOUR) is Stance.ASK
    assert advice.stance(PLAN, RULES, Daypart.NIGHT, HOUR) is Stance.ASK
    assert advice.stance(PLAN, RULES, EVENING, DAY) is Stance.ASK


def test_what_was_declined_is_not_asked_about_for_a_week() -> None:
    advice = Advice()
    advice.answered(PLAN, EVENING, 0, accepted=False)
    assert advice.stance(PLAN, RULES, EVENING, 6 * DAY) is Stance.LEAVE
    assert advice.stance(PLAN, RULES, EVENING, 8 * DAY) is Stance.ASK
    assert advice.stance(PLAN, RULES, Daypart.MORNING, DAY) is Stance.ASK
    advice.answered(PLAN, EVENING, DAY, accepted=True)
    assert advice.stance(PLAN, RULES, EVENING, DAY) is Stance.FOLLOW, "the last answer counts"


def test_answers_outlive_a_restart() -> None:
    advice = Advice()
    advice.answered(PLAN, EVENING, 0, accepted=True)
    kept = Advice.from_list(json.loads(json.dumps(advice.as_list())))
    assert kept.as_list() == advice.as_list()
    assert kept.stance(PLAN, RULES, EVENING, HOUR) is Stance.FOLLOW


@pytest.mark.parametrize("place", [0, 1, 3, 4])
def test_answers_that_can_t_be_read_are_said_to_be(place: int) -> None:
    advice = Advice()
    advice.answered(PLAN, EVENING, 0, accepted=True)
    (row,) = advice.as_list()
    row[place] = "nan"
    with pytest.raises(ValueError, match=r"nan"):
        Advice.from_list([row])


def test_what_is_alike_is_so_both_ways() -> None:
    assert is_alike(PLAN, RULES) is is_alike(RULES, PLAN) is False
    dark = replace(PLAN, target_lux=0)
    assert is_alike(dark, dark)
