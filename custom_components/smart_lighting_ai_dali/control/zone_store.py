"""What the zones of a site remember, kept so that a restart forgets nothing of what people chose and taught.

What was learned tells when people come, go and sleep, so the vault seals it. What they chose by hand, and whether a
zone does things by itself, is not sealed: the lights show it anyway, and it has to hold where a key was lost.
"""

from collections.abc import Callable, Mapping
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..const import DOMAIN, PACKAGE
from ..kept_file import KeptFile
from ..vault.sealing import Kind, Row, Sealer, UnreadableError
from ..vault_file import VaultFile
from .zone_memory import ZoneMemory

if TYPE_CHECKING:
    from ..site_vault import SiteVault

_LOGGER = logging.getLogger(f"{PACKAGE}.control_service")

_VERSION: Final = 1
# What a person did is on disk so soon, in seconds; a slider that is dragged is one write.
_SOON: Final = 2.0
# What is learned changes with every movement, and is worth no more writes to a memory card than these, in seconds.
_LATER: Final = 900.0
_LEARNING: Final = "learning"
_SEALED: Final = "sealed_learning"

type Memories = Callable[[], Mapping[str, ZoneMemory]]
"""What returns the memory of each zone as it is when it is written."""


class ZoneStore:
    """The memories of all zones of one site on disk."""

    def __init__(self, hass: HomeAssistant, entry_id: str, vault: SiteVault) -> None:
        self._hass = hass
        self._entry_id = entry_id
        self._vault = vault
        self._store = _store(hass, entry_id)
        self._memories: Memories | None = None
        """What returns them as they are now, once there are any."""
        self._unopened: dict[str, Any] = {}
        """What was learned and can't be opened, by the key of each zone: it is kept as it is while the key is away."""
        self._due: float | None = None
        """When it is written next, by the loop's clock."""
        vault.async_join(self)

    async def async_load(self) -> dict[str, ZoneMemory]:
        """Return what was kept, by the key of each zone; what can't be read is left out, and said so."""
        try:
            data = await self._store.async_load()
        except HomeAssistantError as error:
            _LOGGER.warning("zones=unreadable detail=%r hint='they begin anew'", str(error))
            return {}
        memories: dict[str, ZoneMemory] = {}
        for key, item in data.items() if isinstance(data, dict) else ():
            try:
                memories[key] = ZoneMemory.from_dict(self._opened(key, item))
            except (KeyError, TypeError, ValueError) as error:
                _LOGGER.warning("zone=%r memory=unreadable detail=%r hint='it begins anew'", key, repr(error))
        return memories

    def _opened(self, key: str, item: Any) -> Any:
        """Return the memory of a zone with what it learned opened; nothing learned where that can't be."""
        if not isinstance(item, dict) or (sealed := item.get(_SEALED)) is None:
            return item
        if (sealer := self._vault.sealer) is None:
            self._unopened[key] = sealed
            return {**item, _LEARNING: {}}
        try:
            return {**item, _LEARNING: sealer.open(Kind.LEARNING, key, Row.from_dict(sealed))}
        except UnreadableError as error:
            _LOGGER.warning("zone=%r learning=unreadable reason=%s hint='it begins anew'", key, error.fault)
            return {**item, _LEARNING: {}}

    @callback
    def async_save_soon(self, memories: Memories) -> None:
        """Write down what people chose in a moment, or at the stop of Home Assistant."""
        self._save_within(_SOON, memories)

    @callback
    def async_save_later(self, memories: Memories) -> None:
        """Write down what was learned some time, or at the stop of Home Assistant."""
        self._save_within(_LATER, memories)

    async def async_save(self, memories: Memories) -> None:
        """Write it down now."""
        self._due = None
        self._memories = memories
        await self._store.async_save(self._as_data(memories()))

    def _save_within(self, seconds: float, memories: Memories) -> None:
        """Have it written in so many seconds at most, however often that is asked for meanwhile."""
        when = self._hass.loop.time() + seconds
        self._memories = memories
        if self._due is not None and self._due <= when:
            return
        self._due = when

        def data() -> dict[str, Any]:
            self._due = None
            return self._as_data(memories())

        self._store.async_delay_save(data, seconds)

    def _as_data(self, memories: Mapping[str, ZoneMemory]) -> dict[str, Any]:
        return {key: self._sealed(key, memory.as_dict()) for key, memory in memories.items()}

    def _sealed(self, key: str, item: dict[str, Any]) -> dict[str, Any]:
        """Return the memory of a zone as it is written; without a key, what was learned since then is not."""
        learning = item.pop(_LEARNING)
        sealer = self._vault.sealer
        if sealer is None:
            sealed = self._unopened.get(key)
        else:
            sealed = sealer.seal(Kind.LEARNING, key, learning).as_dict() if learning else None
        return {**item, _LEARNING: {}, _SEALED: sealed}

    # --- What the vault asks (site_vault.Participant)

    async def _async_rows(self) -> dict[str, Any]:
        """Return what is sealed on disk, by the key of each zone; nothing where that can't be read."""
        try:
            data = await _store(self._hass, self._entry_id).async_load()
        except HomeAssistantError:
            return {}
        items = data.items() if isinstance(data, dict) else ()
        return {key: item[_SEALED] for key, item in items if isinstance(item, dict) and item.get(_SEALED)}

    async def async_has_sealed(self) -> bool:
        """Tell whether anything that was learned is sealed."""
        return bool(await self._async_rows())

    async def async_reseal(self) -> None:
        """Write down all that was learned, sealed by the key that is in force now."""
        if self._memories is not None:
            await self.async_save(self._memories)
        elif await self._async_rows():
            memories = await self.async_load()
            await self._store.async_save(self._as_data(memories))

    async def async_opens(self, sealer: Sealer) -> bool:
        """Tell whether all that was learned opens by these keys."""
        for key, sealed in (await self._async_rows()).items():
            try:
                sealer.open(Kind.LEARNING, key, Row.from_dict(sealed))
            except UnreadableError:
                return False
        return True

    async def async_give_up(self, stamp: str) -> None:
        """Keep what can't be opened under another name, and begin anew to learn. Raises NotWrittenError."""
        if rows := await self._async_rows():
            await VaultFile(self._hass, f"{DOMAIN}.{self._entry_id}.zones.lost.{stamp}").async_write(rows)
        self._unopened.clear()
        if self._memories is not None:
            await self.async_save(self._memories)


def _store(hass: HomeAssistant, entry_id: str) -> KeptFile[dict[str, Any]]:
    return KeptFile(hass, _VERSION, f"{DOMAIN}.{entry_id}.zones", private=True, atomic_writes=True)


async def async_remove_zone_store(hass: HomeAssistant, entry_id: str) -> None:
    """Remove what zones remember: the site is gone."""
    await _store(hass, entry_id).async_remove()
