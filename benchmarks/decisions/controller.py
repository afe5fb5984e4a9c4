"""What plays a world: a controller takes what the sensors tell, and sets the lights."""

from math import inf
from typing import Protocol

from custom_components.smart_lighting_ai_dali.simulator.world.events import Event
from custom_components.smart_lighting_ai_dali.simulator.world.world import World


class Controller(Protocol):
    """Who decides how much light there is."""

    wake_at: float
    """When `wake` is to be called if nothing happens before, in seconds since 1970."""

    def take(self, event: Event) -> None:
        """Take what happened."""

    def wake(self, now: float) -> None:
        """Do what time asks for."""


def play(world: World, controller: Controller, until: float) -> None:
    """Let a controller run a world until a time, in seconds since 1970."""
    take, wake, next_event = controller.take, controller.wake, world.next_event
    while world.now < until:
        event = next_event(min(until, controller.wake_at))
        if event is not None:
            take(event)
        elif world.now >= controller.wake_at:
            wake(world.now)


NEVER = inf
