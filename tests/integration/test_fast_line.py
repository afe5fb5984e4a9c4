"""A line whose people live fast has zones that do so too: their holds and fades are seconds of the line."""

from pathlib import Path
import time
from types import MappingProxyType

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData
from homeassistant.core import HomeAssistant
import pytest

from custom_components.smart_lighting_ai_dali.const import CONF_FLEET, CONF_KIND, SUBENTRY_LINE, SUBENTRY_ZONE, LineKind
from custom_components.smart_lighting_ai_dali.zones.plan import Reason

from .conftest import Build, House

FLEET = """
name: Fast
speed: 50
gear: [{name: Lamp, room: Hall, address: 0, level: 0, power_on_level: 0, gtin: 4000000000001, serial: 1000}]
"""
MOTION = "binary_sensor.motion"


@pytest.fixture
async def house(hass: HomeAssistant, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """Return a house with a line that runs fifty times as fast."""
    (tmp_path / "fast.yaml").write_text(FLEET, encoding="utf-8")
    monkeypatch.setattr(hass.config, "config_dir", str(tmp_path))
    data = {CONF_KIND: LineKind.SIMULATED.value, CONF_FLEET: "fast.yaml"}
    line = ConfigSubentryData(data=data, subentry_type=SUBENTRY_LINE, title="Fast", unique_id=None)
    house: House = await build(line)
    await house.until_light(0, "off", 20)
    return house


async def test_whoever_leaves_a_fast_room_has_left_soon(house: House) -> None:
    light = house.entity("light", 0)
    data = {"lights": [light], "motion": [MOTION], "purpose": "corridor", "release": "time"}
    subentry = ConfigSubentry(data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title="Hall", unique_id=None)
    house.hass.config_entries.async_add_subentry(house.entry, subentry)
    await house.hass.async_block_till_done()
    zone = house.site.control.zones[subentry.subentry_id]
    assert zone.clock.speed == 50
    house.hass.states.async_set(MOTION, "on", {"device_class": "motion"})
    await house.until_light(0, "on")
    began = time.monotonic()
    house.hass.states.async_set(MOTION, "off", {"device_class": "motion"})
    await house.until_light(0, "off")
    # A minute of hold and the warning before the light goes: more than a second here, and much less than there.
    assert 1 < time.monotonic() - began < 8
    assert zone.reflex.last_action is not None
    assert zone.reflex.last_action.reason is Reason.LEFT
