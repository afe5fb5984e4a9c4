"""A panel can watch a line."""

import asyncio
from typing import Any

from dali.address import GearShort
from dali.gear import general
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.smart_lighting_ai_dali.const import DOMAIN

from .conftest import Build, House, PlugIn, lamp, line_of
from .test_services import device_of

pytestmark = pytest.mark.usefixtures("socket_enabled")
SUBSCRIBE = f"{DOMAIN}/bus_monitor/subscribe"


def line_device(hass: HomeAssistant, house: House) -> str:
    """Return the id of the device of the line."""
    (subentry_id,) = house.entry.subentries
    return device_of(hass, house.entry.entry_id, subentry_id)


async def until_frame(client: Any, data: int) -> dict[str, Any]:
    """Wait until a frame was on the line, and return what is said of it."""
    async with asyncio.timeout(10):
        while True:
            message = await client.receive_json()
            for frame in message["event"]["frames"]:
                if frame["raw"] == f"{data:04X}":
                    return dict(frame)


async def test_a_panel_sees_what_was_and_what_comes(
    hass: HomeAssistant, plug_in: PlugIn, build: Build, hass_ws_client: WebSocketGenerator
) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    entity_id = await house.until_light(0, "off")
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": SUBSCRIBE, "device_id": line_device(hass, house)})
    answer = await client.receive_json()
    assert answer["success"]
    past = await client.receive_json()
    texts = [frame["text"] for frame in past["event"]["frames"]]
    assert past["event"]["dropped"] == 0
    assert any(text.startswith("QueryActualLevel") for text in texts)

    await house.call("light", "turn_on", entity_id, brightness=255)
    ours = await until_frame(client, general.DAPC(GearShort(0), 254).frame.as_integer)
    assert ours["own"]
    assert not ours["answer"]
    assert ours["text"] == str(general.DAPC(GearShort(0), 254))
    foreign = general.Off(GearShort(0)).frame.as_integer
    await port.do(lambda simulation: simulation.foreign_frame(16, foreign))
    theirs = await until_frame(client, foreign)
    assert not theirs["own"]
    await house.until_light(0, "off")

    await client.send_json_auto_id({"type": "unsubscribe_events", "subscription": answer["id"]})
    async with asyncio.timeout(10):
        while (message := await client.receive_json())["type"] != "result":
            continue
    assert message["success"]


async def test_a_device_of_no_line_is_said_to_be_none(
    hass: HomeAssistant, plug_in: PlugIn, build: Build, hass_ws_client: WebSocketGenerator
) -> None:
    await build(line_of(plug_in(lamp(0))))
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": SUBSCRIBE, "device_id": "nothing"})
    answer = await client.receive_json()
    assert answer["error"]["code"] == "not_found"


async def test_only_admins_watch(
    hass: HomeAssistant,
    plug_in: PlugIn,
    build: Build,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
) -> None:
    house = await build(line_of(plug_in(lamp(0))))
    client = await hass_ws_client(hass, hass_read_only_access_token)
    await client.send_json_auto_id({"type": SUBSCRIBE, "device_id": line_device(hass, house)})
    answer = await client.receive_json()
    assert answer["error"]["code"] == "unauthorized"
