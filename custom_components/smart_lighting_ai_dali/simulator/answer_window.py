"""What an adapter makes of the line: each forward frame, and the answer to it or the proof that there is none."""

from collections.abc import Callable

from ..dali.timing import ANSWER_GAP_RECEIVER_MAX
from .frame_log import Frame, FrameKind
from .scheduler import Scheduler, Timer
from .wire import Wire

type Began = Callable[[Frame], None]
type Ended = Callable[[Frame, Frame | None], None]
type Disturbed = Callable[[Frame], None]


class AnswerWindow:
    """Follows one wire for one adapter.

    `began` hears of a forward frame with its last edge, `ended` of that frame once its answer is over, or, with None,
    once no answer can begin any more; `disturbed` of edges that belong to nothing. What was lost on the wire is not
    heard, but an adapter always hears itself.
    """

    def __init__(
        self, scheduler: Scheduler, wire: Wire, *, source: str, began: Began, ended: Ended, disturbed: Disturbed
    ) -> None:
        self._scheduler = scheduler
        self._wire = wire
        self._source = source
        self._began = began
        self._ended = ended
        self._disturbed = disturbed
        self._open: Frame | None = None
        self._timer: Timer | None = None
        wire.log.subscribe(self._hear)

    def forget(self) -> None:
        """Wait for no answer any more."""
        self._open = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hear(self, frame: Frame) -> None:
        if frame.kind is FrameKind.FORWARD:
            self._close(None)
            if frame.lost and frame.source != self._source:
                return
            self._began(frame)
            self._open = frame
            self._timer = self._scheduler.call_at(frame.time + ANSWER_GAP_RECEIVER_MAX, self._give_up)
        elif self._open is not None:
            self._close(None if frame.lost else frame)
        elif not frame.lost:
            self._disturbed(frame)

    def _give_up(self) -> None:
        if self._wire.busy:
            # An answer has begun, and the end of it is what counts.
            return
        self._close(None)

    def _close(self, answer: Frame | None) -> None:
        frame = self._open
        self.forget()
        if frame is not None:
            self._ended(frame, answer)
