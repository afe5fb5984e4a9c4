"""Choosing the AI, changing and losing its key: tried before it is kept, and no light is touched by it."""

from collections.abc import AsyncIterator
import subprocess
import sys
from typing import Any, Final

from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import issue_registry as ir
import httpx
import pytest

from custom_components.smart_lighting_ai_dali.advisor.provider import Answer, FailureKind, ProviderError, Request
from custom_components.smart_lighting_ai_dali.ai import capped_transport
from custom_components.smart_lighting_ai_dali.ai.decisions_api import has_decisions
from custom_components.smart_lighting_ai_dali.ai.settings import ProviderKind
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.diagnostics import async_get_config_entry_diagnostics
from custom_components.smart_lighting_ai_dali.flows import provider_flow
from custom_components.smart_lighting_ai_dali.issues.ai import async_clear_oversized, async_report_oversized
from tests.openai_server import KEY, MODEL, Behaviour, OpenAIServer, decide, fail, openai_server, raw, reply

from .conftest import Build, House, PlugIn, lamp, line_of, translation

READY: Final = reply('{"ready": true}')
REQUEST: Final = Request(instructions="", payload="{}", schema={"type": "object"}, most_output_tokens=10)
OTHER_KEY: Final = "sk-another-key"

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def server(socket_enabled: None) -> AsyncIterator[OpenAIServer]:
    """Return a server that is ready."""
    del socket_enabled
    async with openai_server() as server:
        server.usual = READY
        yield server


@pytest.fixture
async def openai_is_here(monkeypatch: pytest.MonkeyPatch, server: OpenAIServer) -> AsyncIterator[None]:
    """Lead what goes to OpenAI to the server of the test."""

    async def lead(request: httpx.Request) -> None:
        assert request.url.host == "api.openai.com"
        request.url = httpx.URL(server.url).copy_with(path=request.url.path)

    async with httpx.AsyncClient(event_hooks={"request": [lead]}) as client:
        monkeypatch.setattr(capped_transport, "get_async_client", lambda _: client)
        yield


async def reconfigure(house: House, option: str) -> dict[str, Any]:
    """Open the dialog of the AI, and choose from its menu."""
    result = await house.hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": house.entry.entry_id}
    )
    assert result["type"] is FlowResultType.MENU
    experimental = ["decisions"] if has_decisions() else []
    assert result["menu_options"] == ["openai", "server", "ai_task", *experimental, "no_provider"]
    return await enter(house, result, next_step_id=option)


async def enter(house: House, result: Any, **data: Any) -> dict[str, Any]:
    """Go on with a dialog."""
    answer: Any = await house.hass.config_entries.flow.async_configure(result["flow_id"], data)
    await house.hass.async_block_till_done()
    return dict(answer)


async def choose_server(house: House, server: OpenAIServer, key: str = KEY) -> None:
    """Have the server of the test as the AI."""
    result = await reconfigure(house, "server")
    result = await enter(house, result, url=server.url, api_key=key, model=MODEL)
    assert result["reason"] == "reconfigure_successful"


def failure(house: House) -> FailureKind | None:
    """Return why the last question had no answer."""
    return house.site.ai.failure


def dialogs(hass: HomeAssistant, source: str = SOURCE_REAUTH) -> list[Any]:
    """Return the dialogs that are open."""
    return [flow for flow in hass.config_entries.flow.async_progress() if flow["context"]["source"] == source]


def issues(hass: HomeAssistant) -> set[str]:
    """Return the repair issues about the AI."""
    return {
        issue_id for domain, issue_id in ir.async_get(hass).issues if domain == DOMAIN and issue_id.startswith("ai")
    }


