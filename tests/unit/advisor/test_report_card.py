"""An AI has to earn its place, and keeps it as long as it does."""

import json
import random
from typing import Any, Final

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.advisor.gate import (
    difference,
    is_as_bearable,
    is_better,
    is_worse,
    look_number,
)
from custom_components.smart_lighting_ai_dali.advisor.report_card import ReportCard
from custom_components.smart_lighting_ai_dali.advisor.standing import JUDGED_FOR, Verdict
from custom_components.smart_lighting_ai_dali.advisor.trace import DayTrace, Scene, Slice
from custom_components.smart_lighting_ai_dali.advisor.wanted import wanted_for_sure
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart

WANTED: Final = dict.fromkeys(Daypart, wanted_for_sure(300.0))
SCENE: Final = Scene.of(Daypart.EVENING, 0.0, 600.0, None)
RIGHT, DIM = 0.5, 0.3
HOUR: Final = 3600.0


def day(*, ai_right: float = 1.0, rules_right: float = 1.0, ai_offs: int = 0, hours: float = 4.0) -> DayTrace:
    """Return a day on which each was right for so much of the time."""
    trace = DayTrace(2)
    both = min(ai_right, rules_right)
    for share, lights in (
        (both, (RIGHT, RIGHT)),
        (ai_right - both, (DIM, RIGHT)),
        (rules_right - both, (RIGHT, DIM)),
        (1 - max(ai_right, rules_right), (DIM, DIM)),
    ):
        if share > 0:
            trace.add(Slice(SCENE, lights), share * hours * HOUR)
    for _ in range(ai_offs):
        trace.went_off(1, SCENE)
    return trace


def card_after(*days: DayTrace) -> ReportCard:
    """Return a card after some days."""
    card = ReportCard()
    for number, trace in enumerate(days, 1):
        card.end_day(number, trace, WANTED)
    return card


GOOD: Final = [day(rules_right=share) for share in (0.6, 0.9, 0.5, 0.8, 0.7, 0.9, 0.6)]


def test_seven_days_are_needed() -> None:
    assert card_after(*GOOD[:6]).verdict is Verdict.COLLECTING
    assert card_after(*GOOD).verdict is Verdict.PROMOTED


def test_a_planner_that_is_no_better_stays_in_the_shadow() -> None:
    card = card_after(*[day() for _ in range(30)])
    assert card.verdict is Verdict.NOT_BETTER
    found = card.summary().difference
    assert found is not None
    assert found.mean == 0


def test_a_little_better_is_not_enough() -> None:
    # A hundredth of the time is under half a point.
    assert card_after(*[day(rules_right=0.99) for _ in range(30)]).verdict is Verdict.NOT_BETTER


def test_one_good_day_is_luck() -> None:
    days = [day(rules_right=0.2), *[day() for _ in range(13)]]
    assert card_after(*days).verdict is Verdict.NOT_BETTER


def test_better_light_does_not_make_up_for_people_in_the_dark() -> None:
    assert card_after(*[day(rules_right=0.2, ai_offs=number % 2) for number in range(14)]).verdict is Verdict.NOT_BETTER


def test_days_on_which_nobody_was_there_say_nothing() -> None:
    card = card_after(*GOOD[:6], *[day(hours=0.05) for _ in range(10)])
    assert card.verdict is Verdict.COLLECTING
    assert len(card.days) == 6


def test_what_is_learned_later_counts_for_the_days_before() -> None:
    card = ReportCard()
    for number in range(1, 7):
        card.end_day(number, day(rules_right=0.0), dict.fromkeys(Daypart, wanted_for_sure(180.0)))
    assert all(one.gain < 0 for one in card.days)
    assert card.end_day(7, day(rules_right=0.5), WANTED) is Verdict.PROMOTED
    assert all(one.gain > 0 for one in card.days)


