"""What zones did, and what people chose in them, in the logbook; and by the context, why lights of theirs changed."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.components.logbook import LOGBOOK_ENTRY_ICON, LOGBOOK_ENTRY_MESSAGE, LOGBOOK_ENTRY_NAME
from homeassistant.const import ATTR_NAME
from homeassistant.core import Event, HomeAssistant, callback

from .ai.modes import EVENT_AI_EARNED, EVENT_AI_MODE, EVENT_SUGGESTION
from .audit import EVENT_AUDIT, Outcome
from .const import DOMAIN
from .control.explanation import choice_message, earned_message, message_of, mode_message, suggestion_message
from .control_service import EVENT_CHOICE, EVENT_DECISION
from .denials import EVENT_DENIALS, REPEATED_LOGINS

_BY_ITSELF: Final = "mdi:home-lightbulb"
_BY_HAND: Final = "mdi:hand-back-right-outline"
_BY_AI: Final = "mdi:creation-outline"
_BY_CALL: Final = "mdi:shield-account-outline"
# All that is said of a call: everybody may read the logbook.
_OUTCOMES: Final = {
    Outcome.OK: "was called",
    Outcome.FAILED: "was called and failed",
    Outcome.DENIED: "was called and refused: who called it may not",
    Outcome.INVALID: "was called with invalid data",
    Outcome.RATE_LIMITED: "was called too often",
    Outcome.BUSY: "was called while it was running",
    Outcome.DUPLICATE: "was called once more in the same way, and ran once",
    Outcome.INTERRUPTED: "was called and interrupted",
}


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event[Any]], dict[str, Any]]], None],
) -> None:
    """Say how decisions, choices and the modes of an AI read."""
    del hass

    said: tuple[tuple[str, str, Callable[[Mapping[str, Any]], str]], ...] = (
        (EVENT_DECISION, _BY_ITSELF, _decided),
        (EVENT_CHOICE, _BY_HAND, choice_message),
        (EVENT_AI_MODE, _BY_AI, lambda data: mode_message(data["mode"], data["reason"])),
        (EVENT_AI_EARNED, _BY_AI, lambda data: earned_message(data["days"])),
        (EVENT_AUDIT, _BY_CALL, _called),
        (EVENT_DENIALS, _BY_CALL, _denied),
        (EVENT_SUGGESTION, _BY_AI, lambda data: suggestion_message(data["plan"])),
    )
    for event_type, icon, message in said:
        async_describe_event(DOMAIN, event_type, _describe(icon, message))


def _decided(data: Mapping[str, Any]) -> str:
    return message_of(data["reason"], data["brightness_pct"], data["color_temp_kelvin"])


def _called(data: Mapping[str, Any]) -> str:
    return f"{data['action']} {_OUTCOMES[Outcome(data['outcome'])]}"


def _denied(data: Mapping[str, Any]) -> str:
    what = "signing in failed" if data["kind"] == REPEATED_LOGINS else "actions were refused"
    return f"{what} {data['count']} times within ten minutes"


def _describe(icon: str, message: Callable[[Mapping[str, Any]], str]) -> Callable[[Event[Any]], dict[str, Any]]:
    """Return what makes an entry of an event: its zone, and what is said of it."""

    @callback
    def describe(event: Event[Any]) -> dict[str, Any]:
        return {
            LOGBOOK_ENTRY_ICON: icon,
            LOGBOOK_ENTRY_NAME: event.data[ATTR_NAME],
            LOGBOOK_ENTRY_MESSAGE: message(event.data),
        }

    return describe
