"""Lifespan: the nightly job runs once in each night, also when the clocks are changed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from freezegun import freeze_time
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_lighting_ai_dali.retention import INTERVAL
from tests.integration.conftest import Build, House
from tests.recorder.conftest import _integrations, database_engine, recorder_db_url  # noqa: F401  # fixtures


@pytest.fixture
async def site(build: Build, hass: HomeAssistant) -> House:
    """Return a site in Berlin."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    house: House = await build()
    await house.site.feature_engineering.async_flush(alive=True)
    return house


def turns(first: datetime, days: int) -> Iterator[datetime]:
    """Return the instants at which the job has its turns in so many nights."""
    for day in range(days):
        yield from (first + timedelta(days=day) + number * INTERVAL for number in range(15))


async def runs(site: House, moments: Iterator[datetime]) -> list[datetime]:
    """Return when the job ran."""
    found: list[datetime] = []
    stop = site.site.retention.async_listen(lambda: found.append(dt_util.now()))
    for moment in moments:
        with freeze_time(moment, tick=True, real_asyncio=True):
            async_fire_time_changed(site.hass, moment + INTERVAL)
            await site.hass.async_block_till_done()
    stop()
    return found


@pytest.mark.parametrize("sunday", [datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 10, 31, tzinfo=UTC)])
async def test_once_in_each_night_also_when_the_clocks_are_changed(site: House, sunday: datetime) -> None:
    # From Saturday 23:00 to 4:00 UTC on, which is night in Berlin, and three such nights.
    found = await runs(site, turns(sunday - timedelta(days=1, hours=1), 3))
    assert [one.date() for one in found] == [sunday.date() + timedelta(days=day) for day in (-1, 0, 1)]
