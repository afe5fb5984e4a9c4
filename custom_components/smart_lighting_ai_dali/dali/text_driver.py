"""What the drivers of adapters that speak lines of text have in common: one frame at a time, and what becomes of it.

Both adapters, SevenLab's and Foxtron's, say themselves what became of a frame: that it was on the line, with its answer
or without one. So no clock judges here: silence is what the adapter calls silence, and where it says nothing at all the
outcome is an error and never silence. A busy event loop makes this slower, never wrong.
"""

from abc import abstractmethod
import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Any, Final, Protocol, override

from dali.frame import BackwardFrame, ForwardFrame, Frame

from .driver import DriverListener
from .errors import AdapterSilentError, CommandRefusedError, LineBusyError, LineError, LineWithoutPowerError
from .exchange import Exchange
from .port_driver import LOOK_AFTER, SENT_TIMEOUT, PortDriver
from .timing import Priority

# The outcome of a query follows its frame within 24 ms (IEC 62386-101, table 20); the rest is for slow cables.
_OUTCOME_TIMEOUT: Final = 0.5
# How often a frame is offered that the adapter turned down, or that another master destroyed on the line.
_ATTEMPTS: Final = 5
# A frame that nobody waits for any more may still be confirmed this long, in seconds.
_REMEMBERED: Final = 5.0
_KEPT_FORGOTTEN: Final = 16
# Of 8 bits are answers, and what is shorter than a frame is none.
ANSWER_BITS: Final = 8


class TryAgainError(Exception):
    """The frame was not on the line, and can be offered again after a pause, in seconds; else `error` says why not."""

    def __init__(self, error: LineError, pause: float = 0.0) -> None:
        super().__init__(str(error))
        self.error = error
        self.pause = pause


class Parser(Protocol):
    """What makes messages of the adapter's bytes."""

    dropped: int
    """How many bytes were no part of a message."""

    def feed(self, data: bytes) -> Iterable[Any]:
        """Take bytes and return the messages that are whole."""


