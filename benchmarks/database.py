"""The database's statements against plain ways to do the same, on one engine, in one run.

Without Home Assistant: what is measured is condensing and deleting, in the steps in which the recorder's thread would
do them. The peer of condensing is a loop in Python over the same rows; that of deleting in steps is one DELETE.
"""

from collections.abc import Callable, Iterator
import contextlib
from pathlib import Path
import random
import statistics
import tempfile
import time
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, delete, select, text
from sqlalchemy.event import listens_for

from custom_components.smart_lighting_ai_dali.db.aggregation import aggregate, mark_range
from custom_components.smart_lighting_ai_dali.db.ingestion import insert_events
from custom_components.smart_lighting_ai_dali.db.pruning import DAY_MS, Keep, prune
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, WINDOW_MS, event, feature, light_of, migrate
from custom_components.smart_lighting_ai_dali.db.signals import Cause, Event, Signal
from custom_components.smart_lighting_ai_dali.db.watermarks import Watermark, write_watermark

ROWS: Final = 1_000_000
SOURCES: Final = 96
ZONES: Final = 12
BATCH: Final = 500
_START: Final = 1_780_000_000_000 // HOUR_MS * HOUR_MS


def run(rows: int = ROWS) -> tuple[str, dict[str, float]]:
    """Measure on SQLite, and return a table for people and the figures."""
    with database() as engine, engine.connect() as connection:
        migrate(connection, 0)
        connection.commit()
        figures = {"rows": float(rows), "ingest_rows_per_s": measure_ingest(connection, rows)}
        end = _START + rows * _pace(rows)
        write_watermark(connection, Watermark.AGGREGATED, end - end % WINDOW_MS)
        connection.commit()
        figures |= measure_rebuild(connection, end)
        figures["window_ms"] = measure_window(connection, end)
        figures["event_bytes"] = size_of(connection, event.name) / rows
        figures |= measure_prune(connection, end)
    table = "\n".join(f"{key:<26}{value:>14.3f}" for key, value in figures.items())
    return table, figures


