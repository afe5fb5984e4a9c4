"""A digest of what an action was called with: two calls are the same where their digests are."""

from collections.abc import Mapping, Sequence
import hashlib
from typing import Final

# What an action may be called with, in characters: the longest that any wants is a list of some hundred devices.
LARGEST: Final = 65_536
# Nothing that an action takes has lists in lists in lists in lists.
_DEEPEST: Final = 8


class UnfitDataError(ValueError):
    """A call has more data than any action takes, or text that is none."""


def digest_of(data: Mapping[str, object], *, largest: int = LARGEST) -> str:
    """Return a digest, whatever the order of fields. Raises UnfitDataError, and takes no longer for more."""
    digest = _Digest(largest)
    digest.add(data, 0)
    return digest.hexdigest()


class _Digest:
    def __init__(self, largest: int) -> None:
        self._left = largest
        self._hash = hashlib.sha256()

    def hexdigest(self) -> str:
        return self._hash.hexdigest()

    def add(self, value: object, depth: int) -> None:
        """Add a value with its type and length, so that no two different ones make the same bytes."""
        if depth > _DEEPEST:
            raise UnfitDataError("too deep")
        match value:
            case str():
                self._write("s", value)
            case Mapping():
                self._spend(len(value))
                self._write("d", str(len(value)))
                for key in sorted(value, key=str):
                    self.add(key, depth + 1)
                    self.add(value[key], depth + 1)
            case Sequence() | set() | frozenset() if not isinstance(value, bytes | bytearray):
                self._spend(len(value))
                self._write("l", str(len(value)))
                for item in value if isinstance(value, Sequence) else sorted(value, key=str):
                    self.add(item, depth + 1)
            case int() if value.bit_length() > self._left:
                raise UnfitDataError("too long")
            case _:
                self._write(type(value).__name__, str(value))

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise UnfitDataError("too long")

    def _write(self, kind: str, text: str) -> None:
        self._spend(len(text) + 1)
        try:
            self._hash.update(f"{kind}{len(text)}:{text}".encode())
        except UnicodeEncodeError as error:
            # Half a character: the parser of times that Home Assistant uses would end the whole process for it.
            raise UnfitDataError("no text") from error
