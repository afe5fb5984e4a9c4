"""The driver of SevenLab's adapter.

The adapter ends each query with an answer or a timeout of its own, which proves silence. It can't be asked for the
line's power and swallows what it gets without it: so a frame that is not confirmed is followed by a harmless query, and
only where that is not confirmed either does the line count as without power. It has no serial number. Two commands that
follow each other too fast overwrite each other in its firmware: nothing is said while a frame is under way.
"""

import asyncio
from typing import Final, override

from dali.address import GearBroadcast
from dali.frame import BackwardFrame, BackwardFrameError
from dali.gear.general import QueryControlGearPresent

from .adapter import Ability, Adapter, WireProtocol
from .driver import DriverListener
from .errors import AdapterSilentError, CommandRefusedError, LineBusyError, LineWithoutPowerError
from .exchange import Exchange
from .port_driver import HANDSHAKE_ATTEMPTS, REPLY_TIMEOUT, open_driver
from .sevenlab import BAUDRATE, WHO, Event, Heard, Message, Parser, Status, Version, transmit
from .text_driver import ANSWER_BITS, TextDriver, TryAgainError
from .timing import Priority

# What the adapter says of itself overtakes what it says of the line; by this long at most, in seconds.
_OVERTAKING: Final = 0.05
# A query on an idle line is over after 60 ms, in seconds.
_TEST_TIMEOUT: Final = 0.3
# The adapter has room for four frames, of 30 ms each.
_QUEUE_PAUSE: Final = 0.05
_TEST: Final = QueryControlGearPresent(GearBroadcast()).frame


class SevenLabDriver(TextDriver):
    """One SevenLab adapter (see `text_driver.TextDriver`)."""

    def __init__(self, listener: DriverListener) -> None:
        super().__init__(listener, Parser())
        self._overheard_before = 0

    @override
    def _hear(self, message: Message) -> None:
        match message:
            case Version():
                self._replied(Version, message)
            case Heard(own=True, bits=bits, data=data):
                self._sent(bits, data)
            case Heard(bits=8, data=data):
                self._answered(BackwardFrame(data))
            case Heard(bits=bits, data=data):
                self._foreign_frame(bits, data)
            case Event(own=own, status=status) if status in Status:
                self._happened(Status(status), own=own)
            case Event():
                self.counters["unknown_messages"] += 1

    def _sent(self, bits: int, data: int) -> None:
        if bits > ANSWER_BITS and not self._own_frame(bits, data):
            # What we sent came out as something else: another master sent at the same time.
            self._foreign_frame(bits, data)
            self._turned_down(LineBusyError("another master's frame destroyed ours"))

    def _happened(self, status: Status, *, own: bool) -> None:
        match status:
            case Status.TIMEOUT:
                self._silent()
            case Status.LINE_DOWN:
                self._power(powered=False)
            case Status.LINE_UP:
                self._power(powered=True)
            case Status.QUEUE_FULL:
                self._turned_down(LineBusyError("the adapter's queue stays full"), _QUEUE_PAUSE)
            case _ if status.is_refusal:
                self._turned_down(CommandRefusedError(f"the adapter refused the frame: {status.name.lower()}"))
            case _ if status.is_damage and own:
                self._turned_down(LineBusyError("another master's frame destroyed ours"))
            case _ if status.is_damage:
                self._answered(BackwardFrameError(255))
            case _:
                pass

    @override
    def _command(self, exchange: Exchange, bits: int, priority: Priority, *, twice: bool) -> bytes:
        data = int.from_bytes(exchange.data)
        return transmit(bits, data, priority=priority, twice=twice, answered=exchange.answered)

    @override
    async def _look(self, exchange: Exchange) -> None:
        if self._others_talked():
            return
        await self._ask(WHO, Version)
        await asyncio.wait((exchange.sent,), timeout=_OVERTAKING)
        if exchange.sent.done() or self._others_talked():
            return
        # Should it be confirmed yet, that is not the test.
        self._remember(exchange)
        if await self._line_carries():
            raise AdapterSilentError("the adapter did not confirm a frame")
        raise LineWithoutPowerError("the line has no power")

    def _others_talked(self) -> bool:
        """Tell whether others were heard since the last look: then a frame may well wait behind them."""
        before, self._overheard_before = self._overheard_before, self.counters["overheard"]
        return before != self._overheard_before

    @override
    async def _introduce(self) -> Adapter:
        version = await self._ask(WHO, Version)
        return Adapter(
            protocol=WireProtocol.SEVENLAB,
            firmware=f"{version.major}.{version.minor}.{version.patch}",
            abilities=frozenset({Ability.TIME_STAMPS}),
        )

    @override
    async def handshake(self, attempts: int = HANDSHAKE_ATTEMPTS, patience: float = REPLY_TIMEOUT) -> None:
        """Find out who the adapter is, and by a query on the line whether that has power (see `TextDriver`)."""
        await super().handshake(attempts, patience)
        async with self._talking:
            await self._line_carries()

    @override
    async def _examine(self) -> None:
        await self._ask(WHO, Version)
        if not self.powered:
            await self._line_carries()

    async def _line_carries(self) -> bool:
        """Send a query that changes nothing, and return whether it got onto the line: whether that has power."""
        waiting, test = self._exchange, Exchange(_TEST, twice=False, answered=True)
        heard = self.counters["overheard"]
        self._exchange = test
        try:
            self._write(self._command(test, len(_TEST), Priority.BACKGROUND, twice=False))
            await asyncio.wait((test.sent,), timeout=_TEST_TIMEOUT)
            turned_down = test.sent.done() and isinstance(test.sent.exception(), TryAgainError)
            if test.left == 0:
                await asyncio.wait((test.closed,), timeout=_TEST_TIMEOUT)
            powered = test.left == 0 or turned_down or heard != self.counters["overheard"]
        finally:
            self._exchange = waiting
            self._forget(test)
        self._power(powered=powered)
        return powered


async def open_sevenlab(
    url: str, listener: DriverListener, attempts: int = HANDSHAKE_ATTEMPTS, patience: float = REPLY_TIMEOUT
) -> SevenLabDriver:
    """Open a port and shake hands with the SevenLab adapter behind it; raises a LineError."""
    return await open_driver(
        url, lambda: SevenLabDriver(listener), baudrate=BAUDRATE, attempts=attempts, patience=patience
    )
