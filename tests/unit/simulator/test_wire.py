"""Who may talk when on a simulated line, and who hears what."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import override

import pytest

from custom_components.smart_lighting_ai_dali.dali.timing import (
    ANSWER_GAP_MAX,
    ANSWER_GAP_MIN,
    BACKWARD_FRAME,
    BIT,
    SETTLING,
    Priority,
    forward_frame,
)
from custom_components.smart_lighting_ai_dali.simulator.frame_log import Frame, FrameKind, FrameLog
from custom_components.smart_lighting_ai_dali.simulator.gear import Gear
from custom_components.smart_lighting_ai_dali.simulator.scheduler import VirtualScheduler
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification
from custom_components.smart_lighting_ai_dali.simulator.wire import Transmission, Wire, WiredGear

from .plain_gear import PlainGear, seeded

QUERY = 0x01A0
ON = 0x0005
NOISE = 1e-9


class Bench:
    """A wire on a virtual clock, and masters on it."""

    def __init__(self, *gear: PlainGear, others: Sequence[WiredGear] = (), seed: int = 1) -> None:
        self.clock = VirtualScheduler()
        self.gear = gear
        self.wire = Wire(self.clock, (*gear, *others), seeded(seed))
        self.failed: list[int] = []

    def send(
        self,
        data: int,
        *,
        priority: Priority = Priority.USER,
        bits: int = 16,
        twice: bool = False,
        source: str = "master",
        sent: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Let a master send a frame."""
        self.wire.send(
            Transmission(
                bits=bits,
                data=data,
                priority=priority,
                source=source,
                twice=twice,
                sent=sent,
                failed=lambda: self.failed.append(data),
            )
        )

    def run(self, seconds: float = 1.0) -> list[Frame]:
        """Let time pass and return every frame so far."""
        self.clock.run_for(seconds)
        return self.wire.log.frames()


@pytest.mark.parametrize("bits", [16, 24])
def test_a_frame_takes_a_start_bit_and_its_bits(bits: int) -> None:
    bench = Bench()
    bench.clock.run_for(1.0)
    bench.send(0xFE05, bits=bits)
    (frame,) = bench.run()
    # The line was idle for long: it starts at once.
    assert frame.time == pytest.approx(1.0 + (1 + bits) * BIT, abs=NOISE)
    assert (frame.kind, frame.bits, frame.data, frame.source) == (FrameKind.FORWARD, bits, 0xFE05, "master")


@pytest.mark.parametrize("priority", list(Priority))
def test_the_line_settles_by_priority_before_each_frame(priority: Priority) -> None:
    bench = Bench()
    for number in range(50):
        bench.send(number, priority=priority)
    frames = bench.run(10.0)
    assert len(frames) == 50
    silences = [later.time - forward_frame(16) - earlier.time for earlier, later in pairwise(frames)]
    least, _, most = SETTLING[priority]
    assert all(least - NOISE <= silence <= most + NOISE for silence in silences)
    assert max(silences) - min(silences) > (most - least) / 2 or priority is Priority.TRANSACTION


def test_of_masters_that_wait_the_one_with_the_higher_priority_goes_first() -> None:
    bench = Bench()
    bench.send(0, priority=Priority.TRANSACTION)
    bench.clock.run_for(0.001)
    for priority in reversed(Priority):
        bench.send(priority, priority=priority)
    assert [frame.data for frame in bench.run()] == [0, 1, 2, 3, 4, 5]


def test_a_master_that_comes_late_still_goes_before_one_that_has_not_begun() -> None:
    bench = Bench()
    bench.send(0)
    bench.send(5, priority=Priority.BACKGROUND)
    bench.clock.run_until(forward_frame(16) + 0.012)
    bench.send(1, priority=Priority.TRANSACTION)
    assert [frame.data for frame in bench.run()] == [0, 1, 5]


def test_gear_hears_a_frame_at_its_last_edge() -> None:
    lamp = PlainGear("Lamp")
    bench = Bench(lamp)
    bench.clock.run_for(0.5)
    sent: list[float] = []
    bench.send(ON, sent=sent.append)
    bench.run()
    ((data, time),) = lamp.heard
    assert (data, sent) == (ON, [time])
    assert time == pytest.approx(0.5 + forward_frame(16), abs=NOISE)


