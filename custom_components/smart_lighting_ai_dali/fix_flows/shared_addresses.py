"""The dialog of short addresses that several have: give all but one of them a free one."""

import asyncio
from typing import Final, override

from homeassistant.components.repairs import RepairsFlowResult

from ..dali.addressing import Family
from ..dali.commissioning_orders import CommissioningResult, ResolveDuplicates
from ..dali.errors import CommissioningRunningError, LineError
from ..site_line import SiteLine
from .issue_flow import ConfirmedFlow

_LINE_GONE: Final = "line_gone"
_RUNNING: Final = "commissioning_running"
_NOT_RESOLVED: Final = "not_resolved"
_NO_ADDRESS_FREE: Final = "no_address_free"


class SharedAddressesFlow(ConfirmedFlow):
    """Asks whether addresses may be changed, and does it."""

    _resolving: asyncio.Task[CommissioningResult] | None = None

    @override
    async def async_mend(self) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_resolve()

    async def async_step_resolve(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Do it, and show that it is being done; it goes on where the dialog is closed."""
        del user_input
        if self._resolving is None:
            if (line := self.line) is None:
                return self.async_abort(reason=_LINE_GONE)
            self._resolving = self.hass.async_create_task(self._resolve(line), "resolving of shared addresses")
        if not self._resolving.done():
            return self.async_show_progress(
                step_id="resolve",
                progress_action="resolve",
                description_placeholders=self.placeholders,
                progress_task=self._resolving,
            )
        return self.async_show_progress_done(next_step_id="resolved")

    async def async_step_resolved(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Say what came of it."""
        del user_input
        if self._resolving is None:
            return await self.async_step_confirm()
        try:
            result = self._resolving.result()
        except CommissioningRunningError:
            return self.async_abort(reason=_RUNNING)
        except LineError:
            return self.async_abort(reason=_NOT_RESOLVED)
        if result.left_out:
            return self.async_abort(reason=_NO_ADDRESS_FREE)
        if result.shared_addresses:
            return self.async_abort(reason=_NOT_RESOLVED)
        return self.async_create_entry(data={})

    async def _resolve(self, line: SiteLine) -> CommissioningResult:
        line.line.commissioning.start(ResolveDuplicates(family=Family(self.text_of("family"))))
        return await line.line.commissioning.wait()
