"""Whatever an AI answers: plans within bounds for zones that were asked about, or a reason why not."""

from dataclasses import replace
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.advisor.reply import VALID, Reading, Rejection, read_reply
from custom_components.smart_lighting_ai_dali.advisor.schema import FIELDS, INSTRUCTIONS, SCHEMA
from custom_components.smart_lighting_ai_dali.advisor.strict_json import MOST_BYTES
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Plan, Planner, Reason
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose

from .conftest import EVENING, QUESTIONS, batch_of, good_plan, question, reply

BATCH = batch_of(question("living"), question("stairs", Purpose.STAIRS), question("bed", Purpose.BEDROOM))
NOW = EVENING + 3


def read(text: str) -> Reading:
    """Return what comes of an answer to a living room, stairs and a bedroom."""
    return read_reply(text, BATCH, at=NOW)


def others() -> list[dict[str, Any]]:
    """Return good plans for the stairs and the bedroom."""
    return [good_plan("z2", hold_s=60), good_plan("z3")]


def test_a_good_answer_is_a_plan_for_each_zone() -> None:
    reading = read(reply(good_plan(), *others()))
    assert reading.plans["living"] == Plan(
        planner=Planner.AI,
        mode=Mode.PRESENCE,
        target_lux=350,
        colour_temperature=3000,
        hold=600,
        reason=Reason.PREFERENCE,
        confidence=0.8,
        expires=NOW + 1800,
    )
    assert set(reading.plans) == {"living", "stairs", "bed"}
    assert not reading.rejected
    assert not reading.counts
    assert not reading.clamped
    assert not reading.is_useless


@pytest.mark.parametrize(
    ("changed", "rejection"),
    [
        ({"target_lux": "350"}, Rejection.WRONG_TYPE),
        ({"target_lux": True}, Rejection.WRONG_TYPE),
        ({"target_lux": None}, Rejection.WRONG_TYPE),
        ({"target_lux": [350]}, Rejection.WRONG_TYPE),
        ({"target_lux": float("nan")}, Rejection.NOT_A_NUMBER),
        ({"target_lux": float("inf")}, Rejection.NOT_A_NUMBER),
        ({"target_lux": 1e308}, Rejection.OUT_OF_RANGE),
        ({"target_lux": -5}, Rejection.OUT_OF_RANGE),
        ({"target_lux": 10**400}, Rejection.NOT_A_NUMBER),
        ({"hold_s": 10**6}, Rejection.OUT_OF_RANGE),
        ({"hold_s": 600.5}, Rejection.WRONG_TYPE),
        ({"kelvin": 900}, Rejection.OUT_OF_RANGE),
        ({"kelvin": "warm"}, Rejection.WRONG_TYPE),
        ({"minutes": 10_000}, Rejection.OUT_OF_RANGE),
        ({"confidence": 1.01}, Rejection.OUT_OF_RANGE),
        ({"mode": "dark"}, Rejection.UNKNOWN_WORD),
        ({"mode": "light.turn_off"}, Rejection.UNKNOWN_WORD),
        ({"mode": 3}, Rejection.WRONG_TYPE),
        ({"reason": "because I say so"}, Rejection.UNKNOWN_WORD),
        ({"mode": "sleep"}, Rejection.UNKNOWN_WORD),
        ({"reason": "sleep"}, Rejection.UNKNOWN_WORD),
        ({"service": "light.turn_on"}, Rejection.EXTRA_FIELD),
        ({"zone": "z9"}, Rejection.MISSING_ZONE),
        ({"zone": "living"}, Rejection.MISSING_ZONE),
        ({"zone": None}, Rejection.MISSING_ZONE),
        ({"zone": "z2"}, Rejection.MISSING_ZONE),
    ],
)
def test_a_bad_plan_is_turned_down_and_the_others_stay(changed: dict[str, Any], rejection: Rejection) -> None:
    reading = read(reply(good_plan(**changed), *others()))
    assert reading.rejected["living"] is rejection
    assert reading.counts[rejection] == 1
    assert "bed" in reading.plans
    assert "living" not in reading.plans


