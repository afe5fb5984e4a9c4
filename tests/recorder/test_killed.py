"""Whatever moment Home Assistant is killed at: what was acknowledged is there, and its database is whole."""

from collections import Counter
from collections.abc import Iterator
import os
from pathlib import Path
from random import Random
import signal

import pytest
from sqlalchemy import URL, Connection, NullPool, create_engine, text

from custom_components.smart_lighting_ai_dali.db.aggregation import aggregate, hours_between
from custom_components.smart_lighting_ai_dali.db.dirty_hours import mark_hours
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS
from tests.databases import ENGINES, SQLITE, new_database
from tests.warm_process import Job, WarmProcess

from .killed_recorder import BATCH, START, STEP_MS

KILLS = 4


@pytest.fixture(autouse=True)
def _integrations() -> None:
    """Need no Home Assistant here: there is one in the process that is killed."""


@pytest.fixture(scope="module")
def warm_process() -> Iterator[WarmProcess]:
    """Return a process that has loaded Home Assistant."""
    with WarmProcess("tests.part_alone", "tests.recorder.killed_recorder") as process:
        yield process


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """Return the address of a database with nothing in it."""
    with new_database(request.param, request, tmp_path) as url:
        yield url


def kill_after(acknowledged: int, jobs: Iterator[Job]) -> Job:
    """Kill a process that has told so much, whatever it is at then, and return it."""
    for job in jobs:
        if job.exit_code is None and len(job.told) == acknowledged:
            os.kill(job.process, signal.SIGKILL)
    return job


def test_what_was_acknowledged_survives_a_kill(database: URL, warm_process: WarmProcess, tmp_path: Path) -> None:
    chance = Random(database.get_backend_name())
    url = database.render_as_string(hide_password=False)
    engine = create_engine(database, poolclass=NullPool)
    acknowledged: list[int] = []
    for _ in range(KILLS):
        jobs = warm_process.start("collect", url=url, folder=str(tmp_path), first=len(acknowledged))
        killed = kill_after(chance.randrange(5, 30), jobs)
        assert killed.was_killed
        acknowledged += killed.told
        with engine.connect() as connection:
            assert_is_whole(connection)
            batches = batches_in(connection)
            # What was written and not yet acknowledged may be there as well; never a part of it.
            assert set(batches.values()) == {BATCH}
            assert set(batches) - {len(acknowledged)} == set(acknowledged)
    with engine.connect() as connection:
        features = condensed(connection)
        mark_hours(connection, hours_between(connection, None, None))
        assert condensed(connection) == features


def assert_is_whole(connection: Connection) -> None:
    """Let SQLite look at its whole file; a server looks after its own."""
    if connection.dialect.name == SQLITE:
        assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]


def batches_in(connection: Connection) -> Counter[int]:
    """Return how many events of each batch there are."""
    times = connection.execute(text("SELECT ts FROM smart_lighting_event")).scalars()
    return Counter((time - START) // STEP_MS for time in times)


def condensed(connection: Connection) -> list[tuple[int, ...]]:
    """Condense all that is left to be, and return the features."""
    while aggregate(connection, START + 100 * HOUR_MS).more:
        pass
    features = connection.execute(text("SELECT * FROM smart_lighting_feature ORDER BY win"))
    return [tuple(row) for row in features]
