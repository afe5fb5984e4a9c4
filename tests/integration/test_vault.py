"""Profiles are read by their key alone, outlive restarts, and never come between people and their light."""

import asyncio
from contextlib import contextmanager
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers.issue_registry import IssueSeverity
from homeassistant.helpers.storage import Store
from homeassistant.setup import async_setup_component
from homeassistant.util.file import WriteError
import pytest

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.key_sources import FILE_VARIABLE, VARIABLE, take_yaml
from custom_components.smart_lighting_ai_dali.site_vault import ClosedError, NoNewKeyError, OtherKeyError, Rotation
from custom_components.smart_lighting_ai_dali.vault.key import InvalidKeyError, Key
from custom_components.smart_lighting_ai_dali.vault.sealing import Fault
from custom_components.smart_lighting_ai_dali.vault.verdict import Problem
from custom_components.smart_lighting_ai_dali.vault_file import NotWrittenError
from custom_components.smart_lighting_ai_dali.zones.profile import NOTHING_SAID
from tests.told import told_once

from .conftest import Build
from .vault_home import CANARY_LUX, SAID, VaultHome


def learn(home: VaultHome) -> None:
    """Let the second zone learn something."""
    home.zone(1).reflex.learning.chose_lux(1.7e9, 123.0)


async def test_the_first_start_makes_a_key_and_what_people_said_steers_their_zone(home: VaultHome) -> None:
    assert home.problem() is None
    (key,) = home.data("keyring")["keys"]
    assert home.fingerprint == Key(key["key"]).fingerprint
    assert key["state"] == "active"
    assert home.zone(0).reflex.target_lux == CANARY_LUX
    assert home.zone(1).settings.profile == NOTHING_SAID
    assert set(home.data("profiles")["records"]) == {home.zones[0]}
    assert '"lux"' not in json.dumps(home.data("profiles"))


async def test_what_was_said_and_learned_outlives_a_restart_and_is_sealed(home: VaultHome) -> None:
    learn(home)
    learned = home.zone(1).reflex.learning.as_dict()
    await home.restart()
    assert home.zone(0).settings.profile == SAID
    assert home.zone(1).reflex.learning.as_dict() == learned
    assert all(zone["learning"] == {} and zone["sealed_learning"] for zone in home.data("zones").values())


async def test_what_was_learned_before_there_was_a_vault_is_read_and_sealed(home: VaultHome) -> None:
    learn(home)
    learned = home.zone(1).reflex.learning.as_dict()
    await home.stop()
    memory = home.data("zones")[home.zones[1]]
    del memory["sealed_learning"]
    memory["learning"] = learned
    await home.start()
    assert home.zone(1).reflex.learning.as_dict() == learned
    await home.stop()
    assert home.data("zones")[home.zones[1]]["learning"] == {}
    await home.start()
    assert home.zone(1).reflex.learning.as_dict() == learned


async def test_a_removed_zone_takes_its_profile_along_and_a_removed_site_all(home: VaultHome) -> None:
    home.hass.config_entries.async_remove_subentry(home.house.entry, home.zones[0])
    await home.hass.async_block_till_done()
    assert home.data("profiles") == {"records": {}, "aside": []}
    await home.hass.config_entries.async_remove(home.house.entry.entry_id)
    assert not [name for name in home.storage if home.house.entry.entry_id in name]


@pytest.mark.parametrize(
    ("how", "problem"),
    [("gone", Problem.LOST), ("damaged", Problem.LOST), ("empty", Problem.LOST), ("another", Problem.WRONG)],
)
async def test_a_lost_key_is_never_generated_over(
    home: VaultHome, caplog: pytest.LogCaptureFixture, how: str, problem: Problem
) -> None:
    learn(home)
    await home.stop()
    before = home.kept()
    match how:
        case "gone":
            del home.storage[home.file("keyring")]
        case "damaged":
            home.storage[home.file("keyring")]["data"] = {"keys": "none"}
        case "empty":
            home.storage[home.file("keyring")]["data"] = {"keys": []}
        case _:
            home.data("keyring")["keys"][0]["key"] = Key.new().reveal()
    wrong = home.kept()
    caplog.clear()
    await home.start()
    assert home.problem() is problem
    # Its people's light is that of their rules.
    assert home.zone(0).settings.profile == NOTHING_SAID
    assert home.zone(0).reflex.target_lux != CANARY_LUX
    with pytest.raises(ClosedError):
        await home.vault.async_set_profiles({home.zones[1]: SAID})
    with pytest.raises(ClosedError):
        await home.vault.async_rotate()
    issue = home.issue()
    assert issue is not None
    assert (issue.severity, issue.is_persistent, issue.is_fixable) == (IssueSeverity.ERROR, True, True)
    assert told_once(caplog, "vault", "vault=closed")["reason"] == problem.value
    # A zone that is removed meanwhile takes nothing along.
    await home.restart()
    await home.stop()
    after = home.kept()
    for file in ("keyring", "profiles"):
        assert after["files"].get(home.file(file)) == wrong["files"].get(home.file(file))
    sealed = {key: zone["sealed_learning"] for key, zone in before["files"][home.file("zones")]["data"].items()}
    assert {key: zone["sealed_learning"] for key, zone in home.data("zones").items()} == sealed
    # The key is back: all is as it was, and nobody is asked any more.
    home.bring_back(before)
    await home.start()
    assert home.problem() is None
    assert home.zone(0).settings.profile == SAID
    assert home.issue() is None


