"""The backfill job: on the first start, what the recorder knows of the time before this integration listened."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from heapq import merge
from itertools import batched, groupby
import logging
from operator import attrgetter
import time
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from sqlalchemy import Connection

from .const import DOMAIN, PACKAGE
from .db.buffer import BATCH
from .db.history import (
    Span,
    find_down_times,
    find_span,
    largest_of,
    oldest_state,
    read_states,
    values_between,
    write_history,
)
from .db.ingestion import numbered
from .db.instants import now_ms
from .db.pruning import DAY_MS, Keep
from .db.recorder_tasks import Database, DatabaseUnavailableError
from .db.schema import HOUR_MS
from .db.signals import UNKNOWN, Observation, Signal
from .feature_engineering import FeatureEngineering
from .sources import Source, value_of
from .telemetry import Telemetry

_LOGGER = logging.getLogger(f"{PACKAGE}.feature_engineering")

# Seconds for which no source may have come or gone before history is taken over: it is done once, for all of them.
CALM: Final = 240.0
SLICE_MS: Final = 6 * HOUR_MS
# Seconds between two slices, in which the machine belongs to others.
PAUSE: Final = 0.25
# One reading has to be short: it holds one of the recorder's four workers.
_ENTITIES_PER_READ: Final = 10
# The recorder keeps neither brightness nor colours of a light, but that it was off.
_NOT_RECORDED: Final = frozenset({Signal.COLOUR_TEMPERATURE, Signal.COLOUR_X, Signal.COLOUR_Y})
_IN_ATTRIBUTES: Final = frozenset({Signal.CLOUD, Signal.POWER})


class Backfill:
    """Takes over the recorder's history, oldest first, a little at a time; once for each database."""

    def __init__(
        self,
        hass: HomeAssistant,
        database: Database,
        telemetry: Telemetry,
        feature_engineering: FeatureEngineering,
        keep: Callable[[], Keep],
    ) -> None:
        self.events = 0
        """How many events were taken over since the start."""
        self._hass = hass
        self._database = database
        self._telemetry = telemetry
        self._feature_engineering = feature_engineering
        self._keep = keep
        self._span: Span | None = None
        self._down_times: list[tuple[int, int]] = []
        self._taking_over = asyncio.Lock()
        self._running: asyncio.Task[None] | None = None
        self._stop_listening: CALLBACK_TYPE | None = None
        self._seen: tuple[Source, ...] = ()
        self._seen_at = time.monotonic()
        self._told = False

    @property
    def percent(self) -> float | None:
        """Return how much of the history is taken over, 100 when all is; None while that was not looked at yet."""
        return None if self._span is None else self._span.percent

    @property
    def finished(self) -> bool:
        """Tell whether there is nothing left to take over."""
        return self._span is not None and self._span.finished

    @callback
    def async_start(self) -> None:
        """Begin, or go on, after one of the next runs of the aggregation: the database is known to work then."""
        self._stop_listening = self._feature_engineering.async_listen(self._in_turn)

    async def async_stop(self) -> None:
        """Stop at once; the next start goes on from there."""
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    async def async_take_over(self) -> None:
        """Take over what is missing; does nothing when all is there, or while there are no events of our own.

        Raises DatabaseUnavailableError: what was done stays, and the next call goes on from there.
        """
        async with self._taking_over:
            if self.finished:
                return
            begun = time.monotonic()
            cut = now_ms() - self._keep().events * DAY_MS
            find = partial(find_span, oldest_ms=oldest_state(self._hass), cut_ms=cut - cut % HOUR_MS)
            self._span = span = await self._database.async_write("find history", find)
            if span is None or span.finished:
                return
            sources = [
                source
                for source in self._telemetry.sources
                if source.signal not in _NOT_RECORDED and not source.signal.is_instant
            ]
            self._down_times = await self._database.async_read("runs", find_down_times)
            days = (span.ends - span.done) / DAY_MS
            _LOGGER.info("backfill=begun percent=%.0f days=%.1f sources=%d", span.percent, days, len(sources))
            while (span := await self._slice(sources, span)).done < span.ends:  # noqa: ASYNC110  # nothing happens meanwhile
                await asyncio.sleep(PAUSE)
            self._told = False
            seconds = time.monotonic() - begun
            _LOGGER.info("backfill=done days=%.1f events=%d seconds=%.1f", days, self.events, seconds)

    @callback
    def _in_turn(self) -> None:
        """Take over what is missing, as soon as no source comes or goes any more."""
        if self.finished or (self._running is not None and not self._running.done()):
            return
        if self._telemetry.sources != self._seen:
            self._seen, self._seen_at = self._telemetry.sources, time.monotonic()
        if time.monotonic() - self._seen_at >= CALM:
            self._running = self._hass.async_create_background_task(self._go_on(), f"{DOMAIN} backfill")

    async def _go_on(self) -> None:
        try:
            await self.async_take_over()
        except DatabaseUnavailableError as error:
            _LOGGER.log(
                logging.DEBUG if self._told else logging.WARNING,
                "backfill=failed detail=%r percent=%.0f hint='it goes on from there when the database is back'",
                str(error),
                self.percent or 0,
            )
            self._told = True

    async def _slice(self, sources: Sequence[Source], span: Span) -> Span:
        """Take over the next slice of a span, and return the span as it is then."""
        until = min(span.done + SLICE_MS, span.ends)
        parts = [
            await self._database.async_read("history", partial(self._read, some, span, until))
            for some in _pieces(sources)
        ]
        # In the order of time: all from before the last event of a batch is there then, and the next goes on from it.
        batches = batched(merge(*parts, key=attrgetter("time")), BATCH, strict=False)
        batch = next(batches, ())
        while span.done < until:
            following = next(batches, ())
            done = min(following[0].time, until - 1) if following else until
            span = Span(span.begins, done, span.ends)
            written = await self._database.async_write("backfill", partial(self._write, batch, span))
            if written is None:
                raise DatabaseUnavailableError("the recorder has begun a new database")
            self.events += written
            self._span = span
            batch = following
        return span

    def _read(self, sources: Sequence[Source], span: Span, until: int, connection: Connection) -> list[Observation]:
        """Return what sources said from where the span is done, oldest first; in the recorder's executor."""
        states = read_states(
            self._hass,
            connection,
            list(dict.fromkeys(source.entity_id for source in sources)),
            start_ms=span.done,
            end_ms=until,
            attributes=sources[0].signal in _IN_ATTRIBUTES,
        )
        found: list[Observation] = []

        def take(source: str, signal: Signal, zone: str, changes: list[tuple[int, int]]) -> None:
            end = until
            if changes and until == span.ends:
                # From here on it is for the source itself to tell; one that does so later is unknown until then.
                changes = [*changes, (until, UNKNOWN)]
                end = until + 1
            found.extend(
                Observation(time=at, source=source, signal=signal, zone=zone, value=value, cause=cause)
                for at, (value, cause) in values_between(
                    changes, start_ms=span.done, end_ms=end, down=self._down_times
                ).items()
            )

        rooms: defaultdict[str, list[list[tuple[int, int]]]] = defaultdict(list)
        for source in sources:
            changes = [
                (int(state.last_updated_timestamp * 1000), value_of(source.signal, state))
                for state in states.get(source.entity_id, ())
            ]
            take(source.unique, source.signal, source.zone, changes)
            if source.signal is Signal.MOTION:
                rooms[source.zone].append(changes)
        for zone, sensors in rooms.items():
            # A zone is a source of its own for what its sensors say together.
            take(zone, Signal.OCCUPANCY, zone, largest_of(sensors))
        found.sort(key=attrgetter("time"))
        return found

    def _write(self, batch: Sequence[Observation], span: Span, connection: Connection) -> int | None:
        """Write a batch; on the recorder's thread."""
        return write_history(connection, numbered(connection, batch, self._database.numbers), span)


def _pieces(sources: Sequence[Source]) -> Iterator[Sequence[Source]]:
    """Cut sources into what is read at once: all motion sensors of a zone together, and attributes where needed."""
    piece: list[Source] = []
    motion = sorted((source for source in sources if source.signal is Signal.MOTION), key=attrgetter("zone"))
    for _, zone in groupby(motion, key=attrgetter("zone")):
        piece += zone
        if len(piece) >= _ENTITIES_PER_READ:
            yield piece
            piece = []
    if piece:
        yield piece
    others = [source for source in sources if source.signal is not Signal.MOTION]
    for attributes in (False, True):
        some = [source for source in others if (source.signal in _IN_ATTRIBUTES) is attributes]
        yield from batched(some, _ENTITIES_PER_READ, strict=False)
