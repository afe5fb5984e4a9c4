"""Made-up evenings, scored by hand."""

from dataclasses import replace
from math import exp

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.replay.run import Outcome
from custom_components.smart_lighting_ai_dali.replay.trace import By, Read, ZoneFacts
from custom_components.smart_lighting_ai_dali.replay.zone_replay import Contender
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose
from custom_components.smart_lighting_ai_dali.zones.score import Score

from .conftest import Day, facts


def of(outcome: Outcome, contender: Contender, zone: str = "office") -> Score:
    """Return the score of a contender in a zone."""
    return outcome.zones[zone].scores[contender]


def visit(day: Day) -> None:
    """Let somebody be there for ten minutes, at half the light, which goes off five minutes later."""
    day.seen(0)
    day.lit(0, 0.5)
    day.read(20, 500.0)
    day.seen(600, seen=False)
    day.lit(900, 0.0)
    day.read(920, 0.0)


def test_a_visit_by_hand(day: Day) -> None:
    visit(day)
    outcome = day.play()
    pir_20, pir_5 = of(outcome, Contender.PIR_20), of(outcome, Contender.PIR_5)
    # Full light for 600 s and 1200 s more; half a kilowatt hour of a lamp of 100 W in ten hours.
    assert pir_20.full_load_hours == pytest.approx(0.5)
    assert pir_20.kwh == pytest.approx(0.05)
    assert pir_20.energy_vs_reference == 1
    assert pir_5.full_load_hours == pytest.approx(0.25)
    assert pir_5.energy_vs_reference == pytest.approx(0.5)
    # 1000 lx where 500 lx are wanted is half of full light too much.
    assert pir_20.lux_satisfaction == 0
    assert pir_20.occupied_h == pytest.approx(1 / 6)
    recorded = of(outcome, Contender.RECORDED)
    assert recorded.full_load_hours == pytest.approx(0.53 / 4)
    assert recorded.lux_satisfaction == pytest.approx(1)
    assert recorded.occupied_dark_min_per_h == 0
    assert recorded.false_offs_per_day == 0
    assert recorded.energy_vs_reference == pytest.approx(0.53 / 2)
    saved = (1800 - 0.53 * 900) / (1800 - 0.53 * 600)
    assert recorded.saved == pytest.approx(saved)
    assert recorded.score == pytest.approx(85 + 15 * saved)
    assert outcome.zones["office"].occupied_days == 1
    assert outcome.zones["office"].overrides_per_day == 0
    assert outcome.total.scores[Contender.RECORDED] == recorded


def test_the_rules_light_the_visit_as_it_is_wanted(day: Day) -> None:
    visit(day)
    # Full light adds what a zone expects that has not measured it yet.
    usual = ZoneFacts(settings=facts().settings, lux_at_full=700.0, watts=100.0)
    day.happenings = [replace(one, lux=350.0) if isinstance(one, Read) and one.lux else one for one in day.happenings]
    rules = of(day.play(usual), Contender.RULES)
    assert rules.lux_satisfaction == pytest.approx(1, abs=0.01)
    assert rules.false_offs_per_day == 0
    assert rules.energy_vs_reference is not None
    # Five sevenths of full light is what is wanted, for the visit and the time for which an office is held.
    assert 0.3 < rules.energy_vs_reference < 0.9


def test_who_is_seen_within_a_minute_of_the_light_going_off_was_there(day: Day) -> None:
    visit(day)
    day.seen(930)
    day.lit(935, 0.5)
    day.seen(940, seen=False)
    outcome = day.play()
    recorded = of(outcome, Contender.RECORDED)
    assert recorded.false_offs_per_day == 1
    # From the first to the last movement, the silence in between with it; 35 s of it in the dark.
    assert recorded.occupied_h == pytest.approx(940 / 3600)
    assert recorded.occupied_dark_min_per_h == pytest.approx(35 / 60 / (940 / 3600))
    assert recorded.score is not None
    assert recorded.score < 85 + 15 * exp(-2)
    assert of(outcome, Contender.PIR_5).false_offs_per_day == 1
    assert of(outcome, Contender.PIR_20).false_offs_per_day == 0


