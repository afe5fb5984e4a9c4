"""How the database is can be seen: whether it answers, how long its queue is, how large our tables are."""

import asyncio
import json
import logging
import time

from homeassistant.components.recorder import Recorder
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from sqlalchemy import Connection, text

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.database_watch import INTERVAL
from custom_components.smart_lighting_ai_dali.db import health
from custom_components.smart_lighting_ai_dali.db.health import DatabaseStatus
from custom_components.smart_lighting_ai_dali.db.recorder_tasks import DatabaseUnavailableError
from custom_components.smart_lighting_ai_dali.diagnostics import async_get_config_entry_diagnostics
from custom_components.smart_lighting_ai_dali.sensor import SCAN_INTERVAL, SITE_SENSORS
from tests.integration.conftest import Build, House

from .conftest import on_every_engine
from .trouble import file_of, held_up, observations, until


@pytest.fixture
async def site(build: Build) -> House:
    """Return a site without lines: there is nothing but its database."""
    house: House = await build()
    return house


async def look(site: House) -> None:
    """Let a minute pass, and wait for what is done then."""
    async_fire_time_changed(site.hass, dt_util.utcnow() + INTERVAL)
    await site.hass.async_block_till_done(wait_background_tasks=True)


async def test_before_the_start_nothing_is_asked(hass: HomeAssistant, build: Build, recorder_mock: Recorder) -> None:
    hass.set_state(CoreState.starting)
    with held_up(recorder_mock):
        site = await build()
        await look(site)
        seen = site.site.database.health
        assert (seen.status, seen.read.seconds, seen.queue.waited) == (DatabaseStatus.WAITING, None, None)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert seen.status is DatabaseStatus.OK
    assert seen.read.seconds is not None


@on_every_engine
async def test_the_database_is_asked_how_it_is(site: House) -> None:
    site.site.telemetry.buffer.extend(observations(1200))
    await site.site.feature_engineering.async_flush()
    await look(site)
    seen = site.site.database.health
    assert seen.status is DatabaseStatus.OK
    assert seen.problem is None
    assert seen.read.seconds is not None
    assert 0 < seen.read.seconds < 1
    assert seen.queue_seconds is not None
    assert 0 < seen.queue_seconds < 1
    assert seen.writes >= 3
    assert seen.written == pytest.approx(time.time(), abs=30)
    assert seen.rows["events"] == 1200
    assert seen.rows["features"] == 0
    assert seen.sizes is not None
    assert seen.sizes.size is not None
    assert seen.sizes.size > 20_000


async def test_a_queue_that_stands_still_is_noticed_and_waited_for_once(
    site: House, recorder_mock: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await look(site)
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.1)
    seen = site.site.database.health
    with held_up(recorder_mock):
        async_fire_time_changed(site.hass, dt_util.utcnow() + INTERVAL)
        await until(lambda: seen.status is DatabaseStatus.BUSY)
        for minutes in range(2, 5):
            asked = seen.queue.waited
            async_fire_time_changed(site.hass, dt_util.utcnow() + minutes * INTERVAL)
            await asyncio.sleep(0.15)
            # It is still the first question.
            assert seen.queue.waited > asked  # type: ignore[operator]
        assert site.state("sensor.smart_lighting_ai_database") == "busy"
        waited = seen.queue.waited
        assert waited is not None
        assert (seen.queue_seconds or 0.0) >= waited
    await until(lambda: seen.status is DatabaseStatus.OK)
    assert site.state("sensor.smart_lighting_ai_database") == "ok"
    stood_still = seen.queue_seconds
    assert stood_still is not None
    assert stood_still >= 0.4
    await look(site)
    assert (seen.queue_seconds or 0.0) < stood_still


def nap(connection: Connection) -> None:
    """Take longer than a statement should."""
    connection.execute(text("SELECT 1"))
    time.sleep(0.06)


async def test_slow_statements_are_told_by_name_and_not_too_often(
    site: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "SLOW", 0.05)
    database = site.site.database
    for _ in range(3):
        await database.async_write("slow write", nap)
        await database.async_read("slow reading", nap)
    await database.async_write("quick write", lambda connection: connection.execute(text("SELECT 1")))
    told = [record.getMessage() for record in caplog.records if "database=slow" in record.getMessage()]
    assert [message.split(" seconds")[0] for message in told] == [
        "database=slow statement='slow write'",
        "database=slow statement='slow reading'",
    ]


