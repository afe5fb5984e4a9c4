"""What a figure has to be."""

from dataclasses import dataclass
from typing import override


@dataclass(frozen=True, slots=True)
class Goal:
    """What one figure has to be."""

    key: str
    limit: float
    is_least: bool = False
    """It has to be that or more; otherwise that or less."""

    def is_met(self, value: float) -> bool:
        """Tell whether a value is good enough."""
        return value >= self.limit if self.is_least else value <= self.limit

    @override
    def __str__(self) -> str:
        """Return the goal as people write it."""
        return f"{'>=' if self.is_least else '<='} {self.limit:g}"


def row(key: str, value: float | None, goal: Goal | None) -> str:
    """Return the row of a figure in a table for people."""
    if value is None:
        return f"{key:<32}{'-':>10}"
    verdict = "" if goal is None else f"   {goal!s:<10}{'met' if goal.is_met(value) else 'MISSED'}"
    return f"{key:<32}{value:>10.3f}{verdict}"
