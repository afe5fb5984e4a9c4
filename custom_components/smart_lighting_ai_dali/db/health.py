"""How the database is: whether it answers, what was slow, what failed, and when something was written last.

All of it is of the event loop alone; `recorder_tasks` does the asking, since only that knows the recorder.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import logging
import time
from typing import Final

from sqlalchemy.exc import DBAPIError

from .room import says_full
from .sizes import Sizes

_LOGGER = logging.getLogger(__name__)

# From here on a statement is slow, in seconds; it is told this often at the most.
SLOW: Final = 0.5
_TOLD_EVERY: Final = 600.0
# For so many seconds an answer is waited for; a database that is well takes a few milliseconds.
PROBE_SECONDS: Final = 2.0
# What is tried again until it is written: when that has failed, a smaller write that went well proves nothing.
_TRIED_AGAIN: Final = "ingest"


class DatabaseStatus(StrEnum):
    """How the database is."""

    WAITING = "waiting"
    """Home Assistant has not started yet, and its recorder with it."""
    MIGRATING = "migrating"
    """The recorder brings its own tables to a new version; nothing of ours is written meanwhile."""
    OK = "ok"
    BUSY = "busy"
    """Writes wait for their turn: a backup, a purge, or a slow disk."""
    FAILING = "failing"
    """The last write failed, or the last question; it is tried again, and nothing is lost meanwhile."""
    SILENT = "silent"
    """It does not answer; it is asked nothing more until it does."""
    TOO_NEW = "too_new"
    """A newer version of this integration has been here; nothing is written."""
    ABSENT = "absent"
    """There is no recorder."""
    DIED = "died"
    """The recorder could not start, or has died."""


# What is told in the log: once when it begins, and once when all is well again.
TROUBLE: Final = {
    DatabaseStatus.FAILING: "lights work on, and events are kept; look for a full disk, a lock, a server that is down",
    DatabaseStatus.SILENT: "lights work on, and events are kept; look at the disk, or the server of the database",
    DatabaseStatus.TOO_NEW: "lights work on, and nothing is written; update this integration",
    DatabaseStatus.ABSENT: "lights work on, and nothing is kept for long; look for errors of the recorder",
    DatabaseStatus.DIED: "lights work on, and nothing is kept for long; look for errors of the recorder",
}


class Probe:
    """A question that may never be answered: it is not asked again before it was.

    Each one that hangs holds a thread of the recorder's, or a place in its queue; with four, all history would hang.
    """

    def __init__(self, ask: Callable[[], asyncio.Future[float]], changed: Callable[[], None]) -> None:
        self.seconds: float | None = None
        """How long the last answer took; None before the first."""
        self.is_late = False
        """The answer takes longer than anyone waits."""
        self.error: Exception | None = None
        """Why there was no answer the last time."""
        self._ask = ask
        self._changed = changed
        self._answer: asyncio.Future[float] | None = None
        self._asked = 0.0

    @property
    def waited(self) -> float | None:
        """Return for how long an answer is waited for; None while nothing is asked."""
        return None if self._answer is None else time.monotonic() - self._asked

    async def async_ask(self) -> None:
        """Ask, unless that was done already, and wait for the answer as long as it is worth."""
        if (answer := self._answer) is None:
            self._asked = time.monotonic()
            answer = self._answer = self._ask()
            answer.add_done_callback(self._answered)
        await asyncio.wait((answer,), timeout=PROBE_SECONDS)
        if answer is self._answer and not answer.done():
            self.is_late = True
            self._changed()

    def forget(self) -> None:
        """Wait for no answer any more: whoever was asked has died."""
        self._answer, self.is_late, self.error = None, False, None

    def _answered(self, answer: asyncio.Future[float]) -> None:
        error = None if answer.cancelled() else answer.exception()
        if answer is not self._answer:
            return
        self.forget()
        if isinstance(error, Exception):
            self.error = error
        elif not answer.cancelled():
            self.seconds = answer.result()
        self._changed()


@dataclass(slots=True)
class DatabaseHealth:
    """What was seen of the database so far."""

    read: Probe
    queue: Probe
    obstacle: DatabaseStatus | None = DatabaseStatus.WAITING
    """What keeps us from the database altogether; None where nothing does."""
    reason: str | None = None
    """Why that is so."""
    written: float | None = None
    """When something was written last, in seconds since 1970."""
    longest_queue: float = 0.0
    """The longest time that a write waited for its turn, in seconds."""
    longest_write: float = 0.0
    """The longest time that a write took, in seconds."""
    backlog: int = 0
    """How much was in the recorder's queue when it was looked at last."""
    writes: int = 0
    failures: int = 0
    sizes: Sizes | None = None
    """How large our tables are; None before they were measured."""
    _failed: dict[str, Exception] = field(default_factory=dict, repr=False)
    """Writes that failed, and have not been done since."""
    _told: dict[str, float] = field(default_factory=dict, repr=False)
    """When each slow statement was told last, on the monotonic clock."""
    _untold: dict[str, int] = field(default_factory=dict, repr=False)
    """How often each was slow since then."""
    _known: DatabaseStatus = DatabaseStatus.WAITING
    """The status that was noticed last."""
    _is_told: bool = False
    """There is trouble, and it was told."""

    @property
    def status(self) -> DatabaseStatus:
        """Return how the database is; the worst of all that is so."""
        if self.obstacle is not None:
            return self.obstacle
        if self.read.is_late:
            return DatabaseStatus.SILENT
        if self._failed or self.read.error is not None:
            return DatabaseStatus.FAILING
        return DatabaseStatus.BUSY if self.queue.is_late else DatabaseStatus.OK

    @property
    def is_full(self) -> bool:
        """Tell whether the database says that its disk is full."""
        return any(says_full(error) for error in (*self._failed.values(), self.read.error))

    @property
    def problem(self) -> str | None:
        """Return the kind of the error that there is; None where there is none."""
        error = next(iter(self._failed.values()), self.read.error)
        return None if error is None else type(error).__name__

    @property
    def queue_seconds(self) -> float | None:
        """Return how long a write waits for its turn: by now, or the last time."""
        waited = self.queue.waited
        return self.queue.seconds if waited is None else max(waited, self.queue.seconds or 0.0)

    @property
    def rows(self) -> Mapping[str, int | None]:
        """Return how many rows the large tables have, as far as that was counted."""
        return {} if self.sizes is None else self.sizes.rows

    def succeeded(self, name: str, *, queued: float, took: float) -> None:
        """Take note of a write."""
        failed = self._failed.pop(_TRIED_AGAIN, None) if name != _TRIED_AGAIN else None
        self._failed = {} if failed is None else {_TRIED_AGAIN: failed}
        self.written = time.time()
        self.writes += 1
        self.longest_queue = max(self.longest_queue, queued)
        self.longest_write = max(self.longest_write, took)
        self.looked(name, took=took)

    def failed(self, name: str, error: Exception) -> None:
        """Take note of a write that failed."""
        self.failures += 1
        self._failed[name] = error

    def looked(self, name: str, *, took: float) -> None:
        """Take note how long a statement took, and tell when that was long."""
        if took < SLOW:
            return
        now, times = time.monotonic(), self._untold.pop(name, 0) + 1
        if now - self._told.get(name, -_TOLD_EVERY) >= _TOLD_EVERY:
            self._told[name] = now
            _LOGGER.warning("database=slow statement=%r seconds=%.1f times=%d", name, took, times)
        else:
            self._untold[name] = times

    def has_changed(self) -> bool:
        """Return whether the status is another than the last time; the first of a trouble, and its end, are told."""
        status = self.status
        if status is self._known:
            return False
        self._known = status
        if status in TROUBLE and not self._is_told:
            self._is_told = True
            _LOGGER.warning("database=%s detail=%r hint=%r", status.value, self._reason(), TROUBLE[status])
        elif status is DatabaseStatus.OK and self._is_told:
            self._is_told = False
            _LOGGER.info("database=back")
        return True

    def _reason(self) -> str:
        if self.obstacle is not None:
            return str(self.reason)
        if self.read.is_late:
            return f"no answer within {PROBE_SECONDS:.0f} s"
        name, error = next(iter(self._failed.items()), ("probe", self.read.error))
        return f"{name}: {'no answer' if error is None else what_it_says(error)}"


def what_it_says(error: Exception) -> str:
    """Return what an error says in one line: of a database's, neither the statement nor the values in it."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return f"{type(error).__name__}: {' '.join(str(said).split())}"
