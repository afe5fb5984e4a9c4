"""A Home Assistant with its real recorder, on disk or on a server, and a site."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.helpers.recorder import get_instance, session_scope
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from sqlalchemy import text

from tests.databases import ENGINES, SQLITE, new_database
from tests.integration.conftest import Build, House, PlugIn, _ports, build, lamp, line_of, plug_in  # noqa: F401  # fixtures

type Recorded = Callable[[], Awaitable[None]]
# For a test that has to hold wherever the recorder keeps its states.
on_every_engine = pytest.mark.parametrize("database_engine", ENGINES)


@pytest.fixture
def database_engine() -> str:
    """Return where the recorder keeps its states; `on_every_engine` has others than this."""
    return SQLITE


@pytest.fixture
def recorder_db_url(database_engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of a new database: never in memory, where nobody notices who uses it from a wrong thread."""
    with new_database(database_engine, request, tmp_path) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture(autouse=True)
def _integrations(recorder_mock: Recorder, hass: HomeAssistant, request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load this integration beside its recorder; the usb integration counts as loaded."""
    del recorder_mock
    request.getfixturevalue("enable_custom_integrations")
    hass.config.components.add("usb")


@pytest.fixture
async def house(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> House:  # noqa: F811  # fixtures
    """Return a house with a lamp in the office, and a motion sensor of somebody else beside it."""
    office = ar.async_get(hass).async_create("Office")
    house: House = await build(line_of(plug_in(lamp(1))))
    await house.until_light(1, "off")
    device_id = er.async_get(hass).async_get(house.entity("light", 1)).device_id  # type: ignore[union-attr]
    dr.async_get(hass).async_update_device(device_id, area_id=office.id)  # type: ignore[arg-type]
    sensor = er.async_get(hass).async_get_or_create(
        "binary_sensor", "other", "desk", suggested_object_id="desk", original_device_class="motion"
    )
    er.async_get(hass).async_update_entity(sensor.entity_id, area_id=office.id)
    hass.states.async_set(sensor.entity_id, "off")
    await hass.async_block_till_done()
    # The registries are calm now.
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2))
    await house.until(lambda: len(house.site.telemetry.sources) == 3)
    return house


@pytest.fixture
def recorded(hass: HomeAssistant) -> Recorded:
    """Return what waits until the recorder has done everything that is in its queue, and has committed it."""

    async def wait() -> None:
        await async_wait_recording_done(hass)

    return wait


async def events(house: House) -> list[tuple[int, int, int]]:
    """Return what is in the database: signal, value and cause, oldest first."""
    await house.site.feature_engineering.async_flush()
    recorder = get_instance(house.hass)
    statement = "SELECT kind, val, flag FROM smart_lighting_event ORDER BY ts, kind"
    return [tuple(row) for row in await recorder.async_add_executor_job(rows, recorder, statement)]


def rows(recorder: Recorder, statement: str) -> list[Any]:
    """Return the rows of a statement; from the recorder's executor alone."""
    with session_scope(session=recorder.get_session(), read_only=True) as session:
        return list(session.execute(text(statement)))
