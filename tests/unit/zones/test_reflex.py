"""The reflex loop of one zone."""

from collections.abc import Callable

import pytest

from custom_components.smart_lighting_ai_dali.zones.overrides import Choice, Origin
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Plan, Planner, Reason
from custom_components.smart_lighting_ai_dali.zones.purpose import DEFAULTS, Purpose
from custom_components.smart_lighting_ai_dali.zones.settings import Limits, Release

from .conftest import EVENING, NIGHT, NOON, Room

type Make = Callable[..., Room]


def test_who_comes_in_has_light_at_once_at_the_right_level_and_colour(room: Make) -> None:
    here = room()
    here.do(here.reflex.illuminance, "lux", 0)
    action = here.moves()
    assert action is not None
    assert (action.reason, action.time) == (Reason.ARRIVAL, EVENING)
    assert 0.4 < action.light < 0.8
    assert action.colour_temperature == 2700
    assert action.fade < 1


def test_nobody_needs_light_where_the_day_is_bright(room: Make) -> None:
    here = room(at=NOON)
    here.do(here.reflex.illuminance, "lux", 800)
    assert here.moves() is None
    assert here.reflex.light == 0


def test_the_light_sinks_before_it_goes_off(room: Make) -> None:
    here = room()
    here.moves()
    lit = here.reflex.light
    done = here.wait(3600)
    *_, left = done
    warnings = [action for action in done if action.reason is Reason.WARNING]
    assert left.reason is Reason.LEFT
    assert done[-1 - len(warnings) : -1] == warnings
    assert warnings[0].time - EVENING == pytest.approx(DEFAULTS[Purpose.LIVING].hold + 1)
    assert warnings[-1].light == pytest.approx(0.4 * lit)
    # Nobody notices a step.
    assert all(step.light >= 0.85 * step.light_before and step.fade >= 10 for step in warnings)
    assert (left.light, here.reflex.wake_at) == (0, None)


def test_who_moves_when_the_light_sinks_keeps_it(room: Make) -> None:
    here = room()
    here.moves()
    lit = here.reflex.light
    here.wait(DEFAULTS[Purpose.LIVING].hold + 120)
    action = here.moves()
    assert action is not None
    assert action.light == pytest.approx(lit, rel=0.05)
    assert action.fade < 1


def test_a_sensor_that_sees_somebody_all_the_time_keeps_the_light_on(room: Make) -> None:
    here = room()
    here.do(here.reflex.motion, "presence", seen=True)
    here.wait(4 * 3600)
    assert here.reflex.light > 0


def test_a_sensor_that_is_stuck_is_not_believed_for_ever(room: Make) -> None:
    here = room()
    here.do(here.reflex.motion, "presence", seen=True)
    here.wait(12 * 3600)
    assert here.reflex.light == 0


def test_sensors_that_die_while_somebody_is_there_leave_the_light_on_for_a_while(room: Make) -> None:
    here = room()
    here.moves()
    here.do(here.reflex.motion, "motion", seen=None)
    assert here.reflex.is_occupied is None
    here.wait(3600)
    assert here.reflex.light > 0
    here.wait(3 * 3600)
    assert here.reflex.light == 0


def test_what_a_person_chose_stays(room: Make) -> None:
    here = room()
    here.moves()
    here.do(here.reflex.chosen, Choice(origin=Origin.DASHBOARD, is_on=True, light=0.2))
    here.do(here.reflex.illuminance, "lux", 3)
    for _ in range(10):
        here.moves()
        here.wait(120)
    assert here.reflex.light == 0.2


@pytest.mark.parametrize("release", [Release.EMPTY, Release.NEVER])
def test_a_choice_of_level_outlives_off_and_on_unless_it_ends_when_nobody_is_there(
    room: Make, release: Release
) -> None:
    here = room(release=release)
    here.moves()
    here.do(here.reflex.chosen, Choice(origin=Origin.BUTTON, light=0.2))
    here.wait(3600)
    assert here.reflex.light == 0
    here.moves()
    assert (here.reflex.light == 0.2) is (release is Release.NEVER)


def test_who_chose_darkness_is_left_in_peace(room: Make) -> None:
    here = room()
    here.moves()
    here.do(here.reflex.chosen, Choice(origin=Origin.DASHBOARD, is_on=False))
    for _ in range(20):
        assert here.moves() is None
        here.wait(60)
    assert here.reflex.light == 0


def test_a_choice_ends_after_its_time(room: Make) -> None:
    here = room(release=Release.TIME, release_after=600)
    here.moves()
    here.do(here.reflex.chosen, Choice(origin=Origin.DASHBOARD, light=0.05))
    here.moves()
    here.wait(700)
    # Not as before: a choice teaches what is wanted.
    assert here.reflex.light > 2 * 0.05
    assert here.reflex.overrides.held == ()