async def test_a_file_of_a_later_version_is_left_alone(home: VaultHome) -> None:
    await home.stop()
    home.storage[home.file("profiles")]["version"] = 99
    before = home.kept()
    await home.start()
    assert home.problem() is Problem.UNREADABLE
    assert home.issue("profiles_unreadable") is not None
    await home.stop()
    assert home.kept()["files"][home.file("profiles")] == before["files"][home.file("profiles")]


async def test_one_damaged_profile_is_put_aside_once_and_the_others_hold(
    home: VaultHome, caplog: pytest.LogCaptureFixture
) -> None:
    await home.vault.async_set_profiles({home.zones[1]: SAID})
    await home.stop()
    raw = home.data("profiles")["records"][home.zones[0]]
    raw["token"] = raw["token"][:40] + "AAAA" + raw["token"][44:]
    caplog.clear()
    await home.start()
    await home.restart()
    fields = told_once(caplog, "vault", "profile=unreadable")
    assert (fields["zone"], fields["reason"]) == (repr(home.zones[0]), "corrupt")
    assert home.problem() is None
    assert home.vault.put_aside == {home.zones[0]}
    assert home.zone(0).settings.profile == NOTHING_SAID
    assert home.zone(1).settings.profile == SAID
    assert home.data("profiles")["aside"] == [{"id": home.zones[0], "fault": Fault.CORRUPT, "raw": raw}]


async def test_a_rotation_reads_everything_by_the_new_key_and_keeps_the_old_one(home: VaultHome) -> None:
    learn(home)
    old, learned = home.fingerprint, home.zone(1).reflex.learning.as_dict()
    rotation = await home.vault.async_rotate()
    assert rotation.profiles == 1
    assert home.fingerprint != old
    assert [key["state"] for key in home.data("keyring")["keys"]] == ["active", "retired"]
    learned_rows = [zone["sealed_learning"] for zone in home.data("zones").values()]
    rows = [*home.data("profiles")["records"].values(), *learned_rows]
    assert {row["key"] for row in rows} == {home.fingerprint}
    await home.restart()
    assert home.zone(0).settings.profile == SAID
    assert home.zone(1).reflex.learning.as_dict() == learned


async def test_a_backup_from_before_a_rotation_is_read_beside_the_newer_keyring(home: VaultHome) -> None:
    before = home.kept()["files"][home.file("profiles")]
    await home.vault.async_rotate()
    await home.stop()
    home.storage[home.file("profiles")] = before
    await home.start()
    assert home.zone(0).settings.profile == SAID
    assert home.data("profiles")["records"][home.zones[0]]["key"] == home.fingerprint, "it is sealed anew"


@contextmanager
def _watched_writes(home: VaultHome, *, fails_from: int | None = None) -> Any:
    """Collect all files as they are after each write; from one write on, the disk is full."""
    kept = [home.kept()]
    write = Store._async_write_data  # noqa: SLF001  # what a disk does has no public name

    async def watched(store: Store[Any], data: dict[str, Any]) -> None:
        if fails_from is not None and len(kept) > fails_from:
            raise WriteError("no space left on device")
        await write(store, data)
        if home.house.entry.entry_id in store.key:
            kept.append(home.kept())

    with patch.object(Store, "_async_write_data", watched):
        yield kept


