"""One frame on its way through a LUBA adapter, and why an adapter would not take it."""

import asyncio

from dali.frame import BackwardFrame, Frame

from .errors import CommandRefusedError, LineWithoutPowerError
from .luba import Refusal


class Exchange:
    """One frame on its way: what the adapter has said of it so far."""

    def __init__(self, frame: Frame, *, twice: bool, answered: bool) -> None:
        self.data: bytes = bytes(frame.as_byte_sequence)
        self.left = 2 if twice else 1
        self.answered = answered
        self.answer: BackwardFrame | None = None
        self.transaction: int | None = None
        """The number that the adapter gave it; None: not accepted yet."""
        loop = asyncio.get_running_loop()
        self.sent: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()

    def fail(self, error: Exception) -> None:
        """Let the sender know that this frame will not be sent."""
        if not self.sent.done():
            self.sent.set_exception(error)
            # The sender may be waiting for something else at this moment, and look later.
            self.sent.exception()

    def discard(self) -> None:
        """Forget the frame: nobody waits for it any more."""
        self.sent.cancel()
        if self.sent.done() and not self.sent.cancelled():
            self.sent.exception()

    def close(self, answer: BackwardFrame | None) -> None:
        """Settle what the answer is: nothing that comes later belongs to this frame."""
        if self.sent.done() and not self.closed.done():
            self.answer = answer
            self.closed.set_result(None)


class BufferFullError(Exception):
    """The adapter's transmit buffer has no room now."""


def refusal(reason: int) -> Exception:
    """Return the error that stands for an adapter's reason not to send a frame."""
    match reason:
        case Refusal.NO_BUS_VOLTAGE:
            return LineWithoutPowerError("the line has no power")
        case Refusal.BUFFER_FULL:
            return BufferFullError()
        case _:
            name = Refusal(reason).name if reason in Refusal else str(reason)
            return CommandRefusedError(f"the adapter refused the frame: {name.lower()}")
