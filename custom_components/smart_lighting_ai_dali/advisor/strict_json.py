"""JSON as strict as a stranger's has to be read: its size, its depth, every key once, every number a number."""

import json
from math import isfinite
import re
from typing import Any, Final

# The largest text that is read at all, in bytes of UTF-8, and the deepest.
MOST_BYTES: Final = 32 * 1024
MOST_DEPTH: Final = 6
# What is between quotes says nothing of the depth.
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


class TooLargeError(ValueError):
    """The text is larger than what is read."""


class TooDeepError(ValueError):
    """The text has too many brackets within one another."""


class Twice:
    """Stands where an object had a key twice: which one was meant, nobody knows."""


class NoNumber:
    """Stands where a number was none: not a number, infinite, or too large to be told from it."""


def read_strictly(text: str) -> Any:
    """Return what a text says, with `Twice` and `NoNumber` where it may not. Raises ValueError for what is no JSON."""
    if len(text) > MOST_BYTES or len(text.encode(errors="surrogatepass")) > MOST_BYTES:
        raise TooLargeError(f"more than {MOST_BYTES} bytes")
    if _depth(text) > MOST_DEPTH:
        raise TooDeepError(f"more than {MOST_DEPTH} levels")
    return json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int)


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in _QUOTED.sub("", text):
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Twice:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Twice()


def _constant(_: str) -> NoNumber:
    return NoNumber()


def _float(text: str) -> float | NoNumber:
    value = float(text)
    return value if isfinite(value) else NoNumber()


def _int(text: str) -> int | NoNumber:
    # More digits than any number here can have: not even read.
    return int(text) if len(text) <= 15 else NoNumber()
