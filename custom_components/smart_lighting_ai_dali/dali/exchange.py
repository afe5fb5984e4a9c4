"""One frame on its way through an adapter."""

import asyncio

from dali.frame import BackwardFrame, Frame


class Exchange:
    """One frame on its way: what the adapter has said of it so far."""

    def __init__(self, frame: Frame, *, twice: bool, answered: bool) -> None:
        self.data: bytes = bytes(frame.as_byte_sequence)
        self.left = 2 if twice else 1
        self.answered = answered
        self.answer: BackwardFrame | None = None
        self.transaction: int | None = None
        """The number that the adapter gave it, where it numbers them; None: not accepted yet."""
        loop = asyncio.get_running_loop()
        self.sent: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()

    @property
    def awaits_answer(self) -> bool:
        """Tell whether an answer that comes now is that of this frame."""
        return self.answered and self.sent.done() and not self.closed.done()

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
