"""Foxtron's converter between the serial port or the network and the wire: messages of hexadecimal text, and DALI.

Its document (version 1.7) leaves open how a frame that is sent twice is confirmed: here each of the two is, since each
is on the line, and without `confirms_each` both are at once. Frames that wait when the line loses its power are
dropped. A checksum that is wrong, and a message that makes no sense, are told by a special message, as there.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from ..dali.timing import Priority
from .answer_window import AnswerWindow
from .frame_log import Frame, FrameKind
from .luba import FRAME_BITS, SOURCE
from .scheduler import Scheduler
from .transmit_request import TransmitRequest
from .wire import Wire

BUFFER_SIZE: Final = 16
SPECIAL, VALUE = 0x05, 0x07
_SOH: Final = 0x01
_ETB: Final = 0x17
_LONGEST: Final = 28
_READ_LENGTH: Final = 2
_SEND: Final = 0x0B
_READ: Final = 0x06
# Kind, priority, number of bits and parameter, around the frame.
_SEND_ENVELOPE: Final = 4

POWER_GOOD, POWER_LOST, BUFFER_FULL, BAD_CHECKSUM, BAD_COMMAND = 0, 1, 4, 5, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ConverterIdentity:
    """Who the converter says it is; all numbers have 16 bits."""

    serial: int = 1
    firmware: int = 0x0406
    hardware: int = 0x0102


class FoxtronAdapter:
    """One converter on one line; bytes of the host go into `receive`, its own come out of `write`."""

    def __init__(
        self,
        scheduler: Scheduler,
        wire: Wire,
        *,
        write: Callable[[bytes], None],
        identity: ConverterIdentity | None = None,
    ) -> None:
        self.identity = identity or ConverterIdentity()
        self.confirms_each = True
        self._wire = wire
        self._write = write
        self._window = AnswerWindow(
            scheduler, wire, source=SOURCE, began=self._began, ended=self._ended, disturbed=self._disturbed
        )
        self.restart()

    def stop(self) -> None:
        """Leave no timer behind."""
        self._window.forget()

    def restart(self) -> None:
        """Start as after a power cycle, with nothing buffered."""
        self.stop()
        self._text: bytearray | None = None
        self._buffer: deque[TransmitRequest] = deque()
        # Whether each frame on the line that waits for its answer is to be confirmed.
        self._half = False

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes of the host; `now` is not needed, since 0x01 begins a new message whenever it comes."""
        del now
        for byte in data:
            if byte == _SOH:
                self._text = bytearray()
            elif self._text is None:
                continue
            elif byte == _ETB:
                text, self._text = self._text, None
                self._take(text)
            elif len(self._text) < _LONGEST:
                self._text.append(byte)
            else:
                self._text = None

    def line_power(self, *, present: bool) -> None:
        """Tell the host that the line lost its power, or has it again."""
        # A low line is no silence: what would have been answered nobody can say.
        self._window.forget()
        if not present:
            self._buffer.clear()
        self._say(SPECIAL, POWER_GOOD if present else POWER_LOST)

    # What the host wants

    def _take(self, text: bytearray) -> None:
        try:
            *payload, checksum = bytes.fromhex(text.decode())
        except ValueError:
            self._say(SPECIAL, BAD_COMMAND)
            return
        if checksum != ~sum(payload) & 0xFF:
            self._say(SPECIAL, BAD_CHECKSUM)
        elif not self._obey(bytes(payload)):
            self._say(SPECIAL, BAD_COMMAND)

    def _obey(self, payload: bytes) -> bool:
        """Do what a message says; return whether it says anything."""
        if payload[:1] == bytes((_READ,)) and len(payload) == _READ_LENGTH:
            return self._tell(payload[1])
        request = _request(payload)
        if request is None:
            return False
        if len(self._buffer) >= BUFFER_SIZE:
            self._say(SPECIAL, BUFFER_FULL)
        elif self._wire.powered:
            self._buffer.append(request)
            if len(self._buffer) == 1:
                self._send_first()
        else:
            self._say(SPECIAL, POWER_LOST)
        return True

    def _tell(self, item: int) -> bool:
        values = {
            1: self.identity.serial,
            2: self.identity.firmware,
            3: POWER_GOOD if self._wire.powered else POWER_LOST,
            4: len(self._buffer),
            5: self.identity.hardware,
        }
        if item not in values:
            return False
        self._say(VALUE, item, *(values[item] & 0xFFFF).to_bytes(2))
        return True

    def _send_first(self) -> None:
        request = self._buffer[0]

        def done() -> None:
            if self._buffer and self._buffer[0] is request:  # else from before a restart
                self._buffer.popleft()
                if self._buffer:
                    self._send_first()

        self._wire.send(replace(request.transmission(SOURCE), done=done))

    # What the line does

    def _began(self, frame: Frame) -> None:
        # The first of two, where only both together are confirmed.
        first = self._buffer[0] if self._buffer else None
        pair = frame.source == SOURCE and first is not None and first.twice and not self.confirms_each
        self._half = pair and not self._half

    def _ended(self, frame: Frame, answer: Frame | None) -> None:
        if self._half and frame.source == SOURCE:
            return
        own = frame.source == SOURCE
        content = frame.data.to_bytes(frame.bits // 8)
        if answer is None:
            self._say(0x0E if own else 0x04, frame.bits, *content)
        elif answer.kind is FrameKind.BACKWARD:
            self._say(0x0D if own else 0x03, frame.bits, *content, answer.bits, answer.data)
        else:
            self._say(0x0D if own else 0x03, frame.bits, *content, 0)

    def _disturbed(self, frame: Frame) -> None:
        if frame.kind is FrameKind.ERROR:
            self._say(0x04, 0)
        else:
            self._say(0x04, frame.bits, frame.data)

    def _say(self, *payload: int) -> None:
        content = bytes((*payload, ~sum(payload) & 0xFF))
        self._write(b"\x01" + content.hex().upper().encode() + b"\x17")


def _request(payload: bytes) -> TransmitRequest | None:
    """Return which frame a message wants sent; None where it makes no sense."""
    if len(payload) < _SEND_ENVELOPE or payload[0] != _SEND:
        return None
    priority, bits, frame, parameter = payload[1], payload[2], payload[3:-1], payload[-1]
    data = int.from_bytes(frame)
    if bits not in FRAME_BITS or len(frame) != bits // 8 or priority > max(Priority):
        return None
    return TransmitRequest(bits, data, Priority(priority or Priority.AUTOMATIC), bool(parameter & 1))
