"""Runbook, `GET /healthz`: anybody who is logged in sees how the site is, administrators what it is made of."""

from http import HTTPStatus
import json
from pathlib import Path
from typing import Any

from homeassistant.core import CoreState, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.health_view import PATH
from tests.integration.conftest import Build, PlugIn, lamp, line_of

type Client = Any


async def get(client: Client) -> tuple[int, Any]:
    """Ask, and return the status of HTTP and what it says."""
    answer = await client.get(PATH)
    assert answer.headers.get("Cache-Control", "no-store") == "no-store"
    text = await answer.text()
    return answer.status, json.loads(text) if text.startswith("{") else text


@pytest.fixture(autouse=True)
async def _served(hass: HomeAssistant) -> None:
    """Let the integration be loaded, without a site: it serves its address anyway."""
    assert await async_setup_component(hass, DOMAIN, {})


async def test_who_sees_what(
    plug_in: PlugIn,
    build: Build,
    hass_client: Client,
    hass_client_no_auth: Client,
    hass_read_only_access_token: str,
) -> None:
    house = await build(line_of(plug_in(lamp(0))))
    await house.until_light(0, "off")
    status, said = await get(await hass_client_no_auth())
    assert status == HTTPStatus.UNAUTHORIZED
    assert said == "401: Unauthorized"
    # In this home there is no recorder: lights work without.
    assert await get(await hass_client(hass_read_only_access_token)) == (HTTPStatus.OK, {"status": "degraded"})
    status, said = await get(await hass_client())
    assert (status, said["status"]) == (HTTPStatus.OK, "degraded")
    parts = {part["part"]: part for part in said["parts"]}
    assert parts.keys() == {"database", "scheduler", "ai", "weather", "profiles", "audit", "line"}
    assert (parts["line"]["name"], parts["line"]["status"], parts["line"]["code"]) == ("Ground floor", "ok", "ok")
    assert (parts["ai"]["code"], parts["weather"]["code"]) == ("off", "off")
    for part in said["parts"]:
        assert part["seconds"] >= 0
        assert part["seconds_since_success"] is None or part["seconds_since_success"] >= 0


async def test_a_site_whose_only_line_is_down_is_in_error_and_says_no_path(
    build: Build, tmp_path: Path, hass_client: Client, hass_read_only_access_token: str
) -> None:
    house = await build(line_of(str(tmp_path / "nothing")))
    # The line has fifteen seconds, in real time.
    await house.until(lambda: house.state("sensor.smart_lighting_ai_health") == "error", 60)
    unavailable = HTTPStatus.SERVICE_UNAVAILABLE
    assert await get(await hass_client(hass_read_only_access_token)) == (unavailable, {"status": "error"})
    status, said = await get(await hass_client())
    assert status == unavailable
    (line,) = [part for part in said["parts"] if part["part"] == "line"]
    assert (line["status"], line["code"]) == ("error", "port_missing")
    assert str(tmp_path) not in json.dumps(said)


async def test_without_a_site_it_is_not_loaded(build: Build, hass: HomeAssistant, hass_client: Client) -> None:
    client = await hass_client()
    not_loaded = (HTTPStatus.SERVICE_UNAVAILABLE, {"status": "not_loaded"})
    assert await get(client) == not_loaded
    house = await build()
    status, said = await get(client)
    assert (status, said["status"]) == (HTTPStatus.OK, "degraded")
    await hass.config_entries.async_unload(house.entry.entry_id)
    assert await get(client) == not_loaded


async def test_while_home_assistant_stops_it_is_unavailable(
    build: Build, hass: HomeAssistant, hass_client: Client
) -> None:
    await build()
    client = await hass_client()
    hass.set_state(CoreState.stopping)
    assert await get(client) == (HTTPStatus.SERVICE_UNAVAILABLE, "")
    hass.set_state(CoreState.running)


async def test_nobody_who_is_logged_in_is_banned(
    build: Build, hass: HomeAssistant, hass_client: Client, hass_read_only_access_token: str
) -> None:
    await build()
    client = await hass_client(hass_read_only_access_token)
    assert {(await get(client))[0] for _ in range(20)} == {HTTPStatus.OK}
    assert hass.states.async_entity_ids("persistent_notification") == []
