"""The row "OPENAI_API_KEY rotation": another key is entered in a dialog, and nothing restarts."""

from typing import Any, Final

from aiohttp import web
from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE, ConfigEntryState
from homeassistant.const import STATE_ON
import pytest

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from tests.integration.test_ai_planner import Home, home, kitchen_of, plans, server  # noqa: F401  # fixtures
from tests.openai_server import KEY, MODEL, Behaviour, OpenAIServer, Received, fail, reply
from tests.told import told, told_once

OLD: Final = KEY
NEW: Final = "sk-the-key-of-next-year"


def only_by(*keys: str) -> Behaviour:
    """Answer those who have one of these keys."""

    async def behave(request: web.Request, received: Received) -> web.StreamResponse:
        if received.headers["Authorization"].removeprefix("Bearer ") not in keys:
            return await fail(401, {"code": "invalid_api_key"})(request, received)
        is_question = "zones" in str(received.content["input"])
        return await (plans() if is_question else reply('{"ready": true}'))(request, received)

    return behave


async def enter_key(home: Home, dialog: Any, **data: str) -> Any:  # noqa: F811
    """Enter a key in a dialog, and return how that ended."""
    flow = home.house.hass.config_entries.flow
    result = await flow.async_configure(dialog["flow_id"], {"api_key": NEW, **data})
    await home.house.hass.async_block_till_done()
    return result


class Watch:
    """What would have to be another if anything had restarted."""

    def __init__(self, home: Home) -> None:  # noqa: F811
        self._home = home
        self._site = home.house.site
        self._states: list[ConfigEntryState] = []
        home.house.entry.async_on_state_change(lambda: self._states.append(home.house.entry.state))

    def assert_nothing_restarted(self) -> None:
        """Fail where anything did."""
        assert self._states == []
        assert self._home.house.site is self._site
        (line,) = self._site.lines.values()
        assert line.line.diagnostics()["connections"] == 1


async def test_a_key_is_changed_before_the_old_one_ends(
    home: Home,  # noqa: F811
    server: OpenAIServer,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    zone = await kitchen_of(home)
    server.usual = only_by(OLD, NEW)
    await home.have(server, key=OLD)
    await home.let(zone)
    await home.look()
    assert home.status() == "ok"
    watch = Watch(home)
    flow = home.house.hass.config_entries.flow
    dialog = await flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": home.house.entry.entry_id}
    )
    await flow.async_configure(dialog["flow_id"], {"next_step_id": "server"})
    result = await enter_key(home, dialog, url=server.url, model=MODEL)
    assert result["reason"] == "reconfigure_successful"
    # Now the old one is withdrawn at the provider, and nobody notices.
    server.usual = only_by(NEW)
    home.planner.gate.forget(zone.key)
    await home.look()
    assert server.received[-1].headers["Authorization"] == f"Bearer {NEW}"
    assert zone.key in home.planner.plans
    assert home.status() == "ok"
    assert told(caplog, "openai_client", "call=failed") == []
    watch.assert_nothing_restarted()
    for key in (OLD, NEW):
        assert key not in caplog.text


async def test_a_key_that_was_revoked_is_asked_for_and_lights_work_meanwhile(
    home: Home,  # noqa: F811
    server: OpenAIServer,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    zone = await kitchen_of(home)
    await home.have(server, key=OLD)
    await home.let(zone)
    watch = Watch(home)
    server.usual = only_by(NEW)
    await home.look()
    fields = told_once(caplog, "openai_client", "call=failed")
    assert (fields["kind"], fields["status"]) == ("authentication", "401")
    assert home.status() == "failing"
    await home.see(STATE_ON)
    await home.until_lit(0)
    (dialog,) = [
        flow
        for flow in home.house.hass.config_entries.flow.async_progress()
        if flow["context"]["source"] == SOURCE_REAUTH
    ]
    result = await enter_key(home, dialog)
    assert result["reason"] == "reauth_successful"
    await home.look()
    assert zone.key in home.planner.plans
    assert home.status() == "ok"
    watch.assert_nothing_restarted()
    for key in (OLD, NEW):
        assert key not in caplog.text
