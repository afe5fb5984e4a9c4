"""Whatever a person does to lights is a choice for their zone, by what means it may be; nothing else ever is."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

from dali.address import GearBroadcast, GearGroup, GearShort
from dali.command import Command
from dali.gear import general
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.smart_lighting_ai_dali.control.choice_origins import ChoiceTracker, OwnContexts
from custom_components.smart_lighting_ai_dali.dali import gear_settings
from custom_components.smart_lighting_ai_dali.dali.events import ButtonUsed, LineEvent, LineStatus
from custom_components.smart_lighting_ai_dali.dali.level import Level, light_output
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.colour import ColourType
from custom_components.smart_lighting_ai_dali.simulator.device_specification import InstanceType
from custom_components.smart_lighting_ai_dali.simulator.input_devices import Gesture
from custom_components.smart_lighting_ai_dali.simulator.simulation import GearFault, Simulation
from custom_components.smart_lighting_ai_dali.zones.overrides import Choice, Origin
from tests.another_master import say

from .conftest import Build, House, PlugIn, SimulatedPort, lamp, line_of, panel

SPEED = 60.0
# The level of this brightness has the same number.
HALF = 90


def light(level: int) -> float:
    """Return the light of a level, of full light."""
    return light_output(Level(level)) / 100


def dashboard(**chosen: Any) -> Choice:
    """Return a choice at a dashboard."""
    return Choice(origin=Origin.DASHBOARD, **chosen)


def automation(**chosen: Any) -> Choice:
    """Return a choice of an automation's."""
    return Choice(origin=Origin.AUTOMATION, **chosen)


def master(**chosen: Any) -> Choice:
    """Return a choice of another master's."""
    return Choice(origin=Origin.MASTER, **chosen)


class Home:
    """A house with an office of two lamps and a hall of one, and what was chosen there."""

    def __init__(self, hass: HomeAssistant, house: House, port: SimulatedPort, user: MockUser) -> None:
        self.hass = hass
        self.house = house
        self.port = port
        self.user = user
        self.contexts = OwnContexts()
        self.choices: list[tuple[str, Choice]] = []
        self.heard: list[Context] = []
        self.tracker = self.track(office=(self.lamp(0), self.lamp(1)), hall=(self.lamp(2),))

    def track(self, **lights: Iterable[str]) -> ChoiceTracker:
        """Have zones with these lights, and no others."""

        def take(zone: str, choice: Choice, context: Context) -> None:
            self.choices.append((zone, choice))
            self.heard.append(context)

        tracker = ChoiceTracker(self.hass, self.house.site.lines, take, self.contexts.owns)
        tracker.async_follow(lights)
        self.house.site.async_listen_to_lines(tracker.async_follow_line)
        return tracker

    def track_only(self, **lights: Iterable[str]) -> None:
        """Have only these zones."""
        self.tracker.async_stop()
        self.tracker = self.track(**lights)

    def lamp(self, address: int) -> str:
        """Return the light of a gear."""
        return self.house.entity("light", address)

    @property
    def line(self) -> Any:
        """Return the line."""
        return next(iter(self.house.site.lines.values())).line

    async def call(self, action: str, *lights: str, domain: str = "light", **data: Any) -> None:
        """Call an action as somebody at a dashboard does."""
        target = {"entity_id": list(lights)} if lights else {}
        context = Context(user_id=self.user.id)
        await self.hass.services.async_call(domain, action, target | data, blocking=True, context=context)

    async def say(self, command: Command) -> None:
        """Have another master send a command."""
        frame, twice = command.frame.as_integer, command.sendtwice
        await self.port.do(lambda simulation: simulation.foreign_frame(16, frame, twice=twice))

    async def set_up(self, domain: str, config: Any) -> None:
        """Set up an integration of Home Assistant's."""
        assert await async_setup_component(self.hass, domain, {domain: config})
        await self.hass.async_block_till_done()

    async def chosen(self, *expected: tuple[str, Choice]) -> None:
        """Wait for choices, see that there are no others, and begin anew."""
        await self.house.until(lambda: len(self.choices) >= len(expected))
        await self.nothing_more()
        assert [zone for zone, _ in self.choices] == [zone for zone, _ in expected]
        for (_, got), (_, wanted) in zip(self.choices, expected, strict=True):
            assert got == wanted
        self.choices.clear()

    async def nothing_more(self) -> None:
        """Let all that was said be heard."""
        await asyncio.sleep(0.2)
        await self.hass.async_block_till_done()


