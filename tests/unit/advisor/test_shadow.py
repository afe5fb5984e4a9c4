"""What plans would have made of the same hours: by hand, on days of a few minutes."""

from dataclasses import replace
import json
from typing import Final

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.advisor.day_score import DayScore
from custom_components.smart_lighting_ai_dali.advisor.shadow import Shadow, Surroundings
from custom_components.smart_lighting_ai_dali.advisor.trace import DayTrace, is_alike
from custom_components.smart_lighting_ai_dali.advisor.wanted import WantedByDaypart, wanted_for_sure
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Plan, Planner
from custom_components.smart_lighting_ai_dali.zones.precedence import plan_in_force
from custom_components.smart_lighting_ai_dali.zones.score import relative_power

from .conftest import RULES

START: Final = 1_000_000.0
HOUR: Final = 3600.0
DARK: Final = Surroundings(daypart=Daypart.EVENING, daylight=0.0, lux_at_full=600.0)
WANTED: Final = dict.fromkeys(Daypart, wanted_for_sure(300.0))
# 300 lx of 600 lx is half of all light.
HALF: Final = 0.5


def plan(lux: float, hold: float = 600.0, mode: Mode = Mode.PRESENCE) -> Plan:
    """Return a plan."""
    return replace(RULES, target_lux=lux, hold=hold, mode=mode)


class Evening:
    """A zone in which somebody comes and goes, and two planners beside each other."""

    def __init__(self, rules: Plan, ai: Plan, around: Surroundings = DARK) -> None:
        self.shadow = Shadow(START, around, [rules, ai])
        self.now = START

    def seen(self, seconds: float) -> None:
        """Let somebody be seen for so long."""
        self.shadow.seen(self.now)
        self.now += seconds
        self.shadow.unseen(self.now)

    def silent(self, seconds: float) -> None:
        """Let nobody be seen for so long."""
        self.now += seconds
        self.shadow.tick(self.now)

    def trace(self) -> DayTrace:
        """Return what was counted, once the last visit has ended."""
        self.silent(2 * HOUR)
        return self.shadow.end_day(self.now)

    def scores(self, wanted: WantedByDaypart = WANTED) -> list[DayScore]:
        """Return the scores of both."""
        return self.trace().scores(wanted)


def test_the_same_plans_are_equally_good() -> None:
    evening = Evening(plan(300), plan(300))
    evening.seen(HOUR)
    rules, ai = evening.scores()
    assert rules == ai
    assert rules.lux_satisfaction == 1
    assert rules.occupied_dark_min_per_h == 0
    assert rules.false_offs == 0


def test_a_plan_that_misses_what_people_want_is_worse() -> None:
    evening = Evening(plan(300), plan(200))
    evening.seen(HOUR)
    rules, ai = evening.scores()
    assert (rules.lux_satisfaction, ai.lux_satisfaction) == (1, 0)
    assert ai.occupied_dark_min_per_h == 0
    assert rules.score is not None
    assert ai.score is not None
    assert rules.score > ai.score + 30


def test_a_plan_far_below_it_leaves_people_in_the_dark() -> None:
    evening = Evening(plan(300), plan(60))
    evening.seen(HOUR)
    assert evening.scores()[1].occupied_dark_min_per_h == pytest.approx(60)


def test_too_much_light_is_no_better_than_too_little() -> None:
    # 450 lx is three quarters of all light: more than a half by over a fifth.
    evening = Evening(plan(300), plan(450))
    evening.seen(HOUR)
    assert evening.scores()[1].lux_satisfaction == 0


def test_what_is_saved_is_between_a_motion_detector_and_the_least() -> None:
    evening = Evening(plan(300, hold=600), plan(300, hold=1200))
    evening.seen(HOUR)
    rules, ai = evening.scores()
    power = relative_power(HALF)
    least, reference = power * HOUR, HOUR + 1200
    assert rules.saved == pytest.approx((reference - power * (HOUR + 750)) / (reference - least), abs=0.02)
    assert ai.saved == pytest.approx((reference - power * (HOUR + 1380)) / (reference - least), abs=0.02)


def test_who_chose_another_light_wanted_it_before_too() -> None:
    evening = Evening(plan(300), plan(150))
    evening.shadow.seen(evening.now)
    evening.now += 1200
    evening.shadow.chose_lux(evening.now, 150)
    evening.now += 1200
    rules, ai = evening.scores()
    assert (rules.lux_satisfaction, ai.lux_satisfaction) == (0, 1)


def test_who_comes_later_may_want_something_else() -> None:
    evening = Evening(plan(300), plan(150))
    evening.shadow.seen(evening.now)
    evening.shadow.chose_lux(evening.now, 150)
    evening.seen(HOUR)
    evening.silent(2 * HOUR)
    evening.seen(HOUR)
    rules, ai = evening.scores()
    assert rules.lux_satisfaction == ai.lux_satisfaction == pytest.approx(0.5, abs=0.01)


