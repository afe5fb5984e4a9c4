"""Memory of gear is not worn out."""

import pytest

from custom_components.smart_lighting_ai_dali.dali.errors import TooManyWritesError
from custom_components.smart_lighting_ai_dali.dali.write_limit import MOST_WRITES, WITHIN, WriteLimit


def test_a_gear_is_set_up_at_once_and_then_has_to_rest() -> None:
    now = 100.0
    limit = WriteLimit(lambda: now)
    limit.count("desk", MOST_WRITES - 1)
    limit.count("desk", 1)
    with pytest.raises(TooManyWritesError):
        limit.count("desk", 1)
    limit.count("door", 1)
    now += WITHIN - 1
    with pytest.raises(TooManyWritesError):
        limit.count("desk", 1)
    now += 1
    limit.count("desk", MOST_WRITES)


def test_what_was_turned_down_does_not_count() -> None:
    limit = WriteLimit(lambda: 0.0)
    limit.count("desk", MOST_WRITES - 1)
    with pytest.raises(TooManyWritesError):
        limit.count("desk", 2)
    limit.count("desk", 1)
