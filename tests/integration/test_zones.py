"""Zones: set up in two steps, they light the way of the people, and say why."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import json
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import Context, Event
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_capture_events

from custom_components.smart_lighting_ai_dali.const import DOMAIN, SUBENTRY_ZONE
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.control_service import EVENT_CHOICE, EVENT_DECISION
from custom_components.smart_lighting_ai_dali.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.smart_lighting_ai_dali.logbook import async_describe_events
from custom_components.smart_lighting_ai_dali.zones.overrides import Choice, Origin

from .conftest import Build, House, PlugIn, SimulatedPort, lamp, line_of

MOTION = "binary_sensor.kitchen_motion"
LUX = "sensor.kitchen_light"


def zone_of(*lights: str, motion: tuple[str, ...] = (MOTION,), title: str = "Kitchen", **more: Any) -> ConfigSubentry:
    """Return a zone as its dialog makes it."""
    data = {"lights": list(lights), "motion": list(motion), "purpose": "kitchen", "release": "empty", **more}
    return ConfigSubentry(data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title=title, unique_id=None)


class Room:
    """A house with one line, and what zones of it do."""

    def __init__(self, house: House, port: SimulatedPort, user: str) -> None:
        self.house = house
        self.user = user
        self.port = port
        self.decisions: list[Event[Any]] = async_capture_events(house.hass, EVENT_DECISION)

    async def add(self, zone: ConfigSubentry) -> ZoneControl:
        """Add a zone to the site."""
        self.house.hass.config_entries.async_add_subentry(self.house.entry, zone)
        await self.house.hass.async_block_till_done()
        return self.house.site.control.zones[zone.subentry_id]

    async def see(self, state: str, entity_id: str = MOTION, context: Context | None = None) -> None:
        """Let a sensor say something."""
        self.house.hass.states.async_set(entity_id, state, {"device_class": "motion"}, context=context)
        await self.house.hass.async_block_till_done()

    def entity(self, zone: ZoneControl, platform: str, key: str) -> str:
        """Return an entity of a zone."""
        entity_id = er.async_get(self.house.hass).async_get_entity_id(platform, DOMAIN, f"{zone.key}_{key}")
        assert entity_id is not None, key
        return entity_id

    def state(self, zone: ZoneControl, platform: str, key: str) -> str | None:
        """Return the state of an entity of a zone."""
        return self.house.state(self.entity(zone, platform, key))

    def device(self, zone: ZoneControl) -> str | None:
        """Return the device of a zone."""
        registry = dr.async_get(self.house.hass)
        device = registry.async_get_device_by_identifier((DOMAIN, zone.key), self.house.entry.entry_id)
        return None if device is None else device.id

    async def until_lit(self, *addresses: int) -> None:
        """Wait until lights are on."""
        for address in addresses:
            await self.house.until_light(address, STATE_ON)


@pytest.fixture
async def room(plug_in: PlugIn, build: Build, hass_admin_user: MockUser) -> Room:
    """Return a house with two lights that are off."""
    port = plug_in(lamp(0), lamp(1))
    house: House = await build(line_of(port))
    for address in (0, 1):
        await house.until_light(address, STATE_OFF, 30)
    return Room(house, port, hass_admin_user.id)


# What it does


async def test_who_comes_has_light_at_once(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0), room.house.entity("light", 1)))
    await room.see(STATE_ON)
    await room.until_lit(0, 1)
    assert room.state(zone, "binary_sensor", "zone_occupancy") == STATE_ON
    assert room.state(zone, "sensor", "reason") == "arrival"
    assert float(room.state(zone, "sensor", "target_lux") or 0) > 0


async def test_all_lights_of_a_zone_leave_in_one_frame(room: Room) -> None:
    await room.add(zone_of(room.house.entity("light", 0), room.house.entity("light", 1), more={"fade": 0.7}))
    await room.house.until(lambda: all(line.line.complete for line in room.house.site.lines.values()))
    await room.see(STATE_ON)
    await room.until_lit(0, 1)
    frames = await room.port.do(lambda simulation: simulation.wire.log.frames())
    levels = [one.data >> 8 for one in frames if one.source == "adapter" and one.bits == 16 and not one.data >> 8 & 1]
    # DAPC to all, whose address is 0xFE.
    assert [address for address in levels if address < 0x80 or address == 0xFE] == [0xFE]


async def test_a_change_names_its_cause(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0)))
    cause = Context()
    await room.see(STATE_ON, context=cause)
    await room.until_lit(0)
    (decision,) = room.decisions
    assert decision.context.parent_id == cause.id
    assert decision.data["reason"] == "arrival"
    assert decision.data["zone"] == zone.key
    light = room.house.hass.states.get(room.house.entity("light", 0))
    assert light is not None
    assert light.context.id == decision.context.id
    assert room.house.site.control.is_ours(light.context)
    assert not room.house.site.control.is_ours(cause)


async def test_a_group_names_the_cause_of_its_members(plug_in: PlugIn, build: Build, hass_admin_user: MockUser) -> None:
    port = plug_in(lamp(0, groups=frozenset({3})), lamp(1))
    house: House = await build(line_of(port))
    for address in (0, 1):
        await house.until_light(address, STATE_OFF, 30)
    room = Room(house, port, hass_admin_user.id)
    await room.add(zone_of(house.entity("light", 0)))
    await room.see(STATE_ON)
    await house.until(lambda: house.state("light.group_3") == STATE_ON)
    group = house.hass.states.get("light.group_3")
    assert group is not None
    assert group.context.id == room.decisions[0].context.id


async def test_switched_off_it_does_nothing(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0)))
    switch = room.entity(zone, "switch", "automatic")
    await room.house.call("switch", "turn_off", switch)
    await room.see(STATE_ON)
    assert room.decisions == []
    assert room.house.state(switch) == STATE_OFF
    await room.house.call("switch", "turn_on", switch)
    await room.until_lit(0)


async def test_what_a_person_chose_is_shown_and_released(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0)))
    await room.see(STATE_ON)
    await room.until_lit(0)
    context = Context(user_id=room.user)
    light = {"entity_id": room.house.entity("light", 0)}
    await room.house.hass.services.async_call("light", "turn_off", light, blocking=True, context=context)
    await room.house.until(lambda: room.state(zone, "sensor", "override") == "off")
    await room.house.call("button", "press", room.entity(zone, "button", "release"))
    assert room.state(zone, "sensor", "override") == "none"
    assert room.state(zone, "sensor", "reason") == "released"


async def test_what_a_zone_does_is_no_choice(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0), room.house.entity("light", 1)))
    await room.see(STATE_ON)
    await room.until_lit(0, 1)
    await asyncio.sleep(0.2)
    assert zone.reflex.overrides.held == ()


async def test_an_automation_is_a_person_unless_the_zone_says_otherwise(room: Room) -> None:
    people = await room.add(zone_of(room.house.entity("light", 0)))
    others = await room.add(zone_of(room.house.entity("light", 1), motion=(), more={"automations_are_people": False}))
    for address in (0, 1):
        await room.house.call("light", "turn_on", room.house.entity("light", address), brightness=100)
    await room.house.until(lambda: room.state(people, "sensor", "override") == "level")
    assert room.state(others, "sensor", "override") == "none"


async def test_a_sensor_that_is_gone_says_nothing(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0)))
    await room.see(STATE_UNAVAILABLE)
    assert zone.reflex.is_occupied is None
    assert room.state(zone, "binary_sensor", "zone_occupancy") == "unknown"


async def test_a_zone_says_which_sensors_it_does_without(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0), illuminance=[LUX]))
    problem = room.entity(zone, "binary_sensor", "sensor_problem")

    def missing() -> list[str]:
        state = room.house.hass.states.get(problem)
        assert state is not None
        sensors: list[str] = state.attributes["sensors"]
        assert state.state == (STATE_ON if sensors else STATE_OFF)
        return sensors

    assert missing() == [MOTION, LUX]
    await room.see(STATE_OFF)
    await room.see("120", LUX)
    assert missing() == []
    await room.see("dark", LUX)
    assert missing() == [LUX]
    await room.see("0", LUX)
    await room.see(STATE_UNAVAILABLE)
    assert missing() == [MOTION]


async def test_the_ai_mode_is_kept(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0)))
    select = room.entity(zone, "select", "ai_mode")
    assert room.house.state(select) == "off"
    await room.house.call("select", "select_option", select, option="shadow")
    assert room.house.state(select) == "shadow"


async def test_a_zone_that_is_changed_follows_at_once(room: Room) -> None:
    first, second = room.house.entity("light", 0), room.house.entity("light", 1)
    zone = await room.add(zone_of(first))
    subentry = room.house.entry.subentries[zone.key]
    room.house.hass.config_entries.async_update_subentry(
        room.house.entry, subentry, data={**subentry.data, "lights": [second]}
    )
    await room.house.hass.async_block_till_done()
    await room.see(STATE_ON)
    await room.until_lit(1)
    assert room.house.state(first) == STATE_OFF


async def test_when_people_come_and_sleep_is_told_to_administrators_alone(
    room: Room, hass_read_only_user: MockUser
) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0)))

    async def learned(user: str | None) -> set[str]:
        data = {"device_id": room.device(zone)}
        answer: Any = await room.house.hass.services.async_call(
            DOMAIN, "explain", data, blocking=True, return_response=True, context=Context(user_id=user)
        )
        return set(answer["learned"])

    everything = await learned(room.user)
    # An automation has no user, and is made by an administrator.
    assert await learned(None) == everything
    assert await learned(hass_read_only_user.id) == everything - {"presence", "sleep"}


async def test_a_home_that_moves_takes_its_zones_along(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0)))
    await room.see(STATE_ON)
    await room.until_lit(0)
    light = {"entity_id": room.house.entity("light", 0)}
    await room.house.hass.services.async_call(
        "light", "turn_off", light, blocking=True, context=Context(user_id=room.user)
    )
    await room.house.until(lambda: room.state(zone, "sensor", "override") == "off")
    decided = len(room.decisions)
    await room.house.hass.config.async_update(time_zone="Pacific/Auckland", latitude=-36.8, longitude=174.8)
    await room.house.hass.async_block_till_done()
    moved = room.house.site.control.zones[zone.key].reflex
    assert str(moved.place.time_zone) == "Pacific/Auckland"
    assert (moved.place.latitude, moved.place.longitude) == (-36.8, 174.8)
    # What people chose holds, and nothing goes on by itself.
    assert room.state(zone, "sensor", "override") == "off"
    assert room.house.state(light["entity_id"]) == STATE_OFF
    assert len(room.decisions) == decided


async def test_a_zone_that_is_removed_leaves_nothing(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0)))
    room.house.hass.config_entries.async_remove_subentry(room.house.entry, zone.key)
    await room.house.hass.async_block_till_done()
    await room.see(STATE_ON)
    assert room.decisions == []
    assert room.house.site.control.zones == {}
    registry = er.async_get(room.house.hass)
    assert [one for one in registry.entities.values() if one.unique_id.startswith(zone.key)] == []


async def test_somebody_next_door_is_told_of(room: Room) -> None:
    stairs = await room.add(
        zone_of(room.house.entity("light", 1), motion=("binary_sensor.stairs",), title="Stairs", purpose="stairs")
    )
    await room.see(STATE_OFF, "binary_sensor.stairs")
    hall = await room.add(zone_of(room.house.entity("light", 0), purpose="corridor", neighbours=[stairs.key]))
    await room.see(STATE_ON)
    await room.until_lit(0)
    reasons = {event.data["zone"]: event.data["reason"] for event in room.decisions}
    assert reasons[hall.key] == "arrival"
    assert reasons.get(stairs.key) == "neighbour"


# How it is set up


async def start_dialog(house: House) -> Any:
    """Open the dialog that adds a zone."""
    return await house.hass.config_entries.subentries.async_init(
        (house.entry.entry_id, SUBENTRY_ZONE), context={"source": "user"}
    )


def suggested(result: Any) -> dict[str, Any]:
    """Return what a form has filled in."""
    return {
        str(key): key.description["suggested_value"]
        for key in result["data_schema"].schema
        if key.description and "suggested_value" in key.description
    }


def furnish(house: House, name: str, *addresses: int) -> str:
    """Put lights and a motion sensor into an area."""
    area = ar.async_get(house.hass).async_create(name)
    registry = er.async_get(house.hass)
    for address in addresses:
        light = registry.async_get(house.entity("light", address))
        assert light is not None
        dr.async_get(house.hass).async_update_device(light.device_id or "", area_id=area.id)
    sensor = registry.async_get_or_create(
        "binary_sensor",
        "test",
        f"{name} motion",
        original_device_class="motion",
        original_name="Motion",
        suggested_object_id="kitchen_motion",
    )
    registry.async_update_entity(sensor.entity_id, area_id=area.id)
    return area.id


async def test_a_zone_is_set_up_in_two_clicks(room: Room) -> None:
    area_id = furnish(room.house, "Küche", 0, 1)
    result = await start_dialog(room.house)
    assert result["step_id"] == "user"
    assert suggested(result) == {"area": area_id}
    flows = room.house.hass.config_entries.subentries
    result = await flows.async_configure(result["flow_id"], suggested(result))
    filled = suggested(result)
    assert filled["name"] == "Küche"
    assert filled["lights"] == [room.house.entity("light", 0), room.house.entity("light", 1)]
    assert filled["motion"] == [MOTION]
    assert filled["purpose"] == "kitchen"
    result = await flows.async_configure(result["flow_id"], {**filled, "more": {}, "limits": {}})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await room.house.hass.async_block_till_done()
    (zone,) = room.house.site.control.zones.values()
    assert (zone.name, zone.settings.purpose) == ("Küche", "kitchen")
    (subentry,) = [one for one in room.house.entry.subentries.values() if one.subentry_type == SUBENTRY_ZONE]
    assert subentry.data["area"] == area_id
    device = dr.async_get(room.house.hass).async_get_device_by_identifier((DOMAIN, zone.key), room.house.entry.entry_id)
    assert device is not None
    assert device.area_id == area_id
    await room.see(STATE_ON)
    await room.until_lit(0, 1)


async def test_a_zone_may_be_no_area(room: Room) -> None:
    furnish(room.house, "Kitchen", 0, 1)
    result = await start_dialog(room.house)
    (field,) = result["data_schema"].schema.values()
    assert [one["value"] for one in field.config["options"]] == ["kitchen", "no-area"]
    flows = room.house.hass.config_entries.subentries
    result = await flows.async_configure(result["flow_id"], {"area": "no-area"})
    assert result["step_id"] == "zone"
    assert suggested(result) == {}
    answer = {"name": "Corner", "lights": [room.house.entity("light", 0)], "more": {}, "limits": {}}
    result = await flows.async_configure(result["flow_id"], answer)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = [one for one in room.house.entry.subentries.values() if one.subentry_type == SUBENTRY_ZONE]
    assert "area" not in subentry.data


async def test_an_area_with_a_zone_is_not_offered_again(room: Room) -> None:
    furnish(room.house, "Kitchen", 0)
    await room.add(zone_of(room.house.entity("light", 0), area="kitchen"))
    result = await start_dialog(room.house)
    assert result["step_id"] == "zone"
    assert suggested(result) == {}


async def test_a_light_is_in_one_zone_only(room: Room) -> None:
    await room.add(zone_of(room.house.entity("light", 0), title="Hall"))
    result = await start_dialog(room.house)
    answer = {"name": "Kitchen", "lights": [room.house.entity("light", 0)], "more": {}, "limits": {}}
    flows = room.house.hass.config_entries.subentries
    result = await flows.async_configure(result["flow_id"], answer)
    assert result["errors"] == {"lights": "light_in_two_zones"}
    assert result["description_placeholders"] == {"zones": "Hall"}
    result = await flows.async_configure(result["flow_id"], {**answer, "lights": [room.house.entity("light", 1)]})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_what_can_not_be_is_said(room: Room) -> None:
    result = await start_dialog(room.house)
    answer = {"name": "Kitchen", "lights": [room.house.entity("light", 0)], "more": {}, "limits": {}}
    flows = room.house.hass.config_entries.subentries
    wrong: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({"lights": []}, {"lights": "no_light"}),
        ({"name": " "}, {"name": "no_name"}),
        ({"limits": {"dimmest": 60, "brightest": 50}}, {"base": "limits_reversed"}),
        ({"limits": {"warmest": 5000, "coolest": 3000}}, {"base": "limits_reversed"}),
    ]
    for change, errors in wrong:
        result = await flows.async_configure(result["flow_id"], {**answer, **change})
        assert result["errors"] == errors
    result = await flows.async_configure(result["flow_id"], answer)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_zone_is_changed_in_its_dialog(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0), area="kitchen"))
    flows = room.house.hass.config_entries.subentries
    result = await flows.async_init(
        (room.house.entry.entry_id, SUBENTRY_ZONE), context={"source": "reconfigure", "subentry_id": zone.key}
    )
    assert result["menu_options"] == ["settings", "profile"]
    result = await flows.async_configure(result["flow_id"], {"next_step_id": "settings"})
    filled = suggested(result)
    assert filled["name"] == "Kitchen"
    answer = {**filled, "name": "Office", "purpose": "office", "more": {"lux": 400}, "limits": {"brightest": 50}}
    result = await flows.async_configure(result["flow_id"], answer)
    assert result["reason"] == "reconfigure_successful"
    await room.house.hass.async_block_till_done()
    changed = room.house.site.control.zones[zone.key]
    assert (changed.name, changed.settings.lux) == ("Office", 400)
    assert changed.settings.limits.highest_light < 0.05
    assert room.house.entry.subentries[zone.key].data["area"] == "kitchen"


# What is said of it


async def test_the_logbook_says_why(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0)))
    await room.see(STATE_ON)
    await room.until_lit(0)
    described: dict[str, Callable[[Event[Any]], dict[str, Any]]] = {}
    async_describe_events(room.house.hass, lambda _, event_type, describe: described.update({event_type: describe}))
    (decision,) = room.decisions
    entry = described[EVENT_DECISION](decision)
    assert entry["name"] == "Kitchen"
    assert entry["message"].startswith("set its lights to ")
    assert entry["message"].endswith("because somebody came")
    # By its device, so that it is the zone that did it, not one of its sensors.
    assert decision.data["device_id"] == room.device(zone)


async def test_the_logbook_says_what_people_chose(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0)))
    choices = async_capture_events(room.house.hass, EVENT_CHOICE)
    described: dict[str, Callable[[Event[Any]], dict[str, Any]]] = {}
    async_describe_events(room.house.hass, lambda _, event_type, describe: described.update({event_type: describe}))
    context = Context(user_id=room.user)
    chosen = [
        (Choice(origin=Origin.DASHBOARD, is_on=False), "switched off by hand in Home Assistant"),
        (Choice(origin=Origin.AUTOMATION, is_on=True), "switched on by an automation, a script or a scene"),
        (Choice(origin=Origin.BUTTON, is_on=True, light=1.0), "set to 100 % with a button of the line"),
        (
            Choice(origin=Origin.MASTER, is_on=True, light=1.0, colour_temperature=3000),
            "set to 100 % at 3000 K by another master of the line",
        ),
        (Choice(origin=Origin.MASTER, colour_temperature=3000), "set to 3000 K by another master of the line"),
        (Choice(origin=Origin.DASHBOARD, other_colour=True), "set to a colour by hand in Home Assistant"),
    ]
    for choice, _ in chosen:
        room.house.site.control.async_choose(zone.key, choice, context)
    await room.house.hass.async_block_till_done()
    messages = [described[EVENT_CHOICE](event)["message"] for event in choices]
    assert messages == [f"was {words}; that holds until nobody is there any more" for _, words in chosen]
    assert {event.context.id for event in choices} == {context.id}
    assert described[EVENT_CHOICE](choices[0])["name"] == "Kitchen"
    override = room.house.hass.states.get(room.entity(zone, "sensor", "override"))
    assert override is not None
    assert override.context.id == context.id
    assert override.state == "level_and_colour"
    assert override.attributes["on"]["is_on"] is True
    assert override.attributes["light"]["brightness_pct"] == 100
    assert override.attributes["colour"]["color_temp_kelvin"] is None


async def test_when_a_choice_ends_is_shown_where_it_is_known(room: Room) -> None:
    lights = [room.house.entity("light", address) for address in (0, 1)]
    evening = await room.add(zone_of(lights[0], release="daypart"))
    hour = await room.add(zone_of(lights[1], release="time", more={"release_minutes": 60}))
    for zone in (evening, hour):
        room.house.site.control.async_choose(zone.key, Choice(origin=Origin.DASHBOARD, is_on=True), Context())
    await room.house.hass.async_block_till_done()
    now = dt_util.utcnow()
    until = [dt_util.parse_datetime(room.state(zone, "sensor", "override_until") or "") for zone in (evening, hour)]
    assert until[0] is not None
    assert until[1] is not None
    assert now < until[0] <= now + timedelta(hours=9)
    assert (until[0].minute, until[0].second) == (0, 0)
    assert abs(until[1] - now - timedelta(hours=1)) < timedelta(seconds=5)


async def test_what_a_zone_shows_names_its_cause(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0)))
    cause = Context()
    await room.see(STATE_ON, context=cause)
    await room.until_lit(0)
    for platform, key in (("binary_sensor", "zone_occupancy"), ("sensor", "reason")):
        state = room.house.hass.states.get(room.entity(zone, platform, key))
        assert state is not None
        assert state.context.id == cause.id


async def test_a_bug_report_says_how_a_zone_is_and_no_names(room: Room) -> None:
    zone = await room.add(zone_of(room.house.entity("light", 0), title="Secret room"))
    await room.see(STATE_ON)
    await room.until_lit(0)
    report = await async_get_config_entry_diagnostics(room.house.hass, room.house.entry)
    (said,) = report["zones"]
    assert (said["purpose"], said["gear"], said["is_occupied"]) == ("kitchen", 1, True)
    assert said["last_action"]["reason"] == "arrival"
    assert "Secret" not in json.dumps(report)
    device = dr.async_get(room.house.hass).async_get_device_by_identifier((DOMAIN, zone.key), room.house.entry.entry_id)
    assert device is not None
    alone = await async_get_device_diagnostics(room.house.hass, room.house.entry, device)
    assert alone["purpose"] == "kitchen"
