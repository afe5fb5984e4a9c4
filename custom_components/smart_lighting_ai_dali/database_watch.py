"""Watch the database: ask once a minute how it is, measure our tables now and then, tell a person of trouble."""

import asyncio
from datetime import datetime, timedelta
import logging
import time
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started

from .const import DOMAIN, PACKAGE
from .db.recorder_tasks import Database, DatabaseUnavailableError
from .issues.site import async_report_database, async_report_new_database
from .kept_file import KeptFile
from .retention import Retention
from .telemetry import Telemetry

_LOGGER = logging.getLogger(f"{PACKAGE}.db.health")

INTERVAL: Final = timedelta(minutes=1)
# Measuring reads our tables as a whole; in seconds.
_MEASURED_EVERY: Final = 3600.0
_STORE_VERSION: Final = 1


class DatabaseWatch:
    """Looks at the database once Home Assistant runs; one look at a time, and none waits longer than a few seconds."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        database: Database,
        telemetry: Telemetry,
        retention: Retention,
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._database = database
        self._telemetry = telemetry
        self._retention = retention
        # Which database it was the last time, so that another one is noticed even if that came with a restart.
        self._store: KeptFile[dict[str, Any]] = KeptFile(hass, _STORE_VERSION, f"{DOMAIN}.database")
        self._is_loaded = False
        self._known_ms: int | None = None
        self._measured: float | None = None
        self._looking: asyncio.Task[None] | None = None
        self._stops: list[CALLBACK_TYPE] = []

    @callback
    def async_start(self) -> None:
        """Look from the start of Home Assistant on: before, its recorder answers nobody."""
        self._stops.append(self._database.async_listen(self._changed))
        self._stops.append(self._retention.async_listen(self._pruned))
        self._stops.append(async_at_started(self._hass, self._started))

    async def async_stop(self) -> None:
        """Look no more."""
        while self._stops:
            self._stops.pop()()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    @callback
    def _started(self, _: HomeAssistant) -> None:
        self._stops.append(
            async_track_time_interval(
                self._hass, self._turn, INTERVAL, name=f"{DOMAIN} database watch", cancel_on_shutdown=True
            )
        )
        self._turn()

    @callback
    def _turn(self, _: datetime | None = None) -> None:
        """Look; a turn is left out while the last look is not over."""
        if self._looking is None or self._looking.done():
            self._looking = self._hass.async_create_background_task(self._look(), f"{DOMAIN} database watch")

    async def _look(self) -> None:
        if not self._is_loaded:
            try:
                kept = await self._store.async_load() or {}
            except HomeAssistantError as error:
                _LOGGER.warning("database_file=unreadable detail=%r hint='see its repair issue'", str(error))
                kept = {}
            # What another entry knew, which is gone, is nothing to this one.
            self._known_ms = kept.get("born_ms") if kept.get("entry_id") == self._entry.entry_id else None
            self._is_loaded = True
            self._compare()
        await self._database.async_probe()
        now = time.monotonic()
        if self._measured is None or now - self._measured >= _MEASURED_EVERY:
            try:
                await self._database.async_measure()
            except DatabaseUnavailableError as error:
                _LOGGER.debug("measuring=failed detail=%r", str(error))
            else:
                self._measured = now

    @callback
    def _changed(self) -> None:
        async_report_database(self._hass, self._database.health.status)
        self._compare()

    @callback
    def _pruned(self) -> None:
        """Measure anew with the next look."""
        self._measured = None

    @callback
    def _compare(self) -> None:
        """Notice that the database is another than the last time."""
        born_ms = self._database.born_ms
        if born_ms is None or not self._is_loaded or born_ms == self._known_ms:
            return
        if self._known_ms is not None:
            _LOGGER.warning("database=new hint='what was collected before is not in it; see its repair issue'")
            async_report_new_database(self._hass)
            # Of the hour that has begun, nothing is in it.
            self._telemetry.async_tell_all()
        self._known_ms = born_ms
        data = {"entry_id": self._entry.entry_id, "born_ms": born_ms}
        self._entry.async_create_task(self._hass, self._store.async_save(data), f"{DOMAIN} database watch")
