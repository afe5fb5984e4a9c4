"""The dialog of buttons and sensors whose events say the same."""

from typing import Final

from dali.device.general import EventScheme
from homeassistant.components.repairs import RepairsFlowResult
import voluptuous as vol

from ..dali.errors import LineError
from ..dali.input_events import indistinct
from .issue_flow import IssueFlow

_NOT_SET: Final = "inputs_not_set"
_LINE_GONE: Final = "line_gone"


class DistinctEventsFlow(IssueFlow):
    """Asks whether events may be set to name device and instance, and does it."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask at once."""
        del user_input
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask, and do it once that was answered."""
        if user_input is None:
            return self.async_show_form(
                step_id="confirm", data_schema=vol.Schema({}), description_placeholders=self.placeholders
            )
        if (line := self.line) is None:
            return self.async_abort(reason=_LINE_GONE)
        inputs = line.line.inputs
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
