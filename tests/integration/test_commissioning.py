"""Lamps are put into service from Home Assistant, by administrators."""

import asyncio
from typing import Any, Final

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .conftest import Build, House, PlugIn, SimulatedPort, administrator, lamp, line_of
from .test_services import device_of

LINE: Final = "Ground floor"
STATE: Final = "sensor.ground_floor_commissioning"
PROGRESS: Final = "sensor.ground_floor_commissioning_progress"


def new(number: int) -> GearSpecification:
    """Return a gear without a short address."""
    return GearSpecification(name=f"New {number}", gtin=4_000_000_000_001, serial=1000 + number, level=0)


async def commission(house: House, task: str, **fields: Any) -> Any:
    """Call the action for the only line, and return its response."""
    return await house.hass.services.async_call(
        DOMAIN,
        "commission",
        {"device_id": line_device(house), "task": task, **fields},
        blocking=True,
        context=administrator(house.hass),
        return_response=True,
    )


def line_device(house: House) -> str:
    """Return the id of the device of the only line."""
    (subentry_id,) = house.entry.subentries
    return device_of(house.hass, house.entry.entry_id, subentry_id)


def gear_device(house: House, number: int) -> str:
    """Return the id of the device of a gear."""
    (subentry_id,) = house.entry.subentries
    return device_of(house.hass, house.entry.entry_id, f"{subentry_id}_4000000000001-{1000 + number}-0")


async def until_searching(house: House) -> None:
    """Wait until a job has begun to search, and for nothing else."""
    async with asyncio.timeout(10):
        while house.state(STATE) != "searching":
            await asyncio.sleep(0.01)


async def addresses(port: SimulatedPort) -> list[Any]:
    """Return the short address of each gear."""
    return [one["address"] for one in await port.do(Simulation.snapshots)]


async def test_new_lamps_become_lights(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0), new(50), new(51))
    house = await build(line_of(port))
    await house.until_light(0, "off")
    assert house.state(STATE) == "idle"
    assert house.state(PROGRESS) == "unknown"
    states: list[str] = []
    house.hass.bus.async_listen(
        "state_changed",
        lambda event: states.append(event.data["new_state"].state) if event.data["entity_id"] == STATE else None,
    )
    response = await commission(house, "find_new")
    assert response == {
        "task": "find_new",
        "kind": "gear",
        "addresses": [1, 2],
        "found": 2,
        "left_out": 0,
        "complete": True,
        "shared_addresses": [],
        "not_restored": [],
    }
    await house.until_light(50, "off")
    await house.until_light(51, "off")
    assert (await addresses(port))[0] == 0
    assert house.state(STATE) == "idle"
    assert {"searching", "reading"} <= set(states)


async def test_a_cancelled_job_says_so_and_can_be_begun_again(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0), *(new(50 + number) for number in range(4)), speed=8)
    house = await build(line_of(port))
    await house.until_light(0, "off", 20)
    job = asyncio.create_task(commission(house, "find_new"))
    await until_searching(house)
    cancelled = await house.hass.services.async_call(
        DOMAIN, "cancel_commissioning", {"device_id": line_device(house)}, blocking=True, return_response=True
    )
    assert cancelled == {"cancelled": True}
    with pytest.raises(HomeAssistantError) as error:
        await job
    assert error.value.translation_key == "commissioning_cancelled"
    assert all(one["initialisation"] == "disabled" for one in await port.do(Simulation.snapshots))
    cancelled = await house.hass.services.async_call(
        DOMAIN,
        "cancel_commissioning",
        {"device_id": line_device(house)},
        blocking=True,
        return_response=True,
        context=administrator(house.hass),
    )
    assert cancelled == {"cancelled": False}


async def test_a_second_job_waits_for_nobody(plug_in: PlugIn, build: Build) -> None:
    house = await build(line_of(plug_in(lamp(0), *(new(50 + number) for number in range(4)), speed=8)))
    await house.until_light(0, "off", 20)
    job = asyncio.create_task(commission(house, "find_new"))
    await until_searching(house)
    with pytest.raises(HomeAssistantError) as error:
        await commission(house, "resolve_duplicates")
    assert error.value.translation_key == "commissioning_running"
    await house.site.lines[next(iter(house.entry.subentries))].line.commissioning.cancel()
    with pytest.raises(HomeAssistantError):
        await job


async def test_a_new_installation_has_to_be_confirmed_by_name(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(20))
    house = await build(line_of(port))
    light = await house.until_light(20, "off")
    for fields in ({}, {"confirm": "yes"}):
        with pytest.raises(ServiceValidationError) as error:
            await commission(house, "new_installation", **fields)
        assert error.value.translation_key == "not_confirmed"
        assert error.value.translation_placeholders == {"line": LINE}
    assert await addresses(port) == [20]
    assert (await commission(house, "new_installation", confirm=LINE))["addresses"] == [0]
    assert await addresses(port) == [0]
    # It is the same light.
    await house.until(lambda: house.state(light) == "off")
    await house.call("light", "turn_on", light)
    await house.until(lambda: house.state(light) == "on")


