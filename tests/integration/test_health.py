"""How the site is, with real faults of its parts: a word for each, one line in the log each way."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
import json
import logging
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_component import async_update_entity
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_capture_events

from custom_components.smart_lighting_ai_dali import health_rules
from custom_components.smart_lighting_ai_dali.ai import settings as ai_settings
from custom_components.smart_lighting_ai_dali.const import DOMAIN, SUBENTRY_LINE
from custom_components.smart_lighting_ai_dali.diagnostics import async_get_config_entry_diagnostics
from custom_components.smart_lighting_ai_dali.health import SiteHealth
from custom_components.smart_lighting_ai_dali.health_watch import line_part
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from custom_components.smart_lighting_ai_dali.system_health import async_system_health
from tests.openai_server import OpenAIServer, fail, openai_server
from tests.told import fields_of, told_once

from .conftest import Build, House, PlugIn, lamp, line_of
from .test_ai_planner import Home, plans
from .test_site import simulated
from .test_zones import zone_of
from .vault_home import SAID, VaultHome

LOGGER = f"custom_components.{DOMAIN}.health"
LINE = "sensor.ground_floor_status"
# An adapter that is gone is noticed at once; whether it stays away shows after fifteen seconds.
LONG = 60


def problem(house: House, part: str) -> tuple[str, str] | None:
    """Return the status and the code of a part that is not well."""
    found = [one for one in house.site.health_watch.health.problems if one["part"] == part]
    return (str(found[0]["status"]), str(found[0]["code"])) if found else None


def real(path: str) -> ConfigSubentry:
    """Return a line with an adapter, as its dialog adds it."""
    line = line_of(path)
    return ConfigSubentry(
        data=MappingProxyType(line["data"]), subentry_type=SUBENTRY_LINE, title=line["title"], unique_id=None
    )


def told(caplog: pytest.LogCaptureFixture, part: str) -> list[tuple[str, str, str]]:
    """Return what the log has of a part's health: the level, the status, and the code."""
    lines = [(one, fields_of(one.getMessage())) for one in caplog.records if one.name == LOGGER]
    return [(one.levelname, said["status"], said.get("code", "")) for one, said in lines if said["part"] == repr(part)]