def test_after_a_week_a_day_stays_as_it_was_judged() -> None:
    card = card_after(*GOOD)
    first = card.days[0].gain
    card.end_day(JUDGED_FOR + 1, day(), WANTED)
    card.end_day(JUDGED_FOR + 2, day(), dict.fromkeys(Daypart, wanted_for_sure(150.0)))
    assert card.days[0].gain == first
    assert [one.ai.lux_satisfaction for one in card.days[-7:]] == [0] * 7


def test_a_planner_that_turns_worse_goes_back_and_has_to_show_it_anew() -> None:
    card = card_after(*GOOD)
    number = 8
    while card.verdict is Verdict.PROMOTED:
        card.end_day(number, day(ai_right=0.8), WANTED)
        number += 1
    assert card.verdict is Verdict.DEMOTED
    assert number - 8 <= 7
    for _ in range(6):
        assert card.end_day(number, day(rules_right=0.5), WANTED) is Verdict.DEMOTED
        number += 1
    assert card.end_day(number, day(rules_right=0.6), WANTED) is Verdict.PROMOTED


def test_a_planner_that_is_bad_at_once_goes_back_within_days() -> None:
    card = card_after(*GOOD)
    for number in range(8, 11):
        card.end_day(number, day(ai_right=0.2), WANTED)
    assert card.verdict is Verdict.DEMOTED


def test_a_planner_that_is_as_good_as_the_rules_keeps_its_place() -> None:
    card = card_after(*GOOD, *[day() for _ in range(40)])
    assert card.verdict is Verdict.PROMOTED


def test_an_administrator_may_let_it_and_it_still_has_to_do_well() -> None:
    card = ReportCard()
    card.override_gate()
    verdicts = [card.verdict, *(card.end_day(number, day(ai_right=0.2), WANTED) for number in range(1, 4))]
    assert verdicts == [Verdict.ALLOWED, Verdict.ALLOWED, Verdict.ALLOWED, Verdict.DEMOTED]


def test_a_card_says_how_it_went() -> None:
    card = card_after(*GOOD)
    card.asked.accepted, card.asked.clamped, card.asked.rejected, card.asked.cost = 30, 6, 10, 0.7
    summary = card.summary()
    assert summary.days == 7
    assert summary.difference is not None
    assert summary.difference.low <= summary.difference.mean <= summary.difference.high
    assert (summary.accepted, summary.clamped, summary.rejected) == (0.75, 0.2, 0.25)
    assert summary.cost_a_day == pytest.approx(0.1)
    assert summary.rules_score is not None
    assert summary.ai_score is not None
    assert summary.ai_score - summary.rules_score == pytest.approx(summary.difference.mean)
    card.asked.cost = None
    assert card.summary().cost_a_day is None


def test_what_is_not_known_yet_is_unknown() -> None:
    summary = ReportCard().summary()
    assert summary.difference is None
    assert summary.rules_score is None
    assert summary.accepted is None
    assert summary.clamped is None
    assert summary.cost_a_day is None


def test_a_card_is_kept_over_a_restart_on_any_day() -> None:
    days = [*GOOD, *[day(ai_right=0.8) for _ in range(10)]]
    card, kept = ReportCard(), ReportCard()
    for number, trace in enumerate(days, 1):
        verdict = card.end_day(number, trace, WANTED)
        kept = ReportCard.from_dict(json.loads(json.dumps(kept.as_dict())))
        assert kept.end_day(number, trace, WANTED) is verdict
    assert kept.summary() == card.summary()


def test_a_day_that_is_not_over_is_kept_and_counted_on() -> None:
    card = ReportCard()
    today = card.begin_day(5)
    today.trace.add(Slice(SCENE, (RIGHT, DIM)), HOUR)
    today.was_planned = True
    kept = ReportCard.from_dict(json.loads(json.dumps(card.as_dict())))
    going_on = kept.begin_day(5)
    assert (going_on.trace.occupied, going_on.was_planned) == (HOUR, True)
    assert kept.over == []


def test_a_day_that_ended_while_nobody_looked_waits_to_be_judged() -> None:
    card = ReportCard()
    card.begin_day(5).was_planned = True
    kept = ReportCard.from_dict(json.loads(json.dumps(card.as_dict())))
    assert kept.begin_day(7).trace.occupied == 0
    assert [one.day for one in kept.over] == [5]
    again = ReportCard.from_dict(json.loads(json.dumps(kept.as_dict())))
    assert [one.day for one in again.over] == [5]


