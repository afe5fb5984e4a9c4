"""Events wait for the database, and none is lost without being counted."""

import pytest

from custom_components.smart_lighting_ai_dali.db.buffer import EventBuffer
from custom_components.smart_lighting_ai_dali.db.signals import Observation, Signal


def event(time: int, value: int = 1) -> Observation:
    """Return an event at an instant."""
    return Observation(time=time, source="sensor", signal=Signal.MOTION, zone="hall", value=value)


def test_of_one_instant_the_last_value_counts() -> None:
    buffer = EventBuffer()
    buffer.extend([event(1, 0), event(2, 0), event(1, 5)])
    assert [(one.time, one.value) for one in buffer.take()] == [(2, 0), (1, 5)]


def test_a_batch_is_kept_until_the_database_has_it() -> None:
    buffer = EventBuffer()
    buffer.extend(event(time) for time in range(5))
    assert len(buffer.take(3)) == 3
    assert len(buffer) == 5
    buffer.give_back()
    assert [one.time for one in buffer.take(3)] == [0, 1, 2]
    buffer.acknowledge()
    assert [one.time for one in buffer.take(3)] == [3, 4]
    with pytest.raises(RuntimeError):
        buffer.take()


def test_what_came_while_a_batch_was_written_is_newer() -> None:
    buffer = EventBuffer()
    buffer.add(event(1, 1))
    buffer.take()
    buffer.add(event(1, 2))
    buffer.give_back()
    assert [one.value for one in buffer.take()] == [2]


def test_without_room_the_oldest_go_and_are_counted() -> None:
    buffer = EventBuffer(capacity=4)
    buffer.extend(event(time) for time in range(6))
    assert buffer.dropped == 2
    assert buffer.fill == 1.0
    assert [one.time for one in buffer.take(2)] == [2, 3]
    buffer.extend(event(time) for time in range(6, 9))
    assert buffer.dropped == 5
    buffer.give_back()
    assert buffer.fill == 1.0
    assert [one.time for one in buffer.take()] == [2, 3, 7, 8]
