"""What people said that they want is the light that they get."""

from types import MappingProxyType

from homeassistant.config_entries import ConfigSubentry
import pytest

from custom_components.smart_lighting_ai_dali.const import SUBENTRY_ZONE
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.profile import Profile

from .conftest import Build, House, PlugIn, lamp, line_of

MOTION = "binary_sensor.motion"


def wish(lux: float) -> Profile:
    """Return a wish for a light, whatever time of day it is."""
    return Profile.from_dict({"lux": {part.value: lux for part in Daypart}})


@pytest.fixture
async def house(plug_in: PlugIn, build: Build) -> House:
    """Return a house with a lamp that is off, and a zone in which nobody is."""
    house: House = await build(line_of(plug_in(lamp(0))))
    light = await house.until_light(0, "off", 30)
    house.hass.states.async_set(MOTION, "off", {"device_class": "motion"})
    data = {"lights": [light], "motion": [MOTION], "purpose": "living", "release": "never"}
    zone = ConfigSubentry(data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title="Hall", unique_id=None)
    house.hass.config_entries.async_add_subentry(house.entry, zone)
    await house.hass.async_block_till_done()
    return house


async def test_another_wish_is_another_light(house: House) -> None:
    (key,) = house.site.control.zones
    lights = {}
    for lux in (20.0, 400.0):
        await house.site.vault.async_set_profiles({key: wish(lux)})
        house.hass.states.async_set(MOTION, "on", {"device_class": "motion"})
        await house.until_light(0, "on", 30)
        zone = house.site.control.zones[key]
        assert zone.reflex.target_lux == lux
        lights[lux] = zone.reflex.light
        zone.async_set_automatic(None, on=False)
        await house.call("light", "turn_off", house.entity("light", 0))
        await house.until_light(0, "off", 30)
        zone.async_release(None)
        zone.async_set_automatic(None, on=True)
        house.hass.states.async_set(MOTION, "off", {"device_class": "motion"})
        await house.hass.async_block_till_done()
    assert 0 < lights[20.0] < lights[400.0]


async def test_a_wish_holds_at_once_for_whoever_is_there(house: House) -> None:
    (key,) = house.site.control.zones
    house.hass.states.async_set(MOTION, "on", {"device_class": "motion"})
    await house.until_light(0, "on", 30)
    before = house.site.control.zones[key].reflex.target_lux
    await house.site.vault.async_set_profiles({key: wish(before / 2)})
    assert house.site.control.zones[key].reflex.target_lux == before / 2
    assert house.state(house.entity("light", 0)) == "on", "nobody stands in the dark meanwhile"
