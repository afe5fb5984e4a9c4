"""One private file of the vault, which is read again after each write: a full disk is no error of the Store."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

_VERSION: Final = 1


class NotWrittenError(Exception):
    """What was to be written is not on disk: what was there before still is."""


class VaultFile:
    """It; only its owner may read it."""

    def __init__(self, hass: HomeAssistant, key: str) -> None:
        self._hass = hass
        self._key = key

    def _store(self, suffix: str = "") -> Store[Any]:
        # A fresh one each time has nothing in memory: it tells what is on disk.
        return Store(
            self._hass,
            _VERSION,
            self._key + suffix,
            private=True,
            atomic_writes=True,
            serialize_in_event_loop=False,
        )

    async def async_read(self) -> Any:
        """Return what is in it, None where it is not there. Raises HomeAssistantError where it can't be read."""
        return await self._store().async_load()

    async def async_write(self, data: dict[str, Any]) -> None:
        """Write it, and read it again. Raises NotWrittenError."""
        await self._async_write(data, "")

    async def _async_write(self, data: dict[str, Any], suffix: str) -> None:
        await self._store(suffix).async_save(data)
        try:
            there = await self._store(suffix).async_load()
        except HomeAssistantError as error:
            raise NotWrittenError(self._key) from error
        if there != data:
            raise NotWrittenError(self._key)

    async def async_copy_aside(self, stamp: str) -> None:
        """Keep what is in it under another name, for whoever finds its key. Raises NotWrittenError."""
        if (data := await self.async_read()) is not None:
            await self._async_write(data, f".lost.{stamp}")

    async def async_remove(self) -> None:
        """Remove it: the site is gone."""
        await self._store().async_remove()
