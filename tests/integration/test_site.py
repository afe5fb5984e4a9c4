"""The site from set-up to stop: its lines come and go, and nothing is left behind."""

import asyncio
import gc
from pathlib import Path
import threading
from typing import Final

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry, ConfigSubentryData
from homeassistant.const import CONF_DEVICE, EVENT_HOMEASSISTANT_STOP, STATE_OFF, STATE_UNAVAILABLE
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component
import psutil
import pytest

from custom_components.smart_lighting_ai_dali.const import CONF_FLEET, CONF_KIND, DOMAIN, SUBENTRY_LINE, LineKind
from custom_components.smart_lighting_ai_dali.dali.errors import LineError
from custom_components.smart_lighting_ai_dali.dali.luba_driver import open_luba
from custom_components.smart_lighting_ai_dali.site_line import simulator_paths
from tests.ears import Ears

from .conftest import Build, House, PlugIn, lamp, line_of

SEARCH: Final = "button.ground_floor_search_for_gear"


async def can_open(path: str) -> bool:
    """Tell whether a port is free, and answers."""
    driver = await open_luba(path, Ears())
    await driver.close(LineError("enough"))
    return True


def simulated(fleet: str = "demo", title: str = "Demo") -> ConfigSubentryData:
    """Return a simulated line as the config flow makes it."""
    data = {CONF_KIND: LineKind.SIMULATED.value, CONF_FLEET: fleet}
    return ConfigSubentryData(data=data, subentry_type=SUBENTRY_LINE, title=title, unique_id=None)


async def test_set_up_does_not_wait_for_a_missing_port(build: Build, tmp_path: Path) -> None:
    begun = asyncio.get_running_loop().time()
    house = await build(line_of(str(tmp_path / "nothing")))
    assert asyncio.get_running_loop().time() - begun < 2
    assert house.entry.state is ConfigEntryState.LOADED
    await house.until(lambda: house.state("sensor.ground_floor_status") == "offline")


async def test_lights_are_there_after_a_restart_before_the_line_answers(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(4))
    house = await build(line_of(port))
    light = await house.until_light(4, STATE_OFF)
    await port.do(lambda simulation: simulation.unplug())
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.state(light) == STATE_UNAVAILABLE
    await port.forget_frames()
    await port.do(lambda simulation: simulation.replug())
    await house.until_light(4, STATE_OFF)
    assert await port.frames() == []


