"""A zone learns of its people and its light, forgets what is no longer so, and can be kept."""

from collections.abc import Callable
from datetime import UTC, datetime
import json
from random import Random
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.zones.condensed import Condensed, Corrections, Slope
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.learning import Learning, Subject
from custom_components.smart_lighting_ai_dali.zones.purpose import DEFAULTS, Purpose
from custom_components.smart_lighting_ai_dali.zones.settings import ZoneSettings

from .conftest import BERLIN

DAY: Final = 86_400.0
MONDAY: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC).timestamp()


def settings_of(purpose: Purpose = Purpose.OFFICE) -> ZoneSettings:
    """Return a zone of a purpose."""
    return ZoneSettings(key="zone", name="Zone", purpose=purpose)


def learning_of(purpose: Purpose = Purpose.OFFICE) -> Learning:
    """Return what a zone of a purpose has learned on its first day."""
    return Learning(settings_of(purpose), BERLIN)


def again(learning: Learning, purpose: Purpose = Purpose.OFFICE) -> Learning:
    """Return it after a restart."""
    return Learning.from_dict(json.loads(json.dumps(learning.as_dict())), settings_of(purpose), BERLIN)


times = st.floats(min_value=0, max_value=4e9)
numbers = st.floats() | st.floats(min_value=0, max_value=1e4)
acts: st.SearchStrategy[tuple[Callable[..., None], tuple[float, ...]]] = st.one_of(
    st.tuples(st.just(Learning.gap_ended), st.tuples(times, numbers)),
    st.tuples(st.just(Learning.left), st.tuples(times, numbers)),
    st.tuples(st.just(Learning.returned), st.tuples(times, numbers)),
    st.tuples(st.just(Learning.light_stepped), st.tuples(times, numbers, numbers)),
    st.tuples(st.just(Learning.daylight_seen), st.tuples(times, numbers, numbers)),
    st.tuples(st.just(Learning.chose_lux), st.tuples(times, numbers)),
    st.tuples(st.just(Learning.accepted_lux), st.tuples(times, numbers, numbers)),
    st.tuples(st.just(Learning.chose_colour), st.tuples(times, st.integers(0, 70_000))),
    st.tuples(st.just(Learning.switched_off), st.tuples(times)),
    st.tuples(st.just(Learning.was_present), st.tuples(times, numbers, numbers)),
)


@given(st.lists(acts, max_size=40), st.sampled_from(Purpose), times)
def test_whatever_is_told_it_stays_within_bounds_and_can_be_kept(
    told: list[tuple[Callable[..., None], tuple[float, ...]]], purpose: Purpose, at: float
) -> None:
    learning = learning_of(purpose)
    for act, arguments in told:
        act(learning, *arguments)
    for one in (learning, again(learning, purpose)):
        assert 30 <= one.hold(at) <= 1800
        assert 0 < one.preferred_lux(at) <= 2000
        assert 0 <= one.daylight_factor(at) <= 1
        assert 0 <= one.presence(at) <= 1
        assert one.lux_at_full() is None or one.lux_at_full() > 0  # type: ignore[operator]
        kelvin = one.preferred_colour_temperature(at)
        assert kelvin is None or 2700 <= kelvin <= 6500
        json.dumps(one.explain(at), allow_nan=False)
    assert again(learning, purpose).as_dict() == learning.as_dict()
    assert len(json.dumps(learning.as_dict(), allow_nan=False)) < 8_000


@pytest.mark.parametrize("purpose", Purpose)
def test_on_the_first_day_it_knows_what_the_purpose_wants(purpose: Purpose) -> None:
    learning, defaults = learning_of(purpose), DEFAULTS[purpose]
    assert learning.hold(MONDAY) == defaults.hold
    # Most people want a little less than the most demanding of them.
    assert 0.9 * defaults.lux < learning.preferred_lux(MONDAY) < defaults.lux
    assert learning.daylight_factor(MONDAY) == pytest.approx(defaults.daylight_factor)
    assert learning.lux_at_full() is None
    assert learning.preferred_colour_temperature(MONDAY) is None
    assert learning.sleeping(MONDAY - 8 * 3600)
    assert not learning.sleeping(MONDAY)


# --- Hold time


def sit(learning: Learning, days: range, *, median: float, deviation: float, seed: int = 1, gaps: int = 300) -> None:
    """Let people sit still, and leave for a quarter of an hour a few times a day."""
    chance = Random(seed)
    for day in days:
        for gap in range(gaps):
            at = MONDAY + day * DAY + gap * 60
            silence = chance.lognormvariate(0, deviation) * median
            if silence < learning.hold(at) * 1.8:
                learning.gap_ended(at, silence)
            else:
                learning.left(at, silence)
                learning.returned(at, silence - learning.hold(at) * 1.8)
            if gap % 50 == 0:
                learning.left(at, chance.expovariate(1 / 900) + learning.hold(at))


