"""The repair issues of the site: what does not mend itself, and what a person can do about it."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .db.health import DatabaseStatus

_DATABASE_TOO_NEW: Final = "database_too_new"


@callback
def async_report_database(hass: HomeAssistant, status: DatabaseStatus) -> None:
    """Make an issue of tables that a newer version of this integration has made, or take it back."""
    if status is DatabaseStatus.TOO_NEW:
        ir.async_create_issue(
            hass,
            DOMAIN,
            _DATABASE_TOO_NEW,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=_DATABASE_TOO_NEW,
        )
    else:
        ir.async_delete_issue(hass, DOMAIN, _DATABASE_TOO_NEW)
