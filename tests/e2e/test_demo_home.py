"""Someone starts the demo, and a light answers over the wire."""

import asyncio

from playwright.async_api import Page, expect

from custom_components.smart_lighting_ai_dali.dali.level import brightness_of, level_of
from scripts.demo_home.preparation import LIGHT
from scripts.demo_home.waiting import until

from .conftest import SCREENSHOTS, DemoProcess, Wire

TABLE = "light.living_room_dining_table"
# Its short address is 0: DAPC has the address in bits 7:1 of the first byte, and the level in the second.
ADDRESS = 0
LIGHTS = 12
# What the frontend lets move comes to rest within this time.
REST_MILLISECONDS = 1000


async def photograph(page: Page, name: str) -> None:
    """Keep a picture of a page for whoever wants to look."""
    await page.wait_for_timeout(REST_MILLISECONDS)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png")


async def test_an_action_over_the_websocket_is_a_frame_on_the_wire(home: DemoProcess, wire: Wire) -> None:
    level = level_of(128)
    async with home.user() as user:
        await user.call(
            "call_service",
            domain="light",
            service="turn_on",
            target={"entity_id": TABLE},
            service_data={"brightness": 128, "transition": 2},
        )
        # 2 s is fade time 4 (IEC 62386-102, 9.5.2), set by DTR0 and a command that is sent twice; then the level.
        assert await wire.sent() == ["0xA304", "0x012E", "0x012E", f"0x{ADDRESS << 9 | level:04X}"]
        fading = await wire.gear("Dining table", "Living room")
        assert fading["target"] == level
        (state,) = [one for one in await user.call("get_states") if one["entity_id"] == TABLE]
        assert (state["state"], state["attributes"]["brightness"]) == ("on", brightness_of(level))

        async def arrived() -> bool:
            gear = await wire.gear("Dining table", "Living room")
            return bool(gear["level"] == level and not gear["fading"])

        async with asyncio.timeout(10):
            await until(arrived)


async def test_a_click_on_the_light_is_a_frame_on_the_wire(page: Page, home: DemoProcess, wire: Wire) -> None:
    async with home.user() as user:
        await user.call("call_service", domain="light", service="turn_off", target={"entity_id": TABLE})
    card = page.locator("hui-tile-card", has_text="Dining table").first
    await expect(card).to_contain_text("Off")
    await photograph(page, "home")
    await wire.forget_frames()
    await card.locator("ha-tile-icon").click()
    await expect(card).not_to_contain_text("Off")
    assert (await wire.sent())[-1] == f"0x{ADDRESS << 9 | level_of(128):04X}"
    await photograph(page, "dining_table_on")

    async def is_lit() -> bool:
        return bool((await wire.gear("Dining table", "Living room"))["lamp_on"])

    async with asyncio.timeout(10):
        await until(is_lit)


async def test_the_integrations_page_shows_the_line_and_its_gear(page: Page, home: DemoProcess) -> None:
    await page.goto(f"{home.address}/config/integrations/integration/smart_lighting_ai_dali")
    await expect(page.get_by_text("DALI line", exact=True).first).to_be_visible()
    await expect(page.get_by_text("Dining table").first).to_be_visible()
    await photograph(page, "integration")
    async with home.user() as user:
        states = await user.call("get_states")
    assert sum(LIGHT.match(state["entity_id"]) is not None for state in states) == LIGHTS
    assert {state["state"] for state in states if state["entity_id"] == "sensor.demo_status"} == {"online"}


async def test_the_demos_automation_condenses_what_happened(home: DemoProcess) -> None:
    automation, heartbeat = (
        "automation.condense_what_happened_in_the_rooms",
        "sensor.smart_lighting_ai_last_aggregation",
    )
    async with home.user() as user:

        async def states() -> dict[str, str]:
            return {state["entity_id"]: state["state"] for state in await user.call("get_states")}

        before = (await states())[heartbeat]
        await user.call(
            "call_service", domain="automation", service="trigger", target={"entity_id": automation}, service_data={}
        )

        async def is_done() -> bool:
            return (await states())[heartbeat] not in {before, "unknown"}

        async with asyncio.timeout(20):
            await until(is_done)
        assert (await states())["sensor.smart_lighting_ai_database"] == "ok"
        answer = await user.call(
            "call_service",
            domain="smart_lighting_ai_dali",
            service="get_features",
            service_data={},
            return_response=True,
        )
        assert answer["response"]["complete"]


async def test_a_second_start_is_the_same_home(home: DemoProcess) -> None:
    async with home.user() as user:
        before = {state["entity_id"] for state in await user.call("get_states")}
    assert home.stop() == 0
    said = home.start()
    assert "it is a new home" not in said
    assert f"Lights: {LIGHTS}" in said
    async with home.user() as user:
        after = {state["entity_id"] for state in await user.call("get_states")}
    assert before == after


def test_the_log_is_silent(home: DemoProcess) -> None:
    lines = (home.folder / "home-assistant.log").read_text().splitlines()
    # Home Assistant says of every custom integration that it did not test it.
    assert [line for line in lines if "has not been tested by Home Assistant" not in line] == []
