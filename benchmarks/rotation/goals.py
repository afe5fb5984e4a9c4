"""What each figure of a rotation has to be."""

from typing import Final

from ..goals import Goal

GOALS: Final = (
    Goal("unreadable", 0),
    Goal("unreadable_full_disk", 0),
    Goal("rotate_1000_ms", 1000),
)
