"""The row "`FERNET_KEY` rotation with re-encryption": an administrator calls one action, and all is readable always."""

from datetime import timedelta
import json
import logging
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.vault.key import Key
from tests.integration.vault_home import SAID, VaultHome


async def rotate(home: VaultHome, hass_ws_client: WebSocketGenerator) -> Any:
    """Call the action as the frontend does."""
    assert await async_setup_component(home.hass, "websocket_api", {})
    socket = await hass_ws_client(home.hass)
    call = {"domain": DOMAIN, "service": "rotate_encryption_key", "return_response": True}
    await socket.send_json_auto_id({"type": "call_service", **call})
    return await socket.receive_json()


async def test_the_key_is_rotated_while_everything_runs(home: VaultHome, hass_ws_client: WebSocketGenerator) -> None:
    before = home.fingerprint
    answer = await rotate(home, hass_ws_client)
    assert answer["success"], answer
    assert answer["result"]["response"]["profiles"] == 1
    assert answer["result"]["response"]["duration"] >= 0
    assert home.fingerprint != before
    # The same profile, by another key, without a restart and after one.
    assert home.zone().settings.profile == SAID
    assert home.data("profiles")["records"][home.zones[0]]["key"] == home.fingerprint
    await home.restart()
    assert home.zone().settings.profile == SAID


async def test_old_keys_are_kept_for_backups_and_forgotten(home: VaultHome, freezer: FrozenDateTimeFactory) -> None:
    await home.vault.async_rotate()
    freezer.tick(timedelta(days=89))
    await home.vault.async_rotate()
    assert len(home.data("keyring")["keys"]) == 3
    freezer.tick(timedelta(days=2))
    await home.vault.async_rotate()
    # Of the three that are retired, the first is ninety days old.
    assert [key["id"] for key in home.data("keyring")["keys"]] == [4, 3, 2]
    assert home.zone().settings.profile == SAID


async def test_no_key_and_no_wish_is_in_any_line_event_or_state(
    home: VaultHome, hass_ws_client: WebSocketGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    events: list[str] = []
    home.hass.bus.async_listen("*", lambda event: events.append(repr(event.as_dict())))
    answer = await rotate(home, hass_ws_client)
    await home.restart()
    keys = [Key(one["key"]).reveal() for one in home.data("keyring")["keys"]]
    tokens = [row["token"] for row in home.data("profiles")["records"].values()]
    # The test's own storage says what it writes.
    lines = [record.getMessage() for record in caplog.records if "pytest_homeassistant" not in record.name]
    states = [repr(state.as_dict()) for state in home.hass.states.async_all()]
    everything = [*lines, *events, *states, json.dumps(answer), json.dumps(dict(home.house.entry.data))]
    assert lines
    for secret in (*keys, *tokens):
        assert not [text for text in everything if secret in text]
    # Not a part of the time of something else.
    bedtime = re.compile(r"(?<![\d:])(?<!\dT)22:17(?![\d:.])")
    assert not [text for text in everything if bedtime.search(text)]
