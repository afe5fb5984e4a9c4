"""The aggregation job: the buffer into the database, and events into features, every five minutes."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
import logging
import math
import time
from typing import Final

from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from sqlalchemy import Connection

from .const import DOMAIN
from .db.aggregation import HOURS_PER_STEP, Step, aggregate, hours_between, rebuild_zones
from .db.dirty_hours import mark_hours
from .db.health import DatabaseStatus
from .db.ingestion import Ingested, insert_events, numbered
from .db.instants import milliseconds, now_ms
from .db.queries import hours_without_features, numbers_of_zones, zones_with_features
from .db.recorder_tasks import Database, DatabaseUnavailableError
from .db.schema import HOUR_MS, WINDOW_MS
from .db.signals import Observation
from .db.watermarks import Watermark, read_watermark, write_watermark
from .job import Job
from .telemetry import Telemetry

_LOGGER = logging.getLogger(__name__)

# Each flush makes the recorder commit: not more often than it does so by itself, and than a disk likes.
FLUSH_INTERVAL: Final = timedelta(seconds=10)
INTERVAL: Final = timedelta(milliseconds=WINDOW_MS)
# Home Assistant gives a hundred seconds for its stop; the recorder ends after that.
_LAST_FLUSH_SECONDS: Final = 8.0
_HOURS_PER_READ: Final = 24
# Marking so many takes some ten milliseconds.
HOURS_PER_MARK: Final = 96
# So many turns without getting on, and something is the matter.
_OVERDUE_AFTER: Final = 3 * INTERVAL
# Then there is nobody to write to, and that was told.
_GONE: Final = frozenset({DatabaseStatus.ABSENT, DatabaseStatus.DIED})
# Timers are this much early or late, in seconds.
_JITTER: Final = 1.0


class ZoneUnknownError(Exception):
    """Nothing was collected of a zone; the message is its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anew:
    """What is to be condensed anew; nothing said is all that has no features yet."""

    start: datetime | None = None
    end: datetime | None = None
    zones: Collection[str] = field(default=())
    """Ids of zones; all where none is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation:
    """What a run did."""

    windows: int
    rows: int
    seconds: float
    zones_without_features: tuple[str, ...]
    """Area ids of zones that have no features in the last hour that was condensed."""


class FeatureEngineering(Job):
    """Brings events into the database and condenses them; one run at a time."""

    def __init__(self, hass: HomeAssistant, database: Database, telemetry: Telemetry) -> None:
        super().__init__(_OVERDUE_AFTER)
        self.alive_ms: int | None = None
        """Up to when events were collected before this start, where that is known from elsewhere than the database."""
        self._hass = hass
        self._database = database
        self._telemetry = telemetry
        self.zones_without_features: tuple[str, ...] = ()
        """Ids of zones that had none in the hour before the last run."""
        self._flushing = asyncio.Lock()
        self._running: asyncio.Task[Aggregation] | None = None
        self._flushed = -math.inf
        self._gap_marked = False
        self._stops: list[CALLBACK_TYPE] = []

    def async_start(self) -> None:
        """Run by time from now on."""
        for action, interval, name in (
            (self._flush_in_turn, FLUSH_INTERVAL, "flush"),
            (self._aggregate_in_turn, INTERVAL, "aggregation"),
        ):
            self._stops.append(
                async_track_time_interval(
                    self._hass, action, interval, name=f"{DOMAIN} {name}", cancel_on_shutdown=True
                )
            )

        self._telemetry.buffer.when_batch = self._flush_soon

    async def async_stop(self) -> None:
        """Await the run that is under way, and write what is in the buffer, as far as that can be."""
        while self._stops:
            self._stops.pop()()
        self._telemetry.buffer.when_batch = None
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self._hass.state in {CoreState.not_running, CoreState.starting}:
            # The recorder does nothing before Home Assistant has started, and there is next to nothing to write.
            return
        try:
            async with asyncio.timeout(_LAST_FLUSH_SECONDS):
                await self.async_flush(alive=True)
        except (DatabaseUnavailableError, TimeoutError) as error:
            if len(self._telemetry.buffer) and self._database.health.status not in _GONE:
                _LOGGER.warning("flush=failed detail=%r events=%d", str(error), len(self._telemetry.buffer))

    async def async_flush(self, *, alive: bool = False) -> int:
        """Write what is in the buffer and return how many events; `alive` takes note of this instant too.

        Raises DatabaseUnavailableError: the events stay in the buffer.
        """
        written = 0
        self._flushed = time.monotonic()
        buffer = self._telemetry.buffer
        async with self._flushing:
            if not self._gap_marked:
                await self._mark_gap()
            while batch := buffer.take():
                try:
                    await self._database.async_write("ingest", partial(self._ingest, batch))
                except BaseException:
                    buffer.give_back()
                    raise
                buffer.acknowledge()
                written += len(batch)
            if alive:
                now = now_ms()
                await self._database.async_write(
                    "alive", lambda connection: write_watermark(connection, Watermark.ALIVE, now)
                )
        return written

    def _ingest(self, batch: list[Observation], connection: Connection) -> Ingested:
        return insert_events(connection, numbered(connection, batch, self._database.numbers))

    async def async_aggregate_now(self, anew: Anew | None = None) -> Aggregation:
        """Condense what is new, and something anew; whoever comes second joins the first, whatever was asked for.

        Raises ZoneUnknownError and DatabaseUnavailableError.
        """
        if self._running is None or self._running.done():
            self._running = self._hass.async_create_task(self._run(anew or Anew()), f"{DOMAIN} aggregate now")
            # It goes on when its caller does not, and then nobody looks how it ended.
            self._running.add_done_callback(lambda run: run.cancelled() or run.exception())
        run = self._running
        await asyncio.wait((run,))
        if run.cancelled():
            raise DatabaseUnavailableError("the integration is being stopped")
        return run.result()

    async def _mark_gap(self) -> None:
        """Say of the time since the last start's end that it is unknown."""
        alive = await self._database.async_write(
            "last sign of life", lambda connection: read_watermark(connection, Watermark.ALIVE)
        )
        if known := [instant for instant in (alive, self.alive_ms) if instant is not None]:
            self._telemetry.async_mark_gap(max(known))
        self._gap_marked = True

    @callback
    def _flush_soon(self) -> None:
        """Flush before the time is up: there is a whole batch."""
        if not self._flushing.locked():
            self._hass.async_create_task(self._flush_in_turn(None), f"{DOMAIN} flush")

    async def _flush_in_turn(self, _: datetime | None) -> None:
        """Flush; a turn is left out while the last one waits for the database, and where the recorder has more time."""
        too_soon = time.monotonic() - self._flushed < self._database.commit_interval - _JITTER
        is_due = self._telemetry.buffer.has_batch or not too_soon
        if self.is_paused or self._flushing.locked() or not self._hass.is_running or not is_due:
            return
        try:
            await self.async_flush()
        except DatabaseUnavailableError as error:
            _LOGGER.debug("flush=failed detail=%r", str(error))

    async def _aggregate_in_turn(self, _: datetime) -> None:
        """Condense what is new; a turn is left out while the last one still runs."""
        if self.is_paused or (self._running is not None and not self._running.done()) or not self._hass.is_running:
            return
        self._running = self._hass.async_create_task(self._run(None), f"{DOMAIN} aggregation")
        try:
            await self._running
        except DatabaseUnavailableError as error:
            _LOGGER.debug("aggregation=failed detail=%r", str(error))

    async def _run(self, anew: Anew | None) -> Aggregation:
        with self._one_run():
            return await self._condense(anew)

    async def _condense(self, anew: Anew | None) -> Aggregation:
        begun = time.monotonic()
        await self.async_flush(alive=True)
        now = now_ms()
        steps = []
        if anew is not None:
            steps += await self._begin_anew(anew)
        more = True
        while more:
            step = await self._database.async_write("aggregate", lambda connection: aggregate(connection, now))
            steps.append(step)
            self._async_get_on()
            more = step.more
        having = await self._database.async_read(
            "zones with features",
            lambda connection: zones_with_features(connection, start_ms=now - HOUR_MS, end_ms=now),
        )
        zones = {source.zone for source in self._telemetry.sources}
        self.zones_without_features = tuple(sorted(zones - having))
        result = Aggregation(
            windows=sum(step.windows for step in steps),
            rows=sum(step.rows for step in steps),
            seconds=round(time.monotonic() - begun, 3),
            zones_without_features=self.zones_without_features,
        )
        _LOGGER.debug("aggregation=done windows=%d rows=%d seconds=%.2f", result.windows, result.rows, result.seconds)
        return result

    async def _begin_anew(self, anew: Anew) -> list[Step]:
        """Mark what is asked for; zones alone are condensed at once, in steps."""
        first, last = (None if one is None else milliseconds(one) for one in (anew.start, anew.end))
        if not anew.zones:
            if first is not None or last is not None:
                await self._mark(await self._hours_between(first, last))
            else:
                await self._mark_missing()
            return []
        zones = await self._database.async_read("zones", lambda connection: numbers_of_zones(connection, anew.zones))
        if unknown := sorted(set(anew.zones) - set(zones)):
            raise ZoneUnknownError(", ".join(unknown))
        hours = await self._hours_between(first, last)
        steps = []
        for start in range(0, len(hours), HOURS_PER_STEP):
            some = hours[start : start + HOURS_PER_STEP]
            rebuild = partial(rebuild_zones, hours=some, zones=zones.values())
            steps.append(await self._database.async_write("aggregate zones", rebuild))
            self._async_get_on()
        return steps

    async def _mark_missing(self) -> None:
        """Mark the hours that have events but no features."""
        hours = await self._hours_between(None, None)
        for start in range(0, len(hours), _HOURS_PER_READ):
            some = hours[start : start + _HOURS_PER_READ]
            missing = await self._database.async_read(
                "hours without features", partial(hours_without_features, hours=some)
            )
            await self._mark(missing)

    async def _hours_between(self, first: int | None, last: int | None) -> range:
        return await self._database.async_read("hours", partial(hours_between, start_ms=first, end_ms=last))

    async def _mark(self, hours: Sequence[int]) -> None:
        for start in range(0, len(hours), HOURS_PER_MARK):
            some = hours[start : start + HOURS_PER_MARK]
            await self._database.async_write("mark", partial(mark_hours, hours=some))
