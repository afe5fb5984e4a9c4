"""A Home Assistant with its real recorder, in which a hundred states change each second."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
import tempfile
import time
from typing import Any, Final

from homeassistant.components.recorder import DOMAIN as RECORDER, Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import async_initialize_recorder, get_instance
from homeassistant.setup import async_setup_component
from sqlalchemy import Connection

from custom_components.smart_lighting_ai_dali.db.recorder_tasks import Database, Work

from ..home_assistant import in_home_assistant, new_home_assistant
from .building import START, fill
from .places import connected

STATES_PER_SECOND: Final = 100
BUSY_SENSORS: Final = 50
_START_SECONDS: Final = 120


@dataclass(slots=True)
class Home:
    """A running Home Assistant, and our side of its recorder's database."""

    hass: HomeAssistant
    recorder: Recorder
    database: Database
    rows: int
    changes: int = 0
    """How many states of the sensors that keep it busy have changed."""

    def change_a_state(self) -> None:
        """Change the state of one of the sensors that keep the recorder busy, each time to a new value."""
        name = f"sensor.busy_{self.changes % BUSY_SENSORS}"
        self.changes += 1
        self.hass.states.async_set(name, str(self.changes), {"friendly_name": name})

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """Let a hundred states change each second meanwhile, whatever else the event loop does."""
        task = asyncio.create_task(self._keep_busy())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep_busy(self) -> None:
        begun, changed = time.monotonic(), 0
        while True:
            while changed < (time.monotonic() - begun) * STATES_PER_SECOND:
                self.change_a_state()
                changed += 1
            await asyncio.sleep(1 / STATES_PER_SECOND)

    async def recorded(self) -> None:
        """Wait until the recorder has done and committed everything that is in its queue."""
        await self.recorder.async_block_till_done()

    async def timed_write[R](self, name: str, work: Work[R]) -> tuple[R, float]:
        """Do work in the recorder's thread; return what it returned, and the seconds that its task took there."""
        health = self.database.health
        health.longest_write = 0.0
        result = await self.database.async_write(name, work)
        return result, health.longest_write


@asynccontextmanager
async def open_home(url: str, rows: int = 0) -> AsyncIterator[Home]:
    """Start a Home Assistant whose recorder has this database, and stop it in the end."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        hass = await new_home_assistant(folder)
        async_initialize_recorder(hass)
        try:
            async with asyncio.timeout(_START_SECONDS):
                # It would fill in the statistics of all days that it keeps, before it does anything else.
                settings = {"db_url": url, "auto_purge": False, "purge_keep_days": 1}
                for component, config in ((RECORDER, settings), ("sensor", {})):
                    if not await async_setup_component(hass, component, {component: config}):
                        raise RuntimeError(f"{component} could not be set up")
                await hass.async_start()
                recorder = get_instance(hass)
                await recorder.async_recorder_ready.wait()
                home = Home(hass, recorder, Database(hass), rows)
                await home.database.async_write("tables", _nothing)
            yield home
        finally:
            await hass.async_stop(force=True)


def _nothing(_: Connection) -> None:
    """Do nothing: before its first work the database makes our tables."""


async def prepare(url: str) -> None:
    """Let the recorder and us make our tables."""
    async with open_home(url) as home:
        # The recorder looks for what was before a time only where it has anything from before that time.
        home.hass.states.async_set("sensor.busy_0", "0", timestamp=START / 1000)
        await home.recorded()


def live_in[R](url: str, rows: int, live: Callable[[Home], Coroutine[Any, Any, R]]) -> R:
    """Start a busy home in which a building already has that many rows, and return what living in it gives."""

    async def live_and_leave() -> R:
        async with open_home(url, rows) as home, home.busy():
            return await live(home)

    in_home_assistant(prepare(url))
    if rows:
        with connected(url) as engine:
            fill(engine, rows)
    return in_home_assistant(live_and_leave())
