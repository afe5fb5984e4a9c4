"""The row "lamp failures": one issue a line names the lamps, and is gone when they work again."""

from datetime import timedelta

from homeassistant.const import STATE_OFF
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.lamp_watch import WELL
from tests.integration.conftest import Build, House, PlugIn, SimulatedPort, lamp, line_of

from .playbook import Playbook


def line_in(house: House) -> Line:
    """Return the line."""
    return next(iter(house.site.lines.values())).line


async def looked_at(house: House, seconds: float) -> None:
    """Let the line be looked at as it is twice a minute, and let time pass."""
    await line_in(house).failures.sweep()
    await house.hass.async_block_till_done()
    async_fire_time_changed(house.hass, dt_util.utcnow() + timedelta(seconds=seconds))
    await house.hass.async_block_till_done()


@pytest.fixture
async def port(plug_in: PlugIn) -> SimulatedPort:
    """Return an adapter with three lamps."""
    return plug_in(lamp(1), lamp(2), lamp(3))


@pytest.fixture
async def house(build: Build, port: SimulatedPort) -> House:
    """Return a house with these, one of which somebody has given a name."""
    house: House = await build(line_of(port))
    for address in (1, 2, 3):
        await house.until_light(address, STATE_OFF, 30)
    entity = er.async_get(house.hass).async_get(house.entity("light", 2))
    assert entity is not None
    assert entity.device_id is not None
    dr.async_get(house.hass).async_update_device(entity.device_id, name_by_user="Reading lamp")
    return house


async def breaks(port: SimulatedPort, address: int, *, present: bool = True) -> None:
    """Break a lamp, or replace it."""
    await port.do(lambda simulation: simulation.set_gear_fault(address, "lamp", present=present))


async def test_one_issue_names_all_lamps_until_they_work_again(
    house: House, port: SimulatedPort, playbook: Playbook
) -> None:
    await breaks(port, 2)
    await breaks(port, 3)
    await looked_at(house, 5)
    (issue_id,) = await playbook.issues()
    form = await playbook.open(issue_id)
    assert "- Gear 3\n- Reading lamp" in form["text"]
    assert "2 in all" in form["text"]
    still = await playbook.submit()
    assert still["reason"] == "still_broken"
    await breaks(port, 3, present=False)
    await playbook.open(issue_id)
    still = await playbook.submit()
    assert still["text"].endswith("- Reading lamp")
    await breaks(port, 2, present=False)
    await playbook.open(issue_id)
    assert (await playbook.submit())["type"] == "create_entry"
    assert await playbook.issues() == {}


async def test_it_closes_by_itself_once_that_holds(house: House, port: SimulatedPort, playbook: Playbook) -> None:
    await breaks(port, 1)
    await looked_at(house, 5)
    assert len(await playbook.issues()) == 1
    # A loose contact: it works for a moment, and is the same issue.
    await breaks(port, 1, present=False)
    await looked_at(house, 5)
    await breaks(port, 1)
    await looked_at(house, WELL + 5)
    assert len(await playbook.issues()) == 1
    await breaks(port, 1, present=False)
    await looked_at(house, WELL + 5)
    assert await playbook.issues() == {}


async def test_a_line_that_is_gone_can_not_be_asked(house: House, port: SimulatedPort, playbook: Playbook) -> None:
    await breaks(port, 1)
    await looked_at(house, 5)
    (issue_id,) = await playbook.issues()
    await playbook.open(issue_id)
    await port.do(lambda simulation: simulation.unplug())
    assert (await playbook.submit())["reason"] == "line_not_there"
    assert issue_id in await playbook.issues()
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert await playbook.issues() == {}
