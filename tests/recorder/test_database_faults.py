"""Whatever happens to the recorder's database: lights work, what can be kept is kept, and a person can see it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
import logging
import threading
import time
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from sqlalchemy import Connection

from custom_components.smart_lighting_ai_dali import site as site_module
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.database_watch import INTERVAL as LOOK_INTERVAL
from custom_components.smart_lighting_ai_dali.db import health
from custom_components.smart_lighting_ai_dali.db.buffer import EventBuffer
from custom_components.smart_lighting_ai_dali.db.health import DatabaseStatus
from custom_components.smart_lighting_ai_dali.db.recorder_tasks import DatabaseUnavailableError
from custom_components.smart_lighting_ai_dali.feature_engineering import FLUSH_INTERVAL, INTERVAL
from custom_components.smart_lighting_ai_dali.issues.site import DATABASE_STARTED_ANEW
from tests.integration.conftest import Build, House
from tests.told import told_once

from .conftest import Recorded
from .trouble import (
    MUCH_LAG,
    Die,
    after,
    count,
    damage,
    file_of,
    flush_until,
    full_disk,
    held_up,
    lag_of_the_loop,
    locked,
    look_at,
    moved_away,
    observations,
    slow_commits,
    stored,
    until,
)

# A smaller buffer than the real one, to fill it quickly.
CAPACITY = 6000


# The thread ends as no thread should.
dies = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Let the recorder have changes that it has not saved yet, and give up saving them soon."""
    return {"commit_interval": 1, "db_max_retries": 1, "db_retry_wait": 0}


@pytest.fixture
async def site(build: Build) -> House:
    """Return a site without lines, whose tables are there."""
    house: House = await build()
    await house.site.feature_engineering.async_flush(alive=True)
    return house


def told(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Return what was said of the database."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno == level and record.getMessage().startswith("database=") and "slow" not in record.getMessage()
    ]


@pytest.mark.parametrize("recorder_is_busy", [False, True])
async def test_a_locked_file_is_waited_for(
    site: House, recorder_mock: Recorder, caplog: pytest.LogCaptureFixture, *, recorder_is_busy: bool
) -> None:
    seen, buffer = site.site.database.health, site.site.telemetry.buffer
    async with lag_of_the_loop() as lag, locked(site, busy_seconds=1.0):
        buffer.extend(observations(700))
        for number in range(3):
            if recorder_is_busy:
                # It can't save this, and leaves out what is behind it in its queue.
                site.hass.states.async_set("sensor.other", str(number))
            failures = seen.failures
            after(site, FLUSH_INTERVAL)
            await until(lambda before=failures: seen.failures > before)  # type: ignore[misc]
            await site.hass.async_block_till_done()
            assert seen.status is DatabaseStatus.FAILING
            assert len(buffer) == 700
    assert lag.longest < MUCH_LAG
    after(site, FLUSH_INTERVAL)
    await until(lambda: seen.status is DatabaseStatus.OK)
    await until(lambda: len(buffer) == 0)
    assert (buffer.dropped, await count(site, "event")) == (0, 700)
    assert moved_away(recorder_mock) == []
    assert len(told(caplog, logging.WARNING)) == 1
    assert "locked" in told_once(caplog, "db.health", "database=failing")["detail"] or recorder_is_busy
    told_once(caplog, "db.health", "database=back")
    assert told(caplog, logging.INFO) == ["database=back"]


async def test_slow_commits_let_jobs_leave_out_turns(site: House, recorder_mock: Recorder) -> None:
    runs: list[float] = []
    site.site.feature_engineering.async_listen(lambda: runs.append(time.monotonic()))
    with slow_commits(recorder_mock, 1.0) as commits:
        async with lag_of_the_loop() as lag:
            for number in range(8):
                site.site.telemetry.buffer.extend(observations(5, f"lamp {number}"))
                after(site, INTERVAL)
                await asyncio.sleep(0.05)
            await until(lambda: bool(runs))
        assert lag.longest < MUCH_LAG
        writes = len(commits)
        await until(lambda: not len(site.site.telemetry.buffer))
    # Eight turns of the aggregation and eight of the flush: one of each was done, and perhaps the next of one.
    assert len(runs) == 1
    assert writes < 12
    await site.hass.async_block_till_done()
    assert await count(site, "event") == 40


