"""SevenLab's adapter between the serial port and the wire: lines of text to the host, DALI to the gear.

What it does is what the source code of its firmware does (github.com/SvenHaedrich/dali_usb_lpc1114), with its faults: a
frame that is given to it while the line has no power is swallowed without a word, and nothing can be asked of it but
who it is. Its firmware never gives away a serial number. A query that is to be sent twice has its outcome after the
second frame here, which no host needs. The 500 000 baud of the cable are not played.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ..dali.timing import SYSTEM_FAILURE, Priority
from .answer_window import AnswerWindow
from .frame_log import Frame, FrameKind
from .luba import SOURCE
from .scheduler import Scheduler, Timer
from .transmit_request import TransmitRequest
from .wire import LINE_SOURCE, Wire

QUEUE_SIZE: Final = 4
BANNER: Final = b"DALI USB interface - SevenLab 2024\r\nVersion 4.1.0 \r\n\r\n"
# The longest line of the host, as in the firmware; what is longer loses its end.
_LINE_BUFFER: Final = 19
_COMMANDS: Final = frozenset(b"SQRNWYXI")
_WHO: Final = ord("?")
_END_OF_LINE: Final = 0x0D
_LONGEST_FRAME: Final = 32
_HEX: Final = 16

TIMEOUT: Final = 0x81
BAD_START_BIT: Final = 0x82
BAD_DATA_BIT: Final = 0x83
LINE_DOWN: Final = 0x91
LINE_UP: Final = 0x92
QUEUE_FULL: Final = 0xA2
BAD_COMMAND: Final = 0xA3
# An error of timing tells how long the bit was, in microseconds, and which: as seen when two answers overlap.
_BIT_OF_AN_OVERLAP: Final = 1250 << 8 | 1


class SevenLabAdapter:
    """One adapter on one line; bytes of the host go into `receive`, its own come out of `write`."""

    def __init__(self, scheduler: Scheduler, wire: Wire, *, write: Callable[[bytes], None]) -> None:
        self._scheduler = scheduler
        self._wire = wire
        self._write = write
        self._window = AnswerWindow(
            scheduler, wire, source=SOURCE, began=self._began, ended=self._ended, disturbed=self._disturbed
        )
        self._low: Timer | None = None
        self.restart()

    def stop(self) -> None:
        """Leave no timer behind."""
        self._window.forget()
        if self._low is not None:
            self._low.cancel()
            self._low = None

    def restart(self) -> None:
        """Start as after a power cycle: nothing queued, and its title said once."""
        self.stop()
        self._line = bytearray()
        self._queue: deque[TransmitRequest] = deque()
        self._sending: TransmitRequest | None = None
        self._asked = False
        self._down = not self._wire.powered
        self._write(BANNER)

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes of the host; `now` is not needed, since a letter begins a new command whenever it comes."""
        del now
        for byte in data:
            if byte == _WHO:
                self._line.clear()
                self._write(BANNER)
            elif byte == _END_OF_LINE:
                line = bytes(self._line)
                self._line.clear()
                self._obey(line)
            elif byte in _COMMANDS:
                self._line[:] = bytes((byte,))
            elif len(self._line) < _LINE_BUFFER:
                self._line.append(byte)

    def line_power(self, *, present: bool) -> None:
        """Take note that the line lost its power, or has it again: it is told of once it was low for half a second."""
        # A low line is no silence: what would have been answered nobody can say.
        self._window.forget()
        if not present and self._low is None and not self._down:
            self._low = self._scheduler.call_at(self._scheduler.now() + SYSTEM_FAILURE, self._fail)
        elif present:
            if self._low is not None:
                self._low.cancel()
                self._low = None
            if self._down:
                self._down = False
                self._say(LINE_UP)

    # What the host wants

    def _obey(self, line: bytes) -> None:
        if line[:1] not in {b"S", b"Q"}:
            return
        request = _request(line)
        if request is None:
            self._say(BAD_COMMAND)
        elif len(self._queue) >= QUEUE_SIZE:
            self._say(QUEUE_FULL)
        else:
            self._queue.append(request)
            self._send_next()

    def _send_next(self) -> None:
        while self._sending is None and self._queue:
            request = self._sending = self._queue.popleft()

            def done(request: TransmitRequest = request) -> None:
                if self._sending is request:
                    self._sending = None
                    self._send_next()

            def failed(request: TransmitRequest = request) -> None:
                if self._sending is request:
                    self._sending = None

            self._wire.send(replace(request.transmission(SOURCE), done=done, failed=failed))

    # What the line does

    def _began(self, frame: Frame) -> None:
        own = frame.source == SOURCE
        self._asked = own and self._sending is not None and self._sending.query
        self._say(frame.bits, frame.data, own=own)

    def _ended(self, frame: Frame, answer: Frame | None) -> None:
        del frame
        if answer is not None:
            self._hear_answer(answer)
        elif self._asked:
            self._say(TIMEOUT)

    def _disturbed(self, frame: Frame) -> None:
        self._hear_answer(frame)

    def _hear_answer(self, frame: Frame) -> None:
        if frame.kind is FrameKind.BACKWARD:
            self._say(frame.bits, frame.data)
        else:
            self._say(BAD_START_BIT if frame.source == LINE_SOURCE else BAD_DATA_BIT, _BIT_OF_AN_OVERLAP)

    def _fail(self) -> None:
        self._low = None
        self._down = True
        self._say(LINE_DOWN)

    def _say(self, length: int, data: int = 0, *, own: bool = False) -> None:
        tick = int(self._scheduler.now() * 1000) & 0xFFFF_FFFF
        self._write(b"{%08x%c%02x %08x}\r\n" % (tick, b">" if own else b":", length, data))


def _request(line: bytes) -> TransmitRequest | None:
    """Return which frame a line wants sent; None where a number of it is wrong."""
    head, separator, data = line[1:].partition(b"+")
    twice = bool(separator)
    words = head.split()
    if not twice and words:
        data = words.pop()
    try:
        priority, bits = (int(word, _HEX) for word in words)
        value = int(data, _HEX)
    except ValueError:
        return None
    if priority not in Priority or bits > _LONGEST_FRAME or bits == 0 or value >> bits:
        return None
    return TransmitRequest(bits, value, Priority(priority), twice, line[:1] == b"Q")
