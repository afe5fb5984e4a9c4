"""Row 82 of the fault list: secrets are planted wherever one is kept or given, and after a whole day found nowhere."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
import json
import logging
from pathlib import Path
from typing import Any, Final

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import EVENT_CALL_SERVICE, STATE_OFF, STATE_ON
from homeassistant.core import Context, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser
import voluptuous as vol

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.smart_lighting_ai_dali.health_view import parts_of
from custom_components.smart_lighting_ai_dali.key_sources import VARIABLE
from custom_components.smart_lighting_ai_dali.logbook import async_describe_events
from custom_components.smart_lighting_ai_dali.system_health import async_system_health
from custom_components.smart_lighting_ai_dali.vault.key import Key
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart, daypart_of
from tests.integration.conftest import administrator
from tests.integration.test_ai_planner import Home, home, kitchen_of, server  # noqa: F401  # fixtures
from tests.integration.test_canaries import kept
from tests.integration.test_health import real
from tests.openai_server import OpenAIServer, fail
from tests.recorder.conftest import Recorded, _integrations, database_engine, recorded, recorder_db_url, rows  # noqa: F401  # fixtures: beside this home there is a recorder

from .test_admin_endpoints import call
from .test_openai_key_rotation import enter_key, only_by

OPENAI_KEY: Final = "sk-canary-0-of-the-provider"
NEXT_OPENAI_KEY: Final = "sk-canary-1-of-the-provider"
WRONG_OPENAI_KEY: Final = "sk-canary-2-of-the-provider"
PORT_KEY: Final = "canary-of-the-port+/="
NO_KEY: Final = "canary-that-is-no-encryption-key"
REFUSED: Final = "canary-of-a-refused-call"
ACCEPTED: Final = "canary-of-an-accepted-call"
WISH, NEXT_WISH = 317.81415, 271.82818
# When people of the zone sleep, in quotes: else each clock could show it by chance.
BED, UP = "21:43", "04:37"
# Addresses that the serial library, and the system, name whole in their errors.
PORTS: Final = tuple(
    f"{address}?port_name=DALI&key={PORT_KEY}"
    for address in ("esphome://127.0.0.1:1/", "socket://nobody", "/dev/serial/by-id/usb-nobody")
)


@dataclass(frozen=True, slots=True)
class EncryptionKeys:
    """The key of the profiles, from the environment: one after the other."""

    environment: pytest.MonkeyPatch
    first: str
    second: str

    def give(self, *keys: str) -> None:
        """Have these in the environment; the first seals."""
        self.environment.setenv(VARIABLE, "\n".join(keys))


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> EncryptionKeys:
    """Return the keys, of which the first is there before the site is."""
    keys = EncryptionKeys(monkeypatch, Key.new().reveal(), Key.new().reveal())
    keys.give(keys.first)
    return keys


class Ears:
    """All that is told from now on, to whoever listens."""

    def __init__(self, home: Home, caplog: pytest.LogCaptureFixture) -> None:  # noqa: F811
        self._home = home
        self._caplog = caplog
        self.events: list[Event[Any]] = []
        home.house.hass.bus.async_listen("*", self._hear)
        self._words: dict[str, Callable[[Event[Any]], dict[str, Any]]] = {}
        async_describe_events(home.house.hass, self._describe)

    @callback
    def _hear(self, event: Event[Any]) -> None:
        # Home Assistant itself tells what was called, before anybody is asked: no field of ours is for a secret.
        if event.event_type != EVENT_CALL_SERVICE:
            self.events.append(event)

    @callback
    def _describe(self, _: str, event_type: str, words: Callable[[Event[Any]], dict[str, Any]]) -> None:
        self._words[event_type] = words

    def told(self) -> dict[str, str]:
        """Return what was told, by where."""
        hass = self._home.house.hass
        lines = logging.Formatter("%(levelname)s %(message)s")
        said = [words(one) for one in self.events if (words := self._words.get(str(one.event_type))) is not None]
        return {
            # With tracebacks, as a file of the log has them.
            "log": "\n".join(
                lines.format(record)
                for record in self._caplog.records
                if record.name.startswith(f"custom_components.{DOMAIN}")
            ),
            "events": repr([(one.event_type, one.data) for one in self.events]),
            "logbook": repr(said),
            "states": repr([state.as_dict() for state in hass.states.async_all()]),
            "issues": repr([(one, one.translation_placeholders) for one in ir.async_get(hass).issues.values()]),
            "dialogs": repr(hass.config_entries.flow.async_progress()),
        }

    async def reported(self) -> dict[str, str]:
        """Return what the site says when it is asked."""
        hass, entry = self._home.house.hass, self._home.house.entry
        devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
        reports = [await async_get_device_diagnostics(hass, entry, device) for device in devices]
        return {
            "diagnostics": json.dumps(await async_get_config_entry_diagnostics(hass, entry), default=str),
            "diagnostics of devices": json.dumps(reports, default=str),
            "health": repr(parts_of(entry.runtime_data.health_watch)) + repr(await async_system_health(hass)),
        }


def canaries(keys: EncryptionKeys) -> dict[str, tuple[str, ...]]:
    """Return what must not be found, in each of its forms, by what it is."""
    return {
        "the AI's key": (OPENAI_KEY,),
        "the AI's next key": (NEXT_OPENAI_KEY,),
        "a wrong key of the AI": (WRONG_OPENAI_KEY,),
        "the key of the profiles": (keys.first,),
        "the next key of the profiles": (keys.second,),
        "what is no key of the profiles": (NO_KEY,),
        "the key of a port": (PORT_KEY, "canary-of-the-port"),
        "data of a refused call": (REFUSED,),
        "data of an accepted call": (ACCEPTED,),
        "wishes": tuple(str(wish) for wish in (WISH, NEXT_WISH)),
        "sleep": tuple(f"{quote}{time}{quote}" for time in (BED, UP) for quote in "'\""),
    }


def found(places: dict[str, str], keys: EncryptionKeys) -> list[tuple[str, str]]:
    """Return which secrets are where."""
    return [
        (secret, place)
        for place, text in places.items()
        for secret, forms in canaries(keys).items()
        if any(form in text for form in forms)
    ]


def lines(home: Home) -> list[LineStatus]:  # noqa: F811
    """Return how the lines are, the one that is there first."""
    return [line.line.status for line in home.house.site.lines.values()]


def other_dayparts() -> tuple[Daypart, Daypart]:
    """Return two that do not come for hours: what a zone aims at now is to be seen by everybody."""
    parts = list(Daypart)
    now = parts.index(daypart_of(dt_util.utcnow().timestamp(), dt_util.get_default_time_zone()))
    return parts[(now + 2) % 4], parts[(now + 3) % 4]


async def call_what_one_may_not(home: Home, zone: ZoneControl, reader: MockUser) -> None:  # noqa: F811
    """Call actions with secrets in their fields, by who may not, and with data that can't be."""
    hass = home.house.hass
    callers: tuple[Callable[[], Context], ...] = (
        lambda: Context(user_id=reader.id),
        Context,
        lambda: administrator(hass),
    )
    wrong = (
        ("set_profile", {"device_id": REFUSED, "lux_day": 100}),
        ("set_profile", {"device_id": home.device(zone), REFUSED: REFUSED}),
        ("set_profile", {"device_id": home.device(zone), "leaning": REFUSED}),
        ("import_profiles", {"profiles": [{"name": REFUSED, "profile": {"lux": {"day": REFUSED}}}]}),
        ("rotate_encryption_key", {REFUSED: REFUSED}),
        ("get_audit", {"action": REFUSED}),
    )
    for action, data in wrong:
        for context in callers:
            with suppress(HomeAssistantError, vol.Invalid):
                await call(home.house, action, context(), **data)


