"""The vault of a site: its key, and the profiles of its zones, which nobody reads without it.

Lights never wait for it: where profiles can't be read, zones follow their rules as if nobody had said anything.
Nothing is written, and above all no new key is made, until the problem is gone.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import logging
import time
from typing import TYPE_CHECKING, Final, Protocol

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import DOMAIN, PACKAGE
from .issues.vault import async_tell_problem
from .key_sources import keys_given
from .vault.key import InvalidKeyError, Key
from .vault.keyring import Keyring
from .vault.records import Records
from .vault.sealing import Kind, Sealer, UnreadableError
from .vault.verdict import Problem, Verdict, judge
from .vault_file import NotWrittenError, VaultFile
from .zones.profile import NOTHING_SAID, Profile

if TYPE_CHECKING:
    from .site import SiteConfigEntry

_LOGGER = logging.getLogger(f"{PACKAGE}.vault")

CONF_FINGERPRINT: Final = "key_fingerprint"


class ClosedError(Exception):
    """The vault is closed: its problem says why."""


class NoNewKeyError(Exception):
    """The key comes from elsewhere, and there is no new one."""


class OtherKeyError(Exception):
    """This is a key, and not the one that was lost."""


class Participant(Protocol):
    """Whoever keeps something in a file of their own that the vault seals."""

    async def async_has_sealed(self) -> bool:
        """Tell whether anything in the file is sealed."""

    async def async_reseal(self) -> None:
        """Write the file with all that is in it sealed by the key that is in force now."""

    async def async_opens(self, sealer: Sealer) -> bool:
        """Tell whether all that is in the file opens by these keys."""

    async def async_give_up(self, stamp: str) -> None:
        """Keep the file under another name, and begin anew. Raises NotWrittenError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What came of a rotation."""

    profiles: int
    seconds: float


class SiteVault:
    """It, from the start of the site to its stop."""

    def __init__(self, hass: HomeAssistant, entry: SiteConfigEntry) -> None:
        self.problem: Problem | None = None
        """Why it is closed; None where it is open."""
        self.profiles: Mapping[str, Profile] = {}
        """By the key of each zone."""
        self.sealer: Sealer | None = None
        """What seals and opens; None where it is closed."""
        self._hass = hass
        self._entry = entry
        self._ring_file, self._profile_file = vault_files(hass, entry.entry_id)
        self._ring = Keyring()
        self._is_ring_damaged = False
        self._records = Records(kind=Kind.PROFILE)
        self._participants: list[Participant] = []
        self._lock = asyncio.Lock()
        self._is_stopped = False
        self._listeners: list[CALLBACK_TYPE] = []

    @property
    def put_aside(self) -> frozenset[str]:
        """Return the keys of the zones of which a profile could not be read, and is kept aside."""
        return frozenset(one.identity for one in self._records.aside)

    @property
    def _known(self) -> str | None:
        return self._entry.data.get(CONF_FINGERPRINT)

    @callback
    def async_join(self, participant: Participant) -> None:
        """Take part: what is sealed elsewhere goes along with a rotation."""
        self._participants.append(participant)

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when profiles or the problem are others; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def profile_of(self, zone: str) -> Profile:
        """Return what the people of a zone said, by its key."""
        return self.profiles.get(zone, NOTHING_SAID)

    async def async_hold(self) -> CALLBACK_TYPE:
        """Let nothing be written until what is returned is called: a backup is made."""
        await self._lock.acquire()
        return self._lock.release

    async def async_stop(self) -> None:
        """Finish what is being written, and write nothing any more: another site may have these files soon.

        What others seal in their own files, they still can.
        """
        async with self._lock:
            self._is_stopped = True

    # --- Opening it

    async def async_load(self) -> None:
        """Open it, and finish a rotation that was interrupted; where it can't be opened, that is said once."""
        async with self._lock:
            problem = await self._async_open()
        self.problem = problem
        async_tell_problem(self._hass, self._entry, problem)
        if problem is not None:
            _LOGGER.error("vault=closed reason=%s hint='its repair issue says what to do'", problem)

    async def _async_open(self) -> Problem | None:
        try:
            given = await self._hass.async_add_executor_job(keys_given, self._hass)
            ring, profiles = await self._ring_file.async_read(), await self._profile_file.async_read()
            self._records = Records(kind=Kind.PROFILE)
            if profiles is not None:
                self._records = Records.from_dict(Kind.PROFILE, profiles)
        except InvalidKeyError:
            return Problem.INVALID
        except HomeAssistantError, UnreadableError:
            return Problem.UNREADABLE
        self._take_ring(ring)
        keys = _distinct(*given, *self._ring.keys)
        # Files of others are read for it: only where it makes a difference.
        has_sealed = not keys and any([await one.async_has_sealed() for one in self._participants])
        match judge(self._known, keys, self._records, has_sealed=has_sealed):
            case Problem() as problem:
                return problem
            case Verdict.FIRST_START:
                try:
                    keys = (await self._async_add_key(Key.new()),)
                except NotWrittenError:
                    return Problem.NOT_WRITTEN
        self.sealer = Sealer(keys)
        await self._async_read_profiles(self.sealer)
        await self._async_resume(self.sealer, is_given=bool(given))
        return None

    def _take_ring(self, data: object) -> None:
        self._ring, self._is_ring_damaged = Keyring(), False
        if data is not None:
            try:
                self._ring = Keyring.from_dict(data)
            except InvalidKeyError:
                self._is_ring_damaged = True

    async def _async_read_profiles(self, sealer: Sealer) -> None:
        """Read the profiles; those that can't be read are put aside, which is said once."""
        before = len(self._records.aside)
        values, records = await self._hass.async_add_executor_job(self._records.opened, sealer, Profile.from_dict)
        self.profiles = values
        for one in records.aside[before:]:
            _LOGGER.warning("zone=%r profile=unreadable reason=%s hint='it was put aside'", one.identity, one.fault)
        if records.aside[before:]:
            try:
                await self._profile_file.async_write(records.as_dict())
            except NotWrittenError:
                _LOGGER.warning("profiles=not_written hint='make room on the disk, then restart'")
        self._records = records

    async def _async_resume(self, sealer: Sealer, *, is_given: bool) -> None:
        """Finish a rotation that was interrupted, or that a new key from elsewhere asks for."""
        is_settled = len(self._ring.active) <= (0 if is_given else 1) and self._records.is_sealed_by(sealer)
        if is_settled and self._known == sealer.primary.fingerprint:
            return
        try:
            await self._async_reseal(sealer)
        except NotWrittenError:
            # All of it opens by the one key or the other.
            _LOGGER.warning("rotation=unfinished hint='make room on the disk, then restart; all opens'")

    # --- Profiles

    async def async_set_profiles(self, profiles: Mapping[str, Profile]) -> None:
        """Keep profiles, all or none, by the key of each zone. Raises ClosedError or NotWrittenError."""
        async with self._lock:
            sealer, records = self._open(), self._records
            for zone, profile in profiles.items():
                records = records.with_record(zone, profile.as_dict(), sealer)
            await self._profile_file.async_write(records.as_dict())
            self._records = records
            self.profiles = {**self.profiles, **profiles}
        self._tell()

    async def async_keep_only(self, zones: set[str]) -> None:
        """Forget the profiles of all other zones: they were removed."""
        async with self._lock:
            if self.sealer is None or self._is_stopped or not (gone := self._records.identities - zones):
                return
            records = self._records.without(gone)
            try:
                await self._profile_file.async_write(records.as_dict())
            except NotWrittenError:
                _LOGGER.warning("profiles=not_written hint='make room on the disk, then restart'")
                return
            self._records = records
            self.profiles = {zone: profile for zone, profile in self.profiles.items() if zone in zones}
        self._tell()

    def _open(self) -> Sealer:
        if self.sealer is None or self._is_stopped:
            raise ClosedError(self.problem)
        return self.sealer

    @callback
    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    # --- Keys

    async def async_rotate(self) -> Rotation:
        """Seal everything by a new key; whatever ends it, nothing is unreadable at any instant.

        Raises ClosedError, NotWrittenError, InvalidKeyError, or NoNewKeyError where the key comes from elsewhere.
        """
        async with self._lock:
            started, sealer = time.monotonic(), self._open()
            given = await self._hass.async_add_executor_job(keys_given, self._hass)
            if given and given[0] == sealer.primary and self._records.is_sealed_by(sealer) and not self._ring.active:
                raise NoNewKeyError
            if not given and len(self._ring.active) <= 1:
                await self._async_add_key(Key.new())
            elif sealer.primary not in {*given, *self._ring.keys}:
                # From here on it is nowhere else.
                await self._async_add_key(sealer.primary)
            await self._async_reseal(Sealer(_distinct(*given, *self._ring.keys, *sealer.keys)))
            rotation = Rotation(profiles=len(self._records.rows), seconds=round(time.monotonic() - started, 3))
        _LOGGER.info("rotation=done profiles=%d seconds=%.3f", rotation.profiles, rotation.seconds)
        return rotation

    async def _async_reseal(self, sealer: Sealer) -> None:
        """Seal everything by the first of these keys, all of which are kept already. Raises NotWrittenError."""
        # From now on others seal by it, too; all that they have sealed opens.
        self.sealer = sealer
        alone = Sealer([sealer.primary])
        run = self._hass.async_add_executor_job
        records = await run(self._records.resealed, sealer)
        await self._profile_file.async_write(records.as_dict())
        written = Records.from_dict(Kind.PROFILE, await self._profile_file.async_read())
        opened, _ = await run(written.opened, alone, Profile.from_dict)
        if opened != self.profiles:
            raise NotWrittenError
        self._records = records
        for participant in self._participants:
            await participant.async_reseal()
            if not await participant.async_opens(alone):
                raise NotWrittenError
        ring = self._ring.settled(sealer.primary, dt_util.utcnow().timestamp())
        if ring != self._ring:
            await self._async_write_ring(ring)
        self._remember(sealer.primary)

    async def _async_add_key(self, key: Key) -> Key:
        """Put a key into the ring, before all others. Raises NotWrittenError."""
        await self._async_write_ring(self._ring.with_key(key, dt_util.utcnow().timestamp()))
        return key

    async def _async_write_ring(self, ring: Keyring) -> None:
        if self._is_ring_damaged:
            await self._ring_file.async_copy_aside(_stamp())
            self._is_ring_damaged = False
        await self._ring_file.async_write(ring.as_dict())
        self._ring = ring

    @callback
    def _remember(self, key: Key) -> None:
        """Keep the fingerprint of the key in force where the key is not: it tells a lost key from a first start."""
        if self._known != key.fingerprint:
            data = {**self._entry.data, CONF_FINGERPRINT: key.fingerprint}
            self._hass.config_entries.async_update_entry(self._entry, data=data)

    # --- Where the key was lost

    async def async_take_key(self, key: Key) -> None:
        """Put the key that was lost into the ring; the site has to be loaded anew.

        Raises OtherKeyError where it is another one, or NotWrittenError.
        """
        async with self._lock:
            known = self._known
            if self._is_stopped:
                raise NotWrittenError
            if not (self._records.opens(Sealer([key])) if known is None else key.fingerprint == known):
                raise OtherKeyError
            await self._async_add_key(key)

    async def async_give_up(self) -> None:
        """Begin anew with no profile; what can't be opened is kept under another name. Raises NotWrittenError.

        The site has to be loaded anew.
        """
        async with self._lock:
            if self._is_stopped:
                raise NotWrittenError
            given, stamp = await self._hass.async_add_executor_job(keys_given, self._hass), _stamp()
            await self._profile_file.async_copy_aside(stamp)
            for participant in self._participants:
                await participant.async_give_up(stamp)
            await self._profile_file.async_write(Records(kind=Kind.PROFILE).as_dict())
            self._remember(given[0] if given else await self._async_add_key(Key.new()))


def vault_files(hass: HomeAssistant, entry_id: str) -> tuple[VaultFile, VaultFile]:
    """Return the files of a site: that of its keys, and that of its profiles."""
    return VaultFile(hass, f"{DOMAIN}.{entry_id}.keyring"), VaultFile(hass, f"{DOMAIN}.{entry_id}.profiles")


async def async_remove_vault(hass: HomeAssistant, entry: SiteConfigEntry) -> None:
    """Remove keys and profiles: the site is gone."""
    for file in vault_files(hass, entry.entry_id):
        await file.async_remove()
    async_tell_problem(hass, entry, None)


def _distinct(*keys: Key) -> tuple[Key, ...]:
    return tuple(dict.fromkeys(keys))


def _stamp() -> str:
    return dt_util.utcnow().strftime("%Y%m%dT%H%M%S")