async def test_addresses_are_set_and_swapped(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0), lamp(1))
    house = await build(line_of(port))
    await house.until_light(1, "off")
    await commission(house, "set_address", address=0, new_address=9)
    assert await addresses(port) == [9, 1]
    await commission(house, "swap_addresses", address=9, new_address=1)
    assert await addresses(port) == [1, 9]
    with pytest.raises(HomeAssistantError) as taken:
        await commission(house, "set_address", address=1, new_address=9)
    assert taken.value.translation_key == "address_in_use"
    with pytest.raises(ServiceValidationError) as missing:
        await commission(house, "set_address", address=1)
    assert missing.value.translation_placeholders == {"field": "new_address", "task": "set_address"}


async def test_a_broken_gear_is_replaced_and_its_light_goes_on(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0), lamp(1), new(50))
    house = await build(line_of(port))
    light = await house.until_light(1, "off")
    with pytest.raises(HomeAssistantError) as answers:
        await commission(house, "replace", broken_gear=gear_device(house, 1))
    assert answers.value.translation_key == "gear_not_broken"
    await port.do(lambda simulation: simulation.set_gear_fault(1, "deaf"))
    response = await commission(house, "replace", broken_gear=gear_device(house, 1))
    assert response["addresses"] == [1]
    await house.until(lambda: house.state(light) == "off")
    await house.call("light", "turn_on", light)
    assert (await port.do(Simulation.snapshots))[2]["level"] > 0
    with pytest.raises(ServiceValidationError) as error:
        await commission(house, "replace", broken_gear=line_device(house))
    assert error.value.translation_key == "not_gear_of_the_line"


async def test_a_job_goes_on_when_its_caller_does_not(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0), new(50))
    house = await build(line_of(port))
    await house.until_light(0, "off")
    job = asyncio.create_task(commission(house, "find_new"))
    await until_searching(house)
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    await house.until_light(50, "off")


@pytest.mark.usefixtures("socket_enabled")
async def test_a_panel_sees_how_far_it_is(
    hass: HomeAssistant, plug_in: PlugIn, build: Build, hass_ws_client: WebSocketGenerator
) -> None:
    house = await build(line_of(plug_in(lamp(0), new(50))))
    await house.until_light(0, "off")
    client = await hass_ws_client(hass)
    subscribe = {"type": f"{DOMAIN}/commissioning/subscribe"}
    await client.send_json_auto_id({**subscribe, "device_id": "nonsense"})
    assert (await client.receive_json())["error"]["code"] == "not_found"
    await client.send_json_auto_id({**subscribe, "device_id": line_device(house)})
    assert (await client.receive_json())["success"]
    idle = {"task": None, "kind": "gear", "phase": "idle", "found": 0, "percent": 0}
    assert (await client.receive_json())["event"] == idle
    await commission(house, "find_new")
    told = []
    async with asyncio.timeout(10):
        while (event := (await client.receive_json())["event"]) != idle:
            told.append(event)
    assert {event["phase"] for event in told} >= {"searching", "reading"}
    assert {event["task"] for event in told} == {"find_new"}
    assert told[-1]["found"] == 1


async def test_only_administrators_may(
    hass: HomeAssistant, plug_in: PlugIn, build: Build, hass_read_only_user: MockUser
) -> None:
    house = await build(line_of(plug_in(lamp(0), new(50))))
    await house.until_light(0, "off")
    context = Context(user_id=hass_read_only_user.id)
    for action, fields in (("commission", {"task": "find_new"}), ("cancel_commissioning", {})):
        with pytest.raises(Unauthorized):
            await hass.services.async_call(
                DOMAIN, action, {"device_id": line_device(house), **fields}, blocking=True, context=context
            )


async def test_a_line_that_is_not_there_says_so(build: Build) -> None:
    house = await build(line_of("/dev/nothing"))
    await house.until(lambda: house.state("sensor.ground_floor_status") == "offline")
    with pytest.raises(HomeAssistantError) as error:
        await commission(house, "find_new")
    assert error.value.translation_key == "port_missing"
    with pytest.raises(ServiceValidationError) as other:
        await house.hass.services.async_call(
            DOMAIN,
            "commission",
            {"device_id": "nonsense", "task": "find_new"},
            blocking=True,
            return_response=True,
            context=administrator(house.hass),
        )
    assert other.value.translation_key == "no_such_line"
