"""SevenLab's text messages, and what a parser makes of everything else."""

import random

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.dali.sevenlab import (
    Event,
    Heard,
    Message,
    Parser,
    Status,
    Version,
    transmit,
)
from custom_components.smart_lighting_ai_dali.dali.timing import Priority

BANNER = b"DALI USB interface - SevenLab 2024\r\nVersion 4.1.0 \r\n\r\n"
GOOD_BYTES = b"{00702fc6>10 0000ff00}\r\n"
GOOD = Heard(0x702FC6, own=True, bits=16, data=0xFF00)


def written(message: Message) -> bytes:
    """Return a message as the firmware prints it."""
    match message:
        case Version(major, minor, patch):
            return b"Version %d.%d.%d \r\n" % (major, minor, patch)
        case Heard(tick, own, bits, data):
            return b"{%08x%c%02x %08x}\r\n" % (tick, b">" if own else b":", bits, data)
        case Event(tick, own, status):
            return b"{%08x%c%02x %08x}\r\n" % (tick, b">" if own else b":", status, 0)


ticks = st.integers(0, 0xFFFF_FFFF)
heard = st.integers(0, 32).flatmap(
    lambda bits: st.builds(Heard, ticks, st.booleans(), st.just(bits), st.integers(0, (1 << bits) - 1))
)
events = st.builds(Event, ticks, st.booleans(), st.integers(0x80, 0xFF))
versions = st.builds(Version, st.integers(0, 999), st.integers(0, 999), st.integers(0, 999))
messages = st.one_of(heard, events, versions)


@pytest.mark.parametrize(
    ("frame", "command"),
    [
        ({"bits": 16, "data": 0xFF00, "priority": Priority.USER}, b"S2 10 ff00\r"),
        ({"bits": 16, "data": 0xFF20, "priority": Priority.CONFIGURATION, "twice": True}, b"S3 10+ff20\r"),
        ({"bits": 16, "data": 0x01A0, "priority": Priority.BACKGROUND, "answered": True}, b"Q5 10 1a0\r"),
        ({"bits": 24, "data": 0xC10100, "priority": Priority.TRANSACTION}, b"S1 18 c10100\r"),
    ],
)
def test_a_command_is_what_the_documents_say(frame: dict[str, int], command: bytes) -> None:
    options = {"twice": False, "answered": False, **frame}
    assert transmit(**options) == command  # type: ignore[arg-type]  # the table has them right


@given(st.integers(1, 32), st.data())
def test_no_command_is_longer_than_the_firmwares_buffer(bits: int, data: st.DataObject) -> None:
    frame = data.draw(st.integers(0, (1 << bits) - 1))
    assert len(transmit(bits, frame, priority=Priority.USER, twice=True, answered=True)) < 20


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{00000011>10 0000FF00}", Heard(0x11, own=True, bits=16, data=0xFF00)),
        (b"{00000026:08 000000c4}", Heard(0x26, own=False, bits=8, data=0xC4)),
        (b"{00000026:18 00c10100}", Heard(0x26, own=False, bits=24, data=0xC10100)),
        (b"{00000015:81 00000000}", Event(0x15, own=False, status=Status.TIMEOUT)),
        (b"{00000015:91 00000000}", Event(0x15, own=False, status=Status.LINE_DOWN)),
        (b"{00000015:ff 00000000}", Event(0x15, own=False, status=0xFF)),
        (BANNER, Version(4, 1, 0)),
    ],
)
def test_messages_are_understood_and_nothing_of_them_is_dropped(text: bytes, message: Message) -> None:
    parser = Parser()
    assert parser.feed(text) == [message]
    assert parser.dropped == 0


@pytest.mark.parametrize(
    "text",
    [
        b"{0000001>10 0000FF00}",
        b"{00000011>10 000FF00}",
        b"{00000011>10 00000FF00}",
        b"{00000011>10 }",
        b"{00000011>21 00000000}",
        b"{00000011:08 00000100}",
        b"{00000011-08 00000001}",
    ],
)
def test_what_is_damaged_says_nothing_and_is_counted(text: bytes) -> None:
    parser = Parser()
    assert parser.feed(text + GOOD_BYTES) == [GOOD]
    assert parser.dropped > 0


def test_what_damage_and_refusal_are() -> None:
    assert [status for status in Status if status.is_damage] == list(range(0x82, 0x88))
    assert [status for status in Status if status.is_refusal] == list(range(0xA0, 0xA5))


@given(st.lists(messages, max_size=6))
def test_messages_come_back_as_they_were_sent(sent: list[Message]) -> None:
    assert Parser().feed(b"".join(map(written, sent))) == sent


@given(st.lists(messages, min_size=1, max_size=4))
def test_one_byte_at_a_time_gives_the_same_messages(sent: list[Message]) -> None:
    parser = Parser()
    stream = b"".join(map(written, sent))
    assert [message for byte in stream for message in parser.feed(bytes((byte,)))] == sent
    assert parser.dropped == 0


@settings(max_examples=500)
@given(st.binary(max_size=200))
def test_after_any_bytes_the_next_message_is_heard(garbage: bytes) -> None:
    parser = Parser()
    parser.feed(garbage)
    assert parser.feed(GOOD_BYTES)[-1:] == [GOOD]


def test_a_hundred_thousand_random_and_mutated_inputs_neither_raise_nor_deafen() -> None:
    chance = random.Random(62386)
    parser = Parser()
    for _ in range(100_000):
        mutated = bytearray(GOOD_BYTES * chance.randrange(1, 3))
        match chance.randrange(4):
            case 0:
                mutated = bytearray(chance.randbytes(chance.randrange(40)))
            case 1:
                mutated[chance.randrange(len(mutated))] ^= 1 << chance.randrange(8)
            case 2:
                del mutated[chance.randrange(len(mutated))]
            case _:
                mutated = bytearray(chance.choices(b"{}>: 0189afVersion.\r\n", k=chance.randrange(40)))
        parser.feed(bytes(mutated))
        assert parser.feed(GOOD_BYTES)[-1:] == [GOOD]


def test_ten_megabytes_of_garbage_leave_no_more_than_one_message_behind() -> None:
    parser = Parser()
    for _ in range(100):
        assert parser.feed(b"{" * 100_000) == []
    assert parser.dropped >= 9_999_900
    assert parser.feed(GOOD_BYTES) == [GOOD]
