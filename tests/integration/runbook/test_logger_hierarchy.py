"""The row "logger hierarchy": a user turns up one logger while everything runs, and hears that and nothing else."""

from collections.abc import AsyncIterator, Awaitable, Callable
import logging
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from tests.integration.conftest import House
from tests.recorder.conftest import _integrations, database_engine, house, recorder_db_url  # noqa: F401  # fixtures
from tests.told import fields_of

ROOT: Final = f"custom_components.{DOMAIN}"
NAMES: Final = ("control_service", "openai_client", "feature_engineering", "retention", "dali.driver", "db.health")
type Do = Callable[[House], Awaitable[object]]


async def reload(house: House) -> None:  # noqa: F811
    """Reload the integration."""
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.until_light(1, "off")


async def aggregate(house: House) -> None:  # noqa: F811
    """Condense."""
    await house.hass.services.async_call(DOMAIN, "aggregate_now", {}, blocking=True)


async def purge(house: House) -> None:  # noqa: F811
    """Delete what is too old."""
    await house.site.feature_engineering.async_flush(alive=True)
    await house.hass.services.async_call(DOMAIN, "purge_now", {}, blocking=True)


@pytest.fixture
async def turn(house: House, hass: HomeAssistant) -> AsyncIterator[Callable[[str, str], Awaitable[None]]]:  # noqa: F811
    """Return what turns a logger up or down, by the action of Home Assistant."""
    del house
    assert await async_setup_component(hass, "logger", {"logger": {"logs": {ROOT: "warning"}}})

    async def set_level(name: str, level: str) -> None:
        await hass.services.async_call("logger", "set_level", {f"{ROOT}.{name}": level}, blocking=True)

    yield set_level
    for name in (ROOT, *(f"{ROOT}.{name}" for name in NAMES)):
        logging.getLogger(name).setLevel(logging.NOTSET)


async def test_each_has_a_level_of_its_own(turn: Callable[[str, str], Awaitable[None]]) -> None:
    for name in NAMES:
        await turn(name, "debug")
        assert logging.getLogger(f"{ROOT}.{name}").isEnabledFor(logging.DEBUG)
        others = [other for other in NAMES if other != name]
        assert not [other for other in others if logging.getLogger(f"{ROOT}.{other}").isEnabledFor(logging.DEBUG)]
        await turn(name, "warning")


@pytest.mark.parametrize(
    "heard",
    [
        ("control_service", reload, "zones=started"),
        ("feature_engineering", aggregate, "aggregation=done"),
        ("retention", purge, "retention=done"),
        ("dali.driver", reload, "adapter=connected"),
    ],
)
async def test_what_was_turned_up_is_heard_and_nothing_else(
    house: House,  # noqa: F811
    turn: Callable[[str, str], Awaitable[None]],
    caplog: pytest.LogCaptureFixture,
    heard: tuple[str, Do, str],
) -> None:
    name, do, event = heard
    await turn(name, "debug")
    caplog.clear()
    await do(house)
    ours = [record for record in caplog.records if record.name.startswith(ROOT)]
    key, value = event.split("=")
    assert [one for one in ours if fields_of(one.getMessage()).get(key) == value]
    assert {record.name for record in ours if record.levelno < logging.WARNING} == {f"{ROOT}.{name}"}
