"""What a site does while a backup is made: jobs pause, and all that is in memory alone is on disk. Lights work on."""

import asyncio
from functools import partial
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .const import DOMAIN, PACKAGE
from .db.decisions import insert_missing_decisions
from .db.instants import now_ms
from .db.recorder_tasks import DatabaseUnavailableError
from .waiting_store import Waiting, WaitingStore

if TYPE_CHECKING:
    from .site import Site

_LOGGER = logging.getLogger(f"{PACKAGE}.feature_engineering")

# A backup waits no longer for our files; the supervisor gives all integrations together a minute or so.
WRITE_SECONDS: Final = 10.0
# A backup of which nobody says that it is over: the recorder, too, goes on by itself some time.
LONGEST_SECONDS: Final = 3600.0


class BackupPause:
    """From the begin of a backup to its end."""

    def __init__(self, hass: HomeAssistant, entry_id: str, site: Site) -> None:
        self.is_paused = False
        """A backup is being made."""
        self._hass = hass
        self._site = site
        self._store = WaitingStore(hass, entry_id)
        self._left: Waiting | None = None
        """What the database did not have when it was copied, until it has it."""
        self._taking = asyncio.Lock()
        self._deadline: asyncio.TimerHandle | None = None
        self._release: CALLBACK_TYPE | None = None
        """What lets the vault write again."""
        self._stop_listening: CALLBACK_TYPE | None = None

    # A backup

    async def async_begin(self) -> None:
        """Pause the jobs, write down what is in memory alone, and hold the vault; ends in seconds."""
        self._pause(is_paused=True)
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._hass.loop.call_later(LONGEST_SECONDS, self._give_up)
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await asyncio.gather(self._save_waiting(), self._hold_vault(), self._save_parts())
        except TimeoutError:
            _LOGGER.warning(
                "backup=slow seconds=%.0f hint='what was chosen and collected last may not be in it'", WRITE_SECONDS
            )

    async def async_end(self) -> None:
        """Go on; does nothing where no backup was begun."""
        if not self.is_paused:
            return
        self._go_on()
        if self._left is None:
            # What is in it is on its way into the database.
            await self._store.async_remove()

    async def _save_parts(self) -> None:
        """Write down what the parts of the site remember."""
        site = self._site
        lines = (line.async_save() for line in site.lines.values())
        await asyncio.gather(site.control.async_save(), site.ai_planner.async_keep(), *lines)

    async def _save_waiting(self) -> None:
        """Write down what the database does not have.

        It can't be written there: most often the recorder has locked its file already, since all are asked at once.
        """
        waiting = Waiting(
            at_ms=now_ms(),
            events=self._site.telemetry.buffer.waiting,
            decisions=[*(() if self._left is None else self._left.decisions), *self._site.decisions.waiting],
        )
        await self._store.async_save(waiting)

    async def _hold_vault(self) -> None:
        """Let keys and profiles stay as they are: those of a rotation that is half done would be copied."""
        if self._release is None:
            self._release = await self._site.vault.async_hold()

    @callback
    def _give_up(self) -> None:
        _LOGGER.warning("backup=unended minutes=%.0f hint='jobs go on'", LONGEST_SECONDS / 60)
        self._go_on()

    def _go_on(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._release is not None:
            self._release()
            self._release = None
        self._pause(is_paused=False)

    def _pause(self, *, is_paused: bool) -> None:
        self.is_paused = is_paused
        for job in (self._site.feature_engineering, self._site.retention):
            job.is_paused = is_paused

    # After a restore, or a kill during a backup

    async def async_load(self) -> None:
        """Take up what the database did not have when it was copied."""
        self._left = await self._store.async_load()
        if self._left is None:
            return
        self._site.telemetry.buffer.extend(self._left.events)
        self._site.feature_engineering.alive_ms = self._left.at_ms
        # The database is known to work after a run, and has the events then.
        self._stop_listening = self._site.feature_engineering.async_listen(self._ran)

    @callback
    def async_stop(self) -> None:
        """End: no timer is left; a file that is left is taken up by the next start."""
        self._go_on()
        self._forget()

    @callback
    def _ran(self) -> None:
        if not self._taking.locked():
            self._hass.async_create_task(self._take_decisions(), f"{DOMAIN} decisions of a backup")

    async def _take_decisions(self) -> None:
        async with self._taking:
            if self._left is None:
                return
            try:
                write = partial(insert_missing_decisions, decisions=self._left.decisions)
                await self._site.database.async_write("decisions of a backup", write)
            except DatabaseUnavailableError as error:
                _LOGGER.debug("backup=left detail=%r decisions=%d", str(error), len(self._left.decisions))
                return
            _LOGGER.info("backup=taken_up events=%d decisions=%d", len(self._left.events), len(self._left.decisions))
            self._forget()
            if not self.is_paused:
                await self._store.async_remove()

    def _forget(self) -> None:
        self._left = None
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
