"""Features rebuild: the job alone makes them again from the events that are there, and says what it could not."""

from typing import Any

import pytest
from sqlalchemy import Connection

from custom_components.smart_lighting_ai_dali.db.health import DatabaseStatus
from custom_components.smart_lighting_ai_dali.db.schema import feature, statistic
from custom_components.smart_lighting_ai_dali.feature_engineering import INTERVAL
from tests.integration.conftest import Build, House
from tests.told import told_once

from .conftest import on_every_engine
from .trouble import let_pass_until, observations, stored, until

FEATURES = "SELECT * FROM smart_lighting_feature ORDER BY win, zone, kind"


@pytest.fixture
async def site(build: Build) -> House:
    """Return a site without lines that has some hours behind it."""
    house: House = await build()
    for hours_ago in range(1, 5):
        house.site.telemetry.buffer.extend(observations(50, hours_ago=hours_ago))
    await house.site.feature_engineering.async_aggregate_now()
    return house


def lose(connection: Connection) -> None:
    """Drop what features are in."""
    for table in (feature, statistic):
        table.drop(connection)


async def features(site: House) -> list[Any]:
    """Return the features that there are of the hours behind."""
    return await stored(site, FEATURES)


@on_every_engine
async def test_the_job_alone_makes_features_again(site: House, caplog: pytest.LogCaptureFixture) -> None:
    before = await features(site)
    assert before
    await site.site.database.async_write("lose", lose)
    runs: list[None] = []
    site.site.feature_engineering.async_listen(lambda: runs.append(None))
    await let_pass_until(site, INTERVAL, lambda: bool(runs))
    after = await features(site)
    # Another window may be over meanwhile.
    assert after[: len(before)] == before
    told_once(caplog, "db.health", "tables=lost")
    await until(lambda: site.site.database.health.status is DatabaseStatus.OK)