def test_a_day_without_a_plan_or_that_is_not_yet_says_nothing() -> None:
    card = ReportCard()
    card.begin_day(5)
    card.begin_day(6).was_planned = True
    assert card.begin_day(4).trace.occupied == 0, "the clock was set back"
    assert card.over == []


def test_a_card_that_is_full_is_looked_at_all_the_same() -> None:
    # Longer than a card has room for, and only then the planner learns.
    card = card_after(*[day() for _ in range(90)])
    assert card.verdict is Verdict.NOT_BETTER
    days = range(91, 91 + 70)
    verdicts = [card.end_day(number, day(rules_right=0.5 + 0.1 * (number % 3)), WANTED) for number in days]
    assert Verdict.PROMOTED in verdicts


@pytest.mark.parametrize("broken", [{}, {"verdict": "great"}, None])
def test_what_cannot_be_read_is_no_card(broken: Any) -> None:
    data = card_after(*GOOD).as_dict() | broken if broken else broken
    with pytest.raises((KeyError, TypeError, ValueError)):
        ReportCard.from_dict(data if data is not None else {"verdict": None})


def test_looks_are_few_and_known_before() -> None:
    looks = {days: look_number(days) for days in range(50) if look_number(days) is not None}
    assert looks == {7: 1, 10: 2, 14: 3, 21: 4, 28: 5, 35: 6, 42: 7, 49: 8}


def test_a_planner_that_gets_worse_is_not_promoted_for_its_beginning() -> None:
    assert is_better([5.0] * 7, 1)
    assert not is_better([9.0, 8.0, 6.0, 5.0, 2.0, -1.0, -3.0], 1)


def test_hardly_any_planner_that_is_no_better_is_ever_promoted() -> None:
    # Days that differ by six points by chance, looked at for two months.
    promoted = {0.0: 0, -1.0: 0}
    for mean in promoted:
        for seed in range(40):
            chance = random.Random(f"{mean} {seed}")
            gains = [chance.gauss(mean, 6.0) for _ in range(60)]
            looks = (days for days in range(61) if look_number(days) is not None)
            promoted[mean] += any(is_better(gains[:days], look_number(days) or 1) for days in looks)
    assert promoted[0.0] <= 0.10 * 40
    assert promoted[-1.0] <= 0.05 * 40


@settings(deadline=None, max_examples=30)
@given(gains=st.lists(st.floats(-100, 100), min_size=1, max_size=60))
def test_the_same_days_always_say_the_same(gains: list[float]) -> None:
    one, other = difference(gains), difference(gains)
    assert one == other
    assert one is not None
    assert min(gains) - 1e-6 <= one.low <= one.high <= max(gains) + 1e-6
    assert not (is_better(gains, 1) and is_worse(gains))


def test_no_days_say_nothing() -> None:
    assert difference([]) is None
    assert not is_better([], 1)
    assert not is_worse([])


def test_a_hair_worse_is_as_bearable() -> None:
    assert is_as_bearable([0.01, -0.02], [1, 0], [-0.05, 0.0])
    assert not is_as_bearable([0.5, 0.0], [0, 0], [0, 0])
    assert not is_as_bearable([0.0, 0.0], [1, 1], [0, 0])
    assert not is_as_bearable([0.0, 0.0], [0, 0], [-0.2, 0.0])


def test_fewer_times_in_the_dark_do_not_make_up_for_too_little_light() -> None:
    # Too little light, and a hold time that leaves nobody: better by the score, as the rules switch off too early.
    days = []
    for _ in range(14):
        trace = day(ai_right=0.7)
        for _ in range(10):
            trace.went_off(0, SCENE)
        days.append(trace)
    card = card_after(*days)
    assert all(one.gain > 1 for one in card.days)
    assert card.verdict is Verdict.NOT_BETTER
