"""Warnings about the database and its jobs of which no other test has the cause: each is there once."""

from datetime import timedelta
import time

from freezegun import freeze_time
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from sqlalchemy import text

from custom_components.smart_lighting_ai_dali import site as site_module
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.db.recorder_tasks import DatabaseUnavailableError
from custom_components.smart_lighting_ai_dali.retention import INTERVAL
from tests.integration.conftest import House
from tests.told import told_once

from .trouble import held_up, observations, until


async def test_what_cannot_be_written_at_the_stop(
    house: House, recorder_mock: Recorder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_module, "DATABASE_SECONDS", 0.5)
    await house.site.feature_engineering.async_flush(alive=True)
    with held_up(recorder_mock):
        house.site.telemetry.buffer.extend(observations(100))
        assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    fields = told_once(caplog, "feature_engineering", "flush=failed")
    assert int(fields["events"]) >= 100


async def test_a_clock_that_may_be_wrong(house: House, hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    house.site.telemetry.buffer.extend(observations(1200, hours_ago=3))
    await house.site.feature_engineering.async_flush()
    # The clock jumps on by forty days, and it is night for an hour.
    night = dt_util.now().replace(hour=1, minute=30) + timedelta(days=40)
    with freeze_time(night, tick=True, real_asyncio=True):
        for turn in (1, 2, 3):
            async_fire_time_changed(hass, night + turn * INTERVAL)
            await house.until(lambda: "retention=refused" in caplog.text)
            await hass.async_block_till_done(wait_background_tasks=True)
    told_once(caplog, "retention", "retention=refused")
    assert hass.services.has_service(DOMAIN, "purge_now")


async def test_a_slow_statement(house: House, caplog: pytest.LogCaptureFixture, recorder_mock: Recorder) -> None:
    del recorder_mock

    def slow(connection: object) -> None:
        del connection
        # Longer than half a second is slow, on whatever machine.
        time.sleep(0.6)

    for _ in range(2):
        await house.site.database.async_write("a drill", slow)
    fields = told_once(caplog, "db.health", "database=slow")
    assert fields["statement"] == "'a drill'"
    await until(lambda: house.site.database.health.longest_write >= 0.6)


async def test_tables_of_a_newer_version(house: House, hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    await house.site.database.async_write(
        "newer", lambda connection: connection.execute(text("INSERT INTO smart_lighting_schema VALUES (99, 0)"))
    )
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    caplog.clear()
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailableError):
            await house.site.feature_engineering.async_flush(alive=True)
    assert "99" in told_once(caplog, "db.health", "database=too_new")["detail"]
