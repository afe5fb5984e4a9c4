"""Foxtron's messages, and what a parser makes of everything else."""

import random

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.dali.foxtron import (
    Heard,
    Item,
    Message,
    Notice,
    Parser,
    Special,
    Value,
    encode,
    read,
    transmit,
)
from custom_components.smart_lighting_ai_dali.dali.timing import Priority

GOOD_BYTES = b"\x010D1003A0080037\x17"
GOOD = Heard(own=True, bits=16, data=0x03A0, answer_bits=8, answer=0)


def written(message: Message) -> bytes:
    """Return a message as the converter would send it."""
    match message:
        case Notice(what):
            return encode(bytes((5, what)))
        case Value(item, value):
            return encode(bytes((7, item)) + value.to_bytes(2))
        case Heard(own, bits, data, answer_bits, answer):
            kind = (0x0E if own else 0x04) if answer_bits is None else (0x0D if own else 0x03)
            payload = bytes((kind, bits)) + data.to_bytes((bits + 7) // 8)
            if answer_bits is not None:
                payload += bytes((answer_bits,)) + answer.to_bytes((answer_bits + 7) // 8)
            return encode(payload)


answers = st.one_of(st.just((None, 0)), st.just((0, 0)), st.tuples(st.just(8), st.integers(0, 255)))
heard = st.tuples(st.integers(0, 64), answers, st.booleans()).flatmap(
    lambda drawn: st.builds(
        Heard,
        st.just(drawn[2]),
        st.just(drawn[0]),
        st.integers(0, (1 << drawn[0]) - 1),
        st.just(drawn[1][0]),
        st.just(drawn[1][1]),
    )
)
messages = st.one_of(
    heard,
    st.builds(Notice, st.integers(0, 255)),
    st.builds(Value, st.integers(0, 255), st.integers(0, 0xFFFF)),
)


def test_the_examples_of_the_document_are_written_like_this() -> None:
    assert encode(bytes((1, 0, 0x10, 0xFF, 0x10))) == b"\x01010010FF10DF\x17"
    assert read(Item.FIRMWARE) == b"\x010602F7\x17"
    assert transmit(16, 0x0390, priority=Priority.USER, twice=False) == encode(bytes((0x0B, 2, 0x10, 3, 0x90, 0)))
    assert transmit(24, 0xC10100, priority=Priority.CONFIGURATION, twice=True) == encode(
        bytes((0x0B, 3, 0x18, 0xC1, 1, 0, 1))
    )


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ("03101992 08FF", Heard(own=False, bits=16, data=0x1992, answer_bits=8, answer=0xFF)),
        ("0310FF92 00", Heard(own=False, bits=16, data=0xFF92, answer_bits=0)),
        ("0D101992 08FF", Heard(own=True, bits=16, data=0x1992, answer_bits=8, answer=0xFF)),
        ("04101992", Heard(own=False, bits=16, data=0x1992)),
        ("0E101992", Heard(own=True, bits=16, data=0x1992)),
        ("0418020401", Heard(own=False, bits=24, data=0x020401)),
        ("0400", Heard(own=False, bits=0, data=0)),
        ("07020102", Value(Item.FIRMWARE, 0x0102)),
        ("0501", Notice(Special.POWER_LOST)),
    ],
)
def test_the_examples_of_the_document_are_understood(payload: str, message: Message) -> None:
    parser = Parser()
    assert parser.feed(encode(bytes.fromhex(payload))) == [message]
    assert parser.dropped == 0


@pytest.mark.parametrize(
    "payload",
    ["05", "0501FF", "0702", "0E10", "0E1019", "0D101992", "0D10199208", "0D10199200FF", "0E101992FF", "0EFF01", "99"],
)
def test_what_is_too_short_too_long_or_unknown_says_nothing_and_is_counted(payload: str) -> None:
    parser = Parser()
    assert parser.feed(encode(bytes.fromhex(payload)) + GOOD_BYTES) == [GOOD]
    assert parser.dropped > 0


@pytest.mark.parametrize("text", [b"\x01\x17", b"\x01FF\x17", b"\x010602F\x17", b"\x010602F8\x17", b"\x0106-2F7\x17"])
def test_what_is_damaged_says_nothing_and_is_counted(text: bytes) -> None:
    parser = Parser()
    assert parser.feed(text + GOOD_BYTES) == [GOOD]
    assert parser.dropped > 0


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
                mutated = bytearray(chance.choices(b"\x01\x170123456789ABCDEF", k=chance.randrange(40)))
        parser.feed(bytes(mutated))
        assert parser.feed(GOOD_BYTES)[-1:] == [GOOD]


def test_ten_megabytes_of_garbage_leave_nothing_behind() -> None:
    parser = Parser()
    for _ in range(100):
        assert parser.feed(b"\x01" + b"A" * 99_999) == []
    assert parser.dropped == 10_000_000
    assert parser.feed(GOOD_BYTES) == [GOOD]
