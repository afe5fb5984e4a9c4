"""What people chose in a zone holds from one start to the next, until it is released."""

from datetime import timedelta
import logging
from types import MappingProxyType
from typing import Any

from dali.address import GearShort
from dali.gear import general
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Context, HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_fire_time_changed

from custom_components.smart_lighting_ai_dali.const import DOMAIN, SUBENTRY_ZONE
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.dali.level import Level, light_output
from custom_components.smart_lighting_ai_dali.zones.overrides import Attribute, Origin
from tests.told import told_once

from .conftest import Build, House, PlugIn, SimulatedPort, lamp, line_of

MOTION = "binary_sensor.motion"


class Hall:
    """A hall with one lamp and a sensor that sees nobody."""

    def __init__(self, hass: HomeAssistant, house: House, port: SimulatedPort, user: MockUser) -> None:
        self.hass = hass
        self.house = house
        self.port = port
        self.user = user
        self.key = ""

    async def set_up(self, **more: Any) -> None:
        """Set the zone up."""
        self.hass.states.async_set(MOTION, "off", {"device_class": "motion"})
        lights = [self.house.entity("light", 0)]
        data = {"lights": lights, "motion": [MOTION], "purpose": "living", "release": "never", **more}
        zone = ConfigSubentry(data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title="Hall", unique_id=None)
        self.hass.config_entries.async_add_subentry(self.house.entry, zone)
        await self.hass.async_block_till_done()
        self.key = zone.subentry_id

    @property
    def zone(self) -> ZoneControl:
        """Return the running zone."""
        return self.house.site.control.zones[self.key]

    @property
    def held(self) -> dict[Attribute, tuple[float, Origin]]:
        """Return what people chose."""
        return {one.attribute: (one.value, one.origin) for one in self.zone.reflex.overrides.held}

    async def call(self, action: str, context: Context, **data: Any) -> None:
        """Call an action on the lamp."""
        data["entity_id"] = self.house.entity("light", 0)
        await self.hass.services.async_call("light", action, data, blocking=True, context=context)

    async def restart(self) -> None:
        """Stop the site and start it again."""
        assert await self.hass.config_entries.async_reload(self.house.entry.entry_id)
        await self.hass.async_block_till_done()


@pytest.fixture
async def hall(hass: HomeAssistant, plug_in: PlugIn, build: Build, hass_admin_user: MockUser) -> Hall:
    """Return a hall in the dark."""
    port = plug_in(lamp(0))
    house: House = await build(line_of(port))
    await house.until_light(0, "off", 20)
    return Hall(hass, house, port, hass_admin_user)


async def test_a_choice_outlives_a_restart_and_off_and_on(hall: Hall, hass_storage: dict[str, Any]) -> None:
    await hall.set_up()
    await hall.call("turn_on", Context(user_id=hall.user.id), brightness=90)
    light = light_output(Level(90)) / 100
    await hall.house.until(lambda: Attribute.LIGHT in hall.held)
    assert hall.held == {Attribute.ON: (1.0, Origin.DASHBOARD), Attribute.LIGHT: (light, Origin.DASHBOARD)}
    off = general.Off(GearShort(0)).frame.as_integer
    await hall.port.do(lambda simulation: simulation.foreign_frame(16, off))
    await hall.house.until(lambda: hall.held[Attribute.ON] == (0.0, Origin.MASTER))
    held, learned = hall.zone.reflex.overrides.held, hall.zone.reflex.learning.as_dict()
    await hall.restart()
    assert hall.zone.reflex.overrides.held == held
    assert hall.zone.reflex.learning.as_dict() == learned
    assert hass_storage[f"{DOMAIN}.{hall.house.entry.entry_id}.zones"]["data"][hall.key]["is_automatic"] is True
    hall.zone.async_release(None)
    await hall.restart()
    assert hall.held == {}