async def test_unloading_frees_the_port_at_once(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    await house.until_light(0, STATE_OFF)
    begun = asyncio.get_running_loop().time()
    assert await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert asyncio.get_running_loop().time() - begun < 3
    assert await can_open(port.path)


async def test_twenty_reloads_leave_nothing_behind(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    await house.until_light(0, STATE_OFF)

    async def left() -> tuple[int, int, int]:
        await house.hass.async_block_till_done()
        gc.collect()
        return psutil.Process().num_fds(), threading.active_count(), len(asyncio.all_tasks())

    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.until_light(0, STATE_OFF)
    before = await left()
    for moment in range(20):
        await asyncio.sleep(moment / 500)
        await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.until_light(0, STATE_OFF)
    after = await left()
    assert after[0] <= before[0] + 1
    assert after[1] <= before[1] + 1
    assert after[2] <= before[2] + 1


async def test_a_reload_ends_a_search_for_gear_and_loses_no_light(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(*(lamp(address) for address in range(4)))
    house = await build(line_of(port))
    lights = [await house.until_light(address, STATE_OFF) for address in range(4)]
    await house.until(lambda: not next(iter(house.site.lines.values())).line.scanning, 20)
    search = asyncio.ensure_future(house.call("button", "press", SEARCH))
    async with asyncio.timeout(10):
        # Not by `until`, which waits for whatever is under way.
        while not next(iter(house.site.lines.values())).line.scanning:
            await asyncio.sleep(0.01)
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    # Whoever asked is told why, and waits no longer.
    with pytest.raises(HomeAssistantError) as told:
        await asyncio.wait_for(search, 10)
    assert told.value.translation_key == "line_stopped"
    assert [await house.until_light(address, STATE_OFF) for address in range(4)] == lights
    await house.until(lambda: not next(iter(house.site.lines.values())).line.scanning, 20)
    assert [await house.until_light(address, STATE_OFF) for address in range(4)] == lights


async def test_stopping_home_assistant_frees_the_port(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    await house.until_light(0, STATE_OFF)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert hass.state is not CoreState.stopped
    assert await can_open(port.path)


async def test_a_gear_that_is_found_later_appears_without_a_reload(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0), lamp(1, deaf=True))
    house = await build(line_of(port))
    await house.until_light(0, STATE_OFF)
    await house.until(lambda: not next(iter(house.site.lines.values())).line.scanning, 20)
    assert house.state(house.entity("light", 1)) is None
    await port.do(lambda simulation: setattr(simulation.gear[1], "deaf", False))
    await house.call("button", "press", "button.ground_floor_search_for_gear")
    await house.until_light(1, STATE_OFF)


async def test_a_gear_that_is_gone_can_be_deleted_and_one_that_answers_can_not(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    assert await async_setup_component(hass, "config", {})
    port = plug_in(lamp(0), lamp(1))
    house = await build(line_of(port))
    gone, there = await house.until_light(0, STATE_OFF), await house.until_light(1, STATE_OFF)
    await house.until(lambda: not next(iter(house.site.lines.values())).line.scanning, 20)
    await port.do(lambda simulation: simulation.set_gear_fault(0, "deaf"))
    await house.call("button", "press", "button.ground_floor_search_for_gear")
    await house.until(lambda: house.state(gone) == STATE_UNAVAILABLE)
    from custom_components.smart_lighting_ai_dali import async_remove_config_entry_device

    def device_of(entity_id: str) -> dr.DeviceEntry:
        entity = er.async_get(hass).async_get(entity_id)
        assert entity is not None
        assert entity.device_id is not None
        device = dr.async_get(hass).async_get(entity.device_id)
        assert isinstance(device, dr.DeviceEntry)
        return device

    assert not await async_remove_config_entry_device(hass, house.entry, device_of(there))
    assert not await async_remove_config_entry_device(hass, house.entry, device_of("sensor.ground_floor_status"))
    device = device_of(gone)
    assert await async_remove_config_entry_device(hass, house.entry, device)
    assert len(next(iter(house.site.lines.values())).line.gear) == 1
    assert await async_remove_config_entry_device(hass, house.entry, device)


async def test_removing_a_line_takes_its_devices_and_leaves_the_others_alone(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    first, second = plug_in(lamp(0)), plug_in(lamp(1), name="second")
    house = await build(line_of(first), line_of(second, "Attic"))
    light = await house.until_light(0, STATE_OFF)
    await house.until(lambda: house.state(house.entity("light", 1, line=1)) == STATE_OFF)
    attic = house.entity("light", 1, line=1)
    first_id, second_id = house.entry.subentries
    line = house.site.lines[first_id].line
    hass.config_entries.async_remove_subentry(house.entry, second_id)
    await house.until(lambda: second_id not in house.site.lines)
    assert house.state(attic) is None
    assert er.async_get(hass).async_get(attic) is None
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), house.entry.entry_id)
    assert all(second_id not in identifier for device in devices for _, identifier in device.identifiers)
    assert house.site.lines[first_id].line is line
    assert house.state(light) == STATE_OFF
    assert await can_open(second.path)


async def test_a_line_is_added_while_the_site_runs(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    house = await build()
    port = plug_in(lamp(0))
    line = line_of(port)
    subentry = ConfigSubentry(
        data=line["data"],  # type: ignore[arg-type]  # a read-only view is not needed here
        subentry_type=SUBENTRY_LINE,
        title="Cellar",
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(house.entry, subentry)
    await house.until_light(0, STATE_OFF)
    assert house.state("sensor.cellar_status") == "online"


async def test_a_simulated_line_has_names_and_rooms(build: Build) -> None:
    house = await build(simulated())
    await house.until(lambda: "light.living_room_dining_table" in house.hass.states.async_entity_ids("light"), 20)
    state = house.hass.states.get("light.living_room_dining_table")
    assert state is not None
    assert state.name == "Dining table"
    assert ar.async_get(house.hass).async_get_area_by_name("Living room") is not None
    (subentry_id,) = house.entry.subentries
    link, control = simulator_paths(subentry_id)
    assert link.is_symlink()
    assert control.is_socket()
    assert link.parent.stat().st_mode & 0o777 == 0o700
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert not link.is_symlink()
    assert not control.exists()


async def test_a_fleet_that_is_gone_is_a_repair_issue_and_the_other_lines_work(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(0))
    house: House = await build(simulated("gone.yaml", "Gone"), line_of(port))
    assert len(house.site.lines) == 1
    await house.until(lambda: house.state(house.entity("light", 0, line=1)) == STATE_OFF)
    issues = ir.async_get(house.hass).issues
    (issue,) = [issue for (domain, _), issue in issues.items() if domain == DOMAIN]
    assert issue.translation_placeholders is not None
    assert "gone.yaml" in issue.translation_placeholders["reason"]
    broken_id = next(iter(house.entry.subentries))
    house.hass.config_entries.async_update_subentry(
        house.entry, house.entry.subentries[broken_id], data={CONF_KIND: "simulated", CONF_FLEET: "demo"}
    )
    await house.until(lambda: broken_id in house.site.lines)
    assert not [domain for domain, _ in ir.async_get(house.hass).issues if domain == DOMAIN]


async def test_an_adapter_that_is_not_ours_is_a_repair_issue_until_ours_is_back(
    build: Build, plug_in: PlugIn, tmp_path: Path
) -> None:
    ours, other = plug_in(lamp(0)), plug_in(lamp(0), name="other")
    serial = await ours.do(lambda simulation: simulation.adapter.identity.serial)
    port = tmp_path / "port"
    port.symlink_to(other.path)
    line = line_of(str(port))
    line["data"] = {**line["data"], "adapter_serial": serial}
    house = await build(line)
    await house.until(lambda: house.state("sensor.ground_floor_status") == "offline")
    (subentry_id,) = house.entry.subentries
    issue = ir.async_get(house.hass).async_get_issue(DOMAIN, f"other_adapter_{subentry_id}")
    assert issue is not None
    assert issue.translation_placeholders == {"line": "Ground floor", "device": str(port)}
    assert await other.frames() == []
    port.unlink()
    port.symlink_to(ours.path)
    await house.until_light(0, STATE_OFF)
    assert ir.async_get(house.hass).async_get_issue(DOMAIN, f"other_adapter_{subentry_id}") is None


@pytest.mark.parametrize("item", [{"address": "x"}, {"address": 1}, "gear", None])
async def test_what_was_kept_and_cant_be_read_is_found_again(
    plug_in: PlugIn, build: Build, hass_storage: dict[str, object], item: object
) -> None:
    port = plug_in(lamp(0))
    line = line_of(port)
    house = await build(line)
    await house.until_light(0, STATE_OFF)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    (subentry_id,) = house.entry.subentries
    stored = hass_storage[f"{DOMAIN}.{subentry_id}"]
    assert isinstance(stored, dict)
    assert len(stored["data"]["gear"]) == 1
    stored["data"]["gear"] = [item]
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.until_light(0, STATE_OFF)


async def test_a_port_that_appears_wakes_the_line(
    build: Build, plug_in: PlugIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listeners: list[object] = []

    def register(_: HomeAssistant, listener: object) -> object:
        listeners.append(listener)
        return listeners.clear

    monkeypatch.setattr("homeassistant.components.usb.async_register_port_event_callback", register)
    port = plug_in(lamp(0))
    later = tmp_path / "later"
    house = await build(line_of(str(later)))
    await house.until(lambda: house.state("sensor.ground_floor_status") == "offline")
    later.symlink_to(port.path)
    (listener,) = listeners
    assert callable(listener)
    listener(set(), set())
    await house.until(lambda: house.state("sensor.ground_floor_status") == "online", 2)
    assert house.entry.subentries[next(iter(house.entry.subentries))].data[CONF_DEVICE] == str(later)
