"""What the database is measured by, and what each figure has to be."""

from typing import Final

from ..goals import Goal
from .places import SERVERS, SQLITE

# Of those that are not the same everywhere, by engine.
_INGEST: Final = "ingest_vs_recorder_states"
_ROW: Final = "row_vs_states_row"
_EVERYWHERE: Final = (
    Goal("lag_p99_ratio", 1.5),
    Goal("longest_task_ms", 50),
    Goal("window_10m_over_1m", 1.3),
    Goal("window_vs_recorder_compile", 0.2),
    Goal("rebuild_vs_python_loop", 1.0),
    Goal("prune_vs_single_delete", 0.45, is_least=True),
    Goal("prune_longest_task_ratio", 0.1),
    Goal("lost_recorder_states", 0),
    Goal("lost_own_rows", 0),
)
GOALS: Final = {
    SQLITE: (Goal(_INGEST, 15, is_least=True), *_EVERYWHERE[:5], Goal(_ROW, 0.17), *_EVERYWHERE[5:]),
    **dict.fromkeys(SERVERS, (Goal(_INGEST, 6, is_least=True), *_EVERYWHERE)),
}
KEYS: Final = tuple(goal.key for goal in GOALS[SQLITE])


def goal_of(key: str, engine: str) -> Goal | None:
    """Return the goal of a figure on an engine; None where there is none."""
    return next((goal for goal in GOALS[engine] if goal.key == key), None)