async def test_a_full_disk_fills_the_buffer_and_then_costs_the_oldest(
    site: House, caplog: pytest.LogCaptureFixture
) -> None:
    seen = site.site.database.health
    buffer = site.site.telemetry.buffer = EventBuffer(CAPACITY)
    async with full_disk(site):
        buffer.extend(observations(CAPACITY + 500))
        after(site, FLUSH_INTERVAL)
        await until(lambda: seen.status is DatabaseStatus.FAILING)
        assert len(buffer) == CAPACITY
        assert buffer.dropped == 500
        # A smaller write that finds room proves nothing.
        await site.site.database.async_write("small", lambda _: None)
        assert seen.status is DatabaseStatus.FAILING
        after(site, FLUSH_INTERVAL)
        await until(lambda: seen.failures >= 2)
    async with lag_of_the_loop() as lag:
        after(site, FLUSH_INTERVAL)
        await until(lambda: len(buffer) == 0, 20)
    assert lag.longest < MUCH_LAG
    assert seen.status.value == "ok"
    assert await count(site, "event") == CAPACITY
    assert len(told(caplog, logging.WARNING)) == 1
    assert told(caplog, logging.INFO) == ["database=back"]


@pytest.mark.parametrize("first_page", [1, 2], ids=["not_a_database", "malformed"])
@pytest.mark.parametrize("found_by", ["our_write", "the_recorder"])
async def test_after_a_broken_file_all_goes_on_in_a_new_one(
    house: House, hass: HomeAssistant, recorder_mock: Recorder, first_page: int, found_by: str
) -> None:
    site = house
    buffer = site.site.telemetry.buffer
    # The numbers that the sources have now are not those that they get in the new file.
    for source in ("kitchen", "bath", "hall"):
        buffer.extend(observations(3, source))
    await site.site.feature_engineering.async_flush(alive=True)
    await look_at(site)
    await hass.async_add_executor_job(damage, file_of(recorder_mock), first_page)
    light = site.entity("light", 1)
    buffer.extend(observations(100, "hall"))
    if found_by == "the_recorder":
        hass.states.async_set("sensor.other", "1")
    else:
        after(site, FLUSH_INTERVAL)
    await until(lambda: bool(moved_away(recorder_mock)))
    await site.call("light", "turn_on", light, brightness=255)
    assert site.state(light) == "on"
    issues = ir.async_get(hass)
    await flush_until(site, lambda: issues.async_get_issue(DOMAIN, DATABASE_STARTED_ANEW) is not None)
    await flush_until(site, lambda: not len(buffer))
    named = await stored(
        site,
        "SELECT s.name, z.name FROM smart_lighting_event e JOIN smart_lighting_source s ON s.source_id = e.src"
        " AND s.kind = 1 JOIN smart_lighting_source z ON z.source_id = e.zone AND z.kind = 2",
    )
    assert Counter(named)["hall", "office"] == 100
    assert len(named) == await count(site, "event")
    # What every source says now stands in it, too.
    assert {one.unique for one in site.site.telemetry.sources} <= {name for name, _ in named}
    assert site.site.database.health.status is DatabaseStatus.OK


