"""Profiles are read, set, taken out and brought in by administrators, and set in the dialog of their zone."""

from typing import Any
from unittest.mock import patch

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import MockUser
import voluptuous as vol

from custom_components.smart_lighting_ai_dali.const import DOMAIN, SUBENTRY_ZONE
from custom_components.smart_lighting_ai_dali.key_sources import VARIABLE
from custom_components.smart_lighting_ai_dali.vault.key import Key
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.profile import NOTHING_SAID, DayKind, Leaning, Night

from .conftest import translation
from .vault_home import CANARY_LUX, SAID, VaultHome


class Caller:
    """Calls actions as a user, or as an automation."""

    def __init__(self, hass: HomeAssistant, user: User | None) -> None:
        self._hass = hass
        self._user = user

    async def __call__(self, action: str, **data: Any) -> Any:
        """Call an action, and return what it answers."""
        context = Context(user_id=None if self._user is None else self._user.id)
        answers = self._hass.services.supports_response(DOMAIN, action).value != "none"
        return await self._hass.services.async_call(
            DOMAIN, action, data, blocking=True, context=context, return_response=answers
        )


@pytest.fixture
def call(hass: HomeAssistant, hass_admin_user: MockUser) -> Caller:
    """Return what calls actions as an administrator."""
    return Caller(hass, hass_admin_user)


async def test_a_profile_is_read_and_changed_wish_by_wish(home: VaultHome, call: Caller) -> None:
    before = await call("get_profile", device_id=home.device())
    assert before["lux_day"] == CANARY_LUX
    assert before["sleep_workdays_from"] == "22:17"
    await call(
        "set_profile", device_id=home.device(), lux_day=250, lux_night=None, color_temp_evening=2700, leaning="saving"
    )
    after = await call("get_profile", device_id=home.device())
    changed = {"lux_day": 250.0, "color_temp_evening": 2700, "leaning": "saving"}
    assert after == {key: value for key, value in before.items() if key != "lux_night"} | changed
    # It holds at once, and over a restart.
    assert home.zone().settings.profile.leaning is Leaning.SAVING
    await home.restart()
    assert await call("get_profile", device_id=home.device()) == after


async def test_a_night_is_taken_back_by_both_its_ends(home: VaultHome, call: Caller) -> None:
    with pytest.raises(ServiceValidationError) as refusal:
        await call("set_profile", device_id=home.device(), sleep_workdays_to=None)
    assert refusal.value.translation_key == "night_incomplete"
    await call("set_profile", device_id=home.device(), sleep_workdays_to=None, sleep_workdays_from=None)
    assert home.zone().settings.profile.sleep == {}


@pytest.mark.parametrize(
    "field",
    [
        {"lux_day": 0},
        {"lux_day": "bright"},
        {"lux_day": float("nan")},
        {"color_temp_day": 10},
        {"sleep_workdays_from": "half past ten"},
        {"leaning": "lavish"},
        {"name": "somebody"},
    ],
)
async def test_what_cannot_be_wished_changes_nothing(home: VaultHome, call: Caller, field: dict[str, Any]) -> None:
    with pytest.raises((vol.Invalid, ServiceValidationError)):
        await call("set_profile", device_id=home.device(), **field)
    assert home.zone().settings.profile == SAID


async def test_what_was_exported_comes_in_again_also_where_zones_have_other_keys(home: VaultHome, call: Caller) -> None:
    exported = await call("export_profiles")
    (profile,) = exported["profiles"]
    assert profile == {"zone": home.zones[0], "name": "Hall", "profile": SAID.as_dict()}
    await call("set_profile", device_id=home.device(), lux_day=100)
    assert await call("import_profiles", **exported) == {"profiles": 1}
    assert home.zone().settings.profile == SAID
    # A zone of another home is known by its name.
    await call("import_profiles", profiles=[{**profile, "zone": "another", "name": "Kitchen"}])
    assert home.zone(1).settings.profile == SAID


@pytest.mark.parametrize(
    "bad",
    [
        {"zone": "nowhere", "name": "Nowhere", "profile": {}},
        {"zone": "z", "name": "Hall", "profile": {}},
        {"zone": "z", "name": "Kitchen", "profile": {"lux": {"day": -1}}},
        {"zone": "z", "name": "Kitchen", "profile": [1]},
        {"zone": ["z"], "name": {}, "profile": {}},
        {"zone": "z", "name": "Kitchen"},
        {},
    ],
)
async def test_an_import_takes_all_or_none(home: VaultHome, call: Caller, bad: dict[str, Any]) -> None:
    before = home.kept()
    good = {"zone": home.zones[0], "profile": {"leaning": "comfort"}}
    with pytest.raises((vol.Invalid, ServiceValidationError)):
        await call("import_profiles", profiles=[good, bad])
    assert home.kept() == before
    assert home.zone().settings.profile == SAID


@pytest.mark.parametrize(
    "action", ["get_profile", "set_profile", "export_profiles", "import_profiles", "rotate_encryption_key"]
)
async def test_nobody_else_reads_or_changes_profiles(
    home: VaultHome, hass_read_only_user: MockUser, action: str
) -> None:
    data: dict[str, Any] = {"device_id": home.device()} if action.endswith("_profile") else {}
    if action == "import_profiles":
        data = {"profiles": [{"profile": {}}]}
    with pytest.raises(Unauthorized):
        await Caller(home.hass, hass_read_only_user)(action, **data)


async def test_no_automation_rotates_the_key(home: VaultHome) -> None:
    before = home.fingerprint
    with pytest.raises(HomeAssistantError):
        await Caller(home.hass, None)("rotate_encryption_key")
    assert home.fingerprint == before