class TextDriver(PortDriver):
    """One adapter that speaks lines of text."""

    def __init__(self, listener: DriverListener, parser: Parser) -> None:
        super().__init__(listener)
        self._parser = parser
        self._talking = asyncio.Lock()
        self._forgotten: deque[tuple[bytes, float]] = deque(maxlen=_KEPT_FORGOTTEN)
        self._asked: tuple[Any, asyncio.Future[Any]] | None = None

    # What each protocol has of its own

    @abstractmethod
    def _hear(self, message: Any) -> None:
        """Take a message of the adapter."""

    @abstractmethod
    def _command(self, exchange: Exchange, bits: int, priority: Priority, *, twice: bool) -> bytes:
        """Return what tells the adapter to send a frame."""

    @abstractmethod
    async def _look(self, exchange: Exchange) -> None:
        """Find out why a frame is not confirmed yet; returns where it may still be, raises LineError."""

    @abstractmethod
    async def _examine(self) -> None:
        """Ask the adapter for a sign of life, and how the line is; raises LineError."""

    # The asyncio protocol

    @override
    def data_received(self, data: bytes) -> None:
        """Take bytes of the adapter; never raises."""
        dropped = self._parser.dropped
        for message in self._parser.feed(data):
            self._hear(message)
        if self._parser.dropped > dropped:
            self.counters["disturbed"] += 1

    # What we say

    async def prepare(self) -> None:
        """Set nothing up: these adapters always report every frame."""

    @override
    async def check(self) -> None:
        """Ask for a sign of life, once no frame is under way, and how the line is; raises LineError."""
        async with self._talking:
            await self._examine()

    async def transmit(self, frame: Frame, *, priority: Priority, twice: bool, answered: bool) -> BackwardFrame | None:
        """Send a frame and return its answer: None is silence (see `driver.Driver.transmit`)."""
        if len(frame) not in {16, 24, 32} or (twice and answered):
            # No command that is sent twice has an answer (IEC 62386-102 and -103, the tables of commands).
            raise CommandRefusedError("the adapter refused the frame: it is none of DALI's")
        async with self._talking:
            for attempt in range(1, _ATTEMPTS + 1):
                if not self.powered:
                    raise LineWithoutPowerError("the line has no power")
                try:
                    return await self._carry(frame, priority, twice=twice, answered=answered)
                except TryAgainError as refused:
                    self.counters["offered_again"] += 1
                    if attempt == _ATTEMPTS:
                        raise refused.error from None
                    await asyncio.sleep(refused.pause)
        raise AssertionError  # the last attempt returns or raises

    async def _carry(self, frame: Frame, priority: Priority, *, twice: bool, answered: bool) -> BackwardFrame | None:
        exchange = Exchange(frame, twice=twice, answered=answered)
        self._exchange = exchange
        try:
            self._write(self._command(exchange, len(frame), priority, twice=twice))
            sent_by = self._loop.time() + SENT_TIMEOUT
            while not exchange.sent.done():
                await asyncio.wait((exchange.sent,), timeout=LOOK_AFTER)
                if exchange.sent.done():
                    break
                await self._look(exchange)
                if not exchange.sent.done() and self._loop.time() >= sent_by:
                    raise LineBusyError("the frame found no place on the line")
            exchange.sent.result()
            if answered:
                await self._await_outcome(exchange)
            return exchange.answer
        finally:
            self._exchange = None
            self._forget(exchange)

    async def _await_outcome(self, exchange: Exchange) -> None:
        """Wait for what the adapter makes of the answer."""
        await asyncio.wait((exchange.closed,), timeout=_OUTCOME_TIMEOUT)
        if not exchange.closed.done():
            # Its bytes may have waited for a busy event loop: what comes before this reply has come.
            await self._examine()
        if not exchange.closed.done():
            raise AdapterSilentError("the adapter did not say what the answer was")
        exchange.closed.result()

    async def _ask(self, question: bytes, key: object) -> Any:
        """Ask the adapter something of its own and return the reply that has this key; raises AdapterSilentError."""
        self._ensure_there()
        reply: asyncio.Future[Any] = self._loop.create_future()
        self._asked = (key, reply)
        try:
            self._write(question)
            return await asyncio.wait_for(reply, self._patience)
        except TimeoutError:
            raise AdapterSilentError("the adapter does not answer") from None
        finally:
            self._asked = None

    def _remember(self, exchange: Exchange) -> None:
        """Remember what nobody waits for any more: it may go over the line all the same, and be confirmed."""
        self._forgotten.append((exchange.data, self._loop.time() + _REMEMBERED))

    def _forget(self, exchange: Exchange) -> None:
        """Have done with a frame, whatever became of it."""
        if not exchange.sent.done():
            self._remember(exchange)
        exchange.discard()

    # What the adapter says

    def _replied(self, key: object, reply: object) -> None:
        """Give a reply to whoever asked."""
        self.last_reply = self._loop.time()
        if self._asked is not None:
            asked, waiter = self._asked
            if asked == key and not waiter.done():
                waiter.set_result(reply)

    def _own_frame(self, bits: int, data: int) -> bool:
        """Take note that a frame of ours was on the line; return whether it was one that we know of."""
        self.last_reply = self._loop.time()
        self._power(powered=True)
        content = data.to_bytes((bits + 7) // 8)
        exchange = self._exchange
        if exchange is not None and exchange.left and exchange.data == content:
            self._listener.frame_seen(ForwardFrame(bits, data), own=True)
            exchange.left -= 1
            if exchange.left == 0 and not exchange.sent.done():
                exchange.sent.set_result(None)
            return True
        self.counters["stale_confirmations"] += 1
        now = self._loop.time()
        known = next((entry for entry in self._forgotten if entry[0] == content and now < entry[1]), None)
        if known is None:
            return False
        self._forgotten.remove(known)
        self._listener.frame_seen(ForwardFrame(bits, data), own=True)
        return True

    def _foreign_frame(self, bits: int, data: int) -> None:
        """Take note of another master's frame: it can't begin before the time for our answer is over."""
        if bits <= ANSWER_BITS:
            self.counters["stray_answers"] += 1
            return
        self._power(powered=True)
        if self._exchange is not None:
            self._exchange.close(None)
        self.counters["overheard"] += 1
        self._listener.frame_seen(ForwardFrame(bits, data), own=False)

    def _silent(self) -> None:
        """Take note that nobody answered."""
        if self._exchange is not None and self._exchange.awaits_answer:
            self._exchange.close(None)
        else:
            self.counters["stray_answers"] += 1

    def _turned_down(self, error: LineError, pause: float = 0.0) -> None:
        """Take note that the adapter did not send the frame, or that it did not come through."""
        if self._exchange is not None:
            self._exchange.fail(TryAgainError(error, pause))

    @override
    def _power(self, *, powered: bool) -> None:
        if powered != self.powered:
            self.powered = powered
            if not powered:
                self._break(LineWithoutPowerError("the line lost its power"))
            self._listener.power_changed(powered=powered)

    @override
    def _give_up(self, reason: LineError) -> None:
        if self._asked is not None and not self._asked[1].done():
            self._asked[1].set_exception(reason.again())
            # Whoever asks may not have come so far as to wait: a port may be lost while the question is written.
            self._asked[1].exception()
        self._break(reason.again())

    def _break(self, error: LineError) -> None:
        """Let the sender of the frame that is under way know that nothing more will come of it: not silence either."""
        exchange = self._exchange
        if exchange is None:
            return
        exchange.fail(error)
        if not exchange.closed.done():
            exchange.closed.set_exception(error)
            # The sender may be waiting for something else at this moment, and look later.
            exchange.closed.exception()
