"""The repair issue of buttons and sensors whose events say the same."""

from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..dali.input_events import indistinct
from ..dali.inputs import Inputs

INDISTINCT: Final = "inputs_indistinct"


@callback
def async_report_inputs(hass: HomeAssistant, subentry: ConfigSubentry, inputs: Inputs) -> None:
    """Make an issue of instances that nobody can tell apart by their events, or take it back."""
    devices = sorted({device.address for device, _ in indistinct(inputs.devices.values())})
    if not devices:
        async_clear_inputs(hass, subentry.subentry_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id_of(subentry.subentry_id),
        data={"subentry_id": subentry.subentry_id},
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=INDISTINCT,
        translation_placeholders={"line": subentry.title, "addresses": ", ".join(map(str, devices))},
    )


@callback
def async_clear_inputs(hass: HomeAssistant, subentry_id: str) -> None:
    """Take the issue back: there is nothing more to set, or the line is gone."""
    ir.async_delete_issue(hass, DOMAIN, issue_id_of(subentry_id))


def issue_id_of(subentry_id: str) -> str:
    """Return the id of the issue of a line."""
    return f"{INDISTINCT}_{subentry_id}"
