"""The dialog of a database that can't be used: try to write what waits, and say what came of it."""

import asyncio
from typing import Final, override

from homeassistant.components.repairs import RepairsFlowResult

from ..db.recorder_tasks import DatabaseUnavailableError
from .issue_flow import ConfirmedFlow

# A database that is well takes far less, in seconds.
_SECONDS: Final = 15.0
_NOT_RUNNING: Final = "not_running"
_STILL_FAILING: Final = "still_failing"
_WRITTEN: Final = "written"


class DatabaseFlow(ConfirmedFlow):
    """Says how it is, and tries to write."""

    @override
    async def async_mend(self) -> RepairsFlowResult:
        """Try, once somebody has mended it."""
        if (site := self.site) is None:
            return self.async_abort(reason=_NOT_RUNNING)
        # What is on its way to the recorder can't be called back: it goes on, whoever waits.
        writing = self.hass.async_create_task(site.feature_engineering.async_flush(alive=True), "writing what waits")
        writing.add_done_callback(lambda task: task.cancelled() or task.exception())
        done, _ = await asyncio.wait({writing}, timeout=_SECONDS)
        if not done:
            return self.async_abort(reason=_STILL_FAILING)
        try:
            written = writing.result()
        except DatabaseUnavailableError:
            return self.async_abort(reason=_STILL_FAILING)
        return self.async_create_entry(data={}, description=_WRITTEN, description_placeholders={"events": str(written)})