def test_what_is_learned_later_judges_what_was_planned_before() -> None:
    evening = Evening(plan(300), plan(150))
    evening.seen(HOUR)
    trace = evening.trace()
    rules, ai = trace.scores(WANTED)
    assert (rules.lux_satisfaction, ai.lux_satisfaction) == (1, 0)
    rules, ai = trace.scores(dict.fromkeys(Daypart, wanted_for_sure(150.0)))
    assert (rules.lux_satisfaction, ai.lux_satisfaction) == (0, 1)


def test_after_somebody_turned_it_off_nobody_knows() -> None:
    evening = Evening(plan(300), plan(150))
    evening.shadow.seen(evening.now)
    evening.now += HOUR
    evening.shadow.turned_off(evening.now)
    evening.now += HOUR
    trace = evening.trace()
    assert trace.occupied == pytest.approx(HOUR)


def test_who_sits_still_for_longer_than_a_plan_holds_is_left_in_the_dark() -> None:
    # The rules hold for 750 s with their warning, the other plan for 75 s.
    evening = Evening(plan(300, hold=600), plan(300, hold=60))
    evening.seen(HOUR)
    evening.silent(400)
    evening.seen(60)
    trace = evening.trace()
    rules, ai = trace.scores(WANTED)
    assert (rules.false_offs, ai.false_offs) == (0, 1)
    assert ai.occupied_dark_min_per_h == pytest.approx((400 - 75) / 60 / (trace.occupied / HOUR), abs=0.01)
    assert rules.occupied_dark_min_per_h == 0


def test_where_daylight_is_enough_nobody_minds_light_going_off() -> None:
    bright = Surroundings(daypart=Daypart.DAY, daylight=260.0, lux_at_full=600.0)
    evening = Evening(plan(300), plan(300, hold=60), bright)
    evening.seen(HOUR)
    evening.silent(400)
    evening.seen(60)
    trace = evening.trace()
    assert trace.scores(WANTED)[1].false_offs == 0
    assert trace.scores(dict.fromkeys(Daypart, wanted_for_sure(500.0)))[1].false_offs == 1


def test_who_is_seen_within_a_minute_after_off_was_there() -> None:
    evening = Evening(plan(300, hold=600), plan(300, hold=900))
    evening.seen(HOUR)
    evening.silent(750 + 59)
    evening.seen(60)
    rules, ai = evening.scores()
    assert (rules.false_offs, ai.false_offs) == (1, 0)


def test_who_comes_later_than_that_is_a_new_visit() -> None:
    evening = Evening(plan(300, hold=600), plan(300, hold=900))
    evening.seen(HOUR)
    evening.silent(750 + 61)
    evening.seen(60)
    trace = evening.trace()
    assert [score.false_offs for score in trace.scores(WANTED)] == [0, 0]
    assert trace.occupied == pytest.approx(HOUR + 60)


def test_the_plans_that_lights_follow_say_who_was_there() -> None:
    evening = Evening(plan(300, hold=600), plan(300, hold=60))
    evening.shadow.obeyed(evening.now, Planner.AI)
    evening.seen(HOUR)
    evening.silent(400)
    evening.seen(60)
    assert [score.false_offs for score in evening.scores()] == [0, 0]


def test_light_over_sleepers_is_no_good() -> None:
    evening = Evening(plan(300, mode=Mode.SLEEP), plan(300))
    evening.seen(HOUR)
    rules, ai = evening.scores()
    assert (rules.lux_satisfaction, ai.lux_satisfaction) == (1, 0)


def test_at_night_people_want_to_find_their_way() -> None:
    evening = Evening(plan(10, mode=Mode.NIGHT), plan(300))
    evening.seen(HOUR)
    rules, ai = evening.scores()
    assert (rules.lux_satisfaction, ai.lux_satisfaction) == (1, 0)


def test_where_it_is_not_known_what_light_does_nothing_is_scored() -> None:
    for unknown in (replace(DARK, lux_at_full=None), replace(DARK, daylight=None)):
        evening = Evening(plan(300), plan(150), unknown)
        evening.seen(HOUR)
        trace = evening.trace()
        assert trace.occupied == 0
        assert trace.scores(WANTED)[0].score is None
        assert trace.scores(WANTED)[0].lux_satisfaction is None


def test_plans_count_while_they_hold() -> None:
    evening = Evening(plan(300), plan(300))
    evening.seen(HOUR)
    evening.shadow.planned(evening.now, Planner.AI, plan(150))
    evening.seen(HOUR)
    assert evening.scores()[1].lux_satisfaction == pytest.approx(0.5, abs=0.01)


