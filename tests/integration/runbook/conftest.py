"""What drills have in common."""

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from .playbook import Playbook, open_playbook


@pytest.fixture
async def playbook(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, hass_ws_client: WebSocketGenerator
) -> Playbook:
    """Return the repairs page, open in the browser of an administrator."""
    return await open_playbook(hass, hass_client, hass_ws_client)
