"""Groups, scenes and settings of gear, as people and automations have them in Home Assistant."""

import asyncio
from typing import Any

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.smart_lighting_ai_dali import async_remove_config_entry_device
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.dali import gear_settings
from custom_components.smart_lighting_ai_dali.dali.write_limit import MOST_WRITES
from custom_components.smart_lighting_ai_dali.db.signals import Signal
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification
from custom_components.smart_lighting_ai_dali.sources import find_sources

from .conftest import Build, House, PlugIn, SimulatedPort, lamp, line_of

GROUP = "light.group_3"


@pytest.fixture(autouse=True)
def _settings_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read what gear keeps as soon as the line is online."""
    monkeypatch.setattr(gear_settings, "READ_AFTER", 0.0)
    monkeypatch.setattr(gear_settings, "PAUSE", 0.05)


async def gear_of(port: SimulatedPort) -> list[Any]:
    """Return how the simulated gear is."""
    return await port.do(Simulation.snapshots)


def device_entry(house: House, identifier: str = "") -> dr.DeviceEntry:
    """Return the device of the line, or of something on it."""
    (subentry_id,) = house.entry.subentries
    name = f"{subentry_id}_{identifier}" if identifier else subentry_id
    found = dr.async_get(house.hass).async_get_device_by_identifier((DOMAIN, name), house.entry.entry_id)
    assert found is not None
    return found


def device(house: House, identifier: str = "") -> str:
    """Return the id of a device."""
    return device_entry(house, identifier).id


def gear_device(house: House, address: int) -> str:
    """Return the device of a gear."""
    return device(house, f"4000000000001-{1000 + address}-0")


async def act(house: House, action: str, devices: str | list[str], **data: Any) -> None:
    """Call an action of ours."""
    await house.hass.services.async_call(DOMAIN, action, {"device_id": devices, **data}, blocking=True)


async def enable(house: House, entity_id: str) -> None:
    """Enable an entity, and let it appear."""
    er.async_get(house.hass).async_update_entity(entity_id, disabled_by=None)
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.hass.async_block_till_done()


async def until_read(house: House) -> None:
    """Wait until all is read that gear keeps."""
    line = next(iter(house.site.lines.values())).line
    await house.until(lambda: bool(line.gear) and all(gear.stored.complete for gear in line.gear.values()), 30)


# Groups


async def test_a_group_is_a_light_once_it_has_members(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0), lamp(1), lamp(2, level=50))
    house = await build(line_of(port))
    for address in range(2):
        await house.until_light(address, STATE_OFF)
    await house.until_light(2, STATE_ON)
    assert house.state(GROUP) is None
    await act(house, "set_groups", [gear_device(house, 0), gear_device(house, 1)], groups=["3"])
    await house.until(lambda: house.state(GROUP) == STATE_OFF)
    assert house.hass.states.get(GROUP).name == "Group 3"
    assert device_entry(house, "group_3").via_device_id == device(house)
    await house.call("light", "turn_on", GROUP, brightness=128)
    assert await port.levels() == {0: 127, 1: 127, 2: 50}
    assert house.state(GROUP) == STATE_ON
    # Who is on counts, at the mean.
    await house.call("light", "turn_on", house.entity("light", 1), brightness=28)
    assert house.hass.states.get(GROUP).attributes["brightness"] == 78
    await house.call("light", "turn_off", house.entity("light", 1))
    assert house.hass.states.get(GROUP).attributes["brightness"] == 128
    await house.call("light", "turn_off", GROUP, transition=1)
    assert house.state(GROUP) == STATE_OFF
    await house.call("light", "turn_on", GROUP, transition=0)
    assert house.state(house.entity("light", 1)) == STATE_ON


async def test_a_group_without_members_is_unavailable_and_can_be_deleted(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    house = await build(line_of(plug_in(lamp(0, groups=frozenset({3})))))
    await house.until(lambda: house.state(GROUP) == STATE_OFF)
    entry = device_entry(house, "group_3")
    assert not await async_remove_config_entry_device(hass, house.entry, entry)
    await act(house, "set_groups", gear_device(house, 0), groups=[])
    await house.until(lambda: house.state(GROUP) == STATE_UNAVAILABLE)
    assert await async_remove_config_entry_device(hass, house.entry, entry)
    await act(house, "set_groups", gear_device(house, 0), groups=[3])
    await house.until(lambda: house.state(GROUP) == STATE_OFF)


async def test_groups_and_scenes_are_there_at_once_after_a_restart(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    port = plug_in(lamp(0, groups=frozenset({3}), scenes={5: 100}))
    house = await build(line_of(port))
    await until_read(house)
    await house.until(lambda: house.state("scene.ground_floor_scene_5") == STATE_UNKNOWN)
    await port.do(Simulation.unplug)
    assert await hass.config_entries.async_reload(house.entry.entry_id)
    assert house.state(GROUP) == STATE_UNAVAILABLE
    assert house.state("scene.ground_floor_scene_5") == STATE_UNAVAILABLE
    assert house.state(house.entity("select", 0, "power_on_behaviour")) == STATE_UNAVAILABLE
    await port.do(Simulation.replug)
    await house.until(lambda: house.state(GROUP) == STATE_OFF)


async def test_a_slider_on_a_group_ends_where_it_was_left(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(*(lamp(address, groups=frozenset({3})) for address in range(6)))
    house = await build(line_of(port))
    line = next(iter(house.site.lines.values())).line
    await house.until(lambda: line.complete and house.state(GROUP) == STATE_OFF, 30)
    calls = []
    for brightness in range(50, 150):
        calls.append(asyncio.create_task(house.call("light", "turn_on", GROUP, brightness=brightness)))
        await asyncio.sleep(0.02)
    await asyncio.gather(*calls)
    assert house.hass.states.get(GROUP).attributes["brightness"] == 149
    assert set((await port.levels()).values()) == {148}


async def test_members_know_who_switched_their_group(plug_in: PlugIn, build: Build, hass_admin_user: MockUser) -> None:
    house = await build(line_of(plug_in(lamp(0, groups=frozenset({3})))))
    await house.until(lambda: house.state(GROUP) == STATE_OFF)
    person = Context(user_id=hass_admin_user.id)
    data = {"entity_id": GROUP, "brightness": 9}
    await house.hass.services.async_call("light", "turn_on", data, blocking=True, context=person)
    assert house.hass.states.get(house.entity("light", 0)).context.user_id == hass_admin_user.id


async def test_a_group_in_a_room_does_not_count_beside_its_members(plug_in: PlugIn, build: Build) -> None:
    house = await build(line_of(plug_in(lamp(0, groups=frozenset({3})))))
    await house.until(lambda: house.state(GROUP) == STATE_OFF)
    area = ar.async_get(house.hass).async_create("Hall").id
    devices = dr.async_get(house.hass)
    devices.async_update_device(device(house, "group_3"), area_id=area)
    assert find_sources(house.hass, house.entry) == ()
    devices.async_update_device(gear_device(house, 0), area_id=area)
    lights = {source.entity_id for source in find_sources(house.hass, house.entry) if source.signal is Signal.LEVEL}
    assert lights == {house.entity("light", 0)}


async def test_all_lights_of_a_line_are_one_light_for_who_wants_it(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0), lamp(1), GearSpecification(name="New", serial=9, level=0))
    house = await build(line_of(port))
    await house.until_light(1, STATE_OFF)
    everyone = "light.ground_floor_all_lights"
    assert house.state(everyone) is None
    await enable(house, everyone)
    await house.until(lambda: house.state(everyone) == STATE_OFF)
    await house.call("light", "turn_on", everyone, brightness=255)
    assert [one["level"] for one in await gear_of(port)] == [254] * 3
    assert house.hass.states.get(everyone).attributes["brightness"] == 255
    await house.call("light", "turn_off", everyone)
    assert [one["level"] for one in await gear_of(port)] == [0] * 3
    await house.call("light", "turn_on", everyone)
    assert [one["level"] for one in await gear_of(port)] == [254] * 3


# Scenes


async def test_a_scene_is_stored_activated_and_given_up(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0, level=100), lamp(1, level=40, groups=frozenset({3})))
    house = await build(line_of(port))
    await until_read(house)
    scene = "scene.ground_floor_scene_7"
    assert house.state(scene) is None
    await act(house, "store_scene", device(house), scene=7)
    await house.until(lambda: house.state(scene) == STATE_UNKNOWN)
    await act(house, "store_scene", device(house, "group_3"), scene=7, brightness_pct=100)
    for address in range(2):
        await house.call("light", "turn_off", house.entity("light", address))
    await port.forget_frames()
    await house.call("scene", "turn_on", scene)
    assert await port.levels() == {0: 100, 1: 254}
    assert house.state(house.entity("light", 0)) == house.state(house.entity("light", 1)) == STATE_ON
    await house.call("scene", "turn_on", scene, transition=2)
    assert {one["fade_time"] for one in await gear_of(port)} == {4}
    await act(house, "remove_from_scene", device(house), scene=7)
    await house.until(lambda: house.state(scene) == STATE_UNAVAILABLE)


async def test_a_device_that_is_no_gear_is_told_apart(plug_in: PlugIn, build: Build) -> None:
    house = await build(line_of(plug_in(lamp(0))))
    await house.until_light(0, STATE_OFF)
    for action, data in (
        ("set_groups", {"groups": [1]}),
        ("store_scene", {"scene": 1}),
        ("remove_from_scene", {"scene": 1}),
    ):
        with pytest.raises(ServiceValidationError) as error:
            await act(house, action, "nonsense", **data)
        assert error.value.translation_key == "no_such_gear"


# Settings


async def test_numbers_write_and_read_back(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0, physical_minimum=3))
    house = await build(line_of(port))
    await until_read(house)
    minimum, fade = house.entity("number", 0, "minimum"), house.entity("number", 0, "fade_time")
    assert house.state(minimum) == "3"
    assert house.hass.states.get(minimum).attributes["min"] == 3
    await house.call("number", "set_value", minimum, value=100)
    assert house.state(minimum) == "100"
    await house.call("number", "set_value", fade, value=5.6)
    assert house.state(fade) == "5.7"
    (gear,) = await gear_of(port)
    assert (gear["minimum"], gear["fade_time"]) == (100, 7)
    light = house.entity("light", 0)
    await house.call("light", "turn_on", light, brightness=3)
    assert house.hass.states.get(light).attributes["brightness"] == 100


async def test_choices_say_what_mask_means(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0, power_on_level=255, system_failure_level=20))
    house = await build(line_of(port))
    await until_read(house)
    behaviour, level = house.entity("select", 0, "power_on_behaviour"), house.entity("number", 0, "power_on_level")
    await house.until(lambda: house.state(behaviour) == "last_level")
    await enable(house, level)
    await house.until(lambda: house.state(level) == STATE_UNKNOWN)
    await house.call("number", "set_value", level, value=80)
    assert house.state(behaviour) == "level"
    await house.call("select", "select_option", behaviour, option="last_level")
    assert house.state(level) == STATE_UNKNOWN
    await house.call("select", "select_option", behaviour, option="level")
    assert house.state(level) == "254"
    assert (await gear_of(port))[0]["power_on_level"] == 254


async def test_the_rest_of_the_settings_is_there_for_who_wants_it(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0, system_failure_level=20))
    house = await build(line_of(port))
    await until_read(house)
    failure = house.entity("select", 0, "system_failure_behaviour")
    failure_level, rate = house.entity("number", 0, "system_failure_level"), house.entity("select", 0, "fade_rate")
    maximum = house.entity("number", 0, "maximum")
    registry = er.async_get(house.hass)
    for entity_id in (failure, failure_level, rate):
        registry.async_update_entity(entity_id, disabled_by=None)
    await enable(house, maximum)
    await house.until(lambda: house.state(rate) == "7")
    await house.call("select", "select_option", rate, option="3")
    await house.call("number", "set_value", failure_level, value=33)
    await house.call("number", "set_value", maximum, value=200)
    assert house.state(failure) == "level"
    await house.call("select", "select_option", failure, option="unchanged")
    (gear,) = await gear_of(port)
    assert (gear["fade_rate"], gear["system_failure_level"], gear["maximum"]) == (3, 255, 200)


async def test_a_gear_is_not_worn_out(plug_in: PlugIn, build: Build) -> None:
    house = await build(line_of(plug_in(lamp(0))))
    await until_read(house)
    minimum = house.entity("number", 0, "minimum")
    for number in range(MOST_WRITES):
        await house.call("number", "set_value", minimum, value=10 + number % 2)
    with pytest.raises(HomeAssistantError) as error:
        await house.call("number", "set_value", minimum, value=50)
    assert error.value.translation_key == "too_many_writes"
    assert house.state(minimum) == str(10 + (MOST_WRITES - 1) % 2)