@pytest.mark.usefixtures("openai_is_here")
async def test_a_key_of_openai_is_tried_kept_and_never_shown(build: Build, server: OpenAIServer) -> None:
    house = await build()
    assert not house.site.ai.is_set
    result = await reconfigure(house, "openai")
    result = await enter(house, result, model="gpt-5-mini")
    assert result["errors"] == {"api_key": "key_missing"}
    assert server.received == []
    result = await enter(house, result, api_key=f" {KEY} ", model="gpt-5-mini")
    assert result["reason"] == "reconfigure_successful"
    assert server.received[0].headers["Authorization"] == f"Bearer {KEY}"
    assert house.site.ai.settings.kind is ProviderKind.OPENAI
    assert house.site.ai.model == "gpt-5-mini"
    result = await reconfigure(house, "openai")
    assert KEY not in str(result["data_schema"].schema)
    result = await enter(house, result, model="gpt-4o-mini")
    assert result["reason"] == "reconfigure_successful", "the key stays where it was left empty"
    assert house.site.ai.settings.api_key == KEY
    diagnostics = await async_get_config_entry_diagnostics(house.hass, house.entry)
    assert diagnostics["ai"]["provider"] == "openai"
    assert diagnostics["ai"]["model"] == "gpt-4o-mini"
    assert KEY not in str(diagnostics)


@pytest.mark.decisions
@pytest.mark.usefixtures("openai_is_here")
async def test_decisions_are_tried_before_they_are_kept(build: Build, server: OpenAIServer) -> None:
    house = await build()
    result = await reconfigure(house, "decisions")
    server.usual = fail(404)
    result = await enter(house, result, api_key=KEY, model="gpt-6-luna")
    assert result["errors"] == {"base": "ai_model"}
    server.usual = decide()
    result = await enter(house, result, api_key=KEY, model="gpt-6-luna")
    assert result["reason"] == "reconfigure_successful"
    assert house.site.ai.settings.kind is ProviderKind.DECISIONS
    assert server.paths == ["/v1/decisions"] * 2
    result = await reconfigure(house, "openai")
    server.usual = READY
    result = await enter(house, result, model="gpt-5-mini")
    assert result["reason"] == "reconfigure_successful", "it is the same key"
    assert house.site.ai.settings.api_key == KEY


async def test_where_the_sdk_has_no_decisions_they_are_not_offered(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await build()
    monkeypatch.setattr(provider_flow, "has_decisions", lambda: False)
    result = await house.hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": house.entry.entry_id}
    )
    assert "decisions" not in result["menu_options"]


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (fail(401), "ai_authentication"),
        (fail(429, {"code": "insufficient_quota"}), "ai_quota"),
        (fail(429), "ai_rate_limit"),
        (fail(404), "ai_model"),
        (fail(500), "ai_server"),
        (raw(b"<html>Sign in</html>", content_type="text/html"), "ai_invalid"),
        (reply("Yes, I am ready!"), "ai_invalid"),
        (reply('{"ready": "yes"}'), "ai_invalid"),
        (reply("[" * 100_000), "ai_invalid"),
    ],
)
async def test_what_does_not_work_is_told_and_not_kept(
    build: Build, server: OpenAIServer, behaviour: Behaviour, error: str
) -> None:
    house = await build()
    result = await reconfigure(house, "server")
    server.usual = behaviour
    result = await enter(house, result, url=server.url, model=MODEL)
    assert result["errors"] == {"base": error}
    assert translation("config", "error", error)
    assert not house.site.ai.is_set
    server.usual = READY
    result = await enter(house, result, url=server.url, model=MODEL)
    assert result["reason"] == "reconfigure_successful"
    assert house.site.ai.is_set


