"""What happens in the rooms gets into the recorder's database, is condensed there, and never harms it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import logging
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Context, CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_fire_time_changed
from sqlalchemy import Connection, text

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.db.health import DatabaseStatus
from custom_components.smart_lighting_ai_dali.db.recorder_tasks import DatabaseUnavailableError
from custom_components.smart_lighting_ai_dali.db.signals import CONDITIONS, UNKNOWN, Cause, Signal
from custom_components.smart_lighting_ai_dali.feature_engineering import FLUSH_INTERVAL
from tests.integration.conftest import House, PlugIn, administrator

from .conftest import Recorded, events, on_every_engine, rows


@on_every_engine
async def test_a_light_and_the_sensor_beside_it_are_collected(house: House, hass_admin_user: MockUser) -> None:
    light = house.entity("light", 1)
    before = len(of_entities(await events(house)))
    await next_instant(house)
    person = Context(user_id=hass_admin_user.id)
    await house.hass.services.async_call(
        "light", "turn_on", {"entity_id": light, "brightness": 128}, blocking=True, context=person
    )
    await next_instant(house)
    house.hass.states.async_set("binary_sensor.desk", "on")
    await next_instant(house)
    await house.call("light", "turn_off", light)
    await next_instant(house)
    house.hass.states.async_set("binary_sensor.desk", "unavailable")
    await house.hass.async_block_till_done()
    assert of_entities(await events(house))[before:] == [
        (Signal.LEVEL, 128 * 254 // 255, Cause.MANUAL),
        (Signal.MOTION, 1, Cause.AUTOMATIC),
        (Signal.LEVEL, 0, Cause.AUTOMATIC),
        (Signal.MOTION, UNKNOWN, Cause.AUTOMATIC),
    ]


async def test_each_hour_begins_with_what_every_source_says(house: House) -> None:
    before = len(await events(house))
    hour = (dt_util.utcnow() + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    async_fire_time_changed(house.hass, hour)
    await house.hass.async_block_till_done()
    after = await events(house)
    # The clock was only told to be further on: they stand at the beginning of the present hour.
    assert sorted(after[:5]) == [
        (Signal.LEVEL, 0, Cause.KEYFRAME),
        (Signal.MOTION, 0, Cause.KEYFRAME),
        (Signal.LAMP_FAILURE, 0, Cause.KEYFRAME),
        (Signal.OCCUPANCY, 0, Cause.KEYFRAME),
        (Signal.LIGHT, 0, Cause.KEYFRAME),
    ]
    assert len(after) == before + 5


@on_every_engine
async def test_features_come_of_events_and_can_be_got(house: House, hass: HomeAssistant) -> None:
    await house.call("light", "turn_on", house.entity("light", 1), brightness=255)
    start = dt_util.utcnow() - timedelta(hours=1)
    # What was an hour ago: this test has no time for a window of five minutes.
    hour_ago = int(start.timestamp() * 1000)
    house.site.telemetry.async_tell_all(at_ms=hour_ago - hour_ago % 3_600_000)
    result = await hass.services.async_call(DOMAIN, "aggregate_now", {}, blocking=True, return_response=True)
    assert result is not None
    assert result["windows"] >= 12  # type: ignore[operator]
    assert result["zones_without_features"] == []
    found: Any = await hass.services.async_call(
        DOMAIN,
        "get_features",
        {"start": (start - timedelta(hours=1)).isoformat(), "zones": ["office"]},
        blocking=True,
        return_response=True,
    )
    assert found["complete"]
    assert {one["signal"] for one in found["features"]} == {
        "level",
        "motion",
        "lamp_failure",
        "occupancy",
        "light",
    }
    assert {one["mean"] for one in found["features"] if one["signal"] == "level"} == {254}
    assert house.state("sensor.smart_lighting_ai_last_aggregation") not in {None, "unknown"}
    # Of one and the same caller, this would be the same call.
    again = await hass.services.async_call(
        DOMAIN, "aggregate_now", {}, blocking=True, return_response=True, context=administrator(hass)
    )
    assert again is not None
    # But for the hour that is not over nothing is missing.
    assert again["windows"] <= 12  # type: ignore[operator]


async def test_a_broken_lamp_and_the_sky_are_collected(house: House, plug_in: PlugIn) -> None:
    del plug_in
    weather = er.async_get(house.hass).async_get_or_create("weather", "other", "home", suggested_object_id="home")
    house.hass.states.async_set(weather.entity_id, "cloudy", {"cloud_coverage": 80})
    await house.until(lambda: len(house.site.telemetry.sources) == 5)
    await next_instant(house)
    house.hass.states.async_set(weather.entity_id, "cloudy", {"cloud_coverage": 12.6, "temperature": 3})
    await next_instant(house)
    house.hass.states.async_set(weather.entity_id, "cloudy", {"cloud_coverage": None})
    await house.hass.async_block_till_done()
    seen = await events(house)
    assert [value for signal, value, _ in seen if signal == Signal.CLOUD] == [80, 13, UNKNOWN]
    assert [CONDITIONS[value] for signal, value, _ in seen if signal == Signal.CONDITION] == ["cloudy"]
    assert (Signal.LAMP_FAILURE, 0, Cause.KEYFRAME) in seen


async def test_a_second_call_joins_the_first(house: House) -> None:
    first, second = await asyncio.gather(
        house.site.feature_engineering.async_aggregate_now(), house.site.feature_engineering.async_aggregate_now()
    )
    assert first is second


async def test_the_end_has_to_be_after_the_start(house: House) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await house.hass.services.async_call(
            DOMAIN, "aggregate_now", {"start": "2026-01-02 00:00:00", "end": "2026-01-01 00:00:00"}, blocking=True
        )
    assert error.value.translation_key == "end_before_start"


@on_every_engine
async def test_pruning_answers_with_what_went(house: House, hass: HomeAssistant) -> None:
    await house.site.feature_engineering.async_flush()
    result = await hass.services.async_call(DOMAIN, "purge_now", {}, blocking=True, return_response=True)
    assert result == {"events": 0, "features": 0, "decisions": 0}


@on_every_engine
async def test_what_was_collected_is_written_at_the_stop(house: House, hass: HomeAssistant, recorded: Recorded) -> None:
    before = len(await events(house))
    await house.call("light", "turn_on", house.entity("light", 1), brightness=255)
    await hass.async_block_till_done()
    assert len(house.site.telemetry.buffer) == 1
    # What the room as a whole says is told a moment later: at the stop, at once.
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await recorded()
    assert len(house.site.telemetry.buffer) == 0
    recorder = get_instance(hass)
    statement = "SELECT count(*) FROM smart_lighting_event"
    assert (await recorder.async_add_executor_job(rows, recorder, statement))[0][0] == before + 2


@pytest.mark.parametrize("recorder_config", [{"commit_interval": 600}])
async def test_a_disk_that_is_to_be_spared_is_spared(house: House, hass: HomeAssistant, recorded: Recorded) -> None:
    await house.site.feature_engineering.async_flush()
    house.site.telemetry.async_tell_all()
    waiting = len(house.site.telemetry.buffer)
    assert waiting > 0
    async_fire_time_changed(hass, dt_util.utcnow() + FLUSH_INTERVAL)
    await hass.async_block_till_done()
    await recorded()
    assert len(house.site.telemetry.buffer) >= waiting
    # But not at the price of a large loss.
    now = int(dt_util.utcnow().timestamp()) * 1000
    for number in range(200):
        house.site.telemetry.async_tell_all(at_ms=now - 1000 * number)
    await house.until(lambda: len(house.site.telemetry.buffer) < waiting)


async def test_before_the_start_nobody_waits_for_the_recorder(house: House, hass: HomeAssistant) -> None:
    hass.set_state(CoreState.starting)
    house.site.telemetry.async_tell_all()
    begun = asyncio.get_running_loop().time()
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    assert asyncio.get_running_loop().time() - begun < 5
    hass.set_state(CoreState.running)


@on_every_engine
async def test_time_in_which_nobody_listened_is_unknown(house: House, hass: HomeAssistant) -> None:
    await house.site.feature_engineering.async_flush()
    await hass.config_entries.async_reload(house.entry.entry_id)
    await house.until_light(1, "off")
    kinds = await events(house)
    assert (Signal.LEVEL, UNKNOWN, Cause.KEYFRAME) in kinds
    assert (Signal.MOTION, UNKNOWN, Cause.KEYFRAME) in kinds
    assert (Signal.OCCUPANCY, UNKNOWN, Cause.KEYFRAME) in kinds


def of_entities(seen: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return what entities said, without what rooms as a whole say."""
    return [one for one in seen if one[0] not in {Signal.OCCUPANCY, Signal.LIGHT}]


