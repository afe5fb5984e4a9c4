"""The jobs of the database, each as the integration does it, in a process that may kill itself in the middle."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
import os
from random import Random
import signal
from typing import Any, Final

from sqlalchemy import Connection, Engine, NullPool, create_engine, event as sqlalchemy_event, inspect, select, text

from custom_components.smart_lighting_ai_dali.db.aggregation import aggregate, hours_between
from custom_components.smart_lighting_ai_dali.db.dirty_hours import mark_hours
from custom_components.smart_lighting_ai_dali.db.ingestion import NameKind, insert_events, numbered
from custom_components.smart_lighting_ai_dali.db.migrations import migrate
from custom_components.smart_lighting_ai_dali.db.pruning import DAY_MS, Keep, Pruned, prune, raise_floor
from custom_components.smart_lighting_ai_dali.db.schema import (
    HOUR_MS,
    WINDOW_MS,
    dirty_hour,
    event,
    feature,
    metadata,
    source,
    statistic,
    watermark,
)
from custom_components.smart_lighting_ai_dali.db.signals import Cause, Observation, Signal
from custom_components.smart_lighting_ai_dali.db.watermarks import Watermark, write_watermark
from tests.warm_process import tell

from .structure import structure_of
from .version_1 import make_version_1

START: Final = 1_790_000_000_000 // HOUR_MS * HOUR_MS
# An hour, and the beginning of another.
NOW: Final = START + HOUR_MS + 2 * WINDOW_MS
LONG_AGO: Final = START - 100 * DAY_MS
# A kill before one of these leaves what a kill after the change before it leaves.
_READS: Final = ("SELECT", "DESCRIBE", "SHOW", "PRAGMA")
# Tables with what another had before its job.
_KEPT: Final = "kept_"
# Those that jobs write into.
_FILLED: Final = (source, event, feature, statistic, watermark, dirty_hour)
_NUMBERED: Final = {"src", "zone", "source_id"}


class Killer:
    """Kills this process at the n-th of the moments that differ: before each change and commit, after each commit."""

    def __init__(self, moment: int | None) -> None:
        self._left = moment

    def __call__(self) -> None:
        """Take note of a moment."""
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class Database:
    """A database as the recorder opens it, and as our writes go into it."""

    def __init__(self, connection: Connection, killer: Killer) -> None:
        self.connection = connection
        self._killer = killer

    def write[R](self, work: Callable[[Connection], R]) -> R:
        """Do work in a transaction."""
        result = work(self.connection)
        self.connection.commit()
        self._killer()
        return result


@cache
def _engine(url: str) -> Engine:
    """Return an engine that keeps no connection, but whatever it has compiled, for processes that are forked."""
    return create_engine(url, poolclass=NullPool)


@contextmanager
def _open(url: str, kill_at: int | None = None) -> Iterator[Database]:
    killer = Killer(kill_at)
    with _engine(url).connect() as connection:
        if connection.dialect.name == "sqlite":
            # As the recorder does.
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
            connection.rollback()

        @sqlalchemy_event.listens_for(connection, "before_cursor_execute")
        def before(_: Connection, __: object, statement: str, *___: object) -> None:
            if not statement.lstrip().startswith(_READS):
                killer()

        sqlalchemy_event.listen(connection, "commit", lambda _: killer())
        yield Database(connection, killer)


_SIGNALS: Final = (
    Signal.LEVEL,
    Signal.MOTION,
    Signal.ILLUMINANCE,
    Signal.OCCUPANCY,
    Signal.LIGHT,
    Signal.INPUT,
)


def _observations(chance: Random, first_ms: int, last_ms: int, count: int) -> list[Observation]:
    """Return what a source in each of two zones says, so many times each."""
    return [
        Observation(
            time=chance.randrange(first_ms, last_ms),
            source=f"source {number}",
            signal=kind,
            zone=f"zone {number}",
            value=chance.choice((-1, 0, 1, 100, 254)),
            cause=chance.choice((Cause.AUTOMATIC, Cause.MANUAL, Cause.KEYFRAME)),
        )
        for kind in _SIGNALS
        for number in range(2)
        for _ in range(count)
    ]


# The last one has some that come late: their hours are condensed already.
BATCHES: Final = tuple(
    _observations(Random(number), first, NOW, 2) for number, first in enumerate((START, START + HOUR_MS, START))
)


def _ingest_batch(number: int, names: dict[tuple[NameKind, str], int], connection: Connection) -> None:
    batch = {one.key: one for one in BATCHES[number]}
    insert_events(connection, numbered(connection, batch.values(), names))


def _ingest(database: Database) -> None:
    names: dict[tuple[NameKind, str], int] = {}
    for number in range(1, len(BATCHES)):
        database.write(partial(_ingest_batch, number, names))
        tell({"acknowledged": [[one.time, one.source, one.signal] for one in BATCHES[number]]})


def _condense_new(database: Database, now: int = NOW) -> None:
    while database.write(lambda connection: aggregate(connection, now)).more:
        pass


def _condense_anew(database: Database) -> None:
    database.write(lambda connection: mark_hours(connection, hours_between(connection, None, None)))
    _condense_new(database)


def _prune(database: Database) -> None:
    database.write(lambda connection: raise_floor(connection, NOW, Keep()))
    few = Pruned(rows_next=80)
    while database.write(lambda connection: prune(connection, NOW, Keep(), few)).more:
        pass


def _migrate(database: Database) -> None:
    database.write(lambda connection: migrate(connection, 0))


def _make_nothing(_: Database) -> None:
    """Let there be no table."""


def _make_events(database: Database) -> None:
    """Let there be events, of which some are condensed."""
    _migrate(database)
    database.write(partial(_ingest_batch, 0, {}))
    _condense_new(database, START + HOUR_MS)


def _make_late_events(database: Database) -> None:
    """Let there be events of an hour that was condensed without them, and of one that was not."""
    _make_events(database)
    database.write(partial(_ingest_batch, 2, {}))


def _make_old_events(database: Database) -> None:
    """Let there be events and features, some of which are too old."""
    _migrate(database)
    old = {one.key: one for one in _observations(Random(9), LONG_AGO, LONG_AGO + HOUR_MS, 10)}
    database.write(lambda connection: insert_events(connection, numbered(connection, old.values(), {})))
    _condense_new(database, LONG_AGO + HOUR_MS)
    database.write(lambda connection: write_watermark(connection, Watermark.AGGREGATED, START))
    database.write(partial(_ingest_batch, 0, {}))


def _make_version_1(database: Database) -> None:
    """Let there be what the first version made."""
    database.write(make_version_1)


@dataclass(frozen=True, slots=True)
class Job:
    """A job that is killed."""

    before: Callable[[Database], None]
    """Makes what is there before."""
    work: Callable[[Database], None]
    after: Callable[[Database], None]
    """Shows what has become of marks and watermarks, which are of no use by themselves."""


JOBS: Final = {
    "ingest": Job(_make_events, _ingest, _condense_new),
    "condense": Job(_make_late_events, _condense_new, _condense_new),
    "prune": Job(_make_old_events, _prune, _condense_anew),
    "migrate from nothing": Job(_make_nothing, _migrate, _condense_new),
    "migrate from version 1": Job(_make_version_1, _migrate, _condense_new),
}


def prepare(url: str, job: str) -> None:
    """Make what is there before a job."""
    with _open(url) as database:
        _make_anew(database, JOBS[job])
        if JOBS[job].work is not _migrate:
            for table in _FILLED:
                copy = text(f"CREATE TABLE {_KEPT}{table} AS SELECT * FROM {table}")  # noqa: S608  # our own names
                database.connection.execute(copy)
            database.connection.commit()


def put_back(url: str, job: str) -> None:
    """Let the database be as it was prepared."""
    with _open(url) as database:
        if JOBS[job].work is _migrate:
            _make_anew(database, JOBS[job])
        else:
            for table in _FILLED:
                kept = select(text("*")).select_from(text(f"{_KEPT}{table}"))
                database.connection.execute(table.delete())
                database.connection.execute(table.insert().from_select(list(table.c), kept))
            database.connection.commit()


def do(url: str, job: str, kill_at: int) -> None:
    """Do a job, and be killed at it."""
    with _open(url, kill_at) as database:
        JOBS[job].work(database)


def finish(url: str, job: str) -> None:
    """Tell what is left, do a job that was killed, and what comes after it, and tell what the database is like then."""
    with _open(url) as database:
        tell({"intact": _is_intact(database.connection), "left": _events_in(database.connection)})
        JOBS[job].work(database)
        JOBS[job].after(database)
        tell(_tables(database.connection, JOBS[job]))


def do_without(url: str, job: str) -> None:
    """Go on without the rest of a job that was killed, and tell whether all that is left goes together."""
    with _open(url) as database:
        _condense_new(database)
        found = _tables(database.connection, JOBS[job])
        _condense_anew(database)
        tell({"together": found == _tables(database.connection, JOBS[job])})


def _make_anew(database: Database, job: Job) -> None:
    for table in inspect(database.connection).get_table_names():
        database.connection.exec_driver_sql(f"DROP TABLE {table}")
    database.connection.commit()
    job.before(database)


def _is_intact(connection: Connection) -> bool:
    if connection.dialect.name != "sqlite":
        return True
    return connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]


def _events_in(connection: Connection) -> list[list[Any]]:
    """Return what there is of events: time, source and signal."""
    if not inspect(connection).has_table(event.name):
        return []
    query = select(event.c.ts, source.c.name, event.c.kind).join(source, event.c.src == source.c.source_id)
    return [list(row) for row in connection.execute(query)]


def _tables(connection: Connection, job: Job) -> list[str]:
    """Return the rows of all tables that the job wrote into, after a migration of all and their structure, in lines."""
    names = dict(connection.execute(select(source.c.source_id, source.c.name)).tuples().all())
    is_migrated = job.work is _migrate
    lines = structure_of(connection) if is_migrated else []
    for table in metadata.sorted_tables if is_migrated else _FILLED:
        # A number that was given in vain is not given again: which source has which is no matter.
        lines.extend(
            sorted(
                f"{table}: {[names[value] if key in _NUMBERED else value for key, value in row.items()]}"
                for row in connection.execute(select(table)).mappings()
            )
        )
    return lines
