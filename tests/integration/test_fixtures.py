"""What released versions left on disk is a home for this one: the same lights, zones, wishes and choices."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
import json
import logging
from pathlib import Path
import tempfile
from typing import Final

from freezegun import freeze_time
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from tests import fixtures
from tests.fixtures.left_home import FOUND, all_is_written, entry_of, found, lay_out
from tests.real_home import open_home, until

HERE: Final = Path(fixtures.__file__).parent
VERSIONS: Final = sorted(file.parent.name for file in HERE.glob(f"*/{FOUND}"))
# A later version may have more of these; what there was is still there.
GROWING: Final = ("entities", "devices", "audit", "events", "features", "decisions")


@pytest.fixture(autouse=True)
def _integrations(socket_enabled: None) -> None:
    """Let homes here be whole ones, with a server of their own."""
    del socket_enabled


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Let simulated lines have a folder of their own: in these homes they have the same ids each time."""
    # It is asked for before: pytest would put the folders of all tests that follow into this one.
    del tmp_path
    # A short one: the path of a socket may have 108 bytes.
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield


def test_there_is_what_each_released_version_left() -> None:
    assert "0.1" in VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_home_of_a_released_version_is_found_again(
    version: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = json.loads((HERE / version / FOUND).read_text(encoding="utf-8"))
    # What is kept for a year would be gone a year later.
    later = datetime.fromtimestamp(before["until_ms"] / 1000, UTC) + timedelta(hours=1)
    with freeze_time(later, tick=True, real_asyncio=True):
        async with open_home(tmp_path):
            # Home Assistant makes its own files and tables.
            pass
        await asyncio.to_thread(lay_out, HERE / version, tmp_path)
        caplog.clear()
        async with open_home(tmp_path) as hass:
            hass.loop.set_debug(False)
            assert entry_of(hass).state is ConfigEntryState.LOADED
            await lights_work(hass, before["lights"].values())
            await all_is_written(hass)
            after = await found(hass, before["until_ms"])
            issues = {kind for domain, kind in ir.async_get(hass).issues if domain == DOMAIN}
    for name in GROWING:
        assert [one for one in before.pop(name) if one not in after[name]] == [], name
        del after[name]
    assert after == before
    # Nobody is there for the AI to ask.
    assert {one for one in issues if not one.startswith("ai_")} == set()
    told = [one for one in caplog.records if DOMAIN in one.name and one.levelno >= logging.WARNING]
    assert [text for one in told if not (text := one.getMessage()).startswith("provider=")] == []


async def lights_work(hass: HomeAssistant, lights: Iterable[str]) -> None:
    """Wait until lights are there, and say whether they are on."""

    def states() -> set[str]:
        return {"missing" if (state := hass.states.get(one)) is None else state.state for one in lights}

    await until(lambda: states() <= {STATE_ON, STATE_OFF}, 60)