def test_still_people_are_waited_for_and_lively_ones_are_not() -> None:
    still, lively = learning_of(), learning_of()
    sit(still, range(14), median=45, deviation=1.1)
    sit(lively, range(14), median=15, deviation=0.8)
    assert still.hold(MONDAY) > 500
    assert lively.hold(MONDAY) < 300


def test_hold_time_follows_within_two_weeks() -> None:
    learning = learning_of()
    sit(learning, range(30), median=15, deviation=0.8)
    sit(learning, range(30, 44), median=45, deviation=1.1)
    anew = learning_of()
    sit(anew, range(14), median=45, deviation=1.1)
    assert learning.hold(MONDAY) == pytest.approx(anew.hold(MONDAY), rel=0.3)


def test_hold_time_changes_little_from_day_to_day() -> None:
    learning, before = learning_of(), DEFAULTS[Purpose.OFFICE].hold
    for day in range(10):
        for gap in range(300):
            learning.gap_ended(MONDAY + day * DAY + gap, 8.0)
        hold = learning.hold(MONDAY + day * DAY)
        assert before * 0.79 <= hold <= before * 1.26
        before = hold


def test_a_return_right_after_off_raises_the_hold_time_at_once() -> None:
    learning = learning_of(Purpose.KITCHEN)
    sit(learning, range(10), median=30, deviation=1.0)
    before = learning.hold(MONDAY)
    learning.returned(MONDAY + 10 * DAY, 5)
    assert learning.hold(MONDAY) > before


def test_it_says_why_it_waits_so_long() -> None:
    learning = learning_of()
    sit(learning, range(10), median=30, deviation=1.0)
    hold = learning.explain(MONDAY)["hold"]
    assert hold["seconds"] == pytest.approx(learning.hold(MONDAY), abs=1)
    assert hold["gaps"] > 1000
    assert 0 < hold["returns_later"] < 0.01
    assert hold["median_gap"] == pytest.approx(30, rel=0.2)


def test_a_corridor_does_not_wait_for_the_next_one_to_pass() -> None:
    learning, chance = learning_of(Purpose.CORRIDOR), Random(2)
    for day in range(20):
        for passing in range(40):
            at = MONDAY + day * DAY + passing * 900
            silence = chance.expovariate(1 / 900)
            if silence < learning.hold(at) * 1.25:
                learning.gap_ended(at, silence)
            else:
                learning.left(at, silence)
                learning.returned(at, silence - learning.hold(at) * 1.25)
    assert learning.hold(MONDAY) < 240


# --- Light of its own, and daylight


def test_one_large_step_tells_what_full_light_adds() -> None:
    learning = learning_of()
    learning.light_stepped(MONDAY, 0.6, 420)
    assert learning.lux_at_full() == pytest.approx(700)


def test_the_slope_stands_clouds_and_noise() -> None:
    learning, chance = learning_of(), Random(3)
    for _ in range(40):
        light = chance.choice((-1, 1)) * chance.uniform(0.2, 0.9)
        lux = 800 * light + chance.gauss(0, 25)
        # Every fifth time a cloud passes.
        learning.light_stepped(MONDAY, light, lux + (chance.gauss(0, 1500) if chance.random() < 0.2 else 0))
    assert learning.lux_at_full() == pytest.approx(800, rel=0.05)


def test_a_sensor_that_does_not_see_the_light_has_no_slope() -> None:
    learning, chance = learning_of(), Random(4)
    for _ in range(40):
        learning.light_stepped(MONDAY, chance.choice((-0.5, 0.5)), chance.gauss(0, 50))
    assert learning.lux_at_full() is None


def test_the_slope_follows_a_sensor_that_was_moved_within_two_weeks() -> None:
    learning = learning_of()
    for day in range(44):
        for _ in range(3):
            learning.gap_ended(MONDAY + day * DAY, 20)
            learning.light_stepped(MONDAY + day * DAY, 0.5, 400 if day < 30 else 150)
    assert learning.lux_at_full() == pytest.approx(300, rel=0.05)


def daylight(learning: Learning, days: range, *, factor: float, noise: float = 0.3) -> None:
    """Let the sensor be read every ten minutes of the day."""
    chance = Random(5)
    for day in days:
        for look in range(36):
            at = MONDAY + day * DAY + look * 600
            learning.daylight_seen(at, 20_000, 20_000 * factor * chance.lognormvariate(0, noise))


def test_daylight_is_learned_and_followed_within_two_weeks() -> None:
    learning = learning_of()
    daylight(learning, range(20), factor=0.04)
    assert learning.daylight_factor(MONDAY + 3 * 3600) == pytest.approx(0.04, rel=0.15)
    daylight(learning, range(20, 34), factor=0.01)
    assert learning.daylight_factor(MONDAY + 3 * 3600) == pytest.approx(0.01, rel=0.2)


