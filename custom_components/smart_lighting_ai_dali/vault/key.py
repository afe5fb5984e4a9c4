"""One key, which is never shown."""

import base64
import binascii
import hashlib
from typing import Final, Self, override

from cryptography.fernet import Fernet

# The first 8 bytes of a SHA-256 tell keys apart, and nothing about them.
_FINGERPRINT_BYTES: Final = 8
_KEY_BYTES: Final = 32


class InvalidKeyError(Exception):
    """This is no key; the message never says what it was."""


class Key:
    """A Fernet key: 32 bytes, as 44 characters of URL-safe base64."""

    __slots__ = ("_text", "fernet", "fingerprint")

    def __init__(self, text: str) -> None:
        """Take a key as it is written down. Raises InvalidKeyError."""
        try:
            raw = base64.b64decode(text.strip().encode("ascii"), altchars=b"-_", validate=True)
        except ValueError, binascii.Error:
            raise InvalidKeyError("it is no base64") from None
        if len(raw) != _KEY_BYTES:
            raise InvalidKeyError(f"it has {len(raw)} bytes, not {_KEY_BYTES}")
        self._text = base64.urlsafe_b64encode(raw).decode("ascii")
        self.fernet = Fernet(self._text)
        self.fingerprint = hashlib.sha256(raw).digest()[:_FINGERPRINT_BYTES].hex()

    @classmethod
    def new(cls) -> Self:
        """Return a key that nobody has."""
        return cls(Fernet.generate_key().decode("ascii"))

    def reveal(self) -> str:
        """Return it as text: for the keyring's file, and for nothing else."""
        return self._text

    @override
    def __repr__(self) -> str:
        return f"<key {self.fingerprint}>"

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and other._text == self._text

    @override
    def __hash__(self) -> int:
        return hash(self.fingerprint)


def keys_of(text: str) -> tuple[Key, ...]:
    """Return the keys of a text, one a line or after a comma: the first seals. Raises InvalidKeyError."""
    return tuple(Key(one) for one in text.replace(",", "\n").split() if one)
