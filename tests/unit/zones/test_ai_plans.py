"""A zone that follows the AI: as long as its plan is good, and never against people or what the rules see at once."""

from collections.abc import Callable
from dataclasses import replace

from custom_components.smart_lighting_ai_dali.zones.overrides import Choice, Origin
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Plan, Planner, Reason
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose

from .conftest import EVENING, NIGHT, Room

type Make = Callable[..., Room]


def plan(until: float, planner: Planner = Planner.AI) -> Plan:
    """Return a plan for people who are up."""
    return Plan(
        planner=planner,
        mode=Mode.PRESENCE,
        target_lux=90,
        colour_temperature=None,
        hold=1200,
        reason=Reason.PREFERENCE,
        confidence=0.8,
        expires=until,
    )


def test_it_is_followed_until_it_ends(room: Make) -> None:
    here = room()
    here.do(here.reflex.planned, plan(EVENING + 900))
    assert here.reflex.target_lux == 90
    here.wait(899)
    assert here.reflex.target_lux == 90
    here.wait(2)
    assert here.reflex.plan.planner is Planner.RULES


def test_what_was_planned_for_people_who_are_up_lights_no_bedroom_at_night(room: Make) -> None:
    here = room(Purpose.BEDROOM, at=NIGHT)
    assert here.reflex.plan.mode is Mode.SLEEP
    here.do(here.reflex.planned, plan(NIGHT + 3600))
    assert here.reflex.plan.planner is Planner.RULES
    here.moves()
    assert here.reflex.light == 0


def test_a_user_s_plan_may_do_what_an_ai_s_may_not(room: Make) -> None:
    here = room(Purpose.BEDROOM, at=NIGHT)
    here.do(here.reflex.planned, plan(NIGHT + 3600, Planner.USER))
    assert here.reflex.plan.planner is Planner.USER


def test_a_choice_ends_it_and_holds(room: Make) -> None:
    here, choice = room(), Choice(origin=Origin.DASHBOARD, is_on=True, light=0.1)
    here.moves()
    here.do(here.reflex.planned, plan(EVENING + 3600))
    assert here.do(here.reflex.chosen, choice) is None, "nothing comes between"
    assert here.reflex.plan.planner is Planner.RULES
    assert here.reflex.light == 0.1
    here.do(here.reflex.planned, replace(plan(EVENING + 3600), target_lux=400))
    here.moves()
    assert here.reflex.light == 0.1


def test_who_is_there_notices_no_step_of_it(room: Make) -> None:
    here = room()
    here.do(here.reflex.illuminance, "lux", 0)
    here.moves()
    before = len(here.actions)
    here.do(here.reflex.planned, plan(EVENING + 3600))
    for _ in range(10):
        here.wait(30)
        here.moves()
    steps = here.actions[before:]
    assert steps
    assert all(step.light >= 0.85 * step.light_before and step.fade >= 10 for step in steps)
