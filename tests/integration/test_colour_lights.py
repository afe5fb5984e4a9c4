"""Lights show the colours that their gear makes, and relays only switch."""

from typing import Any

from homeassistant.components.light import ColorMode
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import State
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.dali.gear import Gear
from custom_components.smart_lighting_ai_dali.simulator.colour import ColourType
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification
from tests.another_master import say

from .conftest import Build, House, PlugIn, SimulatedPort, lamp, line_of


def colour_lamp(*types: ColourType, **more: Any) -> GearSpecification:
    """Return a gear for colours."""
    return lamp(0, device_types=(6, 8), colour_types=types, **more)


async def shown(port: SimulatedPort) -> list[int]:
    """Return the numbers of the colour that the gear shows."""
    (gear,) = await port.do(Simulation.snapshots)
    values: list[int] = gear["colour"]["values"]
    return values


def state_of(house: House) -> State:
    """Return the state of the light."""
    state = house.hass.states.get(house.entity("light", 0))
    assert state is not None
    return state


async def lit(house: House, **asked: Any) -> State:
    """Turn the light on, and return its state."""
    await house.until_light(0, STATE_OFF)
    await house.call("light", "turn_on", house.entity("light", 0), **asked)
    return state_of(house)


async def test_a_tunable_white_shows_what_its_gear_can(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(colour_lamp(ColourType.TC, tc_physical=(153, 370), tc_limits=(200, 333)))
    house = await build(line_of(port))
    state = await lit(house, color_temp_kelvin=4000, brightness=255)
    assert state.attributes["supported_color_modes"] == [ColorMode.COLOR_TEMP]
    assert (state.attributes["min_color_temp_kelvin"], state.attributes["max_color_temp_kelvin"]) == (3003, 5000)
    assert state.attributes["color_mode"] == ColorMode.COLOR_TEMP
    assert state.attributes["color_temp_kelvin"] == 4000
    assert await shown(port) == [250]
    assert await port.levels() == {0: 254}
    # A colour alone leaves the brightness, a brightness alone the colour.
    await house.call("light", "turn_on", state.entity_id, color_temp_kelvin=6500)
    await house.call("light", "turn_on", state.entity_id, brightness=100)
    assert state_of(house).attributes["color_temp_kelvin"] == 5000
    assert state_of(house).attributes["brightness"] == 100
    assert await shown(port) == [200]


async def test_a_light_that_was_off_comes_on_in_the_colour(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(colour_lamp(ColourType.TC))
    house = await build(line_of(port))
    state = await lit(house, color_temp_kelvin=5000)
    await house.until(lambda: house.state(state.entity_id) == STATE_ON)
    assert await shown(port) == [200]
    await house.call("light", "turn_off", state.entity_id)
    await house.call("light", "turn_on", state.entity_id, color_temp_kelvin=4000)
    assert await shown(port) == [250]
    assert await port.levels() == {0: 254}


@pytest.mark.parametrize(
    ("channels", "asked", "mode", "attribute", "levels"),
    [
        (3, {"rgb_color": (255, 128, 0)}, ColorMode.RGB, (255, 128, 0), [254, 127, 0]),
        (3, {"rgb_color": (100, 50, 0)}, ColorMode.RGB, (255, 128, 0), [254, 127, 0]),
        (4, {"rgbw_color": (0, 51, 0, 255)}, ColorMode.RGBW, (0, 51, 0, 255), [0, 51, 0, 254]),
        (6, {"rgbw_color": (255, 0, 0, 0)}, ColorMode.RGBW, (255, 0, 0, 0), [254, 0, 0, 0]),
        (4, {"hs_color": (0, 100)}, ColorMode.RGBW, (255, 0, 0, 0), [254, 0, 0, 0]),
    ],
)
async def test_channels_are_shares_and_brightness_is_the_level(  # noqa: PLR0917  # a row of the table
    plug_in: PlugIn,
    build: Build,
    channels: int,
    asked: dict[str, Any],
    mode: ColorMode,
    attribute: tuple[int, ...],
    levels: list[int],
) -> None:
    port = plug_in(colour_lamp(ColourType.RGBWAF, channels=channels))
    house = await build(line_of(port))
    state = await lit(house, brightness=128, **asked)
    assert state.attributes["supported_color_modes"] == [mode]
    assert state.attributes["color_mode"] == mode
    assert state.attributes[f"{mode}_color"] == attribute
    assert state.attributes["brightness"] == 128
    assert (await shown(port))[: len(levels)] == levels
    assert await port.levels() == {0: 127}


async def test_a_point_of_the_diagram_is_shown(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(colour_lamp(ColourType.XY))
    house = await build(line_of(port))
    state = await lit(house, xy_color=(0.4, 0.35), brightness=255)
    assert state.attributes["supported_color_modes"] == [ColorMode.XY]
    assert state.attributes["xy_color"] == pytest.approx((0.4, 0.35), abs=1e-4)
    assert await shown(port) == [26_214, 22_938]


async def test_white_and_colour_of_one_gear_are_both_there(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(colour_lamp(ColourType.TC, ColourType.RGBWAF, channels=3))
    house = await build(line_of(port))
    state = await lit(house, rgb_color=(0, 0, 255), brightness=255)
    assert set(state.attributes["supported_color_modes"]) == {ColorMode.COLOR_TEMP, ColorMode.RGB}
    assert state.attributes["color_mode"] == ColorMode.RGB
    await house.call("light", "turn_on", state.entity_id, color_temp_kelvin=4000)
    assert state_of(house).attributes["color_mode"] == ColorMode.COLOR_TEMP
    assert state_of(house).attributes["color_temp_kelvin"] == 4000


async def test_gear_that_was_kept_without_its_colours_gets_them(
    plug_in: PlugIn, build: Build, hass_storage: dict[str, Any]
) -> None:
    port = plug_in(colour_lamp(ColourType.TC, level=100))
    line = line_of(port)
    house = await build(line)
    await house.until_light(0, STATE_ON)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    (subentry_id,) = house.entry.subentries
    (kept,) = hass_storage[f"{DOMAIN}.{subentry_id}"]["data"]["gear"]
    assert Gear.from_dict(kept).colour is not None
    del kept["colour"], kept["curve"]
    await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.until(lambda: state_of(house).attributes["supported_color_modes"] == [ColorMode.COLOR_TEMP])
    await house.until(lambda: state_of(house).attributes.get("color_temp_kelvin") == 2703)


async def test_another_masters_colour_is_followed(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(colour_lamp(ColourType.TC, level=100))
    house = await build(line_of(port))
    await house.until_light(0, STATE_ON)
    frames = (0xA3FA, 0xC300, 0xC108, 0xFFE7, 0xC108, 0xFFE2)
    await port.do(lambda simulation: say(simulation, frames))
    await house.until(lambda: state_of(house).attributes["color_temp_kelvin"] == 4000)


async def test_a_group_takes_and_shows_the_colour_of_its_members(plug_in: PlugIn, build: Build) -> None:
    group = frozenset({3})
    port = plug_in(
        lamp(0, device_types=(6, 8), groups=group), lamp(1, device_types=(6, 8), groups=group), lamp(2, groups=group)
    )
    house = await build(line_of(port))
    await house.until_light(2, STATE_OFF)
    (subentry_id,) = house.entry.subentries
    light = er.async_get(house.hass).async_get_entity_id("light", DOMAIN, f"{subentry_id}_group_3")
    assert light is not None
    await house.call("light", "turn_on", light, color_temp_kelvin=4000, brightness=255)
    state = house.hass.states.get(light)
    assert state is not None
    assert state.attributes["supported_color_modes"] == [ColorMode.COLOR_TEMP]
    assert (state.attributes["color_temp_kelvin"], state.attributes["brightness"]) == (4000, 255)
    gear = await port.do(Simulation.snapshots)
    assert [one["colour"] and one["colour"]["values"] for one in gear] == [[250], [250], None]
    # Who is off comes on with the others, who is on stays at its level.
    await house.call("light", "turn_off", house.entity("light", 1))
    await house.call("light", "turn_on", house.entity("light", 0), brightness=100)
    await house.call("light", "turn_on", light, color_temp_kelvin=5000)
    assert await port.levels() == {0: 100, 1: 254, 2: 254}
    gear = await port.do(Simulation.snapshots)
    assert [one["colour"] and one["colour"]["values"] for one in gear] == [[200], [200], None]


async def test_a_relay_is_switched_at_once(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0, device_types=(7,), fade_time=8))
    house = await build(line_of(port))
    state = await lit(house)
    assert state.state == STATE_ON
    assert state.attributes["supported_color_modes"] == [ColorMode.ONOFF]
    (gear,) = await port.do(Simulation.snapshots)
    assert gear["switch"]["on"]
    await house.call("light", "turn_off", state.entity_id)
    (gear,) = await port.do(Simulation.snapshots)
    assert not gear["switch"]["on"]
    assert house.state(state.entity_id) == STATE_OFF


async def test_a_brightness_looks_the_same_on_a_linear_curve(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0))
    await port.do(lambda simulation: say(simulation, (0xA301, 0xC106, 0x01E3, 0x01E3)))
    house = await build(line_of(port))
    state = await lit(house, brightness=128)
    # 3 % of the light looks like half of it.
    assert await port.levels() == {0: 8}
    assert state.attributes["brightness"] == 128


@pytest.mark.parametrize(
    ("types", "model"),
    [
        ((7,), "DALI relay"),
        ((4,), "DALI dimmer for incandescent lamps"),
        ((5,), "DALI converter to 0-10 V"),
        ((6, 8), "DALI LED driver with colour control"),
        ((6, 51, 52), "DALI LED driver with energy reporting and diagnostics"),
        ((6, 8, 17, 51), "DALI LED driver with colour control, selectable dimming curve and energy reporting"),
    ],
)
async def test_a_device_says_what_it_is(plug_in: PlugIn, build: Build, types: tuple[int, ...], model: str) -> None:
    house = await build(line_of(plug_in(lamp(0, device_types=types))))
    await house.until_light(0, STATE_OFF)
    (subentry_id,) = house.entry.subentries
    device = dr.async_get(house.hass).async_get_device_by_identifier(
        (DOMAIN, f"{subentry_id}_4000000000001-1000-0"), house.entry.entry_id
    )
    assert device is not None
    assert device.model == model
