"""The dialog of buttons and sensors whose events say the same."""

from typing import Final, override

from dali.device.general import EventScheme
from homeassistant.components.repairs import RepairsFlowResult

from ..dali.errors import LineError
from ..dali.input_events import indistinct
from .issue_flow import ConfirmedFlow

_NOT_SET: Final = "inputs_not_set"
_LINE_GONE: Final = "line_gone"


class DistinctEventsFlow(ConfirmedFlow):
    """Asks whether events may be set to name device and instance, and does it."""

    @override
    async def async_mend(self) -> RepairsFlowResult:
        """Set them."""
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
