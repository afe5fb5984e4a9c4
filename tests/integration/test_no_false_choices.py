"""Nothing that we do ourselves is taken for a person: ten thousand commands, by every way and at every timing."""

import asyncio
from itertools import count
import random
from types import MappingProxyType
from typing import Any, Final

from dali.address import GearShort
from dali.gear import general
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Context, Event, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.smart_lighting_ai_dali.const import CONF_PROTOCOL, SUBENTRY_ZONE
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.control_service import EVENT_CHOICE, EVENT_DECISION
from custom_components.smart_lighting_ai_dali.dali.adapter import WireProtocol
from custom_components.smart_lighting_ai_dali.dali.errors import LineError
from custom_components.smart_lighting_ai_dali.dali.level import Level
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.adapters import AdapterKind
from custom_components.smart_lighting_ai_dali.simulator.colour import ColourType

from .conftest import Build, House, PlugIn, SimulatedPort, lamp, line_of

# On each kind of adapter: they tell their own frames from others' in different ways.
COMMANDS: Final = 3400
SPEED: Final = 200.0
LAMPS: Final = 6
ADDED_SECONDS: Final = (0.0, 0.0, 0.0, 0.0003, 0.001, 0.005, 0.03)
"""Between two commands: most come at once, or into the frames and fades of the ones before."""
_PROTOCOLS: Final = {
    AdapterKind.LUBA: WireProtocol.LUBA.value,
    AdapterKind.SEVENLAB: WireProtocol.SEVENLAB.value,
    AdapterKind.FOXTRON: WireProtocol.FOXTRON.value,
}
MOTION: Final = tuple(f"binary_sensor.motion_{number}" for number in range(3))


class Bustle:
    """A house in which nobody chooses anything, and everything else happens."""

    def __init__(self, hass: HomeAssistant, house: House, port: SimulatedPort) -> None:
        self.hass = hass
        self.house = house
        self.port = port
        self.chance = random.Random(5)
        self.choices: list[Event[Any]] = async_capture_events(hass, EVENT_CHOICE)
        self.decisions: list[Event[Any]] = async_capture_events(hass, EVENT_DECISION)
        self.zones: list[ZoneControl] = []
        self.sent = count()
        self.failed = 0
        self._running: set[asyncio.Task[None]] = set()

    async def set_up(self) -> None:
        """Set up a zone of two lamps, one of a group, and one of two lamps with white."""
        lights = [self.house.entity("light", number) for number in range(LAMPS)]
        for sensor, chosen in zip(MOTION, ([lights[0], lights[1]], ["light.group_3"], lights[4:]), strict=True):
            data = {"lights": chosen, "motion": [sensor], "purpose": "corridor", "release": "never"}
            zone = ConfigSubentry(
                data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title=sensor, unique_id=None
            )
            self.hass.config_entries.async_add_subentry(self.house.entry, zone)
            await self.hass.async_block_till_done()
            self.zones.append(self.house.site.control.zones[zone.subentry_id])
        assert all(zone.lights.gear() for zone in self.zones)

    async def command(self) -> None:
        """Do one of all that we do by ourselves, some of it at the same time as what came before."""
        next(self.sent)
        way = self.chance.choice((self.go, self.go, self.set_lamps, self.set_all, self.follow, self.see, self.disturb))
        task = self.hass.async_create_task(self._try(way))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.sleep(self.chance.choice(ADDED_SECONDS))
        if len(self._running) > 20:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)

    async def rest(self) -> None:
        """Let all that was begun come to its end."""
        while self._running:
            await asyncio.wait(self._running)
        await asyncio.sleep(1.0)
        await self.hass.async_block_till_done()

    async def _try(self, way: Any) -> None:
        try:
            await way()
        except LineError:
            self.failed += 1

    @property
    def fade(self) -> float:
        """Return the seconds of a fade, none at all included."""
        return self.chance.choice((0.0, 0.0, 0.7, 3.0, 10.0, 90.0))

    async def go(self) -> None:
        """Send a zone where it would go: any light between two levels, with a white."""
        zone = self.chance.choice(self.zones)
        kelvin = self.chance.choice((None, 2700, 3111, 4444))
        light = self.chance.choice((0.0, 0.001, self.chance.random(), 1.0))
        context = self.house.site.control.zone_acts(zone, self._action(zone), None)
        await zone.lights.async_go(light, kelvin, self.fade, context)

    def _action(self, zone: ZoneControl) -> Any:
        return zone.reflex.last_action or pytest.fail("it did nothing yet")

    async def set_lamps(self) -> None:
        """Set some lamps to a level, as a fix or a test of ours would."""
        line = self.line
        keys = self.chance.sample(list(line.gear), self.chance.randint(1, LAMPS))
        level = Level(self.chance.choice((0, 1, self.chance.randint(2, 253), 254)))
        await line.many.set_level(keys, level, seconds=self.fade, priority=Priority.AUTOMATIC)

    async def set_all(self) -> None:
        """Set all lamps, by a broadcast."""
        await self.line.many.set_all(Level(self.chance.randint(0, 254)), priority=Priority.AUTOMATIC)

    async def follow(self) -> None:
        """Call a light as an automation does that follows what a zone did: rounded, stepped, by scene or group."""
        context = Context(parent_id=self.decisions[-1].context.id)
        light = self.chance.choice((*(self.house.entity("light", one) for one in range(LAMPS)), "light.group_3"))
        action, data = self.chance.choice(
            (
                ("turn_on", {"brightness": self.chance.randint(1, 255), "transition": self.fade}),
                ("turn_on", {"brightness_step": self.chance.randint(-40, 40)}),
                ("turn_on", {}),
                ("turn_off", {"transition": self.fade}),
                ("toggle", {}),
            )
        )
        target = {"entity_id": light}
        await self.hass.services.async_call("light", action, target | data, blocking=True, context=context)
        wanted = {"entities": {light: {"state": "on", "brightness": self.chance.randint(1, 255)}}}
        await self.hass.services.async_call("scene", "apply", wanted, blocking=True, context=context)

    async def see(self) -> None:
        """Let a sensor see somebody, or nobody any more."""
        sensor, state = self.chance.choice(MOTION), self.chance.choice(("on", "off"))
        self.hass.states.async_set(sensor, state, {"device_class": "motion"})

    async def disturb(self) -> None:
        """Lose some frames for a while, and ask lamps in between where they are."""
        loss = self.chance.choice((0.0, 0.0, 0.05))
        await self.port.do(lambda simulation: simulation.set_frame_loss(loss))

    @property
    def line(self) -> Any:
        """Return the line."""
        return next(iter(self.house.site.lines.values())).line


