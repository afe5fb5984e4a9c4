"""Every gear is a light that does what a person wants."""

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import area_registry as ar, device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.smart_lighting_ai_dali.const import DOMAIN

from .conftest import Build, PlugIn, lamp, line_of


async def test_a_gear_is_a_light_with_a_device(plug_in: PlugIn, build: Build) -> None:
    house = await build(line_of(plug_in(lamp(3, firmware=(2, 1)))))
    light = await house.until_light(3, STATE_OFF)
    state = house.hass.states.get(light)
    assert state.attributes["supported_color_modes"] == ["brightness"]
    assert state.name == "Gear 3"
    registry = dr.async_get(house.hass)
    subentry_id = next(iter(house.entry.subentries))
    entry_id = house.entry.entry_id
    device = registry.async_get_device_by_identifier((DOMAIN, f"{subentry_id}_4000000000001-1003-0"), entry_id)
    assert device is not None
    assert device.model == "DALI LED driver"
    assert device.sw_version == "2.1"
    assert device.serial_number == "1003"
    line = registry.async_get_device_by_identifier((DOMAIN, subentry_id), entry_id)
    assert line is not None
    assert device.via_device_id == line.id
    assert line.name == "Ground floor"
    assert not ar.async_get(house.hass).areas


async def test_on_off_and_brightness_go_over_the_wire(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    light = await house.until_light(0, STATE_OFF)
    await port.forget_frames()
    await house.call("light", "turn_on", light, brightness=128)
    assert house.state(light) == STATE_ON
    assert house.hass.states.get(light).attributes["brightness"] == 128
    assert await port.levels() == {0: 128 - 1}
    await house.call("light", "turn_off", light)
    assert house.state(light) == STATE_OFF
    assert await port.levels() == {0: 0}
    await house.call("light", "turn_on", light)
    assert await port.levels() == {0: 127}
    assert await port.frames() == [0x007F, 0x0000, 0x007F]


@pytest.mark.parametrize("brightness", [1, 2, 127, 128, 254, 255])
async def test_a_brightness_comes_back_as_it_was_set(plug_in: PlugIn, build: Build, brightness: int) -> None:
    house = await build(line_of(plug_in(lamp(0))))
    light = await house.until_light(0, STATE_OFF)
    await house.call("light", "turn_on", light, brightness=brightness)
    first = house.hass.states.get(light).attributes["brightness"]
    await house.call("light", "turn_on", light, brightness=first)
    assert house.hass.states.get(light).attributes["brightness"] == first
    assert abs(first - brightness) <= 1


async def test_a_level_below_the_minimum_becomes_the_minimum(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0, physical_minimum=85, minimum=100))
    house = await build(line_of(port))
    light = await house.until_light(0, STATE_OFF)
    await house.call("light", "turn_on", light, brightness=3)
    assert house.hass.states.get(light).attributes["brightness"] == 100
    assert await port.levels() == {0: 100}


async def test_a_transition_is_a_fade_of_the_gear_and_its_own_comes_back(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0, fade_time=1))
    house = await build(line_of(port))
    light = await house.until_light(0, STATE_OFF)
    await port.forget_frames()
    await house.call("light", "turn_on", light, brightness=255, transition=8)
    assert await port.frames() == [0xA308, 0x012E, 0x012E, 0x00FE]
    # While the fade runs, the state is where it leads.
    assert house.hass.states.get(light).attributes["brightness"] == 255
    await house.call("light", "turn_off", light, transition=8)
    assert (await port.frames())[4:] == [0x0000]
    await house.call("light", "turn_on", light, brightness=255)
    assert (await port.frames())[5:] == [0xA301, 0x012E, 0x012E, 0x00FE]
    await house.call("light", "turn_on", light, brightness=255, transition=0)
    assert (await port.frames())[9:] == [0xA300, 0x012E, 0x012E, 0x00FE]


