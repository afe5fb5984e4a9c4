"""When trouble with the database becomes a repair issue: after a while, since a lock or a restart passes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .const import DOMAIN
from .db.health import DatabaseStatus
from .db.recorder_tasks import Database
from .db.room import LITTLE
from .issues.site import DatabaseTroubleKind, async_clear_trouble, async_report_trouble

# A backup, a purge or a restart of a database server is over by then; in seconds.
GRACE: Final = 300.0
# Whoever has no recorder at all knows that.
_KINDS: Final = {
    DatabaseStatus.FAILING: DatabaseTroubleKind.FAILING,
    DatabaseStatus.SILENT: DatabaseTroubleKind.SILENT,
    DatabaseStatus.DIED: DatabaseTroubleKind.DIED,
}
# It may be back, or not: nothing is known.
_UNKNOWN: Final = frozenset({DatabaseStatus.BUSY})


class DatabaseTrouble:
    """Follows how the database is, and has one issue at the most."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], database: Database, waiting: Callable[[], int]
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._database = database
        self._waiting = waiting
        self._is_overdue = False
        self._timer: CALLBACK_TYPE | None = None
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Follow it from now on."""
        self._stop = self._database.async_listen(self._changed)
        self._changed()

    @callback
    def async_stop(self) -> None:
        """Follow it no more."""
        self._end_timer()
        if self._stop is not None:
            self._stop()
            self._stop = None

    @callback
    def _changed(self) -> None:
        status = self._database.health.status
        if status in _KINDS:
            if self._is_overdue:
                self._tell()
            elif self._timer is None:
                self._timer = async_call_later(self._hass, GRACE, self._overdue)
        elif status not in _UNKNOWN:
            self._end_timer()
            self._is_overdue = False
            async_clear_trouble(self._hass)

    @callback
    def _overdue(self, _: datetime) -> None:
        self._timer, self._is_overdue = None, True
        self._tell()

    def _tell(self) -> None:
        self._entry.async_create_background_task(self._hass, self._look_and_tell(), f"{DOMAIN} database trouble")

    async def _look_and_tell(self) -> None:
        """See how much room there is, and say so, unless it is over by then."""
        room = await self._database.async_room()
        health = self._database.health
        if not self._is_overdue or (kind := _KINDS.get(health.status)) is None:
            return
        if kind is DatabaseTroubleKind.FAILING and (health.is_full or (room is not None and room.free < LITTLE)):
            kind = DatabaseTroubleKind.FULL
        async_report_trouble(self._hass, kind, room, self._waiting())

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None
