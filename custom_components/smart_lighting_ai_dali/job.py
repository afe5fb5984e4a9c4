"""What the jobs have in common: a heartbeat that others can see."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util


class Job:
    """A job that runs by time."""

    def __init__(self) -> None:
        self.finished: datetime | None = None
        """When the last run ended well: the job's heartbeat."""
        self._listeners: list[Callable[[], None]] = []

    @callback
    def async_listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call a listener after each run; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def _async_finish(self) -> None:
        """Take note that a run ended well."""
        self.finished = dt_util.utcnow()
        for listener in tuple(self._listeners):
            listener()
