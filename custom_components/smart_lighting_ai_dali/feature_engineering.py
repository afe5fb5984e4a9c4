"""The aggregation job: the buffer into the database, and events into features, every five minutes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
import logging
import time
from typing import Final

from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
from sqlalchemy import Connection

from .const import DOMAIN
from .db.aggregation import aggregate, mark_range
from .db.health import DatabaseStatus
from .db.ingestion import Ingested, NameKind, insert_events, numbered
from .db.queries import zones_without_features
from .db.recorder_tasks import Database, DatabaseUnavailableError
from .db.schema import HOUR_MS, WINDOW_MS
from .db.signals import Observation
from .db.watermarks import Watermark, read_watermark, write_watermark
from .site_issues import async_report_database
from .telemetry import Telemetry

_LOGGER = logging.getLogger(__name__)

# Each flush makes the recorder commit: not more often than it does so by itself, and than a disk likes.
FLUSH_INTERVAL: Final = timedelta(seconds=10)
INTERVAL: Final = timedelta(milliseconds=WINDOW_MS)
# Home Assistant gives a hundred seconds for its stop; the recorder ends after that.
_LAST_FLUSH_SECONDS: Final = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregation:
    """What a run did."""

    windows: int
    rows: int
    seconds: float
    zones_without_features: tuple[str, ...]
    """Area ids of zones that have no features in the last hour that was condensed."""


class FeatureEngineering:
    """Brings events into the database and condenses them; one run at a time."""

    def __init__(self, hass: HomeAssistant, database: Database, telemetry: Telemetry) -> None:
        self.finished: datetime | None = None
        """When the last run ended well: the job's heartbeat."""
        self._hass = hass
        self._database = database
        self._telemetry = telemetry
        self._numbers: dict[tuple[NameKind, str], int] = {}
        self._flushing = asyncio.Lock()
        self._running: asyncio.Task[Aggregation] | None = None
        self._gap_marked = False
        self._stops: list[CALLBACK_TYPE] = []
        self._listeners: list[Callable[[], None]] = []

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

    async def async_stop(self) -> None:
        """Await the run that is under way, and write what is in the buffer, as far as that can be."""
        while self._stops:
            self._stops.pop()()
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
            if len(self._telemetry.buffer) and self._database.health.status is not DatabaseStatus.ABSENT:
                _LOGGER.warning("flush=failed events=%d reason=%r", len(self._telemetry.buffer), error)

    def async_listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call a listener after each run; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def async_flush(self, *, alive: bool = False) -> int:
        """Write what is in the buffer and return how many events; `alive` takes note of this instant too.

        Raises DatabaseUnavailableError: the events stay in the buffer.
        """
        written = 0
        buffer = self._telemetry.buffer
        async with self._flushing:
            if not self._gap_marked:
                await self._mark_gap()
            while batch := buffer.take():
                try:
                    await self._database.async_write("ingest", partial(self._ingest, batch))
                except BaseException:
                    buffer.give_back()
                    # A database that was recovered gives other numbers.
                    self._numbers.clear()
                    raise
                buffer.acknowledge()
                written += len(batch)
            if alive:
                now = int(time.time() * 1000)
                await self._database.async_write(
                    "alive", lambda connection: write_watermark(connection, Watermark.ALIVE, now)
                )
        return written

    def _ingest(self, batch: list[Observation], connection: Connection) -> Ingested:
        return insert_events(connection, numbered(connection, batch, self._numbers))

    async def async_aggregate_now(self, start: datetime | None = None, end: datetime | None = None) -> Aggregation:
        """Condense anew what lies between two instants, all where none are given; whoever comes second joins the first.

        Raises DatabaseUnavailableError.
        """
        if self._running is None or self._running.done():
            self._running = self._hass.async_create_task(self._run(start, end, anew=True), f"{DOMAIN} aggregate now")
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
        if alive is not None:
            self._telemetry.async_mark_gap(alive)
        self._gap_marked = True

    async def _flush_in_turn(self, _: datetime) -> None:
        """Flush; a turn is left out while the last one waits for the database."""
        if self._flushing.locked() or not self._hass.is_running:
            return
        try:
            await self.async_flush()
        except DatabaseUnavailableError as error:
            _LOGGER.debug("flush=failed reason=%s", error)
        async_report_database(self._hass, self._database.health.status)

    async def _aggregate_in_turn(self, _: datetime) -> None:
        """Condense what is new; a turn is left out while the last one still runs."""
        if (self._running is not None and not self._running.done()) or not self._hass.is_running:
            return
        self._running = self._hass.async_create_task(self._run(None, None, anew=False), f"{DOMAIN} aggregation")
        try:
            await self._running
        except DatabaseUnavailableError as error:
            _LOGGER.debug("aggregation=failed reason=%s", error)

    async def _run(self, start: datetime | None, end: datetime | None, *, anew: bool) -> Aggregation:
        begun = time.monotonic()
        await self.async_flush(alive=True)
        if anew:
            first, last = _milliseconds(start), _milliseconds(end)
            await self._database.async_write("mark", lambda connection: mark_range(connection, first, last))
        windows = rows = 0
        now = int(time.time() * 1000)
        while True:
            step = await self._database.async_write("aggregate", lambda connection: aggregate(connection, now))
            windows += step.windows
            rows += step.rows
            if not step.more:
                break
        missing = await self._database.async_read(
            "zones without features",
            lambda connection: zones_without_features(connection, start_ms=now - HOUR_MS, end_ms=now),
        )
        self.finished = dt_util.utcnow()
        result = Aggregation(
            windows=windows,
            rows=rows,
            seconds=round(time.monotonic() - begun, 3),
            zones_without_features=tuple(missing),
        )
        _LOGGER.debug("aggregation=done windows=%d rows=%d seconds=%.2f", windows, rows, result.seconds)
        for listener in tuple(self._listeners):
            listener()
        return result


def _milliseconds(instant: datetime | None) -> int | None:
    return None if instant is None else int(instant.timestamp() * 1000)
