"""The simulated Foxtron converter: what it says to each message, and of each frame."""

import random

import pytest

from custom_components.smart_lighting_ai_dali.simulator.foxtron import BUFFER_SIZE, ConverterIdentity, FoxtronAdapter

from .plain_gear import PlainGear
from .text_bench import TextBench

QUERY = 0x01A0


def bench_of(*gear: PlainGear) -> TextBench[FoxtronAdapter]:
    """Return a converter on a line with some gear."""
    identity = ConverterIdentity(serial=4711)
    return TextBench(lambda clock, wire, write: FoxtronAdapter(clock, wire, write=write, identity=identity), *gear)


def message(*payload: int) -> bytes:
    """Return a message, made here and not by the simulator."""
    digits = "".join(f"{byte:02X}" for byte in (*payload, (255 - sum(payload)) % 256))
    return b"\x01" + digits.encode() + b"\x17"


def said(text: bytes) -> list[str]:
    """Return the payloads of messages; there has to be nothing else."""
    found = []
    while text:
        end = text.index(b"\x17")
        payload = bytes.fromhex(text[1 : end - 2].decode())
        assert text[: end + 1] == message(*payload)
        found.append(payload.hex().upper())
        text = text[end + 1 :]
    return found


def send(*frame: int, priority: int = 2, twice: int = 0) -> bytes:
    """Return the message that has a frame sent."""
    return message(0x0B, priority, 8 * len(frame), *frame, twice)


def test_it_says_who_it_is_and_how_the_line_is() -> None:
    bench = bench_of()
    values = [said(bench.tell(message(6, item))) for item in range(1, 6)]
    assert values == [["07011267"], ["07020406"], ["07030000"], ["07040000"], ["07050102"]]
    bench.tell(send(0xFE, 1))
    bench.power(present=False)
    assert said(bench.hear()) == ["0501"]
    assert said(bench.tell(message(6, 3) + message(6, 4))) == ["07030001", "07040000"]
    bench.power(present=True)
    assert said(bench.hear(1.0)) == ["0500"]


def test_a_frame_is_confirmed_when_no_answer_can_come_any_more() -> None:
    bench = bench_of(PlainGear("Lamp", {QUERY: 99}))
    assert bench.tell(send(0xFE, 0x80)) == b""
    bench.hear(0.015)
    assert said(bench.hear(0.5)) == ["0E10FE80"]
    (frame,) = bench.frames()
    assert (frame.data, frame.source, frame.priority) == (0xFE80, "adapter", 2)


def test_an_answer_comes_with_the_confirmation() -> None:
    bench = bench_of(PlainGear("Lamp", {QUERY: 99}))
    bench.tell(send(1, 0xA0))
    assert said(bench.hear(0.5)) == ["0D1001A00863"]


def test_answers_that_overlap_have_no_bits() -> None:
    bench = bench_of(PlainGear("Left", {QUERY: 1}), PlainGear("Right", {QUERY: 2}))
    bench.tell(send(1, 0xA0))
    assert said(bench.hear(0.5)) == ["0D1001A000"]


def test_an_answer_that_is_lost_on_the_wire_is_none() -> None:
    bench = bench_of(PlainGear("Lamp", {QUERY: 99}))
    bench.wire.frame_loss = 1.0
    bench.tell(send(1, 0xA0))
    assert said(bench.hear(0.5)) == ["0E1001A0"]


@pytest.mark.parametrize(("each", "confirmations"), [(True, 2), (False, 1)])
def test_a_frame_that_is_sent_twice_is_confirmed_each_time_or_once(
    each: bool,  # noqa: FBT001
    confirmations: int,
) -> None:
    bench = bench_of()
    bench.adapter.confirms_each = each
    for _ in range(2):
        bench.tell(send(0xFF, 0x20, twice=1))
        assert said(bench.hear(0.5)) == ["0E10FF20"] * confirmations
    assert len(bench.frames()) == 4


def test_others_are_heard_with_their_answers() -> None:
    bench = bench_of(PlainGear("Lamp", {QUERY: 99}))
    bench.foreign(16, QUERY)
    assert said(bench.hear(0.5)) == ["031001A00863"]
    bench.foreign(24, 0x020401)
    assert said(bench.hear(0.5)) == ["0418020401"]


def test_a_spike_is_unreadable() -> None:
    bench = bench_of()
    bench.wire.disturb()
    assert said(bench.hear()) == ["0400"]


def test_priority_0_leaves_it_to_the_converter() -> None:
    bench = bench_of()
    bench.tell(send(0xFE, 1, priority=0))
    bench.hear(0.5)
    assert [frame.priority for frame in bench.frames()] == [4]


@pytest.mark.parametrize(
    "payload",
    [(0x0B,), (0x0B, 2, 16, 1, 0), (0x0B, 2, 15, 1, 2, 0), (0x0B, 6, 16, 1, 2, 0), (6,), (6, 99), (0x77, 1), (6, 1, 2)],
)
def test_what_makes_no_sense_is_told(payload: tuple[int, ...]) -> None:
    bench = bench_of()
    assert said(bench.tell(message(*payload))) == ["0506"]
    assert bench.hear(0.5) == b""


@pytest.mark.parametrize(
    ("text", "special"), [(b"\x010602F8\x17", ["0505"]), (b"\x0106-2F7\x17", ["0506"]), (b"\x01\x17", ["0506"])]
)
def test_what_is_damaged_is_told(text: bytes, special: list[str]) -> None:
    assert said(bench_of().tell(text)) == special


@pytest.mark.parametrize("text", [b"\x17", b"?", b"AT\r\n", b"Y\x20\x01\x00!", b"\x01" + b"A" * 60 + b"\x17"])
def test_what_is_no_message_is_ignored(text: bytes) -> None:
    assert bench_of().tell(text) == b""


def test_more_than_it_can_hold_is_told() -> None:
    bench = bench_of()
    for _ in range(BUFFER_SIZE):
        assert bench.tell(send(0xFE, 1)) == b""
    assert said(bench.tell(send(0xFE, 2))) == ["0504"]
    assert said(bench.hear(2.0)) == ["0E10FE01"] * BUFFER_SIZE


def test_without_power_a_frame_is_answered_with_that() -> None:
    bench = bench_of()
    bench.power(present=False)
    bench.hear()
    assert said(bench.tell(send(0xFE, 1))) == ["0501"]


def test_stopped_it_says_no_more_of_what_was_under_way() -> None:
    bench = bench_of()
    bench.tell(send(0xFE, 1))
    bench.hear(0.02)
    bench.adapter.stop()
    assert bench.hear(0.5) == b""


def test_restarted_it_has_forgotten_what_waited() -> None:
    bench = bench_of()
    for level in range(3):
        bench.tell(send(0xFE, level))
    bench.hear(0.001)
    bench.adapter.restart()
    assert said(bench.hear(1.0)) == ["0E10FE00"]
    assert said(bench.tell(message(6, 4))) == ["07040000"]


def test_no_bytes_at_all_make_it_deaf() -> None:
    chance = random.Random(7)
    bench = bench_of()
    alphabet = [*b"\x01\x17" * 20, *b"0123456789ABCDEF", *range(256)]
    for _ in range(2000):
        bench.tell(bytes(chance.choices(alphabet, k=chance.randrange(40))))
    bench.hear(5.0)
    assert said(bench.tell(message(6, 1))) == ["07011267"]
