"""Repair issues that a person can close."""

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the dialog of an issue: it only has to be read."""
    del hass, issue_id, data
    return ConfirmRepairFlow()
