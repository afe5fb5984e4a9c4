"""The simulated adapter: what it says to each command, and of each frame."""

import pytest

from custom_components.smart_lighting_ai_dali.dali.timing import forward_frame
from custom_components.smart_lighting_ai_dali.simulator.luba import BUFFER_SIZE, PING_SECONDS

from .adapter_bench import USER, Bench, luba
from .plain_gear import PlainGear

QUERY = 0x01A0
DIM = (0xFE, 0x80)
TWICE = 0x80


def tick(seconds: float) -> bytes:
    """Return the adapter's clock at an instant."""
    return (int(seconds * 1000) % 65536).to_bytes(2)


# Who it is


def test_it_says_who_it_is() -> None:
    info = Bench().ask(0x20, 0)
    assert info is not None
    assert len(info) == 20
    assert int.from_bytes(info[6:14]) == 4711
    assert int.from_bytes(info[16:20]) == 24166096


def test_its_descriptor_tells_of_a_switchable_supply() -> None:
    assert Bench().ask(0x28) == bytes(19)
    assert Bench(switchable_supply=True).ask(0x28) == bytes(18) + b"\x80"


def test_settings_are_written_read_and_lost_with_the_power() -> None:
    bench = Bench()
    assert bench.ask(0x2A) == bytes((0, 0, 0))
    assert bench.ask(0x2A, 0, 0x12, 0) == bytes((0, 0x12, 0))
    assert bench.ask(0x2A) == bytes((0, 0x12, 0))
    bench.adapter.restart()
    assert bench.ask(0x2A) == bytes((0, 0, 0))


def test_a_supply_that_is_not_there_can_not_be_turned_on() -> None:
    bench = Bench()
    assert bench.ask(0x2A, 0, 0, 0x80) == bytes((0, 0, 0))
    assert bench.wire.powered


def test_a_switchable_supply_feeds_the_line() -> None:
    bench = Bench(switchable_supply=True)
    assert bench.ask(0x2A) == bytes((0, 0, 0x80))
    seen = []
    for hardware in (0, 0x80, 0):
        bench.ask(0x2A, 0, 0, hardware)
        seen.append(bench.wire.powered)
    bench.adapter.restart()
    assert [*seen, bench.wire.powered] == [False, True, False, True]


def test_the_status_of_the_line() -> None:
    bench = Bench()
    bench.clock.run_for(70.0)
    assert bench.ask(0x2C, 0) == bytes((0, *tick(70.0), 0, 0, 0))
    bench.send(*DIM)
    assert bench.ask(0x2C, 0) == bytes((0, *tick(70.0), 1, 1, 0))
    bench.wire.set_power(present=False)
    assert bench.ask(0x2C, 0) == bytes((0, *tick(70.0), 1, 0, 0x80))
    assert bench.ask(0x2C, 1) == b"\x01"


@pytest.mark.parametrize(
    "message", [luba(0x20), luba(0x20, 1), luba(0x2A, 0, 0), luba(0x2C), luba(0x40, 1, 2), luba(0x31, 0, 0, 0, 0)]
)
def test_what_it_does_not_know_it_does_not_answer(message: bytes) -> None:
    assert Bench().tell(message) == []


# Frames of the host


def test_a_frame_is_accepted_and_reported_when_it_was_sent() -> None:
    bench = Bench()
    bench.clock.run_for(1.0)
    assert bench.send(*DIM) == bytes((1, 1))
    end = 1.0 + forward_frame(16)
    assert bench.hear(0.5) == [(0x31, tick(end) + bytes((0, 0x00 | 16, 1, *DIM)))]
    (frame,) = bench.frames()
    assert (frame.data, frame.source, frame.priority) == (0xFE80, "adapter", 2)


def test_the_answer_follows_as_a_frame_of_8_bits() -> None:
    bench = Bench(PlainGear("Lamp", {QUERY: 99}))
    bench.send(0x01, 0xA0)
    sent, answer = bench.hear(0.5)
    assert sent[1][3:] == bytes((16, 1, 0x01, 0xA0))
    assert answer == (0x31, tick(bench.frames()[1].time) + bytes((0, 0x80 | 8, 99)))


