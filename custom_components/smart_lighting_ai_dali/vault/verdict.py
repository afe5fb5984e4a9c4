"""Whether the keys that are there are the right ones: a first start is no lost key."""

from collections.abc import Sequence
from enum import StrEnum

from .key import Key
from .records import Records
from .sealing import Sealer


class Problem(StrEnum):
    """Why nothing is sealed or opened: then nothing is written, either."""

    LOST = "key_lost"
    """There is none, and there was one."""
    WRONG = "key_wrong"
    """Those that are there are others."""
    INVALID = "key_invalid"
    """What was given as a key is none."""
    UNREADABLE = "unreadable"
    """A file is there and can't be read."""
    NOT_WRITTEN = "not_written"
    """The first key could not be written down."""


class Verdict(StrEnum):
    """What to do where nothing is wrong."""

    FIRST_START = "first_start"
    """Make a key: nothing was ever sealed."""
    RIGHT = "right"


def judge(known: str | None, keys: Sequence[Key], records: Records, *, has_sealed: bool) -> Verdict | Problem:
    """Return what is so of the keys that are there.

    `known` is the fingerprint of the key in force, which is kept elsewhere; `has_sealed` tells whether anything else
    than the records was sealed before; it makes no difference where there are keys.
    """
    if not keys:
        is_first = known is None and not records.rows and not has_sealed
        return Verdict.FIRST_START if is_first else Problem.LOST
    if known is not None:
        return Verdict.RIGHT if known in {key.fingerprint for key in keys} else Problem.WRONG
    # The fingerprint was not written yet, or the site was set up anew beside its files.
    return Verdict.RIGHT if records.opens(Sealer(keys)) else Problem.WRONG