@contextlib.contextmanager
def database() -> Iterator[Engine]:
    """Return the engine of a new SQLite file, set up as the recorder's is."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'benchmark.db'}")

        @listens_for(engine, "connect")
        def set_up(connection: Any, _: object) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")

        yield engine
        engine.dispose()


def measure_ingest(connection: Connection, rows: int) -> float:
    """Write events in batches as the flush does, and return rows a second."""
    chance = random.Random(1)
    pace = _pace(rows)
    spent = 0.0
    batch: list[Event] = []
    for number in range(rows):
        at = _START + number * pace
        source = number % SOURCES
        keyframe = at % HOUR_MS < SOURCES * pace
        batch.append(
            Event(
                time=at - at % HOUR_MS if keyframe else at,
                source=source,
                signal=(Signal.LEVEL, Signal.MOTION, Signal.ILLUMINANCE)[source % 3],
                zone=source % ZONES,
                value=chance.randrange(255),
                cause=Cause.KEYFRAME if keyframe else Cause.AUTOMATIC,
            )
        )
        if len(batch) == BATCH or number == rows - 1:
            begun = time.perf_counter()
            insert_events(connection, batch)
            connection.commit()
            spent += time.perf_counter() - begun
            batch = []
    return rows / spent


def measure_rebuild(connection: Connection, end: int) -> dict[str, float]:
    """Condense everything anew, in steps and by a loop in Python, and return how they compare."""
    mark_range(connection, None, None)
    connection.commit()
    steps = timed_steps(connection, lambda: aggregate(connection, end).more)
    ours = {tuple(row[:3]): tuple(row[3:]) for row in connection.execute(select(feature)).tuples()}
    connection.rollback()
    begun = time.perf_counter()
    peer = condense_in_python(connection)
    python = time.perf_counter() - begun
    last = max(window for window, _, _ in ours)
    peer = {key: value for key, value in peer.items() if key[0] <= last}
    if {key: value[4:7] for key, value in ours.items()} != peer:
        raise RuntimeError("the two ways to condense do not agree")
    return {
        "rebuild_s": sum(steps),
        "rebuild_vs_python_loop": sum(steps) / python,
        "longest_step_ms": max(steps) * 1000,
    }


def measure_window(connection: Connection, end: int) -> float:
    """Return how long one window takes, in milliseconds: the median of twenty."""
    last = end - end % WINDOW_MS
    spent = []
    for number in range(1, 21):
        write_watermark(connection, Watermark.AGGREGATED, last - number * WINDOW_MS)
        connection.commit()
        begun = time.perf_counter()
        aggregate(connection, last - (number - 1) * WINDOW_MS)
        connection.commit()
        spent.append(time.perf_counter() - begun)
    write_watermark(connection, Watermark.AGGREGATED, last)
    connection.commit()
    return statistics.median(spent) * 1000


def measure_prune(connection: Connection, end: int) -> dict[str, float]:
    """Delete all events in steps, and those of a copy at once, and return how they compare."""
    connection.execute(text("CREATE TABLE copy AS SELECT * FROM smart_lighting_event"))
    connection.execute(text("CREATE INDEX copy_ts ON copy (ts)"))
    connection.commit()
    now = end + 40 * DAY_MS
    rows = connection.execute(text("SELECT count(*) FROM copy")).scalar_one()
    steps = timed_steps(connection, lambda: bool(prune(connection, now, Keep(events=30, features=3650)).events))
    connection.execute(text("INSERT INTO smart_lighting_event SELECT * FROM copy"))
    connection.commit()
    begun = time.perf_counter()
    connection.execute(delete(event).where(event.c.ts < now))
    connection.commit()
    single = time.perf_counter() - begun
    return {
        "prune_rows_per_s": rows / sum(steps),
        "prune_vs_single_delete": single / sum(steps),
        "prune_longest_step_ratio": max(steps) / single,
    }


def timed_steps(connection: Connection, step: Callable[[], bool]) -> list[float]:
    """Do steps, each in a transaction, until there is no more; return how long each took, in seconds."""
    spent = []
    more = True
    while more:
        begun = time.perf_counter()
        more = step()
        connection.commit()
        spent.append(time.perf_counter() - begun)
    return spent


def condense_in_python(connection: Connection) -> dict[tuple[int, int, int], tuple[int, int, int]]:
    """Work out value, light and known time of each window, zone and signal in a loop."""
    lights = [light_of(level) for level in range(255)]
    sums: dict[tuple[int, int, int], list[int]] = {}
    last: dict[tuple[int, int], tuple[int, int, int]] = {}

    def hold(kind: int, zone: int, value: int, begin: int, end: int) -> None:
        light = lights[value] if kind == Signal.LEVEL else 0
        window = begin // WINDOW_MS
        while begin < end:
            until = min(end, (window + 1) * WINDOW_MS)
            into = sums.setdefault((window, zone, kind), [0, 0, 0])
            held = until - begin
            into[0] += held * value
            into[1] += held * light
            into[2] += held
            begin, window = until, window + 1

    rows = connection.execute(select(event).order_by(event.c.ts)).tuples()
    for at, source, kind, zone, value, _ in rows:
        key = source, kind
        before = last.get(key)
        if before is not None:
            hour_end = (before[0] // HOUR_MS + 1) * HOUR_MS
            hold(kind, before[1], before[2], before[0], min(at, hour_end))
        last[key] = at, zone, value
    for (_, kind), (at, zone, value) in last.items():
        hold(kind, zone, value, at, (at // HOUR_MS + 1) * HOUR_MS)
    return {key: (value[0], value[1], value[2]) for key, value in sums.items()}


def size_of(connection: Connection, table: str) -> int:
    """Return the bytes of a table in the file."""
    size = connection.execute(text("SELECT sum(pgsize) FROM dbstat WHERE name = :table"), {"table": table}).scalar()
    return int(size or 0)


def _pace(rows: int) -> int:
    """Return the milliseconds between two events, so that all of them make thirty days."""
    return max(1, 30 * DAY_MS // rows)
