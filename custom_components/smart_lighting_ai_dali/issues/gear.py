"""The repair issues of what is on a line: broken lamps, and short addresses that several have."""

from collections.abc import Iterable
from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir

from ..const import DOMAIN
from ..dali.addressing import Family

LAMP_FAILURES: Final = "lamp_failures"
SHARED_ADDRESSES: Final = {
    Family.GEAR: "shared_addresses_gear",
    Family.INPUT_DEVICES: "shared_addresses_input_devices",
}
# More than fit on a screen are no list that anyone reads.
_MOST_NAMES: Final = 12


@callback
def async_report_lamps(hass: HomeAssistant, subentry: ConfigSubentry, keys: Iterable[str]) -> None:
    """Make an issue of gear of a line that says that its lamp is broken, by key; one for all of them."""
    names = names_of(hass, subentry.subentry_id, keys)
    shown = [*names[:_MOST_NAMES], *(["…"] if len(names) > _MOST_NAMES else [])]
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{LAMP_FAILURES}_{subentry.subentry_id}",
        data={"subentry_id": subentry.subentry_id},
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=LAMP_FAILURES,
        translation_placeholders={
            "line": subentry.title,
            "lamps": "\n".join(f"- {name}" for name in shown),
            "number": str(len(names)),
        },
    )


@callback
def async_clear_lamps(hass: HomeAssistant, subentry_id: str) -> None:
    """Take that issue back: all lamps work again."""
    ir.async_delete_issue(hass, DOMAIN, f"{LAMP_FAILURES}_{subentry_id}")


@callback
def async_report_shared(hass: HomeAssistant, subentry: ConfigSubentry, family: Family, shared: Iterable[int]) -> None:
    """Make an issue of short addresses that more than one has, or take it back where there are none.

    Only a scan can tell, and none is made at a start: so it stays over a restart.
    """
    issue_id = f"{SHARED_ADDRESSES[family]}_{subentry.subentry_id}"
    if not (addresses := sorted(shared)):
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        data={"subentry_id": subentry.subentry_id, "family": family.value},
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key=SHARED_ADDRESSES[family],
        translation_placeholders={"line": subentry.title, "addresses": ", ".join(map(str, addresses))},
    )


def names_of(hass: HomeAssistant, subentry_id: str, keys: Iterable[str]) -> list[str]:
    """Return the names of the devices of gear, in order."""
    devices = dr.async_get(hass)
    found = (devices.async_get_device(identifiers={(DOMAIN, f"{subentry_id}_{key}")}) for key in keys)
    return sorted((device.name_by_user or device.name or "?" for device in found if device is not None), key=str.lower)
