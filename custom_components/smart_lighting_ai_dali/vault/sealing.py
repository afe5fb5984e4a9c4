"""Sealing: a record becomes a token that only its keys open, and that says what it is of.

A Fernet token (AES-128-CBC and HMAC-SHA-256, https://github.com/fernet/spec) does not know where it belongs: two that
were swapped both open, and so does an old one that was put back. So what a record is of stands inside, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
import json
from typing import Any, Final, Self

from cryptography.fernet import InvalidToken

from .key import Key

SCHEMA: Final = 1


class Kind(StrEnum):
    """What can be sealed."""

    PROFILE = "profile"
    LEARNING = "learning"


class Fault(StrEnum):
    """Why a token is not believed."""

    CORRUPT = "corrupt"
    """It was changed, or is no token at all."""
    KEY_MISSING = "key_missing"
    """It was sealed by a key that is not there."""
    SWAPPED = "swapped"
    """It is that of another record."""
    REPLAYED = "replayed"
    """It is older, or newer, than the record says."""
    TOO_NEW = "too_new"
    """A later version made it."""
    INVALID = "invalid"
    """It opens, and what is in it can't be."""


class UnreadableError(Exception):
    """A record can't be read."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A sealed record, as it is kept."""

    counter: int
    """Of how often it was changed."""
    key: str
    """The fingerprint of the key that sealed it."""
    token: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"counter": self.counter, "key": self.key, "token": self.token}

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Return what `as_dict` wrote. Raises UnreadableError."""
        match data:
            case {"counter": int(counter), "key": str(key), "token": str(token)}:
                return cls(counter=counter, key=key, token=token)
        raise UnreadableError(Fault.CORRUPT)


class Sealer:
    """Seals by the first of its keys, and opens by any."""

    __slots__ = ("keys",)

    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise ValueError("no key")
        self.keys = tuple(keys)

    @property
    def primary(self) -> Key:
        """Return the key that seals."""
        return self.keys[0]

    def seal(self, kind: Kind, identity: str, body: Mapping[str, Any], counter: int = 0) -> Row:
        """Return the sealed record; it says inside what it is of."""
        inside = {"kind": kind.value, "id": identity, "schema": SCHEMA, "counter": counter, "body": body}
        token = self.primary.fernet.encrypt(json.dumps(inside, separators=(",", ":"), allow_nan=False).encode())
        return Row(counter=counter, key=self.primary.fingerprint, token=token.decode("ascii"))

    def open(self, kind: Kind, identity: str, row: Row) -> dict[str, Any]:
        """Return what is in a record. Raises UnreadableError."""
        match self._inside(row):
            case {"schema": int(schema)} if schema > SCHEMA:
                raise UnreadableError(Fault.TOO_NEW)
            case {"kind": str(what), "id": str(whose), "counter": int(counter), "body": dict(body)}:
                if (what, whose) != (kind.value, identity):
                    raise UnreadableError(Fault.SWAPPED)
                if counter != row.counter:
                    raise UnreadableError(Fault.REPLAYED)
                return body
        raise UnreadableError(Fault.INVALID)

    def _inside(self, row: Row) -> object:
        for key in self.keys:
            try:
                # What is no ASCII raises a ValueError of its own.
                return json.loads(key.fernet.decrypt(row.token.encode("ascii")))
            except InvalidToken, ValueError, RecursionError:
                continue
        known = {key.fingerprint for key in self.keys}
        raise UnreadableError(Fault.CORRUPT if row.key in known else Fault.KEY_MISSING)
