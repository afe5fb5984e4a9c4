"""The dialog of a zone that the AI has earned: what it may do there from now on."""

from typing import Final

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.core import Context

from ..control.zone_memory import AiMode
from .issue_flow import IssueFlow

_NOT_EARNED: Final = "not_earned"
_INIT, _AUTO, _ADVISE, _STAY = "init", "auto", "advise", "stay"


class EarnedFlow(IssueFlow):
    """Asks what the AI may do in a zone where it has shown that it is better."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask."""
        del user_input
        return self.async_show_menu(
            step_id=_INIT, menu_options=[_AUTO, _ADVISE, _STAY], description_placeholders=self.placeholders
        )

    async def async_step_auto(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Let it plan by itself."""
        del user_input
        return await self._choose(AiMode.AUTO)

    async def async_step_advise(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Let it ask a person first."""
        del user_input
        return await self._choose(AiMode.ADVISE)

    async def async_step_stay(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Leave it as it is: it was read, and is not asked again."""
        del user_input
        return self.async_create_entry(data={})

    async def _choose(self, mode: AiMode) -> RepairsFlowResult:
        site = self.site
        zone = None if site is None else site.control.zones.get(self.text_of("zone"))
        if site is None or zone is None or not site.ai_planner.modes.card_of(zone.key).may_plan:
            return self.async_abort(reason=_NOT_EARNED)
        await site.ai_planner.modes.async_choose(zone, mode, Context())
        return self.async_create_entry(data={})
