"""The dialog of broken lamps: look at once whether they work again."""

from typing import Final

from homeassistant.components.repairs import RepairsFlowResult
import voluptuous as vol

from ..dali.errors import LineError
from .issue_flow import IssueFlow

_LINE_GONE: Final = "line_gone"
_NOT_THERE: Final = "line_not_there"
_STILL_BROKEN: Final = "still_broken"


class LampsFlow(IssueFlow):
    """Names the lamps, and asks their gear once they were replaced."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin."""
        del user_input
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Name them, and look when somebody says that they were replaced."""
        if user_input is None:
            return self.async_show_form(
                step_id="confirm", data_schema=vol.Schema({}), description_placeholders=self.placeholders
            )
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