@pytest.fixture
async def home(hass: HomeAssistant, plug_in: PlugIn, build: Build, hass_admin_user: MockUser) -> AsyncIterator[Home]:
    """Return a house whose lamps are dark and known; two of them are a group with a scene."""
    together = {"groups": frozenset({3})}
    port = plug_in(
        lamp(0, **together),
        lamp(1, **together),
        lamp(2),
        devices=(panel(0, InstanceType.PUSH_BUTTON),),
        speed=SPEED,
    )
    house: House = await build(line_of(port))
    for address in range(3):
        await house.until_light(address, "off", 20)
    home = Home(hass, house, port, hass_admin_user)
    yield home
    home.tracker.async_stop()


# At a dashboard


async def test_a_call_from_a_dashboard_is_a_choice(home: Home) -> None:
    await home.call("turn_on", home.lamp(0), home.lamp(1), brightness=HALF)
    await home.chosen(("office", dashboard(is_on=True, light=pytest.approx(light(HALF)))))
    assert home.heard[-1].user_id == home.user.id
    await home.call("turn_on", home.lamp(2))
    await home.chosen(("hall", dashboard(is_on=True)))
    await home.call("turn_off", home.lamp(0), home.lamp(1), home.lamp(2))
    await home.chosen(("office", dashboard(is_on=False)), ("hall", dashboard(is_on=False)))


async def test_a_call_for_what_is_there_already_is_a_choice_too(home: Home) -> None:
    await home.call("turn_off", home.lamp(2))
    await home.chosen(("hall", dashboard(is_on=False)))
    for _ in range(2):
        await home.call("turn_on", home.lamp(2), brightness=HALF)
        await home.chosen(("hall", dashboard(is_on=True, light=light(HALF))))


async def test_a_switch_that_is_toggled_and_a_step_are_what_they_come_to(home: Home) -> None:
    await home.call("toggle", home.lamp(2))
    await home.chosen(("hall", dashboard(is_on=True)))
    await home.call("turn_on", home.lamp(2), brightness=100)
    await home.chosen(("hall", dashboard(is_on=True, light=light(100))))
    await home.call("turn_on", home.lamp(2), brightness_step=20)
    await home.chosen(("hall", dashboard(is_on=True, light=light(120))))
    await home.call("turn_on", home.lamp(2), brightness=0)
    await home.chosen(("hall", dashboard(is_on=False)))


async def test_one_lamp_of_two_changes_the_light_of_the_zone(home: Home) -> None:
    await home.call("turn_on", home.lamp(0), home.lamp(1), brightness=255)
    await home.chosen(("office", dashboard(is_on=True, light=pytest.approx(1.0))))
    await home.call("turn_off", home.lamp(1))
    await home.chosen(("office", dashboard(is_on=True, light=pytest.approx(0.5))))


async def test_showing_which_lamp_it_is_is_no_choice(home: Home) -> None:
    await home.call("turn_on", home.lamp(2), flash="short")
    await home.chosen()


async def test_a_fade_is_one_choice_whatever_is_read_on_its_way(home: Home) -> None:
    await home.call("turn_on", home.lamp(2), brightness=254, transition=16)
    await home.chosen(("hall", dashboard(is_on=True, light=pytest.approx(light(253)))))
    key = next(key for key in home.line.gear if home.line.gear[key].address == 2)
    await home.house.until(lambda: home.line.state(key).origin == "answered")
    await home.chosen()


async def test_an_area_of_many_lamps_is_one_choice_for_each_zone(home: Home) -> None:
    entities = er.async_get(home.hass)
    for address in range(3):
        entities.async_update_entity(home.lamp(address), labels={"all"})
    await home.call("turn_on", label_id="all", brightness=HALF)
    await home.chosen(
        ("office", dashboard(is_on=True, light=pytest.approx(light(HALF)))),
        ("hall", dashboard(is_on=True, light=light(HALF))),
    )


