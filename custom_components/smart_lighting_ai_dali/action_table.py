"""The table of all actions, and the one place that registers them."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.service import async_register_admin_service

from .action import Action, Who
from .ai_actions import AI_ACTIONS
from .ai_mode_actions import AI_MODE_ACTIONS
from .commissioning_actions import COMMISSIONING_ACTIONS
from .const import DOMAIN
from .database_actions import DATABASE_ACTIONS
from .gear_actions import GEAR_ACTIONS
from .input_actions import INPUT_ACTIONS
from .line_actions import LINE_ACTIONS
from .profile_actions import PROFILE_ACTIONS
from .replay_action import REPLAY_ACTIONS
from .zone_actions import ZONE_ACTIONS

ACTIONS: Final[tuple[Action, ...]] = (
    *LINE_ACTIONS,
    *COMMISSIONING_ACTIONS,
    *INPUT_ACTIONS,
    *GEAR_ACTIONS,
    *DATABASE_ACTIONS,
    *ZONE_ACTIONS,
    *PROFILE_ACTIONS,
    *REPLAY_ACTIONS,
    *AI_MODE_ACTIONS,
    *AI_ACTIONS,
)


@callback
def async_register_actions(hass: HomeAssistant) -> None:
    """Register every action of the table."""
    for action in ACTIONS:
        if action.who is Who.ADMINISTRATORS:
            async_register_admin_service(hass, DOMAIN, action.name, action.run, action.schema, action.response)
        else:
            hass.services.async_register(DOMAIN, action.name, action.run, action.schema, action.response)
