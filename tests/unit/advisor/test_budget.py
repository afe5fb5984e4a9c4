"""No day, restart or clock makes AI cost more than it may."""

from dataclasses import replace
from datetime import UTC, datetime
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.advisor.budget import Budget, Limits, Refusal, Reservation
from custom_components.smart_lighting_ai_dali.advisor.prices import OPENAI_PRICES, Price, price_of
from custom_components.smart_lighting_ai_dali.advisor.provider import FailureKind, Usage

from .conftest import EVENING

DAY = 86_400.0
MOST = Usage(input_tokens=3000, output_tokens=2000)
PRICE = Price(input=1.0, output=2.0)
"""What MOST costs is 0.007."""
LIMITS = Limits(least_interval=0, calls_a_day=10, tokens_a_day=20_000, money_a_month=0.1)


def reserved(budget: Budget, at: float, most: Usage = MOST, price: Price | None = PRICE) -> Reservation:
    """Return what was taken for a call, which may be made."""
    reservation = budget.reserve(at, most, price)
    assert isinstance(reservation, Reservation)
    return reservation


def restarted(budget: Budget) -> Budget:
    """Return the budget as it is after a restart."""
    return Budget.from_dict(json.loads(json.dumps(budget.as_dict())), budget.limits)


def test_calls_are_apart() -> None:
    budget = Budget(replace(LIMITS, least_interval=60))
    reserved(budget, EVENING)
    assert budget.reserve(EVENING + 59, MOST, PRICE) is Refusal.INTERVAL
    assert restarted(budget).reserve(EVENING + 59, MOST, PRICE) is Refusal.INTERVAL
    assert budget.reserve(EVENING - 30, MOST, PRICE) is Refusal.INTERVAL
    reserved(budget, EVENING + 60)


def test_calls_of_a_day_are_counted_until_the_next() -> None:
    budget = Budget(Limits(least_interval=0, calls_a_day=3, tokens_a_day=None))
    for _ in range(3):
        reserved(budget, EVENING)
    assert budget.reserve(EVENING, MOST, PRICE) is Refusal.CALLS
    reserved(budget, EVENING + DAY)


def test_tokens_are_taken_before_and_corrected_after() -> None:
    budget = Budget(LIMITS)
    taken = [reserved(budget, EVENING) for _ in range(4)]
    assert budget.today(EVENING).tokens == 20_000
    assert budget.reserve(EVENING, MOST, PRICE) is Refusal.TOKENS
    budget.settle(taken[0], Usage(input_tokens=900, output_tokens=100))
    assert budget.today(EVENING).tokens == 16_000
    assert budget.reserve(EVENING, MOST, PRICE) is Refusal.TOKENS
    budget.settle(taken[1], Usage(input_tokens=900, output_tokens=100))
    reserved(budget, EVENING)


def test_money_is_that_of_a_month() -> None:
    budget = Budget(replace(LIMITS, tokens_a_day=None, calls_a_day=None))
    for day in range(14):
        reserved(budget, EVENING + day * DAY)
    assert budget.this_month(EVENING).cost == pytest.approx(0.098)
    assert budget.reserve(EVENING + 20 * DAY, MOST, PRICE) is Refusal.MONEY
    reserved(budget, EVENING + 31 * DAY)
    assert budget.this_month(EVENING + 31 * DAY).cost == pytest.approx(0.007)


def test_what_nobody_knows_the_price_of_is_unknown_and_not_free() -> None:
    assert Budget(LIMITS).reserve(EVENING, MOST, None) is Refusal.PRICE_UNKNOWN
    budget = Budget(replace(LIMITS, money_a_month=None))
    reserved(budget, EVENING, price=None)
    assert budget.today(EVENING).cost is None
    assert budget.this_month(EVENING).cost is None
    assert budget.today(EVENING).tokens == 5000
    assert restarted(budget).today(EVENING).cost is None
    assert Budget(LIMITS).today(EVENING).cost == 0


def test_a_call_whose_use_nobody_knows_counts_as_the_most() -> None:
    budget = Budget(LIMITS)
    taken = reserved(budget, EVENING)
    budget.settle(taken, None)
    budget.settle(taken, Usage(input_tokens=-5, output_tokens=7))
    assert budget.today(EVENING).tokens == 5000


@pytest.mark.parametrize(
    ("kind", "tokens"),
    [
        (FailureKind.AUTHENTICATION, 0),
        (FailureKind.RATE_LIMIT, 0),
        (FailureKind.TIMEOUT, 5000),
        (FailureKind.SERVER, 5000),
        (FailureKind.INCOMPLETE, 5000),
    ],
)
def test_a_call_that_failed_counts_as_far_as_it_may_be_billed(kind: FailureKind, tokens: int) -> None:
    budget = Budget(LIMITS)
    budget.settle_failure(reserved(budget, EVENING), kind)
    assert budget.today(EVENING).tokens == tokens
    assert budget.today(EVENING).calls == 1
    budget.settle_failure(reserved(budget, EVENING), kind, Usage(input_tokens=10, output_tokens=1))
    assert budget.today(EVENING).tokens == tokens + 11


