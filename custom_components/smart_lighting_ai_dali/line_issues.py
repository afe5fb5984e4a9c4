"""The repair issues of a line: what does not mend itself, and what a person can do about it."""

from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_DEVICE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .dali.errors import LineError, NotAnAdapterError, OtherAdapterError, PortForbiddenError, PortUnusableError
from .dali.transport import without_secrets

_FLEET: Final = "fleet"
# A port that is missing or busy, and an adapter that is silent, may be back by themselves; these are not.
_NEED_A_PERSON: Final = (NotAnAdapterError, OtherAdapterError, PortForbiddenError, PortUnusableError)
_KEYS: Final = (_FLEET, *(error.key for error in _NEED_A_PERSON))


@callback
def async_report_problem(hass: HomeAssistant, subentry: ConfigSubentry, problem: LineError) -> None:
    """Make an issue of a problem with a line's port or adapter that needs a person."""
    if isinstance(problem, _NEED_A_PERSON):
        device = without_secrets(subentry.data.get(CONF_DEVICE, ""))
        _create(hass, subentry, problem.key, device=device)


@callback
def async_report_fleet(hass: HomeAssistant, subentry: ConfigSubentry, reason: str) -> None:
    """Make an issue of a simulated line whose set of gear can't be used."""
    _create(hass, subentry, _FLEET, reason=reason)


@callback
def async_clear_issues(hass: HomeAssistant, subentry_id: str) -> None:
    """Take the issues of a line back: it works, or is gone."""
    for key in _KEYS:
        ir.async_delete_issue(hass, DOMAIN, f"{key}_{subentry_id}")


def _create(hass: HomeAssistant, subentry: ConfigSubentry, key: str, **placeholders: str) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{key}_{subentry.subentry_id}",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=key,
        translation_placeholders={"line": subentry.title, **placeholders},
    )