def test_24_bits_are_carried_and_mean_nothing_to_gear() -> None:
    lamp = PlainGear("Lamp", {0xC10000: 1})
    bench = Bench(lamp)
    bench.send(0xC10000, bits=24)
    (frame,) = bench.run()
    assert frame.data == 0xC10000
    assert lamp.heard == []
    assert lamp.interrupted == [frame.time]


def test_an_answer_comes_in_its_window() -> None:
    bench = Bench(PlainGear("Lamp", {QUERY: 77}), PlainGear("Other"))
    for _ in range(100):
        bench.send(QUERY)
    frames = bench.run(10.0)
    assert len(frames) == 200
    gaps = [answer.time - BACKWARD_FRAME - query.time for query, answer in zip(frames[::2], frames[1::2], strict=True)]
    assert {(frame.kind, frame.bits, frame.data, frame.source) for frame in frames[1::2]} == {
        (FrameKind.BACKWARD, 8, 77, "Lamp")
    }
    assert all(ANSWER_GAP_MIN - NOISE <= gap <= ANSWER_GAP_MAX + NOISE for gap in gaps)
    assert max(gaps) - min(gaps) > 0.004


def test_every_master_waits_for_the_answer_and_settles_after_it() -> None:
    bench = Bench(PlainGear("Lamp", {QUERY: 77}))
    bench.send(QUERY)
    bench.clock.run_for(0.001)
    bench.send(ON, priority=Priority.TRANSACTION)
    bench.clock.run_until(forward_frame(16) + 0.003)
    bench.send(ON + 1, priority=Priority.USER)
    query, answer, first, second = bench.run()
    assert [query.data, answer.data, first.data, second.data] == [QUERY, 77, ON, ON + 1]
    assert first.time - forward_frame(16) - answer.time >= SETTLING[Priority.TRANSACTION][0] - NOISE


def test_different_answers_at_once_are_a_framing_error() -> None:
    bench = Bench(PlainGear("Left", {QUERY: 1}), PlainGear("Right", {QUERY: 2}))
    for _ in range(50):
        bench.send(QUERY)
    frames = bench.run(10.0)
    assert {(frame.kind, frame.bits, frame.data, frame.source) for frame in frames[1::2]} == {
        (FrameKind.ERROR, 0, 0, "Left+Right")
    }


def test_equal_answers_sometimes_merge_and_are_an_error_otherwise() -> None:
    bench = Bench(PlainGear("Left", {QUERY: 255}), PlainGear("Right", {QUERY: 255}))
    for _ in range(400):
        bench.send(QUERY)
    answers = bench.run(60.0)[1::2]
    kinds = [frame.kind for frame in answers]
    assert len(kinds) == 400
    assert 2 <= kinds.count(FrameKind.BACKWARD) <= 40
    assert {frame.data for frame in answers if frame.kind is FrameKind.BACKWARD} == {255}


def test_of_a_frame_that_is_sent_twice_nothing_comes_between() -> None:
    bench = Bench()
    bench.send(0)
    bench.clock.run_for(0.001)
    bench.send(0x20, priority=Priority.BACKGROUND, twice=True)
    bench.clock.run_until(0.060)
    sent: list[float] = []
    bench.send(9, priority=Priority.TRANSACTION, sent=sent.append)
    frames = bench.run()
    assert [frame.data for frame in frames] == [0, 0x20, 0x20, 9]
    assert [frame.priority for frame in frames] == [2, 5, 1, 1]
    least, _, most = SETTLING[Priority.TRANSACTION]
    assert least - NOISE <= frames[2].time - forward_frame(16) - frames[1].time <= most + NOISE


def test_the_sender_hears_of_both_frames() -> None:
    lamp = PlainGear("Lamp")
    bench = Bench(lamp)
    sent: list[float] = []
    bench.send(0x20, twice=True, sent=sent.append)
    bench.run()
    assert sent == [time for _, time in lamp.heard]
    assert len(sent) == 2


