"""The pruning job: at night, what is older than it has to be kept."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
import logging
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .db.instants import now_ms
from .db.pruning import ClockDoubtfulError, Keep, Pruned, check_clock, prune, raise_floor
from .db.recorder_tasks import Database, DatabaseUnavailableError
from .issues.site import async_report_clock
from .job import Job

_LOGGER = logging.getLogger(__name__)

INTERVAL: Final = timedelta(minutes=20)
# Local hours in which it runs: the recorder's own purge is at 04:12.
_FROM, _TO = 1, 3
_PAUSE: Final = timedelta(hours=20)
# From the beginning of one night's hours to the end of the next night's, on the longest day.
_OVERDUE_AFTER: Final = timedelta(hours=28)


class Retention(Job):
    """Deletes what is old; one run at a time."""

    def __init__(self, hass: HomeAssistant, database: Database, keep: Keep) -> None:
        super().__init__(_OVERDUE_AFTER)
        self.keep = keep
        """How long to keep things; may change at any time."""
        self._hass = hass
        self._database = database
        self._running = asyncio.Lock()
        self._stop: CALLBACK_TYPE | None = None
        self.is_clock_doubtful = False
        """By this clock, too much would be deleted; a person has to look at it."""

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

    async def async_purge_now(self, *, despite_clock: bool = False) -> Pruned:
        """Delete what is older than it has to be kept, and return how much; `despite_clock` trusts the clock.

        Raises ClockDoubtfulError or DatabaseUnavailableError.
        """
        async with self._running:
            return await self._purge(despite_clock=despite_clock)

    async def _purge(self, *, despite_clock: bool) -> Pruned:
        with self._one_run():
            now, keep = now_ms(), self.keep
            if not despite_clock:
                await self._check_clock(now, keep)
            await self._database.async_write("raw floor", lambda connection: raise_floor(connection, now, keep))
            steps = [Pruned(more=True)]
            while steps[-1].more:
                step = partial(prune, now_ms=now, keep=keep, before=steps[-1])
                steps.append(await self._database.async_write("prune", step))
                self._async_get_on()
            pruned = Pruned(
                events=sum(step.events for step in steps),
                features=sum(step.features for step in steps),
                decisions=sum(step.decisions for step in steps),
            )
            async_report_clock(self._hass, None)
            self.is_clock_doubtful = False
            _LOGGER.debug("retention=done events=%d features=%d", pruned.events, pruned.features)
        return pruned

    async def _in_turn(self, _: datetime) -> None:
        """Run once in a night; a turn is left out while the last one still runs."""
        if self.is_clock_doubtful and not self._running.locked():
            await self._look_at_clock()
        recently = self.finished is not None and dt_util.utcnow() - self.finished < _PAUSE
        is_night = _FROM <= dt_util.now().hour < _TO
        if self.is_paused or self._running.locked() or recently or not is_night or not self._hass.is_running:
            return
        try:
            await self.async_purge_now()
        except ClockDoubtfulError as error:
            async_report_clock(self._hass, error)
            _LOGGER.log(
                logging.DEBUG if self.is_clock_doubtful else logging.WARNING,
                "retention=refused detail=%r hint='check the clock of this machine'",
                str(error),
            )
            self.is_clock_doubtful = True
        except DatabaseUnavailableError as error:
            _LOGGER.debug("retention=failed detail=%r", str(error))

    async def _check_clock(self, now: int, keep: Keep) -> None:
        """Raise ClockDoubtfulError where too much would be deleted; `now` is in milliseconds since 1970."""
        await self._database.async_read("check clock", lambda connection: check_clock(connection, now, keep))

    async def _look_at_clock(self) -> None:
        """Doubt the clock no longer once it is right: somebody has set it, or the network has."""
        try:
            await self._check_clock(now_ms(), self.keep)
        except ClockDoubtfulError as error:
            # It may have been ahead, and be right now: then there are events from the future.
            async_report_clock(self._hass, error)
            return
        except DatabaseUnavailableError:
            return
        self.is_clock_doubtful = False
        async_report_clock(self._hass, None)
