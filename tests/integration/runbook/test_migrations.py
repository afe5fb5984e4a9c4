"""Migrations; the retention job's version must match the schema: what a newer version has made is left alone."""

import copy
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.smart_lighting_ai_dali.config_flow import SiteConfigFlow
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.issues.site import FILE_LEFT_ALONE
from tests.integration.conftest import Build, House, PlugIn, lamp, line_of, panel
from tests.integration.test_zones import zone_of
from tests.told import told_once


@pytest.fixture
async def house(plug_in: PlugIn, build: Build) -> House:
    """Return a house with a lamp in a zone, which was unloaded: all that it knows is on disk."""
    house: House = await build(line_of(plug_in(lamp(0), devices=(panel(0),))))
    await house.until_light(0, "off", 60)
    await house.until(lambda: bool(house.site.lines) and all(one.line.inputs.devices for one in lines_of(house)), 60)
    house.hass.config_entries.async_add_subentry(house.entry, zone_of(house.entity("light", 0)))
    await house.until(lambda: len(house.site.control.zones) == 1)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    return house


def lines_of(house: House) -> list[Any]:
    """Return the lines that run."""
    return list(house.site.lines.values())


def files_of(storage: dict[str, Any]) -> dict[str, Any]:
    """Return the files that say what there is, without those of the vault, which has its own drills."""
    kept = (name for name in storage if name.startswith(f"{DOMAIN}."))
    return {name: storage[name] for name in kept if not name.endswith((".keyring", ".profiles"))}


def left_alone(hass: HomeAssistant) -> set[str]:
    """Return the files that a repair issue names."""
    return {
        str(issue.translation_placeholders["file"])
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.translation_key == FILE_LEFT_ALONE and issue.translation_placeholders
    }


async def test_files_of_a_newer_version_are_left_alone_and_lights_work(
    house: House, hass: HomeAssistant, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    name = f"{DOMAIN}.database"
    hass_storage[name] = {"version": 2, "minor_version": 1, "key": name, "data": {}}
    files = files_of(hass_storage)
    assert {name.rsplit(".", 1)[1] for name in files} >= {"zones", "ai", "ai_cards", "inputs"}
    for file in files.values():
        file["version"] = 2
        file["data"] = {"what": "nobody knows"}
    before = copy.deepcopy(files)
    entities = {one.entity_id for one in er.async_get(hass).entities.values()}
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    # Zones have their rules, and gear is found by its search.
    light = await house.until_light(0, "off", 60)
    await house.call("light", "turn_on", light, brightness=255)
    await house.until(lambda: house.state(light) == "on")
    assert len(house.site.control.zones) == 1
    await house.until(lambda: left_alone(hass) == set(files))
    told_once(caplog, "dali.driver", "gear_file=unreadable")
    told_once(caplog, "dali.driver", "input_file=unreadable")
    told_once(caplog, "db.health", "database_file=unreadable")
    assert {one.entity_id for one in er.async_get(hass).entities.values()} >= entities
    await hass.config_entries.async_unload(house.entry.entry_id)
    assert {name: hass_storage[name] for name in before} == before


async def test_once_the_newer_version_is_back_the_issue_is_gone(
    house: House, hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    (name,) = (name for name in hass_storage if name.endswith(".zones"))
    hass_storage[name]["version"] = 2
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    assert left_alone(hass) == {name}
    await hass.config_entries.async_unload(house.entry.entry_id)
    hass_storage[name]["version"] = 1
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    assert left_alone(hass) == set()


async def test_a_file_with_more_in_it_is_read(house: House, hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    (name,) = (name for name in hass_storage if name.endswith(".zones"))
    (zone,) = hass_storage[name]["data"]
    hass_storage[name]["minor_version"] = 2
    hass_storage[name]["data"][zone] |= {"is_automatic": False, "what": "a later version knows"}
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    assert left_alone(hass) == set()
    assert not house.site.control.zones[zone].memory.is_automatic


async def test_an_entry_of_a_newer_version_is_refused_and_left_as_it_is(house: House, hass: HomeAssistant) -> None:
    hass.config_entries.async_update_entry(house.entry, version=SiteConfigFlow.VERSION + 1)
    before = house.entry.as_dict()
    assert not await hass.config_entries.async_setup(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.MIGRATION_ERROR
    assert house.entry.as_dict() == before


async def test_an_entry_with_more_in_it_is_read_and_keeps_it(house: House, hass: HomeAssistant) -> None:
    hass.config_entries.async_update_entry(
        house.entry, minor_version=SiteConfigFlow.MINOR_VERSION + 1, data={**house.entry.data, "later": "known"}
    )
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    await house.until_light(0, "off", 60)
    assert house.entry.minor_version == SiteConfigFlow.MINOR_VERSION + 1
    assert house.entry.data["later"] == "known"