async def test_another_database_after_a_restart_is_told(
    site: House, hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    after(site, LOOK_INTERVAL)
    await hass.async_block_till_done(wait_background_tasks=True)
    await hass.config_entries.async_reload(site.entry.entry_id)
    after(site, 2 * LOOK_INTERVAL)
    await hass.async_block_till_done(wait_background_tasks=True)
    issues = ir.async_get(hass)
    assert issues.async_get_issue(DOMAIN, DATABASE_STARTED_ANEW) is None

    def forget(connection: Any) -> None:
        for (table,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'smart_lighting%'"
        ).all():
            connection.exec_driver_sql(f"DROP TABLE {table}")

    await site.site.database.async_write("forget", forget)
    await hass.config_entries.async_unload(site.entry.entry_id)
    await hass.config_entries.async_setup(site.entry.entry_id)
    await site.site.feature_engineering.async_flush(alive=True)
    after(site, LOOK_INTERVAL)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues.async_get_issue(DOMAIN, DATABASE_STARTED_ANEW) is not None
    told_once(caplog, "db.health", "database=new")
    await close(hass, DATABASE_STARTED_ANEW)
    assert issues.async_get_issue(DOMAIN, DATABASE_STARTED_ANEW) is None


async def close(hass: HomeAssistant, issue_id: str) -> None:
    """Read what an issue says, and submit."""
    assert await async_setup_component(hass, "repairs", {})
    flows = repairs_flow_manager(hass)
    assert flows is not None
    dialog = await flows.async_init(DOMAIN, data={"issue_id": issue_id})
    assert dialog["type"] is FlowResultType.FORM
    result = await flows.async_configure(dialog["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@dies
async def test_a_dead_recorder_lets_everybody_go(
    site: House, recorder_mock: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    seen, buffer = site.site.database.health, site.site.telemetry.buffer
    buffer.extend(observations(100))
    recorder_mock.queue_task(Die())
    waiting = site.hass.async_create_task(site.site.feature_engineering.async_flush())
    await site.hass.async_add_executor_job(recorder_mock.join)
    after(site, LOOK_INTERVAL)
    with pytest.raises(DatabaseUnavailableError):
        await waiting
    assert seen.status is DatabaseStatus.DIED
    assert len(buffer) == 100
    for minutes in (2, 3):
        after(site, minutes * LOOK_INTERVAL)
        await site.hass.async_block_till_done(wait_background_tasks=True)
    assert len(told(caplog, logging.WARNING)) == 1
    told_once(caplog, "db.health", "database=died")
    with pytest.raises(DatabaseUnavailableError):
        await site.site.database.async_read("look", lambda connection: connection.exec_driver_sql("SELECT 1").scalar())


def count_until(done: threading.Event) -> Callable[[Connection], int]:
    """Return what keeps SQLite busy until something is done, in many small statements and in long ones.

    None looks into the file, which may be damaged.
    """

    def count_long(connection: Connection) -> int:
        while True:
            for _ in range(200):
                connection.exec_driver_sql("SELECT 1").close()
            counted = connection.exec_driver_sql(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000)"
                " SELECT count(*) FROM n"
            ).scalar_one()
            if done.is_set():
                return int(counted)

    return count_long


@dies
@pytest.mark.parametrize("end", ["death", "new_file"])
async def test_a_reading_survives_the_recorder_that_closes_its_connections(
    site: House, recorder_mock: Recorder, end: str
) -> None:
    # Where a thread uses a connection that another one closes, the process dies, and the lights with it.
    done = threading.Event()
    reading = site.hass.async_create_task(site.site.database.async_read("long", count_until(done)))
    await asyncio.sleep(0.05)
    if end == "death":
        recorder_mock.queue_task(Die())
    else:
        await site.hass.async_add_executor_job(damage, file_of(recorder_mock), 1)
        site.hass.states.async_set("sensor.other", "1")
        await until(lambda: bool(moved_away(recorder_mock)))
    assert not reading.done()
    done.set()
    with suppress(DatabaseUnavailableError):
        assert await reading == 500_000


async def test_a_disabled_recorder_still_takes_what_is_ours(site: House, hass: HomeAssistant) -> None:
    await hass.services.async_call("recorder", "disable", {}, blocking=True)
    hass.states.async_set("sensor.other", "1")
    site.site.telemetry.buffer.extend(observations(100))
    after(site, FLUSH_INTERVAL)
    await until(lambda: not len(site.site.telemetry.buffer))
    assert await count(site, "event") == 100
    assert site.site.database.health.status is DatabaseStatus.OK


async def states_of(site: House, entity_id: str) -> list[str]:
    """Return what the recorder has of an entity."""
    found = await stored(
        site,
        "SELECT s.state FROM states s JOIN states_meta m ON s.metadata_id = m.metadata_id"  # noqa: S608
        f" WHERE m.entity_id = '{entity_id}' ORDER BY s.state_id",
    )
    return [state for (state,) in found]


async def hours(site: House) -> None:
    """Let a few hours of events be there to be condensed."""
    for hours_ago in range(1, 5):
        site.site.telemetry.buffer.extend(observations(50, hours_ago=hours_ago))
    await site.site.feature_engineering.async_flush()


async def test_a_backup_and_an_aggregation_wait_for_each_other(
    site: House, hass: HomeAssistant, recorder_mock: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.1)
    await hours(site)
    seen = site.site.database.health
    running = hass.async_create_task(site.site.feature_engineering.async_aggregate_now())
    assert await recorder_mock.lock_database()
    for number in range(50):
        hass.states.async_set("sensor.other", str(number))
        site.site.telemetry.buffer.extend(observations(2, f"lamp {number}"))
        await asyncio.sleep(0.005)
    after(site, LOOK_INTERVAL)
    await until(lambda: seen.status is DatabaseStatus.BUSY)
    assert not running.done()
    assert recorder_mock.unlock_database()
    result = await running
    assert result.windows > 0
    await site.site.feature_engineering.async_flush()
    await until(lambda: seen.status is DatabaseStatus.OK)
    await recorder_mock.async_block_till_done()
    assert await states_of(site, "sensor.other") == [str(number) for number in range(50)]
    assert await count(site, "event") == 300


async def test_a_purge_with_repack_during_an_aggregation_harms_neither(
    site: House, hass: HomeAssistant, recorder_mock: Recorder
) -> None:
    await hours(site)
    hass.states.async_set("sensor.other", "kept")
    running = hass.async_create_task(site.site.feature_engineering.async_aggregate_now())
    await hass.services.async_call("recorder", "purge", {"keep_days": 1, "repack": True}, blocking=True)
    result = await running
    await recorder_mock.async_block_till_done()
    assert await states_of(site, "sensor.other") == ["kept"]
    assert await count(site, "event") == 200
    assert await count(site, "feature") == result.rows


@asynccontextmanager
async def backup(_: House, recorder: Recorder) -> AsyncIterator[None]:
    """Hold the recorder's own lock."""
    assert await recorder.lock_database()
    yield
    recorder.unlock_database()


@asynccontextmanager
async def standstill(_: House, recorder: Recorder) -> AsyncIterator[None]:
    """Let the recorder do nothing."""
    with held_up(recorder):
        yield


@asynccontextmanager
async def death(_: House, recorder: Recorder) -> AsyncIterator[None]:
    """Let the recorder die."""
    recorder.queue_task(Die())
    yield


@asynccontextmanager
async def lock(site: House, _: Recorder) -> AsyncIterator[None]:
    """Let another program have the file's lock."""
    async with locked(site, busy_seconds=2):
        yield


@asynccontextmanager
async def slowness(_: House, recorder: Recorder) -> AsyncIterator[None]:
    """Let each commit take long."""
    with slow_commits(recorder, 1):
        yield


@pytest.mark.parametrize("trouble", [backup, standstill, pytest.param(death, marks=dies), lock, slowness])
async def test_a_stop_ends_in_time_whatever_the_database_does(
    site: House, recorder_mock: Recorder, monkeypatch: pytest.MonkeyPatch, recorded: Recorded, trouble: Any
) -> None:
    hass = site.hass
    monkeypatch.setattr(site_module, "DATABASE_SECONDS", 0.5)
    entering: AbstractAsyncContextManager[None] = trouble(site, recorder_mock)
    async with entering:
        site.site.telemetry.buffer.extend(observations(100))
        # Every job is under way.
        after(site, INTERVAL)
        pruning = hass.async_create_task(site.site.retention.async_purge_now())
        await asyncio.sleep(0.1)
        async with lag_of_the_loop() as lag:
            begun = time.monotonic()
            assert await hass.config_entries.async_unload(site.entry.entry_id)
            assert time.monotonic() - begun < 5
        assert lag.longest < MUCH_LAG
        # Nobody waits any more; what is in the recorder's queue is done when it gets that far.
        await hass.async_block_till_done(wait_background_tasks=True)
        assert pruning.done()
        pruning.exception()
    if trouble is not death:
        await recorded()
        assert await count(site, "event") == 100
