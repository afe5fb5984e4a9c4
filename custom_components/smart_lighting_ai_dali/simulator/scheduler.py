"""The clocks of a simulated line: the wall clock, scaled, or a virtual one that jumps from call to call."""

import asyncio
from collections.abc import Callable
import heapq
from itertools import count
from typing import Final, Protocol, override


class Timer(Protocol):
    """A call that is to come."""

    def cancel(self) -> None:
        """Call it off; does nothing once it was made."""


class Scheduler(Protocol):
    """A clock in seconds that starts at 0, and calls to be made at an instant of it."""

    def now(self) -> float:
        """Return the present time; it never goes back."""

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call back at `when`, never before it; as soon as possible where that has passed."""


# Slower, a frame takes minutes; faster, even an idle line keeps a machine busy.
SLOWEST: Final = 0.001
FASTEST: Final = 10_000.0


def check_speed(speed: float) -> None:
    """Raise ValueError where a line can't run at a speed."""
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError(f"the speed has to be {SLOWEST:g} to {FASTEST:g}, not {speed:g}; 1 is real time")


class RealScheduler(Scheduler):
    """An event loop's clock; `speed` seconds pass here while one second passes there."""

    def __init__(self, loop: asyncio.AbstractEventLoop, speed: float = 1.0) -> None:
        check_speed(speed)
        self.speed = speed
        self._loop = loop
        self._origin = loop.time()

    @override
    def now(self) -> float:
        """Return the seconds since the start, scaled."""
        return (self._loop.time() - self._origin) * self.speed

    @override
    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call back from the event loop at `when`."""
        return self._loop.call_at(self._origin + when / self.speed, callback)


class _VirtualTimer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        """Call it off."""
        self.cancelled = True


class VirtualScheduler(Scheduler):
    """A clock that stands still until it is told to run: the same every time, and as fast as the machine can."""

    def __init__(self) -> None:
        self._now = 0.0
        self._number = count()
        self._calls: list[tuple[float, int, _VirtualTimer]] = []

    @override
    def now(self) -> float:
        """Return the seconds that were run."""
        return self._now

    @override
    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call back once the clock is run to `when`; calls of one instant come in the order in which they were set."""
        timer = _VirtualTimer(callback)
        heapq.heappush(self._calls, (max(when, self._now), next(self._number), timer))
        return timer

    def run_until(self, end: float) -> None:
        """Make every call that is due up to `end`, those that are set on the way too; `now` is `end` afterwards."""
        while self._calls and self._calls[0][0] <= end:
            when, _, timer = heapq.heappop(self._calls)
            if not timer.cancelled:
                self._now = when
                timer.callback()
        self._now = max(self._now, end)

    def run_for(self, seconds: float) -> None:
        """Run `seconds` on from now."""
        self.run_until(self._now + seconds)