def test_nobody_knows_whether_somebody_stayed_who_may_have_been_elsewhere(day: Day) -> None:
    visit(day)
    day.seen(700, zone="hall")
    day.seen(710, zone="hall", seen=False)
    day.seen(930)
    day.seen(940, seen=False)
    outcome = day.play(facts(), facts("hall", Purpose.CORRIDOR))
    assert of(outcome, Contender.RECORDED).occupied_h == pytest.approx(610 / 3600)
    assert of(outcome, Contender.PIR_20).full_load_hours == pytest.approx((940 + 1200) / 3600)
    assert of(outcome, Contender.RECORDED, "hall").known_h == 0
    assert of(outcome, Contender.RECORDED, "hall").full_load_hours is None


def test_on_a_way_the_next_one_may_come_at_any_time(day: Day) -> None:
    hall = facts("hall", Purpose.CORRIDOR)
    # A sensor with 20 min and one with 5 min; they come back 10 s after the second one's light goes off.
    day.seen(0, zone="hall")
    day.seen(5, zone="hall", seen=False)
    day.seen(314, zone="office")
    day.seen(315, zone="hall")
    day.seen(320, zone="hall", seen=False)
    assert of(day.play(facts(), hall), Contender.PIR_5, "hall").false_offs_per_day == 0
    day.happenings = [one for one in day.happenings if one.zone != "office" or one.time < 0]  # type: ignore[union-attr]
    assert of(day.play(facts(), hall), Contender.PIR_5, "hall").false_offs_per_day == 1


def test_what_a_person_chose_is_what_they_want(day: Day) -> None:
    visit(day)
    day.lit(60, 0.2, By.PERSON)
    day.read(80, 200.0)
    outcome = day.play()
    recorded = of(outcome, Contender.RECORDED)
    # It takes a moment until it is known what was chosen for all of the lamps.
    assert recorded.lux_satisfaction == pytest.approx(1 - 1.5 / 600)
    assert outcome.zones["office"].overrides_per_day == 1
    # The rules, which know nothing yet and may have begun too bright, and the motion sensor do as they are told.
    satisfied = of(outcome, Contender.RULES).lux_satisfaction
    assert satisfied is not None
    assert satisfied >= 1 - 61.5 / 600 - 0.01
    assert of(outcome, Contender.PIR_20).full_load_hours == pytest.approx(
        (61.5 + (0.06 + 0.94 * 0.2) * (1800 - 61.5)) / 3600
    )


def test_a_slider_that_is_dragged_is_one_choice(day: Day) -> None:
    visit(day)
    for step in range(5):
        day.lit(60 + 3 * step, 0.4 - 0.05 * step, By.PERSON)
    day.lit(200, 0.5, By.MASTER)
    assert day.play().zones["office"].overrides_per_day == 2


def test_who_wants_it_dark_is_not_in_the_dark(day: Day) -> None:
    visit(day)
    day.lit(60, 0.0, By.PERSON)
    outcome = day.play()
    recorded = of(outcome, Contender.RECORDED)
    assert recorded.occupied_h == pytest.approx(61.5 / 3600)
    assert recorded.false_offs_per_day == 0
    assert recorded.occupied_dark_min_per_h == pytest.approx(1.5 / 60 / (61.5 / 3600))
    assert of(outcome, Contender.RULES).false_offs_per_day == 0


def test_without_a_light_sensor_light_is_unknown_and_energy_is_not(day: Day) -> None:
    visit(day)
    day.happenings = [one for one in day.happenings if type(one).__name__ != "Read"]
    blind = ZoneFacts(settings=facts().settings, lux_at_full=None, watts=None)
    for contender in Contender:
        score = of(day.play(blind), contender)
        assert score.lux_satisfaction is None
        assert score.occupied_dark_min_per_h is None
        assert score.big_steps_per_day is None
        assert score.saved is None
        assert score.score is None
        assert score.kwh is None
        assert score.full_load_hours is not None
        assert score.false_offs_per_day is not None


def test_without_a_motion_sensor_nobody_knows_who_is_there(day: Day) -> None:
    visit(day)
    day.happenings = [one for one in day.happenings if type(one).__name__ != "Seen"]
    outcome = day.play(facts(has_motion=False))
    recorded = of(outcome, Contender.RECORDED)
    assert recorded.full_load_hours == pytest.approx(0.53 / 4)
    assert recorded.occupied_h == 0
    assert recorded.false_offs_per_day is None
    assert outcome.zones["office"].occupied_days == 0
    assert outcome.zones["office"].overrides_per_day is None


