"""What is to come in a world: calls in the order of time, and at one time in the order in which they were made."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count


class Timeline:
    """Calls that are to come."""

    def __init__(self, now: float) -> None:
        self.now = now
        self._calls: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def call_at(self, time: float, what: Callable[[], None]) -> None:
        """Call at a time; what is past is now."""
        heappush(self._calls, (max(time, self.now), next(self._order), what))

    @property
    def next(self) -> float:
        """Return when the next call is."""
        return self._calls[0][0]

    def step(self) -> None:
        """Go to the next call and make it."""
        self.now, _, what = heappop(self._calls)
        what()
