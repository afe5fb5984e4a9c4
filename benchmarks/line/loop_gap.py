"""The longest time for which one callback holds the event loop."""

from asyncio import events
from collections.abc import Iterator
from contextlib import contextmanager
import time


class Gaps:
    """What was seen."""

    longest = 0.0
    """In seconds of the processor: what the machine does beside does not count."""
    of = ""
    """Whose callback that was."""


@contextmanager
def gaps(seen: Gaps) -> Iterator[None]:
    """Watch every callback of all event loops of this process, for as long as this lasts."""
    run = events.Handle._run  # noqa: SLF001  # asyncio itself tells of slow callbacks in its debug mode only

    def timed(handle: events.Handle) -> None:
        # A handle that cancels itself, as timers do, forgets its callback.
        callback = getattr(handle, "_callback", None)
        begun = time.thread_time()
        run(handle)
        took = time.thread_time() - begun
        if took > seen.longest:
            seen.longest, seen.of = took, repr(getattr(callback, "__self__", None) or callback)

    events.Handle._run = timed  # type: ignore[assignment, method-assign]  # noqa: SLF001
    try:
        yield
    finally:
        events.Handle._run = run  # type: ignore[method-assign]  # noqa: SLF001