def test_a_window_to_the_east_is_bright_in_the_morning_only() -> None:
    learning = learning_of()
    for day in range(20):
        for look in range(48):
            at = MONDAY - 2 * 3600 + day * DAY + look * 600
            learning.daylight_seen(at, 20_000, 20_000 * (0.05 if look < 24 else 0.01))
    assert learning.daylight_factor(MONDAY - 3600) > 3 * learning.daylight_factor(MONDAY + 5 * 3600)


# --- What people want


def test_one_choice_moves_what_is_wanted_and_a_second_settles_it() -> None:
    learning = learning_of(Purpose.LIVING)
    learning.chose_lux(MONDAY, 400)
    assert learning.preferred_lux(MONDAY) >= 0.8 * 400
    learning.chose_lux(MONDAY + DAY, 400)
    assert learning.preferred_lux(MONDAY) == pytest.approx(400, rel=0.12)


def test_where_many_are_it_takes_two_to_move_what_is_wanted() -> None:
    learning = learning_of(Purpose.OFFICE)
    usual = learning.preferred_lux(MONDAY)
    learning.chose_lux(MONDAY, 800)
    assert learning.preferred_lux(MONDAY) == pytest.approx(usual, rel=0.1)
    learning.chose_lux(MONDAY + DAY, 800)
    assert learning.preferred_lux(MONDAY) > 650


def test_what_was_asked_for_is_aimed_at_as_it_is() -> None:
    learning = Learning(ZoneSettings(key="a", name="A", purpose=Purpose.OFFICE, lux=500), BERLIN)
    assert learning.preferred_lux(MONDAY) == pytest.approx(500)
    learning.light_stepped(MONDAY, 0.5, 200)
    assert learning.preferred_lux(MONDAY) == pytest.approx(500)


def test_a_sensor_that_never_reads_what_the_purpose_wants_looks_at_something_else() -> None:
    learning = learning_of(Purpose.OFFICE)
    for _ in range(5):
        learning.light_stepped(MONDAY, 0.5, 100)
    reach = learning.lux_at_full()
    assert reach is not None
    assert 0.7 * reach < learning.preferred_lux(MONDAY) < 0.9 * reach


def test_a_film_does_not_make_all_evenings_dark() -> None:
    learning = learning_of(Purpose.LIVING)
    learning.chose_lux(MONDAY, 4)
    assert learning.preferred_lux(MONDAY) > 60


def test_tastes_are_followed_within_two_weeks() -> None:
    learning = learning_of(Purpose.LIVING)
    for day in range(30):
        learning.chose_lux(MONDAY + day * DAY, 150)
    for day in range(30, 44):
        if not 0.8 < learning.preferred_lux(MONDAY) / 350 < 1.2:
            learning.chose_lux(MONDAY + day * DAY, 350)
    assert learning.preferred_lux(MONDAY) == pytest.approx(350, rel=0.2)


def test_other_parts_of_the_day_learn_a_little_from_a_choice() -> None:
    learning = learning_of(Purpose.LIVING)
    before = learning.preferred_lux(MONDAY + 10 * 3600)
    for day in range(3):
        learning.chose_lux(MONDAY + day * DAY, 400)
    assert before < learning.preferred_lux(MONDAY + 10 * 3600) < 2 * before


def test_of_two_people_the_one_who_is_there_more_often_is_content() -> None:
    learning = learning_of(Purpose.OFFICE)
    for lux in (700, 300, 700, 700, 300, 700, 700):
        learning.chose_lux(MONDAY, lux)
    assert learning.preferred_lux(MONDAY) >= 0.8 * 700


def test_leaving_daylight_or_all_there_is_as_it_is_says_nothing_of_wishes() -> None:
    learning = learning_of(Purpose.LIVING)
    for day in range(30):
        learning.accepted_lux(MONDAY + day * DAY, 1500, 7200)
        learning.accepted_lux(MONDAY + day * DAY, 120, 7200)
    assert learning.preferred_lux(MONDAY) == learning_of(Purpose.LIVING).preferred_lux(MONDAY)


def test_a_loop_that_stays_below_its_aim_does_not_lead_it_down() -> None:
    learning = learning_of(Purpose.LIVING)
    for day in range(60):
        learning.accepted_lux(MONDAY + day * DAY, 0.9 * learning.preferred_lux(MONDAY), 7200)
    assert learning.preferred_lux(MONDAY) == pytest.approx(learning_of(Purpose.LIVING).preferred_lux(MONDAY), rel=0.01)


