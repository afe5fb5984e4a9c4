"""Administrators and their automations condense anew, read, and delete what was collected."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from freezegun import freeze_time
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from sqlalchemy import Connection, text

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.retention import INTERVAL
from tests.integration.conftest import House, administrator

from .conftest import on_every_engine, rows


@pytest.fixture
async def past(house: House) -> datetime:
    """Return an hour, three hours ago, in which the office was as it is now."""
    hour = (dt_util.utcnow() - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    house.site.telemetry.async_tell_all(at_ms=int(hour.timestamp() * 1000))
    await call(house.hass, "aggregate_now")
    return hour


async def call(hass: HomeAssistant, action: str, **data: Any) -> Any:
    """Call one of our actions as an administrator, and return its answer."""
    return await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True, context=administrator(hass)
    )


async def change(house: House, statement: str) -> None:
    """Change something in the database behind the integration's back."""

    def work(connection: Connection) -> None:
        connection.execute(text(statement))

    await house.site.database.async_write("test", work)


async def counts(house: House) -> list[int]:
    """Return how many events each feature was made of."""
    recorder = get_instance(house.hass)
    found = await recorder.async_add_executor_job(rows, recorder, "SELECT n FROM smart_lighting_feature")
    return [row[0] for row in found]


@on_every_engine
async def test_what_is_missing_is_condensed_again_and_nothing_else(house: House, past: datetime) -> None:
    del past
    before = len(await counts(house))
    assert before > 12
    # Nothing is missing but, it may be, in the hour that is not over.
    assert (await call(house.hass, "aggregate_now"))["windows"] <= 12
    await change(house, "DELETE FROM smart_lighting_feature")
    answer = await call(house.hass, "aggregate_now")
    assert answer["windows"] >= 12
    assert len(await counts(house)) == before


@on_every_engine
async def test_what_is_named_is_condensed_anew(house: House, past: datetime) -> None:
    await change(house, "UPDATE smart_lighting_feature SET n = 99")
    span = {"start": past.isoformat(), "end": (past + timedelta(hours=1)).isoformat()}
    assert (await call(house.hass, "aggregate_now", **span))["windows"] >= 12
    assert set(await counts(house)) != {99}
    await change(house, "UPDATE smart_lighting_feature SET n = 99")
    assert (await call(house.hass, "aggregate_now", zones=["office"], **span))["windows"] >= 12
    assert set(await counts(house)) != {99}
    await change(house, "UPDATE smart_lighting_feature SET n = 99")
    assert (await call(house.hass, "aggregate_now", zones="office"))["windows"] >= 12
    assert 99 not in await counts(house)


async def test_an_area_of_which_nothing_is_known_is_named(house: House, past: datetime) -> None:
    del past
    with pytest.raises(ServiceValidationError) as error:
        await call(house.hass, "aggregate_now", zones=["office", "cellar"])
    assert error.value.translation_key == "no_such_zone"
    assert error.value.translation_placeholders == {"zones": "cellar"}
    # And it can be done again at once.
    assert "windows" in await call(house.hass, "aggregate_now")


@on_every_engine
@pytest.mark.parametrize(
    ("period", "is_start"),
    [
        ("15minute", lambda one: one["start"].endswith(("00:00+00:00", "15:00+00:00", "30:00+00:00", "45:00+00:00"))),
        ("hour", lambda one: one["start"].endswith("00:00+00:00")),
        ("day", lambda one: dt_util.as_local(datetime.fromisoformat(one["start"])).hour == 0),
        ("time_of_week", lambda one: 0 <= one["weekday"] <= 6 and one["time"][2] == ":"),
    ],
)
async def test_features_are_added_up(
    house: House, past: datetime, period: str, is_start: Callable[[Any], bool]
) -> None:
    span = {"start": past.isoformat(), "end": (past + timedelta(hours=1)).isoformat()}
    fine = await call(house.hass, "get_features", **span)
    coarse = await call(house.hass, "get_features", period=period, **span)
    for signal in ("level", "occupancy", "light"):
        known = [
            sum(one["known_seconds"] for one in answer["features"] if one["signal"] == signal)
            for answer in (fine, coarse)
        ]
        assert known[0] == known[1] == 3600
    assert len(coarse["features"]) < len(fine["features"])
    assert all(is_start(one) for one in coarse["features"])


async def test_statistics_come_with_the_features(house: House, past: datetime) -> None:
    await change(
        house,
        "INSERT INTO smart_lighting_statistic SELECT MIN(win) / 12, zone, 101, 4 FROM smart_lighting_feature"
        " JOIN smart_lighting_source ON zone = source_id WHERE name = 'office' GROUP BY zone",
    )
    answer = await call(house.hass, "get_features", start=past.isoformat(), period="hour")
    office = answer["statistics"]["office"]
    assert office["gaps"] == [0, 4, *[0] * 11]
    assert office["overrides_up"] == 0
    assert office["inputs"]["short_press"] == 0


async def test_a_clock_that_may_be_wrong_deletes_nothing_and_says_so(
    house: House, hass: HomeAssistant, past: datetime
) -> None:
    for second in range(120):
        house.site.telemetry.async_tell_all(at_ms=int(past.timestamp() + second) * 1000)
    await house.site.feature_engineering.async_flush()
    issues = ir.async_get(hass)
    # The clock jumps on by forty days, to half past one at night.
    night = dt_util.now().replace(hour=1, minute=30) + timedelta(days=40)
    with freeze_time(night, tick=True, real_asyncio=True):
        async_fire_time_changed(hass, night + INTERVAL)
        await house.until(lambda: issues.async_get_issue(DOMAIN, "clock_doubtful") is not None)
        with pytest.raises(HomeAssistantError) as error:
            await call(hass, "purge_now")
        assert error.value.translation_key == "clock_doubtful"
        answer = await call(hass, "purge_now", despite_clock=True)
    assert answer["events"] > 0
    assert issues.async_get_issue(DOMAIN, "clock_doubtful") is None
