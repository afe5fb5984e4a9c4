"""Repair issues that a person can close."""

from typing import Final

from dali.device.general import EventScheme
from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant
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


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the dialog of an issue: events are set to be distinct, and all else only has to be read."""
    del hass, issue_id
    subentry_id = (data or {}).get("subentry_id")
    return ConfirmRepairFlow() if subentry_id is None else DistinctEventsFlow(str(subentry_id))


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
