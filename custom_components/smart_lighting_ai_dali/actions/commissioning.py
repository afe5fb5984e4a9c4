"""The actions that commission a line: for administrators."""

from typing import Any, Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
import voluptuous as vol

from ..const import DOMAIN
from ..dali.addressing import ADDRESSES, Family
from ..dali.commissioning_orders import (
    CommissioningResult,
    FindNew,
    NewInstallation,
    Order,
    Replace,
    ResolveDuplicates,
    SetAddress,
    SwapAddresses,
    Task,
)
from ..entity import line_errors
from ..services import line_of
from ..site_line import SiteLine
from .action import Action, always

SERVICE_COMMISSION: Final = "commission"
SERVICE_CANCEL_COMMISSIONING: Final = "cancel_commissioning"

ATTR_TASK: Final = "task"
ATTR_KIND: Final = "kind"
ATTR_CONFIRM: Final = "confirm"
ATTR_BROKEN_GEAR: Final = "broken_gear"
ATTR_REPLACEMENT: Final = "replacement"
ATTR_ADDRESS: Final = "address"
ATTR_NEW_ADDRESS: Final = "new_address"

_ADDRESS: Final = vol.All(vol.Coerce(int), vol.Range(min=0, max=ADDRESSES - 1))
_LINE_SCHEMA: Final = vol.Schema({vol.Required(ATTR_DEVICE_ID): cv.string})
_COMMISSION_SCHEMA: Final = _LINE_SCHEMA.extend(
    {
        vol.Required(ATTR_TASK): vol.All(cv.string, vol.Coerce(Task)),
        vol.Optional(ATTR_KIND, default=Family.GEAR): vol.All(cv.string, vol.Coerce(Family)),
        vol.Optional(ATTR_CONFIRM): cv.string,
        vol.Optional(ATTR_BROKEN_GEAR): cv.string,
        vol.Optional(ATTR_REPLACEMENT): cv.string,
        vol.Optional(ATTR_ADDRESS): _ADDRESS,
        vol.Optional(ATTR_NEW_ADDRESS): _ADDRESS,
    }
)


@line_errors
async def commission(call: ServiceCall) -> ServiceResponse:
    """Do a job of commissioning, and say what came of it; it goes on when the caller does not wait."""
    line = line_of(call.hass, call.data[ATTR_DEVICE_ID])
    order = _order(line, call)
    line.line.commissioning.start(order)
    result = await line.line.commissioning.wait()
    if isinstance(order, Replace) and (replacement := call.data.get(ATTR_REPLACEMENT)) is not None:
        # The device of the broken gear is the new one's from now on.
        dr.async_get(call.hass).async_remove_device(replacement)
    return _response(result)


@line_errors
async def cancel_commissioning(call: ServiceCall) -> ServiceResponse:
    """End the job of a line; what was given an address keeps it."""
    return {"cancelled": await line_of(call.hass, call.data[ATTR_DEVICE_ID]).line.commissioning.cancel()}


def _order(line: SiteLine, call: ServiceCall) -> Order:
    """Return what a call wants; raises ServiceValidationError where something is missing that the task needs."""
    family: Family = call.data[ATTR_KIND]
    match call.data[ATTR_TASK]:
        case Task.FIND_NEW:
            return FindNew(family=family)
        case Task.RESOLVE_DUPLICATES:
            return ResolveDuplicates(family=family)
        case Task.NEW_INSTALLATION:
            name = line.subentry.title
            if call.data.get(ATTR_CONFIRM, "").strip() != name.strip():
                raise ServiceValidationError(
                    translation_domain=DOMAIN, translation_key="not_confirmed", translation_placeholders={"line": name}
                )
            return NewInstallation(family=family)
        case Task.REPLACE:
            by = call.data.get(ATTR_REPLACEMENT)
            return Replace(
                key=_gear(call.hass, line, _needed(call, ATTR_BROKEN_GEAR)),
                by=None if by is None else _gear(call.hass, line, by),
            )
        case Task.SET_ADDRESS:
            return SetAddress(family=family, address=_needed(call, ATTR_ADDRESS), new=_needed(call, ATTR_NEW_ADDRESS))
        case _:
            return SwapAddresses(
                family=family, first=_needed(call, ATTR_ADDRESS), second=_needed(call, ATTR_NEW_ADDRESS)
            )


def _needed(call: ServiceCall, field: str) -> Any:
    """Return a field that a task needs."""
    if field not in call.data:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="field_missing",
            translation_placeholders={"field": field, "task": call.data[ATTR_TASK]},
        )
    return call.data[field]


def _response(result: CommissioningResult) -> ServiceResponse:
    return {
        "task": result.task.value,
        "kind": result.family.value,
        "addresses": [*result.addresses],
        "found": result.found,
        "left_out": result.left_out,
        "complete": result.is_clear,
        "shared_addresses": [*sorted(result.shared_addresses)],
        "not_restored": [*result.not_restored],
    }


def _gear(hass: HomeAssistant, line: SiteLine, device_id: str) -> str:
    """Return the key of the gear of a line whose device has an id."""
    device = dr.async_get(hass).async_get(device_id)
    identifiers = {identifier for domain, identifier in device.identifiers if domain == DOMAIN} if device else set()
    for key in line.line.gear:
        if f"{line.subentry.subentry_id}_{key}" in identifiers:
            return key
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_gear_of_the_line")


COMMISSIONING_ACTIONS: Final = (
    Action(
        name=SERVICE_COMMISSION,
        run=commission,
        schema=_COMMISSION_SCHEMA,
        response=SupportsResponse.OPTIONAL,
        is_lasting=always,
        # The line itself does one job at a time.
        audited=True,
    ),
    Action(
        name=SERVICE_CANCEL_COMMISSIONING,
        run=cancel_commissioning,
        schema=_LINE_SCHEMA,
        response=SupportsResponse.OPTIONAL,
        audited=True,
    ),
)