async def test_a_colour_is_a_choice_of_its_own(
    hass: HomeAssistant, plug_in: PlugIn, build: Build, hass_admin_user: MockUser
) -> None:
    colours = (ColourType.TC, ColourType.RGBWAF)
    port = plug_in(lamp(2, level=100, device_types=(6, 8), colour_types=colours, channels=3), speed=SPEED)
    house: House = await build(line_of(port))
    await house.until_light(2, "on", 20)
    home = Home(hass, house, port, hass_admin_user)
    await home.call("turn_on", home.lamp(2), color_temp_kelvin=4000)
    await home.chosen(("hall", dashboard(is_on=True, colour_temperature=4000)))
    await home.call("turn_on", home.lamp(2), color_temp_kelvin=4000, brightness=HALF)
    await home.chosen(("hall", dashboard(is_on=True, light=light(HALF), colour_temperature=4000)))
    await home.call("turn_on", home.lamp(2), rgb_color=(255, 0, 0))
    await home.chosen(("hall", dashboard(is_on=True, other_colour=True)))
    # Another master takes 333 mirek into DTR0 and DTR1, and from there into the lamp.
    temperature = (0xA300 | 333 & 0xFF, 0xC300 | 333 >> 8, 0xC108, 0x05E7, 0xC108, 0x05E2)
    await port.do(lambda simulation: say(simulation, temperature))
    await home.chosen(("hall", master(colour_temperature=3003)))
    home.tracker.async_stop()


# Groups


async def test_a_group_of_the_line_is_a_choice_for_the_zone_of_its_lamps(home: Home) -> None:
    await home.call("turn_on", "light.group_3", brightness=HALF)
    await home.chosen(("office", dashboard(is_on=True, light=pytest.approx(light(HALF)))))
    await home.call("turn_off", "light.group_3")
    await home.chosen(("office", dashboard(is_on=False)))


async def test_a_zone_may_be_a_group_of_the_line(home: Home) -> None:
    home.track_only(office=["light.group_3"])
    await home.call("turn_on", home.lamp(0), brightness=HALF)
    await home.chosen(("office", dashboard(is_on=True, light=pytest.approx(light(HALF) / 2))))


@pytest.mark.parametrize("zone_is_group", [False, True])
async def test_a_group_of_home_assistants_is_what_its_lamps_are(
    home: Home,
    zone_is_group: bool,  # noqa: FBT001  # of pytest's making
) -> None:
    both = [home.lamp(0), home.lamp(1)]
    group = MockConfigEntry(
        domain="group", title="Both", options={"group_type": "light", "name": "Both", "entities": both, "all": False}
    )
    group.add_to_hass(home.hass)
    assert await home.hass.config_entries.async_setup(group.entry_id)
    if zone_is_group:
        home.track_only(office=["light.both"])
    await home.call("turn_on", "light.both", brightness=HALF)
    await home.chosen(("office", dashboard(is_on=True, light=pytest.approx(light(HALF)))))


async def test_a_group_of_entities_is_what_its_lamps_are(home: Home) -> None:
    await home.set_up("group", {"old": {"entities": [home.lamp(0), home.lamp(1)]}})
    await home.call("turn_on", "group.old", domain="homeassistant")
    await home.chosen(("office", dashboard(is_on=True)))


# Automations, scripts and scenes


async def test_an_automation_chooses(home: Home) -> None:
    action = {"action": "light.turn_on", "target": {"entity_id": home.lamp(2)}, "data": {"brightness": HALF}}
    await home.set_up(
        "automation", [{"alias": "A", "triggers": {"trigger": "event", "event_type": "bell"}, "actions": [action]}]
    )
    home.hass.bus.async_fire("bell", context=Context(user_id=home.user.id))
    await home.chosen(("hall", automation(is_on=True, light=light(HALF))))


