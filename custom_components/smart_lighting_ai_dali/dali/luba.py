"""LUBA, the serial protocol of Lunatone's DALI adapters: bytes to messages and back.

A message is 0x59, command, length, payload, and the XOR of command to the last byte of the payload.
Source: LUBA_Protocol_EN.pdf of lunatone.com. 38400 baud, 8 data bits, no parity, 1 stop bit.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from functools import reduce
from operator import xor
from typing import Final

BAUDRATE: Final = 38400

_START: Final = 0x59
_HEADER: Final = 3
# The longest message that the protocol names carries 20 bytes; some room for later ones.
_LONGEST_PAYLOAD: Final = 32


class Command(IntEnum):
    """What the host sends; the adapter's reply bears the next number."""

    DEVICE_INFO = 0x20
    DEVICE_DESCRIPTOR = 0x28
    SETTINGS = 0x2A
    LINE_STATUS = 0x2C
    TRANSMIT = 0x32

    @property
    def reply(self) -> int:
        """Return the number of the reply."""
        return self + 1


EVENT: Final = 0x31


class Refusal(IntEnum):
    """Why the adapter does not take a frame."""

    NO_BUS_VOLTAGE = 1
    INITIALISE_MODE = 2
    QUIESCENT_MODE = 3
    BUFFER_FULL = 4
    NO_SUCH_LINE = 5
    SYNTAX = 6
    MACRO_RUNNING = 7


class EventFilter(IntFlag):
    """What the adapter leaves out of its events."""

    ALL = 0x80
    SENT = 0x40
    RECEIVED = 0x20
    BUFFER = 0x10
    TICK = 0x08
    LINE = 0x04
    MACRO = 0x02


@dataclass(frozen=True, slots=True)
class Message:
    """One message, in either direction."""

    command: int
    payload: bytes = b""

    def encode(self) -> bytes:
        """Return the message's bytes on the wire."""
        body = bytes((self.command, len(self.payload))) + self.payload
        return bytes((_START,)) + body + bytes((reduce(xor, body),))


class Parser:
    """Find the messages in a stream of bytes, whatever else is in it.

    Holds at most one unfinished message. A byte that can't be part of a message is dropped and counted, and the
    search goes on at the next one: no input makes it deaf, none makes it raise.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.dropped = 0

    @property
    def unfinished(self) -> bool:
        """Tell whether a message has begun and not ended."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes from the wire and return the messages that they complete."""
        self._buffer += data
        return self._scan()

    def expire(self) -> list[Message]:
        """Give up the unfinished message, since its bytes stopped coming; return what was hidden behind it."""
        messages: list[Message] = []
        while self._buffer:
            self._drop(1)
            messages += self._scan()
        return messages

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self.dropped += count

    def _scan(self) -> list[Message]:
        messages: list[Message] = []
        buffer = self._buffer
        position = 0
        while True:
            start = buffer.find(_START, position)
            end = len(buffer) if start < 0 else start
            self.dropped += end - position
            position = end
            if len(buffer) - position < _HEADER:
                break
            length = buffer[position + 2]
            if length > _LONGEST_PAYLOAD:
                position += 1
                self.dropped += 1
                continue
            checksum = position + _HEADER + length
            if len(buffer) <= checksum:
                break
            if reduce(xor, buffer[position + 1 : checksum]) != buffer[checksum]:
                position += 1
                self.dropped += 1
                continue
            messages.append(Message(buffer[position + 1], bytes(buffer[position + _HEADER : checksum])))
            position = checksum + 1
        del buffer[:position]
        return messages


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Who the adapter is (reply 0x21, set 0)."""

    gtin: int
    serial: int
    board: int
    assembly: int
    article: int


@dataclass(frozen=True, slots=True)
class DeviceDescriptor:
    """What the adapter can do (reply 0x29)."""

    has_bus_power_supply: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """How the adapter is set (reply 0x2B)."""

    mode: int
    event_filter: int
    hardware: int


@dataclass(frozen=True, slots=True)
class LineState:
    """How the line is (reply 0x2D); `powered` is None for a line that the adapter does not have."""

    powered: bool | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The adapter will send the frame (reply 0x33)."""

    transaction: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The adapter will not send the frame (reply 0x33); `reason` is a `Refusal` where it is a known one."""

    reason: int


@dataclass(frozen=True, slots=True)
class FrameSent:
    """A frame of ours was on the line (event type 0)."""

    transaction: int
    data: bytes


@dataclass(frozen=True, slots=True)
class FrameReceived:
    """A frame of someone else was on the line (event type 2): 8 bits are an answer, 16 and 24 a command."""

    bits: int
    data: bytes


@dataclass(frozen=True, slots=True)
class FramingError:
    """Something on the line was no frame: answers on top of each other, or a disturbance (event type 2, info 63)."""


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """An event that carries no frame, such as a change of the line's state."""


type Reply = (
    DeviceInfo
    | DeviceDescriptor
    | Settings
    | LineState
    | Accepted
    | Refused
    | FrameSent
    | FrameReceived
    | FramingError
    | OtherEvent
)

_DEVICE_INFO_LENGTH: Final = 20
_DESCRIPTOR_LENGTH: Final = 19
_SETTINGS_LENGTH: Final = 3
_LINE_STATUS_LENGTH: Final = 6
_EVENT_HEADER: Final = 4
_INFO_START_STOP_ONLY: Final = 62
_INFO_FRAMING_ERROR: Final = 63


def decode(message: Message) -> Reply | None:
    """Return what a message of the adapter says; None where it is unknown or too short."""
    payload = message.payload
    match message.command:
        case 0x21 if len(payload) >= _DEVICE_INFO_LENGTH:
            return DeviceInfo(
                gtin=int.from_bytes(payload[0:6]),
                serial=int.from_bytes(payload[6:14]),
                board=payload[14],
                assembly=payload[15],
                article=int.from_bytes(payload[16:20]),
            )
        case 0x29 if len(payload) >= _DESCRIPTOR_LENGTH:
            return DeviceDescriptor(has_bus_power_supply=bool(payload[18] & 0x80))
        case 0x2B if len(payload) >= _SETTINGS_LENGTH:
            return Settings(payload[0], payload[1], payload[2])
        case 0x2D if len(payload) >= _LINE_STATUS_LENGTH:
            return LineState(powered=not payload[5] & 0x80)
        case 0x2D:
            return LineState(powered=None)
        case 0x33 if len(payload) >= 2:  # transaction and one byte more
            return Accepted(payload[0])
        case 0x33 if payload:
            return Refused(payload[0])
        case 0x31 if len(payload) >= _EVENT_HEADER:
            return _decode_event(payload[3], payload[4:])
        case _:
            return None


def _decode_event(status: int, rest: bytes) -> Reply | None:
    """Return what an event says; its tick and line stand before `status`."""
    event_type, info = status >> 6, status & 0x3F
    match event_type:
        case 0 if rest:
            return FrameSent(rest[0], rest[1:])
        case 2 if info in {_INFO_START_STOP_ONLY, _INFO_FRAMING_ERROR}:
            return FramingError()
        case 2 if rest and len(rest) * 8 >= info > len(rest) * 8 - 8:
            return FrameReceived(info, rest)
        case 1 | 3:
            return OtherEvent()
        case _:
            return None
