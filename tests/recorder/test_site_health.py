"""The site's health beside a real recorder: its trouble, and jobs that do not get on."""

from collections.abc import Iterator
from datetime import timedelta
import logging
from typing import Any

from freezegun import freeze_time
from homeassistant.components.recorder import Recorder
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.smart_lighting_ai_dali import feature_engineering
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.database_watch import INTERVAL as LOOK_INTERVAL
from custom_components.smart_lighting_ai_dali.db.buffer import EventBuffer
from custom_components.smart_lighting_ai_dali.db.health import DatabaseStatus
from custom_components.smart_lighting_ai_dali.db.recorder_tasks import DatabaseUnavailableError
from custom_components.smart_lighting_ai_dali.health_rules import DATABASE_SECONDS
from custom_components.smart_lighting_ai_dali.health_watch import INTERVAL as HEALTH_INTERVAL
from tests.integration.conftest import Build, House, administrator
from tests.told import fields_of

from .test_database_faults import dies
from .trouble import Die, after, flush_until, held_up, locked, observations, until

HEALTH = "sensor.smart_lighting_ai_health"
SCHEDULER = "sensor.smart_lighting_ai_scheduler"


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Let the recorder give up soon to save what it can't."""
    return {"commit_interval": 1, "db_max_retries": 1, "db_retry_wait": 0}


class Clock:
    """All clocks but the event loop's: they run, and jump on where a test wants it."""

    def __init__(self, frozen: Any) -> None:
        self._frozen = frozen

    def jump(self, **span: float) -> None:
        """Let so much time be over since the last jump, that of time-outs as well as that on the wall."""
        self._frozen.tick(timedelta(**span))


@pytest.fixture
def clock(hass: HomeAssistant, recorder_mock: Recorder) -> Iterator[Clock]:
    """Return the clocks by which a site lives; they begin with it."""
    del hass, recorder_mock
    with freeze_time(dt_util.utcnow(), tick=True, real_asyncio=True) as frozen:
        yield Clock(frozen)


@pytest.fixture
async def site(clock: Clock, build: Build) -> House:
    """Return a site without lines, whose tables are there."""
    del clock
    house: House = await build()
    await house.site.feature_engineering.async_aggregate_now()
    assert house.state(HEALTH) == "ok"
    return house


def told(caplog: pytest.LogCaptureFixture, part: str) -> list[tuple[str, str]]:
    """Return what the log has of a part's health: the level and the status."""
    lines = [one for one in caplog.records if one.name == f"custom_components.{DOMAIN}.health"]
    return [
        (one.levelname, fields_of(one.getMessage())["status"])
        for one in lines
        if fields_of(one.getMessage())["part"] == repr(part)
    ]


def code(site: House, part: str) -> tuple[str, str]:
    """Return the status and the code of a part."""
    one = site.site.health_watch.health.parts[part]
    return one.status.value, one.code


