"""The simulated adapter holds its tongue while another master commissions the line, or wants it quiet."""

import pytest

from custom_components.smart_lighting_ai_dali.dali.timing import Priority, forward_frame
from custom_components.smart_lighting_ai_dali.simulator.line_modes import LineModes
from custom_components.smart_lighting_ai_dali.simulator.luba import PING_SECONDS
from custom_components.smart_lighting_ai_dali.simulator.wire import Transmission

from .adapter_bench import Bench

DIM = (0xFE, 0x80)
MINUTE = 60.0
INITIALISE, QUIESCENT = b"\x02", b"\x03"


@pytest.mark.parametrize(
    ("mode", "bits", "start", "stop", "error"),
    [
        (0x40, 16, 0xA500, 0xA100, INITIALISE),
        (0x40, 24, 0xC10100, 0xC10000, INITIALISE),
        (0x20, 24, 0xFFFE1D, 0xFFFE1E, QUIESCENT),
    ],
)
def test_the_adapter_is_silent_while_another_master_wants_it(
    mode: int, bits: int, start: int, stop: int, error: bytes
) -> None:
    bench = Bench()
    bench.foreign(bits, start, twice=True)
    bench.hear(1.0)
    assert len(bench.send(*DIM)) == 2, "it does not mind unless it was told to"
    bench.hear(1.0)
    bench.ask(0x2A, mode, 0, 0)
    assert bench.send(*DIM) == error
    bench.foreign(bits, stop, twice=True)
    bench.hear(1.0)
    assert len(bench.send(*DIM)) == 2


def test_a_mode_of_the_line_ends_after_15_minutes_and_needs_two_frames() -> None:
    bench = Bench()
    bench.ask(0x2A, 0x60, 0, 0)
    bench.foreign(16, 0xA500)
    bench.hear(1.0)
    bench.foreign(16, 0xA500)
    bench.hear(1.0)
    assert len(bench.send(*DIM)) == 2
    bench.hear(1.0)
    bench.foreign(16, 0xA500, twice=True)
    bench.hear(14 * MINUTE)
    assert bench.send(*DIM) == INITIALISE
    bench.hear(2 * MINUTE)
    assert len(bench.send(*DIM)) == 2


def initialise(bench: Bench) -> None:
    """Let another master start to commission the line, before anyone else gets a turn."""
    bench.wire.send(Transmission(bits=16, data=0xA500, priority=Priority.TRANSACTION, source="foreign", twice=True))


def test_frames_that_wait_when_another_master_wants_silence_wait_until_it_is_over() -> None:
    bench = Bench()
    bench.ask(0x2A, 0x40, 0, 0)
    initialise(bench)
    for level in (1, 2, 3):
        bench.send(0xFE, level, mode=5)
    bench.hear(MINUTE)
    assert [frame.data for frame in bench.frames()] == [0xA500, 0xA500]
    assert bench.ask(0x2C, 0) == bytes((0, *(60000).to_bytes(2), 3, 3, 0)), "they are in the buffer"
    bench.foreign(16, 0xA100)
    bench.hear(1.0)
    assert [frame.data for frame in bench.frames()][2:] == [0xA100, 0xFE01, 0xFE02, 0xFE03]


def test_frames_that_wait_go_on_when_the_silence_ends_by_itself_or_the_host_does_not_mind_it() -> None:
    for seconds, mode in ((15 * MINUTE, 0x40), (MINUTE, 0)):
        bench = Bench()
        bench.ask(0x2A, 0x40, 0, 0)
        initialise(bench)
        bench.send(*DIM, mode=5)
        bench.hear(seconds - 1.0)
        assert len(bench.frames()) == 2
        if not mode:
            bench.ask(0x2A, mode, 0, 0)
        bench.hear(2.0)
        assert [frame.data for frame in bench.frames()][2:] == [0xFE80]


def test_frames_that_wait_for_the_end_of_a_silence_are_gone_without_voltage() -> None:
    bench = Bench()
    bench.ask(0x2A, 0x40, 0, 0)
    initialise(bench)
    bench.send(*DIM, mode=5)
    bench.hear(1.0)
    bench.wire.set_power(present=False)
    bench.wire.set_power(present=True)
    bench.hear(20 * MINUTE)
    assert [frame.data for frame in bench.frames()] == [0xA500, 0xA500]


def test_it_does_not_show_itself_while_another_master_wants_silence() -> None:
    bench = Bench()
    bench.ask(0x2A, 0xA0, 0, 0)
    bench.hear(PING_SECONDS - MINUTE)
    bench.foreign(24, 0xFFFE1D, twice=True)
    bench.hear(2 * MINUTE)
    bench.foreign(24, 0xFFFE1E, twice=True)
    bench.hear(PING_SECONDS)
    assert [(frame.data, round(frame.time)) for frame in bench.frames() if frame.bits == 16] == [(0xAD00, 1200)]


@pytest.mark.parametrize(("idle", "pair"), [(0.094, True), (0.105, False)])
@pytest.mark.parametrize(("bits", "data"), [(16, 0xA500), (24, 0xC10100)])
def test_two_frames_are_a_pair_when_the_second_begins_in_time(
    bits: int,
    data: int,
    idle: float,
    pair: bool,  # noqa: FBT001
) -> None:
    modes = LineModes()
    modes.overhear(bits, data, 1.0)
    second = 1.0 + idle + forward_frame(bits)
    modes.overhear(bits, data, second)
    assert modes.initialise(second + 1.0) is pair
