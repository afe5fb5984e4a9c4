"""The audit's file: rows that are only ever added, each bound to the one before by a keyed hash (HMAC-SHA256).

A row is a line of JSON. Its `hash` is over the row and the hash before it, so whoever has no key can't change, leave
out or add one without it being found. Whoever has the key can: an administrator of the machine. Nothing here knows Home
Assistant, and all of it blocks.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any, Final

type Row = dict[str, Any]

# Rows of a call, and those of the file itself.
STARTED: Final = "started"
FINISHED: Final = "finished"
OPENED: Final = "opened"
PRUNED: Final = "pruned"
INTERRUPTED: Final = "interrupted"
# A year of a busy site is a tenth of it; whoever floods the audit loses what is oldest, and that is said in the file.
LARGEST_FILE: Final = 32 * 2**20

_PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Head:
    """The last row that there has been, kept elsewhere: rows that are missing at the end are found by it."""

    seq: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a stop had left in the file."""

    interrupted: int = 0
    """Calls that had begun and not ended."""
    torn: int = 0
    """Bytes of a last line that was never finished."""


@dataclass(slots=True)
class Reading:
    """What is in the file, and whether it is what was written."""

    rows: list[Row] = field(default_factory=list)
    broken: list[Row] = field(default_factory=list)
    """Where it is not: the number of the row, and a reason."""
    torn: int = 0
    """The bytes of a last line that was never finished: what a kill or a power cut leaves."""
    ends_line: bool = True

    @property
    def head(self) -> Head:
        """Return the last row."""
        return Head(self.rows[-1]["seq"], self.rows[-1]["hash"]) if self.rows else Head()


