"""What stands in memory banks, decoded; python-dali knows where, in which form, and which numbers are none."""

from collections.abc import Mapping
from typing import Any

from dali.exceptions import MemoryLocationNotImplemented
from dali.memory.location import FlagValue, MemoryValue


def number_of(value: type[MemoryValue], cells: Mapping[int, int]) -> float | None:
    """Return a number in the unit that python-dali gives it, or a flag as 0 or 1.

    None where it is not there, not supported (MASK), not known at present (TMASK) or outside of what it may be.
    """
    content = _content(value, cells)
    # Scales are decimals there; a text stands for a number that another part tells.
    return None if content is None or isinstance(content, str) else float(content)


def text_of(value: type[MemoryValue], cells: Mapping[int, int]) -> str | None:
    """Return a text; None where it is not there, or no ASCII."""
    content = _content(value, cells)
    return content.strip() if isinstance(content, str) else None


def _content(value: type[MemoryValue], cells: Mapping[int, int]) -> Any:
    last = max(location.address for location in value.locations)
    try:
        content = value.from_list([cells.get(location) for location in range(last + 1)])
    except MemoryLocationNotImplemented:
        return None
    return None if isinstance(content, FlagValue) else content
