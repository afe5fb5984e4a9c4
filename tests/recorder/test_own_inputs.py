"""Motion, light and buttons of our own input devices get into the recorder's database."""

from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_lighting_ai_dali.db.signals import Input, Signal
from custom_components.smart_lighting_ai_dali.simulator.device_specification import InstanceType as Kind
from tests.integration.conftest import Build, House, PlugIn, lamp, line_of, panel

from .conftest import events


async def test_what_our_own_input_devices_say_is_collected(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    office = ar.async_get(hass).async_create("Office")
    port = plug_in(lamp(1), devices=(panel(3, Kind.PUSH_BUTTON, Kind.OCCUPANCY_SENSOR, Kind.LIGHT_SENSOR),))
    house: House = await build(line_of(port))
    occupancy = ("binary_sensor", 3, "occupancy_1")
    await house.until(lambda: house.state(house.input_entity(*occupancy)) == "off", 20)
    for entity_id in (house.entity("light", 1), house.input_entity(*occupancy)):
        device_id = er.async_get(hass).async_get(entity_id).device_id  # type: ignore[union-attr]
        dr.async_get(hass).async_update_device(device_id, area_id=office.id)  # type: ignore[arg-type]
    await hass.async_block_till_done()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2))
    await house.until(lambda: {Signal.MOTION, Signal.ILLUMINANCE, Signal.INPUT} <= signals(house))
    await port.do(lambda simulation: simulation.inputs.gesture(3, 0, "short"))
    button = house.input_entity("event", 3, "button_0")
    await house.until(lambda: house.state(button) != "unknown")
    await port.do(lambda simulation: simulation.inputs.move(3, 1, present=True))
    await house.until(lambda: house.state(house.input_entity(*occupancy)) == "on")
    await port.do(lambda simulation: simulation.inputs.shine(3, 2, 250))
    await house.until(lambda: house.state(house.input_entity("sensor", 3, "illuminance_2")) == "250")
    seen = {(signal, value) for signal, value, _ in await events(house)}
    assert {(Signal.INPUT, Input.SHORT_PRESS), (Signal.MOTION, 1), (Signal.ILLUMINANCE, 250)} <= seen


def signals(house: House) -> set[Signal]:
    """Return the signals that are collected."""
    return {source.signal for source in house.site.telemetry.sources}
