"""Who is turned down again and again: told in a repair issue and an event, since somebody may be trying doors."""

from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components import persistent_notification
from homeassistant.const import ATTR_NAME
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import issue_registry as ir

from .actions.action import Action
from .audit import Audit, Outcome
from .const import DOMAIN, SITE_TITLE

EVENT_DENIALS: Final = f"{DOMAIN}_repeated_denials"
# So many within so many seconds.
_MANY: Final = 5
_WITHIN: Final = 600.0
# What Home Assistant calls its notification of a wrong password; it has no event for that.
_LOGIN: Final = "http-login"

REPEATED_DENIALS: Final = "repeated_denials"
REPEATED_DENIALS_AUTOMATION: Final = "repeated_denials_automation"
REPEATED_LOGINS: Final = "repeated_logins"


class Denials:
    """Counts them, by user."""

    def __init__(self, hass: HomeAssistant, audit: Audit) -> None:
        self._hass = hass
        self._audit = audit
        self._denied: dict[str | None, deque[float]] = defaultdict(lambda: deque(maxlen=_MANY))
        self._logins: deque[float] = deque(maxlen=_MANY)

    @callback
    def async_start(self) -> None:
        """Listen to the audit, and to what Home Assistant says of wrong passwords."""
        self._audit.async_listen(self._heard)
        persistent_notification.async_register_callback(self._hass, self._notified)

    @callback
    def _heard(self, action: Action, call: ServiceCall, outcome: Outcome) -> None:
        if outcome is not Outcome.DENIED or not self._is_enough(self._denied[call.context.user_id]):
            return
        name = f"{DOMAIN} repeated denials"
        self._hass.async_create_task(self._async_report(action, call.context.user_id), name)

    async def _async_report(self, action: Action, user_id: str | None) -> None:
        user = None if user_id is None else await self._hass.auth.async_get_user(user_id)
        who = user_id if user is None or not user.name else user.name
        placeholders = {"count": str(_MANY), "action": action.name}
        if who is None:
            self._tell(REPEATED_DENIALS_AUTOMATION, REPEATED_DENIALS_AUTOMATION, placeholders)
        else:
            self._tell(f"{REPEATED_DENIALS}_{user_id}", REPEATED_DENIALS, placeholders | {"user": who})
        self._hass.bus.async_fire(
            EVENT_DENIALS, {ATTR_NAME: SITE_TITLE, "kind": REPEATED_DENIALS, "user_id": user_id, "count": _MANY}
        )

    @callback
    def _notified(
        self,
        update: persistent_notification.UpdateType,
        notifications: Mapping[str, Any],
    ) -> None:
        wanted = {persistent_notification.UpdateType.ADDED, persistent_notification.UpdateType.UPDATED}
        if update in wanted and _LOGIN in notifications and self._is_enough(self._logins):
            self._tell(REPEATED_LOGINS, REPEATED_LOGINS, {"count": str(_MANY)})
            self._hass.bus.async_fire(
                EVENT_DENIALS, {ATTR_NAME: SITE_TITLE, "kind": REPEATED_LOGINS, "user_id": None, "count": _MANY}
            )

    def _is_enough(self, times: deque[float]) -> bool:
        """Count one more; tell whether that makes many, which begins the count anew."""
        times.append(self._hass.loop.time())
        if len(times) < _MANY or times[-1] - times[0] > _WITHIN:
            return False
        times.clear()
        return True

    def _tell(self, issue_id: str, key: str, placeholders: dict[str, str]) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            is_fixable=True,
            is_persistent=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders=placeholders,
        )
