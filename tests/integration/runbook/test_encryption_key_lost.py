"""The row "key lost": lights follow their rules; the repair dialog takes the key or keeps all aside."""

from typing import Any
from unittest.mock import patch

from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest

from custom_components.smart_lighting_ai_dali.vault.key import Key
from custom_components.smart_lighting_ai_dali.vault.verdict import Problem
from tests.integration.vault_home import SAID, VaultHome

from .playbook import Playbook

ISSUE = "encryption_key_lost"


@pytest.fixture
async def lost(home: VaultHome) -> str:
    """Let the key be lost, and return it."""
    home.zone(1).reflex.learning.chose_lux(1.7e9, 123.0)
    await home.stop()
    key: str = home.data("keyring")["keys"][0]["key"]
    del home.storage[home.file("keyring")]
    await home.start()
    assert home.problem() is Problem.LOST
    assert home.zone().settings.profile != SAID
    return key


async def until_open(home: VaultHome) -> None:
    """Wait until the site was loaded anew, with its key."""
    await home.hass.async_block_till_done()
    await home.house.until(lambda: home.house.entry.state.recoverable and home.problem() is None)


async def test_the_key_is_entered_and_all_is_back(home: VaultHome, lost: str, playbook: Playbook) -> None:
    step = await playbook.open(ISSUE)
    assert step["menu_options"] == ["enter_key", "backup", "give_up"]
    step = await playbook.choose("enter_key")
    (field,) = step["data_schema"]
    assert field["selector"]["text"]["type"] == "password"
    for text, error in (("swordfish", "no_key"), (Key.new().reveal(), "other_key")):
        step = await playbook.submit({"key": text})
        assert step["errors"] == {"key": error}
        assert home.file("keyring") not in home.storage
    step = await playbook.submit({"key": f" {lost} "})
    assert step["type"] == "create_entry"
    await until_open(home)
    assert home.zone().settings.profile == SAID
    assert home.zone(1).reflex.learning.explain(1.7e9)["lux"]["choices"] == 1, "what was learned is there"
    assert await playbook.issues() == {}


async def test_whoever_restores_a_backup_is_told_how(home: VaultHome, lost: str, playbook: Playbook) -> None:
    del lost
    before = home.kept()
    await playbook.open(ISSUE)
    step = await playbook.choose("backup")
    assert "Backups" in step["text"]
    assert (await playbook.submit())["reason"] == "restore_a_backup"
    assert home.kept() == before
    assert ISSUE in await playbook.issues()


async def test_whoever_begins_anew_types_it_and_loses_nothing(home: VaultHome, lost: str, playbook: Playbook) -> None:
    del lost
    before = home.kept()["files"]
    await playbook.open(ISSUE)
    await playbook.choose("give_up")
    assert (await playbook.submit({"confirmation": "yes"}))["errors"] == {"confirmation": "not_confirmed"}
    assert home.kept()["files"] == before
    step = await playbook.submit({"confirmation": "LOST"})
    assert step["type"] == "create_entry"
    await until_open(home)
    assert home.vault.profiles == {}
    assert await playbook.issues() == {}
    kept: dict[str, Any] = {name: data["data"] for name, data in home.storage.items() if ".lost." in name}
    (profiles,) = (data for name, data in kept.items() if ".profiles.lost." in name)
    assert profiles == before[home.file("profiles")]["data"]
    (learned,) = (data for name, data in kept.items() if ".zones.lost." in name)
    zones = before[home.file("zones")]["data"]
    assert learned == {key: zone["sealed_learning"] for key, zone in zones.items() if zone["sealed_learning"]}
    # From here on it is as new.
    await home.vault.async_set_profiles({home.zones[0]: SAID})
    await home.restart()
    assert home.zone().settings.profile == SAID


async def test_a_full_disk_ends_the_dialog_and_nothing_is_lost(home: VaultHome, lost: str, playbook: Playbook) -> None:
    async def full(*_: Any) -> None:
        raise WriteError("no space left on device")

    before = home.kept()
    for choice, answer in (("enter_key", {"key": lost}), ("give_up", {"confirmation": "LOST"})):
        await playbook.open(ISSUE)
        await playbook.choose(choice)
        with patch.object(Store, "_async_write_data", full):
            assert (await playbook.submit(answer))["reason"] == "not_written"
        assert home.kept() == before
    assert ISSUE in await playbook.issues()


async def test_a_dialog_that_was_left_open_does_nothing_once_the_key_is_there(
    home: VaultHome, lost: str, playbook: Playbook
) -> None:
    await playbook.open(ISSUE)
    await playbook.choose("give_up")
    await home.vault.async_take_key(Key(lost))
    await home.restart()
    assert (await playbook.submit({"confirmation": "LOST"}))["reason"] == "key_is_there"
    assert home.zone().settings.profile == SAID
