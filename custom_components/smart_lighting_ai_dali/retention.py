"""The pruning job: at night, what is older than it has to be kept."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
import logging
import time
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .db.pruning import ClockDoubtfulError, Keep, Pruned, check_clock, prune, raise_floor
from .db.recorder_tasks import Database, DatabaseUnavailableError

_LOGGER = logging.getLogger(__name__)

INTERVAL: Final = timedelta(minutes=20)
# Local hours in which it runs: the recorder's own purge is at 04:12.
_FROM, _TO = 1, 3
_PAUSE: Final = timedelta(hours=20)


class Retention:
    """Deletes what is old; one run at a time."""

    def __init__(self, hass: HomeAssistant, database: Database, keep: Keep) -> None:
        self.keep = keep
        """How long to keep things; may change at any time."""
        self.finished: datetime | None = None
        """When the last run ended well: the job's heartbeat."""
        self._hass = hass
        self._database = database
        self._running = asyncio.Lock()
        self._stop: CALLBACK_TYPE | None = None
        self._doubted = False
        self._listeners: list[Callable[[], None]] = []

    def async_start(self) -> None:
        """Run by time from now on."""
        self._stop = async_track_time_interval(
            self._hass, self._in_turn, INTERVAL, name=f"{DOMAIN} retention", cancel_on_shutdown=True
        )

    async def async_stop(self) -> None:
        """Run no more; await the step that is under way."""
        if self._stop is not None:
            self._stop()
            self._stop = None
        async with self._running:
            pass

    def async_listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call a listener after each run; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def async_purge_now(self) -> Pruned:
        """Delete what is older than it has to be kept, and return how much.

        Raises ClockDoubtfulError or DatabaseUnavailableError.
        """
        async with self._running:
            now, keep = int(time.time() * 1000), self.keep
            await self._database.async_read("check clock", lambda connection: check_clock(connection, now, keep))
            await self._database.async_write("raw floor", lambda connection: raise_floor(connection, now, keep))
            events = features = 0
            while True:
                step = await self._database.async_write("prune", lambda connection: prune(connection, now, keep))
                events += step.events
                features += step.features
                if not step.more:
                    break
            self.finished = dt_util.utcnow()
            self._doubted = False
        _LOGGER.debug("retention=done events=%d features=%d", events, features)
        for listener in tuple(self._listeners):
            listener()
        return Pruned(events, features)

    async def _in_turn(self, _: datetime) -> None:
        """Run once in a night; a turn is left out while the last one still runs."""
        recently = self.finished is not None and dt_util.utcnow() - self.finished < _PAUSE
        if self._running.locked() or recently or not _FROM <= dt_util.now().hour < _TO or not self._hass.is_running:
            return
        try:
            await self.async_purge_now()
        except ClockDoubtfulError as error:
            level = logging.DEBUG if self._doubted else logging.WARNING
            self._doubted = True
            _LOGGER.log(level, "retention=refused reason=%s: check the clock of this machine", error)
        except DatabaseUnavailableError as error:
            _LOGGER.debug("retention=failed reason=%s", error)
