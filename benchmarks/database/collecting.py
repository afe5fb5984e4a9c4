"""A home in which something happens all the time, and is written by the job that writes it in a real one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
import time
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import SOURCE_USER, ConfigEntry

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.db.recorder_tasks import DatabaseUnavailableError
from custom_components.smart_lighting_ai_dali.db.signals import Observation, Signal
from custom_components.smart_lighting_ai_dali.feature_engineering import FeatureEngineering
from custom_components.smart_lighting_ai_dali.telemetry import Telemetry

from .home import Home

_EVENTS_PER_SECOND: Final = 50
_SOURCES: Final = 10


class Collecting:
    """Events that happen at a pace, and how many of them the database has taken."""

    def __init__(self, home: Home, flushed: Callable[[int], None] | None = None) -> None:
        self.happened = 0
        self.written = 0
        entry: ConfigEntry[Any] = ConfigEntry(
            version=1,
            minor_version=1,
            domain=DOMAIN,
            title="",
            data={},
            options={},
            source=SOURCE_USER,
            unique_id=None,
            discovery_keys=MappingProxyType({}),
            subentries_data=None,
        )
        self._telemetry = Telemetry(home.hass, entry)
        self._job = FeatureEngineering(home.hass, home.database, self._telemetry)
        self._flushed = flushed

    @asynccontextmanager
    async def going_on(self, *, flush_seconds: float = 1.0) -> AsyncIterator[None]:
        """Let things happen, and flush them every so often; in the end all that is left."""
        tasks = [asyncio.create_task(self._happen()), asyncio.create_task(self._flush_every(flush_seconds))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._flush()

    async def _happen(self) -> None:
        # Not two at one instant: they would be one row.
        start = int(time.time() * 1000)
        for number in count():
            self._telemetry.buffer.add(
                Observation(
                    time=start + number * 1000 // _EVENTS_PER_SECOND,
                    source=f"source {number % _SOURCES}",
                    signal=Signal.LEVEL,
                    zone="zone",
                    value=number % 255,
                )
            )
            self.happened += 1
            await asyncio.sleep(1 / _EVENTS_PER_SECOND)

    async def _flush_every(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await self._flush()
            except DatabaseUnavailableError:
                # They stay in the buffer, as in a real home; the next turn tries again.
                continue

    async def _flush(self) -> None:
        self.written += await self._job.async_flush()
        if self._flushed is not None:
            self._flushed(self.written)
