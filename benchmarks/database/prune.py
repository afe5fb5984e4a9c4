"""All events are deleted in the steps of the nightly job, and then again by one statement, in the recorder's thread."""

from functools import partial
import statistics
import time
from typing import Final

from sqlalchemy import Connection, delete, func, select, text

from custom_components.smart_lighting_ai_dali.db.pruning import DAY_MS, Keep, Pruned, prune
from custom_components.smart_lighting_ai_dali.db.schema import event

from .building import end_of
from .home import Home

_ROUNDS: Final = 3
# Only events are pruned here.
_KEEP: Final = Keep(events=30, features=100_000, decisions=100_000)
_COPY: Final = "benchmark_copy"
_COLUMNS: Final = ", ".join(column.name for column in event.columns)


async def measure(home: Home) -> dict[str, float | None]:
    """Compare steps with one statement over the same rows, in turns."""
    cut = end_of(home.rows)
    now = cut + _KEEP.events * DAY_MS
    speeds, longest = [], []

    def single(connection: Connection) -> int:
        return connection.execute(delete(event).where(event.c.ts < cut)).rowcount

    await home.database.async_write("copy", _copy)
    for _ in range(_ROUNDS):
        rows, steps = 0, []
        begun = time.perf_counter()
        pruned = Pruned(more=True)
        while pruned.more:
            step = partial(prune, now_ms=now, keep=_KEEP, before=pruned)
            pruned, took = await home.timed_write("prune", step)
            steps.append(took)
            rows += pruned.events
        in_steps = time.perf_counter() - begun
        await home.database.async_write("copy back", _copy_back)
        begun = time.perf_counter()
        deleted, longest_single = await home.timed_write("delete", single)
        at_once = time.perf_counter() - begun
        if rows != deleted:
            raise RuntimeError(f"steps deleted {rows} rows, and one statement {deleted}")
        speeds.append(at_once / in_steps)
        longest.append(max(steps) / longest_single)
        await home.database.async_write("copy back", _copy_back)
    return {
        "prune_vs_single_delete": statistics.median(speeds),
        "prune_longest_task_ratio": statistics.median(longest),
    }


def _copy(connection: Connection) -> None:
    connection.execute(text(f"CREATE TABLE {_COPY} AS SELECT {_COLUMNS} FROM {event.name}"))


def _copy_back(connection: Connection) -> None:
    """Put back what was deleted, and nothing else."""
    newest = connection.execute(select(func.min(event.c.ts))).scalar()
    connection.execute(
        text(
            f"INSERT INTO {event.name} ({_COLUMNS}) SELECT {_COLUMNS} FROM {_COPY} WHERE ts < :newest"
            " ORDER BY ts, src, kind"
        ),
        {"newest": 2**62 if newest is None else newest},
    )
