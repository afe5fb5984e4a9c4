"""What a line found, kept so that its lights exist at once after a restart, whether or not the adapter answers yet."""

from collections.abc import Callable, Iterable
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN, PACKAGE
from .dali.gear import Gear
from .kept_file import KeptFile

_LOGGER = logging.getLogger(f"{PACKAGE}.dali.driver")

_VERSION: Final = 1
# A scan finds one gear every two seconds: they are written together, in seconds.
_SAVE_DELAY: Final = 10.0


class GearStore:
    """The gear of one line on disk."""

    def __init__(self, hass: HomeAssistant, subentry_id: str, line: str) -> None:
        self._line = line
        self._store: KeptFile[dict[str, Any]] = KeptFile(hass, _VERSION, f"{DOMAIN}.{subentry_id}")

    async def async_load(self) -> list[Gear]:
        """Return the gear that was kept; what can't be read is found again by a scan."""
        try:
            data = await self._store.async_load()
        except HomeAssistantError as error:
            _LOGGER.warning(
                "line=%r gear_file=unreadable detail=%r hint='they are searched for; see its repair issue'",
                self._line,
                str(error),
            )
            return []
        gear: list[Gear] = []
        wrong: list[Exception] = []
        for item in (data or {}).get("gear", []):
            try:
                gear.append(Gear.from_dict(item))
            except (KeyError, TypeError, ValueError) as error:
                wrong.append(error)
        if wrong:
            _LOGGER.warning(
                "line=%r gear=unreadable detail=%r count=%d hint='press Search for gear: it finds them again'",
                self._line,
                repr(wrong[0]),
                len(wrong),
            )
        return gear

    def save_soon(self, gear: Callable[[], Iterable[Gear]]) -> None:
        """Write down the gear that there is in a while, or at the stop of Home Assistant."""
        self._store.async_delay_save(lambda: _as_data(gear()), _SAVE_DELAY)

    async def async_save(self, gear: Iterable[Gear]) -> None:
        """Write down the gear now."""
        await self._store.async_save(_as_data(gear))

    async def async_remove(self) -> None:
        """Remove what was written: the line is gone."""
        await self._store.async_remove()


def _as_data(gear: Iterable[Gear]) -> dict[str, Any]:
    return {"gear": [one.as_dict() for one in gear]}