def test_without_power_nothing_is_sent_and_everyone_knows() -> None:
    lamp = PlainGear("Lamp")
    bench = Bench(lamp)
    bench.send(1)
    bench.send(2)
    bench.clock.run_for(0.005)
    bench.wire.set_power(present=False)
    bench.wire.set_power(present=False)
    assert bench.failed == [1, 2]
    bench.send(3)
    assert bench.failed == [1, 2, 3]
    assert not bench.wire.powered
    assert bench.run() == []
    assert lamp.heard == []
    bench.wire.set_power(present=True)
    bench.send(4)
    assert [frame.data for frame in bench.run()] == [4]
    assert lamp.power == [False, True]


def test_an_answer_dies_with_the_power() -> None:
    bench = Bench(PlainGear("Lamp", {QUERY: 1}))
    bench.send(QUERY)
    bench.clock.run_until(forward_frame(16) + 0.007)
    bench.wire.set_power(present=False)
    bench.wire.set_power(present=True)
    bench.send(ON)
    assert [frame.data for frame in bench.run()] == [QUERY, ON]
    assert bench.failed == []


def test_the_second_of_two_frames_dies_with_the_power() -> None:
    bench = Bench(PlainGear("Lamp", {0x20: 1}))
    bench.send(0x20, twice=True)
    bench.clock.run_until(forward_frame(16) + 0.001)
    bench.wire.set_power(present=False)
    assert bench.failed == [0x20]


def test_a_lost_frame_is_known_to_its_sender_only() -> None:
    lamp = PlainGear("Lamp", {QUERY: 1})
    bench = Bench(lamp)
    bench.wire.frame_loss = 1.0
    sent: list[float] = []
    bench.send(QUERY, sent=sent.append)
    (frame,) = bench.run()
    assert frame.lost
    assert len(sent) == 1
    assert lamp.heard == []


def test_frames_and_answers_are_lost_as_often_as_was_asked() -> None:
    bench = Bench(PlainGear("Lamp", {QUERY: 1}))
    bench.wire.frame_loss = 0.2
    for _ in range(500):
        bench.send(QUERY)
    frames = bench.run(60.0)
    lost = [frame for frame in frames if frame.lost]
    assert {frame.kind for frame in lost} == {FrameKind.FORWARD, FrameKind.BACKWARD}
    assert 0.15 < len(lost) / len(frames) < 0.25
    assert bench.wire.frame_loss == 0.2
    assert bench.wire.statistics.lost == len(lost)


@pytest.mark.parametrize("fraction", [-0.1, 1.1])
def test_a_fraction_is_a_fraction(fraction: float) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        Bench().wire.frame_loss = fraction


def test_a_spike_is_no_frame_and_makes_masters_settle_again() -> None:
    bench = Bench(PlainGear("Lamp"))
    bench.send(0)
    bench.send(1)
    bench.clock.run_for(0.001)
    bench.wire.disturb()  # not while a frame is on the line
    bench.clock.run_until(forward_frame(16) + 0.010)
    bench.wire.disturb()
    first, spike, second = bench.run()
    assert (spike.kind, spike.bits, spike.source) == (FrameKind.ERROR, 0, "line")
    assert second.time - spike.time >= SETTLING[Priority.USER][0]
    assert [gear.heard for gear in bench.gear] == [[(0, first.time), (1, second.time)]]
    assert [len(gear.interrupted) for gear in bench.gear] == [1]


def test_a_spike_may_come_between_the_frames_of_a_pair() -> None:
    lamp = PlainGear("Lamp")
    bench = Bench(lamp)
    bench.send(0x20, twice=True)
    bench.clock.run_until(forward_frame(16) + 0.010)
    bench.wire.disturb()
    first, spike, second = bench.run()
    assert (spike.source, first.data, second.data) == ("line", 0x20, 0x20)
    assert second.time - forward_frame(16) - spike.time >= SETTLING[Priority.TRANSACTION][0] - NOISE
    assert len(lamp.interrupted) == 1


