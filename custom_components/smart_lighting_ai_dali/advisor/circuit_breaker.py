"""When a provider is left alone: after failures nobody asks it for a while, and then one question finds out."""

from collections import deque
from enum import StrEnum
from math import inf
from typing import Final

from .provider import LONGEST_RETRY_AFTER, FailureKind

# So many failures one after the other, or half of the last ten calls, are more than bad luck.
_IN_A_ROW: Final = 5
_LAST_CALLS: Final = 10
_MOST_FAILED: Final = 5
# Answers that are none, one after the other: the model does not understand the question.
_BAD_ANSWERS: Final = 3
_ANSWERED_BADLY: Final = frozenset({FailureKind.REFUSED, FailureKind.INCOMPLETE, FailureKind.INVALID})
# For how long it is left alone at first, and at most, in seconds; each time twice as long.
SHORTEST_PAUSE: Final = 60.0
LONGEST_PAUSE: Final = 1800.0
# Somebody has to pay first, in seconds.
_QUOTA_PAUSE: Final = 3600.0
# What no waiting mends: another key, another model.
_NEEDS_A_PERSON: Final = frozenset({FailureKind.AUTHENTICATION, FailureKind.MODEL})


class State(StrEnum):
    """Whether it may be asked."""

    CLOSED = "closed"
    """It may."""
    OPEN = "open"
    """It is left alone."""
    HALF_OPEN = "half_open"
    """One question finds out whether it is well again."""


class CircuitBreaker:
    """How one provider is doing."""

    def __init__(self) -> None:
        self.last_failure: FailureKind | None = None
        """Why it was left alone last; None once it answered."""
        self._calls: deque[bool] = deque(maxlen=_LAST_CALLS)
        self._in_a_row = 0
        self._bad_answers = 0
        self._pauses = 0
        self._opened = -inf
        self._until: float | None = None
        self._probing = False

    def state(self, at: float) -> State:
        """Return whether it may be asked at a time, in seconds since 1970."""
        if self._until is None:
            return State.CLOSED
        if self._until == inf:
            return State.OPEN
        # A clock that was set back must not make a pause longer than it was.
        return State.HALF_OPEN if at >= self._until or at < self._opened else State.OPEN

    @property
    def until(self) -> float | None:
        """Return until when it is left alone, in seconds since 1970: infinity until somebody changes something."""
        return self._until

    def admit(self, at: float) -> bool:
        """Tell whether a question may be asked now; each that may has to end in one of the calls below."""
        match self.state(at):
            case State.CLOSED:
                return True
            case State.OPEN:
                return False
            case State.HALF_OPEN:
                if self._probing:
                    return False
                self._probing = True
                return True

    def succeeded(self) -> None:
        """Take that an answer came that could be used."""
        self._calls.append(True)
        self._in_a_row = self._bad_answers = self._pauses = 0
        self._close()

    def failed(self, kind: FailureKind, at: float, retry_after: float | None = None) -> None:
        """Take that there was no answer that could be used; `retry_after` is in seconds."""
        self.last_failure = kind
        was_probe, self._probing = self._probing, False
        self._calls.append(False)
        self._in_a_row += 1
        self._bad_answers = self._bad_answers + 1 if kind in _ANSWERED_BADLY else 0
        if kind in _NEEDS_A_PERSON:
            self._open(at, inf)
        elif kind is FailureKind.QUOTA:
            self._open(at, _QUOTA_PAUSE)
        elif kind is FailureKind.RATE_LIMIT:
            self._open(at, self._pause() if retry_after is None else min(max(retry_after, 1.0), LONGEST_RETRY_AFTER))
        elif was_probe or self._is_enough():
            self._open(at, self._pause())

    def abandoned(self) -> None:
        """Take that a question was given up before anybody knew: what is probed is still not known."""
        self._probing = False

    def changed(self) -> None:
        """Take that a person changed the key, the model or the server: what was known of it says nothing any more."""
        self._calls.clear()
        self._in_a_row = self._bad_answers = self._pauses = 0
        self._close()

    def _close(self) -> None:
        self._until = None
        self._probing = False
        self.last_failure = None

    def _is_enough(self) -> bool:
        failed = self._calls.count(False)
        return (
            self._in_a_row >= _IN_A_ROW
            or self._bad_answers >= _BAD_ANSWERS
            or (len(self._calls) == _LAST_CALLS and failed >= _MOST_FAILED)
        )

    def _pause(self) -> float:
        """Return how long the next pause is, in seconds."""
        pause = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2.0**self._pauses)
        self._pauses = min(self._pauses + 1, 10)
        return pause

    def _open(self, at: float, pause: float) -> None:
        # Once it is well again, what was before says nothing.
        self._calls.clear()
        self._opened, self._until = at, at + pause
