"""What one gear lives on: its own supply and the power of the line (IEC 62386-102, 9.12 and 9.13)."""

from enum import Enum, auto
from typing import Final

from ..dali.timing import SYSTEM_FAILURE

# The power-on level is taken this long after the supply is back, in seconds.
POWER_ON_SECONDS: Final = 0.6


class SupplyEvent(Enum):
    """What gear does by itself, some time after power was lost or came back."""

    SYSTEM_FAILURE = auto()
    """The line is low for too long."""
    POWER_ON = auto()
    """The gear is supplied again and nobody told it a level."""


class Supply:
    """Both powers, and what is due because of them."""

    def __init__(self) -> None:
        self.has_mains = True
        self.has_line = True
        self._due: dict[SupplyEvent, float] = {}

    @property
    def hears(self) -> bool:
        """Return whether a frame can reach the gear."""
        return self.has_mains and self.has_line

    def set_line(self, *, present: bool, now: float) -> None:
        """Take note that the line lost or got back its power."""
        if present == self.has_line:
            return
        self.has_line = present
        self._due.pop(SupplyEvent.SYSTEM_FAILURE, None)
        if self.has_mains and not present:
            self._due[SupplyEvent.SYSTEM_FAILURE] = now + SYSTEM_FAILURE

    def set_mains(self, *, present: bool, now: float) -> None:
        """Take note that the gear lost or got back its own supply."""
        self.has_mains = present
        self._due.clear()
        if present:
            self._due[SupplyEvent.POWER_ON] = now + POWER_ON_SECONDS
            if not self.has_line:
                self._due[SupplyEvent.SYSTEM_FAILURE] = now + SYSTEM_FAILURE

    def take_due(self, now: float) -> list[SupplyEvent]:
        """Return what is due by now, in order, once."""
        due = sorted((event for event, when in self._due.items() if when <= now), key=self._due.__getitem__)
        for event in due:
            del self._due[event]
        return due