async def next_instant(house: House) -> None:
    """Let a moment pass: of one millisecond there is one value."""
    await house.hass.async_block_till_done()
    await asyncio.sleep(0.01)


def break_it(kind: str) -> Callable[[Connection], None]:
    """Return work that fails."""

    def work(connection: Connection) -> None:
        connection.execute(text("INSERT INTO smart_lighting_watermark VALUES ('half', 1)"))
        if kind == "malformed":
            connection.execute(text("SELECT json_extract('{bad', '$.x')"))
        raise ValueError("a mistake of ours")

    return work


@pytest.mark.parametrize("kind", ["malformed", "mistake"])
async def test_no_mistake_of_ours_costs_the_user_their_history(
    house: House, hass: HomeAssistant, recorded: Recorded, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    hass.states.async_set("sensor.precious", "1")
    database = house.site.database
    with pytest.raises(DatabaseUnavailableError):
        await database.async_write("mistake", break_it(kind))
    assert database.health.status.value == DatabaseStatus.FAILING.value
    hass.states.async_set("sensor.precious", "2")
    await recorded()
    recorder = get_instance(hass)
    statement = (
        "SELECT s.state FROM states s JOIN states_meta m ON s.metadata_id = m.metadata_id"
        " WHERE m.entity_id = 'sensor.precious' ORDER BY s.state_id"
    )
    assert [row[0] for row in await recorder.async_add_executor_job(rows, recorder, statement)] == ["1", "2"]
    half = "SELECT count(*) FROM smart_lighting_watermark WHERE name = 'half'"
    assert (await recorder.async_add_executor_job(rows, recorder, half))[0][0] == 0
    assert "corrupt" not in caplog.text
    told = [
        record for record in caplog.records if record.levelno > logging.DEBUG and "database=failing" in record.message
    ]
    assert [record.levelno for record in told] == [logging.WARNING]
    await house.site.feature_engineering.async_flush(alive=True)
    assert database.health.status.value == DatabaseStatus.OK.value


async def test_tables_of_a_newer_version_are_left_alone(house: House) -> None:
    database = house.site.database
    await database.async_write(
        "newer", lambda connection: connection.execute(text("INSERT INTO smart_lighting_schema VALUES (99, 0)"))
    )
    with pytest.raises(DatabaseUnavailableError):
        await database.async_write("mistake", break_it("mistake"))
    with pytest.raises(DatabaseUnavailableError):
        await house.site.feature_engineering.async_flush(alive=True)
    assert database.health.status.value == DatabaseStatus.TOO_NEW.value
    async_fire_time_changed(house.hass, dt_util.utcnow() + FLUSH_INTERVAL)
    await house.hass.async_block_till_done()
    assert ir.async_get(house.hass).async_get_issue(DOMAIN, "database_too_new") is not None
    with pytest.raises(HomeAssistantError) as error:
        await house.hass.services.async_call(DOMAIN, "aggregate_now", {}, blocking=True)
    assert error.value.translation_key == "database_unavailable"


@on_every_engine
async def test_the_recorders_own_purge_leaves_ours_alone(house: House, hass: HomeAssistant, recorded: Recorded) -> None:
    before = len(await events(house))
    await hass.services.async_call("recorder", "purge", {"keep_days": 0, "repack": True}, blocking=True)
    await recorded()
    everything = {"domains": ["light", "binary_sensor"], "entity_globs": ["*"], "keep_days": 0}
    await hass.services.async_call("recorder", "purge_entities", everything, blocking=True)
    await recorded()
    assert len(await events(house)) == before


async def test_a_dead_recorder_harms_no_light(house: House, hass: HomeAssistant) -> None:
    recorder = get_instance(hass)
    recorder.is_alive = lambda: False  # type: ignore[method-assign]
    with pytest.raises(DatabaseUnavailableError):
        await house.site.feature_engineering.async_flush(alive=True)
    assert house.site.database.health.status.value == DatabaseStatus.DIED.value
    await house.call("light", "turn_on", house.entity("light", 1), brightness=255)
    assert house.state(house.entity("light", 1)) == "on"
    assert len(house.site.telemetry.buffer) >= 1
    del recorder.is_alive
    await house.site.feature_engineering.async_flush(alive=True)
    assert house.site.database.health.status.value == DatabaseStatus.OK.value