async def test_a_rotation_that_is_killed_at_any_write_leaves_all_readable_and_goes_on(home: VaultHome) -> None:
    learn(home)
    learned = home.zone(1).reflex.learning.as_dict()
    # It is on disk.
    await home.restart()
    with _watched_writes(home) as instants:
        await home.vault.async_rotate()
    assert len(instants) == 5, "before, both keys, profiles, what was learned, the old key retired"
    for instant in instants:
        await home.stop()
        home.bring_back(instant)
        await home.start()
        assert home.problem() is None
        assert home.zone(0).settings.profile == SAID
        assert home.zone(1).reflex.learning.as_dict() == learned
        active = [key for key in home.data("keyring")["keys"] if key["state"] == "active"]
        assert [Key(key["key"]).fingerprint for key in active] == [home.fingerprint]
        assert home.data("profiles")["records"][home.zones[0]]["key"] == home.fingerprint


@pytest.mark.parametrize("writes", range(4))
async def test_a_disk_that_is_full_at_any_write_leaves_all_readable(home: VaultHome, writes: int) -> None:
    with _watched_writes(home, fails_from=writes), pytest.raises(NotWrittenError):
        await home.vault.async_rotate()
    assert home.zone(0).settings.profile == SAID
    await home.restart()
    assert home.problem() is None
    assert home.zone(0).settings.profile == SAID
    await home.vault.async_rotate()
    assert home.data("profiles")["records"][home.zones[0]]["key"] == home.fingerprint


async def test_a_profile_that_could_not_be_written_is_not_in_force(home: VaultHome) -> None:
    with _watched_writes(home, fails_from=0), pytest.raises(NotWrittenError):
        await home.vault.async_set_profiles({home.zones[1]: SAID})
    assert home.zone(1).settings.profile == NOTHING_SAID


async def test_a_disk_that_is_full_at_the_first_start_makes_no_key_that_is_forgotten(
    hass: HomeAssistant, build: Build, hass_storage: dict[str, Any]
) -> None:
    async def full(*_: Any) -> None:
        raise WriteError("no space left on device")

    with patch.object(Store, "_async_write_data", full):
        home = VaultHome(hass, await build(), hass_storage)
    assert home.problem() is Problem.NOT_WRITTEN
    assert "key_fingerprint" not in home.house.entry.data
    await home.restart()
    assert home.problem() is None
    assert home.fingerprint


@pytest.mark.parametrize("source", ["variable", "file", "yaml"])
async def test_a_key_from_elsewhere_takes_over_and_is_on_no_disk(
    home: VaultHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str
) -> None:
    key = Key.new()
    await home.stop()
    match source:
        case "variable":
            monkeypatch.setenv(VARIABLE, key.reveal())
        case "file":
            (tmp_path / "key").write_text(f"{key.reveal()}\n")
            monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "key"))
        case _:
            take_yaml(home.hass, {DOMAIN: {"encryption_key": [key.reveal()]}})
    await home.start()
    assert home.fingerprint == key.fingerprint
    assert home.zone(0).settings.profile == SAID
    assert [one["state"] for one in home.data("keyring")["keys"]] == ["retired"]
    assert key.reveal() not in json.dumps(home.kept())
    with pytest.raises(NoNewKeyError):
        await home.vault.async_rotate()


