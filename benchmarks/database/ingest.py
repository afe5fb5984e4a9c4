"""Events go into the database a hundred at a time, beside the state changes of the recorder itself."""

from collections.abc import Iterator
from functools import partial
from itertools import batched, count
import statistics
import time
from typing import Final

from sqlalchemy import Connection

from custom_components.smart_lighting_ai_dali.db.ingestion import Ingested, NameKind, insert_events, numbered
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS
from custom_components.smart_lighting_ai_dali.db.signals import Observation, Signal

from .building import end_of
from .home import Home

BATCH: Final = 100
_BATCHES: Final = 100
_STATES: Final = 2000
_ROUNDS: Final = 7
_PACE_MS: Final = 10
_SOURCES: Final = 96
_ZONES: Final = 12


async def measure(home: Home) -> dict[str, float | None]:
    """Compare how many rows of ours and how many states of its own the recorder writes in a second, in turns."""
    numbers: dict[tuple[NameKind, str], int] = {}

    def ingest(batch: tuple[Observation, ...], connection: Connection) -> Ingested:
        return insert_events(connection, numbered(connection, batch, numbers))

    batches = batched(_happening(end_of(home.rows) + HOUR_MS), BATCH, strict=True)
    ratios = []
    for _ in range(_ROUNDS):
        some = [next(batches) for _ in range(_BATCHES)]
        begun = time.perf_counter()
        for batch in some:
            await home.database.async_write("ingest", partial(ingest, batch))
        ours = BATCH * _BATCHES / (time.perf_counter() - begun)
        await home.recorded()
        begun = time.perf_counter()
        for _ in range(_STATES):
            home.change_a_state()
        await home.recorded()
        theirs = _STATES / (time.perf_counter() - begun)
        ratios.append(ours / theirs)
    return {"ingest_vs_recorder_states": statistics.median(ratios)}


def _happening(start: int) -> Iterator[Observation]:
    """Return what happens from an instant on, a hundred times a second, without end."""
    for number in count():
        source = number % _SOURCES
        yield Observation(
            time=start + number * _PACE_MS,
            source=f"new source {source}",
            signal=(Signal.LEVEL, Signal.MOTION, Signal.ILLUMINANCE)[source % 3],
            zone=f"new zone {source % _ZONES}",
            value=number % 200,
        )
