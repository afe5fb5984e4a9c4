"""Repair issues that a person can close."""

from typing import Final

from dali.device.general import EventScheme
from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol

from .const import DOMAIN
from .dali.errors import LineError
from .dali.input_events import indistinct
from .dali.inputs import Inputs
from .input_issues import issue_id_of
from .site import Site

_NOT_SET: Final = "inputs_not_set"
_LINE_GONE: Final = "line_gone"
_PLAN_GONE: Final = "plan_gone"
_INIT, _ACCEPT, _DECLINE = "init", "accept", "decline"


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the dialog of an issue: what is to be done or answered, and all else only has to be read."""
    del hass
    data = data or {}
    if (zone := data.get("zone")) is not None:
        return SuggestionFlow(issue_id, str(zone))
    subentry_id = data.get("subentry_id")
    return ConfirmRepairFlow() if subentry_id is None else DistinctEventsFlow(str(subentry_id))


class SuggestionFlow(RepairsFlow):
    """Asks whether a zone may follow what the AI plans for it."""

    def __init__(self, issue_id: str, zone: str) -> None:
        super().__init__()
        self._issue_id = issue_id
        self._zone = zone

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask."""
        del user_input
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self._issue_id)
        return self.async_show_menu(
            step_id=_INIT,
            menu_options=[_ACCEPT, _DECLINE],
            description_placeholders=None if issue is None else issue.translation_placeholders,
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
        for entry in self.hass.config_entries.async_loaded_entries(DOMAIN):
            site: Site = entry.runtime_data
            if self._zone in site.ai_planner.modes.waiting:
                zone = site.control.zones[self._zone]
                site.ai_planner.modes.async_answer(zone, Context(), accepted=accepted)
                await site.ai_planner.async_keep()
                return self.async_create_entry(data={})
        return self.async_abort(reason=_PLAN_GONE)


class DistinctEventsFlow(RepairsFlow):
    """Asks whether events may be set to name device and instance, and does it."""

    def __init__(self, subentry_id: str) -> None:
        super().__init__()
        self._subentry_id = subentry_id

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask at once."""
        del user_input
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask, and do it once that was answered."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, issue_id_of(self._subentry_id))
        if user_input is None:
            return self.async_show_form(
                step_id="confirm",
                data_schema=vol.Schema({}),
                description_placeholders=None if issue is None else issue.translation_placeholders,
            )
        inputs = self._inputs()
        if inputs is None:
            return self.async_abort(reason=_LINE_GONE)
        try:
            for device, instance in indistinct(inputs.devices.values()):
                await inputs.configure(
                    device.key,
                    instance.number,
                    scheme=EventScheme.device_instance,
                    event_filter=instance.event_filter,
                )
        except LineError:
            return self.async_abort(reason=_NOT_SET)
        return self.async_create_entry(data={})

    def _inputs(self) -> Inputs | None:
        for entry in self.hass.config_entries.async_loaded_entries(DOMAIN):
            site: Site = entry.runtime_data
            if (line := site.lines.get(self._subentry_id)) is not None:
                return line.line.inputs
        return None