def test_nothing_happens_by_itself_where_that_is_not_wanted(room: Make) -> None:
    here = room()
    here.do(here.reflex.set_automatic, on=False)
    assert here.moves() is None
    assert here.wait(3600) == []


def test_sleepers_may_turn_over(room: Make) -> None:
    here = room(Purpose.BEDROOM, at=NIGHT)
    for _ in range(7):
        assert here.moves() is None
        here.wait(900)


def test_who_gets_up_at_night_finds_their_way(room: Make) -> None:
    here = room(Purpose.BATH, at=NIGHT)
    action = here.moves()
    assert action is not None
    assert (action.reason, action.plan.mode) == (Reason.ARRIVAL, Mode.NIGHT)
    assert 0 < action.light < 0.5


def test_a_dark_way_is_lit_for_who_comes_from_next_door(room: Make) -> None:
    here = room(Purpose.CORRIDOR)
    action = here.do(here.reflex.neighbour, "hall", seen=True, is_way=True)
    assert action is not None
    assert (action.reason, 0 < action.light < 0.3) == (Reason.NEIGHBOUR, True)
    assert here.wait(60)[-1].light == 0


def test_nobody_stands_in_the_dark_on_stairs(room: Make) -> None:
    here = room(Purpose.STAIRS, at=NIGHT)
    dark = Plan(
        planner=Planner.USER, mode=Mode.PRESENCE, target_lux=0, colour_temperature=None, hold=1, reason=Reason.PLAN
    )
    here.do(here.reflex.planned, dark)
    here.moves()
    assert here.reflex.light == 0 or here.reflex.light >= here.reflex.settings.limits.lowest_light


def test_the_light_follows_the_day_in_steps_that_nobody_notices(room: Make) -> None:
    here = room(Purpose.OFFICE, at=NOON, limits=Limits(warmest=4000, coolest=4000))
    full, daylight = 800.0, 300.0
    here.do(here.reflex.illuminance, "lux", daylight)
    here.do(here.reflex.motion, "motion", seen=True)
    assert here.reflex.light > 0
    before = daylight + here.reflex.light * full
    here.wait(15)
    for minute in range(120):
        daylight = 300 - 200 * minute / 120
        here.do(here.reflex.illuminance, "lux", round(daylight + here.reflex.light * full, 1))
        for action in here.wait(60):
            after = daylight + action.light * full
            assert abs(after - before) <= 0.151 * before or action.fade >= 10
        before = daylight + here.reflex.light * full
    assert before == pytest.approx(500, rel=0.12)


@pytest.mark.parametrize("scale", [0.4, 1.0, 2.5])
def test_it_does_not_swing_with_a_slow_sensor_of_another_scale(room: Make, scale: float) -> None:
    here = room(Purpose.OFFICE)
    here.do(here.reflex.illuminance, "lux", 0)
    here.do(here.reflex.motion, "motion", seen=True)
    readings: list[float] = [0.0, 0.0]
    for _ in range(240):
        readings.append(scale * here.reflex.light * 900)
        here.do(here.reflex.illuminance, "lux", readings[-2])
        here.wait(30)
    late = [action.light for action in here.actions if action.time > EVENING + 3600]
    assert len(late) <= 2


def test_a_plan_that_a_user_made_is_taken_up_at_once(room: Make) -> None:
    here = room()
    here.moves()
    bright = Plan(
        planner=Planner.USER,
        mode=Mode.PRESENCE,
        target_lux=270,
        colour_temperature=None,
        hold=600,
        reason=Reason.PLAN,
        expires=here.now + 20,
    )
    action = here.do(here.reflex.planned, bright)
    assert action is not None
    assert (action.reason, action.light > 0.9, action.fade < 1) == (Reason.PLAN, True, True)


def test_stairs_whose_sensor_died_are_never_all_dark(room: Make) -> None:
    here = room(Purpose.STAIRS, at=NIGHT)
    action = here.do(here.reflex.motion, "motion", seen=None)
    assert action is not None
    assert action.reason is Reason.SENSOR_LOST
    assert here.wait(4 * 3600) == []
    assert 0 < here.reflex.light < 0.1
    here.moves()
    assert here.wait(600)[-1].light == 0


def test_an_empty_zone_goes_dark_because_nobody_is_there(room: Make) -> None:
    here = room()
    here.reflex.lights_are(0.5, None)
    action = here.do(here.reflex.sky, 0.5)
    assert action is not None
    assert (action.light, action.reason) == (0, Reason.LEFT)


def test_a_sensor_that_tells_of_changes_only_is_believed_after_a_while(room: Make) -> None:
    here = room(Purpose.OFFICE, at=NOON)
    here.moves()
    here.do(here.reflex.illuminance, "lux", 0.0)
    here.wait(120)
    assert here.reflex.illuminance_of.daylight(here.now) == 0
