"""Memory of gear wears out by being written to: how often one gear is written to is limited."""

from collections import deque
from collections.abc import Callable
import time
from typing import Final

from .errors import TooManyWritesError

# All groups, scenes and settings of a gear are 39 numbers: it can be set up at once. An automation that goes on at this
# rate would wear out the 10 000 writes of a usual memory in ten days, and finds out within the first hour.
MOST_WRITES: Final = 40
WITHIN: Final = 3600.0


class WriteLimit:
    """Counts the writes to the memory of each gear."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._written: dict[str, deque[float]] = {}

    def count(self, key: str, writes: int) -> None:
        """Take note of writes to a gear; raises TooManyWritesError where that would be too many within an hour."""
        now = self._clock()
        written = self._written.setdefault(key, deque(maxlen=MOST_WRITES))
        while written and written[0] <= now - WITHIN:
            written.popleft()
        if len(written) + writes > MOST_WRITES:
            raise TooManyWritesError(key)
        written.extend([now] * writes)
