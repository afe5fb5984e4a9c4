"""What the drivers of all adapters have in common: an open port, the handshake, and the end."""

from abc import ABC, abstractmethod
import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, override

from dali.frame import BackwardFrame

from .adapter import Adapter
from .driver import DriverListener
from .errors import AdapterSilentError, LineDisconnectedError, LineError, NotAnAdapterError
from .exchange import Exchange
from .transport import Transport, open_transport

# An adapter answers its own questions within a few milliseconds; a slow network or USB hub gets the rest.
REPLY_TIMEOUT: Final = 1.0
# An adapter that has just been plugged in may still be booting.
HANDSHAKE_ATTEMPTS: Final = 3
# A frame that is not on the line by then waits behind another master.
SENT_TIMEOUT: Final = 3.0
# After this long without a confirmation, in seconds, the adapter is asked what holds the frame up.
LOOK_AFTER: Final = 0.25
# A port is let go of in a thread; a driver of the kernel that hangs must not hold up more than itself.
_RELEASE_TIMEOUT: Final = 0.8


class PortDriver(asyncio.Protocol, ABC):
    """One adapter, from the open port to its loss (see `driver.Driver`)."""

    adapter: Adapter

    def __init__(self, listener: DriverListener) -> None:
        loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[LineError] = loop.create_future()
        self.powered = True
        self.last_reply = loop.time()
        self.counters: Counter[str] = Counter()
        self._loop = loop
        self._listener = listener
        self._transport: Transport | None = None
        self._released = asyncio.Event()
        self._patience = REPLY_TIMEOUT
        self._exchange: Exchange | None = None

    # What each protocol has of its own

    @abstractmethod
    async def _introduce(self) -> Adapter:
        """Ask the adapter who it is, once; raises AdapterSilentError."""

    @abstractmethod
    async def check(self) -> None:
        """Ask for a sign of life, and how the line is; raises LineError."""

    @abstractmethod
    def _power(self, *, powered: bool) -> None:
        """Take note of how the line's power is."""

    @abstractmethod
    def _give_up(self, reason: LineError) -> None:
        """Answer everyone who waits for the adapter: it is gone."""

    # The asyncio protocol

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; the serial library calls this."""
        self._transport = transport  # type: ignore[assignment]  # serial libraries pass a transport that writes

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Answer everyone who waits; the serial library calls this once, when the port is free."""
        self._released.set()
        self._end(LineDisconnectedError(str(exc) if exc else "the port was closed"))

    # What is said

    async def handshake(self, attempts: int = HANDSHAKE_ATTEMPTS, patience: float = REPLY_TIMEOUT) -> None:
        """Find out who the adapter is and how the line is; changes nothing in it.

        It is asked `attempts` times for who it is, and has `patience` seconds for each reply. Raises
        AdapterSilentError, NotAnAdapterError or LineDisconnectedError.
        """
        self._patience = patience
        for attempt in range(1, attempts + 1):
            try:
                self.adapter = await self._introduce()
                break
            except AdapterSilentError:
                if attempt == attempts:
                    if self.counters["disturbed"] or self.counters["unknown_messages"]:
                        raise NotAnAdapterError("what answers speaks another language") from None
                    raise
        self._patience = REPLY_TIMEOUT
        await self.check()

    def _write(self, data: bytes) -> None:
        self._ensure_there()
        try:
            if self._transport is not None:
                self._transport.write(data)
        except OSError as error:
            self.abort(LineDisconnectedError(str(error)))
            raise self.lost.result().again() from error

    def _ensure_there(self) -> None:
        if self.lost.done():
            raise self.lost.result().again()

    def _answered(self, answer: BackwardFrame) -> None:
        """Take note of an answer that was on the line."""
        self._listener.answer_seen(answer)
        if self._exchange is not None and self._exchange.awaits_answer:
            self._exchange.close(answer)
        else:
            self.counters["stray_answers"] += 1

    # The end

    def abort(self, reason: LineError) -> None:
        """Let go of the port; everyone who waits gets the reason at once."""
        self._end(reason)
        if self._transport is not None:
            self._transport.abort()

    async def close(self, reason: LineError) -> None:
        """Let go of the port, and wait until it is free for others."""
        self.abort(reason)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._released.wait(), _RELEASE_TIMEOUT)

    def _end(self, reason: LineError) -> None:
        if not self.lost.done():
            self.lost.set_result(reason)
            self._give_up(reason)


async def open_driver[D: PortDriver](
    url: str,
    create: Callable[[], D],
    *,
    baudrate: int,
    attempts: int = HANDSHAKE_ATTEMPTS,
    patience: float = REPLY_TIMEOUT,
    **options: Any,
) -> D:
    """Open a port and shake hands with the adapter behind it; the port is free again when that fails.

    Nothing is changed in the adapter: its driver's `prepare` does that. Raises a LineError.
    """
    _, driver = await open_transport(url, create, baudrate=baudrate, **options)
    try:
        await driver.handshake(attempts, patience)
    except LineError as error:
        await driver.close(error)
        raise
    except asyncio.CancelledError:
        await driver.close(LineDisconnectedError("cancelled"))
        raise
    return driver