async def test_long_transitions_use_the_extended_fade(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    light = await house.until_light(0, STATE_OFF)
    await port.forget_frames()
    await house.call("light", "turn_on", light, brightness=255, transition=600)
    assert await port.frames() == [0xA349, 0x0130, 0x0130, 0x00FE]


async def test_flash_and_the_button_identify(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(5))
    house = await build(line_of(port))
    light = await house.until_light(5, STATE_OFF)
    await port.forget_frames()
    await house.call("light", "turn_on", light, flash="short")
    await house.call("light", "turn_off", light, flash="long")
    await house.call("button", "press", house.entity("button", 5, "identify"))
    assert await port.frames() == [0x0B25] * 6


async def test_a_person_goes_before_an_automation(plug_in: PlugIn, build: Build, hass_admin_user: MockUser) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    light = await house.until_light(0, STATE_OFF)
    for context in (Context(), Context(user_id=hass_admin_user.id)):
        await house.hass.services.async_call(
            "light", "turn_on", {"entity_id": light, "brightness": 99}, blocking=True, context=context
        )
    frames = await port.do(lambda simulation: simulation.wire.log.frames())
    assert [frame.priority for frame in frames if frame.data == 0x0063 and frame.source == "adapter"] == [4, 2]


async def test_mask_is_unknown_and_a_dead_lamp_a_problem(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0, level=200, lamp_failure=True))
    house = await build(line_of(port))
    light = await house.until_light(0, STATE_UNKNOWN)
    await house.until(lambda: house.state(house.entity("binary_sensor", 0, "lamp_failure")) == STATE_ON)
    await house.call("light", "turn_on", light, brightness=50)
    assert house.state(light) == STATE_ON


async def test_another_master_is_followed(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    await house.until_light(0, STATE_OFF)
    await port.forget_frames()
    await port.do(lambda simulation: simulation.foreign_frame(16, 0xFE80))
    await house.until_light(0, STATE_ON)
    assert await port.frames() == []


async def test_a_light_without_its_adapter_is_unavailable_and_says_why(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    light = await house.until_light(0, STATE_OFF)
    await port.do(lambda simulation: simulation.unplug())
    await house.until(lambda: house.state(light) == STATE_UNAVAILABLE, 1)
    assert house.state("sensor.ground_floor_status") == "offline"
    await port.do(lambda simulation: simulation.replug())
    await house.until_light(0, STATE_OFF, 4)


async def test_a_gear_that_falls_silent_is_unavailable_and_the_others_are_not(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0), lamp(1))
    house = await build(line_of(port))
    silent, other = await house.until_light(0, STATE_OFF), await house.until_light(1, STATE_OFF)
    await port.do(lambda simulation: simulation.set_gear_fault(0, "deaf"))
    await house.until(lambda: house.state(silent) == STATE_UNAVAILABLE, 15)
    assert house.state(other) == STATE_OFF
    await port.do(lambda simulation: simulation.set_gear_fault(0, "deaf", present=False))
    await house.until(lambda: house.state(silent) == STATE_OFF, 10)


async def test_a_line_without_power_is_unavailable_and_named_so(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    light = await house.until_light(0, STATE_OFF)
    await port.do(lambda simulation: simulation.set_line_power(present=False))
    with pytest.raises(HomeAssistantError) as error:
        await house.call("light", "turn_on", light)
    assert error.value.translation_key == "line_without_power"
    assert house.state(light) == STATE_UNAVAILABLE
    assert house.state("sensor.ground_floor_status") == "no_power"
    await port.do(lambda simulation: simulation.set_line_power(present=True))
    await house.until(lambda: house.state("sensor.ground_floor_status") == "online", 5)


async def test_a_light_whose_last_level_nobody_knows_is_on_at_once(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(1, level=0, fade_time=8), speed=1)
    house = await build(line_of(port))
    light = await house.until_light(1, STATE_OFF, 20)
    await house.call("light", "turn_on", light)
    # The fade takes eight seconds; whoever switches it looks at the switch now.
    await house.until_light(1, STATE_ON, 1)
