"""The row "duplicate addresses": a scan tells, and the dialog gives all but one of them a free address."""

from typing import Any

from homeassistant.const import STATE_OFF

from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.simulator.instance import InstanceType
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from tests.integration.conftest import Build, House, PlugIn, SimulatedPort, lamp, line_of, panel

from .playbook import Playbook


def line_in(house: House) -> Line:
    """Return the line."""
    return next(iter(house.site.lines.values())).line


async def addresses(port: SimulatedPort) -> list[Any]:
    """Return the short address of each gear."""
    return sorted(one["address"] for one in await port.do(Simulation.snapshots))


async def resolved(house: House, playbook: Playbook) -> dict[str, Any]:
    """Submit, and wait for the end of what is shown as progress."""
    step = await playbook.submit()
    assert step["type"] == "progress"
    await house.until(lambda: not line_in(house).commissioning.running, 60)
    return await playbook.submit()


async def test_gear_with_the_same_address_is_told_apart_again(
    plug_in: PlugIn, build: Build, playbook: Playbook
) -> None:
    port = plug_in(lamp(0), lamp(4), lamp(4, serial=1050))
    house: House = await build(line_of(port))
    await house.until_light(0, STATE_OFF, 30)
    await house.until(lambda: not line_in(house).scanning, 60)
    (issue_id,) = await playbook.issues()
    form = await playbook.open(issue_id)
    assert "has the short address: 4." in form["text"]
    # It is known by a scan alone, so it is there after a restart as well.
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.until_light(0, STATE_OFF, 30)
    assert issue_id in await playbook.issues()
    await playbook.open(issue_id)
    done = await resolved(house, playbook)
    assert done["type"] == "create_entry"
    assert await addresses(port) == [0, 1, 4]
    assert await playbook.issues() == {}
    await house.until(lambda: len(line_in(house).gear) == 3, 30)
    await house.hass.config_entries.async_remove(house.entry.entry_id)


async def test_a_scan_takes_it_back_when_somebody_else_has_mended_it(
    plug_in: PlugIn, build: Build, playbook: Playbook
) -> None:
    kind = InstanceType.PUSH_BUTTON
    port = plug_in(lamp(0), devices=(panel(2, kind), panel(2, kind, serial=2050)))
    house: House = await build(line_of(port))
    await house.until_light(0, STATE_OFF, 30)
    await house.until(lambda: not line_in(house).scanning, 60)
    (issue_id,) = [one for one in await playbook.issues() if one.startswith("shared")]
    form = await playbook.open(issue_id)
    assert "input device" in form["text"]
    await port.do(lambda simulation: simulation.unplug())
    failed = await resolved(house, playbook)
    assert failed["reason"] == "not_resolved"
    assert issue_id in await playbook.issues()
    await port.do(lambda simulation: simulation.replug())
    await house.until(lambda: house.state("sensor.ground_floor_status") == "online", 30)
    await playbook.open(issue_id)
    done = await resolved(house, playbook)
    assert done["type"] == "create_entry"
    result = await line_in(house).scan()
    assert not result.devices.shared_addresses
    assert issue_id not in await playbook.issues()
