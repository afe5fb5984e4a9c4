"""What the zones of a site remember, kept so that a restart forgets nothing of what people chose and taught."""

from collections.abc import Callable, Mapping
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .zone_memory import ZoneMemory

_LOGGER = logging.getLogger(f"{__package__}.control_service")

_VERSION: Final = 1
# What a person did is on disk so soon, in seconds; a slider that is dragged is one write.
_SOON: Final = 2.0
# What is learned changes with every movement, and is worth no more writes to a memory card than these, in seconds.
_LATER: Final = 900.0

type Memories = Callable[[], Mapping[str, ZoneMemory]]
"""What returns the memory of each zone as it is when it is written."""


class ZoneStore:
    """The memories of all zones of one site on disk."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.zones")
        self._due: float | None = None
        """When it is written next, by the loop's clock."""

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
                memories[key] = ZoneMemory.from_dict(item)
            except (KeyError, TypeError, ValueError) as error:
                _LOGGER.warning("zone=%r memory=unreadable detail=%r hint='it begins anew'", key, repr(error))
        return memories

    @callback
    def async_save_soon(self, memories: Memories) -> None:
        """Write down what people chose in a moment, or at the stop of Home Assistant."""
        self._save_within(_SOON, memories)

    @callback
    def async_save_later(self, memories: Memories) -> None:
        """Write down what was learned some time, or at the stop of Home Assistant."""
        self._save_within(_LATER, memories)

    async def async_save(self, memories: Mapping[str, ZoneMemory]) -> None:
        """Write it down now."""
        self._due = None
        await self._store.async_save(_as_data(memories))

    async def async_remove(self) -> None:
        """Remove what was written: the site is gone."""
        await self._store.async_remove()

    def _save_within(self, seconds: float, memories: Memories) -> None:
        """Have it written in so many seconds at most, however often that is asked for meanwhile."""
        when = self._hass.loop.time() + seconds
        if self._due is not None and self._due <= when:
            return
        self._due = when

        def data() -> dict[str, Any]:
            self._due = None
            return _as_data(memories())

        self._store.async_delay_save(data, seconds)


def _as_data(memories: Mapping[str, ZoneMemory]) -> dict[str, Any]:
    return {key: memory.as_dict() for key, memory in memories.items()}
