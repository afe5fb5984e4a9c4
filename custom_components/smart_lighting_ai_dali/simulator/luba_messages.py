"""The adapter's side of LUBA on the serial line: what a host may send, and how messages are made and found.

A message is "Y", a command, the length of its payload, the payload, and the XOR of everything after the "Y". Source:
LUBA_Protocol_EN.pdf of lunatone.com, as far as hosts in the field rely on it.
"""

from enum import IntEnum, IntFlag
from typing import Final

_Y: Final = ord("Y")
# Y, command, length and checksum.
_ENVELOPE: Final = 4
# No command of a host carries more than 7 bytes; what claims to be much longer is garbage.
LONGEST_COMMAND: Final = 24
# The bytes of a message follow each other within 0.3 ms at 38400 baud. What was begun and not ended for this long, in
# seconds, will not be.
STALE: Final = 0.1


class Request(IntEnum):
    """The commands of a host; a reply has the number of its command plus one."""

    DEVICE_INFO = 0x20
    DEVICE_DESCRIPTOR = 0x28
    SETTINGS = 0x2A
    LINE_STATUS = 0x2C
    SEND = 0x32
    SEND_16 = 0x34
    SEND_24 = 0x36


EVENT: Final = 0x31


class SendError(IntEnum):
    """Why a frame is not sent; the only byte of the reply."""

    BUS_VOLTAGE = 1
    INITIALISE = 2
    QUIESCENT = 3
    BUFFER_FULL = 4
    LINE = 5
    SYNTAX = 6
    MACRO = 7


class Mode(IntFlag):
    """The first byte of the settings."""

    PING = 0x80
    SILENT_WHILE_INITIALISE = 0x40
    SILENT_WHILE_QUIESCENT = 0x20


class Without(IntFlag):
    """The second byte of the settings: what events leave out, and which of them are left out."""

    EVENTS = 0x80
    SENT = 0x40
    RECEIVED = 0x20
    BUFFER = 0x10
    TICK = 0x08
    LINE = 0x04
    MACRO = 0x02


class EventType(IntEnum):
    """The two high bits of an event's status. That of buffer events is not named in the sources; 1 is free."""

    SENT = 0
    BUFFER = 1
    RECEIVED = 2


# The low six bits of a received event's status, where they are not the number of bits.
ONLY_START_AND_STOP: Final = 62
FRAMING_ERROR: Final = 63
# And those of a buffer event.
BUFFER_IS_EMPTY: Final = 0
BUFFER_IS_FULL: Final = 1

SUPPLY_ON: Final = 0x80
"""The third byte of the settings, and the last of the descriptor: a switchable bus power supply."""
SEND_TWICE: Final = 0x80
"""In the mode byte of a frame; its low three bits are the priority."""
NO_BUS_VOLTAGE: Final = 0x80
"""In the status byte of the line."""


def message(command: int, payload: bytes) -> bytes:
    """Return the bytes of a message."""
    checksum = command ^ len(payload)
    for byte in payload:
        checksum ^= byte
    return bytes((_Y, command, len(payload))) + payload + bytes((checksum,))


class Inbox:
    """Cut the bytes of a host into messages; whatever is no message is skipped."""

    def __init__(self) -> None:
        self._bytes = b""
        self._last = 0.0

    def take(self, data: bytes, now: float) -> list[tuple[int, bytes]]:
        """Return the commands and payloads that end within these bytes; `now` is in seconds of real time."""
        if now - self._last > STALE:
            self._bytes = b""
        self._last = now
        found: list[tuple[int, bytes]] = []
        rest = self._bytes + data
        while (start := rest.find(_Y)) >= 0:
            rest = rest[start:]
            if len(rest) < _ENVELOPE - 1:
                break
            length = rest[2]
            end = length + _ENVELOPE
            if length <= LONGEST_COMMAND and len(rest) < end:
                break
            if length <= LONGEST_COMMAND and message(rest[1], rest[3 : end - 1]) == rest[:end]:
                found.append((rest[1], rest[3 : end - 1]))
                rest = rest[end:]
            else:
                rest = rest[1:]
        else:
            rest = b""
        self._bytes = rest
        return found

    def clear(self) -> None:
        """Forget what was begun."""
        self._bytes = b""