async def test_a_new_key_in_the_file_is_rotated_to_without_a_restart(
    home: VaultHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second, file = Key.new(), Key.new(), tmp_path / "key"
    file.write_text(first.reveal())
    monkeypatch.setenv(FILE_VARIABLE, str(file))
    await home.restart()
    file.write_text(second.reveal())
    await home.vault.async_rotate()
    assert home.fingerprint == second.fingerprint
    await home.restart()
    assert home.zone(0).settings.profile == SAID
    # The first is nowhere else any more: a backup of the profiles from before still opens.
    states = {Key(one["key"]): one["state"] for one in home.data("keyring")["keys"]}
    assert states[first] == "retired"


async def test_another_key_than_that_of_before_closes_the_vault_and_both_open_it(
    home: VaultHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Key.new(), Key.new()
    monkeypatch.setenv(VARIABLE, first.reveal())
    await home.restart()
    monkeypatch.setenv(VARIABLE, second.reveal())
    await home.restart()
    assert home.problem() is Problem.WRONG
    monkeypatch.setenv(VARIABLE, f"{second.reveal()},{first.reveal()}")
    await home.restart()
    assert home.problem() is None
    assert home.fingerprint == second.fingerprint
    assert home.zone(0).settings.profile == SAID


@pytest.mark.parametrize("text", ["swordfish", "A" * 43, ","])
async def test_what_is_no_key_is_told_and_never_shown(
    home: VaultHome, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    await home.stop()
    monkeypatch.setenv(VARIABLE, text)
    await home.start()
    if text == ",":
        # There is none in it.
        assert home.problem() is None
        return
    assert home.problem() is Problem.INVALID
    assert home.issue("encryption_key_invalid") is not None
    assert text not in caplog.text
    with pytest.raises(ClosedError):
        await home.vault.async_rotate()


async def test_a_file_that_is_not_there_is_no_key(home: VaultHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FILE_VARIABLE, "/nowhere/key")
    await home.restart()
    assert home.problem() is Problem.INVALID
    with pytest.raises((ClosedError, InvalidKeyError)):
        await home.vault.async_rotate()


@pytest.mark.parametrize("config", [{}, {DOMAIN: None}, {DOMAIN: {"encryption_key": "x"}}])
async def test_yaml_is_taken_with_and_without_a_key(hass: HomeAssistant, config: dict[str, Any]) -> None:
    assert await async_setup_component(hass, DOMAIN, config)


async def test_a_start_on_a_full_disk_puts_aside_and_goes_on_with_a_rotation_later(home: VaultHome) -> None:
    await home.vault.async_set_profiles({home.zones[1]: SAID})
    with _watched_writes(home) as instants:
        await home.vault.async_rotate()
    await home.stop()
    # Killed once both keys were there, and then a profile was damaged.
    home.bring_back(instants[1])
    home.data("profiles")["records"][home.zones[1]]["token"] = ""
    interrupted = home.kept()
    with _watched_writes(home, fails_from=0):
        await home.start()
        assert home.problem() is None
        assert home.zone(0).settings.profile == SAID
        assert home.vault.put_aside == {home.zones[1]}
        home.hass.config_entries.async_remove_subentry(home.house.entry, home.zones[0])
        await home.hass.async_block_till_done()
        await home.stop()
    for file in ("keyring", "profiles"):
        assert home.kept()["files"][home.file(file)] == interrupted["files"][home.file(file)]
    await home.start()
    assert home.data("profiles")["records"] == {}, "it has gone with its zone"
    assert [key["state"] for key in home.data("keyring")["keys"]] == ["active", "retired"]


async def test_a_key_is_taken_by_what_it_opens_where_its_fingerprint_is_not_known(home: VaultHome) -> None:
    key = Key(home.data("keyring")["keys"][0]["key"])
    await home.stop()
    del home.storage[home.file("keyring")]
    home.hass.config_entries.async_update_entry(home.house.entry, data={})
    await home.start()
    assert home.problem() is Problem.LOST
    with pytest.raises(OtherKeyError):
        await home.vault.async_take_key(Key.new())
    await home.vault.async_take_key(key)
    await home.restart()
    assert home.zone(0).settings.profile == SAID
    assert home.fingerprint == key.fingerprint


async def test_whoever_gives_up_with_a_key_from_elsewhere_goes_on_with_that(
    home: VaultHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.stop()
    home.storage[home.file("keyring")]["data"] = {"keys": "none"}
    key = Key.new()
    monkeypatch.setenv(VARIABLE, key.reveal())
    await home.start()
    assert home.problem() is Problem.WRONG
    await home.vault.async_give_up()
    await home.restart()
    assert home.problem() is None
    assert home.fingerprint == key.fingerprint
    await home.vault.async_set_profiles({home.zones[0]: SAID})
    await home.restart()
    assert home.zone(0).settings.profile == SAID


async def test_a_reload_waits_for_a_rotation_and_begins_none(home: VaultHome) -> None:
    for _ in range(5):
        before = home.vault
        rotating = [home.hass.async_create_task(before.async_rotate()) for _ in range(2)]
        await asyncio.sleep(0)
        await home.restart()
        assert all(task.done() for task in rotating), "nothing of the old site writes beside the new one"
        first, second = await asyncio.gather(*rotating, return_exceptions=True)
        assert not isinstance(first, BaseException)
        assert isinstance(second, ClosedError | Rotation)
        with pytest.raises(ClosedError):
            await before.async_set_profiles({home.zones[0]: NOTHING_SAID})
        assert home.problem() is None
        assert home.zone(0).settings.profile == SAID
        assert home.data("profiles")["records"][home.zones[0]]["key"] == home.fingerprint


async def test_a_backup_waits_for_a_write_and_a_write_for_a_backup(home: VaultHome) -> None:
    release = await home.vault.async_hold()
    writing = home.hass.async_create_task(home.vault.async_set_profiles({home.zones[1]: SAID}))
    before = home.kept()
    for _ in range(10):
        await home.hass.async_add_executor_job(int)
    assert home.kept() == before
    release()
    await writing
    assert home.zone(1).settings.profile == SAID
