"""While a backup is made, lights work and jobs pause; whatever becomes of it, all goes on afterwards."""

import asyncio
from typing import Any

from homeassistant.components.recorder import backup as recorder_backup
from homeassistant.const import STATE_ON
from homeassistant.core import HomeAssistant
import pytest

from custom_components.smart_lighting_ai_dali import backup, backup_pause
from custom_components.smart_lighting_ai_dali.feature_engineering import FLUSH_INTERVAL
from tests.integration.conftest import House
from tests.recorder.conftest import _integrations, database_engine, house, recorder_db_url  # noqa: F401  # fixtures
from tests.recorder.trouble import after, count, flush_until, observations


def waiting(house: House, storage: dict[str, Any]) -> Any:  # noqa: F811
    """Return the events in the file of what the database does not have; None where there is no such file."""
    names = [name for name in storage if name.endswith(f"{house.entry.entry_id}.waiting")]
    return storage[names[0]]["data"]["events"] if names else None


async def test_lights_work_and_what_is_collected_waits(
    house: House,  # noqa: F811
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
) -> None:
    site = house.site
    await site.feature_engineering.async_flush()
    before = await count(house, "event")
    site.telemetry.buffer.extend(observations(20))
    # As Home Assistant asks them: all at once, the recorder first.
    await asyncio.gather(recorder_backup.async_pre_backup(hass), backup.async_pre_backup(hass))
    assert len(waiting(house, hass_storage)) >= 20
    light = house.entity("light", 1)
    await house.call("light", "turn_on", light, brightness=255)
    await house.until(lambda: house.state(light) == STATE_ON)
    after(house, FLUSH_INTERVAL)
    await hass.async_block_till_done()
    assert len(site.telemetry.buffer) >= 21
    await asyncio.gather(recorder_backup.async_post_backup(hass), backup.async_post_backup(hass))
    assert waiting(house, hass_storage) is None
    await flush_until(house, lambda: not len(site.telemetry.buffer))
    assert await count(house, "event") >= before + 21


async def test_one_that_is_cancelled_is_over_with_its_end(
    house: House,  # noqa: F811
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backup_pause, "WRITE_SECONDS", 60)
    release = await house.site.vault.async_hold()
    making = hass.async_create_task(backup.async_pre_backup(hass))
    await house.until(lambda: house.site.retention.is_paused)
    making.cancel()
    await asyncio.wait((making,))
    release()
    # Home Assistant calls this however a backup ends.
    await backup.async_post_backup(hass)
    assert not house.site.retention.is_paused
    assert not house.site.feature_engineering.is_paused
    async with asyncio.timeout(10):
        (await house.site.vault.async_hold())()
    await backup.async_post_backup(hass)
