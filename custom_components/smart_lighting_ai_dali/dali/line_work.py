"""What a line does by itself while it is as it is: reading, sweeping, reporting; begun anew where it has failed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
import logging
from typing import Final

from .errors import LineError

_LOGGER = logging.getLogger(f"{__package__}.driver")

# Work that has failed is begun anew after so long, in seconds, and after twice as long each time that it fails again.
FIRST_PAUSE: Final = 60.0
_LONGEST_PAUSE: Final = 3600.0

type Work = Callable[[], Awaitable[None]]


class LineWork:
    """One work at a time, in a task of its own."""

    def __init__(self, name: str) -> None:
        """Do nothing yet; `name` is that of the line."""
        self._name = name
        self._task: asyncio.Task[None] | None = None
        self._again: asyncio.TimerHandle | None = None
        self._pause = FIRST_PAUSE

    def begin(self, work: Work) -> None:
        """Do something else from now on."""
        self.end()
        self._pause = FIRST_PAUSE
        self._start(work)

    def end(self) -> None:
        """Do nothing from now on."""
        if self._again is not None:
            self._again.cancel()
        if self._task is not None:
            self._task.cancel()
        self._task = self._again = None

    async def stop(self) -> None:
        """Do nothing from now on; returns when that is so."""
        task = self._task
        self.end()
        if task is not None:
            await asyncio.wait({task})

    def _start(self, work: Work) -> None:
        self._task = asyncio.get_running_loop().create_task(_quietly(work), name=f"line {self._name}: work")
        self._task.add_done_callback(partial(self._ended, work))

    def _ended(self, work: Work, task: asyncio.Task[None]) -> None:
        """Tell of what must not happen, once: the work has failed on something else than the line."""
        if task.cancelled() or (error := task.exception()) is None or task is not self._task:
            return
        if self._pause == FIRST_PAUSE:
            _LOGGER.error(
                "line=%r work=failed retry_in_s=%d hint='lights work on; report this with the lines that follow'",
                self._name,
                self._pause,
                exc_info=error,
            )
        self._again = asyncio.get_running_loop().call_later(self._pause, self._start, work)
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)


async def _quietly(work: Work) -> None:
    """Run work that the line's loss may end: the supervisor says so, once."""
    with suppress(LineError):
        await work()
