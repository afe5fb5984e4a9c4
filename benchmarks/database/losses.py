"""What is lost while the database is locked, repacked or restarted, and when Home Assistant is killed: nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from typing import Final

from sqlalchemy import text

from custom_components.smart_lighting_ai_dali.db.pruning import DAY_MS

from ..home_assistant import in_home_assistant
from .building import SEED
from .collecting import Collecting
from .home import Home, open_home, prepare
from .places import ROOT, SQLITE, OwnServer, Place, connected, own_server

# How long each trouble lasts, and how long things go well before and after it.
_SECONDS: Final = 3.0
_OLD_STATES: Final = 2000
_KILLS: Final = 3
type Collect = Callable[[Home], AbstractAsyncContextManager[Callable[[], int]]]

_OWN_ROWS: Final = text("SELECT count(*) FROM smart_lighting_event")
# Each state of these has a value of its own, but those that were there before.
_STATES: Final = text("""
SELECT count(DISTINCT states.state) FROM states
JOIN states_meta ON states_meta.metadata_id = states.metadata_id
WHERE states_meta.entity_id LIKE 'sensor.busy%' AND states.state <> '0'
""")


def measure(place: Place, _: int) -> dict[str, float | None]:
    """Count what happened and is not in the database afterwards, less what the recorder loses without us."""
    with _trouble_place(place) as (trouble_place, server):
        with trouble_place.new_database() as url:
            states, own = _lost_in_trouble(url, server, _collect)
        alone = 0
        if server is not None:
            # Whatever the recorder has not committed when its server stops is lost: that is not ours to mend.
            with trouble_place.new_database() as url:
                alone, _ = _lost_in_trouble(url, server, _collect_nothing)
        print(f"states lost in trouble: {states}; by the recorder alone: {alone}", file=sys.stderr)
    own += sum(_lost_by_kill(place, number) for number in range(_KILLS))
    return {"lost_recorder_states": max(0, states - alone), "lost_own_rows": own}


@contextmanager
def _trouble_place(place: Place) -> Iterator[tuple[Place, OwnServer | None]]:
    """Return where to make trouble: a server that is to be restarted has to be nobody else's."""
    if place.engine == SQLITE:
        yield place, None
    else:
        with own_server(place.engine) as server:
            yield server.place, server


@asynccontextmanager
async def _collect(home: Home) -> AsyncIterator[Callable[[], int]]:
    """Collect events meanwhile; returns what says how many there were."""
    collecting = Collecting(home)
    async with collecting.going_on():
        yield lambda: collecting.happened


@asynccontextmanager
async def _collect_nothing(_: Home) -> AsyncIterator[Callable[[], int]]:
    """Leave the recorder alone."""
    yield lambda: 0


def _lost_in_trouble(url: str, server: OwnServer | None, collect: Collect) -> tuple[int, int]:
    """Return how many states and how many events of ours were lost."""

    async def live() -> tuple[int, int]:
        async with open_home(url) as home:
            await _tell_of_old_days(home)
            async with home.busy(), collect(home) as happened:
                await _have_trouble(home, server)
            await home.recorded()
            return home.changes, happened()

    in_home_assistant(prepare(url))
    # What goes wrong is meant to.
    logging.disable()
    try:
        changes, events = in_home_assistant(live())
    finally:
        logging.disable(logging.NOTSET)
    with connected(url) as database, database.connect() as connection:
        states = connection.execute(_STATES).scalar_one()
        rows = connection.execute(_OWN_ROWS).scalar_one()
    return changes - states, events - rows


async def _tell_of_old_days(home: Home) -> None:
    """Let there be something to purge."""
    before = time.time() - 3 * DAY_MS / 1000
    for number in range(_OLD_STATES):
        home.hass.states.async_set("sensor.old", str(number), timestamp=before + number)
    await home.recorded()


async def _have_trouble(home: Home, server: OwnServer | None) -> None:
    """Lock the database as a backup does, purge and repack it, and restart its server."""
    await asyncio.sleep(_SECONDS)
    await home.recorder.lock_database()
    await asyncio.sleep(_SECONDS)
    home.recorder.unlock_database()
    await asyncio.sleep(_SECONDS)
    await home.hass.services.async_call("recorder", "purge", {"keep_days": 1, "repack": True}, blocking=True)
    await home.recorded()
    await asyncio.sleep(_SECONDS)
    if server is not None:
        await asyncio.to_thread(server.down)
        await asyncio.sleep(_SECONDS)
        await asyncio.to_thread(server.up)
        await asyncio.sleep(_SECONDS)


def _lost_by_kill(place: Place, number: int) -> int:
    """Kill a Home Assistant at work; return how many rows are missing that the database had acknowledged."""
    with place.new_database() as url:
        written = _written_until_killed(url, _SECONDS * (0.5 + random.Random(SEED + number).random()))
        with connected(url) as database, database.connect() as connection:
            return max(0, written - int(connection.execute(_OWN_ROWS).scalar_one()))


def _written_until_killed(url: str, seconds: float) -> int:
    """Let another process collect; kill it, and return how many rows it said last are written."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.victim", url],
            cwd=ROOT,
            # It can't clean up behind itself.
            env={**os.environ, "TMPDIR": folder},
            stdout=subprocess.PIPE,
            text=True,
        )
        output = _killed(process, seconds)
    # What follows the last end of a line was cut off.
    written = int(output.split("\n")[-2])
    if not written:
        raise RuntimeError("the process that was killed had written nothing")
    return written


def _killed(process: subprocess.Popen[str], seconds: float) -> str:
    """Kill a process some time after it has said something for the first time; return what it said."""
    with process:
        try:
            if process.stdout is None or not (first := process.stdout.readline()):
                raise RuntimeError("the process that is to be killed did not start")
            time.sleep(seconds)
        finally:
            process.kill()
        return first + process.stdout.read()
