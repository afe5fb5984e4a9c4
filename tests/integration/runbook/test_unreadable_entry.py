"""A config entry that was damaged is an error that names the line or zone; nothing runs, and nothing is lost."""

import logging
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry, ConfigSubentryData
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_lighting_ai_dali.const import DOMAIN, SITE_TITLE, SUBENTRY_LINE, SUBENTRY_ZONE
from tests.integration.conftest import Build, House, PlugIn, lamp, line_of
from tests.integration.test_zones import zone_of

LINE = {"kind": "serial", "device": "/dev/serial/by-id/adapter"}
ZONE = {"lights": ["light.lamp"], "motion": [], "purpose": "kitchen", "release": "empty"}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (SUBENTRY_LINE, {}),
        (SUBENTRY_LINE, LINE | {"kind": "by telephone"}),
        (SUBENTRY_LINE, {"kind": "serial"}),
        (SUBENTRY_LINE, LINE | {"device": 7}),
        (SUBENTRY_LINE, LINE | {"protocol": "morse"}),
        (SUBENTRY_LINE, {"kind": "simulated"}),
        (SUBENTRY_ZONE, {}),
        (SUBENTRY_ZONE, ZONE | {"lights": "light.lamp"}),
        (SUBENTRY_ZONE, ZONE | {"lights": None}),
        (SUBENTRY_ZONE, ZONE | {"motion": [None]}),
        (SUBENTRY_ZONE, ZONE | {"purpose": "dancing"}),
        (SUBENTRY_ZONE, ZONE | {"more": []}),
        (SUBENTRY_ZONE, ZONE | {"limits": {"dimmest": "dim"}}),
    ],
)
async def test_what_cannot_be_read_is_named(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, kind: str, data: dict[str, Any]
) -> None:
    wrong = ConfigSubentryData(data=data, subentry_type=kind, title="Attic", unique_id=None)
    entry = MockConfigEntry(domain=DOMAIN, unique_id=DOMAIN, title=SITE_TITLE, subentries_data=[wrong])
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_placeholders is not None
    assert entry.error_reason_translation_placeholders["name"] == "Attic"
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert "Attic" in errors[0].getMessage()
    assert entry.subentries


async def test_once_it_is_deleted_all_else_works(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    house: House = await build(line_of(plug_in(lamp(0))))
    light = await house.until_light(0, "off", 60)
    hass.config_entries.async_add_subentry(house.entry, zone_of(light))
    await hass.config_entries.async_unload(house.entry.entry_id)
    wrong = ConfigSubentry(data=MappingProxyType({}), subentry_type=SUBENTRY_ZONE, title="Attic", unique_id=None)
    hass.config_entries.async_add_subentry(house.entry, wrong)
    assert not await hass.config_entries.async_setup(house.entry.entry_id)
    hass.config_entries.async_remove_subentry(house.entry, wrong.subentry_id)
    await hass.config_entries.async_reload(house.entry.entry_id)
    await house.until_light(0, "off", 60)
    assert [zone.name for zone in house.site.control.zones.values()] == ["Kitchen"]
