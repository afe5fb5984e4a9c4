"""The row "/admin/aggregate-now": administrators and automations condense at once, others may not; all is kept."""

from datetime import timedelta
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from tests.integration.conftest import House, administrator
from tests.recorder.conftest import _integrations, database_engine, house, recorder_db_url, rows  # noqa: F401  # fixtures
from tests.recorder.trouble import count


async def aggregate(hass: HomeAssistant, context: Context | None = None) -> Any:
    """Call the action, and return its answer."""
    return await hass.services.async_call(
        DOMAIN, "aggregate_now", {}, blocking=True, return_response=True, context=context
    )


async def test_what_was_collected_is_condensed_and_it_says_what_came_of_it(
    house: House,  # noqa: F811
    hass: HomeAssistant,
) -> None:
    hour = (dt_util.utcnow() - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    house.site.telemetry.async_tell_all(at_ms=int(hour.timestamp() * 1000))
    answer = await aggregate(hass, administrator(hass))
    assert answer["windows"] > 0
    assert answer["rows"] > 0
    assert answer["duration"] >= 0
    # The office has none of the last hour yet, only of three hours ago.
    assert set(answer["zones_without_features"]) <= {"office"}
    assert await count(house, "feature") > 0


async def test_an_automation_may(house: House, hass: HomeAssistant) -> None:  # noqa: F811
    config = {
        "automation": {
            "alias": "Before the report",
            "triggers": {"trigger": "event", "event_type": "report"},
            "actions": {"action": f"{DOMAIN}.aggregate_now"},
        }
    }
    assert await async_setup_component(hass, "automation", config)
    hass.bus.async_fire("report")
    await house.until(lambda: house.state("sensor.smart_lighting_ai_last_aggregation") not in {None, "unknown"})
    answer: Any = await hass.services.async_call(
        DOMAIN, "get_audit", {"action": "aggregate_now"}, blocking=True, return_response=True
    )
    (one,) = answer["calls"]
    assert (one["outcome"], one["user"]) == ("ok", None)
    # By its context it is found in the logbook and in the traces of automations.
    assert one["context"]


async def test_others_may_not(house: House, hass: HomeAssistant, hass_read_only_user: MockUser) -> None:  # noqa: F811
    del house
    with pytest.raises(Unauthorized):
        await aggregate(hass, Context(user_id=hass_read_only_user.id))
    answer: Any = await hass.services.async_call(
        DOMAIN, "get_audit", {"outcome": "denied"}, blocking=True, return_response=True
    )
    assert [one["user"] for one in answer["calls"]] == [hass_read_only_user.id]