async def test_an_automation_is_a_person_unless_the_zone_says_otherwise(hall: Hall) -> None:
    await hall.set_up(more={"automations_are_people": False})
    await hall.call("turn_on", Context(), brightness=90)
    await hall.call("turn_on", Context(user_id=hall.user.id), color_temp_kelvin=3000)
    await hall.house.until(lambda: bool(hall.held))
    assert hall.held == {Attribute.ON: (1.0, Origin.DASHBOARD)}


async def test_what_the_zone_does_by_itself_is_no_choice(hall: Hall) -> None:
    await hall.set_up()
    hall.hass.states.async_set(MOTION, "on", {"device_class": "motion"})
    await hall.house.until_light(0, "on")
    assert hall.held == {}


async def test_a_choice_is_on_disk_within_seconds_also_while_others_follow(
    hall: Hall, hass_storage: dict[str, Any]
) -> None:
    await hall.set_up()
    file = f"{DOMAIN}.{hall.house.entry.entry_id}.zones"
    for brightness in (10, 90):
        await hall.call("turn_on", Context(user_id=hall.user.id), brightness=brightness)
        await hall.house.until(lambda: Attribute.LIGHT in hall.held)
        async_fire_time_changed(hall.hass, dt_util.utcnow() + timedelta(seconds=2))
        await hall.hass.async_block_till_done(wait_background_tasks=True)
        held = hass_storage[file]["data"][hall.key]["overrides"]
        assert {one["attribute"] for one in held} == {"on", "light"}


@pytest.mark.parametrize(
    ("kept", "part"),
    [
        (None, "memory"),
        ([], "memory"),
        ({}, "memory"),
        ({"is_automatic": "yes", "ai_mode": "off", "overrides": [], "learning": {}}, "memory"),
        ({"is_automatic": True, "ai_mode": "everything", "overrides": [], "learning": {}}, "memory"),
        ({"is_automatic": True, "ai_mode": "off", "overrides": [{"attribute": "smell"}], "learning": {}}, "overrides"),
        ({"is_automatic": True, "ai_mode": "off", "overrides": [], "learning": {"hold": 3}}, "learning"),
    ],
)
async def test_what_cannot_be_read_is_left_out_and_said_once(
    hall: Hall, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture, kept: Any, part: str
) -> None:
    await hall.set_up()
    await hall.hass.config_entries.async_unload(hall.house.entry.entry_id)
    hass_storage[f"{DOMAIN}.{hall.house.entry.entry_id}.zones"]["data"][hall.key] = kept
    caplog.clear()
    assert await hall.hass.config_entries.async_setup(hall.house.entry.entry_id)
    await hall.hass.async_block_till_done()
    assert hall.zone.memory.is_automatic
    assert hall.held == {}
    said = [record for record in caplog.records if "unreadable" in record.getMessage()]
    assert [record.levelno for record in said] == [logging.WARNING]
    match part:
        case "memory":
            told_once(caplog, "control_service", "memory=unreadable")
        case "overrides":
            told_once(caplog, "control_service", "overrides=unreadable")
        case _:
            told_once(caplog, "control_service", "learning=unreadable")


async def test_a_file_of_a_later_version_begins_anew(
    hall: Hall, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    await hall.set_up()
    await hall.hass.config_entries.async_unload(hall.house.entry.entry_id)
    hass_storage[f"{DOMAIN}.{hall.house.entry.entry_id}.zones"]["version"] = 99
    assert await hall.hass.config_entries.async_setup(hall.house.entry.entry_id)
    assert hall.held == {}
    told_once(caplog, "control_service", "zones=unreadable")


async def test_a_site_that_is_removed_leaves_nothing_behind(hall: Hall, hass_storage: dict[str, Any]) -> None:
    await hall.set_up()
    assert await hall.hass.config_entries.async_remove(hall.house.entry.entry_id)
    assert f"{DOMAIN}.{hall.house.entry.entry_id}.zones" not in hass_storage
