"""An AI is asked where something changed that matters, not too often, and once at a time."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.smart_lighting_ai_dali.advisor.change_gate import LONGEST, ChangeGate
from custom_components.smart_lighting_ai_dali.advisor.snapshot import Changes, DayKind, Seen, ZoneSnapshot
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Plan

from .conftest import EVENING, MOMENT, RULES, SEEN, zone_settings

LATER = EVENING + 1000


def snapshot(seen: Seen = SEEN, rules: Plan = RULES) -> ZoneSnapshot:
    """Return a living room."""
    return ZoneSnapshot.of(zone_settings(), rules, seen)


@pytest.fixture
def gate() -> ChangeGate:
    """Return a gate that has asked about a living room, whose plan is good for 50 minutes."""
    gate = ChangeGate(900)
    gate.begin(EVENING)
    gate.end(MOMENT, {"living": snapshot()}, {"living": EVENING + 3000}, EVENING)
    return gate


def test_a_zone_that_was_never_asked_about_is_due(gate: ChangeGate) -> None:
    assert ChangeGate().due(MOMENT, {"living": snapshot()}, EVENING) == ["living"]
    assert gate.due(MOMENT, {"living": snapshot(), "new": snapshot()}, LATER) == ["new"]


def test_nothing_changed_is_nothing_to_ask(gate: ChangeGate) -> None:
    assert gate.due(MOMENT, {"living": snapshot()}, LATER) == []


def test_it_is_not_asked_too_often(gate: ChangeGate) -> None:
    changed = {"living": snapshot(replace(SEEN, preferred=600))}
    assert gate.due(MOMENT, changed, EVENING + 899) == []
    assert gate.due_at() == EVENING + 900
    assert gate.due(MOMENT, changed, EVENING + 900) == ["living"]


def test_one_answer_is_waited_for_at_a_time(gate: ChangeGate) -> None:
    changed = {"living": snapshot(replace(SEEN, preferred=600))}
    gate.begin(LATER)
    assert gate.is_in_flight
    assert gate.due(MOMENT, changed, LATER + 2000) == []
    with pytest.raises(RuntimeError):
        gate.begin(LATER)
    gate.failed()
    assert gate.due(MOMENT, changed, LATER + 1) == []
    assert gate.due(MOMENT, changed, LATER + 900) == ["living"]


def test_a_plan_that_ends_is_made_anew(gate: ChangeGate) -> None:
    assert gate.due(MOMENT, {"living": snapshot()}, EVENING + 3000) == ["living"]


def test_a_zone_without_a_plan_is_asked_about_again_after_an_hour() -> None:
    gate = ChangeGate(900)
    gate.end(MOMENT, {"living": snapshot()}, {}, EVENING)
    assert gate.due(MOMENT, {"living": snapshot()}, EVENING + LONGEST - 1) == []
    assert gate.due(MOMENT, {"living": snapshot()}, EVENING + LONGEST) == ["living"]


@pytest.mark.parametrize(
    ("seen", "due"),
    [
        ({"lux": 40}, False),
        ({"idle_seconds": 4000}, False),
        ({"occupied": False}, False),
        ({"occupied": None}, False),
        ({"likely": 0.7}, False),
        ({"likely": 0.5}, True),
        ({"daylight": 8}, False),
        ({"daylight": 100}, True),
        ({"preferred": 250}, False),
        ({"preferred": 200}, True),
        ({"lux_at_full": None}, True),
        ({"changes": (Changes(), Changes(), Changes.of(1, 0, 0), Changes())}, True),
    ],
)
def test_what_matters_is_a_reason_to_ask(gate: ChangeGate, seen: dict[str, Any], *, due: bool) -> None:
    assert bool(gate.due(MOMENT, {"living": snapshot(replace(SEEN, **seen))}, LATER)) is due


def test_who_comes_is_a_reason_and_who_leaves_is_none() -> None:
    gate = ChangeGate(0)
    empty = snapshot(replace(SEEN, occupied=False))
    gate.end(MOMENT, {"living": empty}, {}, EVENING)
    assert gate.due(MOMENT, {"living": snapshot()}, LATER) == ["living"]


def test_other_rules_are_a_reason(gate: ChangeGate) -> None:
    assert gate.due(MOMENT, {"living": snapshot(rules=replace(RULES, mode=Mode.NIGHT))}, LATER)
    assert gate.due(MOMENT, {"living": snapshot(rules=replace(RULES, hold=300))}, LATER)
    assert not gate.due(MOMENT, {"living": snapshot(rules=replace(RULES, hold=850))}, LATER)


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ({"hour": 20}, False),
        ({"daypart": Daypart.NIGHT}, True),
        ({"day_kind": DayKind.WEEKEND}, True),
        ({"cloud": 50}, False),
        ({"cloud": 100}, True),
        ({"cloud": None}, True),
        ({"sun": 0}, True),
    ],
)
def test_so_is_another_part_of_the_day_or_another_sky(gate: ChangeGate, moment: dict[str, Any], *, due: bool) -> None:
    assert bool(gate.due(replace(MOMENT, **moment), {"living": snapshot()}, LATER)) is due


def test_a_clock_that_is_set_back_stops_nothing(gate: ChangeGate) -> None:
    assert gate.due(MOMENT, {"living": snapshot()}, EVENING - 86_400) == ["living"]


def test_a_zone_can_be_forgotten(gate: ChangeGate) -> None:
    gate.forget("living")
    assert gate.due(MOMENT, {"living": snapshot()}, LATER) == ["living"]
