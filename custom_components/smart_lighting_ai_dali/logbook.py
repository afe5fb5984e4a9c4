"""What zones did, and what people chose in them, in the logbook; and by the context, why lights of theirs changed."""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.components.logbook import LOGBOOK_ENTRY_ICON, LOGBOOK_ENTRY_MESSAGE, LOGBOOK_ENTRY_NAME
from homeassistant.const import ATTR_NAME
from homeassistant.core import Event, HomeAssistant, callback

from .ai_modes import EVENT_AI_MODE, EVENT_SUGGESTION
from .const import DOMAIN
from .control_service import EVENT_CHOICE, EVENT_DECISION
from .explanation import choice_message, message_of, mode_message, suggestion_message

_BY_ITSELF: Final = "mdi:home-lightbulb"
_BY_HAND: Final = "mdi:hand-back-right-outline"
_BY_AI: Final = "mdi:creation-outline"


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event[Any]], dict[str, Any]]], None],
) -> None:
    """Say how decisions, choices and the modes of an AI read."""
    del hass

    @callback
    def describe(event: Event[Any]) -> dict[str, Any]:
        data = event.data
        return {
            LOGBOOK_ENTRY_ICON: _BY_ITSELF,
            LOGBOOK_ENTRY_NAME: data[ATTR_NAME],
            LOGBOOK_ENTRY_MESSAGE: message_of(data["reason"], data["brightness_pct"], data["color_temp_kelvin"]),
        }

    @callback
    def describe_choice(event: Event[Any]) -> dict[str, Any]:
        return {
            LOGBOOK_ENTRY_ICON: _BY_HAND,
            LOGBOOK_ENTRY_NAME: event.data[ATTR_NAME],
            LOGBOOK_ENTRY_MESSAGE: choice_message(event.data),
        }

    @callback
    def describe_mode(event: Event[Any]) -> dict[str, Any]:
        return {
            LOGBOOK_ENTRY_ICON: _BY_AI,
            LOGBOOK_ENTRY_NAME: event.data[ATTR_NAME],
            LOGBOOK_ENTRY_MESSAGE: mode_message(event.data["mode"], event.data["reason"]),
        }

    @callback
    def describe_suggestion(event: Event[Any]) -> dict[str, Any]:
        return {
            LOGBOOK_ENTRY_ICON: _BY_AI,
            LOGBOOK_ENTRY_NAME: event.data[ATTR_NAME],
            LOGBOOK_ENTRY_MESSAGE: suggestion_message(event.data["plan"]),
        }

    async_describe_event(DOMAIN, EVENT_AI_MODE, describe_mode)
    async_describe_event(DOMAIN, EVENT_SUGGESTION, describe_suggestion)
    async_describe_event(DOMAIN, EVENT_DECISION, describe)
    async_describe_event(DOMAIN, EVENT_CHOICE, describe_choice)
