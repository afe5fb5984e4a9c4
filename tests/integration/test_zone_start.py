"""A zone that starts finds lights and people as they are: it leaves nobody in the dark, and nothing lit for ever."""

from collections.abc import Callable
import time
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Context, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.smart_lighting_ai_dali.const import SUBENTRY_ZONE
from custom_components.smart_lighting_ai_dali.control import zone_control
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.dali.level import Level
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.zones.action import Action
from custom_components.smart_lighting_ai_dali.zones.overrides import Choice, Origin
from custom_components.smart_lighting_ai_dali.zones.plan import Reason

from .conftest import Build, House, PlugIn, lamp, line_of

MOTION = "binary_sensor.motion"
DAY = 86_400.0


class Study:
    """A room with a lamp, and a sensor that sees nobody who sits still."""

    def __init__(self, hass: HomeAssistant, house: House) -> None:
        self.hass = hass
        self.house = house
        self.key = ""

    async def set_up(self, *, motion: tuple[str, ...] = (MOTION,), **more: Any) -> None:
        """Set the zone up."""
        for sensor in motion:
            self.hass.states.async_set(sensor, "off", {"device_class": "motion"})
        lights = [self.house.entity("light", 0)]
        data = {"lights": lights, "motion": list(motion), "purpose": "living", "release": "empty", **more}
        zone = ConfigSubentry(data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title="Study", unique_id=None)
        self.hass.config_entries.async_add_subentry(self.house.entry, zone)
        await self.hass.async_block_till_done()
        self.key = zone.subentry_id

    @property
    def zone(self) -> ZoneControl:
        """Return the running zone."""
        return self.house.site.control.zones[self.key]

    @property
    def light(self) -> str | None:
        """Return the state of the lamp."""
        return self.house.state(self.house.entity("light", 0))

    async def restart(self) -> None:
        """Stop the site and start it again, and let it read its lamp."""
        before = self.light
        assert await self.hass.config_entries.async_reload(self.house.entry.entry_id)
        await self.house.until(lambda: self.light == before, 20)

    def later(self, seconds: float) -> list[Action]:
        """Return what the zone would do by itself within a time."""
        reflex, end, done = self.zone.reflex, time.time() + seconds, []
        while (wake := reflex.wake_at) is not None and wake <= end:
            if (action := reflex.wake(wake)) is not None:
                done.append(action)
        return done


type MakeStudy = Callable[[int], Any]


@pytest.fixture
def study(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> MakeStudy:
    """Return what makes a study whose lamp is at a level."""

    async def make(level: int) -> Study:
        house: House = await build(line_of(plug_in(lamp(0, level=level))))
        await house.until_light(0, "on" if level else "off", 20)
        return Study(hass, house)

    return make


async def test_a_room_that_is_lit_stays_so_for_the_hold_time(study: MakeStudy) -> None:
    room = await study(200)
    await room.set_up()
    assert room.zone.reflex.is_occupied
    assert room.zone.reflex.light > 0
    *_, last = room.later(DAY)
    assert (last.reason, last.light) == (Reason.LEFT, 0)
    assert not room.zone.reflex.is_occupied


async def test_a_restart_puts_nobody_into_the_dark(study: MakeStudy) -> None:
    room = await study(200)
    await room.set_up()
    await room.restart()
    await room.house.until(lambda: bool(room.zone.reflex.is_occupied))
    assert room.zone.reflex.light > 0
    assert room.light == "on"


async def test_a_sensor_that_was_not_heard_of_yet_did_not_fail(study: MakeStudy) -> None:
    room = await study(254)
    await room.set_up(illuminance=["sensor.lux"], limits={"brightest": 10})
    action = room.zone.reflex.last_action
    assert action is None or action.reason is not Reason.SENSOR_LOST
    assert room.zone.failing_sensors == ("sensor.lux",)
    room.hass.states.async_set("sensor.lux", "30")
    await room.hass.async_block_till_done()
    assert room.zone.failing_sensors == ()
    assert room.zone.reflex.illuminance_of.reading == 30


async def test_a_room_that_is_dark_is_nobodys(study: MakeStudy) -> None:
    room = await study(0)
    await room.set_up()
    assert room.zone.reflex.is_occupied is False
    assert room.later(DAY) == []


async def test_what_was_to_end_when_the_room_is_empty_ends_after_a_restart_too(
    study: MakeStudy, hass_admin_user: MockUser
) -> None:
    room = await study(200)
    await room.set_up()
    off = Choice(origin=Origin.DASHBOARD, is_on=False, light=0)
    await room.house.call("light", "turn_off", room.house.entity("light", 0))
    room.house.site.control.async_choose(room.key, off, Context(user_id=hass_admin_user.id))
    await room.restart()
    assert room.zone.reflex.overrides.is_on is False
    room.later(DAY)
    assert room.zone.reflex.overrides.held == ()
    room.hass.states.async_set(MOTION, "on", {"device_class": "motion"})
    await room.house.until_light(0, "on")


async def test_without_a_sensor_for_people_lights_are_left_to_them(study: MakeStudy) -> None:
    room = await study(200)
    await room.set_up(motion=())
    assert room.later(DAY) == []
    assert room.light == "on"


async def test_lights_that_came_on_by_themselves_go_off_again(
    study: MakeStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zone_control, "_SETTLING", 0.1)
    room = await study(0)
    await room.set_up()
    (line,) = [one.line for one in room.house.site.lines.values()]
    await line.set_level(next(iter(line.gear)), Level(200), priority=Priority.AUTOMATIC)
    await room.house.until(lambda: bool(room.zone.reflex.is_occupied))
    *_, last = room.later(DAY)
    assert (last.reason, last.light) == (Reason.LEFT, 0)


async def test_windows_are_known_only_where_a_sensor_tells_of_them(study: MakeStudy) -> None:
    room = await study(0)
    await room.set_up()
    assert room.zone.settings.daylight_factor == 0
    for change in ({"illuminance": ["sensor.lux"]}, {"illuminance": [], "purpose": "outdoor"}):
        subentry = room.house.entry.subentries[room.key]
        room.hass.config_entries.async_update_subentry(room.house.entry, subentry, data={**subentry.data, **change})
        await room.hass.async_block_till_done()
        assert room.zone.settings.daylight_factor > 0
