"""Actions for a line: search it, restart it where it is simulated, and test its emergency lights."""

from typing import Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
import voluptuous as vol

from ..const import DOMAIN
from ..dali.emergency_state import EMERGENCY, EmergencyTest
from ..dali.line import Line
from ..entity import line_errors
from ..services import line_of
from .action import EACH_DEVICE, Action

SERVICE_SCAN_LINE: Final = "scan_line"
SERVICE_RESTART_SIMULATOR: Final = "restart_simulator"
SERVICE_START_EMERGENCY_TEST: Final = "start_emergency_test"
SERVICE_STOP_EMERGENCY_TEST: Final = "stop_emergency_test"

ATTR_TEST: Final = "test"

_LINE_SCHEMA: Final = vol.Schema({vol.Required(ATTR_DEVICE_ID): cv.string})
_TEST_SCHEMA: Final = _LINE_SCHEMA.extend({vol.Required(ATTR_TEST): vol.All(cv.string, vol.Coerce(EmergencyTest))})


@line_errors
async def scan_line(call: ServiceCall) -> ServiceResponse:
    """Look for gear and input devices on a line, and say what was found."""
    result = await line_of(call.hass, call.data[ATTR_DEVICE_ID]).line.scan()
    return {
        "found": len(result.found),
        "new": len(result.new),
        "missing": len(result.missing),
        "shared_addresses": [*sorted(result.shared_addresses)],
        "input_devices": {
            "found": len(result.devices.found),
            "new": len(result.devices.new),
            "missing": len(result.devices.missing),
            "shared_addresses": [*sorted(result.devices.shared_addresses)],
        },
    }


async def restart_simulator(call: ServiceCall) -> None:
    """Restart a simulated line."""
    if not await line_of(call.hass, call.data[ATTR_DEVICE_ID]).async_restart_simulator():
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_simulated")


@line_errors
async def start_emergency_test(call: ServiceCall) -> None:
    """Test an emergency light."""
    line, key = _emergency_light(call)
    await line.emergency.start_test(key, call.data[ATTR_TEST])


@line_errors
async def stop_emergency_test(call: ServiceCall) -> None:
    """End the test of an emergency light."""
    line, key = _emergency_light(call)
    await line.emergency.stop_test(key)


def _emergency_light(call: ServiceCall) -> tuple[Line, str]:
    """Return the emergency light whose device a call names, and its line."""
    line = line_of(call.hass, call.data[ATTR_DEVICE_ID])
    device = dr.async_get(call.hass).async_get(call.data[ATTR_DEVICE_ID])
    for key, gear in line.line.gear.items():
        identifier = (DOMAIN, f"{line.subentry.subentry_id}_{key}")
        if EMERGENCY in gear.device_types and device is not None and identifier in device.identifiers:
            return line.line, key
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_emergency_light")


LINE_ACTIONS: Final = (
    Action(
        name=SERVICE_SCAN_LINE,
        run=scan_line,
        schema=_LINE_SCHEMA,
        response=SupportsResponse.OPTIONAL,
        audited=True,
        single=True,
    ),
    Action(name=SERVICE_RESTART_SIMULATOR, run=restart_simulator, schema=_LINE_SCHEMA, audited=True, single=True),
    Action(
        name=SERVICE_START_EMERGENCY_TEST, run=start_emergency_test, schema=_TEST_SCHEMA, audited=True, rate=EACH_DEVICE
    ),
    Action(
        name=SERVICE_STOP_EMERGENCY_TEST, run=stop_emergency_test, schema=_LINE_SCHEMA, audited=True, rate=EACH_DEVICE
    ),
)