def test_a_choice_that_no_other_follows_is_not_forgotten() -> None:
    learning = learning_of(Purpose.LIVING)
    learning.chose_lux(MONDAY, 400)
    chosen = learning.preferred_lux(MONDAY)
    for day in range(1, 120):
        learning.gap_ended(MONDAY + day * DAY, 30)
    assert learning.preferred_lux(MONDAY) == pytest.approx(chosen)


def test_colour_is_what_people_chose_at_that_part_of_the_day() -> None:
    learning = learning_of(Purpose.LIVING)
    learning.chose_colour(MONDAY, 5000)
    assert learning.preferred_colour_temperature(MONDAY) == 5000
    assert learning.preferred_colour_temperature(MONDAY + 10 * 3600) is None


# --- When people are there


def work(learning: Learning, days: range) -> None:
    """Let somebody be there from nine to five on workdays."""
    for day in days:
        if day % 7 < 5:
            begun = MONDAY - 3600 + day * DAY
            learning.was_present(begun + 8 * 3600, 8 * 3600, 1.0)


def test_the_week_is_learned_and_a_vacation_does_not_unlearn_it() -> None:
    learning = learning_of()
    sit(learning, range(10), median=30, deviation=1.0)
    for _ in range(3):
        learning.chose_lux(MONDAY, 800)
    work(learning, range(56))
    assert learning.presence(MONDAY) > 0.85
    assert learning.presence(MONDAY + 12 * 3600) < 0.15
    assert learning.presence(MONDAY + 5 * DAY) < 0.15
    before = learning.hold(MONDAY), learning.preferred_lux(MONDAY), learning.presence(MONDAY)
    for day in range(56, 77):
        learning.was_present(MONDAY + day * DAY, DAY, 0.0)
    work(learning, range(77, 78))
    after = learning.hold(MONDAY), learning.preferred_lux(MONDAY), learning.presence(MONDAY)
    assert after == pytest.approx(before, rel=0.05)


def test_nights_are_learned_from_their_silence() -> None:
    learning = learning_of(Purpose.LIVING)
    for day in range(10):
        # From half past midnight to half past seven, local time.
        learning.left(MONDAY - 2.5 * 3600 + day * DAY, 7 * 3600)
    assert not learning.sleeping(MONDAY - 10 * 3600 + 9 * DAY)
    assert learning.sleeping(MONDAY - 3.75 * 3600 + 9 * DAY)
    assert not learning.sleeping(MONDAY - 2 * 3600 + 9 * DAY)


# --- Keeping and forgetting


def test_one_subject_is_forgotten_by_itself() -> None:
    learning = learning_of()
    learning.light_stepped(MONDAY, 0.5, 400)
    for day in range(2):
        learning.chose_lux(MONDAY + day * DAY, 800)
    learning.reset(Subject.LIGHT)
    assert learning.lux_at_full() is None
    assert learning.preferred_lux(MONDAY) > 600
    learning.reset()
    assert learning.as_dict()["lux"] == learning_of().as_dict()["lux"]
    assert learning.preferred_lux(MONDAY) == learning_of().preferred_lux(MONDAY)


@pytest.mark.parametrize("damage", [{}, {"day": "x"}, {"hold": {}}, {"presence": {"known": [1], "present": []}}])
def test_what_can_not_be_read_says_so(damage: dict[str, object]) -> None:
    kept = {**learning_of().as_dict(), **damage} if damage else {}
    with pytest.raises((KeyError, TypeError, ValueError)):
        Learning.from_dict(kept, settings_of(), BERLIN)


def test_it_begins_with_what_the_database_knows() -> None:
    condensed = Condensed(
        days=30,
        gaps={Daypart.DAY: [0, 400, 1200, 2500, 2800, 1900, 700, 180, 40, 20, 20, 20, 30]},
        slope=Slope(pairs=40, light_squared=40 * 50_000**2, light_lux=40 * 50_000 * 350, lux_squared=40 * 350**2 * 1.1),
        corrections={Daypart.DAY: Corrections(count=12, steps=12 * 10)},
        presence=[0.9 if 9 <= hour % 24 < 17 and hour < 120 else 0.0 for hour in range(168)],
    )
    learning = Learning.from_features(condensed, settings_of(), BERLIN)
    assert learning.lux_at_full() == pytest.approx(700, rel=0.01)
    assert 300 < learning.hold(MONDAY) < 1500
    assert 500 < learning.preferred_lux(MONDAY) < 700
    assert learning.presence(MONDAY) > 0.8
    assert again(learning).as_dict() == learning.as_dict()


@pytest.mark.parametrize("wrong", [Condensed(days=1, gaps={Daypart.DAY: [1, 2]}), Condensed(days=1, presence=[0.5])])
def test_other_shapes_are_no_condensed_data(wrong: Condensed) -> None:
    with pytest.raises(ValueError, match="not"):
        Learning.from_features(wrong, settings_of(), BERLIN)
