"""What time it is for a zone: that of the clock on the wall, or that of a simulated line that runs faster."""

from dataclasses import dataclass
import time


@dataclass(frozen=True, slots=True)
class ZoneClock:
    """A clock that runs `speed` times as fast as the one on the wall; all times in seconds since 1970."""

    speed: float = 1.0
    origin: float = 0.0
    """When both showed the same."""

    def now(self) -> float:
        """Return what time it is."""
        wall = time.time()
        return wall if self.speed == 1 else self.origin + (wall - self.origin) * self.speed

    def wall(self, at: float) -> float:
        """Return what the clock on the wall shows at a time of this one."""
        return at if self.speed == 1 else self.origin + (at - self.origin) / self.speed

    def at(self, wall: float) -> float:
        """Return what time it is by this one when the clock on the wall shows a time."""
        return wall if self.speed == 1 else self.origin + (wall - self.origin) * self.speed

    def real(self, seconds: float) -> float:
        """Return how many seconds pass on the wall while so many pass here."""
        return seconds / self.speed


ON_THE_WALL = ZoneClock()
"""The clock of all lines but some simulated ones."""
