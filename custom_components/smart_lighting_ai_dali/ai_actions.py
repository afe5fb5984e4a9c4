"""The action that shows what leaves the house."""

from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers.service import async_register_admin_service
import voluptuous as vol

from .advisor.payload import estimated_tokens
from .advisor.schema import INSTRUCTIONS
from .const import DOMAIN
from .services import site_of

SERVICE_PREVIEW: Final = "preview_ai_payload"


@callback
def async_register_ai_actions(hass: HomeAssistant) -> None:
    """Register it."""

    async def preview(call: ServiceCall) -> ServiceResponse:
        """Return exactly what would be asked about all zones now, and which zone of this home is which there."""
        del call
        site = site_of(hass)
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

    async_register_admin_service(
        hass, DOMAIN, SERVICE_PREVIEW, preview, vol.Schema({}), supports_response=SupportsResponse.ONLY
    )
