"""Lights that are called one by one leave together, as one frame."""

import asyncio

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED, STATE_OFF, STATE_ON
from homeassistant.core import Event, EventStateChangedData, EventStateReportedData, callback

from .conftest import Build, PlugIn, SimulatedPort, lamp, line_of

COUNT = 16


async def writes(port: SimulatedPort, since: int) -> list[int]:
    """Return our frames that change something in gear: single addresses, groups and broadcasts."""
    frames = await port.do(lambda simulation: simulation.wire.log.frames(since))
    return [
        one.data
        for one in frames
        if one.source == "adapter"
        and one.bits == 16
        and (one.data >> 8 < 0xA0 or one.data >> 8 >= 0xFE)
        and (not one.data >> 8 & 1 or one.data & 0xFF < 0x90)
    ]


async def test_a_call_for_each_light_of_a_line_is_one_frame(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(*(lamp(address) for address in range(COUNT)))
    house = await build(line_of(port))
    lights = [await house.until_light(address, STATE_OFF, 30) for address in range(COUNT)]
    line = next(iter(house.site.lines.values())).line
    await house.until(lambda: line.complete, 30)
    since = await port.do(lambda simulation: simulation.wire.log.frames()[-1].number)
    await asyncio.gather(*(house.call("light", "turn_on", light, brightness=128) for light in lights))
    assert await writes(port, since) == [0xFE7F]
    assert {house.state(light) for light in lights} == {STATE_ON}
    await asyncio.gather(*(house.call("light", "turn_off", light) for light in lights))
    assert (await writes(port, since))[1:] == [0xFE00]
    assert await port.levels() == dict.fromkeys(range(COUNT), 0)


async def test_what_a_frame_changed_is_written_once_and_nothing_else_is(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(*(lamp(address) for address in range(COUNT)))
    house = await build(line_of(port))
    lights = [await house.until_light(address, STATE_OFF, 30) for address in range(COUNT)]
    line = next(iter(house.site.lines.values())).line
    await house.until(lambda: line.complete, 30)
    await house.hass.async_block_till_done()
    written: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData] | Event[EventStateReportedData]) -> None:
        written.append(event.data["entity_id"])

    house.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    house.hass.bus.async_listen(EVENT_STATE_REPORTED, note, event_filter=callback(lambda _: True))
    await asyncio.gather(*(house.call("light", "turn_on", light, brightness=128) for light in lights))
    await house.hass.async_block_till_done()
    assert sorted(written) == sorted(lights)
