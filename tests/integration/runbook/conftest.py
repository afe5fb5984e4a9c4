"""What drills have in common."""

from collections.abc import Awaitable, Callable

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import CLIENT_ID, MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from .playbook import Playbook, open_playbook


@pytest.fixture
async def playbook(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, hass_ws_client: WebSocketGenerator
) -> Playbook:
    """Return the repairs page, open in the browser of an administrator."""
    return await open_playbook(hass, hass_client, hass_ws_client)


@pytest.fixture
def sign_in(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
    playbook: Playbook,
) -> Callable[[], Awaitable[None]]:
    """Return what signs in anew: by another clock, whoever was signed in is so no more."""

    async def sign_in() -> None:
        token = await hass.auth.async_create_refresh_token(hass_admin_user, CLIENT_ID)
        access = hass.auth.async_create_access_token(token)
        playbook.sign_in(await hass_client(access), await hass_ws_client(hass, access))

    return sign_in