@pytest.mark.parametrize(("between", "fade_time"), [(None, 9), ("24 bits", 0), ("spike", 0)])
def test_what_comes_between_the_frames_of_a_pair_undoes_it(between: str | None, fade_time: int) -> None:
    gear = Gear(GearSpecification(short_address=0), random=seeded())
    bench = Bench(others=[gear])
    bench.send(0xA309)
    for step in ("first", between, "second"):
        if step == "24 bits":
            bench.send(0xFFFE30, bits=24)
        elif step == "spike":
            bench.wire.disturb()
        elif step is not None:
            bench.send(0x012E)
        bench.run(0.05)
    assert gear.snapshot(bench.clock.now())["fade_time"] == fade_time


def test_a_frame_that_is_not_allowed_waits_and_others_go_first() -> None:
    bench = Bench()
    allowed = False
    bench.wire.send(Transmission(bits=16, data=1, priority=Priority.USER, source="polite", allowed=lambda: allowed))
    bench.send(2, priority=Priority.BACKGROUND)
    assert [frame.data for frame in bench.run()] == [2]
    allowed = True
    assert [frame.data for frame in bench.run()] == [2]
    bench.wire.reconsider()
    assert [frame.data for frame in bench.run()] == [2, 1]


def test_the_time_of_gear_does_not_go_back() -> None:
    bench = Bench()
    bench.clock.run_for(2.0)
    assert bench.wire.gear_time() == 2.0


class LateClock(VirtualScheduler):
    """A clock whose calls come late."""

    late = 0.0

    @override
    def now(self) -> float:
        """Return a time that is later than that of the call."""
        return super().now() + self.late


def test_on_a_slow_machine_the_time_of_gear_does_not_go_past_a_frame_to_come() -> None:
    clock = LateClock()
    lamp = PlainGear("Lamp", {0x20: 1})
    wire = Wire(clock, [lamp], seeded())
    wire.send(Transmission(bits=16, data=0x20, priority=Priority.USER, source="master", twice=True))
    clock.late = 0.3
    for _ in range(500):
        clock.run_for(0.0002)
        if wire.statistics.forward_frames < 2:
            wire.gear_time()
    (_, first), (_, second) = lamp.heard
    assert first == pytest.approx(forward_frame(16), abs=NOISE)
    assert second - first < 0.06
    assert wire.gear_time() == pytest.approx(0.4)


def test_the_wire_counts_what_it_carries() -> None:
    bench = Bench(PlainGear("Left", {QUERY: 1, QUERY + 1: 2}), PlainGear("Right", {QUERY + 1: 3}))
    for data in (ON, QUERY, QUERY + 1):
        bench.send(data)
    bench.run()
    statistics = bench.wire.statistics
    assert (statistics.forward_frames, statistics.answers, statistics.framing_errors) == (3, 1, 1)
    collision = statistics.busy_seconds - 3 * forward_frame(16) - BACKWARD_FRAME
    assert BACKWARD_FRAME <= collision <= BACKWARD_FRAME + ANSWER_GAP_MAX - ANSWER_GAP_MIN


def test_the_log_keeps_the_newest_frames_and_numbers_all() -> None:
    log = FrameLog(kept=3)
    heard: list[int] = []
    end = log.subscribe(lambda frame: heard.append(frame.number))
    for number in range(5):
        log.add(time=float(number), kind=FrameKind.FORWARD, bits=16, data=number, source="master")
    end()
    log.add(time=5.0, kind=FrameKind.ERROR, bits=0, data=0, source="line")
    assert [frame.number for frame in log.frames()] == [4, 5, 6]
    assert [frame.number for frame in log.frames(since=5)] == [6]
    assert heard == [1, 2, 3, 4, 5]


def test_a_frame_is_written_down_in_hexadecimal() -> None:
    log = FrameLog()
    frame = log.add(time=1.25, kind=FrameKind.FORWARD, bits=24, data=0x1FE, source="foreign", priority=Priority.USER)
    assert frame.as_dict() == {
        "number": 1,
        "time": 1.25,
        "kind": "forward",
        "bits": 24,
        "data": "0x0001FE",
        "source": "foreign",
        "lost": False,
        "priority": 2,
    }
    assert log.add(time=2.0, kind=FrameKind.ERROR, bits=0, data=0, source="line").as_dict()["data"] is None
