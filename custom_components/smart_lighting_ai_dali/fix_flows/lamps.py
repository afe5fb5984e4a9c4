"""The dialog of broken lamps: look at once whether they work again."""

from typing import Final, override

from homeassistant.components.repairs import RepairsFlowResult

from ..dali.errors import LineError
from .issue_flow import ConfirmedFlow

_LINE_GONE: Final = "line_gone"
_NOT_THERE: Final = "line_not_there"
_STILL_BROKEN: Final = "still_broken"


class LampsFlow(ConfirmedFlow):
    """Names the lamps, and asks their gear once they were replaced."""

    @override
    async def async_mend(self) -> RepairsFlowResult:
        """Look, when somebody says that they were replaced."""
        if (line := self.line) is None:
            return self.async_abort(reason=_LINE_GONE)
        try:
            await line.line.failures.sweep()
        except LineError:
            return self.async_abort(reason=_NOT_THERE)
        line.lamps.async_look()
        if line.lamps.broken:
            return self.async_abort(reason=_STILL_BROKEN, description_placeholders=self.placeholders)
        return self.async_create_entry(data={})
