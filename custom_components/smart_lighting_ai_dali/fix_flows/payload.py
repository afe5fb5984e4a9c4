"""The dialog of a zone that alone is more than a request may have: other limits for the AI planner."""

from typing import Any, Final

from homeassistant.components.repairs import RepairsFlowResult

from ..ai.settings import CONF_AI, CONF_PAYLOAD_BYTES, CONF_ZONES_PER_REQUEST, ai_limits
from ..const import DOMAIN
from ..flows.options_flow import MOST_BYTES, PAYLOAD_SCHEMA
from .issue_flow import IssueFlow

# A zone says a little more at times; and a round number of bytes reads better.
_ROOM: Final = 1.25
_ROUND: Final = 256
_TOO_SMALL: Final = "cap_too_small"
_NOT_RUNNING: Final = "not_running"


class PayloadFlow(IssueFlow):
    """Offers a cap that fits, and keeps what was chosen in the options."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Begin."""
        del user_input
        return await self.async_step_limits()

    async def async_step_limits(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for the limits, and keep them."""
        entries = self.hass.config_entries.async_loaded_entries(DOMAIN)
        if not entries:
            return self.async_abort(reason=_NOT_RUNNING)
        (entry,) = entries
        size = int((self.data or {}).get("size") or 0)
        if user_input is not None and user_input[CONF_PAYLOAD_BYTES] >= size:
            limits = {name: int(user_input[name]) for name in (CONF_ZONES_PER_REQUEST, CONF_PAYLOAD_BYTES)}
            options = {**entry.options, CONF_AI: {**entry.options.get(CONF_AI, {}), **limits}}
            self.hass.config_entries.async_update_entry(entry, options=options)
            return self.async_create_entry(data={})
        fitting = min(MOST_BYTES, -(-int(size * _ROOM) // _ROUND) * _ROUND)
        offered = {CONF_ZONES_PER_REQUEST: ai_limits(entry.options).caps.zones, CONF_PAYLOAD_BYTES: fitting}
        return self.async_show_form(
            step_id="limits",
            data_schema=self.add_suggested_values_to_schema(PAYLOAD_SCHEMA, user_input or offered),
            errors=None if user_input is None else {CONF_PAYLOAD_BYTES: _TOO_SMALL},
            description_placeholders=self.placeholders,
        )