async def test_a_model_that_thought_for_too_long_works(build: Build, server: OpenAIServer) -> None:
    house = await build()
    result = await reconfigure(house, "server")
    server.usual = reply("", status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    result = await enter(house, result, url=server.url, model=MODEL)
    assert result["reason"] == "reconfigure_successful"


@pytest.mark.parametrize(
    ("url", "error"),
    [("http://example.com/v1", "not_encrypted"), ("example.com", "invalid_url"), ("http://[::1", "invalid_url")],
)
async def test_an_address_that_is_none_is_told(build: Build, server: OpenAIServer, url: str, error: str) -> None:
    house = await build()
    result = await reconfigure(house, "server")
    result = await enter(house, result, url=url, model=MODEL, api_key=KEY)
    assert result["errors"] == {"url": error}
    assert server.received == []


async def test_a_key_never_goes_to_another_server(build: Build, server: OpenAIServer) -> None:
    house = await build()
    await choose_server(house, server)
    async with openai_server() as other:
        other.usual = READY
        result = await enter(house, await reconfigure(house, "server"), url=other.url, model=MODEL)
        assert result["reason"] == "reconfigure_successful"
        assert KEY not in str(other.received)


async def test_an_entity_that_is_not_there_is_told(build: Build) -> None:
    house = await build()
    result = await enter(house, await reconfigure(house, "ai_task"), entity_id="ai_task.model")
    assert result["errors"] == {"base": "ai_connection"}


async def test_a_key_comes_goes_and_changes_without_a_light_noticing(
    build: Build, server: OpenAIServer, plug_in: PlugIn
) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    light = await house.until_light(0, "off")
    await house.call("light", "turn_on", light, brightness=100)
    (line,) = house.site.lines.values()
    site, running = house.site, line.line
    await port.forget_frames()
    changes: list[str] = []
    house.hass.bus.async_listen("state_changed", lambda event: changes.append(event.data["entity_id"]))
    told: list[str] = []
    stop = site.ai.async_listen(lambda: told.append(site.ai.settings.api_key))
    await choose_server(house, server)
    assert isinstance(await site.ai.ask(REQUEST), Answer)
    await choose_server(house, server, OTHER_KEY)
    await site.ai.ask(REQUEST)
    assert server.received[-1].headers["Authorization"] == f"Bearer {OTHER_KEY}"
    await reconfigure(house, "no_provider")
    assert not site.ai.is_set
    assert "sk-" not in str(house.entry.data), "a key that is not used any more is forgotten"
    with pytest.raises(ProviderError):
        await site.ai.ask(REQUEST)
    stop()
    assert told == [KEY, OTHER_KEY, ""]
    assert house.site is site
    assert next(iter(site.lines.values())).line is running
    assert running.diagnostics()["connections"] == 1
    assert await port.frames() == []
    assert light not in changes
    assert await port.levels() == {0: 100}


async def test_a_key_that_was_revoked_is_asked_for_once(build: Build, server: OpenAIServer) -> None:
    house = await build()
    await choose_server(house, server)
    server.usual = fail(401, {"code": "invalid_api_key"})
    for _ in range(3):
        with pytest.raises(ProviderError):
            await house.site.ai.ask(REQUEST)
        await house.hass.async_block_till_done()
    assert failure(house) is FailureKind.AUTHENTICATION
    (dialog,) = dialogs(house.hass)
    assert issues(house.hass) == set()
    result: Any = await house.hass.config_entries.flow.async_configure(dialog["flow_id"])
    assert result["step_id"] == "reauth_confirm"
    assert result["description_placeholders"]["host"] == "127.0.0.1"
    result = await enter(house, dialog, api_key="sk-wrong")
    assert result["errors"] == {"base": "ai_authentication"}
    assert house.site.ai.settings.api_key == KEY
    server.usual = READY
    result = await enter(house, dialog, api_key=f"{OTHER_KEY}\n")
    assert result["reason"] == "reauth_successful"
    assert house.site.ai.settings.api_key == OTHER_KEY
    assert house.site.ai.settings.model == MODEL
    assert failure(house) is None
    await house.site.ai.ask(REQUEST)
    assert dialogs(house.hass) == []


@pytest.mark.parametrize(
    ("behaviour", "issue"), [(fail(402), "ai_quota"), (fail(404), "ai_model"), (fail(500), None), (fail(429), None)]
)
async def test_what_only_a_person_mends_is_an_issue_until_it_works(
    build: Build, server: OpenAIServer, behaviour: Behaviour, issue: str | None
) -> None:
    house = await build()
    await choose_server(house, server)
    wanted = set() if issue is None else {issue}
    for _ in range(2):
        server.usual = behaviour
        with pytest.raises(ProviderError):
            await house.site.ai.ask(REQUEST)
        assert issues(house.hass) == wanted
        server.usual = READY
        await house.site.ai.ask(REQUEST)
        assert issues(house.hass) == set()
    server.usual = behaviour
    with pytest.raises(ProviderError):
        await house.site.ai.ask(REQUEST)
    await reconfigure(house, "no_provider")
    assert issues(house.hass) == set()
    assert failure(house) is None


async def test_an_answer_to_an_old_key_says_nothing_of_the_new_one(build: Build, server: OpenAIServer) -> None:
    house = await build()
    await choose_server(house, server)

    async def revoke(*_: Any) -> Any:
        # While the old key is being turned down, somebody enters a new one.
        stored = {**house.entry.data["ai_provider"], "api_key": OTHER_KEY}
        house.hass.config_entries.async_update_entry(house.entry, data={"ai_provider": stored})
        while house.site.ai.settings.api_key != OTHER_KEY:
            await house.hass.async_block_till_done()
        return await fail(401)(*_)

    server.next = [revoke]
    task = house.hass.async_create_background_task(house.site.ai.ask(REQUEST), "asking")
    with pytest.raises(ProviderError):
        await task
    assert failure(house) is None
    assert dialogs(house.hass) == []


async def test_a_provider_that_is_down_delays_no_start(build: Build, server: OpenAIServer) -> None:
    house = await build()
    await choose_server(house, server)
    asked = len(server.received)
    server.usual = fail(500)
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.site.ai.is_set
    assert len(server.received) == asked


async def test_limits_are_options_and_followed(build: Build) -> None:
    house = await build()
    options = house.hass.config_entries.options
    days = {"keep_events_days": 14, "keep_features_days": 365, "keep_decisions_days": 30}
    result = await options.async_init(house.entry.entry_id)
    one_price = {"ai": {"input_price": 1.5}}
    result = await options.async_configure(result["flow_id"], {**days, **one_price})
    assert result["errors"] == {"base": "price_incomplete"}
    limits = {
        "payload_batch_limit": 4,
        "payload_cap_bytes": 1000,
        "interval_minutes": 30,
        "deadline_seconds": 60,
        "calls_per_day": 10,
        "tokens_per_day": 5000,
        "money_per_month": 2.5,
        "input_price": 0,
        "output_price": 2,
    }
    result = await options.async_configure(result["flow_id"], {**days, "ai": limits})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await house.hass.async_block_till_done()
    found = house.site.ai.limits
    assert (found.caps.zones, found.caps.size, found.interval, found.deadline) == (4, 1000, 1800.0, 60.0)
    assert (found.budget.calls_a_day, found.budget.tokens_a_day, found.budget.money_a_month) == (10, 5000, 2.5)
    assert found.price is not None
    assert (found.price.input, found.price.output) == (0.0, 2.0), "free is a price"
    result = await options.async_init(house.entry.entry_id)
    with pytest.raises(InvalidData):
        await options.async_configure(result["flow_id"], {**days, "ai": {**limits, "payload_batch_limit": 0}})
    await options.async_configure(result["flow_id"], days)
    await house.hass.async_block_till_done()
    assert house.site.ai.limits.price is None


async def test_a_zone_over_the_cap_is_an_issue_with_its_size(hass: HomeAssistant) -> None:
    async_report_oversized(hass, "key", "Hall", 3000, 2048)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, "ai_payload_exceeds_cap_key")
    assert issue is not None
    placeholders = issue.translation_placeholders or {}
    step = translation("issues", "ai_payload_exceeds_cap", "fix_flow", "step", "limits")
    text = step["description"].format(**placeholders)
    assert "3000 bytes" in text
    assert "2048" in text
    async_clear_oversized(hass, "key")
    assert issues(hass) == set()


def test_who_asks_no_ai_does_not_load_its_sdk() -> None:
    code = (
        "import homeassistant, sys;"
        f"import custom_components.{DOMAIN}.config_flow, custom_components.{DOMAIN}.site;"
        "sys.exit('openai' in sys.modules or 'homeassistant.components.ai_task' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
