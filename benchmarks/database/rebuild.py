"""Everything is condensed anew while the recorder is busy: what the event loop and its queue notice of it."""

import asyncio
from functools import partial
from itertools import batched
import statistics
import time
from typing import Final

from sqlalchemy import Connection

from custom_components.smart_lighting_ai_dali.db.aggregation import Step, aggregate, hours_between
from custom_components.smart_lighting_ai_dali.db.dirty_hours import mark_hours
from custom_components.smart_lighting_ai_dali.feature_engineering import HOURS_PER_MARK

from .building import end_of
from .home import Home
from .lag import lags, p99

_ROUNDS: Final = 3
_LEAST_SECONDS: Final = 4.0


async def measure(home: Home) -> dict[str, float | None]:
    """Compare each time that everything is condensed with the time before it, in which nothing of ours is done."""
    ratios, longest = [], []
    for _ in range(_ROUNDS):
        with lags() as idle:
            await asyncio.sleep(_LEAST_SECONDS)
        tasks: list[float] = []
        begun = time.monotonic()
        with lags() as rebuilding:
            while time.monotonic() - begun < _LEAST_SECONDS:
                tasks += await _rebuild(home)
        ratios.append(p99(rebuilding) / p99(idle))
        longest.append(max(tasks))
    return {"lag_p99_ratio": statistics.median(ratios), "longest_task_ms": statistics.median(longest) * 1000}


async def _rebuild(home: Home) -> list[float]:
    """Condense everything anew as the action `aggregate_now` does; return how long each task took, in seconds."""
    end = end_of(home.rows)

    def step(connection: Connection) -> Step:
        return aggregate(connection, end)

    hours = await home.database.async_read("hours", partial(hours_between, start_ms=None, end_ms=None))
    tasks = []
    for some in batched(hours, HOURS_PER_MARK, strict=False):
        _, took = await home.timed_write("mark", partial(mark_hours, hours=some))
        tasks.append(took)
    more = True
    while more:
        done, took = await home.timed_write("aggregate", step)
        tasks.append(took)
        more = done.more
    return tasks