@pytest.mark.parametrize("adapter", AdapterKind)
async def test_what_we_do_ourselves_is_never_a_person(
    hass: HomeAssistant, plug_in: PlugIn, build: Build, adapter: AdapterKind
) -> None:
    white = {"device_types": (6, 8), "colour_types": (ColourType.TC,)}
    lamps = [lamp(number, groups=frozenset({3} if number in {2, 3} else ())) for number in range(4)]
    lamps += [lamp(number, **white) for number in (4, 5)]
    port = plug_in(*lamps, speed=SPEED, adapter=adapter)
    line = line_of(port)
    line["data"] = {**line["data"], CONF_PROTOCOL: _PROTOCOLS[adapter]}
    house: House = await build(line)
    for address in range(LAMPS):
        await house.until_light(address, "off", 20)
    bustle = Bustle(hass, house, port)
    await bustle.set_up()
    for sensor in MOTION:
        hass.states.async_set(sensor, "on", {"device_class": "motion"})
    await house.until(lambda: all(zone.reflex.last_action is not None for zone in bustle.zones))
    for _ in range(COMMANDS):
        await bustle.command()
    await bustle.rest()
    assert next(bustle.sent) == COMMANDS
    assert bustle.failed < COMMANDS / 20
    assert bustle.choices == []
    assert [zone.reflex.overrides.held for zone in bustle.zones] == [(), (), ()]
    # And it listens: whoever chooses afterwards is heard.
    await port.do(lambda simulation: simulation.set_frame_loss(0.0))
    await port.do(lambda simulation: simulation.foreign_frame(16, general.DAPC(GearShort(0), 90).frame.as_integer))
    await house.until(lambda: bool(bustle.choices))
    await house.call("light", "turn_off", house.entity("light", 5))
    await house.until(lambda: len(bustle.choices) > 1)
    assert [event.data["origin"] for event in bustle.choices] == ["master", "automation"]
