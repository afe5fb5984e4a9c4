"""Whether somebody is in a zone, since when, and where they came from."""

from enum import Enum
from math import inf
from typing import Final

from .hold_time import WARNING_PART
from .occupancy import Occupancy
from .rules import Visit

# Before the light goes off it sinks for a part of the hold time, within these seconds.
_SHORTEST_WARNING, _LONGEST_WARNING = 15.0, 600.0
# Who was seen next door so shortly ago came from there.
_ON_THE_WAY: Final = 60.0
# Somebody in a corridor or on stairs may come here for so long.
_MAY_COME: Final = 20.0
# Where nobody was for so long in the night, somebody got up.
_QUIET: Final = 1800.0


class Phase(Enum):
    """Whether somebody is there."""

    EMPTY = "empty"
    OCCUPIED = "occupied"
    WARNING = "warning"
    """Nobody was seen for a while; the light has sunk, and goes off soon."""


class Presence:
    """The visits to one zone."""

    __slots__ = (
        "_neighbour_seen",
        "_way_seen",
        "asleep",
        "began_at",
        "came",
        "emptied_at",
        "occupancy",
        "phase",
        "quiet",
    )

    def __init__(self, at: float) -> None:
        self.occupancy = Occupancy()
        self.phase = Phase.EMPTY
        self.came = False
        """They were seen next door before."""
        self.quiet = False
        """Nobody had been here for long before."""
        self.asleep = False
        """Somebody put out the light to sleep here."""
        self.began_at = at
        self.emptied_at = -inf
        self._neighbour_seen = self._way_seen = -inf

    @property
    def is_occupied(self) -> bool:
        """Tell whether somebody is there, or may still be."""
        return self.phase is not Phase.EMPTY

    @property
    def visit(self) -> Visit:
        """Return what is known of who is there."""
        return Visit(came=self.came, after_quiet=self.quiet, asleep=self.asleep)

    def begin(self, at: float) -> None:
        """Take that somebody came."""
        self.came = at - self._neighbour_seen <= _ON_THE_WAY
        self.quiet = at - self.emptied_at > _QUIET
        self.began_at = at
        self.phase = Phase.OCCUPIED

    def end(self, at: float) -> None:
        """Take that nobody is there any more."""
        self.phase = Phase.EMPTY
        self.emptied_at = at

    def next_door(self, at: float, *, is_way: bool) -> None:
        """Take that somebody is seen next door, in a corridor or on stairs perhaps."""
        self._neighbour_seen = at
        if is_way:
            self._way_seen = at

    def may_come_until(self) -> float:
        """Return until when somebody who was seen on their way may come here, in seconds since 1970."""
        return self._way_seen + _MAY_COME

    def warning_at(self, hold: float) -> float:
        """Return when the light sinks if nobody is seen until then."""
        return self._silent_from() + hold

    def off_at(self, hold: float) -> float:
        """Return when the zone counts as empty if nobody is seen until then."""
        return self._silent_from() + hold + min(_LONGEST_WARNING, max(_SHORTEST_WARNING, WARNING_PART * hold))

    def forget_later(self, at: float) -> None:
        """Take that the clock was set back: nothing happened after now."""
        self.occupancy.forget_later(at)
        self._neighbour_seen = min(self._neighbour_seen, at)
        self._way_seen = min(self._way_seen, at)
        self.emptied_at = min(self.emptied_at, at)
        self.began_at = min(self.began_at, at)

    def _silent_from(self) -> float:
        if self.occupancy.is_blind:
            return self.occupancy.blind_until()
        return self.occupancy.last_seen
