"""Actions for what an AI may do in zones."""

from typing import Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
import voluptuous as vol

from .const import DOMAIN
from .services import site_of
from .zone_actions import zones_of_devices

SERVICE_ALLOW_AI: Final = "allow_ai"

ATTR_REASON: Final = "reason"
# What a person writes down why, in letters.
_LONGEST_REASON: Final = 200

_ZONES: Final = {vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, vol.Length(min=1), [cv.string])}
_ALLOW_SCHEMA: Final = vol.Schema(
    {**_ZONES, vol.Required(ATTR_REASON): vol.All(cv.string, vol.Strip, vol.Length(min=1, max=_LONGEST_REASON))}
)


@callback
def async_register_ai_mode_actions(hass: HomeAssistant) -> None:
    """Register the actions."""

    async def allow_ai(call: ServiceCall) -> None:
        """Let the AI plan for zones by itself, whatever their report cards say."""
        modes = site_of(hass).ai_planner.modes
        for zone in zones_of_devices(hass, call.data[ATTR_DEVICE_ID]):
            modes.async_allow(zone, call.data[ATTR_REASON], call.context)

    async_register_admin_service(hass, DOMAIN, SERVICE_ALLOW_AI, allow_ai, _ALLOW_SCHEMA)
