"""How the database is: what was slow, what failed, when something was written last."""

from dataclasses import dataclass, field
from enum import StrEnum
import logging
import time
from typing import Final

_LOGGER = logging.getLogger(__name__)

# From here on a statement is slow, in seconds; it is told this often at the most.
SLOW: Final = 0.5
_TOLD_EVERY: Final = 600.0


class DatabaseStatus(StrEnum):
    """How the database is."""

    WAITING = "waiting"
    """Home Assistant has not started yet, and its recorder with it."""
    OK = "ok"
    FAILING = "failing"
    """The last write failed; it is tried again, and nothing is lost meanwhile."""
    TOO_NEW = "too_new"
    """A newer version of this integration has been here; nothing is written."""
    ABSENT = "absent"
    """There is no recorder, or it has died."""


@dataclass(slots=True)
class DatabaseHealth:
    """What was seen of the database so far."""

    status: DatabaseStatus = DatabaseStatus.WAITING
    problem: str | None = None
    """The kind of the last error; None when the last write was a good one."""
    written: float | None = None
    """When something was written last, in seconds since 1970."""
    longest_queue: float = 0.0
    """The longest time that a write waited for its turn, in seconds."""
    longest_write: float = 0.0
    """The longest time that a write took, in seconds."""
    writes: int = 0
    failures: int = 0
    told: dict[str, float] = field(default_factory=dict, repr=False)
    """When each slow statement was told last, on the monotonic clock."""

    def succeeded(self, name: str, *, queued: float, took: float) -> None:
        """Take note of a write."""
        if self.status is DatabaseStatus.FAILING:
            _LOGGER.info("database=back write=%s", name)
        self.status, self.problem, self.written = DatabaseStatus.OK, None, time.time()
        self.writes += 1
        self.longest_queue = max(self.longest_queue, queued)
        self.longest_write = max(self.longest_write, took)
        self.looked(name, took=took)

    def looked(self, name: str, *, took: float) -> None:
        """Take note how long a statement took, and tell when that was long."""
        now = time.monotonic()
        if took >= SLOW and now - self.told.get(name, -_TOLD_EVERY) >= _TOLD_EVERY:
            self.told[name] = now
            _LOGGER.warning("database=slow statement=%s seconds=%.1f", name, took)

    def failed(self, name: str, error: Exception) -> None:
        """Take note of a write that failed; the first in a row is told."""
        self.failures += 1
        if self.status is not DatabaseStatus.FAILING:
            _LOGGER.warning("database=failing write=%s reason=%r; it is tried again", name, error)
        self.status, self.problem = DatabaseStatus.FAILING, type(error).__name__
