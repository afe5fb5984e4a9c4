"""How long the supervisor waits between its attempts."""

from custom_components.smart_lighting_ai_dali.dali.supervisor import Backoff


def longest(_low: float, high: float) -> float:
    """Choose the longest pause there may be."""
    return high


def test_pauses_double_up_to_two_seconds() -> None:
    backoff = Backoff(longest)
    assert [backoff.pause(0.0) for _ in range(5)] == [0.25, 0.5, 1.0, 2.0, 2.0]


def test_an_adapter_that_stays_away_is_asked_less_often() -> None:
    backoff = Backoff(longest)
    for _ in range(9):
        backoff.pause(0.0)
    assert backoff.pause(599.0) == 2.0
    assert backoff.pause(601.0) == 10.0


def test_after_a_good_connection_it_all_begins_again() -> None:
    backoff = Backoff(longest)
    for _ in range(9):
        backoff.pause(0.0)
    backoff.reset()
    assert backoff.pause(700.0) == 0.25
    assert backoff.pause(800.0) == 0.5


def test_half_of_a_pause_is_chance() -> None:
    pauses = {Backoff().pause(0.0) for _ in range(50)}
    assert len(pauses) > 10
    assert all(0.125 <= pause <= 0.25 for pause in pauses)
