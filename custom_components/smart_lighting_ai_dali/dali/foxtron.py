"""The text protocol of Foxtron's DALI232, DALI232e, DALInet and DALI2net: bytes to messages and back.

A message is 0x01, the payload and its checksum in hexadecimal characters, and 0x17; the checksum is the inverted sum of
the payload's bytes. Source: Foxtron, "DALI232 communication protocol", version 1.7, and, where that leaves it open,
what the integration github.com/docek/ha-foxtron-dali saw of real devices. Serial: 19 200 baud, 8 data bits, even
parity, 1 stop bit, DTR on, which feeds the converter. Network: port 23, of a DALI2net's second line 24; one connection
each, closed after some 30 silent seconds.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from .timing import Priority

BAUDRATE: Final = 19_200

_START: Final = 0x01
_END: Final = 0x17
_DIGITS: Final = frozenset(b"0123456789ABCDEFabcdef")
# Chapter 1 allows 26 characters and 2 of checksum; a frame of 64 bits with its answer is as long. Some room for more.
_LONGEST: Final = 40
_SHORTEST: Final = 4
MAX_BITS: Final = 64

_SEND_TWICE: Final = 0x01


class Kind(IntEnum):
    """The first byte of a payload."""

    HEARD_ANSWERED = 0x03
    HEARD = 0x04
    SPECIAL = 0x05
    READ = 0x06
    VALUE = 0x07
    SEND = 0x0B
    SENT_ANSWERED = 0x0D
    SENT = 0x0E


class Item(IntEnum):
    """What can be read of the converter, 16 bits each (chapter 6)."""

    SERIAL = 1
    FIRMWARE = 2
    LINE_POWER = 3
    WAITING_FRAMES = 4
    HARDWARE = 5


class Special(IntEnum):
    """What the converter says by itself; the first four are values of the line's power too."""

    POWER_GOOD = 0
    POWER_LOST = 1
    MAINS_ON_LINE = 2
    SUPPLY_DEFECTIVE = 3
    BUFFER_FULL = 4
    BAD_CHECKSUM = 5
    BAD_COMMAND = 6

    @property
    def is_power(self) -> bool:
        """Tell whether this is about the line's power."""
        return self <= Special.SUPPLY_DEFECTIVE


@dataclass(frozen=True, slots=True)
class Heard:
    """A frame that was on the line; 0 bits are something unreadable.

    `answer_bits` is None where nobody answered, 8 for an answer, and 0 for answers on top of each other.
    """

    own: bool
    bits: int
    data: int
    answer_bits: int | None = None
    answer: int = 0


@dataclass(frozen=True, slots=True)
class Value:
    """The converter's answer to a question of ours."""

    item: int
    value: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the converter says by itself; `what` is a `Special` where it is a known one."""

    what: int


type Message = Heard | Value | Notice


def encode(payload: bytes) -> bytes:
    """Return a payload's bytes on the wire."""
    return b"\x01%b\x17" % (payload + bytes((_checksum(payload),))).hex().upper().encode()


def read(item: Item) -> bytes:
    """Return the question for a value of the converter."""
    return encode(bytes((Kind.READ, item)))


def transmit(bits: int, data: int, *, priority: Priority, twice: bool) -> bytes:
    """Return the command that sends a frame, and has its confirmation say who sent it."""
    frame = data.to_bytes((bits + 7) // 8)
    return encode(bytes((Kind.SEND, priority, bits)) + frame + bytes((_SEND_TWICE if twice else 0,)))


class Parser:
    """Find the messages in a stream of bytes, whatever else is in it.

    Holds at most one unfinished message. 0x01 begins a new one wherever it stands, and no other byte than 0x17 and
    hexadecimal digits can follow: no input makes it deaf, none makes it raise.
    """

    def __init__(self) -> None:
        self._text: bytearray | None = None
        self.dropped = 0

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes from the wire and return the messages that they complete."""
        messages: list[Message] = []
        for byte in data:
            text = self._text
            if byte == _START:
                self.dropped += 0 if text is None else len(text) + 1
                self._text = bytearray()
            elif text is None:
                self.dropped += 1
            elif byte in _DIGITS and len(text) < _LONGEST:
                text.append(byte)
            else:
                self._text = None
                message = _decode(text) if byte == _END else None
                if message is None:
                    self.dropped += len(text) + 2
                else:
                    messages.append(message)
        return messages


def _checksum(payload: bytes) -> int:
    return ~sum(payload) & 0xFF


def _decode(text: bytearray) -> Message | None:
    """Return what a message says; None where it is damaged, too short or unknown."""
    if len(text) < _SHORTEST or len(text) % 2:
        return None
    content = bytes.fromhex(text.decode())
    payload = content[:-1]
    if content[-1] != _checksum(payload):
        return None
    match payload[0]:
        case Kind.SPECIAL if len(payload) == 2:  # kind and number
            return Notice(payload[1])
        case Kind.VALUE if len(payload) == 4:  # kind, item and two bytes
            return Value(payload[1], int.from_bytes(payload[2:]))
        case Kind.SENT | Kind.HEARD | Kind.SENT_ANSWERED | Kind.HEARD_ANSWERED if len(payload) >= 2:  # and bits
            return _decode_frame(payload[0], payload[1], payload[2:])
        case _:
            return None


def _decode_frame(kind: int, bits: int, rest: bytes) -> Heard | None:
    own = kind in {Kind.SENT, Kind.SENT_ANSWERED}
    length = (bits + 7) // 8
    data = int.from_bytes(rest[:length])
    if bits > MAX_BITS or len(rest) < length or data >> bits:
        return None
    rest = rest[length:]
    if kind in {Kind.SENT, Kind.HEARD}:
        return None if rest else Heard(own, bits, data)
    if not rest or len(rest) != 1 + (rest[0] + 7) // 8:
        return None
    return Heard(own, bits, data, rest[0], int.from_bytes(rest[1:]))