async def test_a_line_that_is_lost_is_an_error_after_fifteen_seconds_and_told_once_each_way(
    plug_in: PlugIn, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    await house.until_light(0, "off")
    state = house.hass.states.get(LINE)
    assert state is not None
    assert (state.state, state.attributes["health"], state.attributes["code"]) == ("online", "ok", "ok")
    changes = async_capture_events(house.hass, EVENT_STATE_CHANGED)
    await port.do(lambda simulation: simulation.unplug())
    await house.until(lambda: problem(house, "line") == ("error", "port_missing"), LONG)
    written = [change.data["new_state"] for change in changes if change.data["entity_id"] == LINE]
    seen = [state for state in written if state is not None]
    # What is lost, and that it is degraded, is one state and not two.
    assert {(one.state, one.attributes["health"]) for one in seen[:-1]} == {("offline", "degraded")}
    first, last = seen[0], seen[-1]
    assert (last.state, last.attributes["health"], last.attributes["code"]) == ("offline", "error", "port_missing")
    assert last.attributes["since"] - first.attributes["since"] >= timedelta(seconds=14)
    assert last.attributes["last_success"] <= first.attributes["since"]
    assert house.state("sensor.smart_lighting_ai_health") == "error"
    assert told(caplog, "line Ground floor") == [("INFO", "error", "port_missing")]
    await port.do(lambda simulation: simulation.replug())
    await house.until(lambda: house.state(LINE) == "online")
    assert problem(house, "line") is None
    assert house.state("sensor.smart_lighting_ai_health") == "degraded", "there is no recorder in this home"
    assert told(caplog, "line Ground floor")[1:] == [("INFO", "ok", "")]
    # The line itself has warned; once is enough.
    warned = [one for one in caplog.records if one.levelno >= logging.WARNING and "Ground floor" in one.getMessage()]
    assert len(warned) == 1


async def test_a_short_absence_is_no_news_for_the_log(
    plug_in: PlugIn, build: Build, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow this machine is.
    monkeypatch.setattr(health_rules, "LINE_SECONDS", 3600.0)
    caplog.set_level(logging.INFO, LOGGER)
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    await house.until_light(0, "off")
    await port.do(lambda simulation: simulation.unplug())
    await house.until(lambda: problem(house, "line") is not None)
    await port.do(lambda simulation: simulation.replug())
    await house.until(lambda: problem(house, "line") is None)
    assert told(caplog, "line Ground floor") == []


async def test_one_of_two_lines_is_not_the_site(plug_in: PlugIn, build: Build, tmp_path: object) -> None:
    house = await build(line_of(plug_in(lamp(0))), line_of(f"{tmp_path}/nothing", "Attic"))
    await house.until_light(0, "off")
    await house.until(lambda: problem(house, "line") == ("error", "port_missing"), LONG)
    assert house.state("sensor.smart_lighting_ai_health") == "degraded"
    state = house.hass.states.get("sensor.smart_lighting_ai_health")
    assert state is not None
    assert {"part": "line", "name": "Attic", "status": "error", "code": "port_missing"} in state.attributes["problems"]
    # A line that is removed is nobody's problem any more.
    attic = next(key for key, one in house.entry.subentries.items() if one.title == "Attic")
    house.hass.config_entries.async_remove_subentry(house.entry, attic)
    await house.until(lambda: problem(house, "line") is None)


async def test_a_simulated_line_is_a_problem_only_beside_real_ones(
    plug_in: PlugIn, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    house = await build(simulated())
    await house.until(lambda: house.state("sensor.demo_status") == "online", 30)
    assert problem(house, "line") is None
    port = plug_in(lamp(0))
    house.hass.config_entries.async_add_subentry(house.entry, real(port.path))
    await house.until(lambda: problem(house, "line") == ("degraded", "simulated"))
    assert told(caplog, "line Demo") == [("WARNING", "degraded", "simulated")]
    # However well the simulated one is: without the real one there is no light.
    await house.until(lambda: house.state(LINE) == "online")
    await port.do(lambda simulation: simulation.unplug())
    await house.until(lambda: house.state("sensor.smart_lighting_ai_health") == "error", LONG)


async def test_a_simulated_line_that_can_not_start_is_an_error(
    build: Build, hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    house = await build(simulated("missing.yaml"))
    assert problem(house, "line") == ("error", "not_started")
    assert house.state("sensor.smart_lighting_ai_health") == "error"
    assert "simulator=failed" in caplog.text
    assert (await async_system_health(hass))["lines"] == "0 / 1"


async def test_gear_that_is_missing_is_told_and_counted(
    plug_in: PlugIn, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    port = plug_in(lamp(0), lamp(1))
    house = await build(line_of(port))
    for address in (0, 1):
        await house.until_light(address, "off")
    await port.do(lambda simulation: simulation.set_gear_fault(0, "deaf"))
    await house.until(lambda: house.state(house.entity("light", 0)) == "unavailable", 30)
    house.site.health_watch.async_look()
    assert problem(house, "line") == ("degraded", "gear_missing")
    assert (await async_system_health(house.hass))["gear"] == "1 / 2"
    assert told(caplog, "line Ground floor") == [("WARNING", "degraded", "gear_missing")]
    assert told_once(caplog, "health", "health=degraded")["code"] == "gear_missing"
    registry = er.async_get(house.hass)
    count = registry.async_get("sensor.ground_floor_missing_gear")
    assert count is not None
    assert count.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    await port.do(lambda simulation: simulation.set_gear_fault(0, "deaf", present=False))
    await house.until(lambda: house.state(house.entity("light", 0)) == "off", 30)
    house.site.health_watch.async_look()
    assert problem(house, "line") is None


async def test_the_count_of_missing_gear_is_there_for_who_wants_it(
    plug_in: PlugIn, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
    port = plug_in(lamp(0), lamp(1))
    house = await build(line_of(port))
    for address in (0, 1):
        await house.until_light(address, "off")
    count = "sensor.ground_floor_missing_gear"
    await async_update_entity(house.hass, count)
    assert house.state(count) == "0"
    await port.do(lambda simulation: simulation.set_gear_fault(0, "deaf"))
    await house.until(lambda: house.state(house.entity("light", 0)) == "unavailable", 30)
    await async_update_entity(house.hass, count)
    assert house.state(count) == "1"
    await port.do(lambda simulation: simulation.unplug())
    await house.until(lambda: house.state(count) == "unavailable")


async def test_telegrams_and_looks_without_news_cost_nothing(
    plug_in: PlugIn, build: Build, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = plug_in(lamp(0), lamp(1))
    house = await build(line_of(port))
    for address in (0, 1):
        await house.until_light(address, "off")
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    for _ in range(10):
        house.site.health_watch.async_look()
    await hass.async_block_till_done()
    ours = ("sensor.smart_lighting_ai_", LINE)
    assert [one.data["entity_id"] for one in changes if one.data["entity_id"].startswith(ours)] == []
    taken: list[str] = []
    monkeypatch.setattr(SiteHealth, "async_take", lambda _, key, *__, **___: taken.append(key))
    (line,) = house.site.lines.values()
    gear = next(iter(line.line.gear))

    def is_at(level: int) -> bool:
        return bool(line.line.state(gear).level == level)

    for level in range(100, 140):
        await port.do(partial(Simulation.foreign_frame, bits=16, data=0xFE00 | level))
        await house.until(partial(is_at, level))
    # It may have been its time in between, however slow the machine is: that comes twice a minute.
    assert taken.count(line_part(line.subentry.subentry_id)) < 10


async def test_weather_that_fails_is_told_once_each_way(
    build: Build, hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    house = await build()
    weather = "sensor.smart_lighting_ai_weather"
    assert house.state(weather) == "off"
    hass.states.async_set("weather.home", "sunny")
    hass.config_entries.async_update_entry(house.entry, options={"weather": "weather.home"})
    await hass.async_block_till_done()
    assert house.state(weather) == "ok"
    for _ in range(3):
        hass.states.async_set("weather.home", "unavailable")
        await hass.async_block_till_done()
        assert house.state(weather) == "unavailable"
    state = hass.states.get(weather)
    assert state is not None
    assert (state.attributes["health"], state.attributes["code"]) == ("degraded", "unavailable")
    hass.states.async_set("weather.home", "rainy")
    await hass.async_block_till_done()
    assert problem(house, "weather") is None
    assert told(caplog, "weather") == [("WARNING", "degraded", "unavailable"), ("INFO", "ok", "")]
    hass.states.async_remove("weather.home")
    await hass.async_block_till_done()
    assert house.state(weather) == "missing"


@pytest.fixture
async def server(socket_enabled: None) -> AsyncIterator[OpenAIServer]:
    """Return a server that plans."""
    del socket_enabled
    async with openai_server() as server:
        server.usual = plans()
        yield server


@pytest.fixture
async def home(plug_in: PlugIn, build: Build, hass_admin_user: MockUser, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Return a house with a light."""
    monkeypatch.setattr(ai_settings, "BETWEEN_REQUESTS", 0.05)
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    await house.until_light(0, "off")
    return Home(house, port, hass_admin_user.id)


async def test_an_ai_that_fails_is_a_problem_until_it_answers(
    home: Home, server: OpenAIServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    house = home.house
    zone = await home.add(zone_of(house.entity("light", 0)))
    await home.have(server)
    await home.let(zone)
    server.usual = fail(401, {"message": "no", "code": "invalid_api_key"})
    await home.look()
    assert problem(house, "ai") == ("degraded", "authentication")
    state = house.hass.states.get("sensor.smart_lighting_ai_planner")
    assert state is not None
    assert (state.state, state.attributes["health"]) == ("failing", "degraded")
    assert state.attributes["code"] == "authentication"
    server.usual = plans()
    await home.have(server, "sk-another-key")
    await home.look()
    assert problem(house, "ai") is None
    assert told(caplog, "ai") == [("INFO", "degraded", "authentication"), ("INFO", "ok", "")]


async def test_profiles_without_their_key_are_a_problem_that_they_tell_themselves(
    build: Build, hass: HomeAssistant, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    home = VaultHome(hass, await build(), hass_storage)
    await home.add_zone("Hall")
    await home.vault.async_set_profiles({home.zones[0]: SAID})
    sensor = "sensor.smart_lighting_ai_profiles"
    assert home.house.state(sensor) == "ok"
    await home.stop()
    before = home.kept()
    del home.storage[home.file("keyring")]
    await home.start()
    assert home.house.state(sensor) == "key_lost"
    assert problem(home.house, "profiles") == ("degraded", "key_lost")
    assert told(caplog, "profiles") == [("INFO", "degraded", "key_lost")]
    await home.stop()
    home.bring_back(before)
    await home.start()
    assert home.house.state(sensor) == "ok"


async def test_diagnostics_and_the_card_say_how_it_is(plug_in: PlugIn, build: Build, hass: HomeAssistant) -> None:
    assert await async_system_health(hass) == {"health": "The integration is not set up. Add it in the settings first."}
    house = await build(line_of(plug_in(lamp(0)), "Grandma's bedroom"))
    await house.until_light(0, "off")
    report = (await async_get_config_entry_diagnostics(hass, house.entry))["health"]
    assert report["status"] == "degraded"
    assert {"database", "scheduler", "ai", "weather", "profiles", "audit", "line"} == {
        one["part"] for one in report["parts"]
    }
    assert "Grandma" not in json.dumps(report)
    card = await async_system_health(hass)
    assert card["health"] == "Degraded"
    assert (card["lines"], card["gear"], card["database"], card["ai"]) == ("1 / 1", "1 / 1", "No recorder", "Off")


async def test_the_card_is_the_systems(build: Build, hass: HomeAssistant, hass_ws_client: Any) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await build()
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "system_health/info"})
    assert (await client.receive_json())["success"]
    initial = (await client.receive_json())["event"]["data"][DOMAIN]
    assert initial["info"]["health"] == "Degraded"
    assert initial["manage_url"] == f"/config/integrations/integration/{DOMAIN}"
