"""How late the event loop is: what everybody in Home Assistant waits for."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
import statistics
from typing import Final

# Often enough that a few seconds have enough to tell of the worst hundredth, and seldom enough to be no load itself.
_EVERY: Final = 0.002


@contextmanager
def lags() -> Iterator[list[float]]:
    """Return a list into which goes how late each call came, in seconds, for as long as this lasts."""
    loop = asyncio.get_running_loop()
    seen: list[float] = []
    calls: list[asyncio.TimerHandle] = []

    def call_again() -> None:
        due = loop.time() + _EVERY
        calls[:] = [loop.call_at(due, late, due)]

    def late(due: float) -> None:
        seen.append(loop.time() - due)
        call_again()

    call_again()
    try:
        yield seen
    finally:
        calls[0].cancel()


def p99(values: list[float]) -> float:
    """Return what 99 of 100 values do not exceed."""
    return statistics.quantiles(values, n=100)[-1]
