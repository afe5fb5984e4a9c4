"""Diagnostics say how everything is, and nothing that identifies a home."""

import json

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_lighting_ai_dali.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)

from .conftest import Build, PlugIn, lamp, line_of


async def test_diagnostics_hold_no_names_and_no_numbers_of_pieces(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    house = await build(line_of(plug_in(lamp(0, serial=1000), lamp(6)), "Grandma's bedroom"))
    await house.until_light(0, "off")
    await house.until_light(6, "off")
    report = await async_get_config_entry_diagnostics(hass, house.entry)
    text = json.dumps(report)
    assert "Grandma" not in text
    assert "1006" not in text
    assert "4000000000001" not in text
    (line,) = report["lines"]
    assert line["kind"] == "serial"
    assert line["status"] == "online"
    assert [gear["address"] for gear in line["gear"]] == [0, 6]
    assert line["gear"][0]["origin"] == "answered"


async def test_devices_have_diagnostics_of_their_own(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    house = await build(line_of(plug_in(lamp(6))))
    await house.until_light(6, "off")
    registry = dr.async_get(hass)
    (subentry_id,) = house.entry.subentries
    reports = {
        next(iter(device.identifiers))[1]: await async_get_device_diagnostics(hass, house.entry, device)
        for device in dr.async_entries_for_config_entry(registry, house.entry.entry_id)
    }
    assert reports[subentry_id]["status"] == "online"
    assert reports[f"{subentry_id}_4000000000001-1006-0"]["level"] == 0
    other = MockConfigEntry()
    other.add_to_hass(hass)
    stranger = registry.async_get_or_create(config_entry_id=other.entry_id, identifiers={("other", "x")})
    assert await async_get_device_diagnostics(hass, house.entry, stranger) == {}