def sensor(site: House, key: str) -> str:
    """Return the entity of one of the site's sensors."""
    entity_id = er.async_get(site.hass).async_get_entity_id("sensor", DOMAIN, f"{site.entry.entry_id}_{key}")
    assert entity_id is not None
    return entity_id


async def test_counters_and_measurements_are_disabled_at_first(site: House) -> None:
    assert {one.key for one in SITE_SENSORS if site.state(sensor(site, one.key)) is not None} == {
        "database_status",
        "last_aggregation",
        "last_prune",
    }


async def test_the_sensors_show_it(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    site = await build()
    site.site.telemetry.buffer.extend(observations(700))
    await site.site.feature_engineering.async_flush()
    await look(site)
    async_fire_time_changed(site.hass, dt_util.utcnow() + 2 * SCAN_INTERVAL)
    await site.hass.async_block_till_done()
    assert site.state(sensor(site, "rows_of_events")) == "700"
    for table in ("features", "statistics", "decisions"):
        assert site.state(sensor(site, f"rows_of_{table}")) == "0"
    size = site.hass.states.get(sensor(site, "database_size"))
    assert size is not None
    assert 0.04 < float(size.state) < 1
    assert size.attributes["unit_of_measurement"] == "MB"
    assert 0 <= float(site.state(sensor(site, "queue_latency")) or -1) < 30


async def test_our_tables_are_measured_seldom(site: House, hass: HomeAssistant) -> None:
    await site.site.feature_engineering.async_flush(alive=True)
    await look(site)
    assert site.site.database.health.rows["events"] == 0
    site.site.telemetry.buffer.extend(observations(10))
    await site.site.feature_engineering.async_flush()
    await look(site)
    assert site.site.database.health.rows["events"] == 0
    await hass.services.async_call(DOMAIN, "purge_now", {}, blocking=True)
    await look(site)
    assert site.site.database.health.rows["events"] == 10


async def test_diagnostics_have_numbers_and_no_address(
    site: House, hass: HomeAssistant, recorder_mock: Recorder
) -> None:
    await site.site.feature_engineering.async_flush(alive=True)
    await look(site)
    report = (await async_get_config_entry_diagnostics(hass, site.entry))["database"]
    assert report["status"] == "ok"
    assert report["failures"] == 0
    assert report["rows"] == {"events": 0, "features": 0, "statistics": 0, "decisions": 0}
    assert report["bytes"] > 0
    written = json.dumps(report)
    assert recorder_mock.db_url.split("/")[-1] not in written
    assert "://" not in written


async def test_one_reading_at_a_time_uses_one_of_the_recorders_threads(site: House) -> None:
    await site.site.feature_engineering.async_flush(alive=True)
    database = site.site.database
    running: list[int] = []

    def count(connection: Connection) -> int:
        running.append(1)
        try:
            connection.execute(text("SELECT 1"))
            time.sleep(0.02)
            return len(running)
        finally:
            running.pop()

    assert await asyncio.gather(*(database.async_read("count", count) for _ in range(6))) == [1] * 6


async def test_a_question_that_fails_is_told_as_a_write_that_fails(
    site: House, recorder_mock: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    await site.site.feature_engineering.async_flush(alive=True)
    await look(site)
    seen, file = site.site.database.health, file_of(recorder_mock)
    away = file.rename(file.with_suffix(".away"))
    for _ in range(2):
        await look(site)
        assert seen.status is DatabaseStatus.FAILING
    assert seen.problem == "OperationalError"
    with pytest.raises(DatabaseUnavailableError):
        await site.site.database.async_read("look", lambda connection: connection.execute(text("SELECT 1")).scalar())
    away.rename(file)
    await look(site)
    assert seen.status.value == "ok"
    told = [record for record in caplog.records if record.getMessage().startswith("database=")]
    assert [record.levelno for record in told] == [logging.WARNING, logging.INFO]
