"""The dialog of a plan of the AI that waits for a person."""

from typing import Final

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.core import Context

from .issue_flow import IssueFlow

_PLAN_GONE: Final = "plan_gone"
_INIT, _ACCEPT, _DECLINE = "init", "accept", "decline"


class SuggestionFlow(IssueFlow):
    """Asks whether a zone may follow what the AI plans for it."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask."""
        del user_input
        return self.async_show_menu(
            step_id=_INIT, menu_options=[_ACCEPT, _DECLINE], description_placeholders=self.placeholders
        )

    async def async_step_accept(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Follow it."""
        del user_input
        return await self._answer(accepted=True)

    async def async_step_decline(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Leave it."""
        del user_input
        return await self._answer(accepted=False)

    async def _answer(self, *, accepted: bool) -> RepairsFlowResult:
        site, key = self.site, self.text_of("zone")
        if site is None or key not in site.ai_planner.modes.waiting:
            return self.async_abort(reason=_PLAN_GONE)
        site.ai_planner.modes.async_answer(site.control.zones[key], Context(), accepted=accepted)
        await site.ai_planner.async_keep()
        return self.async_create_entry(data={})
