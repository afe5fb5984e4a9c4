"""The driver of Foxtron's converters, on a serial port and on the network.

A frame's confirmation says with it whether anyone answered, which proves silence. Whether each half of a frame that is
sent twice is confirmed, or both at once, is not said in the protocol: the first confirmation counts, since the
converter sends the second half before anything else, and one that comes after it is known by its frame. The watchdog's
question every five silent seconds keeps a network connection open, which the converter would close after 30.
"""

import errno
from typing import Final, override

from dali.frame import BackwardFrame, BackwardFrameError, ForwardFrame

from .adapter import Ability, Adapter, WireProtocol
from .driver import DriverListener
from .errors import AdapterSilentError, CommandRefusedError, LineBusyError, LineWithoutPowerError, PortUnusableError
from .exchange import Exchange
from .foxtron import BAUDRATE, Heard, Item, Message, Notice, Parser, Special, Value, read, transmit
from .port_driver import HANDSHAKE_ATTEMPTS, REPLY_TIMEOUT, open_driver
from .text_driver import ANSWER_BITS, TextDriver
from .timing import Priority

# The converter has room for 16 frames, of 30 ms each.
_BUFFER_PAUSE: Final = 0.05


class FoxtronDriver(TextDriver):
    """One converter, or one of the two lines of a DALI2net (see `text_driver.TextDriver`)."""

    def __init__(self, listener: DriverListener) -> None:
        super().__init__(listener, Parser())
        # The frame under way, where it is sent twice.
        self._pair: bytes | None = None
        self._nothing_waits = False

    @override
    def _hear(self, message: Message) -> None:
        match message:
            case Value(item=item, value=value):
                self._replied(item, value)
            case Notice(what=what) if what in Special:
                self._notice(Special(what))
            case Notice():
                self.counters["unknown_messages"] += 1
            case Heard(own=True, bits=0):
                self._turned_down(LineBusyError("another master's frame destroyed ours"))
            case Heard(own=True):
                self._confirmed(message)
            case Heard(bits=bits, data=data):
                self._foreign_frame(bits, data)
                if (answer := _answer(message)) is not None:
                    self._listener.answer_seen(answer)

    def _notice(self, what: Special) -> None:
        match what:
            case _ if what.is_power:
                self._power(powered=what is Special.POWER_GOOD)
            case Special.BUFFER_FULL:
                self._turned_down(LineBusyError("the adapter's buffer stays full"), _BUFFER_PAUSE)
            case _ if self._asked is not None:
                self.counters["questions_damaged"] += 1
            case _:
                self._turned_down(CommandRefusedError(f"the adapter refused the frame: {what.name.lower()}"))

    def _confirmed(self, heard: Heard) -> None:
        content = heard.data.to_bytes((heard.bits + 7) // 8)
        exchange = self._exchange
        ours = exchange is not None and exchange.left > 0 and exchange.data == content
        if not self._own_frame(heard.bits, heard.data) or not ours or exchange is None:
            return
        if exchange.answered:
            if (answer := _answer(heard)) is not None:
                self._answered(answer)
            else:
                self._silent()
        elif self._pair == content:
            # Both halves were on the line, or the second will be next.
            self._listener.frame_seen(ForwardFrame(heard.bits, heard.data), own=True)

    @override
    def _command(self, exchange: Exchange, bits: int, priority: Priority, *, twice: bool) -> bytes:
        self._pair = exchange.data if twice else None
        self._nothing_waits = False
        exchange.left = 1
        return transmit(bits, int.from_bytes(exchange.data), priority=priority, twice=twice)

    @override
    async def _look(self, exchange: Exchange) -> None:
        if await self._look_at_power() and not exchange.sent.done():
            nothing_waits = await self._ask(read(Item.WAITING_FRAMES), Item.WAITING_FRAMES) == 0
            if nothing_waits and self._nothing_waits and not exchange.sent.done():
                raise AdapterSilentError("the adapter did not confirm a frame")
            self._nothing_waits = nothing_waits
        elif not self.powered:
            raise LineWithoutPowerError("the line has no power")

    async def _look_at_power(self) -> bool:
        power = await self._ask(read(Item.LINE_POWER), Item.LINE_POWER)
        self._power(powered=power == Special.POWER_GOOD)
        return self.powered

    @override
    async def _introduce(self) -> Adapter:
        serial = await self._ask(read(Item.SERIAL), Item.SERIAL)
        firmware = await self._ask(read(Item.FIRMWARE), Item.FIRMWARE)
        return Adapter(
            protocol=WireProtocol.FOXTRON,
            serial=serial,
            firmware=f"{firmware >> 8}.{firmware & 0xFF}",
            abilities=frozenset({Ability.CHECKSUMS, Ability.LINE_POWER}),
        )

    @override
    async def _examine(self) -> None:
        await self._look_at_power()


def _answer(heard: Heard) -> BackwardFrame | None:
    """Return what the confirmation says of the answer; None is silence."""
    if heard.answer_bits is None:
        return None
    return BackwardFrame(heard.answer) if heard.answer_bits == ANSWER_BITS else BackwardFrameError(255)


async def open_foxtron(
    url: str, listener: DriverListener, attempts: int = HANDSHAKE_ATTEMPTS, patience: float = REPLY_TIMEOUT
) -> FoxtronDriver:
    """Open a port or a network address and shake hands with the converter behind it; raises a LineError."""

    async def opened(**options: str) -> FoxtronDriver:
        return await open_driver(
            url, lambda: FoxtronDriver(listener), baudrate=BAUDRATE, attempts=attempts, patience=patience, **options
        )

    try:
        return await opened(parity="E")
    except PortUnusableError as error:
        if not isinstance(error.__cause__, OSError) or error.__cause__.errno != errno.EINVAL:
            raise
        # A pseudo-terminal has no parity, and the C library says so where nothing else is to be changed.
        return await opened()
