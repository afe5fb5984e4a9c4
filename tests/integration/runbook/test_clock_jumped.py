"""The row "clock jumped": nothing is deleted by a clock that may be wrong, and a person can say that it is right."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from freezegun import freeze_time
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.retention import INTERVAL
from tests.integration.conftest import House
from tests.recorder.conftest import _integrations, database_engine, events, house, recorder_db_url  # noqa: F401  # fixtures

from .playbook import Playbook

ISSUE = "clock_doubtful"


@pytest.fixture
async def past(house: House) -> datetime:  # noqa: F811  # fixtures
    """Return an hour, three hours ago, in which a lot happened."""
    hour = (dt_util.utcnow() - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    for second in range(120):
        house.site.telemetry.async_tell_all(at_ms=int(hour.timestamp() + second) * 1000)
    await house.site.feature_engineering.async_flush()
    return hour


@pytest.fixture
def at_night(house: House) -> Callable[[datetime], None]:  # noqa: F811
    """Return what lets the retention have its turn at a time."""

    def turn(now: datetime) -> None:
        async_fire_time_changed(house.hass, now + INTERVAL)

    return turn


async def until_issue(house: House, playbook: Playbook, *, is_there: bool) -> None:  # noqa: F811
    """Wait until the issue is there, or gone."""
    issues = ir.async_get(house.hass)
    await house.until(lambda: (issues.async_get_issue(DOMAIN, ISSUE) is not None) is is_there, 30)
    assert (ISSUE in await playbook.issues()) is is_there


@pytest.mark.usefixtures("past")
async def test_what_is_old_goes_once_a_person_says_that_the_clock_is_right(
    house: House,  # noqa: F811
    at_night: Callable[[datetime], None],
    playbook: Playbook,
    sign_in: Callable[[], Awaitable[None]],
) -> None:
    before = len(await events(house))
    night = dt_util.now().replace(hour=1, minute=30) + timedelta(days=40)
    with freeze_time(night, tick=True, real_asyncio=True):
        at_night(night)
        await until_issue(house, playbook, is_there=True)
        await sign_in()
        form = await playbook.open(ISSUE)
        assert night.strftime("%Y-%m-%d") in form["text"]
        refused = await playbook.submit({"is_right": False})
        assert refused["errors"] == {"is_right": "not_confirmed"}
        assert len(await events(house)) >= before
        done = await playbook.submit({"is_right": True})
        assert done["type"] == "create_entry"
        assert int(done["description_placeholders"]["events"]) >= before - 10
        assert "Deleted" in done["text"]
        assert await playbook.issues() == {}


@pytest.mark.usefixtures("past")
async def test_it_closes_by_itself_when_the_clock_is_set(
    house: House,  # noqa: F811
    at_night: Callable[[datetime], None],
    playbook: Playbook,
) -> None:
    before = len(await events(house))
    night = dt_util.now().replace(hour=1, minute=30) - timedelta(days=4)
    with freeze_time(night, tick=True, real_asyncio=True):
        at_night(night)
        await until_issue(house, playbook, is_there=True)
    # It is day, and somebody has set the clock.
    async_fire_time_changed(house.hass, dt_util.utcnow() + INTERVAL, fire_all=True)
    await until_issue(house, playbook, is_there=False)
    assert len(await events(house)) >= before


async def test_a_clock_that_went_back_has_words_of_its_own(
    house: House,  # noqa: F811
    at_night: Callable[[datetime], None],
    playbook: Playbook,
    sign_in: Callable[[], Awaitable[None]],
) -> None:
    future = dt_util.utcnow() + timedelta(days=60)
    house.site.telemetry.async_tell_all(at_ms=int(future.timestamp() * 1000))
    await house.site.feature_engineering.async_flush()
    night = dt_util.now().replace(hour=1, minute=30) + timedelta(days=1)
    with freeze_time(night, tick=True, real_asyncio=True):
        at_night(night)
        await until_issue(house, playbook, is_there=True)
        await sign_in()
        form = await playbook.open(ISSUE)
        assert "events from the future" in form["text"]
        await house.hass.config_entries.async_unload(house.entry.entry_id)
        assert (await playbook.submit({"is_right": True}))["reason"] == "not_running"
        assert await playbook.issues() == {}
