"""LUBA messages, and what a parser makes of everything else."""

import random

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.dali.luba import (
    Accepted,
    DeviceDescriptor,
    DeviceInfo,
    FrameReceived,
    FrameSent,
    FramingError,
    LineState,
    Message,
    OtherEvent,
    Parser,
    Refused,
    Reply,
    Settings,
    decode,
)

GOOD = Message(0x31, bytes((0, 1, 0, 0x80 | 8, 0xFE)))

messages = st.builds(Message, st.integers(0, 255), st.binary(max_size=32))


def parsed(data: bytes) -> list[Message]:
    """Return the messages in some bytes that come at once, after which the line falls silent."""
    parser = Parser()
    return parser.feed(data) + parser.expire()


def test_a_message_on_the_wire_is_what_the_protocol_says() -> None:
    assert Message(0x20, b"\x00").encode() == bytes((0x59, 0x20, 0x01, 0x00, 0x21))


@given(st.lists(messages, max_size=5))
def test_messages_come_back_as_they_were_sent(sent: list[Message]) -> None:
    assert parsed(b"".join(message.encode() for message in sent)) == sent


@given(st.lists(messages, min_size=1, max_size=3))
def test_one_byte_at_a_time_gives_the_same_messages(sent: list[Message]) -> None:
    parser = Parser()
    found = [message for message in sent for byte in message.encode() for message in parser.feed(bytes((byte,)))]
    assert found == sent


@settings(max_examples=500)
@given(st.binary(max_size=200))
def test_after_any_bytes_and_a_pause_the_next_message_is_heard(garbage: bytes) -> None:
    parser = Parser()
    parser.feed(garbage)
    parser.expire()
    assert parser.feed(GOOD.encode()) == [GOOD]


def test_a_hundred_thousand_random_and_mutated_inputs_neither_raise_nor_deafen() -> None:
    chance = random.Random(62386)
    good = GOOD.encode()
    parser = Parser()
    for _ in range(100_000):
        mutated = bytearray(good * chance.randrange(1, 3))
        match chance.randrange(4):
            case 0:
                mutated = bytearray(chance.randbytes(chance.randrange(40)))
            case 1:
                mutated[chance.randrange(len(mutated))] ^= 1 << chance.randrange(8)
            case 2:
                del mutated[chance.randrange(len(mutated))]
            case _:
                mutated[2] = chance.randrange(256)
        for message in parser.feed(bytes(mutated)):
            decode(message)
        for message in parser.expire():
            decode(message)
        assert parser.feed(good) == [GOOD]


@pytest.mark.parametrize("length", [0, 21, 22, 23, 24, 33, 255])
def test_no_length_byte_swallows_what_follows(length: int) -> None:
    parser = Parser()
    parser.feed(bytes((0x59, 0x31, length)))
    found = parser.feed(GOOD.encode() * 20)
    assert found.count(GOOD) >= 15
    assert parser.feed(GOOD.encode())[-1:] + parser.expire()[-1:] != []


def test_ten_megabytes_of_garbage_leave_no_more_than_one_message_behind() -> None:
    parser = Parser()
    parser.feed(bytes(10_000_000))
    assert not parser.unfinished
    assert parser.dropped == 10_000_000


def test_what_was_hidden_behind_a_broken_message_is_found_after_a_pause() -> None:
    parser = Parser()
    assert parser.feed(bytes((0x59, 0x21, 20)) + GOOD.encode()) == []
    assert parser.expire() == [GOOD]
    assert parser.dropped == 3


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        (
            Message(0x21, bytes.fromhex("0001020304050000000000000007030101 70C010".replace(" ", ""))),
            DeviceInfo(0x0102030405, 7, 3, 1, 0x0170C010),
        ),
        (Message(0x29, bytes(18) + b"\x80"), DeviceDescriptor(has_bus_power_supply=True)),
        (Message(0x29, bytes(19)), DeviceDescriptor(has_bus_power_supply=False)),
        (Message(0x2B, b"\x00\x12\x80"), Settings(0, 0x12, 0x80)),
        (Message(0x2D, bytes(6)), LineState(powered=True)),
        (Message(0x2D, bytes(5) + b"\x80"), LineState(powered=False)),
        (Message(0x2D, b"\x01"), LineState(powered=None)),
        (Message(0x33, b"\x07\x00"), Accepted(7)),
        (Message(0x33, b"\x04"), Refused(4)),
        (Message(0x31, bytes((0, 0, 0, 0x10, 9, 0xFF, 0x05))), FrameSent(9, b"\xff\x05")),
        (GOOD, FrameReceived(8, b"\xfe")),
        (Message(0x31, bytes((0, 0, 0, 0x80 | 24, 1, 2, 3))), FrameReceived(24, b"\x01\x02\x03")),
        (Message(0x31, bytes((0, 0, 0, 0x80 | 63))), FramingError()),
        (Message(0x31, bytes((0, 0, 0, 0x80 | 62))), FramingError()),
        (Message(0x31, bytes((0, 0, 0, 0x40))), OtherEvent()),
    ],
)
def test_replies_and_events_are_understood(message: Message, reply: Reply) -> None:
    assert decode(message) == reply


@pytest.mark.parametrize(
    "message",
    [
        Message(0x21, bytes(18)),
        Message(0x29, bytes(4)),
        Message(0x2B, b"\x00"),
        Message(0x33),
        Message(0x31, bytes(3)),
        Message(0x31, bytes(4)),
        Message(0x31, bytes((0, 0, 0, 0x80 | 16, 1))),
        Message(0x31, bytes((0, 0, 0, 0x80 | 8))),
        Message(0x99, b"anything"),
    ],
)
def test_what_is_too_short_or_unknown_says_nothing(message: Message) -> None:
    assert decode(message) is None
