"""A line with one of every kind: all of it is in Home Assistant, and has a name."""

from collections import Counter
from collections.abc import Iterator
import logging
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet, built_in_fleets
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine

from .conftest import SPEED, Build, House, line_of

GEAR = 14
DEVICES = 2
# Entities that stand for their device, and bear its name.
NAMELESS = {"light"}


@pytest.fixture
def port(tmp_path: Path) -> Iterator[str]:
    """Return the port of a showcase."""
    line = SimulatedLine(Fleet.load(built_in_fleets()["showcase"]), link=tmp_path / "showcase", speed=SPEED)
    line.start()
    yield str(line.link)
    line.stop()


async def searched(build: Build, port: str) -> House:
    """Return a house whose line has been searched for the first time."""
    house: House = await build(line_of(port))
    (line,) = house.site.lines.values()
    await house.until(lambda: len(line.line.gear) == GEAR and not line.line.scanning, 60)
    return house


async def test_every_entity_has_a_name_and_every_kind_is_there(hass: HomeAssistant, build: Build, port: str) -> None:
    house = await searched(build, port)
    # What gear has stored of scenes is read in the background.
    await house.until(lambda: bool(hass.states.async_entity_ids("scene")), 60)
    entities = er.async_entries_for_config_entry(er.async_get(hass), house.entry.entry_id)
    nameless = [one.entity_id for one in entities if not one.original_name and one.domain not in NAMELESS]
    assert nameless == []
    domains = Counter(one.domain for one in entities)
    assert {"binary_sensor", "button", "event", "light", "number", "scene", "select", "sensor"} <= domains.keys()
    assert domains["event"] == 2


async def test_nobody_is_warned_of_anything(build: Build, port: str, caplog: pytest.LogCaptureFixture) -> None:
    await searched(build, port)
    warnings = [
        record.message
        for record in caplog.records
        if "smart_lighting_ai_dali" in record.name and record.levelno >= logging.WARNING
    ]
    # There is no recorder in these tests, and Home Assistant has something to say of every custom integration.
    assert [one for one in warnings if "database=absent" not in one and "has not been tested" not in one] == []
