"""The driver of adapters that speak LUBA.

Answers are not linked to the frame that they answer: only their order tells. The driver therefore never judges silence
by a clock alone. When the time in which gear may answer is over, it asks the adapter for the line's state: as the
adapter's bytes come in order, an answer that does not come before that reply never was. A busy event loop makes this
slower, never wrong.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, override

from dali.frame import BackwardFrame, BackwardFrameError, ForwardFrame, Frame

from .adapter import Ability, Adapter, WireProtocol
from .driver import DriverListener
from .errors import AdapterSilentError, LineBusyError, LineError, LineWithoutPowerError, NotAnAdapterError
from .exchange import Exchange
from .luba import (
    BAUDRATE,
    EVENT,
    Accepted,
    Command,
    DeviceDescriptor,
    DeviceInfo,
    EventFilter,
    FrameReceived,
    FrameSent,
    FramingError,
    LineState,
    Message,
    OtherEvent,
    Parser,
    Refusal,
    Refused,
    Reply,
    Settings,
    decode,
)
from .luba_refusal import BufferFullError, refusal
from .port_driver import HANDSHAKE_ATTEMPTS, LOOK_AFTER, REPLY_TIMEOUT, SENT_TIMEOUT, PortDriver, open_driver
from .timing import ANSWER_WINDOW, Priority

# Bytes of one message follow each other within a quarter of a millisecond; USB and networks add some.
_INTER_BYTE_TIMEOUT: Final = 0.05
# How often a frame is offered again to an adapter whose buffer is full, and how long to wait between.
_BUFFER_ATTEMPTS: Final = 10
_BUFFER_WAIT: Final = 0.05
# How many questions for the line's state may stay open before the adapter counts as silent.
_PROOF_ATTEMPTS: Final = 3
# Numbers of frames are a byte: what so many of the last ones stood for is remembered.
_KEPT_TRANSACTIONS: Final = 16
# The settings are written this often when an adapter may have restarted, a second apart.
_SETTINGS_ATTEMPTS: Final = 3
# Buffer and macro events say nothing that we use; ticks and line numbers stay, so that all events have one shape.
_EVENT_FILTER: Final = int(EventFilter.BUFFER | EventFilter.MACRO)
_BUS_POWER_SUPPLY_ON: Final = 0x80
_LINE: Final = 0


class LubaDriver(PortDriver):
    """One LUBA adapter (see `driver.Driver`)."""

    def __init__(self, listener: DriverListener) -> None:
        super().__init__(listener)
        self._parser = Parser()
        self._parser_timer: asyncio.TimerHandle | None = None
        self._unaccepted: deque[Exchange] = deque()
        self._accepted: dict[int, Exchange] = {}
        self._waiters: dict[int, asyncio.Future[Reply]] = {}
        self._asking = asyncio.Lock()
        self._settings: Settings | None = None
        self._owed = 0
        self._tasks: dict[str, asyncio.Task[None]] = {}

    # The asyncio protocol

    @override
    def data_received(self, data: bytes) -> None:
        """Take bytes of the adapter; never raises."""
        if self._parser_timer is not None:
            self._parser_timer.cancel()
            self._parser_timer = None
        dropped = self._parser.dropped
        self._take(self._parser.feed(data))
        if self._parser.dropped > dropped:
            self._disturbed()
        if self._parser.unfinished:
            self._parser_timer = self._loop.call_later(_INTER_BYTE_TIMEOUT, self._expire)

    # What the adapter says

    def _expire(self) -> None:
        self._parser_timer = None
        self._take(self._parser.expire())
        self._disturbed()

    def _disturbed(self) -> None:
        """Set the adapter up again after bytes that were no message: it may have restarted."""
        self.counters["disturbed"] += 1
        if self._settings is not None and not self.lost.done():
            self._spawn("settings", self._restore_settings)

    def _take(self, messages: list[Message]) -> None:
        for message in messages:
            reply = decode(message)
            if reply is None:
                self.counters["unknown_messages"] += 1
                continue
            if message.command != EVENT:
                self.last_reply = self._loop.time()
            self._hear(reply)
            waiter = self._waiters.get(message.command)
            if waiter is not None and not waiter.done():
                waiter.set_result(reply)

    def _hear(self, reply: Reply) -> None:
        exchange = self._exchange
        match reply:
            case FrameSent(transaction=transaction, data=data):
                self._frame_sent(transaction, data)
            case FrameReceived(bits=8, data=data):
                self._answered(BackwardFrame(data[0]))
            case FramingError():
                self._answered(BackwardFrameError(255))
            case FrameReceived(bits=bits, data=data):
                # Another master's frame: it can't begin before the time for our answer is over.
                if exchange is not None:
                    exchange.close(None)
                value = int.from_bytes(data) >> len(data) * 8 - bits
                self._listener.frame_seen(ForwardFrame(bits, value), own=False)
            case Accepted(transaction=transaction) if self._unaccepted:
                self._keep(transaction, self._unaccepted.popleft())
            case Accepted(transaction=transaction) if exchange is not None and exchange.left:
                # The number before was that of something older.
                self._keep(transaction, exchange)
            case Refused(reason=reason) if self._unaccepted:
                self._unaccepted.popleft().fail(refusal(reason))
                if reason == Refusal.NO_BUS_VOLTAGE:
                    self._power(powered=False)
            case LineState(powered=powered):
                self._power(powered=powered is not False)
            case OtherEvent():
                self._spawn("check", self.check)
            case _:
                pass

    def _keep(self, transaction: int, exchange: Exchange) -> None:
        """Remember which frame a number stands for, also once nobody waits for it: it goes over the line anyway."""
        for number in (transaction, exchange.transaction):
            if number is not None:
                self._accepted.pop(number, None)
        exchange.transaction = transaction
        self._accepted[transaction] = exchange
        if len(self._accepted) > _KEPT_TRANSACTIONS:
            del self._accepted[next(iter(self._accepted))]

    def _frame_sent(self, transaction: int, data: bytes) -> None:
        exchange = self._accepted.get(transaction)
        if exchange is None and self._exchange in self._unaccepted:
            # The acceptance got lost on the way: a number that is none of an earlier frame's is that of this one.
            exchange = self._exchange
        if exchange is None or exchange.data != data or exchange.left == 0:
            self.counters["stale_confirmations"] += 1
            return
        if exchange in self._unaccepted:
            self._unaccepted.remove(exchange)
            self._keep(transaction, exchange)
        self._power(powered=True)
        exchange.left -= 1
        self._listener.frame_seen(ForwardFrame(len(data) * 8, data), own=True)
        if exchange.left == 0 and not exchange.sent.done():
            exchange.sent.set_result(None)

    @override
    def _power(self, *, powered: bool) -> None:
        if powered != self.powered:
            self.powered = powered
            if not powered and self._exchange is not None:
                # The adapter drops what it was to send, and says no more of it.
                self._exchange.fail(LineWithoutPowerError("the line lost its power"))
            self._listener.power_changed(powered=powered)

    # What we say

    @override
    async def _introduce(self) -> Adapter:
        info = await self._ask(Command.DEVICE_INFO, b"\x00", DeviceInfo)
        descriptor = await self._ask(Command.DEVICE_DESCRIPTOR, b"", DeviceDescriptor)
        return Adapter(
            protocol=WireProtocol.LUBA,
            gtin=info.gtin,
            serial=info.serial,
            article=info.article,
            hardware=f"{info.board}.{info.assembly}",
            has_bus_power_supply=descriptor.has_bus_power_supply,
            abilities=frozenset(Ability),
        )

    @override
    async def check(self) -> None:
        """Ask for the line's state: the adapter's sign of life. Raises LineError."""
        await self._ask(Command.LINE_STATUS, bytes((_LINE,)), LineState)

    async def prepare(self) -> None:
        """Have the adapter report every frame, and leave its power supply as it is; raises LineError."""
        try:
            present = await self._ask(Command.SETTINGS, b"", Settings)
        except AdapterSilentError:
            # An adapter that does not tell: one with a supply of its own, on a line with power, feeds that line.
            feeds = self.adapter.has_bus_power_supply and self.powered
            present = Settings(0, 0, _BUS_POWER_SUPPLY_ON if feeds else 0)
        self._settings = Settings(0, _EVENT_FILTER, present.hardware)
        if present != self._settings:
            await self._write_settings(self._settings)

    async def _write_settings(self, settings: Settings) -> None:
        payload = bytes((settings.mode, settings.event_filter, settings.hardware))
        await self._ask(Command.SETTINGS, payload, Settings)

    async def _restore_settings(self) -> None:
        """Write the settings again once the bytes on the wire make sense."""
        for _ in range(_SETTINGS_ATTEMPTS):
            await asyncio.sleep(REPLY_TIMEOUT)
            if self._settings is not None:
                with suppress(AdapterSilentError):
                    await self._write_settings(self._settings)
                    return

    async def transmit(self, frame: Frame, *, priority: Priority, twice: bool, answered: bool) -> BackwardFrame | None:
        """Send a frame and return its answer: None is silence (see `driver.Driver.transmit`)."""
        for attempt in range(1, _BUFFER_ATTEMPTS + 1):
            exchange = Exchange(frame, twice=twice, answered=answered)
            self._exchange = exchange
            try:
                return await self._carry(exchange, len(frame), priority, twice=twice)
            except BufferFullError as error:
                if attempt == _BUFFER_ATTEMPTS:
                    raise LineBusyError("the adapter's buffer stays full") from error
                await asyncio.sleep(_BUFFER_WAIT)
            finally:
                self._exchange = None
                exchange.discard()
        raise AssertionError  # the last attempt returns or raises

    async def _carry(self, exchange: Exchange, bits: int, priority: Priority, *, twice: bool) -> BackwardFrame | None:
        mode = priority | (0x80 if twice else 0)
        payload = bytes((_LINE, bits, mode)) + exchange.data.ljust(4, b"\x00")
        self._unaccepted.append(exchange)
        self._write(Message(Command.TRANSMIT, payload).encode())
        loop = self._loop
        accepted_by = loop.time() + REPLY_TIMEOUT
        sent_by = accepted_by + SENT_TIMEOUT
        while not exchange.sent.done():
            now = loop.time()
            if exchange.transaction is None and now >= accepted_by:
                self._unaccepted.remove(exchange)
                raise AdapterSilentError("the adapter did not take a frame")
            if now >= sent_by:
                raise LineBusyError("the frame found no place on the line")
            # Not `wait_for`: a frame that fails after that is nobody's unheard error.
            await asyncio.wait((exchange.sent,), timeout=LOOK_AFTER)
            if not exchange.sent.done() and exchange.transaction is not None:
                # Without power the frame is gone, and nothing says so but the state of the line.
                await self.check()
        exchange.sent.result()
        if exchange.answered:
            await self._await_answer(exchange)
        return exchange.answer

    async def _await_answer(self, exchange: Exchange) -> None:
        """Wait for the answer, or for the proof that there is none."""
        await asyncio.wait((exchange.closed,), timeout=ANSWER_WINDOW)
        # A reply that is owed since an earlier question would prove nothing: only the one after it does.
        while not exchange.closed.done() and self._owed >= 0:
            with suppress(AdapterSilentError):
                await self.check()
                self._owed -= 1
            if self._owed > _PROOF_ATTEMPTS:
                raise AdapterSilentError("the adapter does not answer")
        self._owed = 0
        if not self.powered and not exchange.closed.done():
            raise LineWithoutPowerError("the line lost its power")
        exchange.close(None)
        self._ensure_there()

    async def _ask[R: Reply](self, command: Command, payload: bytes, kind: type[R]) -> R:
        """Send the adapter a command of its own and return the reply."""
        async with self._asking:
            self._ensure_there()
            waiter: asyncio.Future[Reply] = self._loop.create_future()
            self._waiters[command.reply] = waiter
            try:
                self._write(Message(command, payload).encode())
                reply = await asyncio.wait_for(waiter, self._patience)
            except TimeoutError:
                if command is Command.LINE_STATUS:
                    self._owed += 1
                raise AdapterSilentError("the adapter does not answer") from None
            finally:
                del self._waiters[command.reply]
        if not isinstance(reply, kind):
            raise NotAnAdapterError(f"unexpected reply to {command.name}")
        return reply

    # The end

    @override
    def _give_up(self, reason: LineError) -> None:
        if self._parser_timer is not None:
            self._parser_timer.cancel()
            self._parser_timer = None
        for task in self._tasks.values():
            task.cancel()
        for waiter in self._waiters.values():
            if not waiter.done():
                waiter.set_exception(reason.again())
                # Whoever asks may not have come so far as to wait: a port may be lost while the question is written.
                waiter.exception()
        if self._exchange is not None:
            self._exchange.fail(reason.again())
            self._exchange.close(None)

    def _spawn(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do something beside, once at a time by its name."""

        async def quietly() -> None:
            with suppress(LineError):
                await work()

        if name not in self._tasks:
            task = self._tasks[name] = self._loop.create_task(quietly(), name=f"LUBA driver: {name}")
            task.add_done_callback(lambda _: self._tasks.pop(name, None))


async def open_luba(
    url: str, listener: DriverListener, attempts: int = HANDSHAKE_ATTEMPTS, patience: float = REPLY_TIMEOUT
) -> LubaDriver:
    """Open a port and shake hands with the LUBA adapter behind it; raises a LineError."""
    return await open_driver(url, lambda: LubaDriver(listener), baudrate=BAUDRATE, attempts=attempts, patience=patience)
