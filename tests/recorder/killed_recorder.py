"""Home Assistant's core with its real recorder and our side of its database, in a process that somebody kills."""

import asyncio
from functools import partial
from itertools import count
from typing import Final

from homeassistant import loader
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.components.recorder import Recorder
from homeassistant.config_entries import ConfigEntries
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers.recorder import DATA_INSTANCE, async_initialize_recorder
from homeassistant.setup import async_setup_component
from sqlalchemy import Connection

from custom_components.smart_lighting_ai_dali.db.aggregation import aggregate
from custom_components.smart_lighting_ai_dali.db.ingestion import insert_events, numbered
from custom_components.smart_lighting_ai_dali.db.recorder_tasks import Database
from custom_components.smart_lighting_ai_dali.db.schema import HOUR_MS, WINDOW_MS
from custom_components.smart_lighting_ai_dali.db.signals import Observation, Signal
from tests.warm_process import tell

START: Final = 1_790_000_000_000 // HOUR_MS * HOUR_MS
BATCH: Final = 7
# From one batch to the next.
STEP_MS: Final = WINDOW_MS // 4


def time_of(number: int) -> int:
    """Return when a batch begins."""
    return START + number * STEP_MS


def collect(url: str, folder: str, first: int) -> None:
    """Write batch after batch from the first on, and tell each that is acknowledged, until this process is killed."""
    asyncio.run(_collect(url, folder, first))


async def _collect(url: str, folder: str, first: int) -> None:
    hass = HomeAssistant(folder)
    await _start_recorder(hass, url)
    database = Database(hass)
    for number in count(first):
        # The recorder has something to write, too.
        hass.states.async_set("sensor.other", str(number))
        await database.async_write("ingest", partial(_ingest, number, database))
        tell(number)
        await database.async_write("aggregate", partial(aggregate, now_ms=time_of(number)))


async def _start_recorder(hass: HomeAssistant, url: str) -> None:
    hass.config.skip_pip = True
    hass.config_entries = ConfigEntries(hass, {})
    loader.async_setup(hass)
    await async_load_base_functionality(hass)
    async_initialize_recorder(hass)
    assert await async_setup_component(hass, "recorder", {"recorder": {"db_url": url, "commit_interval": 0}})
    recorder: Recorder = hass.data[DATA_INSTANCE]
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await recorder.async_recorder_ready.wait()


def _ingest(number: int, database: Database, connection: Connection) -> None:
    observations = [
        Observation(time=time_of(number) + one, source="lamp", signal=Signal.LEVEL, zone="office", value=number % 255)
        for one in range(BATCH)
    ]
    insert_events(connection, numbered(connection, observations, database.numbers))
