"""Whose turn it is: transactions wait by priority, and one at a time goes over the line.

A transaction is a python-dali command or generator sequence; its frames follow each other, with nothing of ours in
between, unless it says where others may go (`MayYield`). Background work (priority 5) takes a quarter of the line's
time at most.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final

from dali import sequences
from dali.command import Command
from dali.gear.general import EnableDeviceType

from .driver import Driver
from .errors import LineDisconnectedError, LineError
from .timing import Priority

# Of the line's time, background work takes at most one part in this many.
_BACKGROUND_SHARE: Final = 4


class MayYield:
    """Yielded by a sequence where others may go in between.

    The answer tells whether someone did: what the sequence had staged on the line (DTR0, DTR1) is lost then.
    """


class IsWanted:
    """Yielded by a sequence that could let others go soon; the answer tells whether someone waits for that."""


type Sequence = Generator[Any, Any, Any]
type ProgressListener = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class _Finished:
    """A sequence came to its end."""

    result: Any


@dataclass(slots=True, order=True)
class _Waiter:
    priority: Priority
    number: int
    turn: asyncio.Future[None] = field(compare=False)


class _Turns:
    """A lock that is handed to the most urgent waiter, and not to background work all the time."""

    def __init__(self) -> None:
        self._waiters: list[_Waiter] = []
        self._numbers = count()
        self.handed_over = 0
        self._taken = False
        self._background_from = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def length(self) -> int:
        """Return how many wait."""
        return sum(not waiter.turn.done() for waiter in self._waiters)

    def urgent(self, priority: Priority) -> bool:
        """Tell whether someone more urgent than `priority` waits."""
        while self._waiters and self._waiters[0].turn.done():
            heappop(self._waiters)
        return bool(self._waiters) and self._waiters[0].priority < priority

    @asynccontextmanager
    async def turn(self, priority: Priority) -> AsyncIterator[None]:
        """Wait for a turn, and hold it."""
        await self._take(priority)
        begun = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            if priority is Priority.BACKGROUND:
                now = asyncio.get_running_loop().time()
                self._background_from = now + (now - begun) * (_BACKGROUND_SHARE - 1)
            self._taken = False
            self._hand_over()

    def fail(self, reason: LineError) -> None:
        """Give everyone who waits the reason, in one pass."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.turn.done():
                waiter.turn.set_exception(reason.again())
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _take(self, priority: Priority) -> None:
        waiter = _Waiter(priority, next(self._numbers), asyncio.get_running_loop().create_future())
        heappush(self._waiters, waiter)
        self._hand_over()
        try:
            await waiter.turn
        except asyncio.CancelledError:
            # The turn may have come in the very moment in which nobody wanted it any more.
            if waiter.turn.done() and not waiter.turn.cancelled() and waiter.turn.exception() is None:
                self._taken = False
                self._hand_over()
            raise

    def _hand_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        while self._waiters and not self._taken:
            waiter = self._waiters[0]
            if waiter.turn.done():
                heappop(self._waiters)
            elif waiter.priority is Priority.BACKGROUND and loop.time() < self._background_from:
                self._timer = loop.call_at(self._background_from, self._hand_over)
                return
            else:
                heappop(self._waiters)
                self._taken = True
                self.handed_over += 1
                waiter.turn.set_result(None)


class Transactions:
    """The queue of one line, and the only one who gives frames to its driver."""

    def __init__(self, line: str = "") -> None:
        self.line = line
        """What its line is called, for the log."""
        self._turns = _Turns()
        self._driver: Driver | None = None
        self._closed: LineError = LineDisconnectedError("the adapter is not connected yet")
        self.frames_sent = 0

    @property
    def length(self) -> int:
        """Return how many transactions wait."""
        return self._turns.length

    def open(self, driver: Driver) -> None:
        """Let transactions through to a driver."""
        self._driver = driver

    def close(self, reason: LineError) -> None:
        """Give everyone who waits the reason, at once, and new ones too."""
        self._driver = None
        self._closed = reason
        self._turns.fail(reason)

    async def send(
        self,
        message: Command | Sequence,
        *,
        priority: Priority,
        progress: ProgressListener | None = None,
    ) -> Any:
        """Run a command or a sequence as one transaction; returns its response or its result.

        Raises LineError where the line is the trouble, and whatever the sequence raises.
        """
        sequence = _single(message) if isinstance(message, Command) else message
        turn: int | None = None
        try:
            while True:
                self._ensure_open()
                async with self._turns.turn(priority):
                    # The sequence learns whether others were on the line since it let them go.
                    previous, turn = turn, self._turns.handed_over
                    others = None if previous is None else turn != previous + 1
                    finished = await self._run(sequence, others, priority, progress)
                if finished is not None:
                    return finished.result
        finally:
            sequence.close()

    async def send_in_turns(self, sequence: Sequence, *, priority: Priority) -> Any:
        """Run a long sequence and return its result: where others may go, those who are less urgent may, too.

        Raises LineError where the line is the trouble, and whatever the sequence raises.
        """
        try:
            while True:
                finished: _Finished | None = await self.send(_until_others_may_go(sequence), priority=priority)
                if finished is not None:
                    return finished.result
        finally:
            sequence.close()

    async def _run(
        self,
        sequence: Sequence,
        others: bool | None,  # noqa: FBT001  # what the sequence is told first
        priority: Priority,
        progress: ProgressListener | None,
    ) -> _Finished | None:
        """Carry a sequence until it is finished, or lets others go (None)."""
        frame_priority = priority
        reply: Any = others
        while True:
            try:
                item = sequence.send(reply)
            except StopIteration as stop:
                return _Finished(stop.value)
            reply = None
            match item:
                case IsWanted():
                    reply = self._turns.urgent(priority)
                case MayYield():
                    if priority is Priority.BACKGROUND or self._turns.urgent(priority):
                        return None
                    # Other masters get their chance as well: what follows is a transaction of its own on the line.
                    frame_priority = priority
                    reply = False
                case sequences.sleep():
                    await asyncio.sleep(item.delay)
                case sequences.progress():
                    if progress is not None:
                        progress(item)
                case _:
                    reply = await self._transmit(item, frame_priority)
                    frame_priority = Priority.TRANSACTION

    def _ensure_open(self) -> Driver:
        if self._driver is None:
            raise self._closed.again()
        return self._driver

    async def _transmit(self, command: Any, priority: Priority) -> Any:
        """Send one command, with ENABLE DEVICE TYPE before it where it needs that, and return its response."""
        device_type: int = command.devicetype
        if device_type:
            await self._frame(EnableDeviceType(device_type), priority)
            priority = Priority.TRANSACTION
        answer = await self._frame(command, priority)
        return command.response(answer) if command.response is not None else None

    async def _frame(self, command: Any, priority: Priority) -> Any:
        answer = await self._ensure_open().transmit(
            command.frame,
            priority=priority,
            twice=command.sendtwice,
            answered=command.response is not None,
        )
        self.frames_sent += 2 if command.sendtwice else 1
        return answer


def _until_others_may_go(sequence: Sequence) -> Generator[Any, Any, _Finished | None]:
    """Carry a sequence to its end, or to where others may go (None)."""
    reply: Any = None
    while True:
        try:
            item = sequence.send(reply)
        except StopIteration as stop:
            return _Finished(stop.value)
        if isinstance(item, MayYield):
            return None
        reply = yield item


def _single(command: Command) -> Sequence:
    return (yield command)