def test_a_call_over_midnight_is_that_of_the_day_on_which_it_was_made() -> None:
    budget = Budget(LIMITS)
    midnight = (EVENING // DAY + 1) * DAY
    taken = reserved(budget, midnight - 1)
    budget.settle(taken, Usage(input_tokens=10, output_tokens=1))
    assert budget.today(midnight - 1).tokens == 11
    assert budget.today(midnight + 1).tokens == 0


def test_a_restart_during_a_call_counts_it_as_the_most() -> None:
    budget = Budget(LIMITS)
    reserved(budget, EVENING)
    assert restarted(budget).today(EVENING).tokens == 5000


def test_a_clock_that_goes_forth_and_back_gives_nothing_anew() -> None:
    budget = Budget(Limits(least_interval=0, calls_a_day=2, tokens_a_day=None))
    for at in (EVENING, EVENING, EVENING + DAY, EVENING + DAY, EVENING + 7000 * DAY):
        reserved(budget, at)
        budget = restarted(budget)
    for at in (EVENING, EVENING + DAY):
        assert budget.reserve(at, MOST, PRICE) is Refusal.CALLS


@pytest.mark.parametrize("at", [-1e12, 0.0, 1e12])
def test_no_clock_breaks_it(at: float) -> None:
    budget = Budget(LIMITS)
    reserved(budget, at)
    assert budget.this_month(at).calls == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"days": 1, "called": []},
        {"days": [[1, 2]], "called": []},
        {"days": [[1, -1, 0, 0, 0.0, 0]], "called": []},
        {"days": [[1, 1, 0, 0, float("nan"), 0]], "called": []},
        {"days": [], "called": ["now"]},
    ],
)
def test_what_cannot_be_read_is_no_budget(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Budget.from_dict(data, LIMITS)


_MOVES = st.sampled_from([0.0, 1.0, 30.0, 600.0, 3600.0, -3600.0, DAY, -DAY, 5 * DAY, -5 * DAY, 40 * DAY, -40 * DAY])


@settings(deadline=None)
@given(
    moves=st.lists(
        st.tuples(_MOVES, st.sampled_from(["call", "restart", "lost", "unknown"]), st.floats(0, 1)), max_size=60
    )
)
def test_nothing_makes_it_cost_more_than_it_may(moves: list[tuple[float, str, float]]) -> None:
    budget = Budget(LIMITS)
    now, days, months = EVENING, dict[int, list[int]](), dict[int, float]()
    for move, what, part in moves:
        now += move
        if what == "restart":
            budget = restarted(budget)
            continue
        taken = budget.reserve(now, MOST, PRICE)
        if isinstance(taken, Refusal):
            continue
        used = Usage(input_tokens=round(part * 3000), output_tokens=round(part * 2000))
        if what == "lost":
            budget = restarted(budget)
        else:
            budget.settle(taken, None if what == "unknown" else used)
        calls = days.setdefault(int(now // DAY), [0, 0])
        calls[0] += 1
        calls[1] += used.input_tokens + used.output_tokens
        month = _month(now)
        months[month] = months.get(month, 0.0) + PRICE.of(used)
    assert all(calls <= 10 and tokens <= 20_000 for calls, tokens in days.values())
    assert all(money <= 0.1 + 1e-9 for money in months.values())


def _month(at: float) -> int:
    date = datetime.fromtimestamp(at, UTC)
    return date.year * 12 + date.month


def test_a_users_price_comes_first_and_days_of_models_do_not_matter() -> None:
    known = OPENAI_PRICES
    assert price_of("gpt-4o-mini", {}, known) == Price(input=0.15, output=0.60)
    assert price_of("gpt-4o-mini-2024-07-18", {}, known) == Price(input=0.15, output=0.60)
    assert price_of("gpt-4o-mini-2024-07-18", {"gpt-4o-mini": PRICE}, known) == PRICE
    assert price_of("llama3", {}, known) is None
    assert price_of("gpt-4o-mini", {}, {}) is None
    assert PRICE.of(MOST) == pytest.approx(0.007)
    assert Price.from_dict(PRICE.as_dict()) == PRICE


@pytest.mark.parametrize("price", [-1.0, float("nan"), float("inf")])
def test_what_is_no_price_is_refused(price: float) -> None:
    with pytest.raises(ValueError, match="no prices"):
        Price(input=price, output=0)
