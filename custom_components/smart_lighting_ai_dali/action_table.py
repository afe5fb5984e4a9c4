"""The table of all actions, and the one place that registers them."""

from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant, callback

from .action import Action
from .action_guard import ActionGuard
from .ai_actions import AI_ACTIONS
from .ai_mode_actions import AI_MODE_ACTIONS
from .audit import Audit
from .audit_actions import AUDIT_ACTIONS
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
    *AUDIT_ACTIONS,
)


@callback
def async_register_actions(hass: HomeAssistant, audit: Audit) -> None:
    """Register every action of the table; the guard checks their data itself."""
    guard = ActionGuard(hass, audit)
    for action in ACTIONS:
        run = partial(guard.async_call, action)
        hass.services.async_register(DOMAIN, action.name, run, supports_response=action.response)
