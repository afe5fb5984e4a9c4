"""Whether somebody is in a zone: several sensors that flap, sleep through and die say it together."""

from enum import Enum
from math import inf
from typing import Final

# Presence sensors may see somebody for a whole evening; for longer without a break nobody keeps still or awake.
STUCK_ON: Final = 8 * 3600.0
# How long a zone whose sensors have all failed counts as it did before.
BLIND: Final = 2 * 3600.0


class Edge(Enum):
    """What a sensor's word changed."""

    NONE = 0
    SEEN = 1
    """Somebody is seen where nobody was."""
    UNSEEN = 2
    """Nobody is seen any more."""


class Occupancy:
    """The sensors of one zone."""

    __slots__ = ("_lost_at", "_seeing", "_since", "last_seen", "sensors")

    def __init__(self) -> None:
        self.sensors: dict[str, bool | None] = {}
        """What each says; None is nothing."""
        self.last_seen = -inf
        """When somebody was seen last, or is seen now, in seconds since 1970."""
        self._seeing: set[str] = set()
        self._since: dict[str, float] = {}
        self._lost_at: float | None = None

    @property
    def is_seen(self) -> bool:
        """Tell whether a sensor sees somebody now."""
        return bool(self._seeing)

    @property
    def is_blind(self) -> bool:
        """Tell whether no sensor says anything."""
        return self._lost_at is not None

    def blind_until(self) -> float:
        """Return until when a zone whose sensors have all failed counts as it did before."""
        # Whoever chose a light since then was there.
        return inf if self._lost_at is None else max(self._lost_at, self.last_seen) + BLIND

    def take(self, sensor: str, at: float, *, seen: bool | None) -> Edge:
        """Take what a sensor says."""
        before, self.sensors[sensor] = self.is_seen, seen
        if seen:
            if sensor not in self._seeing:
                self._seeing.add(sensor)
                self._since[sensor] = at
            self.last_seen = max(self.last_seen, at)
        elif sensor in self._seeing:
            self._seeing.discard(sensor)
            # While it saw somebody, somebody was there, unless it was stuck.
            self.last_seen = max(self.last_seen, min(at, self._since.pop(sensor) + STUCK_ON))
        else:
            self._since.pop(sensor, None)
        if all(says is None for says in self.sensors.values()):
            self._lost_at = at if self._lost_at is None else self._lost_at
        else:
            self._lost_at = None
        if before == self.is_seen:
            return Edge.NONE
        return Edge.SEEN if self.is_seen else Edge.UNSEEN

    def next_stuck(self) -> float:
        """Return when the next sensor that sees somebody counts as stuck, in seconds since 1970."""
        return min((self._since[sensor] + STUCK_ON for sensor in self._seeing), default=inf)

    def drop_stuck(self, at: float) -> tuple[str, ...]:
        """Believe sensors no more that have seen somebody for too long; return them."""
        stuck = tuple(sensor for sensor in self._seeing if self._since[sensor] + STUCK_ON <= at)
        for sensor in stuck:
            self._seeing.discard(sensor)
        return stuck

    def forget_later(self, at: float) -> None:
        """Take that the clock was set back: nothing was seen after now."""
        self.last_seen = min(self.last_seen, at)
        self._since = {sensor: min(since, at) for sensor, since in self._since.items()}
