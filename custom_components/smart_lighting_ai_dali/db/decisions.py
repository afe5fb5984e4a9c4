"""What was decided for zones: written with all that it was made of, and read for whoever asks why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b
import json
from typing import Any, Final

from sqlalchemy import Connection, select

from .ingestion import NameKind, number_of_source
from .migrations import require_version
from .schema import decision, source

# Light is kept in thousandths of a percent, as everywhere in these tables.
_FULL_LIGHT: Final = 100_000
_PERCENT: Final = 100


class Outcome(IntEnum):
    """What became of a decision; the numbers stand in the database."""

    SENT = 1
    """The lights were sent there."""
    FAILED = 2
    """The line did not take it; `error` says why."""
    CHOSEN = 3
    """A person did it: it outranks the zone until it is released."""
    AI_MODE = 4
    """No light changed: what an AI may do in the zone did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One change that a zone made by itself, or that a person made in it."""

    time_ms: int
    """Milliseconds since 1970."""
    zone: str
    planner: int
    """The number of a `zones.plan.Planner`."""
    outcome: Outcome
    reason: str
    light_before: float
    """Of full light, 0 to 1, linear."""
    light: float
    confidence: float
    """0 to 1."""
    plan: dict[str, Any]
    """Mode, target_lux, colour_temperature, hold, fade, and why it was planned so; of a person, what they chose."""
    clamps: tuple[str, ...] = ()
    inputs: dict[str, float | None]
    """The numbers that it was decided by."""
    context: str
    """The id of the context in which the lights changed."""
    error: str | None = None

    @property
    def inputs_hash(self) -> str:
        """Return what is the same for the same inputs."""
        return blake2b(_json(self.inputs).encode(), digest_size=8).hexdigest()


def insert_decisions(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Write decisions. Raises SchemaTooNewError."""
    require_version(connection)
    zones = {zone: number_of_source(connection, NameKind.ZONE, zone) for zone in {one.zone for one in decisions}}
    connection.execute(
        decision.insert(),
        [
            {
                "ts": one.time_ms,
                "zone": zones[one.zone],
                "planner": one.planner,
                "outcome": int(one.outcome),
                "level_from": round(one.light_before * _FULL_LIGHT),
                "level_to": round(one.light * _FULL_LIGHT),
                "confidence": round(one.confidence * _PERCENT),
                "detail": one.error,
                "reason": one.reason,
                "plan": _json(one.plan),
                "clamps": ",".join(one.clamps),
                "inputs": _json(one.inputs),
                "inputs_hash": one.inputs_hash,
                "context": one.context,
            }
            for one in decisions
        ],
    )


def insert_missing_decisions(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Write those decisions that are not there yet: one is known by its instant, zone and outcome.

    Raises SchemaTooNewError.
    """
    if not decisions:
        return
    times = [one.time_ms for one in decisions]
    query = (
        select(decision.c.ts, source.c.name, decision.c.outcome)
        .join(source, decision.c.zone == source.c.source_id)
        .where(source.c.kind == NameKind.ZONE, decision.c.ts.between(min(times), max(times)))
    )
    there = {tuple(row) for row in connection.execute(query)}
    if missing := [one for one in decisions if (one.time_ms, one.zone, int(one.outcome)) not in there]:
        insert_decisions(connection, missing)


def read_decisions(
    connection: Connection, *, start_ms: int, end_ms: int, zones: Iterable[str] | None = None, most: int
) -> list[Decision]:
    """Return decisions from `start_ms` to before `end_ms`, the newest first, `most` of them."""
    query = (
        select(decision, source.c.name)
        .join(source, decision.c.zone == source.c.source_id)
        .where(source.c.kind == NameKind.ZONE, decision.c.ts >= start_ms, decision.c.ts < end_ms)
        .order_by(decision.c.ts.desc(), decision.c.decision_id.desc())
        .limit(most)
    )
    if zones is not None:
        query = query.where(source.c.name.in_(list(zones)))
    return [
        Decision(
            time_ms=row.ts,
            zone=row.name,
            planner=row.planner,
            outcome=Outcome(row.outcome),
            reason=row.reason or "",
            light_before=(row.level_from or 0) / _FULL_LIGHT,
            light=(row.level_to or 0) / _FULL_LIGHT,
            confidence=(row.confidence or 0) / _PERCENT,
            plan=json.loads(row.plan or "{}"),
            clamps=tuple(one for one in (row.clamps or "").split(",") if one),
            inputs=json.loads(row.inputs or "{}"),
            context=row.context or "",
            error=row.detail,
        )
        for row in connection.execute(query)
    ]


def _json(values: dict[str, Any]) -> str:
    return json.dumps(values, separators=(",", ":"), sort_keys=True)
