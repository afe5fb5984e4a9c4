"""The text protocol of SevenLab's DALI USB adapter (open hardware and firmware): bytes to messages and back.

A command is a line that ends with a carriage return, `S2 10+FF20`; a message is `{TTTTTTTT>LL DDDDDDDD}`: the adapter's
clock in milliseconds, `>` for what it sent itself and `:` for everything else, a number of bits or a status, and data;
all numbers are hexadecimal. Source: doc/commands.md, doc/messages.md and the source code of the firmware,
github.com/SvenHaedrich/dali_usb_lpc1114. 500 000 baud, 8 data bits, no parity, 1 stop bit.

Nothing on this wire has a checksum: a byte that was changed on the way is found only where it breaks a message's form.
So that one that got lost does, data has to have the eight digits that the firmware writes; its documents show fewer.
"""

from dataclasses import dataclass
from enum import IntEnum
import re
from typing import Final

from .timing import Priority

BAUDRATE: Final = 500_000
# The one command that needs no end of line; the adapter answers with who it is.
WHO: Final = b"?"

# The firmware's receive buffer holds longer frames than DALI has; more bits than these it never reports.
MAX_BITS: Final = 32
_STATUS: Final = 0x80
# What is kept of a message that has not ended: the longest one has 22 characters, the line with the version fewer.
_LONGEST: Final = 64

_MESSAGE: Final = re.compile(
    rb"\{(?P<tick>[0-9A-Fa-f]{8})(?P<origin>[:>])(?P<length>[0-9A-Fa-f]{2}) (?P<data>[0-9A-Fa-f]{8})\}"
    rb"|Version (?P<major>\d{1,3})\.(?P<minor>\d{1,3})\.(?P<patch>\d{1,3}) ?\r"
)
# The line before the version.
_TITLE: Final = re.compile(rb"DALI USB interface - SevenLab[^\r\n]*")


class Status(IntEnum):
    """What stands where a message has no number of bits."""

    TIMEOUT = 0x81
    """Nobody answered a query: silence, told by the adapter itself."""
    BAD_START_BIT = 0x82
    BAD_DATA_BIT = 0x83
    COLLISION_LOOPBACK = 0x84
    COLLISION_NO_CHANGE = 0x85
    COLLISION_WRONG_STATE = 0x86
    SETTLING_VIOLATION = 0x87
    IDLE = 0x90
    LINE_DOWN = 0x91
    """The line has been low for half a second: it has no power."""
    LINE_UP = 0x92
    CAN_NOT_PROCESS = 0xA0
    BAD_ARGUMENT = 0xA1
    QUEUE_FULL = 0xA2
    BAD_COMMAND = 0xA3
    BUFFER_OVERFLOW = 0xA4

    @property
    def is_damage(self) -> bool:
        """Tell whether there was something on the line that is no frame."""
        return Status.BAD_START_BIT <= self <= Status.SETTLING_VIOLATION

    @property
    def is_refusal(self) -> bool:
        """Tell whether the adapter does not do what it was told."""
        return self >= Status.CAN_NOT_PROCESS


@dataclass(frozen=True, slots=True)
class Version:
    """The answer to `WHO`, which the adapter says by itself when it starts."""

    major: int
    minor: int
    patch: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame that was on the line: ours (`own`), an answer (8 bits), or another master's."""

    tick: int
    own: bool
    bits: int
    data: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something else that the adapter says; `status` is a `Status` where it is a known one."""

    tick: int
    own: bool
    status: int


type Message = Version | Heard | Event


def transmit(bits: int, data: int, *, priority: Priority, twice: bool, answered: bool) -> bytes:
    """Return the command that sends a frame; one that is `answered` is always followed by an answer or a timeout."""
    return b"%c%d %x%c%x\r" % (b"Q" if answered else b"S", priority, bits, b"+" if twice else b" ", data)


class Parser:
    """Find the messages in a stream of bytes, whatever else is in it.

    Holds at most the beginning of one message. A brace begins a new one wherever it stands: no input makes it deaf,
    none makes it raise. Bytes between messages are dropped and counted, line ends and the adapter's title are not.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self.dropped = 0

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes from the wire and return the messages that they complete."""
        buffer = self._buffer + data
        messages: list[Message] = []
        position = 0
        for match in _MESSAGE.finditer(buffer):
            self._drop(buffer[position : match.start()])
            position = match.end()
            message = _decode(match)
            if message is None:
                self._drop(match[0])
            else:
                messages.append(message)
        # An unfinished message begins with the last brace, or is the line with the version.
        rest = buffer[position:]
        kept = max(rest.rfind(b"{"), rest.rfind(b"\n") + 1, len(rest) - _LONGEST, 0)
        self._drop(rest[:kept])
        self._buffer = rest[kept:]
        return messages

    def _drop(self, data: bytes) -> None:
        """Count what is no part of a message; the title of the adapter and line ends belong to its answer."""
        self.dropped += len(b"".join(_TITLE.sub(b"", data).split()))


def _decode(match: re.Match[bytes]) -> Message | None:
    if match["major"] is not None:
        return Version(int(match["major"]), int(match["minor"]), int(match["patch"]))
    tick, own = int(match["tick"], 16), match["origin"] == b">"
    length, data = int(match["length"], 16), int(match["data"], 16)
    if length & _STATUS:
        return Event(tick, own, length)
    if length > MAX_BITS or data >> length:
        return None
    return Heard(tick, own, length, data)
