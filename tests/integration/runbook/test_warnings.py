"""Warnings of which no other test has the cause: each is there once, whatever comes after it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from homeassistant.components import usb
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_lighting_ai_dali import backup, backup_pause
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.database_watch import INTERVAL as LOOK_INTERVAL
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from custom_components.smart_lighting_ai_dali.vault_file import NotWrittenError
from tests.integration.conftest import Build, PlugIn, lamp, line_of, panel
from tests.integration.test_site import simulated
from tests.integration.test_zones import Room, room, zone_of  # noqa: F401  # fixture
from tests.integration.vault_home import SAID, VaultHome
from tests.told import told, told_once

from .playbook import Playbook


async def test_a_simulated_line_whose_file_is_wrong(
    hass: HomeAssistant, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    file = Path(hass.config.path("night.yaml"))
    await hass.async_add_executor_job(file.write_text, "name: Night\ngear:\n  - {address: 99}\n")
    try:
        house = await build(simulated("night.yaml", "Night='x'\nline"))
        await hass.config_entries.async_reload(house.entry.entry_id)
    finally:
        await hass.async_add_executor_job(file.unlink)
    # Once for each start; and a name can neither end the line nor look like a field.
    lines = [record.getMessage() for record in caplog.records if "simulator=failed" in record.getMessage()]
    assert len(lines) == 2
    assert all("\n" not in line for line in lines)
    caplog.clear()
    await hass.config_entries.async_reload(house.entry.entry_id)
    fields = told_once(caplog, "dali.driver", "simulator=failed")
    assert fields["line"] == repr("Night='x'\nline")


async def test_a_line_whose_supervisor_has_a_fault(
    plug_in: PlugIn,
    build: Build,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    playbook: Playbook,
) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    light = await house.until_light(0, STATE_OFF)

    def mistake(*_: Any) -> None:
        raise ZeroDivisionError("a fault in what it asks where the port is")

    monkeypatch.setattr(usb, "async_find_moved_serial_port", mistake, raising=False)
    await port.do(Simulation.unplug)
    await house.until(lambda: "supervisor=failed" in caplog.text)
    told_once(caplog, "dali.driver", "supervisor=failed")
    # The line says so itself, at once, and its issue says what helps.
    await house.until(lambda: house.state("sensor.ground_floor_status") == "failed")
    state = house.hass.states.get("sensor.ground_floor_status")
    assert state is not None
    assert (state.attributes["health"], state.attributes["code"]) == ("error", "line_failed")
    assert house.state("sensor.smart_lighting_ai_health") == "error"
    assert house.state(light) == STATE_UNAVAILABLE
    (issue_id,) = await playbook.issues()
    assert "reload" in await playbook.read(issue_id)
    # What the runbook says helps.
    monkeypatch.setattr(usb, "async_find_moved_serial_port", lambda *_: None, raising=False)
    await port.do(Simulation.replug)
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.until_light(0, STATE_OFF)
    assert house.state("sensor.ground_floor_status") == "online"
    assert await playbook.issues() == {}


async def test_gear_with_one_address(plug_in: PlugIn, build: Build, caplog: pytest.LogCaptureFixture) -> None:
    house = await build(line_of(plug_in(lamp(0), lamp(3, serial=1), lamp(3, serial=2))))
    await house.until_light(0, STATE_OFF)
    await house.until(lambda: "found=shared" in caplog.text)
    fields = told_once(caplog, "dali.driver", "found=shared")
    assert (fields["line"], fields["address"], fields["device"]) == ("'Ground floor'", "3", "gear")


@pytest.mark.parametrize("kept", [{"nonsense": True}, None, 7])
async def test_gear_and_input_devices_that_cannot_be_read(
    plug_in: PlugIn, build: Build, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture, kept: Any
) -> None:
    house = await build(line_of(plug_in(lamp(0), lamp(1), devices=(panel(0),))))
    await house.until_light(1, STATE_OFF)
    (subentry_id,) = house.entry.subentries
    await house.until(lambda: len(house.site.lines[subentry_id].line.inputs.devices) == 1)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    hass_storage[f"{DOMAIN}.{subentry_id}"]["data"]["gear"] = [kept] * 3
    hass_storage[f"{DOMAIN}.{subentry_id}.inputs"]["data"]["devices"] = [kept] * 2
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    # One line for all of them, not one for each.
    assert told_once(caplog, "dali.driver", "gear=unreadable")["count"] == "3"
    assert told_once(caplog, "dali.driver", "input_devices=unreadable")["count"] == "2"
    await house.until_light(1, STATE_OFF)


async def test_what_is_kept_of_the_ai_that_cannot_be_read(
    hass: HomeAssistant, build: Build, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    house = await build()
    key = f"{DOMAIN}.{house.entry.entry_id}.ai"
    await hass.config_entries.async_unload(house.entry.entry_id)
    kept = dict(hass_storage[key]["data"])
    hass_storage[key]["data"] = {**kept, "secret": "no hexadecimals"}
    hass_storage[f"{key}_cards"]["data"] = {"a zone": []}
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    told_once(caplog, "openai_client", "ai_memory=unreadable")
    told_once(caplog, "openai_client", "report_cards=unreadable")
    await hass.config_entries.async_unload(house.entry.entry_id)
    hass_storage[key] = {**hass_storage[key], "version": 99}
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    told_once(caplog, "openai_client", "ai_store=unreadable")


async def test_a_zone_whose_lights_do_not_follow(room: Room, caplog: pytest.LogCaptureFixture) -> None:  # noqa: F811
    zone = await room.add(zone_of(room.house.entity("light", 0), room.house.entity("light", 1)))
    (line,) = room.house.site.lines.values()
    await room.port.do(Simulation.unplug)
    await room.house.until(lambda: line.line.status is LineStatus.OFFLINE)
    for state in (STATE_ON, STATE_OFF, STATE_ON):
        await room.see(state)
        zone.async_decide(None)
        await room.house.hass.async_block_till_done(wait_background_tasks=True)
    await room.house.until(lambda: "lights=failed" in caplog.text)
    fields = told_once(caplog, "control_service", "lights=failed")
    assert fields["zone"] == "'Kitchen'"
    await room.port.do(Simulation.replug)
    line.line.wake()
    await room.house.until(lambda: line.line.status is LineStatus.ONLINE)
    await room.house.until(lambda: "lights=back" in caplog.text, 30)
    told_once(caplog, "control_service", "lights=back")


async def test_a_simulated_line_beside_one_that_is_not_there(
    build: Build, hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    house = await build(line_of("/dev/nothing"))
    # After fifteen seconds, a line that is not there is an error: no light of the site can be switched.
    await house.until(lambda: house.state("sensor.smart_lighting_ai_health") == "error", 60)
    demo = simulated()
    hass.config_entries.async_add_subentry(
        house.entry,
        ConfigSubentry(
            data=MappingProxyType(dict(demo["data"])),
            subentry_type=demo["subentry_type"],
            title=demo["title"],
            unique_id=None,
        ),
    )
    await house.until(lambda: "code=simulated" in caplog.text, 30)
    assert told_once(caplog, "health", "health=error")["part"] == "'line Demo'"


@contextmanager
def full_disk(writes: int = 0) -> Iterator[None]:
    """Let there be room for so many files more."""
    write = Store._async_write_data  # noqa: SLF001  # what a disk does has no public name
    left = [None] * writes

    async def watched(store: Store[Any], data: dict[str, Any]) -> None:
        if not left:
            raise WriteError("no space left on device")
        left.pop()
        await write(store, data)

    with patch.object(Store, "_async_write_data", watched):
        yield


async def test_a_vault_whose_file_cannot_be_written(home: VaultHome, caplog: pytest.LogCaptureFixture) -> None:
    await home.stop()
    raw = home.data("profiles")["records"][home.zones[0]]
    raw["token"] = raw["token"][:40] + "AAAA" + raw["token"][44:]
    with full_disk():
        await home.start()
    told_once(caplog, "vault", "profiles=not_written")
    told_once(caplog, "vault", "profile=unreadable")


async def test_a_rotation_for_which_there_is_no_room(home: VaultHome, caplog: pytest.LogCaptureFixture) -> None:
    # The new key is written, and then nothing more.
    with full_disk(writes=1), pytest.raises(NotWrittenError):
        await home.vault.async_rotate()
    await home.stop()
    with full_disk():
        await home.start()
        assert home.zone().settings.profile == SAID
        async with asyncio.timeout(10):
            # It is gone on with in the background.
            while not told(caplog, "vault", "rotation=unfinished"):
                await asyncio.sleep(0.01)
    told_once(caplog, "vault", "rotation=unfinished")
    await home.restart()
    told_once(caplog, "vault", "rotation=unfinished")
    assert [key["state"] for key in home.data("keyring")["keys"]] == ["active", "retired"]
    assert home.zone().settings.profile == SAID


async def test_a_home_without_a_recorder(build: Build, hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    house = await build()
    for minutes in (1, 2, 3):
        async_fire_time_changed(hass, dt_util.utcnow() + minutes * LOOK_INTERVAL)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert house.state("sensor.smart_lighting_ai_database") == "absent"
    told_once(caplog, "db.health", "database=absent")


async def test_a_backup_that_waits_in_vain_and_has_no_end(
    home: VaultHome, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_pause, "WRITE_SECONDS", 0.2)
    monkeypatch.setattr(backup_pause, "LONGEST_SECONDS", 0.5)
    release = await home.vault.async_hold()
    await backup.async_pre_backup(home.hass)
    release()
    told_once(caplog, "feature_engineering", "backup=slow")
    await home.house.until(lambda: "backup=unended" in caplog.text)
    told_once(caplog, "feature_engineering", "backup=unended")


async def test_what_a_backup_left_that_cannot_be_read(home: VaultHome, caplog: pytest.LogCaptureFixture) -> None:
    await home.stop()
    home.storage[home.file("waiting")] = {"version": 1, "minor_version": 1, "key": home.file("waiting"), "data": {}}
    await home.start()
    told_once(caplog, "feature_engineering", "waiting=unreadable")
