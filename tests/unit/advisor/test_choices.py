"""Plans to choose from: all of them safe, and whatever is answered, nothing but one of them comes of it."""

from functools import partial
import json
from typing import Any, Final

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.advisor.answer_body import read_decision
from custom_components.smart_lighting_ai_dali.advisor.choices import SAME, choice_request_of, choices_of
from custom_components.smart_lighting_ai_dali.advisor.payload import Question
from custom_components.smart_lighting_ai_dali.advisor.provider import FailureKind, ProviderError, Usage
from custom_components.smart_lighting_ai_dali.advisor.reply import Rejection, read_reply
from custom_components.smart_lighting_ai_dali.advisor.schema import most_usage
from custom_components.smart_lighting_ai_dali.zones.settings import Limits
from tests.openai_server import Chooser, decision_of

from .conftest import EVENING, QUESTIONS, RULES, batch_of, question

BATCH: Final = batch_of(question("living", has_colour=True), question("hall"))
REQUEST: Final = choice_request_of(BATCH)


def answer(name: str = "z1", choice: Any = "brighter", **more: Any) -> dict[str, Any]:
    """Return an answer to one question."""
    return {"type": "choice", "name": name, "choice": choice, "confidence": 0.7, **more}


def read(*answers: Any) -> Any:
    """Return what comes of answers."""
    body = json.dumps({"answers": answers, "model": "gpt-6-luna", "usage": {"input_tokens": 9, "output_tokens": 0}})
    text = read_decision(body.encode(), None, REQUEST.choices).text
    return read_reply(text, BATCH, at=EVENING + 1)


def test_what_is_chosen_is_a_plan() -> None:
    found = read(answer(), answer("z2", SAME))
    assert found.counts == {}
    assert found.plans["living"].target_lux == pytest.approx(1.25 * RULES.target_lux)
    assert (found.plans["living"].hold, found.plans["living"].confidence) == (RULES.hold, 0.7)
    hall = found.plans["hall"]
    assert (hall.mode, hall.target_lux, hall.hold) == (RULES.mode, RULES.target_lux, RULES.hold)


def test_the_choices_are_what_one_would_want() -> None:
    offered = choices_of(question("living", has_colour=True, limits=Limits(most_lux=1000, warmest=2000, coolest=6000)))
    assert [*offered] == [
        SAME,
        "much_dimmer",
        "dimmer",
        "brighter",
        "much_brighter",
        "shorter",
        "longer",
        "warmer",
        "cooler",
    ]
    assert (offered["warmer"]["kelvin"], offered["cooler"]["kelvin"]) == (2200, 3200)
    assert (offered["shorter"]["hold_s"], offered["longer"]["hold_s"]) == (540, 1440)
    assert "warmer" not in choices_of(question("hall"))


def _named(name: str, _: str, __: list[str]) -> str:
    return name


@settings(deadline=None)
@given(asked=QUESTIONS)
def test_every_choice_is_within_the_bounds_of_its_zone(asked: Question) -> None:
    batch = batch_of(asked)
    request = choice_request_of(batch)
    (offered,) = request.choices.values()
    assert SAME in offered
    assert len(offered) >= 2, "two at least have to be offered"
    for name in offered:
        chosen: Chooser = partial(_named, name)
        body = decision_of({"questions": request.questions}, chosen)
        text = read_decision(json.dumps(body).encode(), None, request.choices).text
        found = read_reply(text, batch, at=EVENING + 1)
        plan = found.plans[asked.key]
        assert plan.mode in asked.bounds.modes
        assert asked.bounds.least_lux <= plan.target_lux <= asked.bounds.most_lux


_VALUES: Final = st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.sampled_from(["z1", "z2", "same"])
_ANSWERS: Final = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["choice", "refusal", "score", "predicate"]) | _VALUES,
        "name": _VALUES,
        "choice": st.sampled_from([*REQUEST.choices["z1"]]) | _VALUES,
        "confidence": st.floats(0, 1) | _VALUES,
        "service": _VALUES,
    },
)


@settings(deadline=None)
@given(answers=st.lists(_ANSWERS | _VALUES, max_size=4))
def test_whatever_is_answered_only_what_was_offered_is_planned(answers: list[Any]) -> None:
    # A refusal beside them keeps nothing from being read.
    found = read(*answers, answer("z2", SAME))
    for label, asked in BATCH.asked.items():
        if (plan := found.plans.get(asked.key)) is not None:
            assert (plan.target_lux, plan.hold) in {
                (one["target_lux"], one["hold_s"]) for one in REQUEST.choices[label].values()
            }


@pytest.mark.parametrize(
    ("answers", "rejection"),
    [
        ([answer(choice="off"), answer("z2")], Rejection.MISSING_FIELD),
        ([answer(), answer(choice=SAME), answer("z2")], Rejection.DUPLICATE_ZONE),
        ([{"type": "refusal", "name": "z1"}, answer("z2")], Rejection.MISSING_ZONE),
        ([answer(choice=True), answer("z2")], Rejection.MISSING_ZONE),
        ([answer(confidence=7), answer("z2")], Rejection.OUT_OF_RANGE),
        ([answer(confidence="sure"), answer("z2")], Rejection.WRONG_TYPE),
        ([answer(confidence=float("nan")), answer("z2")], Rejection.NOT_A_NUMBER),
        ([answer("z9"), answer("z2")], Rejection.MISSING_ZONE),
    ],
)
def test_one_bad_answer_is_its_zone_s_alone(answers: list[Any], rejection: Rejection) -> None:
    found = read(*answers)
    assert found.rejected == {"living": rejection}
    assert found.plans.keys() == {"hall"}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"answers": [{"type": "refusal", "name": "z1"}]}, FailureKind.REFUSED),
        ({"answers": []}, FailureKind.INVALID),
        ({"answers": "same"}, FailureKind.INVALID),
        ({}, FailureKind.INVALID),
        ([], FailureKind.INVALID),
    ],
)
def test_what_is_no_answer_is_told(content: Any, kind: FailureKind) -> None:
    with pytest.raises(ProviderError) as told:
        read_decision(json.dumps(content).encode(), None, REQUEST.choices)
    assert told.value.kind is kind


def test_the_questions_count_for_the_budget() -> None:
    asked = len(json.dumps(REQUEST.questions))
    assert most_usage(REQUEST).input_tokens > asked + len(REQUEST.instructions)
    used = {"answers": [answer()], "usage": {"input_tokens": 9, "output_tokens": 0}}
    found = read_decision(json.dumps(used).encode(), "req", REQUEST.choices)
    assert found.usage == Usage(input_tokens=9, output_tokens=0)
