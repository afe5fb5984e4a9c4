"""The table of all actions, and the one place that registers them."""

from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..audit import Audit
from ..const import DOMAIN
from .action import Action
from .ai import AI_ACTIONS
from .ai_modes import AI_MODE_ACTIONS
from .audit import AUDIT_ACTIONS
from .commissioning import COMMISSIONING_ACTIONS
from .database import DATABASE_ACTIONS
from .gear import GEAR_ACTIONS
from .guard import ActionGuard
from .inputs import INPUT_ACTIONS
from .line import LINE_ACTIONS
from .profiles import PROFILE_ACTIONS
from .replay import REPLAY_ACTIONS
from .zones import ZONE_ACTIONS

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