async def test_with_the_key_away_actions_say_so_and_change_nothing(home: VaultHome, call: Caller) -> None:
    await home.stop()
    del home.storage[home.file("keyring")]
    await home.start()
    exported = {"profiles": [{"zone": home.zones[0], "profile": {}}]}
    for action, data in (
        ("set_profile", {"device_id": home.device(), "lux_day": 100}),
        ("export_profiles", {}),
        ("import_profiles", exported),
        ("rotate_encryption_key", {}),
    ):
        with pytest.raises(HomeAssistantError) as refusal:
            await call(action, **data)
        assert refusal.value.translation_key == "vault_closed"


async def test_a_full_disk_is_told_in_words_and_changes_nothing(home: VaultHome, call: Caller) -> None:
    write = Store._async_write_data  # noqa: SLF001  # what a disk does has no public name

    async def full(store: Store[Any], data: dict[str, Any]) -> None:
        if store.key in {home.file("keyring"), home.file("profiles")}:
            raise WriteError("no space left on device")
        await write(store, data)

    dialog = ZoneDialog(home)
    await dialog.open()
    with patch.object(Store, "_async_write_data", full):
        for action, data in (
            ("set_profile", {"device_id": home.device(), "lux_day": 100}),
            ("rotate_encryption_key", {}),
        ):
            with pytest.raises(HomeAssistantError) as refusal:
                await call(action, **data)
            assert refusal.value.translation_key == "vault_not_written"
        result = await dialog.submit(leaning="saving", lux={}, color_temp_kelvin={}, sleep={})
        assert result["reason"] == "vault_not_written"
    assert home.zone().settings.profile == SAID


async def test_a_key_from_elsewhere_is_changed_there(
    home: VaultHome, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, Key.new().reveal())
    await home.restart()
    for text, told in ((None, "no_new_key"), ("swordfish", "key_invalid")):
        if text is not None:
            monkeypatch.setenv(VARIABLE, text)
        with pytest.raises(HomeAssistantError) as refusal:
            await call("rotate_encryption_key")
        assert refusal.value.translation_key == told


# In the dialog of the zone


class ZoneDialog:
    """The dialog that changes a zone."""

    def __init__(self, home: VaultHome) -> None:
        self._home = home
        self._flows = home.hass.config_entries.subentries
        self._id = ""

    async def open(self) -> Any:
        """Open what asks for wishes."""
        place = (self._home.house.entry.entry_id, SUBENTRY_ZONE)
        menu: Any = await self._flows.async_init(
            place, context={"source": "reconfigure", "subentry_id": self._home.zones[0]}
        )
        texts = translation("config_subentries", "zone", "step", "reconfigure", "menu_options")
        assert texts.keys() == set(menu["menu_options"])
        self._id = menu["flow_id"]
        return await self._flows.async_configure(self._id, {"next_step_id": "profile"})

    async def submit(self, **user_input: Any) -> Any:
        """Submit it."""
        result = await self._flows.async_configure(self._id, user_input)
        await self._home.hass.async_block_till_done()
        return result


def suggested(form: Any) -> dict[str, Any]:
    """Return what a form with sections has filled in."""
    filled = {}
    for key, value in form["data_schema"].schema.items():
        for name in value.schema.schema if hasattr(value, "schema") else (key,):
            if name.description and "suggested_value" in name.description:
                filled[str(name)] = name.description["suggested_value"]
    return filled


async def test_wishes_are_filled_in_and_kept_in_the_dialog(home: VaultHome) -> None:
    dialog = ZoneDialog(home)
    filled = suggested(await dialog.open())
    assert filled["lux_evening"] == CANARY_LUX
    assert filled["sleep_workdays_to"] == "06:17"
    result = await dialog.submit(
        leaning="comfort",
        lux={"lux_day": 300},
        color_temp_kelvin={"color_temp_night": 2200},
        sleep={"sleep_free_days_from": "23:30:00", "sleep_free_days_to": "09:00:00"},
    )
    assert result["reason"] == "profile_saved"
    profile = home.zone().settings.profile
    assert profile.lux == {Daypart.DAY: 300.0}
    assert profile.colour_temperature == {Daypart.NIGHT: 2200}
    assert profile.sleep == {DayKind.FREE_DAYS: Night(bed=23 * 60 + 30, up=9 * 60)}
    assert profile.leaning is Leaning.COMFORT


async def test_an_empty_form_takes_all_back(home: VaultHome) -> None:
    dialog = ZoneDialog(home)
    await dialog.open()
    await dialog.submit(leaning="balanced", lux={}, color_temp_kelvin={}, sleep={})
    assert home.zone().settings.profile == NOTHING_SAID


async def test_half_a_night_is_asked_for_again_with_what_was_filled_in(home: VaultHome) -> None:
    dialog = ZoneDialog(home)
    await dialog.open()
    half = {"sleep_workdays_from": "22:00:00"}
    result = await dialog.submit(leaning="saving", lux={"lux_day": 300}, color_temp_kelvin={}, sleep=half)
    assert result["errors"] == {"base": "night_incomplete"}
    assert suggested(result)["sleep_workdays_from"] == "22:00:00"
    assert home.zone().settings.profile == SAID


async def test_the_dialog_says_that_the_key_is_away(home: VaultHome) -> None:
    await home.stop()
    del home.storage[home.file("keyring")]
    await home.start()
    assert (await ZoneDialog(home).open())["reason"] == "vault_closed"
