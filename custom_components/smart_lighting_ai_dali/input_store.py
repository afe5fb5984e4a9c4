"""What a line found of input devices, kept so that their entities exist at once after a restart."""

from collections.abc import Callable, Iterable
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN, PACKAGE
from .dali.input_device import InputDevice
from .kept_file import KeptFile

_LOGGER = logging.getLogger(f"{PACKAGE}.dali.driver")

_VERSION: Final = 1
# A scan finds one device every few seconds: they are written together, in seconds.
_SAVE_DELAY: Final = 10.0


class InputStore:
    """The input devices of one line on disk."""

    def __init__(self, hass: HomeAssistant, subentry_id: str, line: str) -> None:
        self._line = line
        self._store: KeptFile[dict[str, Any]] = KeptFile(hass, _VERSION, f"{DOMAIN}.{subentry_id}.inputs")

    async def async_load(self) -> list[InputDevice] | None:
        """Return the devices that were kept, None where nobody ever looked for any."""
        try:
            data = await self._store.async_load()
        except HomeAssistantError as error:
            _LOGGER.warning(
                "line=%r input_file=unreadable detail=%r hint='they are searched for; see its repair issue'",
                self._line,
                str(error),
            )
            return None
        if data is None:
            return None
        devices: list[InputDevice] = []
        wrong: list[Exception] = []
        for item in data.get("devices", []):
            try:
                devices.append(InputDevice.from_dict(item))
            except (KeyError, TypeError, ValueError) as error:
                wrong.append(error)
        if wrong:
            _LOGGER.warning(
                "line=%r input_devices=unreadable detail=%r count=%d hint='press Search for gear: it finds them again'",
                self._line,
                repr(wrong[0]),
                len(wrong),
            )
        return devices

    def save_soon(self, devices: Callable[[], Iterable[InputDevice]]) -> None:
        """Write down the devices that there are in a while, or at the stop of Home Assistant."""
        self._store.async_delay_save(lambda: _as_data(devices()), _SAVE_DELAY)

    async def async_save(self, devices: Iterable[InputDevice]) -> None:
        """Write down the devices now."""
        await self._store.async_save(_as_data(devices))

    async def async_remove(self) -> None:
        """Remove what was written: the line is gone."""
        await self._store.async_remove()


def _as_data(devices: Iterable[InputDevice]) -> dict[str, Any]:
    return {"devices": [device.as_dict() for device in devices]}
