"""Real trouble for a real database, and what to look at meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
import sqlite3
import threading
import time
from typing import Any, override

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.tasks import RecorderTask
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from sqlalchemy import Connection, event

from custom_components.smart_lighting_ai_dali.database_watch import INTERVAL as LOOK_INTERVAL
from custom_components.smart_lighting_ai_dali.db.signals import Observation, Signal
from custom_components.smart_lighting_ai_dali.feature_engineering import FLUSH_INTERVAL
from tests.integration.conftest import House

from .conftest import rows

PAGE = 4096


def observations(count: int, source: str = "lamp", *, hours_ago: int = 0) -> list[Observation]:
    """Return what a lamp did, one thing a millisecond."""
    now = int(time.time() * 1000) - count - hours_ago * 3_600_000
    return [
        Observation(time=now + number, source=source, signal=Signal.LEVEL, zone="office", value=number % 255)
        for number in range(count)
    ]


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so, and for nothing else: a database in trouble has others wait as well."""
    # Not asyncio.timeout: that is over at once where a test lets time pass.
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        await asyncio.sleep(0.01)


def after(site: House, span: timedelta) -> None:
    """Let time pass, and wait for nothing."""
    async_fire_time_changed(site.hass, dt_util.utcnow() + span)


async def let_pass_until(site: House, span: timedelta, condition: Callable[[], bool]) -> None:
    """Let time pass, again and again, until something is so."""
    passed = 0.0

    def is_so() -> bool:
        nonlocal passed
        # Not more often: everything else that waits for its time begins with each, too.
        if not condition() and time.monotonic() - passed > 0.25:
            after(site, span)
            passed = time.monotonic()
        return condition()

    await until(is_so)


async def flush_until(site: House, condition: Callable[[], bool]) -> None:
    """Let the flush have its turns until something is so."""
    await let_pass_until(site, FLUSH_INTERVAL, condition)


async def look_at(site: House) -> None:
    """Let the database be looked at, up to the measuring of our tables at the end."""
    await let_pass_until(site, LOOK_INTERVAL, lambda: site.site.database.health.sizes is not None)


async def stored(site: House, statement: str) -> list[Any]:
    """Return what is in the database."""
    recorder = get_instance(site.hass)
    return [tuple(row) for row in await recorder.async_add_executor_job(rows, recorder, statement)]


async def count(site: House, table: str) -> int:
    """Return how many rows are in one of our tables."""
    found = await stored(site, f"SELECT count(*) FROM smart_lighting_{table}")  # noqa: S608
    return int(found[0][0])


def file_of(recorder: Recorder) -> Path:
    """Return where the recorder has its database."""
    return Path(recorder.db_url.removeprefix("sqlite:///"))


def moved_away(recorder: Recorder) -> list[str]:
    """Return the files that the recorder took for broken."""
    return sorted(path.name for path in file_of(recorder).parent.glob("*.corrupt.*"))


# The machine that tests run on does other things as well; a loop that waits for the database waits far longer.
MUCH_LAG = 0.7


@dataclass
class Lag:
    """How long the event loop was held up at the most, in seconds."""

    longest: float = 0.0


@asynccontextmanager
async def lag_of_the_loop() -> AsyncIterator[Lag]:
    """Watch the event loop."""
    lag = Lag()

    async def watch() -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(0.005)
            lag.longest = max(lag.longest, time.monotonic() - begun - 0.005)

    watching = asyncio.create_task(watch())
    try:
        yield lag
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


class Wait(RecorderTask):
    """Holds the recorder's thread up."""

    commit_before = False

    def __init__(self) -> None:
        self.go_on = threading.Event()

    @override
    def run(self, instance: Recorder) -> None:
        """Wait until the test has seen enough."""
        del instance
        self.go_on.wait(20)


@contextmanager
def held_up(recorder: Recorder) -> Iterator[None]:
    """Let the recorder do nothing for a while."""
    task = Wait()
    recorder.queue_task(task)
    try:
        yield
    finally:
        task.go_on.set()


class Die(RecorderTask):
    """Ends the recorder's thread in a way that it does not expect."""

    @override
    def run(self, instance: Recorder) -> None:
        """Go through every `except Exception`."""
        del instance
        raise SystemExit


@asynccontextmanager
async def locked(site: House, *, busy_seconds: float) -> AsyncIterator[None]:
    """Let another program hold the file's lock; the recorder waits for it in vain, so long each time."""
    statement = f"PRAGMA busy_timeout = {round(busy_seconds * 1000)}"
    await site.site.database.async_write("patience", lambda connection: connection.exec_driver_sql(statement).close())
    file = file_of(get_instance(site.hass))

    def lock() -> sqlite3.Connection:
        other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        return other

    other = await asyncio.to_thread(lock)
    try:
        yield
    finally:
        await asyncio.to_thread(other.close)


@contextmanager
def slow_commits(recorder: Recorder, seconds: float) -> Iterator[list[float]]:
    """Let each commit on the recorder's thread take so long; returns when each began."""
    begun: list[float] = []
    over = threading.Event()

    def slow(_: Any) -> None:
        if threading.get_ident() == recorder.thread_id:
            begun.append(time.monotonic())
            over.wait(seconds)

    # It is not taken away again: that may not be done while it is called.
    event.listen(recorder.engine, "commit", slow)
    try:
        yield begun
    finally:
        over.set()


class Do(RecorderTask):
    """Does something to the recorder's connection, without the recorder's saving anything first."""

    commit_before = False

    def __init__(self, action: Callable[[], Any]) -> None:
        self._action = action

    @override
    def run(self, instance: Recorder) -> None:
        """Do it."""
        del instance
        self._action()


@asynccontextmanager
async def full_disk(site: House) -> AsyncIterator[None]:
    """Let there be no room for another page: SQLite itself says so to the recorder."""

    def fill(connection: Connection) -> Any:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}").close()
        return connection.connection.driver_connection

    file = await site.site.database.async_write("fill", fill)
    try:
        yield
    finally:
        get_instance(site.hass).queue_task(Do(lambda: file.execute("PRAGMA max_page_count = 1000000000")))


def damage(file: Path, first_page: int) -> None:
    """Overwrite a file from a page on, so that every connection to it notices."""
    with sqlite3.connect(file) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    with file.open("r+b") as raw:
        raw.seek(0, 2)
        size = raw.tell()
        raw.seek((first_page - 1) * PAGE)
        raw.write(b"\xa5" * (size - raw.tell()))
    if first_page > 1:
        # What others have of it in memory is out of date now.
        with sqlite3.connect(file) as other:
            other.execute("PRAGMA user_version = 1")
        other.close()
