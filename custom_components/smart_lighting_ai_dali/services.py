"""Admin actions."""

from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.service import async_register_admin_service
import voluptuous as vol

from .const import DOMAIN
from .entity import line_errors
from .site import Site
from .site_line import SiteLine

SERVICE_SCAN_LINE: Final = "scan_line"
SERVICE_RESTART_SIMULATOR: Final = "restart_simulator"

_LINE_SCHEMA: Final = vol.Schema({vol.Required(ATTR_DEVICE_ID): cv.string})


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register the actions."""

    @line_errors
    async def scan_line(call: ServiceCall) -> ServiceResponse:
        """Look for gear on a line, and say what was found."""
        result = await _line(hass, call).line.scan()
        return {
            "found": len(result.found),
            "new": len(result.new),
            "missing": len(result.missing),
            "shared_addresses": [*sorted(result.shared_addresses)],
        }

    async def restart_simulator(call: ServiceCall) -> None:
        """Restart a simulated line."""
        if not await _line(hass, call).async_restart_simulator():
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_simulated")

    async_register_admin_service(
        hass, DOMAIN, SERVICE_SCAN_LINE, scan_line, _LINE_SCHEMA, supports_response=SupportsResponse.OPTIONAL
    )
    async_register_admin_service(hass, DOMAIN, SERVICE_RESTART_SIMULATOR, restart_simulator, _LINE_SCHEMA)


def _line(hass: HomeAssistant, call: ServiceCall) -> SiteLine:
    """Return the line whose device, or one of whose gear, a call names."""
    device = dr.async_get(hass).async_get(call.data[ATTR_DEVICE_ID])
    identifiers = {identifier for domain, identifier in device.identifiers if domain == DOMAIN} if device else set()
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state is not ConfigEntryState.LOADED:
            continue
        site: Site = entry.runtime_data
        for subentry_id, line in site.lines.items():
            if any(identifier.split("_", 1)[0] == subentry_id for identifier in identifiers):
                return line
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_such_line")
