"""The adapter between the serial port and the wire: it speaks LUBA to the host and DALI to the gear.

What the sources leave open is done as the hosts in the field can take it: SETTINGS without a payload reads; the 16 and
24 bit short forms are those of SEND without the number of bits; a byte that nobody reads is zero. A reply comes at once
and an event with the last edge of its frame: the 38400 baud of a serial cable are not played, as on USB.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from ..dali.timing import Priority
from .frame_log import Frame, FrameKind
from .line_modes import LineModes
from .luba_messages import (
    BUFFER_IS_EMPTY,
    BUFFER_IS_FULL,
    EVENT,
    FRAMING_ERROR,
    NO_BUS_VOLTAGE,
    ONLY_START_AND_STOP,
    SEND_TWICE,
    SUPPLY_ON,
    EventType,
    Inbox,
    Mode,
    Request,
    SendError,
    Without,
    message,
)
from .scheduler import Scheduler, Timer
from .transmit_request import TransmitRequest
from .wire import LINE_SOURCE, Transmission, Wire

SOURCE: Final = "adapter"
BUFFER_SIZE: Final = 16
# Frames of control gear, of control devices, and of firmware transfer (105).
FRAME_BITS: Final = frozenset({16, 24, 32})
# A single-master controller shows itself this often (103, 9.7.4), in seconds.
PING_SECONDS: Final = 600.0
_PING: Final = 0xAD00
_PRIORITY: Final = 0x07
_LINE: Final = 0
_DESCRIPTOR_LENGTH: Final = 19
_SETTINGS_LENGTH: Final = 3
# Line, number of bits, mode and four bytes of data; the short forms have line, mode and the data.
_LONG_FORM: Final = 7
_SHORT_FORM: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterIdentity:
    """Who the adapter says it is."""

    gtin: int = 9_520_000_000_004
    """GS1's prefix 952 is for examples: no product has it."""
    serial: int = 1
    article: int = 24_166_096
    """Lunatone's DALI-2 RS232 PS, which hosts know."""
    board: int = 1
    assembly: int = 0
    switchable_supply: bool = False
    """The line is fed by the adapter, and the host may turn that off."""


class SupplySwitch(Protocol):
    """The switch of the adapter's bus power supply."""

    def __call__(self, *, on: bool) -> None:
        """Feed the line, or stop feeding it."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A frame in the transmit buffer, and the number by which the host knows it."""

    number: int
    request: TransmitRequest


@dataclass(frozen=True, slots=True)
class _Settings:
    """How the host has set the adapter."""

    mode: int = 0
    without: int = 0
    hardware: int = 0


