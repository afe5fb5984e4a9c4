"""The action that shows what leaves the house."""

from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse

from ..advisor.payload import estimated_tokens
from ..advisor.schema import INSTRUCTIONS
from ..services import site_of
from .action import Action

SERVICE_PREVIEW: Final = "preview_ai_payload"


async def preview(call: ServiceCall) -> ServiceResponse:
    """Return exactly what would be asked about all zones now, and which zone of this home is which there."""
    site = site_of(call.hass)
    packed = site.ai_planner.preview()
    requests = [(batch, site.ai_planner.request_of(batch)) for batch in packed.batches]
    instructions = requests[0][1].instructions if requests else INSTRUCTIONS
    return {
        "requests": [
            {
                "payload": batch.payload,
                "bytes": batch.size,
                "tokens": batch.tokens,
                "zones": {label: site.control.zones[one.key].name for label, one in batch.asked.items()},
                **(
                    {"choices": {label: [*names] for label, names in request.choices.items()}}
                    if request.choices
                    else {}
                ),
            }
            for batch, request in requests
        ],
        "oversized": [{"zone": site.control.zones[one.key].name, "bytes": one.size} for one in packed.oversized],
        "instructions": instructions,
        "instructions_tokens": estimated_tokens(instructions),
    }


AI_ACTIONS: Final = (Action(name=SERVICE_PREVIEW, run=preview, response=SupportsResponse.ONLY),)
