"""The sealed records of one kind: those that are in use, and those that were put aside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from .sealing import Fault, Kind, Row, Sealer, UnreadableError


@dataclass(frozen=True, slots=True, kw_only=True)
class PutAside:
    """A record that could not be read: it is kept as it was, for whoever can mend it."""

    identity: str
    fault: Fault
    raw: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """All of one kind: they are changed by making others."""

    kind: Kind
    rows: Mapping[str, Any] = field(default_factory=dict)
    """As they are kept, by what they are of; a row that is damaged is any JSON."""
    aside: tuple[PutAside, ...] = ()

    def opened[T](self, sealer: Sealer, read: Callable[[dict[str, Any]], T]) -> tuple[dict[str, T], Records]:
        """Return what is in them, and the records with all put aside that can't be read.

        `read` makes a value of a record, and raises KeyError, TypeError or ValueError for what can't be one.
        """
        values: dict[str, T] = {}
        aside: list[PutAside] = []
        for identity, raw in self.rows.items():
            try:
                values[identity] = _read(sealer, self.kind, identity, raw, read)
            except UnreadableError as error:
                aside.append(PutAside(identity=identity, fault=error.fault, raw=raw))
        rows = {identity: raw for identity, raw in self.rows.items() if identity in values}
        return values, replace(self, rows=rows, aside=(*self.aside, *aside))

    def opens(self, sealer: Sealer) -> bool:
        """Tell whether the keys are those of these records: one that opens is enough, and so are none."""
        if not self.rows:
            return True
        return bool(self.opened(sealer, dict)[0])

    def with_record(self, identity: str, body: Mapping[str, Any], sealer: Sealer) -> Self:
        """Return them with one record changed or added."""
        before = self.rows.get(identity)
        counter = 1 + (Row.from_dict(before).counter if before is not None else self._last_aside(identity))
        row = sealer.seal(self.kind, identity, body, counter)
        return replace(self, rows={**self.rows, identity: row.as_dict()})

    def _last_aside(self, identity: str) -> int:
        """Return up to where a record was counted that was put aside: an old one must not come back as a new one."""
        counters = [
            counter
            for one in self.aside
            if one.identity == identity and isinstance(one.raw, dict) and type(counter := one.raw.get("counter")) is int
        ]
        return max(counters, default=0)

    def without(self, identities: set[str]) -> Self:
        """Return them without all that is of these: what they were of is gone."""
        return replace(
            self,
            rows={identity: raw for identity, raw in self.rows.items() if identity not in identities},
            aside=tuple(one for one in self.aside if one.identity not in identities),
        )

    @property
    def identities(self) -> set[str]:
        """Return what they are of, those put aside included."""
        return {*self.rows, *(one.identity for one in self.aside)}

    def is_sealed_by(self, sealer: Sealer) -> bool:
        """Tell whether the first of these keys sealed all that are in use."""
        return all(Row.from_dict(raw).key == sealer.primary.fingerprint for raw in self.rows.values())

    def resealed(self, sealer: Sealer) -> Self:
        """Return them sealed by the first of these keys. Raises UnreadableError: then nothing has changed."""
        rows: dict[str, Any] = {}
        for identity, raw in self.rows.items():
            row = Row.from_dict(raw)
            body = sealer.open(self.kind, identity, row)
            rows[identity] = sealer.seal(self.kind, identity, body, row.counter).as_dict()
        return replace(self, rows=rows)

    def as_dict(self) -> dict[str, Any]:
        """Return them as JSON."""
        return {
            "records": dict(self.rows),
            "aside": [{"id": one.identity, "fault": one.fault.value, "raw": one.raw} for one in self.aside],
        }

    @classmethod
    def from_dict(cls, kind: Kind, data: object) -> Self:
        """Return what `as_dict` wrote; rows are looked at as they are opened. Raises UnreadableError."""
        match data:
            case {"records": dict(rows), "aside": list(aside)}:
                try:
                    put_aside = tuple(
                        PutAside(identity=str(one["id"]), fault=Fault(one["fault"]), raw=one["raw"]) for one in aside
                    )
                except KeyError, TypeError, ValueError:
                    raise UnreadableError(Fault.CORRUPT) from None
                return cls(kind=kind, rows=rows, aside=put_aside)
        raise UnreadableError(Fault.CORRUPT)


def _read[T](sealer: Sealer, kind: Kind, identity: str, raw: Any, read: Callable[[dict[str, Any]], T]) -> T:
    body = sealer.open(kind, identity, Row.from_dict(raw))
    try:
        return read(body)
    except KeyError, TypeError, ValueError, AttributeError, OverflowError:
        raise UnreadableError(Fault.INVALID) from None
