"""The database against the recorder that it lives with, and against plain ways to do the same, all in one run.

Each figure compares two things that are measured in turns, in the same process: a slow machine slows both. What happens
in Home Assistant is measured in a real one with its real recorder, in which a hundred states change each second.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
import sys
import time
from typing import Final

from ..goals import row
from . import ingest, losses, prune, quiet_rebuild, rebuild, size, window
from .goals import KEYS, goal_of
from .home import Home, live_in
from .places import SQLITE, Place, place_for

ROWS: Final = 1_000_000
# Of fewer than these nothing can be told.
LEAST_ROWS: Final = 5_000

type Keys = tuple[str, ...]
type Figures = dict[str, float | None]
"""None where there is no such figure on an engine."""

# In this order: each leaves to the next what that needs, and in the end everything is deleted.
_IN_A_HOME: Final[dict[Keys, Callable[[Home], Awaitable[Figures]]]] = {
    ("lag_p99_ratio", "longest_task_ms"): rebuild.measure,
    ("row_vs_states_row",): size.measure,
    ("window_vs_recorder_compile",): window.measure_beside_recorder,
    ("ingest_vs_recorder_states",): ingest.measure,
    ("prune_vs_single_delete", "prune_longest_task_ratio"): prune.measure,
}
_BY_ITSELF: Final[dict[Keys, Callable[[Place, int], Figures]]] = {
    ("window_10m_over_1m",): window.measure_history,
    ("rebuild_vs_python_loop",): quiet_rebuild.measure,
    ("lost_recorder_states", "lost_own_rows"): losses.measure,
}


def run(*, engine: str = SQLITE, rows: int = ROWS, only: Collection[str] = KEYS) -> tuple[str, dict[str, object]]:
    """Measure on one engine, and return a table for people and the figures."""
    figures: Figures = {}
    with place_for(engine) as place:
        if in_a_home := _chosen(_IN_A_HOME, only):
            with place.new_database() as url:
                figures |= live_in(url, rows, lambda home: _live(home, in_a_home))
        for keys, measure in _chosen(_BY_ITSELF, only).items():
            with _told(keys):
                figures |= measure(place, rows)
    figures = {key: figures[key] for key in KEYS if key in only}
    return _table(engine, rows, figures), {"engine": engine, "rows": rows, **figures}


async def _live(home: Home, subjects: dict[Keys, Callable[[Home], Awaitable[Figures]]]) -> Figures:
    """Measure one after the other in a home."""
    figures: Figures = {}
    for keys, measure in subjects.items():
        with _told(keys):
            figures |= await measure(home)
    return figures


def _chosen[T](subjects: dict[Keys, T], only: Collection[str]) -> dict[Keys, T]:
    """Return the subjects of which any figure is wanted."""
    return {keys: measure for keys, measure in subjects.items() if not set(only).isdisjoint(keys)}


@contextmanager
def _told(keys: Keys) -> Iterator[None]:
    """Say what is being measured, which takes minutes, and how long it took."""
    begun = time.monotonic()
    print(", ".join(keys), end=" ... ", file=sys.stderr, flush=True)
    yield
    print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


def _table(engine: str, rows: int, figures: Figures) -> str:
    """Return the figures with their goals, a line each."""
    lines = [row(key, value, goal_of(key, engine)) for key, value in figures.items()]
    return "\n".join((f"{engine}, {rows} rows", *lines))
