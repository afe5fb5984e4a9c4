"""The row "mock mode, restart the simulator": a simulated line is chosen by a person, never swapped in silently."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.smart_lighting_ai_dali.const import CONF_KIND, DOMAIN, SUBENTRY_LINE, LineKind
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from tests.integration.conftest import Build, House, PlugIn, lamp, line_of

LIGHT = "light.living_room_dining_table"


@pytest.fixture(autouse=True)
async def _unloaded(hass: HomeAssistant) -> AsyncIterator[None]:
    """Unload what was set up by the dialog."""
    yield
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)


def simulated(house: House) -> list[str]:
    """Return the lines that are simulated."""
    return [
        key
        for key, line in house.entry.subentries.items()
        if line.subentry_type == SUBENTRY_LINE and line.data[CONF_KIND] == LineKind.SIMULATED
    ]


async def add_simulated(house: House) -> None:
    """Add a simulated line in the dialog."""
    subentries = house.hass.config_entries.subentries
    dialog: Any = await subentries.async_init((house.entry.entry_id, SUBENTRY_LINE), context={"source": SOURCE_USER})
    dialog = await subentries.async_configure(dialog["flow_id"], {"next_step_id": "simulated"})
    dialog = await subentries.async_configure(dialog["flow_id"], {"fleet": "demo"})
    assert dialog["type"] is FlowResultType.CREATE_ENTRY
    await house.hass.async_block_till_done()


async def test_a_person_adds_it_uses_it_and_restarts_it(hass: HomeAssistant, build: Build) -> None:
    house = await build()
    await add_simulated(house)
    await house.until(lambda: house.state(LIGHT) not in {None, STATE_UNAVAILABLE}, 60)
    await house.call("light", "turn_on", LIGHT, brightness=200)
    await house.until(lambda: house.state(LIGHT) == STATE_ON)
    (subentry_id,) = simulated(house)
    line = house.site.lines[subentry_id].line
    connections = line.diagnostics()["connections"]
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, subentry_id), house.entry.entry_id)
    assert device is not None
    assert device.model == "Simulated DALI line", "nobody takes it for a real one"
    await hass.services.async_call(DOMAIN, "restart_simulator", {"device_id": device.id}, blocking=True)
    await house.until(lambda: line.diagnostics()["connections"] > connections, 30)
    await house.until(lambda: house.state(LIGHT) not in {None, STATE_UNAVAILABLE}, 60)
    await house.call("light", "turn_off", LIGHT)
    await house.until(lambda: house.state(LIGHT) == STATE_OFF)


async def test_a_real_line_that_is_lost_stays_lost_until_it_is_back(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    light = await house.until_light(0, STATE_OFF)
    await port.do(Simulation.unplug)
    await house.until(lambda: house.state(light) == STATE_UNAVAILABLE)
    (line,) = house.site.lines.values()
    assert simulated(house) == []
    assert line.simulator is None
    await port.do(Simulation.replug)
    await house.until_light(0, STATE_OFF)
