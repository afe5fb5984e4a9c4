"""The keys that the site made for itself, from the first to those that are retired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self

from .key import InvalidKeyError, Key

# An older backup of the profiles beside a newer keyring needs the older key, in seconds: ninety days.
KEEP_RETIRED: Final = 90 * 86_400.0


class KeyState(StrEnum):
    """What a key is for."""

    ACTIVE = "active"
    """It opens, and the newest of these seals; more than one means that a rotation was interrupted."""
    RETIRED = "retired"
    """It only opens what an older backup brings back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptKey:
    """A key in the ring."""

    number: int
    key: Key
    created: float
    """Seconds since 1970."""
    state: KeyState = KeyState.ACTIVE
    retired: float | None = None
    """The same."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The ring: it is changed by making another."""

    kept: tuple[KeptKey, ...] = ()
    """The newest first."""

    @property
    def active(self) -> tuple[Key, ...]:
        """Return the keys that are in use: the first seals."""
        return tuple(one.key for one in self.kept if one.state is KeyState.ACTIVE)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return all keys, in the order in which they are tried: those in use, then the retired."""
        return (*self.active, *(one.key for one in self.kept if one.state is KeyState.RETIRED))

    def with_key(self, key: Key, at: float) -> Self:
        """Return a ring with one more key in use, before all others; what was retired may come back so."""
        others = tuple(one for one in self.kept if one.key != key)
        number = 1 + max((one.number for one in self.kept), default=0)
        return type(self)((KeptKey(number=number, key=key, created=at), *others))

    def settled(self, primary: Key, at: float) -> Self:
        """Return a ring in which no other key than the primary one, which may be kept elsewhere, is in use.

        What was retired more than ninety days ago is dropped.
        """
        settled = (
            one
            if one.key == primary or one.state is KeyState.RETIRED
            else replace(one, state=KeyState.RETIRED, retired=at)
            for one in self.kept
        )
        return type(self)(tuple(one for one in settled if one.key == primary or at - _retired(one, at) <= KEEP_RETIRED))

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON, keys and all: it goes into a private file."""
        return {
            "keys": [
                {
                    "id": one.number,
                    "key": one.key.reveal(),
                    "created": one.created,
                    "state": one.state.value,
                    "retired": one.retired,
                }
                for one in self.kept
            ]
        }

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Return what `as_dict` wrote. Raises InvalidKeyError for what can't be read; it does not say what it was."""
        try:
            return cls(_kept(data))
        except InvalidKeyError, KeyError, TypeError, ValueError, OverflowError:
            raise InvalidKeyError("the keyring can't be read") from None


def _retired(one: KeptKey, at: float) -> float:
    """Return when a key was retired; a clock that was set back retires none for longer."""
    return at if one.retired is None else one.retired


def _kept(data: object) -> tuple[KeptKey, ...]:
    if not isinstance(data, Mapping) or not isinstance(data["keys"], Sequence):
        raise TypeError
    return tuple(
        KeptKey(
            number=int(item["id"]),
            key=Key(str(item["key"])),
            created=float(item["created"]),
            state=KeyState(item["state"]),
            retired=None if item["retired"] is None else float(item["retired"]),
        )
        for item in data["keys"]
    )
