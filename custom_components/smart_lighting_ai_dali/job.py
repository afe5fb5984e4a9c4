"""What the jobs have in common: a heartbeat that others can see."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
import time

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util


class Job:
    """A job that runs by time; one that does not get on for `patience` is overdue."""

    def __init__(self, patience: timedelta) -> None:
        self.finished: datetime | None = None
        """When the last run ended well."""
        self._patience = patience.total_seconds()
        # On the monotonic clock: no jump of the other one makes a job overdue.
        self._beat: float | None = None
        """When it ended well last, got on in a run that has not failed, or was let go on after a pause."""
        self._has_failed = False
        self._is_paused = False
        self._listeners: list[Callable[[], None]] = []

    def is_overdue(self, since: float) -> bool:
        """Tell whether it has not got on for too long; `since` is when it could begin, on the monotonic clock."""
        beat = since if self._beat is None else max(since, self._beat)
        return not self._is_paused and time.monotonic() - beat > self._patience

    @property
    def is_paused(self) -> bool:
        """Tell whether no run begins by itself: a backup is being made."""
        return self._is_paused

    @is_paused.setter
    def is_paused(self, is_paused: bool) -> None:
        if self._is_paused and not is_paused:
            # It has all its time anew.
            self._beat = time.monotonic()
        self._is_paused = is_paused

    @callback
    def async_listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call a listener after each run; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @contextmanager
    def _one_run(self) -> Iterator[None]:
        """Take note of how a run ends."""
        try:
            yield
        except BaseException:
            self._has_failed = True
            raise
        self._has_failed = False
        self._async_get_on()
        self.finished = dt_util.utcnow()
        for listener in tuple(self._listeners):
            listener()

    @callback
    def _async_get_on(self) -> None:
        """Take note that a run has come further; one that fails each time at the same place does not get on."""
        if not self._has_failed:
            self._beat = time.monotonic()
