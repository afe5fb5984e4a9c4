"""The simulated SevenLab adapter: what it says to each command, and of each frame."""

import random
import re

import pytest

from custom_components.smart_lighting_ai_dali.simulator.sevenlab import BANNER, QUEUE_SIZE, SevenLabAdapter

from .plain_gear import PlainGear
from .text_bench import TextBench

QUERY = 0x01A0


def bench_of(*gear: PlainGear) -> TextBench[SevenLabAdapter]:
    """Return an adapter on a line with some gear."""
    return TextBench(lambda clock, wire, write: SevenLabAdapter(clock, wire, write=write), *gear)


def said(text: bytes) -> list[str]:
    """Return messages without their times; there has to be nothing else."""
    lines = text.decode().splitlines()
    assert all(re.fullmatch(r"\{[0-9a-f]{8}[:>][0-9a-f]{2} [0-9a-f]{8}\}", line) for line in lines)
    return [line[9:-1] for line in lines]


def test_it_says_who_it_is_without_an_end_of_line() -> None:
    assert bench_of().tell(b"?") == BANNER
    assert bench_of().tell(b"S2 10 ?ff00\r") == BANNER


def test_it_says_its_title_when_it_starts() -> None:
    bench = bench_of()
    bench.adapter.restart()
    assert bench.hear() == BANNER


def test_a_frame_comes_back_when_it_was_sent() -> None:
    bench = bench_of(PlainGear("Lamp", {}))
    assert bench.tell(b"S2 10 FE80\r") == b""
    assert said(bench.hear(0.5)) == [">10 0000fe80"]
    (frame,) = bench.frames()
    assert (frame.data, frame.source, frame.priority) == (0xFE80, "adapter", 2)


def test_its_clock_counts_milliseconds() -> None:
    bench = bench_of()
    bench.clock.run_for(65.0)
    bench.tell(b"S1 10 FE80\r")
    assert bench.hear(0.5)[:9] == b"{%08x" % 65_014


def test_a_query_is_answered_or_told_to_be_silent() -> None:
    bench = bench_of(PlainGear("Lamp", {QUERY: 99}))
    bench.tell(b"Q2 10 1a0\r")
    assert said(bench.hear(0.5)) == [">10 000001a0", ":08 00000063"]
    bench.tell(b"Q2 10 3a0\r")
    assert said(bench.hear(0.5)) == [">10 000003a0", ":81 00000000"]


def test_what_is_no_query_has_no_timeout_and_an_answer_all_the_same() -> None:
    bench = bench_of(PlainGear("Lamp", {QUERY: 99}))
    bench.tell(b"S2 10 1a0\r")
    assert said(bench.hear(0.5)) == [">10 000001a0", ":08 00000063"]
    bench.tell(b"S2 10 3a0\r")
    assert said(bench.hear(0.5)) == [">10 000003a0"]


def test_answers_that_overlap_are_an_error_of_timing() -> None:
    bench = bench_of(PlainGear("Left", {QUERY: 1}), PlainGear("Right", {QUERY: 2}))
    bench.tell(b"Q2 10 1a0\r")
    assert [message[:3] for message in said(bench.hear(0.5))] == [">10", ":83"]


def test_an_answer_that_is_lost_on_the_wire_is_a_timeout() -> None:
    bench = bench_of(PlainGear("Lamp", {QUERY: 99}))
    bench.wire.frame_loss = 1.0
    bench.tell(b"Q2 10 1a0\r")
    assert said(bench.hear(0.5)) == [">10 000001a0", ":81 00000000"]
    bench.foreign(16, 0xFE00)
    assert bench.hear(0.5) == b""


def test_a_frame_that_is_sent_twice_comes_back_twice() -> None:
    bench = bench_of()
    bench.tell(b"S2 10+FF20\r")
    assert said(bench.hear(0.5)) == [">10 0000ff20"] * 2
    assert len(bench.frames()) == 2


def test_others_are_heard_with_their_answers() -> None:
    bench = bench_of(PlainGear("Lamp", {QUERY: 99}))
    bench.foreign(16, QUERY)
    bench.foreign(24, 0xC10100)
    assert said(bench.hear(0.5)) == [":10 000001a0", ":08 00000063", ":18 00c10100"]


def test_a_spike_is_a_bad_start_bit() -> None:
    bench = bench_of()
    bench.wire.disturb()
    assert said(bench.hear())[0].startswith(":82")


@pytest.mark.parametrize(
    "line", [b"S0 10 FE80", b"S7 10 FE80", b"S2 21 FE80", b"S2 10 1FE80", b"S2 10", b"S2 10 xyz", b"S", b"Q2 0 0"]
)
def test_what_makes_no_sense_is_refused(line: bytes) -> None:
    bench = bench_of()
    assert said(bench.tell(line + b"\r")) == [":a3 00000000"]
    assert bench.hear(0.5) == b""


@pytest.mark.parametrize("text", [b"\r", b"AT\r", b"Y\x20\x01\x00!", b"\x010602F7\x17", b"S2 10 FE80", b"N10\r"])
def test_what_is_no_command_is_ignored(text: bytes) -> None:
    bench = bench_of()
    assert bench.tell(text) == b""
    assert bench.hear(0.5) == b""


def test_more_than_it_can_hold_is_turned_down() -> None:
    bench = bench_of()
    for _ in range(QUEUE_SIZE + 1):
        assert bench.tell(b"S2 10 FE80\r") == b""
    assert said(bench.tell(b"S2 10 FE80\r")) == [":a2 00000000"]
    assert said(bench.hear(1.0)) == [">10 0000fe80"] * (QUEUE_SIZE + 1)


def test_a_line_without_power_is_told_after_half_a_second_and_swallows_what_it_is_given() -> None:
    bench = bench_of()
    bench.power(present=False)
    assert bench.hear(0.4) == b""
    assert said(bench.hear(0.2)) == [":91 00000000"]
    assert bench.tell(b"Q2 10 1a0\r") == b""
    assert bench.tell(b"?") == BANNER
    assert bench.hear(1.0) == b""
    bench.power(present=True)
    assert said(bench.hear()) == [":92 00000000"]
    bench.tell(b"Q2 10 3a0\r")
    assert said(bench.hear(0.5)) == [">10 000003a0", ":81 00000000"]


def test_a_short_gap_in_the_power_is_not_told() -> None:
    bench = bench_of()
    bench.power(present=False)
    bench.hear(0.4)
    bench.power(present=True)
    assert bench.hear(1.0) == b""


def test_stopped_or_restarted_it_says_no_more_of_what_was_under_way() -> None:
    bench = bench_of()
    bench.tell(b"Q2 10 3a0\r")
    bench.hear(0.02)
    bench.adapter.stop()
    assert bench.hear(0.5) == b""
    bench.power(present=False)
    bench.adapter.stop()
    assert bench.hear(1.0) == b""


def test_no_bytes_at_all_make_it_deaf() -> None:
    chance = random.Random(7)
    bench = bench_of()
    alphabet = [*b"SQ2 10+\r?", *range(256)]
    for _ in range(2000):
        bench.tell(bytes(chance.choices(alphabet, k=chance.randrange(40))))
    bench.hear(1.0)
    assert bench.tell(b"?") == BANNER
    bench.tell(b"S2 10 FE80\r")
    assert said(bench.hear(1.0)) == [">10 0000fe80"]
