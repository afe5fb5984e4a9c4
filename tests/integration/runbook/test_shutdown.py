"""Shutdown in the midst of things: whoever waits is answered, nothing is sent afterwards, the ports are free."""

import asyncio
from collections.abc import Callable, Coroutine
import logging
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from tests.integration.conftest import Build, House, PlugIn, SimulatedPort, lamp, line_of
from tests.integration.test_site import can_open
from tests.integration.test_zones import MOTION, zone_of

LAMPS = 8
ROUNDS = 8
# The first byte of "DTR0 (data)" (IEC 62386-102, 11.10).
DTR0 = 0xA3


@pytest.fixture
def port(plug_in: PlugIn) -> SimulatedPort:
    """Return a line with some lamps."""
    return plug_in(*(lamp(address) for address in range(LAMPS)))


@pytest.fixture
async def house(build: Build, port: SimulatedPort) -> House:
    """Return a house whose lamps are off."""
    house: House = await build(line_of(port))
    for address in range(LAMPS):
        await house.until_light(address, "off", 60)
    return house


async def unload(house: House) -> None:
    """Unload the site."""
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)


async def stop(house: House) -> None:
    """Let Home Assistant stop, as far as it concerns the site."""
    house.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await house.hass.async_block_till_done()


@pytest.mark.parametrize("end", [unload, stop])
async def test_whoever_waits_is_answered_and_the_port_is_free(
    house: House, port: SimulatedPort, end: Callable[[House], Coroutine[Any, Any, None]]
) -> None:
    calls = [
        asyncio.create_task(house.call("light", "turn_on", house.entity("light", address), brightness=level))
        for level in range(20, 20 + ROUNDS)
        for address in range(LAMPS)
    ]
    await asyncio.sleep(0)
    await end(house)
    async with asyncio.timeout(30):
        answers = await asyncio.gather(*calls, return_exceptions=True)
    # Each light was sent there, or its line was gone, in words for people.
    assert {type(answer) for answer in answers} <= {type(None), HomeAssistantError}
    assert await can_open(port.path)
    await port.forget_frames()
    await house.hass.async_block_till_done()
    assert await port.frames() == []


@pytest.mark.parametrize("end", [unload, stop])
async def test_a_fade_goes_on_by_itself_and_a_start_sends_nothing(
    house: House, hass: HomeAssistant, port: SimulatedPort, end: Callable[[House], Coroutine[Any, Any, None]]
) -> None:
    light = house.entity("light", 0)
    await house.call("light", "turn_on", light, brightness=255, transition=60)
    await house.until(lambda: house.state(light) == STATE_ON)
    await port.forget_frames()
    await end(house)
    if end is stop:
        await unload(house)
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    await house.until_light(0, STATE_ON, 60)
    # It was read, and nothing was sent that changes anything: a register says what is to be read.
    assert [frame for frame in await port.frames() if frame >> 8 != DTR0] == []
    await house.until(lambda: house.state(light) == STATE_ON)


async def test_zones_that_were_at_it_leave_no_warning(
    house: House, hass: HomeAssistant, port: SimulatedPort, caplog: pytest.LogCaptureFixture
) -> None:
    hass.states.async_set(MOTION, "off", {"device_class": "motion"})
    lights = [house.entity("light", address) for address in range(LAMPS)]
    hass.config_entries.async_add_subentry(house.entry, zone_of(*lights))
    await house.until(lambda: len(house.site.control.zones) == 1)
    await hass.async_block_till_done()
    hass.states.async_set(MOTION, "on", {"device_class": "motion"})
    await asyncio.sleep(0)
    await unload(house)
    await hass.async_block_till_done()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING and "lights=" in record.msg] == []
    assert await can_open(port.path)