async def test_a_database_that_is_locked_is_an_error_only_when_it_stays_so(
    site: House, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with locked(site, busy_seconds=0.2):
        site.site.telemetry.buffer.extend(observations(10))
        after(site, timedelta(seconds=11))
        await until(lambda: site.site.database.health.status is DatabaseStatus.FAILING)
        assert code(site, "database") == ("degraded", "failing")
        state = site.hass.states.get("sensor.smart_lighting_ai_database")
        assert state is not None
        assert (state.state, state.attributes["health"]) == ("failing", "degraded")
        assert state.attributes["last_success"] <= state.attributes["since"]
        assert site.state(HEALTH) == "degraded"
        assert told(caplog, "database") == []
        clock.jump(seconds=10 * DATABASE_SECONDS)
        after(site, HEALTH_INTERVAL)
        await until(lambda: site.state(HEALTH) == "error")
        assert code(site, "database") == ("error", "failing")
    await flush_until(site, lambda: site.site.database.health.status is DatabaseStatus.OK)
    assert site.state(HEALTH) == "ok"
    assert told(caplog, "database") == [("INFO", "error"), ("INFO", "ok")]
    warned = [one for one in caplog.records if one.levelno >= logging.WARNING and DOMAIN in one.name]
    assert len(warned) == 1, "the database has warned, and nobody else"


@dies
async def test_a_recorder_that_has_died_is_an_error_at_once(site: House, recorder_mock: Recorder) -> None:
    recorder_mock.queue_task(Die())
    await site.hass.async_add_executor_job(recorder_mock.join)
    after(site, LOOK_INTERVAL)
    await until(lambda: code(site, "database") == ("error", "died"))
    assert site.state(HEALTH) == "error"


async def test_a_buffer_that_is_full_behind_a_busy_recorder_is_told(site: House, recorder_mock: Recorder) -> None:
    site.site.telemetry.buffer = EventBuffer(100)
    with held_up(recorder_mock):
        site.site.telemetry.buffer.extend(observations(120))
        after(site, HEALTH_INTERVAL)
        await until(lambda: code(site, "database") == ("degraded", "dropping"))
        assert site.state(HEALTH) == "degraded"
    await flush_until(site, lambda: not len(site.site.telemetry.buffer))
    after(site, HEALTH_INTERVAL)
    await until(lambda: site.state(HEALTH) == "ok")


async def test_jobs_are_overdue_by_the_clock_and_told_once(
    site: House, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock.jump(minutes=14)
    site.site.health_watch.async_look()
    assert site.state(SCHEDULER) == "ok"
    clock.jump(minutes=6)
    for _ in range(3):
        site.site.health_watch.async_look()
    assert site.state(SCHEDULER) == "aggregation_overdue"
    state = site.hass.states.get(SCHEDULER)
    assert state is not None
    assert (state.attributes["health"], state.attributes["code"]) == ("degraded", "aggregation_overdue")
    assert dt_util.utcnow() - state.attributes["last_success"] >= timedelta(minutes=15)
    assert site.state(HEALTH) == "degraded"
    await site.hass.services.async_call(
        DOMAIN, "aggregate_now", {}, blocking=True, return_response=True, context=administrator(site.hass)
    )
    assert site.state(SCHEDULER) == "ok"
    assert site.state(HEALTH) == "ok"
    clock.jump(hours=29)
    await site.hass.services.async_call(
        DOMAIN, "aggregate_now", {}, blocking=True, return_response=True, context=administrator(site.hass)
    )
    assert site.state(SCHEDULER) == "retention_overdue"
    await site.hass.services.async_call(
        DOMAIN,
        "purge_now",
        {"despite_clock": True},
        blocking=True,
        return_response=True,
        context=administrator(site.hass),
    )
    assert site.state(SCHEDULER) == "ok"
    assert told(caplog, "scheduler") == [("WARNING", "degraded"), ("INFO", "ok")] * 2


async def test_while_a_backup_is_made_nobody_is_late(site: House, clock: Clock, recorder_mock: Recorder) -> None:
    await site.site.pause.async_begin()
    with held_up(recorder_mock):
        after(site, LOOK_INTERVAL)
        await until(lambda: site.site.database.health.status is DatabaseStatus.BUSY)
        clock.jump(minutes=30)
        site.site.health_watch.async_look()
        assert site.state(SCHEDULER) == "paused"
        assert code(site, "database") == ("ok", "busy")
        assert site.state(HEALTH) == "ok"
    await site.site.pause.async_end()
    site.site.health_watch.async_look()
    assert site.state(SCHEDULER) == "ok"


async def test_a_job_that_fails_each_time_at_the_same_place_is_overdue(
    site: House, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise DatabaseUnavailableError("no")

    monkeypatch.setattr(feature_engineering, "zones_with_features", fail)
    job = site.site.feature_engineering
    for _ in range(6):
        clock.jump(minutes=5)
        with pytest.raises(DatabaseUnavailableError):
            await job.async_aggregate_now()
    site.site.health_watch.async_look()
    assert code(site, "scheduler") == ("degraded", "aggregation_overdue")


async def test_before_home_assistant_has_started_nothing_is_wrong(hass: HomeAssistant, build: Build) -> None:
    hass.set_state(CoreState.starting)
    hass.states.async_set("weather.home", "unavailable")
    site: House = await build()
    assert site.state(HEALTH) == "ok"
    assert (site.state(SCHEDULER), site.state("sensor.smart_lighting_ai_weather")) == ("starting", "starting")
    assert site.state("sensor.smart_lighting_ai_database") == "waiting"
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert site.state("sensor.smart_lighting_ai_weather") == "unavailable"
    assert site.state(SCHEDULER) == "ok"
