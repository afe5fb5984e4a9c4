"""Whatever a job was at when its process was killed: doing it again ends as if nobody had killed it."""

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import URL

from tests.warm_process import Job, WarmProcess


@pytest.fixture(scope="module")
def warm_process() -> Iterator[WarmProcess]:
    """Return a process for the jobs."""
    with WarmProcess("tests.part_alone", "tests.unit.db.killed_jobs") as process:
        yield process


def kills(warm_process: WarmProcess, url: str, job: str) -> Iterator[Job]:
    """Do a job again and again from its beginning, and return it each time that it was killed: a moment later each."""
    assert warm_process.run_here("prepare", url=url, job=job).exit_code == 0
    for moment in count(1):
        assert warm_process.run_here("put_back", url=url, job=job).exit_code == 0
        killed = warm_process.run("do", url=url, job=job, kill_at=moment)
        if not killed.was_killed:
            break
        yield killed
    # It came to its end at last, and not at once.
    assert killed.exit_code == 0
    assert moment > 5


@pytest.mark.parametrize("job", ["ingest", "condense", "prune", "migrate from nothing", "migrate from version 1"])
def test_killed_at_any_moment_and_done_again(database: URL, warm_process: WarmProcess, job: str) -> None:
    url = database.render_as_string(hide_password=False)
    assert warm_process.run_here("prepare", url=url, job=job).exit_code == 0
    undisturbed = warm_process.run_here("finish", url=url, job=job)
    assert undisturbed.exit_code == 0
    for killed in kills(warm_process, url, job):
        again = warm_process.run_here("finish", url=url, job=job)
        assert again.exit_code == 0
        found, *_, end = again.told
        assert found["intact"]
        assert [one for told in killed.told for one in told["acknowledged"] if one not in found["left"]] == []
        assert end == undisturbed.told[-1]


def test_killed_at_any_moment_of_a_batch_that_is_lost(database: URL, warm_process: WarmProcess) -> None:
    url = database.render_as_string(hide_password=False)
    for _ in kills(warm_process, url, "ingest"):
        without = warm_process.run_here("do_without", url=url, job="ingest")
        assert without.exit_code == 0
        assert without.told == [{"together": True}]
