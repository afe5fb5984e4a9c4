"""The two wires of a DALI line: who may talk when, who hears what, and what becomes of answers that overlap.

Times are IEC 62386-101's. What two masters that start within the same bit do to each other is left out: the one whose
settling time is over first goes first. Answers start at a random instant of their window, so equal answers of two gear
merge into a clean one now and then, and are a framing error otherwise, as those of real gear are: who sends COMPARE or
a query to several has to take both for "yes".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
import random
from typing import Final, Protocol

from ..dali.timing import ANSWER_GAP_MAX, ANSWER_GAP_MIN, BACKWARD_FRAME, BIT, SETTLING, Priority, forward_frame
from .frame_log import FrameKind, FrameLog
from .scheduler import Scheduler, Timer

# Control gear takes frames of 16 bits, control devices those of 24 (102 and 103, 7.2).
GEAR_FRAME_BITS: Final = 16
DEVICE_FRAME_BITS: Final = 24
ANSWER_BITS: Final = 8
# Equal answers merge when the last is at most this far behind the first. An overlap makes the low half bits longer and
# the high ones shorter by as much, and a receiver takes 333 to 500 µs for a half bit of 417 µs (101, table 18).
MERGE_TOLERANCE: Final = BIT / 10
LINE_SOURCE: Final = "line"
"""The source of what nobody sent."""
# A spike is over before it could be a bit.
SPIKE: Final = BIT / 2


class WiredGear(Protocol):
    """What the wire needs of a gear, or of a control device."""

    name: str

    def receive(self, data: int, now: float) -> int | None:
        """Take a forward frame of 16 bits, a device one of 24, and return the answer, 0 to 255, or None."""

    def interrupt(self, now: float) -> None:
        """Take note of a frame of another length, or of edges that are none."""

    def line_power(self, *, present: bool, now: float) -> None:
        """Take note that the line lost its power, or has it again."""


def _ignore_sent(_time: float) -> None:
    """Take no note of a frame that was sent."""


def _ignore_done() -> None:
    """Take no note of a frame that could not be sent."""


def _always() -> bool:
    """Let a frame go as soon as it can."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """What a master wants on the line."""

    bits: int
    data: int
    priority: Priority
    source: str
    twice: bool = False
    sent: Callable[[float], None] = _ignore_sent
    """Called with the time of the last edge of each frame."""
    done: Callable[[], None] = _ignore_done
    """Called after the last frame: the only one, or the second of two."""
    failed: Callable[[], None] = _ignore_done
    """Called instead when the line has no power, or loses it before the end."""
    allowed: Callable[[], bool] = _always
    """Asked before its turn; where it is not so the frame waits until `Wire.reconsider`, or the next of others."""


@dataclass(slots=True)
class _Waiting:
    """A master that waits for its turn, and the instant from which on it may talk."""

    transmission: Transmission
    starts: float


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one gear puts on the line, and when."""

    starts: float
    data: int
    name: str


@dataclass(slots=True)
class WireStatistics:
    """What the wire has carried since the start."""

    forward_frames: int = 0
    answers: int = 0
    framing_errors: int = 0
    lost: int = 0
    busy_seconds: float = 0.0
    """Of frames and answers, without the silences between them."""


