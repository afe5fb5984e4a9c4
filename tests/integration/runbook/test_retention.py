"""The row "retention": raw events 30 days, features 90, decisions 180, as defaults; the nightly job and the action."""

from datetime import timedelta
import time
from typing import Any

from freezegun import freeze_time
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from sqlalchemy import Connection, text

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.retention import INTERVAL
from tests.integration.conftest import House, administrator
from tests.recorder.conftest import _integrations, database_engine, house, recorder_db_url, rows  # noqa: F401  # fixtures
from tests.recorder.trouble import count, observations
from tests.told import told

DAY_MS = 86_400_000
DEFAULTS = {"event": 30, "feature": 90, "decision": 180}


async def collect(house: House) -> None:  # noqa: F811
    """Have something of today, and something a day older than what is kept, of each kind."""
    house.site.telemetry.buffer.extend(observations(5))
    await house.site.feature_engineering.async_flush(alive=True)
    now = int(time.time() * 1000)

    def age(connection: Connection) -> None:
        (source, zone) = connection.execute(text("SELECT src, zone FROM smart_lighting_event LIMIT 1")).one()
        old = now - (DEFAULTS["event"] + 1) * DAY_MS
        connection.execute(
            text(
                "INSERT INTO smart_lighting_event (ts, src, kind, zone, val, flag) VALUES (:ts, :src, 1, :zone, 9, 0)"
            ),
            {"ts": old, "src": source, "zone": zone},
        )

    await house.site.database.async_write("age", age)


async def call(hass: HomeAssistant, action: str, **data: Any) -> Any:
    """Call one of our actions, and return its answer."""
    return await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True, context=administrator(hass)
    )


async def test_the_defaults_are_those_of_the_runbook(house: House) -> None:  # noqa: F811
    keep = house.site.retention.keep
    assert (keep.events, keep.features, keep.decisions) == (30, 90, 180)


async def test_the_action_deletes_what_is_too_old_and_says_how_much(
    house: House,  # noqa: F811
    hass: HomeAssistant,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await collect(house)
    before = await count(house, "event")
    answer = await call(hass, "purge_now")
    assert answer["events"] == 1
    assert await count(house, "event") == before - 1
    assert house.state("sensor.smart_lighting_ai_last_prune") not in {None, "unknown"}
    assert (await call(hass, "purge_now"))["events"] == 0
    assert told(caplog, "retention", "retention=refused") == []


async def test_the_job_does_it_at_night_and_the_options_say_how_long(
    house: House,  # noqa: F811
    hass: HomeAssistant,
) -> None:
    await collect(house)
    options = hass.config_entries.options
    dialog = await options.async_init(house.entry.entry_id)
    await options.async_configure(
        dialog["flow_id"], {"keep_events_days": 40, "keep_features_days": 90, "keep_decisions_days": 180}
    )
    await hass.async_block_till_done()
    assert house.site.retention.keep.events == 40
    before = await count(house, "event")
    night = dt_util.now().replace(hour=1, minute=30) + timedelta(days=1)
    with freeze_time(night, tick=True, real_asyncio=True):
        async_fire_time_changed(hass, night + INTERVAL)
        await house.until(lambda: house.site.retention.finished is not None)
        assert await count(house, "event") >= before, "what is 31 days old is kept for 40"
        dialog = await options.async_init(house.entry.entry_id)
        await options.async_configure(
            dialog["flow_id"], {"keep_events_days": 30, "keep_features_days": 90, "keep_decisions_days": 180}
        )
        await hass.async_block_till_done()
        assert (await call(hass, "purge_now"))["events"] == 1