def test_time_with_unknown_lamps_counts_for_nobody_who_had_them(day: Day) -> None:
    visit(day)
    day.lit(300, None, By.UNKNOWN)
    day.happenings = [one for one in day.happenings if one.time < day.happenings[0].time + 900]
    recorded = of(day.play(), Contender.RECORDED)
    # The minute before does not count: it is before the beginning.
    assert recorded.known_h == pytest.approx(300 / 3600)
    assert recorded.full_load_hours == pytest.approx(0.53 * 300 / 3600)
    assert recorded.energy_vs_reference == pytest.approx(0.53)


def test_steps_that_people_notice(day: Day) -> None:
    visit(day)
    day.lit(300, 0.55)
    day.lit(400, 0.45)
    day.lit(500, 0.30)
    # 10 %, 18 % and 33 %; that it went on when they came was for them.
    assert of(day.play(), Contender.RECORDED).big_steps_per_day == 2


def test_a_sensor_that_is_stuck_sees_nobody_any_more(day: Day) -> None:
    day.seen(0)
    day.seen(10 * 3600, seen=False)
    outcome = day.play(end=12 * 3600)
    assert of(outcome, Contender.RULES).occupied_h == pytest.approx(8)
    # A motion detector believes it.
    assert of(outcome, Contender.PIR_20).full_load_hours == pytest.approx(10 + 1 / 3)


def test_what_was_before_teaches_and_does_not_count(day: Day) -> None:
    visit(day)
    outcome = day.play(begin=700)
    assert of(outcome, Contender.RECORDED).full_load_hours == pytest.approx(0.53 * 200 / 3600)
    assert of(outcome, Contender.PIR_20).full_load_hours == pytest.approx(1100 / 3600)
    assert outcome.zones["office"].occupied_days == 0
    assert of(outcome, Contender.RECORDED).known_h == pytest.approx(6500 / 3600)


def test_a_beginning_after_all_that_happened(day: Day) -> None:
    visit(day)
    outcome = day.play(begin=3600)
    assert of(outcome, Contender.PIR_20).full_load_hours == 0
    assert of(outcome, Contender.RECORDED).known_h == pytest.approx(1)
    assert outcome.days == pytest.approx(1 / 24)


def test_nothing_happened() -> None:
    outcome = Day().play()
    assert outcome.zones == {}
    assert outcome.learned_from is None
    assert outcome.total.scores[Contender.RULES].score is None


def test_only_chosen_zones_are_in_the_answer(day: Day) -> None:
    visit(day)
    day.seen(700, zone="hall")
    assert set(day.play(facts(), facts("hall", Purpose.CORRIDOR)).zones) == {"office", "hall"}


SEEN = {"on": True, "off": False, "gone": None}
READ = {"bright": 900.0, "dark": 3.0, "mute": None}
LIT = {"full": 1.0, "half": 0.5, "out": 0.0, "lost": None}
CHOSEN = {"hand": 0.4, "switch": 0.0}
HAPPENINGS = st.lists(
    st.tuples(st.sampled_from([*SEEN, *READ, *LIT, *CHOSEN]), st.floats(0, 1800)),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(HAPPENINGS)
def test_whatever_happens_time_and_energy_add_up(happenings: list[tuple[str, float]]) -> None:
    day, at = Day(), 0.0
    day.seen(0, seen=False)
    for what, seconds in happenings:
        at += seconds
        if what in SEEN:
            day.seen(at, seen=SEEN[what])
        elif what in READ:
            day.read(at, READ[what])
        elif what in LIT:
            day.lit(at, LIT[what])
        else:
            day.lit(at, CHOSEN[what], By.PERSON)
    end = at + 3600
    outcome = day.play(end=end)
    for contender, score in outcome.zones["office"].scores.items():
        if contender is not Contender.RECORDED:
            assert score.known_h == pytest.approx(end / 3600)
        assert score.measured_h <= score.occupied_h + 1e-9 <= score.known_h + 2e-9
        assert 0 <= (score.full_load_hours or 0) <= score.known_h + 1e-9
        assert score.lux_satisfaction is None or 0 <= score.lux_satisfaction <= 1 + 1e-9
        assert score.score is None or 0 <= score.score <= 100 + 1e-6
