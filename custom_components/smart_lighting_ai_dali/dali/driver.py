"""What a line needs of the driver of an adapter, whatever wire protocol that speaks."""

import asyncio
from collections import Counter
from typing import Protocol

from dali.frame import BackwardFrame, Frame

from .adapter import Adapter
from .errors import LineError
from .timing import Priority


class DriverListener(Protocol):
    """Who hears what a driver hears; called in the event loop, and never raises."""

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Take note of a forward frame that was on the line; `own` when this adapter sent it."""

    def answer_seen(self, answer: BackwardFrame) -> None:
        """Take note of an answer that was on the line; its `error` is set where several came at once."""

    def power_changed(self, *, powered: bool) -> None:
        """Take note that the line lost its power, or has it again."""


class Driver(Protocol):
    """An open adapter. It carries one frame at a time; whose turn it is, is decided above it."""

    adapter: Adapter
    powered: bool
    """Whether the line had power when the adapter was last heard of it."""
    lost: asyncio.Future[LineError]
    """Done, with the reason, once the adapter is gone."""
    last_reply: float
    """When the adapter last answered us, on the event loop's clock; what it says by itself proves no way to it."""

    counters: Counter[str]
    """What was odd since it was opened, and how often."""

    async def prepare(self) -> None:
        """Set the adapter up for us; raises LineError."""

    async def transmit(self, frame: Frame, *, priority: Priority, twice: bool, answered: bool) -> BackwardFrame | None:
        """Send a frame, once or twice, and return its answer where one can come.

        None is silence; an answer whose `error` is set is several at once. Raises LineError.
        """

    async def check(self) -> None:
        """Ask the adapter whether it is there and how the line is; raises LineError when it stays silent."""

    def abort(self, reason: LineError) -> None:
        """Let go of the port; everyone who waits gets the reason at once."""

    async def close(self, reason: LineError) -> None:
        """Let go of the port, and wait until it is free for others."""
