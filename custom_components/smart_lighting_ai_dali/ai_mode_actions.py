"""Actions for what an AI may do in zones."""

from typing import Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
import voluptuous as vol

from .const import DOMAIN
from .services import site_of
from .zone_actions import require_control, zones_of_devices

SERVICE_ALLOW_AI: Final = "allow_ai"
SERVICE_ACCEPT_PLAN: Final = "accept_plan"
SERVICE_DECLINE_PLAN: Final = "decline_plan"

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
        await site_of(hass).ai_planner.async_keep()

    async def accept_plan(call: ServiceCall) -> None:
        """Accept the plans that wait for zones."""
        await _answer(hass, call, accepted=True)

    async def decline_plan(call: ServiceCall) -> None:
        """Decline them."""
        await _answer(hass, call, accepted=False)

    async_register_admin_service(hass, DOMAIN, SERVICE_ALLOW_AI, allow_ai, _ALLOW_SCHEMA)
    hass.services.async_register(DOMAIN, SERVICE_ACCEPT_PLAN, accept_plan, vol.Schema(_ZONES))
    hass.services.async_register(DOMAIN, SERVICE_DECLINE_PLAN, decline_plan, vol.Schema(_ZONES))


async def _answer(hass: HomeAssistant, call: ServiceCall, *, accepted: bool) -> None:
    zones, planner = zones_of_devices(hass, call.data[ATTR_DEVICE_ID]), site_of(hass).ai_planner
    for zone in zones:
        await require_control(hass, call, zone)
    for zone in zones:
        planner.modes.async_answer(zone, call.context, accepted=accepted)
    await planner.async_keep()
