"""The longest time for which one callback holds the event loop."""

from asyncio import events
from collections.abc import Iterator
from contextlib import contextmanager
import time


class Gaps:
    """What was seen."""

    longest = 0.0
    """In seconds of the processor: what the machine does beside does not count."""


@contextmanager
def gaps() -> Iterator[Gaps]:
    """Watch every callback of all event loops of this process, for as long as this lasts."""
    seen = Gaps()
    run = events.Handle._run  # noqa: SLF001  # asyncio itself tells of slow callbacks in its debug mode only

    def timed(handle: events.Handle) -> None:
        begun = time.thread_time()
        run(handle)
        seen.longest = max(seen.longest, time.thread_time() - begun)

    events.Handle._run = timed  # type: ignore[assignment, method-assign]  # noqa: SLF001
    try:
        yield seen
    finally:
        events.Handle._run = run  # type: ignore[method-assign]  # noqa: SLF001
