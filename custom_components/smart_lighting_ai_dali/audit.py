"""The audit: who called which action of the integration, and what came of it, in a file of its own.

A row is written before an action begins and one when it has ended, or one when it was refused. No row has the data of a
call: only the names of its fields, which devices and areas it meant, and a keyed digest.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
import logging
from pathlib import Path
import secrets
from typing import Any, Final

from homeassistant.const import ATTR_NAME, EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import area_registry as ar, device_registry as dr
from homeassistant.helpers.storage import STORAGE_DIR, Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .actions.action import Action
from .actions.call_digest import UnfitDataError, digest_of
from .actions.rate_limit import Rate, TokenBucket
from .audit_file import FINISHED, LARGEST_FILE, STARTED, AuditFile, Found, Head, Reading, Row
from .const import DOMAIN, SITE_TITLE

_LOGGER = logging.getLogger(__name__)

AUDIT: HassKey[Audit] = HassKey(f"{DOMAIN}.audit")
EVENT_AUDIT: Final = f"{DOMAIN}_audit"
KEPT: Final = timedelta(days=365)
# Whoever is refused again and again fills no disk: the others are counted in the next row that is written.
_REFUSALS: Final = Rate(at_once=20, a_minute=1)
# Rows that wait for a disk with room, at some hundred bytes.
_MOST_WAITING: Final = 1000
_FILE: Final = f"{DOMAIN}.audit"
_VERSION: Final = 1
_KEY_BYTES: Final = 32
# Where the chain ends is kept beside its key, in seconds after the last row.
_HEAD_LATER: Final = 5.0
_LONGEST_NAME: Final = 64
_PRUNE_EVERY: Final = timedelta(days=1)


class Outcome(StrEnum):
    """What came of a call."""

    OK = "ok"
    FAILED = "failed"
    DENIED = "denied"
    INVALID = "invalid"
    RATE_LIMITED = "rate_limited"
    BUSY = "busy"
    DUPLICATE = "duplicate"
    INTERRUPTED = "interrupted"


type OutcomeListener = Callable[[Action, ServiceCall, Outcome], None]


class Attempt:
    """One call, from when it was received to what came of it."""

    def __init__(self, audit: Audit, action: Action, call: ServiceCall, now: float) -> None:
        self.begun = now
        """When it was received, in seconds of the event loop."""
        self.digest: str | None
        """Of what it was called with; None where that is more than any call has."""
        self._audit = audit
        self._action = action
        self._call = call
        self._id = secrets.token_hex(8)
        try:
            self.digest = digest_of(call.data, largest=action.largest)
        except UnfitDataError:
            self.digest = None

    async def async_refused(self, outcome: Outcome) -> None:
        """Write down that it did not run."""
        await self._audit.async_refused(self._action, self._call, outcome, await self._row(FINISHED, outcome))

    async def async_started(self) -> None:
        """Write down that it begins; once this returns, that is on the disk unless there is no room on it."""
        await self._audit.async_write(await self._row(STARTED))

    async def async_finished(self, error: BaseException | None, milliseconds: int) -> None:
        """Write down how it ended."""
        outcome = _outcome_of(error)
        row: Row = {
            "kind": FINISHED,
            "time": _now(),
            "call": self._id,
            "action": self._action.name,
            "user": self._call.context.user_id,
            "outcome": outcome.value,
            "duration_ms": milliseconds,
        }
        if outcome is Outcome.FAILED:
            row["error"] = type(error).__name__
        self._audit.async_tell(self._action, self._call, outcome)
        await self._audit.async_write(row)

    async def _row(self, kind: str, outcome: Outcome | None = None) -> Row:
        context, hass = self._call.context, self._call.hass
        user = None if context.user_id is None else await hass.auth.async_get_user(context.user_id)
        known = {str(name) for name in self._action.schema.schema}
        row: Row = {
            "kind": kind,
            "time": _now(),
            "call": self._id,
            "action": self._action.name,
            "user": context.user_id,
            "user_name": None if user is None or user.name is None else user.name[:_LONGEST_NAME],
            "context": context.id,
            "parent": context.parent_id,
            # What has no such name is somebody's text.
            "fields": sorted(known & self._call.data.keys()),
            "unknown_fields": len(self._call.data.keys() - known),
            "targets": [] if self.digest is None else _targets(hass, self._call),
            "digest": self.digest,
        }
        return row if outcome is None else row | {"outcome": outcome.value}


class Audit:
    """Writes rows in the order in which they come, and reads them."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.problem: str | None = None
        """Why rows can't be written, for logs; None while they can."""
        self.lost = 0
        """Rows that had no room while the disk had none."""
        self._hass = hass
        self._path = Path(hass.config.path(STORAGE_DIR, _FILE))
        self._store: Store[dict[str, Any]] = self._new_store()
        self._file: AuditFile | None = None
        self._waiting: list[Row] = []
        self._writer: asyncio.Task[None] | None = None
        self._pruned: datetime | None = None
        self._refusals: dict[tuple[str | None, Outcome], TokenBucket] = {}
        self._unwritten: dict[tuple[str | None, Outcome], int] = defaultdict(int)
        self._listeners: list[OutcomeListener] = []
        self._problem_listeners: list[Callable[[], None]] = []

    @callback
    def async_start(self) -> None:
        """Look at the file: calls that the last stop interrupted get their end; and write at the stop what waits."""
        self._hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, self._async_stop)
        self._async_write_soon()

    @property
    def waiting(self) -> int:
        """Return how many rows wait for room on the disk."""
        return len(self._waiting)

    def begin(self, action: Action, call: ServiceCall) -> Attempt:
        """Begin the record of a call."""
        return Attempt(self, action, call, self._hass.loop.time())

    @callback
    def async_listen(self, listener: OutcomeListener) -> CALLBACK_TYPE:
        """Call a listener with what comes of each call; return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_listen_to_problem(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call a listener when rows can't be written, and when they can again; return what ends that."""
        self._problem_listeners.append(listener)
        return lambda: self._problem_listeners.remove(listener)

    async def async_refused(self, action: Action, call: ServiceCall, outcome: Outcome, row: Row) -> None:
        """Write down that a call did not run; of very many, only their number."""
        of = call.context.user_id, outcome
        bucket = self._refusals.setdefault(of, TokenBucket(_REFUSALS))
        if not bucket.take(self._hass.loop.time()):
            self._unwritten[of] += 1
            self._async_listeners(action, call, outcome)
            return
        if unwritten := self._unwritten.pop(of, 0):
            row["unwritten"] = unwritten
        self.async_tell(action, call, outcome)
        await self.async_write(row)

    @callback
    def async_tell(self, action: Action, call: ServiceCall, outcome: Outcome) -> None:
        """Let the logbook, and whoever listens, know what came of a call."""
        data = {ATTR_NAME: SITE_TITLE, "action": action.name, "outcome": outcome.value}
        self._hass.bus.async_fire(EVENT_AUDIT, data, context=call.context)
        self._async_listeners(action, call, outcome)

    @callback
    def _async_listeners(self, action: Action, call: ServiceCall, outcome: Outcome) -> None:
        for listener in tuple(self._listeners):
            listener(action, call, outcome)

    async def async_write(self, row: Row) -> None:
        """Write a row; it is on the disk afterwards, or waits for room there. It never raises: actions go on."""
        if len(self._waiting) >= _MOST_WAITING:
            del self._waiting[0]
            self.lost += 1
        self._waiting.append(row)
        await asyncio.shield(self._async_write_soon())

    async def async_read(self) -> Reading:
        """Return all rows, and whether they are what was written. Raises OSError."""
        await asyncio.shield(self._async_write_soon())
        if self._file is None:
            return Reading()
        return await self._hass.async_add_executor_job(self._file.read)

    @callback
    def _async_write_soon(self) -> asyncio.Task[None]:
        """Return what writes all that waits, in order."""
        if self._writer is None or self._writer.done():
            self._writer = self._hass.async_create_task(self._async_drain(), f"{DOMAIN} audit")
        return self._writer

    async def _async_drain(self) -> None:
        rows: list[Row] = []
        try:
            if not self._waiting and not await self._hass.async_add_executor_job(self._path.exists):
                return
            file = self._file or await self._async_open()
            is_first = self._pruned is None
            while self._waiting or is_first:
                is_first = False
                rows, self._waiting = self._waiting, []
                found = await self._hass.async_add_executor_job(file.append, rows, _now())
                rows = []
                self._async_written(file, found)
                await self._async_prune(file)
        except (OSError, HomeAssistantError) as error:
            # The next row tries again.
            self._waiting[:0] = rows
            if self.problem is None:
                _LOGGER.error(  # noqa: TRY400  # no traceback
                    "audit=unwritable detail=%r rows=%s hint='make room on the disk; actions run meanwhile'",
                    str(error),
                    len(self._waiting),
                )
            self._async_take_problem(str(error))

    @callback
    def _async_written(self, file: AuditFile, found: Found) -> None:
        if found.interrupted or found.torn:
            _LOGGER.warning("audit=interrupted calls=%s torn_bytes=%s", found.interrupted, found.torn)
        if self.problem is not None:
            _LOGGER.info("audit=written lost_rows=%s", self.lost)
            self._async_take_problem(None)
        self._store.async_delay_save(file.as_dict, _HEAD_LATER)

    @callback
    def _async_take_problem(self, problem: str | None) -> None:
        is_news = (problem is None) is not (self.problem is None)
        self.problem = problem
        for listener in tuple(self._problem_listeners) if is_news else ():
            listener()

    async def _async_prune(self, file: AuditFile) -> None:
        now = dt_util.utcnow()
        is_due = self._pruned is None or now - self._pruned >= _PRUNE_EVERY
        if not is_due and file.size <= LARGEST_FILE:
            return
        self._pruned = now
        most = LARGEST_FILE if file.size <= LARGEST_FILE else LARGEST_FILE * 3 // 4
        await self._hass.async_add_executor_job(file.prune, _text_of(now - KEPT), _text_of(now), most)

    async def _async_open(self) -> AuditFile:
        """Return the file, with the key of its chain. Raises OSError or HomeAssistantError."""
        data = await self._store.async_load()
        try:
            key, head = bytes.fromhex(data["key"]), Head(data["seq"], data["hash"])  # type: ignore[index]  # or none
        except KeyError, TypeError, ValueError:
            if await self._hass.async_add_executor_job(self._path.exists):
                _LOGGER.warning("audit=key_lost hint='rows from before can not be checked any more'")
            key, head = secrets.token_bytes(_KEY_BYTES), Head()
            await self._store.async_save(AuditFile(self._path, key, head).as_dict())
            # A store does not say that the disk is full.
            kept = await self._new_store().async_load()
            if kept is None or kept.get("key") != key.hex():
                raise OSError("the key of the audit could not be kept") from None
        self._file = AuditFile(self._path, key, head)
        return self._file

    def _new_store(self) -> Store[dict[str, Any]]:
        return Store(self._hass, _VERSION, f"{_FILE}_key", private=True, atomic_writes=True)

    async def _async_stop(self, _: Event) -> None:
        if self._waiting:
            await asyncio.shield(self._async_write_soon())


def _outcome_of(error: BaseException | None) -> Outcome:
    match error:
        case None:
            return Outcome.OK
        case Unauthorized():
            return Outcome.DENIED
        case asyncio.CancelledError():
            return Outcome.INTERRUPTED
        case _:
            return Outcome.FAILED


def _targets(hass: HomeAssistant, call: ServiceCall) -> list[str]:
    """Return the ids of the devices and areas that a call names; what is no such id is somebody's text."""
    devices, areas = dr.async_get(hass), ar.async_get(hass)
    named: set[str] = set()
    for value in call.data.values():
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, str) and (devices.async_get(one) or areas.async_get_area(one)):
                named.add(one)
    return sorted(named)


def _now() -> str:
    return _text_of(dt_util.utcnow())


def _text_of(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")