def test_answers_that_overlap_are_a_framing_error() -> None:
    bench = Bench(PlainGear("Left", {QUERY: 1}), PlainGear("Right", {QUERY: 2}))
    bench.send(0x01, 0xA0)
    assert bench.hear(0.5)[1][1][2:] == bytes((0, 0x80 | 63))


def test_a_spike_is_start_and_stop_without_data() -> None:
    bench = Bench()
    bench.wire.disturb()
    assert [payload[2:] for _, payload in bench.hear()] == [bytes((0, 0x80 | 62))]


def test_a_frame_that_is_sent_twice_is_reported_twice() -> None:
    bench = Bench()
    assert bench.send(0xFF, 0x20, mode=3 | TWICE) == bytes((1, 1))
    events = bench.hear(0.5)
    assert [payload[3:] for _, payload in events] == [bytes((16, 1, 0xFF, 0x20))] * 2
    assert [frame.priority for frame in bench.frames()] == [3, 1]


def test_frames_leave_in_their_order_and_have_numbers() -> None:
    bench = Bench()
    replies = [bench.send(0xFE, level) for level in range(5)]
    assert replies == [bytes((number, number)) for number in range(1, 6)]
    events = bench.hear(1.0)
    assert [payload[4] for _, payload in events] == [1, 2, 3, 4, 5]
    assert [frame.data & 0xFF for frame in bench.frames()] == [0, 1, 2, 3, 4]


def test_the_number_is_one_byte() -> None:
    bench = Bench()
    numbers = []
    for _ in range(257):
        numbers.append(bench.send(*DIM)[0])
        bench.hear(0.1)
    assert numbers == [*range(1, 256), 0, 1]


@pytest.mark.parametrize("data", [(0xFE, 0x80), (0xC1, 0x00, 0x00), (1, 2, 3, 4)])
def test_frames_of_16_24_and_32_bits_are_sent(data: tuple[int, ...]) -> None:
    bench = Bench()
    bench.send(*data)
    ((_, payload),) = bench.hear(0.5)
    assert payload[3:] == bytes((8 * len(data), 1, *data))


@pytest.mark.parametrize(("command", "data"), [(0x34, (0xFE, 0x80)), (0x36, (0xC1, 0x00, 0x00))])
def test_the_short_forms_say_the_same_in_fewer_bytes(command: int, data: tuple[int, ...]) -> None:
    bench = Bench()
    assert bench.ask(command, 0, USER | TWICE, *data) == bytes((1, 1))
    assert [payload[3:] for _, payload in bench.hear(0.5)] == [bytes((8 * len(data), 1, *data))] * 2


def test_what_was_lost_on_the_wire_counts_as_sent_and_is_not_overheard() -> None:
    bench = Bench(PlainGear("Lamp", {QUERY: 1}))
    bench.wire.frame_loss = 1.0
    bench.send(0x01, 0xA0)
    bench.foreign(16, 0xFE00)
    assert [payload[3] for _, payload in bench.hear(0.5)] == [16]


# Errors

NO_VOLTAGE, FULL, LINE, SYNTAX = (bytes((number,)) for number in (1, 4, 5, 6))


@pytest.mark.parametrize(
    ("command", "payload", "error"),
    [
        (0x32, (1, 16, USER, 1, 2, 0, 0), LINE),
        (0x34, (1, USER, 1, 2), LINE),
        (0x32, (0, 16, USER, 1, 2), SYNTAX),
        (0x32, (), SYNTAX),
        (0x32, (0, 15, USER, 1, 2, 0, 0), SYNTAX),
        (0x32, (0, 8, USER, 1, 2, 0, 0), SYNTAX),
        (0x32, (0, 0, USER, 1, 2, 0, 0), SYNTAX),
        (0x32, (0, 40, USER, 1, 2, 0, 0), SYNTAX),
        (0x32, (0, 16, 0, 1, 2, 0, 0), SYNTAX),
        (0x32, (0, 16, 6, 1, 2, 0, 0), SYNTAX),
        (0x34, (0, USER, 1), SYNTAX),
        (0x36, (0, USER, 1, 2), SYNTAX),
        (0x36, (0, 7, 1, 2, 3), SYNTAX),
    ],
)
def test_a_frame_that_makes_no_sense_is_refused(command: int, payload: tuple[int, ...], error: bytes) -> None:
    bench = Bench()
    assert bench.ask(command, *payload) == error
    assert bench.hear(0.5) == []


