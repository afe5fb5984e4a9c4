"""The action that sets how input devices tell their events: for administrators, since the devices keep it for good."""

from collections.abc import Iterator
from typing import Final

from dali.device.general import EventScheme
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
import voluptuous as vol

from ..const import DOMAIN
from ..dali.input_device import InputDevice, Instance
from ..dali.input_events import event_names
from ..dali.inputs import Inputs
from ..entity import line_errors
from ..site import Site
from .action import EACH_DEVICE, Action

SERVICE_CONFIGURE_INPUTS: Final = "configure_inputs"
ATTR_SCHEME: Final = "scheme"
ATTR_EVENTS: Final = "events"
# The type of instance and the bit of its filter, by the name of each event.
_EVENTS: Final = {name: (int(kind), bit) for kind, name, bit in event_names()}
_SCHEMA: Final = vol.Schema(
    {
        vol.Required(ATTR_DEVICE_ID): cv.string,
        vol.Optional(ATTR_SCHEME): vol.In([scheme.name for scheme in EventScheme]),
        vol.Optional(ATTR_EVENTS): vol.All(cv.ensure_list, [vol.In(list(_EVENTS))]),
    }
)


@line_errors
async def configure_inputs(call: ServiceCall) -> ServiceResponse:
    """Set which events instances tell, and how; say how many were set another way."""
    scheme = EventScheme[call.data[ATTR_SCHEME]] if ATTR_SCHEME in call.data else None
    instances = changed = 0
    for inputs, device in [*_devices(call.hass, call.data[ATTR_DEVICE_ID])]:
        for instance in device.instances:
            event_filter = _filter(instance, call.data.get(ATTR_EVENTS, []))
            instances += 1
            changed += await inputs.configure(
                device.key,
                instance.number,
                scheme=instance.scheme if scheme is None else scheme,
                event_filter=event_filter,
            )
    return {"instances": instances, "changed": changed}


def _filter(instance: Instance, events: list[str]) -> int:
    """Return the filter of an instance: its own where no event of its type is named."""
    bits = [bit for kind, bit in (_EVENTS[name] for name in events) if kind == instance.type]
    return sum(1 << bit for bit in set(bits)) if bits else instance.event_filter


def _devices(hass: HomeAssistant, device_id: str) -> Iterator[tuple[Inputs, InputDevice]]:
    """Return the input devices that a device of Home Assistant means: itself, or all of a line."""
    device = dr.async_get(hass).async_get(device_id)
    identifiers = device.identifiers if device is not None else set()
    found = False
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        site: Site = entry.runtime_data
        for subentry_id, line in site.lines.items():
            whole = (DOMAIN, subentry_id) in identifiers
            for key, input_device in line.line.inputs.devices.items():
                if whole or (DOMAIN, f"{subentry_id}_{key}") in identifiers:
                    found = True
                    yield line.line.inputs, input_device
    if not found:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_input_device")


INPUT_ACTIONS: Final = (
    Action(
        name=SERVICE_CONFIGURE_INPUTS,
        run=configure_inputs,
        schema=_SCHEMA,
        response=SupportsResponse.OPTIONAL,
        audited=True,
        rate=EACH_DEVICE,
    ),
)
