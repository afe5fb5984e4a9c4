"""The action that reads the audit."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..audit import AUDIT, Outcome
from ..audit_file import FINISHED, STARTED, Row
from ..const import DOMAIN
from .action import Action

SERVICE_GET_AUDIT: Final = "get_audit"

ATTR_ACTION: Final = "action"
ATTR_USER: Final = "user"
ATTR_OUTCOME: Final = "outcome"
ATTR_SINCE: Final = "since"
ATTR_UNTIL: Final = "until"
ATTR_AT_MOST: Final = "at_most"
# Of a call without a user.
AUTOMATION: Final = "automation"
_MOST: Final = 1000
_USUAL: Final = 100
# Where the chain does not hold, the first places say enough.
_MOST_BROKEN: Final = 20

_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_ACTION): cv.string,
        vol.Optional(ATTR_USER): cv.string,
        vol.Optional(ATTR_OUTCOME): vol.In([outcome.value for outcome in Outcome]),
        vol.Optional(ATTR_SINCE): cv.datetime,
        vol.Optional(ATTR_UNTIL): cv.datetime,
        vol.Optional(ATTR_AT_MOST, default=_USUAL): vol.All(vol.Coerce(int), vol.Range(min=1, max=_MOST)),
    }
)


async def get_audit(call: ServiceCall) -> ServiceResponse:
    """Return who called what, the newest first, and whether the rows are what was written."""
    audit = call.hass.data[AUDIT]
    try:
        reading = await audit.async_read()
    except OSError as error:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="audit_unreadable") from error
    wanted = [one for one in _calls(reading.rows) if _is_wanted(one, call.data)]
    wanted.reverse()
    return {
        "calls": [*wanted[: call.data[ATTR_AT_MOST]]],
        "complete": len(wanted) <= call.data[ATTR_AT_MOST],
        "chain_holds": not reading.broken,
        "broken": [*reading.broken[:_MOST_BROKEN]],
        "rows": len(reading.rows),
        "waiting_rows": audit.waiting,
        "lost_rows": audit.lost,
    }


def _calls(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return calls, the oldest first: the row with which each began, and what came of it."""
    calls: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["kind"] in {STARTED, FINISHED}:
            shown = {key: value for key, value in row.items() if key not in {"kind", "prev", "hash", "key"}}
            if (begun := calls.get(row["call"])) is None:
                calls[row["call"]] = {"outcome": None, "duration_ms": None, **shown}
            else:
                begun |= {key: value for key, value in shown.items() if key not in begun or begun[key] is None}
    return list(calls.values())


def _is_wanted(one: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    for name in (ATTR_ACTION, ATTR_OUTCOME):
        if name in wanted and one[name] != wanted[name]:
            return False
    if ATTR_USER in wanted and wanted[ATTR_USER] not in {one["user"] or AUTOMATION, one.get("user_name")}:
        return False
    begun = dt_util.parse_datetime(one["time"])
    if begun is None:
        return True
    since, until = wanted.get(ATTR_SINCE), wanted.get(ATTR_UNTIL)
    return not (since is not None and begun < dt_util.as_utc(since)) and not (
        until is not None and begun >= dt_util.as_utc(until)
    )


AUDIT_ACTIONS: Final = (
    Action(name=SERVICE_GET_AUDIT, run=get_audit, schema=_SCHEMA, response=SupportsResponse.ONLY, audited=True),
)
