"""A server that is restarted costs no event of ours, and the recorder nothing that it would not lose without us."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
import logging
from typing import Any

from homeassistant.components.recorder.tasks import CommitTask
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
import pytest

from custom_components.smart_lighting_ai_dali.db.health import DatabaseStatus
from custom_components.smart_lighting_ai_dali.db.recorder_tasks import DatabaseUnavailableError
from tests.databases import SERVERS, OwnServer, database_on, own_server
from tests.integration.conftest import Build, House

from .conftest import rows
from .trouble import Do, count, observations

PRECIOUS = "sensor.precious"
STATES = (
    "SELECT s.state FROM states s JOIN states_meta m ON s.metadata_id = m.metadata_id"
    " WHERE m.entity_id = 'sensor.precious'"
)
BURST = 10

type Write = Callable[[], Awaitable[None]]


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    """Return a server that may be stopped."""
    with own_server(request.param, tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def recorder_db_url(server: OwnServer, socket_enabled: None) -> Iterator[str]:
    """Return the address of a new database on that server."""
    del socket_enabled
    with database_on(server.url) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture
def recorder_config() -> dict[str, Any]:
    """Let the recorder have changes that it has not saved yet, as it has at home, and wait for nothing."""
    return {"commit_interval": 3600, "db_retry_wait": 0}


class Changes:
    """A sensor of somebody else, and what the recorder has of it."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._number = 0

    def make(self) -> set[int]:
        """Let it change a few times, and return to what."""
        first, self._number = self._number, self._number + BURST
        made = set(range(first, self._number))
        for number in sorted(made):
            self._hass.states.async_set(PRECIOUS, str(number))
        return made

    async def recorded(self) -> set[int]:
        """Return what of it is in the database."""
        recorder = get_instance(self._hass)
        return {int(row[0]) for row in await recorder.async_add_executor_job(rows, recorder, STATES)}


async def saved(hass: HomeAssistant) -> None:
    """Let the recorder save what it has, as it does by time."""
    recorder, done = get_instance(hass), asyncio.Event()
    recorder.queue_task(CommitTask())
    recorder.queue_task(Do(lambda: hass.loop.call_soon_threadsafe(done.set)))
    await done.wait()


async def restart(changes: Changes, server: OwnServer, first: Write, write: Write) -> dict[str, int]:
    """Restart a server amidst changes, and return how many of those before, meanwhile and after it were lost."""
    made = {"before": changes.make()}
    await first()
    await asyncio.to_thread(server.stop)
    made["meanwhile"] = changes.make()
    await write()
    await asyncio.to_thread(server.start)
    made["after"] = changes.make()
    await write()
    made["later"] = changes.make()
    await write()
    recorded = await changes.recorded()
    return {when: len(some - recorded) for when, some in made.items()}


async def nothing() -> None:
    """Let the recorder have changes that it has not saved."""


@pytest.mark.parametrize("saves", ["before", "not before"])
async def test_a_restart_costs_no_more_with_us_than_without(
    hass: HomeAssistant, build: Build, server: OwnServer, caplog: pytest.LogCaptureFixture, saves: str
) -> None:
    def first(write: Write) -> Write:
        return write if saves == "before" else nothing

    async def save() -> None:
        await saved(hass)

    changes = Changes(hass)
    changes.make()
    await save()
    without = await restart(changes, server, first(save), save)

    house: House = await build()
    flush, seen = house.site.feature_engineering.async_flush, house.site.database.health
    buffer = house.site.telemetry.buffer
    await flush(alive=True)
    caplog.clear()
    statuses: list[DatabaseStatus] = []
    collected = 0

    async def write() -> None:
        nonlocal collected
        some = observations(600, source=f"lamp {collected}")
        buffer.extend(some)
        collected += len(some)
        with suppress(DatabaseUnavailableError):
            await flush()
        statuses.append(seen.status)
        await save()

    with_us = await restart(changes, server, first(write), write)
    assert len(buffer) == 0
    assert await count(house, "event") == collected
    assert statuses[-3:] == [DatabaseStatus.FAILING, DatabaseStatus.OK, DatabaseStatus.OK]
    told = [(one.levelno, one.getMessage().split()[0]) for one in caplog.records if one.message.startswith("database=")]
    assert told == [(logging.WARNING, "database=failing"), (logging.INFO, "database=back")]
    # By itself the recorder loses what it has to save while the server is away, here all of that, and no more.
    assert {when: lost for when, lost in with_us.items() if lost > without[when]} == {}
    assert with_us["after"] == with_us["later"] == 0
