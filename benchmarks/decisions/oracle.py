"""Who knows everything: who comes when, what they want, how bright the day is. Nobody needs less for the same light."""

from math import inf
from typing import Final

from custom_components.smart_lighting_ai_dali.simulator.world.events import Event
from custom_components.smart_lighting_ai_dali.simulator.world.presence import Foresight
from custom_components.smart_lighting_ai_dali.simulator.world.world import World

# Presence is known to the second; daylight is followed as often as it changes in the world.
_EVERY: Final = 60.0
_FOLLOW: Final = 0.02


class Oracle:
    """Lights each room exactly while somebody is awake in it, and as they want it."""

    def __init__(self, world: World, *, seed: int) -> None:
        self._world = world
        self._foresight = Foresight(world.specification, seed=seed, start=world.now)
        self._next = {room.name: world.now for room in world.specification.rooms}
        self.wake_at = world.now

    def take(self, event: Event) -> None:
        """Know it already."""

    def wake(self, now: float) -> None:
        """Light what has to be lit now."""
        for room, at in self._next.items():
            if at <= now:
                self._next[room] = self._light(room, now)
        self.wake_at = min(self._next.values())

    def _light(self, room: str, now: float) -> float:
        """Light a room as it has to be, and return when to look again."""
        truth = self._world.truth(room)
        output, kelvin = self._world.level(room)
        if truth.needed is None:
            if output:
                self._world.set_light(room, 0.0, fade=0.0)
            following = self._foresight.next_presence(room, now, within=3600.0)
            # Whoever is there begins to be there at this very instant: a moment later the world knows it.
            return now + 3600.0 if following is None else max(now + 0.5, following[0] + 0.01)
        wanted = truth.needed
        if abs(wanted - output) > _FOLLOW * max(wanted, output) or truth.target_kelvin not in {kelvin, None}:
            self._world.set_light(room, wanted, kelvin=truth.target_kelvin, fade=0.0)
        present = self._foresight.next_presence(room, now, within=0.0)
        until = inf if present is None else present[1] + 0.01
        return min(now + _EVERY, max(now + 0.5, until))
