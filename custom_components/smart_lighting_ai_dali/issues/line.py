"""The repair issues of a line: what does not mend itself, and what a person can do about it."""

from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_DEVICE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import CONF_KIND, DOMAIN, LineKind
from ..dali.errors import (
    AdapterSilentError,
    AddressUnreachableError,
    LineDisconnectedError,
    LineError,
    LineFailedError,
    LineWithoutPowerError,
    NotAnAdapterError,
    OtherAdapterError,
    PortBusyError,
    PortForbiddenError,
    PortMissingError,
    PortUnusableError,
)
from ..dali.transport import without_secrets

_FLEET: Final = "fleet"
FLAPPING: Final = "line_flapping"
SIMULATOR_GONE: Final = "simulator_gone"
# These never mend themselves; all else may be back in a moment.
NEED_A_PERSON: Final = (NotAnAdapterError, OtherAdapterError, PortForbiddenError, PortUnusableError)
_MAY_COME_BACK: Final = (
    AdapterSilentError,
    AddressUnreachableError,
    LineDisconnectedError,
    LineWithoutPowerError,
    PortBusyError,
    PortMissingError,
)
# Why a line is not there: each has its own words, and all have the same dialog.
OFFLINE: Final = (*(error.key for error in (*NEED_A_PERSON, *_MAY_COME_BACK)), SIMULATOR_GONE, FLAPPING)


@callback
def async_report_offline(hass: HomeAssistant, subentry: ConfigSubentry, problem: LineError) -> None:
    """Make an issue of a line that is not there, in the place of one with another reason."""
    key = problem.key if problem.key in OFFLINE else LineDisconnectedError.key
    if subentry.data[CONF_KIND] == LineKind.SIMULATED and key != LineWithoutPowerError.key:
        key = SIMULATOR_GONE
    _report(hass, subentry, key)


@callback
def async_report_flapping(hass: HomeAssistant, subentry: ConfigSubentry) -> None:
    """Make an issue of a line whose adapter comes and goes."""
    _report(hass, subentry, FLAPPING)


@callback
def async_report_failed(hass: HomeAssistant, subentry: ConfigSubentry) -> None:
    """Make an issue of a line that is not looked after any more, in the place of whatever else was told of it."""
    key = LineFailedError.key
    async_clear_offline(hass, subentry.subentry_id, but=key)
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{key}_{subentry.subentry_id}",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=key,
        translation_placeholders={"line": subentry.title},
    )


@callback
def async_report_fleet(hass: HomeAssistant, subentry: ConfigSubentry, reason: str) -> None:
    """Make an issue of a simulated line whose set of gear can't be used."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{_FLEET}_{subentry.subentry_id}",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=_FLEET,
        translation_placeholders={"line": subentry.title, "reason": reason},
    )


@callback
def async_clear_offline(hass: HomeAssistant, subentry_id: str, *, but: str | None = None) -> None:
    """Take the issues of a line back, `but` one: it is there again."""
    for key in (_FLEET, LineFailedError.key, *OFFLINE):
        if key != but:
            ir.async_delete_issue(hass, DOMAIN, f"{key}_{subentry_id}")


@callback
def async_clear_issues(hass: HomeAssistant, subentry_id: str, *, known_by_a_scan: bool = True) -> None:
    """Take back whatever there is of a line: it is gone, or begins anew; what only a scan can tell may stay."""
    for (domain, issue_id), issue in tuple(ir.async_get(hass).issues.items()):
        if domain == DOMAIN and issue_id.endswith(f"_{subentry_id}") and (known_by_a_scan or not issue.is_persistent):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


def _report(hass: HomeAssistant, subentry: ConfigSubentry, key: str) -> None:
    async_clear_offline(hass, subentry.subentry_id, but=key)
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{key}_{subentry.subentry_id}",
        data={"subentry_id": subentry.subentry_id},
        is_fixable=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key=key,
        translation_placeholders={
            "line": subentry.title,
            "device": without_secrets(subentry.data.get(CONF_DEVICE, "")),
        },
    )