async def test_a_script_chooses_for_whoever_starts_it(home: Home) -> None:
    action = {"action": "light.turn_off", "target": {"entity_id": home.lamp(2)}}
    await home.set_up("script", {"night": {"sequence": [action]}})
    await home.call("night", domain="script")
    await home.chosen(("hall", dashboard(is_on=False)))
    await home.hass.services.async_call("script", "night", blocking=True)
    await home.chosen(("hall", automation(is_on=False)))


async def test_a_scene_chooses_also_for_lights_that_it_finds_as_it_wants_them(home: Home) -> None:
    wanted = {home.lamp(0): {"state": "on", "brightness": HALF}, home.lamp(1): "off", home.lamp(2): "off"}
    for _ in range(2):
        await home.hass.services.async_call("scene", "apply", {"entities": wanted}, blocking=True)
        await home.chosen(
            ("office", automation(is_on=True, light=pytest.approx(light(HALF) / 2))), ("hall", automation(is_on=False))
        )


async def test_a_scene_entity_chooses(home: Home) -> None:
    film = {"scene_id": "film", "entities": {home.lamp(2): {"state": "on", "brightness": 10}}}
    await home.hass.services.async_call("scene", "create", film, blocking=True)
    for _ in range(2):
        await home.call("turn_on", "scene.film", domain="scene")
        await home.chosen(("hall", dashboard(is_on=True, light=light(10))))


