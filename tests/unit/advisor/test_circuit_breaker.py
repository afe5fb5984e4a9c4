"""A provider that fails is left alone, and found well again by one question."""

from math import inf

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.advisor.circuit_breaker import (
    LONGEST_PAUSE,
    SHORTEST_PAUSE,
    CircuitBreaker,
    State,
)
from custom_components.smart_lighting_ai_dali.advisor.provider import FailureKind

SERVER = FailureKind.SERVER


def opened(kind: FailureKind = SERVER, times: int = 5) -> CircuitBreaker:
    """Return a breaker that opened at 0."""
    breaker = CircuitBreaker()
    for _ in range(times):
        breaker.failed(kind, 0.0)
    assert breaker.state(0.0) is State.OPEN
    return breaker


def test_bad_luck_is_borne() -> None:
    breaker = CircuitBreaker()
    for _ in range(4):
        assert breaker.admit(0.0)
        breaker.failed(SERVER, 0.0)
    breaker.succeeded()
    assert breaker.state(0.0) is State.CLOSED
    assert breaker.last_failure is None


def test_five_failures_in_a_row_open_it_for_a_minute() -> None:
    breaker = opened()
    assert breaker.last_failure is SERVER
    assert not breaker.admit(SHORTEST_PAUSE - 1)
    assert breaker.state(SHORTEST_PAUSE) is State.HALF_OPEN


def test_half_of_the_last_ten_open_it() -> None:
    breaker = CircuitBreaker()
    for _ in range(4):
        breaker.succeeded()
        breaker.failed(SERVER, 0.0)
    breaker.succeeded()
    assert breaker.state(0.0) is State.CLOSED
    breaker.failed(SERVER, 0.0)
    assert breaker.state(0.0) is State.OPEN


def test_one_question_finds_out() -> None:
    breaker = opened()
    assert breaker.admit(60.0)
    assert not breaker.admit(60.0)
    breaker.succeeded()
    assert breaker.admit(60.0)
    # What was before it is forgotten.
    breaker.failed(SERVER, 61.0)
    assert breaker.admit(61.0)


def test_a_question_that_was_given_up_is_asked_again() -> None:
    breaker = opened()
    assert breaker.admit(60.0)
    breaker.abandoned()
    assert breaker.admit(60.0)


def test_pauses_get_twice_as_long_up_to_half_an_hour() -> None:
    breaker = opened()
    at, pauses = 0.0, []
    for _ in range(8):
        assert breaker.until is not None
        pauses.append(breaker.until - at)
        at = breaker.until
        assert breaker.admit(at)
        breaker.failed(SERVER, at)
    assert pauses == [60, 120, 240, 480, 960, 1800, 1800, 1800]
    breaker.succeeded()
    for _ in range(5):
        breaker.failed(SERVER, at)
    assert breaker.until == at + SHORTEST_PAUSE


@pytest.mark.parametrize(
    ("retry_after", "pause"), [(5.0, 5.0), (None, 60.0), (1e9, 900.0), (0.0, 1.0), (-1.0, 1.0), (300.0, 300.0)]
)
def test_a_server_that_says_when_is_left_alone_so_long(retry_after: float | None, pause: float) -> None:
    breaker = CircuitBreaker()
    breaker.failed(FailureKind.RATE_LIMIT, 0.0, retry_after)
    assert breaker.until == pause


def test_an_account_without_money_is_asked_again_after_an_hour() -> None:
    breaker = opened(FailureKind.QUOTA, 1)
    assert breaker.until == 3600


@pytest.mark.parametrize("kind", [FailureKind.AUTHENTICATION, FailureKind.MODEL])
def test_what_a_person_has_to_mend_waits_for_that(kind: FailureKind) -> None:
    breaker = opened(kind, 1)
    assert breaker.until == inf
    assert not breaker.admit(1e12)
    assert not breaker.admit(-1e12)
    breaker.changed()
    assert breaker.admit(0.0)
    assert breaker.last_failure is None


def test_three_answers_that_are_none_open_it() -> None:
    breaker = opened(FailureKind.INVALID, 3)
    assert breaker.until == SHORTEST_PAUSE


def test_a_clock_that_is_set_back_makes_no_pause_longer() -> None:
    breaker = CircuitBreaker()
    breaker.failed(FailureKind.QUOTA, 1e9)
    assert breaker.admit(0.0)


@given(
    steps=st.lists(
        st.tuples(st.floats(0, 4000), st.sampled_from([*FailureKind, None]), st.none() | st.floats()), max_size=50
    )
)
def test_it_never_stays_open_for_longer_than_it_may(
    steps: list[tuple[float, FailureKind | None, float | None]],
) -> None:
    breaker, now = CircuitBreaker(), 0.0
    for seconds, kind, retry_after in steps:
        now += seconds
        if not breaker.admit(now):
            assert breaker.until is not None
            assert breaker.until == inf or now < breaker.until <= now + 2 * LONGEST_PAUSE
            continue
        if kind is None:
            breaker.succeeded()
        else:
            breaker.failed(kind, now, retry_after)