def test_without_voltage_nothing_is_accepted_and_what_waited_is_gone() -> None:
    bench = Bench()
    bench.send(*DIM)
    bench.send(*DIM)
    bench.wire.set_power(present=False)
    assert bench.send(*DIM) == NO_VOLTAGE
    bench.wire.set_power(present=True)
    assert bench.hear(1.0) == []
    assert bench.send(*DIM) == bytes((3, 1))


def test_a_full_buffer_takes_no_more_until_there_is_room() -> None:
    bench = Bench()
    for _ in range(BUFFER_SIZE - 1):
        assert len(bench.send(*DIM)) == 2
    accepted, full = bench.tell(luba(0x32, 0, 16, USER, *DIM, 0, 0))
    assert accepted == (0x33, bytes((BUFFER_SIZE, BUFFER_SIZE)))
    assert full[1][2:] == bytes((0, 0x41))
    assert bench.send(*DIM) == FULL
    bench.hear(0.02)
    assert len(bench.send(*DIM)) == 2
    events = [payload[3:] for _, payload in bench.hear(2.0)]
    assert events[-1] == bytes((0x40,))
    assert len(bench.frames()) == BUFFER_SIZE + 1


# Events


def test_frames_of_other_masters_are_reported() -> None:
    bench = Bench(PlainGear("Lamp", {QUERY: 5}))
    bench.foreign(16, QUERY)
    bench.hear(0.1)
    bench.foreign(24, 0x010203)
    assert [payload[2:] for _, payload in bench.hear(0.5)] == [bytes((0, 0x80 | 24, 1, 2, 3))]


@pytest.mark.parametrize(
    ("without", "kinds"),
    [
        (0x00, [0, 2, 2]),
        (0x80, []),
        (0x40, [2, 2]),
        (0x20, [0]),
        (0x12, [0, 2, 2]),
    ],
)
def test_events_that_the_host_does_not_want_are_left_out(without: int, kinds: list[int]) -> None:
    bench = Bench(PlainGear("Lamp", {QUERY: 5}))
    bench.ask(0x2A, 0, without, 0)
    bench.send(0x01, 0xA0)
    events = bench.hear(0.1)
    bench.foreign(16, 0xFE00)
    events += bench.hear(0.1)
    assert [payload[3] >> 6 for _, payload in events] == kinds


def test_a_host_that_does_not_want_to_know_of_the_buffer_is_not_told() -> None:
    bench = Bench()
    bench.ask(0x2A, 0, 0x10, 0)
    for _ in range(BUFFER_SIZE):
        bench.send(*DIM)
    assert {payload[3] >> 6 for _, payload in bench.hear(2.0)} == {0}


@pytest.mark.parametrize(("without", "head"), [(0x08, 1), (0x04, 2), (0x0C, 0)])
def test_tick_and_line_are_left_out_of_events(without: int, head: int) -> None:
    bench = Bench()
    bench.ask(0x2A, 0, without, 0)
    bench.send(*DIM)
    ((_, payload),) = bench.hear(0.5)
    assert payload[head:] == bytes((16, 1, *DIM))


def test_the_tick_wraps_after_65_seconds() -> None:
    bench = Bench()
    bench.clock.run_for(65.53)
    bench.send(*DIM)
    ((_, payload),) = bench.hear(0.5)
    assert int.from_bytes(payload[:2]) == int((65.53 + forward_frame(16)) * 1000) - 65536


def test_it_shows_itself_to_others_when_told_to() -> None:
    bench = Bench()
    bench.ask(0x2A, 0x80, 0, 0)
    bench.hear(2.5 * PING_SECONDS)
    assert [(frame.data, round(frame.time)) for frame in bench.frames()] == [(0xAD00, 600), (0xAD00, 1200)]
    bench.adapter.stop()
    bench.hear(2 * PING_SECONDS)
    assert len(bench.frames()) == 2


def test_a_frame_from_before_a_restart_is_not_reported_after_it() -> None:
    bench = Bench()
    bench.send(*DIM)
    bench.clock.run_for(0.001)
    bench.adapter.restart()
    assert bench.hear(0.5) == []