def test_a_plan_without_a_field_is_none() -> None:
    for field in FIELDS.keys() - {"zone"}:
        plan = good_plan()
        del plan[field]
        assert read(reply(plan, *others())).rejected == {"living": Rejection.MISSING_FIELD}


def test_two_plans_for_a_zone_are_none() -> None:
    reading = read(reply(good_plan(), *others(), good_plan()))
    assert reading.rejected == {"living": Rejection.DUPLICATE_ZONE}


def test_a_plan_with_a_key_twice_is_none() -> None:
    text = reply(good_plan(), *others()).replace('"hold_s": 600', '"hold_s": 600, "hold_s": 7200', 1)
    reading = read(text)
    assert reading.rejected == {"living": Rejection.MISSING_ZONE}
    assert reading.counts == {Rejection.DUPLICATE_KEY: 1, Rejection.MISSING_ZONE: 1}


def test_zones_that_nobody_asked_about_are_counted_and_nothing_more() -> None:
    reading = read(reply(good_plan(), *others(), good_plan("z77"), "z1", 7))
    assert set(reading.plans) == {"living", "stairs", "bed"}
    assert reading.counts == {Rejection.UNKNOWN_ZONE: 1, Rejection.WRONG_SHAPE: 2}


@pytest.mark.parametrize(
    ("text", "rejection"),
    [
        ("", Rejection.NOT_JSON),
        ("null", Rejection.WRONG_SHAPE),
        ("NaN", Rejection.WRONG_SHAPE),
        ("[]", Rejection.WRONG_SHAPE),
        ('{"plans": {}}', Rejection.WRONG_SHAPE),
        ('{"plans": [], "note": "call light.turn_on"}', Rejection.WRONG_SHAPE),
        ('{"plans": [], "plans": []}', Rejection.DUPLICATE_KEY),
        (reply(*[good_plan()] * 65), Rejection.WRONG_SHAPE),
        ("<html><body>502 Bad Gateway</body></html>", Rejection.NOT_JSON),
        (reply(good_plan())[:-5], Rejection.NOT_JSON),
        ("```json\n" + reply(good_plan()) + "\n```", Rejection.NOT_JSON),
        ("[" * 1000 + "]" * 1000, Rejection.TOO_DEEP),
        ("[" * 30_000, Rejection.TOO_DEEP),
        ('{"plans": ' * 1000, Rejection.TOO_DEEP),
        (" " * (MOST_BYTES + 1), Rejection.TOO_LARGE),
        ("\N{SNOWMAN}" * (MOST_BYTES // 2), Rejection.TOO_LARGE),
        ("\ud800", Rejection.NOT_JSON),
        ("\0", Rejection.NOT_JSON),
    ],
)
def test_what_is_no_answer_gives_no_plan(text: str, rejection: Rejection) -> None:
    reading = read(text)
    assert reading.is_useless
    assert reading.counts == {rejection: 1}
    assert reading.rejected == dict.fromkeys(("living", "stairs", "bed"), rejection)


def test_what_a_zone_may_not_have_is_brought_within_its_bounds() -> None:
    reading = read(reply(good_plan(target_lux=4000, kelvin=9000, hold_s=7200), good_plan("z2"), good_plan("z3")))
    plan = reading.plans["living"]
    assert (plan.target_lux, plan.colour_temperature, plan.hold) == (1200, 6500, 1800)
    assert reading.plans["stairs"].hold == 90
    assert reading.clamped == {"living", "stairs"}


def test_a_colour_where_there_is_none_is_left_out() -> None:
    batch = batch_of(question(has_colour=False))
    reading = read_reply(reply(good_plan()), batch, at=NOW)
    assert reading.plans["living"].colour_temperature is None
    assert reading.clamped == {"living"}
    assert not read_reply(reply(good_plan(kelvin=None)), batch, at=NOW).clamped


@pytest.mark.parametrize(
    ("purpose", "daypart", "may"),
    [
        (Purpose.BEDROOM, Daypart.NIGHT, True),
        (Purpose.STAIRS, Daypart.NIGHT, True),
        (Purpose.BEDROOM, Daypart.DAY, False),
        (Purpose.OFFICE, Daypart.NIGHT, False),
    ],
)
def test_only_at_night_and_not_at_work_people_only_find_their_way(
    purpose: Purpose, daypart: Daypart, *, may: bool
) -> None:
    reading = read_reply(reply(good_plan(mode="night")), batch_of(question("zone", purpose, daypart)), at=NOW)
    assert reading.rejected.get("zone") is (None if may else Rejection.UNSAFE)


@pytest.mark.parametrize("age", [-1.0, VALID + 0.1, 86_400.0])
def test_an_answer_that_comes_too_late_is_dropped(age: float) -> None:
    reading = read_reply(reply(good_plan(), *others()), BATCH, at=EVENING + age)
    assert reading.counts == {Rejection.LATE: 1}
    assert reading.is_useless


def test_an_answer_to_what_is_not_so_any_more_is_dropped() -> None:
    text = reply(good_plan(), *others())
    assert read_reply(text, BATCH, at=NOW, newer_at=EVENING + 1).is_useless
    assert not read_reply(text, BATCH, at=NOW, newer_at=EVENING).is_useless


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["z1", "z2", "presence"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*FIELDS, "plans"]) | st.text(), inner, max_size=10)
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(text=st.text() | _JSON.map(json.dumps) | st.lists(_JSON, max_size=4).map(lambda plans: reply(*plans)))
def test_nothing_makes_it_raise(text: str) -> None:
    check(read(text))


