"""The row "rules-only mode": the state the site is in whenever the AI is off, failing, over budget or not trusted."""

from collections.abc import AsyncIterator, Awaitable, Callable

from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.const import STATE_ON
import pytest

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.control.zone_control import ZoneControl
from custom_components.smart_lighting_ai_dali.control.zone_memory import AiMode
from custom_components.smart_lighting_ai_dali.zones.plan import Planner
from tests.integration.test_ai_planner import Home, home, kitchen_of, server  # noqa: F401  # fixtures
from tests.openai_server import OpenAIServer, fail

type Cause = Callable[[Home, OpenAIServer, ZoneControl], Awaitable[str]]
"""What puts the site into rules-only mode; returns what its sensor says then."""


async def off(home: Home, server: OpenAIServer, zone: ZoneControl) -> str:  # noqa: F811
    """Choose no AI in the dialog."""
    del server, zone
    flow = home.house.hass.config_entries.flow
    dialog = await flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": home.house.entry.entry_id}
    )
    result = await flow.async_configure(dialog["flow_id"], {"next_step_id": "no_provider"})
    assert result["reason"] == "reconfigure_successful"
    await home.house.hass.async_block_till_done()
    return "off"


async def failing(home: Home, server: OpenAIServer, zone: ZoneControl) -> str:  # noqa: F811
    """Have the provider fail."""
    server.usual = fail(500)
    home.planner.gate.forget(zone.key)
    home.planner.gate.least_interval = 0
    await home.look()
    return "failing"


async def over_budget(home: Home, server: OpenAIServer, zone: ZoneControl) -> str:  # noqa: F811
    """Have no calls left."""
    await home.have(server, calls_per_day=1)
    home.planner.gate.forget(zone.key)
    home.planner.gate.least_interval = 0
    await home.look()
    return "over_budget"


async def not_trusted(home: Home, server: OpenAIServer, zone: ZoneControl) -> str:  # noqa: F811
    """Leave the zone in the shadow, which is where it stays until it has earned more."""
    del server
    await home.let(zone, mode=AiMode.SHADOW)
    await home.look()
    return "ok"


def follows(zone: ZoneControl) -> Planner:
    """Return whose plan a zone follows."""
    return zone.reflex.plan.planner


@pytest.mark.parametrize("cause", [off, failing, over_budget, not_trusted])
async def test_zones_follow_their_rules_and_nobody_waits(
    home: Home,  # noqa: F811
    server: OpenAIServer,  # noqa: F811
    cause: Cause,
) -> None:
    zone = await kitchen_of(home)
    await home.have(server)
    # An administrator lets the AI plan, whatever its report card says.
    await home.house.hass.services.async_call(
        DOMAIN, "allow_ai", {"device_id": [home.device(zone)], "reason": "A drill"}, blocking=True
    )
    await home.look()
    assert follows(zone) is Planner.AI
    said = await cause(home, server, zone)
    assert home.status() == said
    asked = len(server.received)
    await home.see(STATE_ON)
    await home.until_lit(0)
    assert follows(zone) is Planner.RULES
    assert home.state(zone, "sensor", "reason") == "arrival"
    assert len(server.received) == asked, "the light did not ask first"


@pytest.fixture(autouse=True)
async def _quiet(home: Home) -> AsyncIterator[None]:  # noqa: F811
    """Turn the light off again, so that the line is still when it ends."""
    yield
    await home.house.call("light", "turn_off", home.house.entity("light", 0))
