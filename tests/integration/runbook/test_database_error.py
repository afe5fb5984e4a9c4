"""The row "database error": what is so is told after a while, and tried again from its dialog."""

from datetime import timedelta

from homeassistant.components.recorder import Recorder
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.database_trouble import GRACE
from custom_components.smart_lighting_ai_dali.db.health import DatabaseStatus
from custom_components.smart_lighting_ai_dali.feature_engineering import FLUSH_INTERVAL
from tests.integration.conftest import Build, House
from tests.recorder.conftest import _integrations, database_engine, recorder_db_url  # noqa: F401  # fixtures
from tests.recorder.trouble import Die, after, count, file_of, full_disk, locked, observations, until

from .playbook import Playbook

ISSUE = "database_error"


@pytest.fixture
async def site(build: Build) -> House:
    """Return a site without lines, whose tables are there."""
    house: House = await build()
    await house.site.feature_engineering.async_flush(alive=True)
    return house


def key(site: House) -> str | None:
    """Return the kind of the issue; None where there is none."""
    issue = ir.async_get(site.hass).async_get_issue(DOMAIN, ISSUE)
    return None if issue is None else issue.translation_key


async def fails(site: House) -> None:
    """Let a flush fail."""
    site.site.telemetry.buffer.extend(observations(700))
    after(site, FLUSH_INTERVAL)
    await until(lambda: site.site.database.health.status is DatabaseStatus.FAILING)


async def test_a_full_disk_is_told_with_its_figures_and_tried_again(
    site: House, recorder_mock: Recorder, playbook: Playbook
) -> None:
    async with full_disk(site):
        await fails(site)
        # A moment is nothing to tell of.
        assert await playbook.issues() == {}
        after(site, timedelta(seconds=GRACE + 1))
        await until(lambda: key(site) == "database_full")
        form = await playbook.open(ISSUE)
        assert "MB are free" in form["text"]
        assert "700 events wait" in form["text"]
        assert str(file_of(recorder_mock).parent) not in form["text"]
        assert (await playbook.submit())["reason"] == "still_failing"
        assert list(await playbook.issues()) == [ISSUE]
    await playbook.open(ISSUE)
    done = await playbook.submit()
    assert done["type"] == "create_entry"
    assert "700 events were written" in done["text"]
    assert await count(site, "event") == 700
    assert await playbook.issues() == {}


async def test_a_file_that_somebody_holds_is_told_until_it_is_let_go(site: House, playbook: Playbook) -> None:
    async with locked(site, busy_seconds=0.2):
        await fails(site)
        after(site, timedelta(seconds=GRACE + 1))
        await until(lambda: key(site) == "database_failing")
        await playbook.open(ISSUE)
    after(site, FLUSH_INTERVAL)
    await until(lambda: key(site) is None)
    assert await playbook.issues() == {}
    # What is over is told no more.
    after(site, timedelta(seconds=GRACE + 1))
    await site.hass.async_block_till_done()
    assert await playbook.issues() == {}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_recorder_that_has_ended_is_told(site: House, recorder_mock: Recorder, playbook: Playbook) -> None:
    recorder_mock.queue_task(Die())
    await site.hass.async_add_executor_job(recorder_mock.join)
    await site.site.database.async_probe()
    assert site.site.database.health.status is DatabaseStatus.DIED
    after(site, timedelta(seconds=GRACE + 1))
    await until(lambda: key(site) == "database_died")
    form = await playbook.open(ISSUE)
    assert "restart Home Assistant" in form["text"]
    assert (await playbook.submit())["reason"] == "still_failing"


async def test_with_the_site_its_issue_goes(site: House, playbook: Playbook) -> None:
    async with full_disk(site):
        await fails(site)
        after(site, timedelta(seconds=GRACE + 1))
        await until(lambda: key(site) is not None)
        await playbook.open(ISSUE)
        await site.hass.config_entries.async_unload(site.entry.entry_id)
        assert await playbook.issues() == {}
        assert (await playbook.submit())["reason"] == "not_running"
