"""A recorder that upgrades its own tables, or can't start at all: nothing of ours is written, and lights work."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
import logging
from pathlib import Path
import threading
from typing import Any

from homeassistant.components import recorder as recorder_component
from homeassistant.components.recorder import Recorder, migration
from homeassistant.components.recorder.db_schema import SCHEMA_VERSION, Base, SchemaChanges
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from custom_components.smart_lighting_ai_dali.database_watch import INTERVAL as LOOK_INTERVAL
from custom_components.smart_lighting_ai_dali.db.health import DatabaseStatus
from custom_components.smart_lighting_ai_dali.db.recorder_tasks import DatabaseUnavailableError
from tests.integration.conftest import Build, House, PlugIn, lamp, line_of

from .trouble import after, count, observations, stored, until

OURS = "SELECT count(*) FROM sqlite_master WHERE name LIKE 'smart_lighting%'"


class Held:
    """A step of the recorder's that waits until the test lets it go on."""

    def __init__(self, step: Callable[..., Any]) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self._step = step

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Wait, then do the real thing."""
        self.begun.set()
        assert self.go_on.wait(20)
        return self._step(*args, **kwargs)


@pytest.fixture
def start() -> str:
    """Return how the recorder starts."""
    return "live"


@pytest.fixture
def recorder_db_url(start: str, tmp_path: Path) -> str:
    """Return the address of a database as an older version has left it, or of one that can't be."""
    if start == "impossible":
        return f"sqlite:///{tmp_path / 'missing' / 'test.db'}"
    engine = create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(SchemaChanges(schema_version=SCHEMA_VERSION - 1))
        session.commit()
    engine.dispose()
    return str(engine.url)


@pytest.fixture
def upgrade(start: str, monkeypatch: pytest.MonkeyPatch) -> Held:
    """Return the recorder's upgrade of its tables, which is held."""
    step = "migrate_schema_live" if start == "live" else "migrate_schema_non_live"
    held = Held(getattr(migration, step))
    monkeypatch.setattr(migration, step, held)
    return held


@pytest.fixture
async def recorder_mock(
    async_test_recorder: Any, upgrade: Held, start: str, hass: HomeAssistant
) -> AsyncIterator[Recorder]:
    """Return the recorder in the midst of its start."""
    hass.set_state(CoreState.starting)
    config = {"db_max_retries": 1, "db_retry_wait": 0}
    async with AsyncExitStack() as stack:
        stack.callback(upgrade.go_on.set)
        yield await stack.enter_async_context(
            async_test_recorder(
                hass,
                config,
                wait_recorder=False,
                wait_recorder_setup=start == "impossible",
                expected_setup_result=start != "impossible",
            )
        )
        upgrade.go_on.set()


async def started(hass: HomeAssistant) -> None:
    """Let Home Assistant have started."""
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)


@pytest.mark.parametrize("start", ["live", "before_the_start"])
async def test_while_the_recorder_upgrades_its_tables_nothing_of_ours_is_written(
    hass: HomeAssistant, build: Build, recorder_mock: Recorder, upgrade: Held, caplog: pytest.LogCaptureFixture
) -> None:
    site: House = await build()
    await started(hass)
    await until(upgrade.begun.is_set)
    seen, buffer = site.site.database.health, site.site.telemetry.buffer
    buffer.extend(observations(100))
    after(site, LOOK_INTERVAL)
    await until(lambda: seen.status is DatabaseStatus.MIGRATING)
    assert (seen.read.waited, seen.queue.waited) == (None, None)
    with pytest.raises(DatabaseUnavailableError):
        await site.site.feature_engineering.async_flush()
    with pytest.raises(DatabaseUnavailableError):
        await site.site.feature_engineering.async_aggregate_now()
    assert len(buffer) == 100
    assert site.state("sensor.smart_lighting_ai_database") == "migrating"
    assert site.state("sensor.smart_lighting_ai_health") == "degraded"
    upgrade.go_on.set()
    await until(recorder_mock.async_recorder_ready.is_set)
    assert await stored(site, OURS) == [(0,)]
    after(site, LOOK_INTERVAL)
    await until(lambda: not len(buffer))
    assert await count(site, "event") == 100
    assert seen.status.value == "ok"
    assert site.state("sensor.smart_lighting_ai_health") == "ok"
    assert [record for record in caplog.records if record.getMessage().startswith("database=")] == []


@pytest.mark.parametrize("start", ["impossible"])
async def test_without_a_recorder_lights_work(
    hass: HomeAssistant, build: Build, plug_in: PlugIn, recorder_mock: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    del recorder_mock
    assert recorder_component.DOMAIN not in hass.config.components
    site: House = await build(line_of(plug_in(lamp(1))))
    await started(hass)
    light = await site.until_light(1, "off")
    await site.call("light", "turn_on", light, brightness=255)
    assert site.state(light) == "on"
    for minutes in (1, 2):
        after(site, minutes * LOOK_INTERVAL)
        await hass.async_block_till_done()
    assert site.state("sensor.smart_lighting_ai_database") == "died"
    problems = site.site.health_watch.health.problems
    assert {"part": "database", "name": None, "status": "error", "code": "died"} in problems
    assert site.state("sensor.smart_lighting_ai_health") == "error"
    told = [record for record in caplog.records if record.getMessage().startswith("database=")]
    assert [record.levelno for record in told] == [logging.WARNING]
    with pytest.raises(DatabaseUnavailableError):
        await site.site.feature_engineering.async_flush(alive=True)
