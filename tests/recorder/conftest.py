"""A Home Assistant with its real recorder on disk, and a site."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from tests.integration.conftest import _ports, build, plug_in  # noqa: F401  # fixtures

type Recorded = Callable[[], Awaitable[None]]


@pytest.fixture
def persistent_database() -> bool:
    """Keep the recorder's database on disk: in memory it does not notice who uses it from a wrong thread."""
    return True


@pytest.fixture(autouse=True)
def _integrations(recorder_mock: Recorder, hass: HomeAssistant, request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load this integration beside its recorder; the usb integration counts as loaded."""
    del recorder_mock
    request.getfixturevalue("enable_custom_integrations")
    hass.config.components.add("usb")


@pytest.fixture
def recorded(hass: HomeAssistant) -> Recorded:
    """Return what waits until the recorder has done everything that is in its queue, and has committed it."""

    async def wait() -> None:
        await async_wait_recording_done(hass)

    return wait


def rows(recorder: Recorder, statement: str) -> list[Any]:
    """Return the rows of a statement; from the recorder's executor alone."""
    from homeassistant.helpers.recorder import session_scope
    from sqlalchemy import text

    with session_scope(session=recorder.get_session(), read_only=True) as session:
        return list(session.execute(text(statement)))