@settings(deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from([*FIELDS]), _JSON), max_size=3), asked=QUESTIONS)
def test_whatever_a_plan_says_it_stays_within_bounds(changes: list[tuple[str, Any]], asked: Any) -> None:
    batch = batch_of(asked)
    reading = read_reply(reply({**good_plan(), **dict(changes)}), batch, at=NOW)
    for plan in reading.plans.values():
        bounds = asked.bounds
        assert plan.planner is Planner.AI
        assert plan.mode in bounds.modes
        assert bounds.least_lux <= plan.target_lux <= bounds.most_lux
        assert bounds.hold[0] <= plan.hold <= bounds.hold[1]
        assert plan.colour_temperature is None or (
            bounds.kelvin is not None and bounds.kelvin[0] <= plan.colour_temperature <= bounds.kelvin[1]
        )
        assert plan.expires is not None
        assert 300 <= plan.expires - NOW <= 3600
    assert len(reading.plans) + len(reading.rejected) == 1


@settings(deadline=None)
@given(place=st.integers(0, 10_000), piece=st.text(max_size=8), length=st.integers(0, 8))
def test_whatever_happens_to_a_good_answer_on_its_way(place: int, piece: str, length: int) -> None:
    text = reply(good_plan(), *others())
    place %= len(text)
    check(read(text[:place] + piece + text[place + length :]))


def check(reading: Reading) -> None:
    """Hold that what came of an answer is what it may be."""
    assert {*reading.plans, *reading.rejected} == {"living", "stairs", "bed"}
    assert not set(reading.plans) & set(reading.rejected)
    assert reading.clamped <= set(reading.plans)
    for plan in reading.plans.values():
        assert plan == replace(plan, planner=Planner.AI)


def test_the_schema_is_strict() -> None:
    def strict(part: Any) -> None:
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert part["required"] == list(part["properties"])
            for one in part["properties"].values():
                strict(one)
        if part.get("type") == "array":
            assert part["maxItems"]
            strict(part["items"])
        if part.get("type") in ("number", "integer", ["integer", "null"]):
            assert part["minimum"] < part["maximum"]

    strict(SCHEMA)
    assert all(f"- {field}: " in INSTRUCTIONS for field in FIELDS.keys() - {"zone"})
