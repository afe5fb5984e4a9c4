"""The row "PAYLOAD_BATCH_LIMIT": so many zones in a request, and one over the byte cap is split, never cut."""

import json
from typing import Any

from homeassistant.const import STATE_OFF
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.smart_lighting_ai_dali.ai import settings as ai_settings
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from tests.integration.conftest import Build, House, PlugIn, lamp, line_of
from tests.integration.test_ai_planner import Home, server  # noqa: F401  # fixture
from tests.integration.test_zones import zone_of
from tests.openai_server import OpenAIServer

ROOMS = ("Kitchen", "Hall", "Office", "Bath")
DAYS = {"keep_events_days": 30, "keep_features_days": 90, "keep_decisions_days": 180}


@pytest.fixture
async def home(plug_in: PlugIn, build: Build, hass_admin_user: MockUser, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return a home with four zones."""
    monkeypatch.setattr(ai_settings, "BETWEEN_REQUESTS", 0.05)
    port = plug_in(*(lamp(address) for address in range(len(ROOMS))))
    house: House = await build(line_of(port))
    for address in range(len(ROOMS)):
        await house.until_light(address, STATE_OFF, 30)
    home = Home(house, port, hass_admin_user.id)
    for address, title in enumerate(ROOMS):
        await home.add(zone_of(house.entity("light", address), title=title))
    return home


async def set_options(home: Home, **ai: int) -> None:
    """Set the options of the AI planner in the dialog."""
    options = home.house.hass.config_entries.options
    dialog = await options.async_init(home.house.entry.entry_id)
    result = await options.async_configure(dialog["flow_id"], {**DAYS, "ai": {"deadline_seconds": 5, **ai}})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await home.house.hass.async_block_till_done()


async def preview(home: Home) -> list[dict[str, Any]]:
    """Return the requests as the action shows them."""
    answer: Any = await home.house.hass.services.async_call(
        DOMAIN, "preview_ai_payload", {}, blocking=True, return_response=True
    )
    requests: list[dict[str, Any]] = answer["requests"]
    return requests


def zones_in(payload: str) -> list[str]:
    """Return the zones that a request asks about; it is whole, or this fails."""
    return sorted(row[0] for row in json.loads(payload)["zones"])


async def test_the_option_holds_for_what_is_asked_next(
    home: Home,
    server: OpenAIServer,  # noqa: F811
) -> None:
    await home.have(server)
    zones = list(home.house.site.control.zones.values())
    await set_options(home, payload_batch_limit=8)
    assert [len(one["zones"]) for one in await preview(home)] == [4]
    await set_options(home, payload_batch_limit=2)
    shown = await preview(home)
    assert [len(one["zones"]) for one in shown] == [2, 2]
    await home.let(*zones)
    await home.look()
    asked = [zones_in(received.content["input"]) for received in server.received]
    assert [len(batch) for batch in asked] == [2, 2]
    assert sorted(zone for batch in asked for zone in batch) == ["z1", "z2", "z3", "z4"]
    assert home.planner.plans.keys() == {zone.key for zone in zones}


async def test_a_batch_over_the_cap_is_split_and_never_cut(
    home: Home,
    server: OpenAIServer,  # noqa: F811
) -> None:
    await home.have(server)
    zones = list(home.house.site.control.zones.values())
    (whole,) = await preview(home)
    cap = whole["bytes"] - 1
    await set_options(home, payload_batch_limit=8, payload_cap_bytes=cap)
    shown = await preview(home)
    assert len(shown) > 1
    assert all(one["bytes"] <= cap for one in shown)
    await home.let(*zones)
    await home.look()
    payloads = [received.content["input"] for received in server.received]
    assert all(len(payload.encode()) <= cap for payload in payloads)
    assert sorted(zone for payload in payloads for zone in zones_in(payload)) == ["z1", "z2", "z3", "z4"]
    assert home.planner.plans.keys() == {zone.key for zone in zones}
