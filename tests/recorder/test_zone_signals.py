"""Rooms as a whole, colours, power, buttons and other masters: everything that learners need is collected."""

import asyncio
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.smart_lighting_ai_dali.db.signals import UNKNOWN, Cause, Input, Signal
from tests.integration.conftest import Build, House, PlugIn, SimulatedPort, lamp, line_of

from .conftest import events


async def values(house: House, signal: Signal) -> list[int]:
    """Return what was collected of a signal, oldest first."""
    return [value for kind, value, _ in await events(house) if kind == signal]


async def add(house: House, domain: str, name: str, **more: Any) -> str:
    """Add an entity of another integration to the office, and return its id once it is followed."""
    registry = er.async_get(house.hass)
    entity = registry.async_get_or_create(domain, "other", name, suggested_object_id=name, **more)
    area = ar.async_get(house.hass).async_get_area_by_name("Office")
    assert area is not None
    registry.async_update_entity(entity.entity_id, area_id=area.id)
    await house.until(lambda: any(one.entity_id == entity.entity_id for one in house.site.telemetry.sources))
    return entity.entity_id


async def test_somebody_is_in_a_room_while_any_sensor_sees_them(house: House) -> None:
    other = await add(house, "binary_sensor", "door", original_device_class="occupancy")
    before = len(await values(house, Signal.OCCUPANCY))
    for desk, door in (("on", "off"), ("on", "on"), ("off", "on"), ("off", "off"), ("unavailable", "unavailable")):
        house.hass.states.async_set("binary_sensor.desk", desk)
        house.hass.states.async_set(other, door)
        await house.hass.async_block_till_done()
        await asyncio.sleep(0.01)
    assert (await values(house, Signal.OCCUPANCY))[before:] == [1, 0, UNKNOWN]


async def office(hass: HomeAssistant, build: Build, port: SimulatedPort, *numbers: int) -> House:
    """Return a house with a line, whose lamps are all in the office."""
    area = ar.async_get(hass).async_create("Office")
    house: House = await build(line_of(port))
    for number in numbers:
        await house.until_light(number, "off")
        entity = er.async_get(hass).async_get(house.entity("light", number))
        assert entity is not None
        assert entity.device_id is not None
        dr.async_get(hass).async_update_device(entity.device_id, area_id=area.id)
    await house.until(lambda: len(house.site.telemetry.sources) == 2 * len(numbers))
    return house


async def test_the_light_of_a_room_is_the_mean_of_its_lights(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    house = await office(hass, build, plug_in(lamp(1), lamp(2)), 1, 2)
    before = len(await values(house, Signal.LIGHT))
    for number, brightness in ((1, 255), (2, 255), (2, 0)):
        await house.call("light", "turn_on", house.entity("light", number), brightness=brightness)

    async def told() -> list[int]:
        return (await values(house, Signal.LIGHT))[before:]

    async with asyncio.timeout(10):
        while not await told():
            await asyncio.sleep(0.05)
    # Three changes in a moment are one.
    assert await told() == [50_000]


async def test_what_another_master_does_is_told_as_the_lines(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    port = plug_in(lamp(1))
    house = await office(hass, build, port, 1)
    await port.do(lambda simulation: simulation.foreign_frame(16, 0x02_C8))
    await house.until_light(1, "on")
    assert (Signal.LEVEL, 200, Cause.LINE) in await events(house)


async def test_a_button_is_told_when_it_is_pressed_and_not_when_it_comes_back(house: House) -> None:
    button = await add(house, "event", "button", original_device_class="button")
    long_ago, now = "2026-01-01T00:00:00.000+00:00", dt_util.utcnow().isoformat(timespec="milliseconds")
    house.hass.states.async_set(button, "unavailable")
    house.hass.states.async_set(button, long_ago, {"event_type": "short_press"})
    await asyncio.sleep(0.01)
    house.hass.states.async_set(button, now, {"event_type": "double_press"})
    await asyncio.sleep(0.01)
    house.hass.states.async_set(button, now, {"event_type": "double_press", "friendly_name": "New name"})
    await asyncio.sleep(0.01)
    later = dt_util.utcnow().isoformat(timespec="milliseconds")
    house.hass.states.async_set(button, later, {"event_type": "somersault"})
    await house.hass.async_block_till_done()
    assert await values(house, Signal.INPUT) == [Input.DOUBLE_PRESS, Input.OTHER]


@pytest.mark.parametrize(
    ("state", "lux"),
    [("12.6", 13), ("nan", UNKNOWN), ("inf", UNKNOWN), ("-3", UNKNOWN), ("1e9", UNKNOWN), ("x", UNKNOWN)],
)
async def test_what_can_be_no_illuminance_is_unknown(house: House, state: str, lux: int) -> None:
    sensor = await add(house, "sensor", "lux", original_device_class="illuminance")
    house.hass.states.async_set(sensor, state)
    await house.hass.async_block_till_done()
    assert (await values(house, Signal.ILLUMINANCE))[-1] == lux


async def test_a_person_has_a_user_and_their_automation_has_a_parent(house: House) -> None:
    sensor = "binary_sensor.desk"
    house.hass.states.async_set(sensor, "on", context=Context(user_id="somebody"))
    await asyncio.sleep(0.01)
    house.hass.states.async_set(sensor, "off", context=Context(user_id="somebody", parent_id="automation"))
    await house.hass.async_block_till_done()
    seen = [(value, cause) for signal, value, cause in await events(house) if signal == Signal.MOTION]
    assert seen[-2:] == [(1, Cause.MANUAL), (0, Cause.AUTOMATIC)]
