"""The action that shows what leaves the house."""

from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse

from .action import Action
from .advisor.payload import estimated_tokens
from .advisor.schema import INSTRUCTIONS
from .services import site_of

SERVICE_PREVIEW: Final = "preview_ai_payload"


async def preview(call: ServiceCall) -> ServiceResponse:
    """Return exactly what would be asked about all zones now, and which zone of this home is which there."""
    site = site_of(call.hass)
    packed = site.ai_planner.preview()
    return {
        "requests": [
            {
                "payload": batch.payload,
                "bytes": batch.size,
                "tokens": batch.tokens,
                "zones": {label: site.control.zones[one.key].name for label, one in batch.asked.items()},
            }
            for batch in packed.batches
        ],
        "oversized": [{"zone": site.control.zones[one.key].name, "bytes": one.size} for one in packed.oversized],
        "instructions": INSTRUCTIONS,
        "instructions_tokens": estimated_tokens(INSTRUCTIONS),
    }


AI_ACTIONS: Final = (Action(name=SERVICE_PREVIEW, run=preview, response=SupportsResponse.ONLY),)
