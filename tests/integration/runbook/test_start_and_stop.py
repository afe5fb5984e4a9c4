"""The rows "lifespan" and "shutdown": what starts and stops in which order, with nothing lost and all ports free."""

from collections.abc import Callable
from typing import Any

from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
import pytest

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.feature_engineering import FeatureEngineering
from custom_components.smart_lighting_ai_dali.retention import Retention
from tests.integration.conftest import House
from tests.integration.test_site import can_open
from tests.recorder.conftest import Recorded, _integrations, database_engine, house, recorded, recorder_db_url  # noqa: F401  # fixtures
from tests.recorder.trouble import count, observations
from tests.told import told

PARTS = {"line": (Line, ""), "aggregation": (FeatureEngineering, "async_"), "retention": (Retention, "async_")}


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what begins and ends, as it does: each does all that it would do."""
    seen: list[str] = []

    def watched(name: str, of: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            seen.append(name)
            return of(*arguments)

        return call

    for name, (kind, prefix) in PARTS.items():
        for moment, method in (("begins", f"{prefix}start"), ("ends", f"{prefix}stop")):
            monkeypatch.setattr(kind, method, watched(f"{name} {moment}", getattr(kind, method)))
    return seen


async def test_it_stops_in_the_order_of_the_runbook_and_starts_again(
    house: House,  # noqa: F811
    hass: HomeAssistant,
    recorded: Recorded,  # noqa: F811
    order: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    (line,) = house.site.lines.values()
    port = line.subentry.data["device"]
    await house.site.feature_engineering.async_flush()
    before = await count(house, "event")
    # A job is under way, and something waits for the database.
    job = hass.async_create_task(
        hass.services.async_call(DOMAIN, "aggregate_now", {}, blocking=True, return_response=True)
    )
    house.site.telemetry.buffer.extend(observations(50))
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    assert order == ["retention ends", "aggregation ends", "line ends"]
    await hass.async_block_till_done()
    assert job.done()
    job.exception()
    assert await can_open(port), "the port is free"
    assert told(caplog, "feature_engineering", "flush=failed") == []
    order.clear()
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    assert order == ["line begins", "aggregation begins", "retention begins"]
    await recorded()
    assert await count(house, "event") >= before + 50
    light = await house.until_light(1, "off")
    await house.call("light", "turn_on", light)
    await house.until_light(1, STATE_ON)
