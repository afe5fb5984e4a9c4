"""A server that does not answer any more holds up one thread of the recorder's at the most, and no light."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
import threading
import time

from homeassistant.components.recorder import Recorder
import pytest

from custom_components.smart_lighting_ai_dali import site as site_module
from custom_components.smart_lighting_ai_dali.database_watch import INTERVAL as LOOK_INTERVAL
from custom_components.smart_lighting_ai_dali.db import health
from custom_components.smart_lighting_ai_dali.db.health import DatabaseStatus
from custom_components.smart_lighting_ai_dali.db.recorder_tasks import DatabaseUnavailableError
from tests.databases import SERVERS, new_database
from tests.integration.conftest import Build, House
from tests.told import told_once

from .stalling_proxy import StallingProxy, stalling_proxy_to
from .trouble import MUCH_LAG, after, count, flush_until, lag_of_the_loop, look_at, observations, until

# The recorder's executor has four.
OTHERS = 3

pytestmark = pytest.mark.parametrize("database_engine", SERVERS)


@pytest.fixture
def proxied(
    database_engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[StallingProxy, str]]:
    """Return a new database on a server behind a proxy."""
    with (
        new_database(database_engine, request, tmp_path) as url,
        stalling_proxy_to(url) as (proxy, through),
    ):
        yield proxy, through.render_as_string(hide_password=False)


@pytest.fixture
def recorder_db_url(proxied: tuple[StallingProxy, str]) -> str:
    """Return the address of the database."""
    return proxied[1]


@pytest.fixture
def proxy(proxied: tuple[StallingProxy, str]) -> StallingProxy:
    """Return what is between the recorder and its server."""
    return proxied[0]


@pytest.fixture
async def site(build: Build, monkeypatch: pytest.MonkeyPatch) -> House:
    """Return a site without lines, whose database is well, and which has little patience."""
    house: House = await build()
    await house.site.feature_engineering.async_flush(alive=True)
    await look_at(house)
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.2)
    return house


async def free_threads(recorder: Recorder) -> None:
    """Assert that the recorder has threads for others: they have to be there at the same time to meet."""
    meeting = threading.Barrier(OTHERS)
    futures = [recorder.async_add_executor_job(meeting.wait, 5) for _ in range(OTHERS)]
    for future in futures:
        await future


async def test_a_server_that_hangs_is_asked_once(
    site: House, recorder_mock: Recorder, proxy: StallingProxy, caplog: pytest.LogCaptureFixture
) -> None:
    seen, buffer = site.site.database.health, site.site.telemetry.buffer
    async with lag_of_the_loop() as lag:
        with proxy.stalled():
            buffer.extend(observations(600))
            for minutes in range(1, 7):
                after(site, minutes * LOOK_INTERVAL)
                await until(lambda: seen.status is DatabaseStatus.SILENT)
                # Each look has ended before the next.
                await asyncio.sleep(0.25)
            await free_threads(recorder_mock)
            with pytest.raises(DatabaseUnavailableError):
                await site.site.database.async_read("look", lambda _: None)
            assert len(buffer) == 600
    assert lag.longest < MUCH_LAG
    await until(lambda: seen.status is DatabaseStatus.OK)
    await flush_until(site, lambda: not len(buffer))
    assert await count(site, "event") == 600
    told = [one.getMessage() for one in caplog.records if one.getMessage().startswith("database=")]
    assert [message.split()[0] for message in told if "slow" not in message] == ["database=silent", "database=back"]
    told_once(caplog, "db.health", "database=silent")


async def test_a_stop_ends_in_time_while_the_server_hangs(
    site: House, recorder_mock: Recorder, proxy: StallingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_module, "DATABASE_SECONDS", 0.3)
    with proxy.stalled():
        site.site.telemetry.buffer.extend(observations(600))
        after(site, LOOK_INTERVAL)
        pruning = site.hass.async_create_task(site.site.retention.async_purge_now())
        await until(lambda: site.site.database.health.read.waited is not None)
        begun = time.monotonic()
        assert await site.hass.config_entries.async_unload(site.entry.entry_id)
        assert time.monotonic() - begun < 5
        await site.hass.async_block_till_done(wait_background_tasks=True)
        assert isinstance(pruning.exception(), DatabaseUnavailableError)
    await site.hass.async_add_executor_job(recorder_mock.block_till_done)
    assert await count(site, "event") >= 500