def test_a_clock_that_is_set_back_counts_nothing_twice() -> None:
    evening = Evening(plan(300), plan(150))
    evening.seen(HOUR)
    evening.now -= 1800
    evening.seen(HOUR)
    assert evening.trace().occupied == pytest.approx(2 * HOUR)


def test_a_day_begins_anew() -> None:
    evening = Evening(plan(300), plan(150))
    evening.shadow.seen(evening.now)
    evening.now += HOUR
    assert evening.shadow.end_day(evening.now).occupied == pytest.approx(HOUR)
    evening.now += 1800
    assert evening.shadow.end_day(evening.now).occupied == pytest.approx(1800)


def test_what_was_counted_before_a_restart_is_counted_on() -> None:
    evening = Evening(plan(300), plan(150))
    evening.shadow.seen(evening.now)
    evening.now += HOUR
    trace = DayTrace(2)
    evening.shadow.end_day(evening.now, trace)
    evening.now += 600
    evening.shadow.end(evening.now)
    assert trace.occupied == pytest.approx(600)
    # What was in between, nobody saw.
    later = Evening(plan(300), plan(150))
    later.now = evening.now + HOUR
    later.shadow = Shadow(later.now, DARK, [plan(300), plan(150)], trace)
    later.seen(1200)
    assert later.trace() is trace
    assert trace.occupied == pytest.approx(1800)


def test_a_silence_that_nobody_saw_the_end_of_is_no_stay_and_no_tail() -> None:
    evening = Evening(plan(300), plan(150))
    evening.seen(600)
    evening.silent(60)
    evening.shadow.end(evening.now)
    trace = evening.shadow.end_day(evening.now)
    assert trace.occupied == pytest.approx(600)
    assert (trace.tail_reference, trace.tail_loads) == (0, [0, 0])


_MOVES = st.tuples(
    st.sampled_from(["seen", "unseen", "tick", "daylight", "part", "plan", "chose", "off", "end"]),
    st.floats(-100, 5000),
    st.floats(0, 1000),
)


@settings(deadline=None)
@given(moves=st.lists(_MOVES, max_size=40))
def test_whatever_happens_figures_are_figures(moves: list[tuple[str, float, float]]) -> None:
    now = START
    shadow = Shadow(START, DARK, [plan(300), plan(200)])
    traces = []
    for what, seconds, number in moves:
        now += seconds
        match what:
            case "seen":
                shadow.seen(now)
            case "unseen":
                shadow.unseen(now)
            case "daylight":
                shadow.changed(now, replace(DARK, daylight=number))
            case "part":
                shadow.changed(now, replace(DARK, daypart=Daypart.NIGHT))
            case "plan":
                shadow.planned(now, Planner.AI, plan(number + 1, hold=number + 30))
            case "chose":
                shadow.chose_lux(now, number)
            case "off":
                shadow.turned_off(now)
            case "end":
                traces.append(shadow.end_day(now))
            case _:
                shadow.tick(now)
    traces.append(shadow.end_day(now))
    for trace in traces:
        assert trace.occupied <= sum(max(0.0, seconds) for _, seconds, _ in moves) + 1e-6
        for score in trace.scores(WANTED):
            assert score.score is None or 0 <= score.score <= 100
            assert score.lux_satisfaction is None or 0 <= score.lux_satisfaction <= 1 + 1e-9
        again = DayTrace.from_dict(json.loads(json.dumps(trace.as_dict())))
        for kept, score in zip(again.scores(WANTED), trace.scores(WANTED), strict=True):
            assert kept.false_offs == score.false_offs
            assert kept.score is None or kept.score == pytest.approx(score.score, abs=1)


def test_what_nobody_can_tell_apart_is_counted_together() -> None:
    assert is_alike(300, 301)
    assert not is_alike(300, 330)
    assert is_alike(None, None)
    assert not is_alike(0, None)


def test_the_ai_plans_for_what_is_so_now_and_the_rules_otherwise() -> None:
    rules, ai = plan(300), replace(plan(200), planner=Planner.AI, expires=START + 100)
    assert plan_in_force(rules, ai, START) == ai
    assert plan_in_force(rules, None, START) is rules
    assert plan_in_force(rules, ai, START + 100) is rules
    assert plan_in_force(rules, replace(ai, hold=rules.hold * 1.1), START).hold == rules.hold
    assert plan_in_force(rules, replace(ai, hold=rules.hold * 1.5), START).hold == rules.hold * 1.5
    night = replace(rules, mode=Mode.NIGHT)
    assert plan_in_force(night, ai, START) is night
    asleep = replace(rules, mode=Mode.SLEEP)
    assert plan_in_force(asleep, ai, START) is asleep
    for_the_night = replace(ai, mode=Mode.NIGHT)
    assert plan_in_force(rules, for_the_night, START) is rules
    assert plan_in_force(night, for_the_night, START) == for_the_night
