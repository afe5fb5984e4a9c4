"""Snapshots become the exact text that leaves the house: short rows of numbers and words of our own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
import json
from math import ceil
import re
from typing import Final

from ..zones.daypart import Daypart
from ..zones.plan import Mode, Plan
from ..zones.purpose import Purpose
from .bounds import Bounds
from .snapshot import DayKind, Moment, ZoneSnapshot

# The only words that may leave the house.
_WORDS: Final = (Purpose, Mode, Daypart, DayKind)

type Cell = bool | int | StrEnum | None


@dataclass(frozen=True, slots=True)
class Column:
    """One number or word of a row, and what the AI is told that it means."""

    meaning: str
    of: Callable[[ZoneSnapshot], Cell]


@dataclass(frozen=True, slots=True)
class Fact:
    """The same for what is so for all zones."""

    meaning: str
    of: Callable[[Moment], Cell]


def _changes(place: int, daypart: Daypart) -> Column:
    def counts(zone: ZoneSnapshot) -> int:
        changes = zone.changes[place]
        return 100 * changes.up + 10 * changes.down + changes.off

    return Column(
        f"changes by hand of late in the {daypart}: three digits for more light, less light, off; 9 is 9 or more",
        counts,
    )


MOMENT: Final = (
    Fact("part of the day", lambda moment: moment.daypart),
    Fact("local hour", lambda moment: moment.hour),
    Fact("kind of day", lambda moment: moment.day_kind),
    Fact("elevation of the sun in degrees", lambda moment: moment.sun),
    Fact("cloud cover in percent", lambda moment: moment.cloud),
)
COLUMNS: Final = (
    Column("purpose", lambda zone: zone.purpose),
    Column("1 if somebody is there now, 0 if not", lambda zone: zone.occupied),
    Column("how likely somebody is there at this time of the week, in percent", lambda zone: zone.likely),
    Column("minutes since somebody was seen", lambda zone: zone.idle),
    Column("lux now", lambda zone: zone.lux),
    Column("lux of daylight alone", lambda zone: zone.daylight),
    Column("lux that all of the zone's light adds", lambda zone: zone.at_full),
    Column("lux that people want at this part of the day, as learned so far", lambda zone: zone.preferred),
    Column("the most lux allowed, in tens", lambda zone: zone.most_lux // 10),
    Column("warmest white in hundreds of kelvin", lambda zone: zone.warmest),
    Column("coolest white in hundreds of kelvin", lambda zone: zone.coolest),
    *(_changes(place, daypart) for place, daypart in enumerate(Daypart)),
    Column("mode of the present plan", lambda zone: zone.rules_mode),
    Column("target lux of the present plan", lambda zone: zone.rules_lux),
    Column("white of the present plan in hundreds of kelvin", lambda zone: zone.rules_kelvin),
    Column("hold time of the present plan in tens of seconds", lambda zone: zone.rules_hold),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One zone that is to be asked about; its key stays here."""

    key: str
    snapshot: ZoneSnapshot
    bounds: Bounds
    rules: Plan
    """The present plan, to the digit: it stays here, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much one request may have."""

    zones: int = 8
    size: int = 2048
    """Bytes of the payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One request: what leaves the house, and whom the answers belong to, which does not."""

    payload: str
    taken_at: float
    """When it was so, in seconds since 1970."""
    asked: Mapping[str, Question]
    """By what a zone is called in the payload."""

    @property
    def size(self) -> int:
        """Return the bytes of the payload."""
        return len(self.payload.encode())

    @property
    def tokens(self) -> int:
        """Return about how many tokens the payload has; rather too many than too few."""
        return estimated_tokens(self.payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversized:
    """A zone that alone is more than a request may have."""

    key: str
    size: int
    """Bytes of the payload that it would make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """All that is to be asked, in requests that keep to the caps."""

    batches: tuple[Batch, ...]
    oversized: tuple[Oversized, ...]


class Labels:
    """What zones are called outside: z1 to zn, in an order that is drawn for each installation."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, keys: Sequence[str]) -> dict[str, str]:
        """Return what each zone is called."""
        drawn = sorted(keys, key=lambda key: (blake2b(key.encode(), key=self._secret[:64]).digest(), key))
        return {key: f"z{number}" for number, key in enumerate(drawn, 1)}


def pack(
    questions: Sequence[Question], moment: Moment, *, taken_at: float, labels: Mapping[str, str], caps: Caps
) -> Packed:
    """Return the requests for all zones: split between zones where one would be too large, and never within one."""
    batches: list[Batch] = []
    oversized: list[Oversized] = []
    rows: list[str] = []
    asked: dict[str, Question] = {}
    head = _json([_cell(fact.of(moment)) for fact in MOMENT])
    for question in sorted(questions, key=lambda one: _number_of(labels[one.key])):
        label = labels[question.key]
        row = _json([label, *row_of(question.snapshot)])
        if (size := len(_payload(head, [row]))) > caps.size:
            oversized.append(Oversized(key=question.key, size=size))
            continue
        if rows and (len(rows) >= max(1, caps.zones) or len(_payload(head, [*rows, row])) > caps.size):
            batches.append(Batch(payload=_payload(head, rows), taken_at=taken_at, asked=asked))
            rows, asked = [], {}
        rows.append(row)
        asked[label] = question
    if rows:
        batches.append(Batch(payload=_payload(head, rows), taken_at=taken_at, asked=asked))
    return Packed(batches=tuple(batches), oversized=tuple(oversized))


def row_of(snapshot: ZoneSnapshot) -> list[int | str | None]:
    """Return what is told of a zone. Raises TypeError for whatever is no number and no word of our own."""
    return [_cell(column.of(snapshot)) for column in COLUMNS]


def digest(moment: Moment, snapshot: ZoneSnapshot) -> str:
    """Return what is the same exactly where the same would be told."""
    told = _json([*(_cell(fact.of(moment)) for fact in MOMENT), *row_of(snapshot)])
    return blake2b(told.encode(), digest_size=8).hexdigest()


# Letters, digits and all else, as the tokenizers of today cut them: numbers by three digits, words rarely apart.
_PIECES: Final = re.compile(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]")
_LETTERS_A_TOKEN, _DIGITS_A_TOKEN = 4, 3


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text has, for any model: rather too many than too few."""
    return sum(
        ceil(len(piece) / (_DIGITS_A_TOKEN if piece[0].isdigit() else _LETTERS_A_TOKEN)) if piece.isalnum() else 1
        for piece in _PIECES.findall(text)
    )


def _cell(value: object) -> int | str | None:
    if value is None:
        return None
    if isinstance(value, _WORDS):
        return str(value.value)
    # An enumeration of others may be a number, too; so may be what only looks like one.
    if type(value) is int or type(value) is bool:
        return int(value)
    raise TypeError(f"a {type(value).__name__} is never told")


def _number_of(label: str) -> int:
    return int(label[1:])


def _payload(head: str, rows: Sequence[str]) -> str:
    return f'{{"now":{head},"zones":[{",".join(rows)}]}}'


def _json(cells: list[int | str | None]) -> str:
    return json.dumps(cells, separators=(",", ":"))
