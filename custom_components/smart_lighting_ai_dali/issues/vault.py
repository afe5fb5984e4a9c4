"""Repair issues of the vault: a key that was lost, or that is none."""

from typing import TYPE_CHECKING, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..vault.verdict import Problem

if TYPE_CHECKING:
    from ..site import SiteConfigEntry

KEY_LOST: Final = "encryption_key_lost"
KEY_INVALID: Final = "encryption_key_invalid"
_UNREADABLE: Final = "profiles_unreadable"
_ISSUES: Final = {
    Problem.LOST: KEY_LOST,
    Problem.WRONG: KEY_LOST,
    Problem.INVALID: KEY_INVALID,
    Problem.UNREADABLE: _UNREADABLE,
}


@callback
def async_tell_problem(hass: HomeAssistant, entry: SiteConfigEntry, problem: Problem | None) -> None:
    """Have one issue for a problem, and none where there is none."""
    told = None if problem is None else _ISSUES.get(problem)
    for kind in {*_ISSUES.values()} - {told}:
        ir.async_delete_issue(hass, DOMAIN, kind)
    if told is not None:
        ir.async_create_issue(
            hass,
            DOMAIN,
            told,
            data={"entry_id": entry.entry_id},
            is_fixable=told == KEY_LOST,
            is_persistent=True,
            severity=ir.IssueSeverity.ERROR,
            translation_key=told,
        )