async def dump(hass: HomeAssistant) -> str:
    """Return all that is in our tables."""
    recorder = get_instance(hass)

    def read() -> str:
        names = rows(recorder, "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'smart_lighting%'")
        return repr({name: rows(recorder, f"SELECT * FROM {name}") for (name,) in names})  # noqa: S608  # its own names

    return await recorder.async_add_executor_job(read)


async def test_secrets_are_found_nowhere_after_a_day(  # noqa: PLR0917, PLR0915  # a day has many parts
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    home: Home,  # noqa: F811
    server: OpenAIServer,  # noqa: F811
    keys: EncryptionKeys,
    recorded: Recorded,  # noqa: F811
    hass_read_only_user: MockUser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, f"custom_components.{DOMAIN}")
    ears = Ears(home, caplog)
    entry, flows = home.house.entry, hass.config_entries.flow
    # The site is set up: lines with a key in their address, a zone, what its people want, and an AI.
    for port in PORTS:
        hass.config_entries.async_add_subentry(entry, real(port))
    await home.house.until(lambda: lines(home)[1:] == [LineStatus.OFFLINE] * len(PORTS))
    zone = await kitchen_of(home)
    wished, next_wished = other_dayparts()
    wishes = {f"lux_{wished}": WISH, f"lux_{next_wished}": NEXT_WISH}
    sleep = {"sleep_workdays_from": BED, "sleep_workdays_to": UP}
    await call(home.house, "set_profile", administrator(hass), device_id=home.device(zone), **wishes, **sleep)
    said = home.house.site.vault.profile_of(zone.key)
    assert said.lux == {wished: WISH, next_wished: NEXT_WISH}
    profile = {"zone": ACCEPTED, "name": zone.name, "profile": said.as_dict()}
    assert await call(home.house, "import_profiles", administrator(hass), profiles=[profile]) == {"profiles": 1}
    await home.have(server, key=OPENAI_KEY)
    await home.let(zone)
    await home.see(STATE_ON)
    await home.until_lit(0)
    # The AI's key is revoked, and its provider names it; one is entered that is wrong, and one that is not.
    server.usual = fail(401, {"code": "invalid_api_key", "message": f"Incorrect API key provided: {OPENAI_KEY}"})
    await home.look()
    assert home.status() == "failing"
    (dialog,) = [one for one in flows.async_progress() if one["context"]["source"] == SOURCE_REAUTH]
    server.usual = fail(401, {"code": "invalid_api_key", "message": f"Incorrect API key provided: {WRONG_OPENAI_KEY}"})
    wrong = await enter_key(home, dialog, api_key=WRONG_OPENAI_KEY)
    assert wrong["errors"] == {"base": "ai_authentication"}
    places = {"a dialog": repr((wrong["errors"], wrong["description_placeholders"])), **ears.told()}
    server.usual = only_by(NEXT_OPENAI_KEY)
    assert (await enter_key(home, dialog, api_key=NEXT_OPENAI_KEY))["reason"] == "reauth_successful"
    await home.look()
    assert home.status() == "ok"
    assert zone.key in home.planner.plans
    # The key of the profiles is rotated, and calls are refused.
    keys.give(keys.second, keys.first)
    assert (await call(home.house, "rotate_encryption_key", administrator(hass)))["profiles"] == 1
    await call_what_one_may_not(home, zone, hass_read_only_user)
    # People go, by and by issues are made of lines that are not there, and somebody wants a report.
    await home.see(STATE_OFF)
    await home.look()
    places |= {f"{place}, by day": text for place, text in {**ears.told(), **await ears.reported()}.items()}
    # The site is started with what is no key, and with the right one again.
    for key, when in ((NO_KEY, "with what is no key"), (keys.second, "at last")):
        keys.give(key)
        assert await hass.config_entries.async_reload(entry.entry_id)
        await home.house.until(lambda: lines(home) == [LineStatus.ONLINE] + [LineStatus.OFFLINE] * len(PORTS))
        places |= {f"{place}, {when}": text for place, text in {**ears.told(), **await ears.reported()}.items()}
    assert home.house.site.vault.problem is None
    assert home.house.site.vault.profile_of(zone.key) == said
    await home.house.site.feature_engineering.async_flush()
    await recorded()
    places["tables"] = await dump(hass)
    audit = Path(hass.config.path(".storage", f"{DOMAIN}.audit"))
    places["audit"] = await hass.async_add_executor_job(audit.read_text)
    places["files"] = await hass.async_add_executor_job(kept, hass)
    # The keyring is where keys are; all else of ours is sealed, or has none.
    stores = {name: one for name, one in hass_storage.items() if DOMAIN in name and not name.endswith(".keyring")}
    places["stores"] = json.dumps(stores, default=str)
    assert found(places, keys) == []
    assert_it_was_looked_well(places)


def assert_it_was_looked_well(places: dict[str, str]) -> None:
    """Fail where a place has not got what the day must have left in it."""
    log = places["log, at last"]
    for line in ("DEBUG", "adapter=lost", "call=failed", "rotation=done", "vault=closed", "reason=port_unusable"):
        assert line in log, line
    for issue in ("port_unusable", "port_missing"):
        assert issue in places["issues, by day"], issue
    assert "encryption_key_invalid" in places["issues, with what is no key"]
    assert "reauth" in places["dialogs"]
    for word in ("rotate_encryption_key", "denied", "invalid"):
        assert word in places["audit"], word
        assert word in places["events, by day"], word
    assert "import_profiles was called" in places["logbook, by day"]
    assert '"plan"' in places["diagnostics, by day"]
    assert "port_unusable" in places["diagnostics, by day"]
    assert "target_lux" in places["diagnostics of devices, by day"]
    assert "smart_lighting_decision" in places["tables"]
    assert "target_lux" in places["tables"]
    assert "token" in places["stores"]
