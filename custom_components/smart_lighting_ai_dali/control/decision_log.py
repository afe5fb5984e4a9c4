"""What zones decided, on its way into the database: bounded, in batches, losses counted."""

import asyncio
from collections import deque
from functools import partial
import logging
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..const import PACKAGE
from ..db.decisions import Decision, insert_decisions
from ..db.recorder_tasks import Database, DatabaseUnavailableError

_LOGGER = logging.getLogger(f"{PACKAGE}.feature_engineering")

# An hour of fifty zones that do what they may at most would be more; a day of a home is less.
CAPACITY: Final = 5000
# Each write makes the recorder commit.
_FLUSH_SECONDS: Final = 10.0
_BATCH: Final = 200


class DecisionLog:
    """Keeps decisions until the database has said that it has them."""

    def __init__(self, hass: HomeAssistant, database: Database) -> None:
        self.dropped = 0
        """Decisions that were thrown away, oldest first, since there was no room."""
        self._hass = hass
        self._database = database
        self._waiting: deque[Decision] = deque()
        self._timer: CALLBACK_TYPE | None = None
        self._flushing = asyncio.Lock()
        self._is_stopped = False

    def __len__(self) -> int:
        """Return how many decisions are not in the database."""
        return len(self._waiting)

    @property
    def waiting(self) -> list[Decision]:
        """Return those that the database has not said that it has, oldest first."""
        return list(self._waiting)

    @callback
    def add(self, decision: Decision) -> None:
        """Keep what a zone did, and what came of it, or what a person chose."""
        self._waiting.append(decision)
        while len(self._waiting) > CAPACITY:
            self._waiting.popleft()
            self.dropped += 1
        self._flush_soon()

    @callback
    def _flush_soon(self) -> None:
        if self._timer is None and not self._is_stopped:
            self._timer = async_call_later(self._hass, _FLUSH_SECONDS, self._flush_in_turn)

    async def _flush_in_turn(self, _: Any) -> None:
        self._timer = None
        try:
            await self.async_flush()
        except DatabaseUnavailableError as error:
            _LOGGER.debug("decisions=waiting detail=%r count=%d", str(error), len(self._waiting))
        if self._waiting:
            self._flush_soon()

    async def async_flush(self) -> None:
        """Write what waits. Raises DatabaseUnavailableError: what was not written waits on."""
        async with self._flushing:
            while self._waiting:
                batch = [self._waiting[number] for number in range(min(_BATCH, len(self._waiting)))]
                await self._database.async_write("decisions", partial(insert_decisions, decisions=batch))
                for decision in batch:
                    # What had no room meanwhile is gone already.
                    if self._waiting and self._waiting[0] is decision:
                        self._waiting.popleft()

    async def async_stop(self) -> None:
        """Write what waits, as far as that can be, and nothing later."""
        self._is_stopped = True
        if self._timer is not None:
            self._timer()
            self._timer = None
        try:
            await self.async_flush()
        except DatabaseUnavailableError as error:
            _LOGGER.debug("decisions=waiting detail=%r count=%d", str(error), len(self._waiting))
