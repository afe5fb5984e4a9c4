"""What the database is measured by, and what each figure has to be."""

from dataclasses import dataclass
from typing import Final, override

from .places import SERVERS, SQLITE

_EVERYWHERE: Final = (SQLITE, *SERVERS)


@dataclass(frozen=True, slots=True)
class Goal:
    """What one figure has to be, on which engines."""

    key: str
    limit: float
    is_least: bool = False
    """It has to be that or more; otherwise that or less."""
    engines: tuple[str, ...] = _EVERYWHERE

    def is_met(self, value: float) -> bool:
        """Tell whether a value is good enough."""
        return value >= self.limit if self.is_least else value <= self.limit

    @override
    def __str__(self) -> str:
        """Return the goal as people write it."""
        return f"{'>=' if self.is_least else '<='} {self.limit:g}"


GOALS: Final = (
    Goal("ingest_vs_recorder_states", 15, is_least=True, engines=(SQLITE,)),
    Goal("ingest_vs_recorder_states", 6, is_least=True, engines=SERVERS),
    Goal("lag_p99_ratio", 1.5),
    Goal("longest_task_ms", 50),
    Goal("window_10m_over_1m", 1.3),
    Goal("window_vs_recorder_compile", 0.2),
    Goal("rebuild_vs_python_loop", 1.0),
    Goal("row_vs_states_row", 0.17, engines=(SQLITE,)),
    Goal("prune_vs_single_delete", 0.45, is_least=True),
    Goal("prune_longest_task_ratio", 0.1),
    Goal("lost_recorder_states", 0),
    Goal("lost_own_rows", 0),
)
KEYS: Final = tuple(dict.fromkeys(goal.key for goal in GOALS))


def goal_of(key: str, engine: str) -> Goal | None:
    """Return the goal of a figure on an engine; None where there is none."""
    return next((goal for goal in GOALS if goal.key == key and engine in goal.engines), None)
