"""A zone, and people in it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_lighting_ai_dali.zones.action import Action
from custom_components.smart_lighting_ai_dali.zones.learning import Learning
from custom_components.smart_lighting_ai_dali.zones.overrides import Overrides
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose
from custom_components.smart_lighting_ai_dali.zones.reflex import Reflex
from custom_components.smart_lighting_ai_dali.zones.settings import Place, Release, ZoneSettings

BERLIN = Place(latitude=52.5, longitude=13.4, time_zone=ZoneInfo("Europe/Berlin"))
# A winter's evening at seven, local time: dark, and nobody sleeps.
EVENING = datetime(2026, 12, 1, 18, 0, tzinfo=UTC).timestamp()
NIGHT = datetime(2026, 12, 2, 2, 0, tzinfo=UTC).timestamp()
NOON = datetime(2026, 6, 21, 11, 0, tzinfo=UTC).timestamp()


class Room:
    """A zone whose time goes on by itself: it is woken when it asks for that."""

    def __init__(self, reflex: Reflex, at: float) -> None:
        self.reflex = reflex
        self.now = at
        self.actions: list[Action] = []

    def do(self, what: Callable[..., Action | None], *arguments: Any, **more: Any) -> Action | None:
        """Let something happen now."""
        action = what(*arguments, at=self.now, **more)
        if action is not None:
            self.actions.append(action)
        return action

    def moves(self, sensor: str = "motion") -> Action | None:
        """Let somebody be seen for a second."""
        action = self.do(self.reflex.motion, sensor, seen=True)
        self.wait(1)
        self.do(self.reflex.motion, sensor, seen=False)
        return action

    def wait(self, seconds: float) -> list[Action]:
        """Let time go by; return what was done meanwhile."""
        end, before = self.now + seconds, len(self.actions)
        while (wake := self.reflex.wake_at) is not None and wake <= end:
            self.now = wake
            self.do(self.reflex.wake)
        self.now = end
        return self.actions[before:]


@pytest.fixture
def room() -> Callable[..., Room]:
    """Return what makes a room of a purpose at a time."""

    def make(purpose: Purpose = Purpose.LIVING, at: float = EVENING, **more: Any) -> Room:
        settings = ZoneSettings(key="zone", name="Zone", purpose=purpose, **more)
        overrides = Overrides(settings.release, settings.release_after)
        return Room(Reflex(settings, BERLIN, Learning(settings, BERLIN), overrides, at=at), at)

    return make


__all__ = ["BERLIN", "EVENING", "NIGHT", "NOON", "Release", "Room"]