class Wire:
    """One line: masters send on it, gear hears and answers. Everything happens in the scheduler's calls."""

    def __init__(
        self,
        scheduler: Scheduler,
        gear: Sequence[WiredGear],
        random: random.Random,
        *,
        devices: Sequence[WiredGear] = (),
    ) -> None:
        self.log = FrameLog()
        self.statistics = WireStatistics()
        # Who listens, and to frames of how many bits.
        self._listeners = [
            *((one, GEAR_FRAME_BITS) for one in gear),
            *((one, DEVICE_FRAME_BITS) for one in devices),
        ]
        self._scheduler = scheduler
        self._random = random
        self._powered = True
        self._frame_loss = 0.0
        self._waiting: list[_Waiting] = []
        # The first of two equal frames was sent, and the second is next.
        self._second: _Waiting | None = None
        # A frame is on the line, or an answer is on its way.
        self._busy = False
        self._current: Transmission | None = None
        self._timer: Timer | None = None
        # When the frame or answer that is on the line, or comes next, will be over.
        self._over: float | None = None
        # The line has been silent for good.
        self._last_edge = scheduler.now() - 1.0
        self._latest = scheduler.now()

    @property
    def powered(self) -> bool:
        """Whether the line has power."""
        return self._powered

    @property
    def busy(self) -> bool:
        """Whether a frame or an answer is on the line, or on its way."""
        return self._busy

    @property
    def frame_loss(self) -> float:
        """The fraction of frames that nobody but the sender notices, 0 to 1; settable, raises ValueError."""
        return self._frame_loss

    @frame_loss.setter
    def frame_loss(self, fraction: float) -> None:
        if not 0 <= fraction <= 1:
            raise ValueError(f"the fraction of lost frames has to be 0 to 1, not {fraction}")
        self._frame_loss = fraction

    def gear_time(self) -> float:
        """Return the present time for the gear: it never goes back, nor past a frame that they have still to hear."""
        now = self._scheduler.now()
        return self._advance(now if self._over is None else min(now, self._over))

    def send(self, transmission: Transmission) -> None:
        """Put something on the line as soon as its priority allows."""
        if not self._powered:
            transmission.failed()
            return
        self._waiting.append(_Waiting(transmission, self._draw(transmission.priority)))
        self._arrange()

    def reconsider(self) -> None:
        """Ask the frames that wait again whether they are allowed."""
        self._arrange()

    def set_power(self, *, present: bool) -> None:
        """Take the line's power away or give it back; what is on the line or waits for it goes with it."""
        if present == self._powered:
            return
        now = self.gear_time()
        self._powered = present
        self._last_edge = now
        dropped = [] if self._current is None else [self._current]
        dropped += [waiting.transmission for waiting in (self._second, *self._waiting) if waiting is not None]
        self._waiting.clear()
        self._second = self._current = None
        self._busy = False
        self._arrange()
        for listener, _ in self._listeners:
            listener.line_power(present=present, now=now)
        for transmission in dropped:
            transmission.failed()

    def disturb(self) -> None:
        """Let a spike pass over the line where it is idle: two edges with nothing between them."""
        if self._powered and not self._busy:
            now = self.gear_time()
            for listener, _ in self._listeners:
                listener.interrupt(now)
            self._settle(self._scheduler.now() + SPIKE)
            self.log.add(time=self._last_edge, kind=FrameKind.ERROR, bits=0, data=0, source=LINE_SOURCE)
            self._arrange()

    # Whose turn it is

    def _advance(self, time: float) -> float:
        self._latest = max(self._latest, time)
        return self._latest

    def _draw(self, priority: Priority) -> float:
        """Return from when on a frame of this priority may start, counted from the last edge."""
        least, _, most = SETTLING[priority]
        return self._last_edge + self._random.uniform(least, most)

    def _settle(self, last_edge: float) -> None:
        """Let every master that waits begin to count again."""
        self._last_edge = last_edge
        for waiting in self._waiting:
            waiting.starts = self._draw(waiting.transmission.priority)
        if self._second is not None:
            self._second.starts = self._draw(Priority.TRANSACTION)

    def _arrange(self) -> None:
        """Plan the next start, if the line is idle and there is one."""
        if self._busy:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._over = None
        if self._second is not None:
            # Never late: however slow the machine is, the two stay together.
            self._plan(self._second, self._second.starts)
        elif allowed := [waiting for waiting in self._waiting if waiting.transmission.allowed()]:
            first = min(allowed, key=lambda waiting: waiting.starts)
            self._plan(first, max(first.starts, self._scheduler.now()))

    def _plan(self, waiting: _Waiting, when: float) -> None:
        """Let a frame start at an instant, unless something else is arranged before."""
        second = waiting is self._second

        def start() -> None:
            if second:
                self._second = None
            else:
                self._waiting.remove(waiting)
            self._begin(waiting.transmission, when, second=second)

        self._over = when + forward_frame(waiting.transmission.bits)
        self._timer = self._scheduler.call_at(when, start)

    # What happens on the line

    def _begin(self, transmission: Transmission, when: float, *, second: bool) -> None:
        """Put a frame on the line; it ends where its last edge is."""
        self._busy = True
        self._current = transmission
        end = when + forward_frame(transmission.bits)
        self._timer = self._scheduler.call_at(end, lambda: self._end(transmission, end, second=second))

    def _end(self, transmission: Transmission, end: float, *, second: bool) -> None:
        """Let everyone hear a forward frame, and the gear answer."""
        self._current = None
        lost = self._is_lost()
        if transmission.twice and not second:
            self._second = _Waiting(transmission, end)
        self.statistics.forward_frames += 1
        self.statistics.busy_seconds += forward_frame(transmission.bits)
        answers = [] if lost else self._hear(transmission, end)
        self._settle(end)
        self.log.add(
            time=end,
            kind=FrameKind.FORWARD,
            bits=transmission.bits,
            data=transmission.data,
            source=transmission.source,
            lost=lost,
            priority=Priority.TRANSACTION if second else transmission.priority,
        )
        # Still busy: what is sent from here waits until the answers are known.
        transmission.sent(end)
        if self._second is None:
            transmission.done()
        if answers:
            over = self._over = max(answer.starts for answer in answers) + BACKWARD_FRAME
            self._timer = self._scheduler.call_at(over, lambda: self._end_answers(answers, over))
        else:
            self._busy = False
            self._arrange()

    def _hear(self, transmission: Transmission, end: float) -> list[_Answer]:
        """Let the gear hear a frame, and return what they will answer."""
        now = self._advance(end)
        answers: list[_Answer] = []
        for listener, bits in self._listeners:
            if transmission.bits != bits:
                listener.interrupt(now)
                continue
            answer = listener.receive(transmission.data, now)
            if answer is not None:
                gap = self._random.uniform(ANSWER_GAP_MIN, ANSWER_GAP_MAX)
                answers.append(_Answer(end + gap, answer, listener.name))
        return answers

    def _end_answers(self, answers: list[_Answer], over: float) -> None:
        """Let everyone hear what became of the answers."""
        starts = min(answer.starts for answer in answers)
        clean = (
            all(answer.data == answers[0].data for answer in answers)
            and over - BACKWARD_FRAME - starts <= MERGE_TOLERANCE
        )
        lost = self._is_lost()
        self.statistics.busy_seconds += over - starts
        if clean:
            self.statistics.answers += 1
        else:
            self.statistics.framing_errors += 1
        self._busy = False
        self._settle(over)
        self.log.add(
            time=over,
            kind=FrameKind.BACKWARD if clean else FrameKind.ERROR,
            bits=ANSWER_BITS if clean else 0,
            data=answers[0].data if clean else 0,
            source="+".join(answer.name for answer in answers),
            lost=lost,
        )
        self._arrange()

    def _is_lost(self) -> bool:
        lost = self._random.random() < self._frame_loss
        self.statistics.lost += lost
        return lost