class AuditFile:
    """Adds rows, reads them, and forgets the oldest; one caller at a time."""

    def __init__(self, path: Path, key: bytes, head: Head) -> None:
        self.head = head
        """The last row, as it was written."""
        self.size = 0
        """Of the file in bytes, once a row was added."""
        self._path = path
        self._key = key
        self._key_id = hashlib.sha256(key).hexdigest()[:8]
        self._is_open = False

    def as_dict(self) -> Row:
        """Return what has to be kept elsewhere, in private: the key, and the last row."""
        return {"key": self._key.hex(), "seq": self.head.seq, "hash": self.head.hash}

    def append(self, rows: Iterable[Row], now: str) -> Found:
        """Add rows, which are on the disk afterwards; return what was found where the file was opened.

        Raises OSError; then none of them counts as written.
        """
        added: list[Row] = []
        found = Found()
        if not self._is_open:
            reading = self.read()
            opened: Row = {"kind": OPENED, "time": now}
            if reading.torn:
                opened["torn"] = reading.torn
            ended = [*_interrupted(reading.rows, now)]
            found = Found(interrupted=len(ended), torn=reading.torn)
            added += [opened, *ended]
            if reading.head.seq > self.head.seq:
                self.head = reading.head
            if not reading.ends_line:
                self._write(b"\n")
            self._is_open = True
        head, lines = self.head, []
        for row in (*added, *rows):
            line, head = self._sealed(row, head)
            lines.append(line)
        self._write(b"".join(lines))
        self.head = head
        self.size = self._path.stat().st_size
        return found

    def read(self) -> Reading:
        """Return all rows and whether the chain holds. Raises OSError."""
        reading, last, anchor = Reading(), Head(), ""
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            lines = [b""]
        reading.ends_line = not lines[-1]
        for line in lines[:-1] if reading.ends_line else lines:
            row = _parsed(line)
            if row is None:
                if reading.torn:
                    reading.broken.append({"seq": last.seq + 1, "reason": "unreadable"})
                reading.torn += len(line)
                continue
            if reading.torn and (row.get("kind") != OPENED or row.get("torn") != reading.torn):
                reading.broken.append({"seq": row["seq"], "reason": "unreadable"})
            reading.torn = 0
            if reason := self._wrong(row, last, anchor):
                reading.broken.append({"seq": row["seq"], "reason": reason})
            # The row after those that were forgotten follows the last of them.
            anchor = row["prev"] if row["kind"] == PRUNED else row["hash"]
            last = Head(row["seq"], row["hash"])
            reading.rows.append(row)
        if last.seq < self.head.seq:
            reading.broken.append({"seq": last.seq + 1, "reason": "missing"})
        return reading

    def prune(self, before: str, now: str, largest: int = LARGEST_FILE) -> int:
        """Forget rows from before an instant, and the oldest where all are too large; return how many.

        What is left is written beside and put in its place whole. Raises OSError; then nothing was forgotten.
        """
        try:
            lines = self._path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return 0
        size, forgotten, last = sum(map(len, lines)), 0, None
        for line in lines:
            row = _parsed(line)
            if row is not None and row["kind"] != PRUNED and row["time"] >= before and size <= largest:
                break
            size -= len(line)
            forgotten += 1
            last = row or last
        if last is None or (forgotten == 1 and last["kind"] == PRUNED):
            return 0
        mark: Row = {"kind": PRUNED, "time": now, "seq": last["seq"]}
        line, _ = self._sealed(mark, Head(last["seq"] - 1, last["prev"] if last["kind"] == PRUNED else last["hash"]))
        beside = self._path.with_suffix(".audit_new")
        try:
            _write_private(beside, line + b"".join(lines[forgotten:]), os.O_TRUNC)
            beside.replace(self._path)
        except OSError:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
        return forgotten

    def _sealed(self, row: Mapping[str, Any], head: Head) -> tuple[bytes, Head]:
        """Return the line of a row that comes after another, and what is the last row then."""
        sealed = {**row, "seq": head.seq + 1, "prev": head.hash, "key": self._key_id}
        if digest := sealed.get("digest"):
            # By the key, since what has few values could be guessed from a digest that anybody can make.
            sealed["digest"] = self._keyed("digest", digest)
        sealed["hash"] = self._keyed("row", _text(sealed))
        return f"{_text(sealed)}\n".encode(), Head(sealed["seq"], sealed["hash"])

    def _wrong(self, row: Row, last: Head, anchor: str) -> str | None:
        """Return what is wrong with a row; None where nothing is."""
        if row["key"] != self._key_id:
            return "other_key"
        if not hmac.compare_digest(
            row["hash"].encode(), self._keyed("row", _text({k: v for k, v in row.items() if k != "hash"})).encode()
        ):
            return "edited"
        is_first = last.seq == 0 and row["kind"] == PRUNED
        return None if is_first or (row["seq"] == last.seq + 1 and row["prev"] == anchor) else "missing"

    def _keyed(self, use: str, text: str) -> str:
        return hmac.new(self._key, f"{use}\n{text}".encode(), hashlib.sha256).hexdigest()

    def _write(self, data: bytes) -> None:
        try:
            _write_private(self._path, data, os.O_APPEND)
        except OSError:
            # What is there may be half a line: it is looked at before the next row.
            self._is_open = False
            raise


def _write_private(path: Path, data: bytes, how: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, _PRIVATE)
    try:
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _interrupted(rows: Iterable[Row], now: str) -> Iterator[Row]:
    """Return the ends of calls that have none: what ran them was stopped."""
    open_calls: dict[str, Row] = {}
    for row in rows:
        if row["kind"] == STARTED:
            open_calls[row["call"]] = row
        elif row["kind"] == FINISHED:
            open_calls.pop(row["call"], None)
    for call, row in open_calls.items():
        yield {
            "kind": FINISHED,
            "time": now,
            "call": call,
            "action": row["action"],
            "user": row["user"],
            "outcome": INTERRUPTED,
        }


def _text(row: Mapping[str, Any]) -> str:
    return json.dumps(row, sort_keys=True, separators=(",", ":"))


def _parsed(line: bytes) -> Row | None:
    """Return the row of a line; None where it is none."""
    try:
        row = json.loads(line)
    except ValueError, RecursionError:
        return None
    if not isinstance(row, dict) or not isinstance(row.get("seq"), int):
        return None
    texts = ("kind", "time", "prev", "hash", "key", *_TEXTS.get(row.get("kind"), ()))
    return row if all(isinstance(row.get(name), str) for name in texts) else None


# What rows of a kind have beside what all have.
_TEXTS: Final[Mapping[Any, tuple[str, ...]]] = {STARTED: ("call", "action"), FINISHED: ("call", "action", "outcome")}
