"""The benchmark of the AI planner, in short: the same figures of fewer tries."""

from benchmarks.ai import budgets, replies, tokens
from benchmarks.ai.shadowed import BAD, play_shadowed
from benchmarks.failing_provider import FAILURES, HANG
from custom_components.smart_lighting_ai_dali.advisor.provider import FailureKind


def test_no_bad_answer_is_acted_on_and_good_ones_are() -> None:
    found = replies.measure(seed=2, replies=2000)
    assert found.replies == 2000
    assert found.acted_on == 0
    assert found.plans > 500


def test_no_day_is_over_its_budget() -> None:
    overruns, calls = budgets.measure(seed=2, days=500)
    assert overruns == 0
    assert calls > 1000


def test_a_zone_takes_few_tokens() -> None:
    assert 30 < tokens.measure(seed=2, batches=100) <= 60


def test_worlds_are_played_with_planners_in_the_shadow() -> None:
    found = play_shadowed("office", seed=2, days=4)
    bad = [gain for one in found if one.planner in BAD for gain in one.gains]
    assert len(bad) > 10
    assert sum(bad) / len(bad) < -5
    assert all(one.promoted_after is None for one in found)


def test_the_provider_fails_in_every_way_in_which_one_can() -> None:
    others = {FailureKind.TIMEOUT: HANG, FailureKind.INVALID: "nonsense"}
    assert {others.get(kind, kind.value) for kind in FailureKind} <= FAILURES.keys()