class LubaAdapter:
    """One adapter on one line; bytes of the host go into `receive`, its own come out of `write`."""

    def __init__(
        self,
        scheduler: Scheduler,
        wire: Wire,
        *,
        write: Callable[[bytes], None],
        supply: SupplySwitch,
        identity: AdapterIdentity | None = None,
    ) -> None:
        self.identity = identity or AdapterIdentity()
        self._scheduler = scheduler
        self._wire = wire
        self._write = write
        self._supply = supply
        self._inbox = Inbox()
        self._buffer: deque[_Entry] = deque()
        self._buffer_was_full = False
        self._number = 0
        self._modes = LineModes()
        self._settings = _Settings()
        self._ping: Timer | None = None
        self._silence_ends: Timer | None = None
        wire.log.subscribe(self._overhear)
        self.restart()

    @property
    def settings(self) -> tuple[int, int, int]:
        """How the host has set it: the mode, what its events leave out, and the hardware's bits."""
        return self._settings.mode, self._settings.without, self._settings.hardware

    def stop(self) -> None:
        """Leave no timer behind."""
        for timer in (self._ping, self._silence_ends):
            if timer is not None:
                timer.cancel()
        self._ping = self._silence_ends = None

    def restart(self) -> None:
        """Start as after a power cycle: nothing buffered, every event on, the line fed."""
        self._inbox.clear()
        self._drop_buffer()
        self._modes = LineModes()
        self._apply(_Settings(hardware=SUPPLY_ON if self.identity.switchable_supply else 0))

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes of the host; `now` is real time in seconds, since the host is not simulated."""
        for command, payload in self._inbox.take(data, now):
            reply = self._reply(command, payload)
            if reply is not None:
                self._write(message(command + 1, reply))
            if command in {Request.SEND, Request.SEND_16, Request.SEND_24}:
                self._report_buffer()

    def line_power(self, *, present: bool) -> None:
        """Say nothing of the line's power: this adapter is asked for it."""

    # What the host wants

    def _reply(self, command: int, payload: bytes) -> bytes | None:
        """Obey a command and return the payload of its reply; None for what the adapter does not know."""
        match command:
            case Request.DEVICE_INFO if payload == b"\x00":
                return self._device_info()
            case Request.DEVICE_DESCRIPTOR:
                supply = SUPPLY_ON if self.identity.switchable_supply else 0
                return bytes(_DESCRIPTOR_LENGTH - 1) + bytes((supply,))
            case Request.SETTINGS if len(payload) in {0, _SETTINGS_LENGTH}:
                if payload:
                    self._apply(_Settings(*payload))
                settings = self._settings
                return bytes((settings.mode, settings.without, settings.hardware))
            case Request.LINE_STATUS if payload:
                if payload[0] != _LINE:
                    return payload[:1]
                status = 0 if self._wire.powered else NO_BUS_VOLTAGE
                return bytes((_LINE, *self._tick(), self._number, len(self._buffer), status))
            case Request.SEND | Request.SEND_16 | Request.SEND_24:
                return self._send(command, payload)
            case _:
                return None

    def _device_info(self) -> bytes:
        identity = self.identity
        return (
            identity.gtin.to_bytes(6)
            + identity.serial.to_bytes(8)
            + bytes((identity.board, identity.assembly))
            + identity.article.to_bytes(4)
        )

    def _apply(self, settings: _Settings) -> None:
        if not self.identity.switchable_supply:
            settings = _Settings(settings.mode, settings.without, settings.hardware & ~SUPPLY_ON)
        self._settings = settings
        if self.identity.switchable_supply:
            self._supply(on=bool(settings.hardware & SUPPLY_ON))
        self.stop()
        if settings.mode & Mode.PING:
            self._ping = self._scheduler.call_at(self._scheduler.now() + PING_SECONDS, self._show_up)
        self._keep_silence()

    def _show_up(self) -> None:
        if self._silence() is None:
            ping = Transmission(
                bits=16, data=_PING, priority=Priority.BACKGROUND, source=SOURCE, allowed=self._may_talk
            )
            self._wire.send(ping)
        self._ping = self._scheduler.call_at(self._scheduler.now() + PING_SECONDS, self._show_up)

    def _send(self, command: int, payload: bytes) -> bytes:
        """Put a frame into the buffer; return its number and the buffer's entries, or the error alone."""
        request = _request(command, payload)
        if isinstance(request, SendError):
            return bytes((request,))
        refusal = self._refusal()
        if refusal is not None:
            return bytes((refusal,))
        self._number = (self._number + 1) & 0xFF
        self._buffer.append(_Entry(self._number, request))
        if len(self._buffer) == 1:
            self._send_first()
        return bytes((self._number, len(self._buffer)))

    def _refusal(self) -> SendError | None:
        """Return why no frame can be sent now."""
        if not self._wire.powered:
            return SendError.BUS_VOLTAGE
        silence = self._silence()
        if silence is None and len(self._buffer) >= BUFFER_SIZE:
            return SendError.BUFFER_FULL
        return silence

    def _silence(self) -> SendError | None:
        """Return why the adapter is silent now: another master wants it, and the host too."""
        now, mode = self._scheduler.now(), self._settings.mode
        if mode & Mode.SILENT_WHILE_INITIALISE and self._modes.initialise(now):
            return SendError.INITIALISE
        if mode & Mode.SILENT_WHILE_QUIESCENT and self._modes.quiescent(now):
            return SendError.QUIESCENT
        return None

    def _may_talk(self) -> bool:
        return self._silence() is None

    def _keep_silence(self) -> None:
        """Let what waits go on where the silence is over, and come back when it ends by itself."""
        self._wire.reconsider()
        if self._silence_ends is not None:
            self._silence_ends.cancel()
        ends = self._modes.next_end(self._scheduler.now())
        self._silence_ends = None if ends is None else self._scheduler.call_at(ends, self._keep_silence)

    # What the line does

    def _send_first(self) -> None:
        """Offer the oldest frame of the buffer to the line."""
        entry = self._buffer[0]
        request = entry.request

        def is_present() -> bool:
            return bool(self._buffer) and self._buffer[0] is entry  # else from before a restart

        def sent(time: float) -> None:
            if is_present() and not self._settings.without & Without.SENT:
                frame = request.data.to_bytes(request.bits // 8)
                self._event(time, EventType.SENT, request.bits, bytes((entry.number,)) + frame)

        def done() -> None:
            if is_present():
                self._buffer.popleft()
                self._report_buffer()
                if self._buffer:
                    self._send_first()

        self._wire.send(
            replace(
                request.transmission(SOURCE),
                sent=sent,
                done=done,
                failed=self._drop_buffer,
                allowed=self._may_talk,
            )
        )

    def _drop_buffer(self) -> None:
        """Forget what was to be sent: the line has no power, and by the time it has, the host has given up."""
        self._buffer.clear()
        self._buffer_was_full = False

    def _report_buffer(self) -> None:
        """Let the host know when the buffer has become full, and when it is empty again."""
        if not self._buffer_was_full and len(self._buffer) >= BUFFER_SIZE:
            self._buffer_was_full = True
            info = BUFFER_IS_FULL
        elif self._buffer_was_full and not self._buffer:
            self._buffer_was_full = False
            info = BUFFER_IS_EMPTY
        else:
            return
        if not self._settings.without & Without.BUFFER:
            self._event(self._scheduler.now(), EventType.BUFFER, info, b"")

    def _overhear(self, frame: Frame) -> None:
        """Report what others put on the line; what was lost is not heard here either."""
        if frame.lost or frame.source == SOURCE:
            return
        if frame.kind is FrameKind.FORWARD:
            self._modes.overhear(frame.bits, frame.data, frame.time)
            self._keep_silence()
        if self._settings.without & Without.RECEIVED:
            return
        if frame.kind is FrameKind.ERROR:
            info = ONLY_START_AND_STOP if frame.source == LINE_SOURCE else FRAMING_ERROR
        else:
            info = frame.bits
        self._event(frame.time, EventType.RECEIVED, info, frame.data.to_bytes(frame.bits // 8))

    def _event(self, time: float, kind: EventType, info: int, rest: bytes) -> None:
        without = self._settings.without
        if without & Without.EVENTS:
            return
        head = b"" if without & Without.TICK else self._tick(time)
        if not without & Without.LINE:
            head += bytes((_LINE,))
        self._write(message(EVENT, head + bytes((kind << 6 | info,)) + rest))

    def _tick(self, time: float | None = None) -> bytes:
        """Return the adapter's clock: milliseconds, of which the low 16 bits."""
        seconds = self._scheduler.now() if time is None else time
        return (int(seconds * 1000) & 0xFFFF).to_bytes(2)


def _request(command: int, payload: bytes) -> TransmitRequest | SendError:
    """Return which frame a host wants sent, or what is wrong with its message."""
    match command:
        case Request.SEND:
            if len(payload) != _LONG_FORM:
                return SendError.SYNTAX
            line, bits, mode, data = payload[0], payload[1], payload[2], payload[3:]
        case _:
            bits = 16 if command == Request.SEND_16 else 24
            if len(payload) != _SHORT_FORM + bits // 8:
                return SendError.SYNTAX
            line, mode, data = payload[0], payload[1], payload[2:]
    if line != _LINE:
        return SendError.LINE
    priority = mode & _PRIORITY
    if bits not in FRAME_BITS or priority not in Priority:
        return SendError.SYNTAX
    return TransmitRequest(bits, int.from_bytes(data[: bits // 8]), Priority(priority), bool(mode & SEND_TWICE))
