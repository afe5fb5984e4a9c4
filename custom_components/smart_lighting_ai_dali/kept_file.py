"""A file of ours in Home Assistant's storage; one that can't be read, as of a newer version, is left alone."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .issues.site import async_report_file


class KeptFile[T: Mapping[str, Any]](Store[T]):
    """It: what it has is read once, before anything is written."""

    @override
    async def async_load(self) -> T | None:
        """Return what is in it, None where it is not there, or was damaged and put aside.

        Raises HomeAssistantError: nothing is written over it from then on, and a repair issue says so.
        """
        try:
            data = await super().async_load()
        except HomeAssistantError as error:
            self.make_read_only()
            async_report_file(self.hass, self.key, str(error))
            raise
        async_report_file(self.hass, self.key, None)
        return data

    @override
    async def async_remove(self) -> None:
        """Remove it: nobody needs it any more."""
        async_report_file(self.hass, self.key, None)
        await super().async_remove()
