"""The row "no features available": the zones and what does not deliver are named, and the aggregation can be run."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from freezegun import freeze_time
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.feature_watch import PATIENCE
from tests.integration.conftest import House
from tests.recorder.conftest import _integrations, database_engine, house, recorder_db_url  # noqa: F401  # fixtures

from .playbook import Playbook

ISSUE = "no_features"
DESK = "binary_sensor.desk"


def is_told(house: House) -> bool:  # noqa: F811  # fixtures
    """Tell whether the issue is there."""
    return ir.async_get(house.hass).async_get_issue(DOMAIN, ISSUE) is not None


async def test_zones_are_named_with_what_does_not_deliver(
    house: House,  # noqa: F811
    playbook: Playbook,
    sign_in: Callable[[], Awaitable[None]],
) -> None:
    jobs = house.site.feature_engineering
    # The adapter is unplugged, and the sensor's battery is empty: for hours nobody says anything.
    line = next(iter(house.site.lines.values()))
    await line.line.stop()
    house.hass.states.async_set(DESK, STATE_UNAVAILABLE)
    await house.hass.async_block_till_done()
    await jobs.async_flush()
    later = dt_util.utcnow() + timedelta(hours=3)
    with freeze_time(later, tick=True, real_asyncio=True):
        await jobs.async_aggregate_now()
        assert set(jobs.zones_without_features) == {"office"}
        # Perhaps it is only for a moment.
        assert not is_told(house)
        async_fire_time_changed(house.hass, later + timedelta(seconds=PATIENCE + 1))
        await house.until(lambda: is_told(house))
        await sign_in()
        form = await playbook.open(ISSUE)
        assert "could use of: Office" in form["text"]
        assert "desk" in form["text"].split("Unavailable:")[1].split("\n")[0]
        still = await playbook.submit()
        assert still["reason"] == "still_none"
        assert still["text"].endswith("Its sensors have to deliver first.")
        await playbook.open(ISSUE)
        house.hass.states.async_set(DESK, "on")
        await house.hass.async_block_till_done()
    much_later = later + timedelta(minutes=20)
    with freeze_time(much_later, tick=True, real_asyncio=True):
        await sign_in()
        done = await playbook.submit()
        assert done["type"] == "create_entry"
        assert "have features again" in done["text"]
        assert not is_told(house)
        # It holds.
        await jobs.async_aggregate_now()
        assert not is_told(house)