@pytest.fixture
def _settings_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read what gear keeps as soon as the line is online."""
    monkeypatch.setattr(gear_settings, "READ_AFTER", 0.0)
    monkeypatch.setattr(gear_settings, "PAUSE", 0.05)


@pytest.mark.usefixtures("_settings_at_once")
async def test_a_scene_that_the_lamps_keep_chooses(home: Home) -> None:
    key = next(key for key in home.line.gear if home.line.gear[key].address == 2)
    await home.house.until(lambda: all(gear.stored.complete for gear in home.line.gear.values()), 30)
    await home.line.scenes.store(5, [key], Level(200))
    await home.house.until(lambda: home.house.state("scene.ground_floor_scene_5") is not None)
    await home.call("turn_on", "scene.ground_floor_scene_5", domain="scene")
    await home.chosen(("hall", dashboard(is_on=True, light=light(200))))


# On the line


async def test_a_master_on_the_wall_chooses(home: Home) -> None:
    for _ in range(2):
        await home.say(general.DAPC(GearShort(2), HALF))
        await home.chosen(("hall", master(is_on=True, light=light(HALF))))
    await home.say(general.DAPC(GearGroup(3), HALF))
    await home.chosen(("office", master(is_on=True, light=pytest.approx(light(HALF)))))
    await home.say(general.Off(GearBroadcast()))
    await home.chosen(("office", master(is_on=False)), ("hall", master(is_on=False)))


async def test_lamps_that_a_master_switches_one_after_the_other_are_one_choice(home: Home) -> None:
    for address in range(2):
        await home.say(general.DAPC(GearShort(address), HALF))
    await home.chosen(("office", master(is_on=True, light=pytest.approx(light(HALF)))))


async def test_what_there_is_holds_while_somebody_dims_and_then_what_became_of_it(home: Home) -> None:
    await home.call("turn_on", home.lamp(2), brightness=HALF)
    await home.chosen(("hall", dashboard(is_on=True, light=light(HALF))))
    for _ in range(3):
        await home.say(general.StepUp(GearShort(2)))
    await home.house.until(lambda: len(home.choices) > 1)
    await home.chosen(
        ("hall", master(is_on=True, light=light(HALF))), ("hall", master(is_on=True, light=light(HALF + 3)))
    )


async def test_dimming_what_is_off_is_no_choice(home: Home) -> None:
    await home.say(general.Up(GearShort(2)))
    await asyncio.sleep(1.5)
    await home.chosen()


async def test_a_button_of_the_line_that_is_bound_to_lamps_chooses(home: Home) -> None:
    await home.house.until(lambda: bool(home.line.inputs.devices), 20)
    events: list[LineEvent] = []
    home.line.subscribe(events.append)
    await home.port.do(lambda simulation: simulation.inputs.gesture(0, 0, Gesture.SHORT))
    await home.house.until(lambda: any(isinstance(event, ButtonUsed) for event in events))
    await home.say(general.RecallMaxLevel(GearShort(2)))
    await home.chosen(("hall", Choice(origin=Origin.BUTTON, is_on=True, light=1.0)))


# What is no person


async def test_what_we_do_ourselves_is_no_choice(home: Home) -> None:
    keys = tuple(home.line.gear)
    await home.line.many.set_level(keys, Level(77), seconds=2, priority=Priority.AUTOMATIC)
    await home.line.many.set_all(Level(200), priority=Priority.AUTOMATIC)
    await home.line.set_level(keys[0], Level(50), priority=Priority.AUTOMATIC)
    await home.line.turn_on(keys[1], priority=Priority.AUTOMATIC)
    context = home.contexts.new()
    for target in (home.lamp(0), "light.group_3"):
        await home.hass.services.async_call(
            "light", "turn_on", {"entity_id": target, "brightness": 9}, blocking=True, context=context
        )
    await home.chosen()


async def test_what_follows_what_we_did_is_no_choice(home: Home) -> None:
    action = {"action": "light.turn_on", "target": {"entity_id": home.lamp(1)}}
    trigger = {"trigger": "state", "entity_id": home.lamp(0), "to": "on"}
    await home.set_up("automation", [{"alias": "A", "triggers": trigger, "actions": [action]}])
    await home.hass.services.async_call(
        "light", "turn_on", {"entity_id": home.lamp(0)}, blocking=True, context=home.contexts.new()
    )
    await home.house.until(lambda: home.house.state(home.lamp(1)) == "on")
    await home.chosen()


async def test_no_trouble_is_a_choice(home: Home) -> None:
    await home.line.many.set_all(Level(100), priority=Priority.AUTOMATIC)
    await home.port.do(lambda simulation: simulation.set_gear_fault(0, GearFault.LAMP))
    await home.port.do(lambda simulation: simulation.set_mains_power(1, present=False))
    await home.port.do(lambda simulation: simulation.set_line_power(present=False))
    await home.house.until(lambda: home.line.status is LineStatus.NO_POWER)
    await home.port.do(lambda simulation: simulation.set_line_power(present=True))
    await home.port.do(lambda simulation: simulation.set_mains_power(1, present=True))
    await home.house.until(lambda: home.line.status is LineStatus.ONLINE)
    await home.port.do(Simulation.unplug)
    await home.house.until(lambda: home.line.status is LineStatus.OFFLINE)
    # What a master does meanwhile nobody hears, and how the lamps are then is no choice of ours to know.
    await home.say(general.Off(GearBroadcast()))
    await home.port.do(Simulation.replug)
    await home.house.until(lambda: home.line.status is LineStatus.ONLINE)
    await home.house.until_light(2, "off")
    await home.chosen()


async def test_a_restart_is_no_choice(home: Home) -> None:
    await home.call("turn_on", home.lamp(2), brightness=HALF)
    await home.chosen(("hall", dashboard(is_on=True, light=light(HALF))))
    home.tracker.async_stop()
    assert await home.hass.config_entries.async_reload(home.house.entry.entry_id)
    home.tracker = home.track(office=(home.lamp(0), home.lamp(1)), hall=(home.lamp(2),))
    await home.house.until_light(2, "on", 20)
    await home.chosen()
    await home.say(general.Off(GearShort(2)))
    await home.chosen(("hall", master(is_on=False)))


async def test_lights_of_no_zone_are_nobodys_choice(home: Home) -> None:
    home.track_only(elsewhere=["light.there_is_none"])
    await home.call("turn_on", home.lamp(2))
    await home.chosen()


def test_own_contexts_are_told_apart() -> None:
    contexts = OwnContexts()
    ours = contexts.new()
    assert contexts.owns(ours)
    assert contexts.owns(Context(parent_id=ours.id))
    assert not contexts.owns(Context())
    assert not contexts.owns(Context(parent_id="another"))
