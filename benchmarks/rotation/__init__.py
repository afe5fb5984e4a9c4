"""The rotation of the key of a real vault in real files: killed at random instants, and on a full disk."""

from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
import random
from statistics import median
import sys
import tempfile
import time
from typing import Any, Final

from ..goals import row
from ..home_assistant import in_home_assistant
from .goals import GOALS
from .house import build, is_interrupted, open_house
from .victim import rotate_on_a_full_disk, rotate_until_killed

KILLS: Final = 500
SEED: Final = 1
# A large building.
_PROFILES, _ZONES = 200, 50
_MANY: Final = 1000
_TURNS: Final = 5
# A kill comes anywhere in the first so many rotations; most of them are in the first.
_ROTATIONS: Final = 1.5
_LONGEST: Final = 60.0


def run(*, kills: int = KILLS) -> tuple[str, dict[str, object]]:
    """Measure, and return a table for people and the figures."""
    unreadable, interrupted = _unreadable_after_kills(kills)
    figures = {
        "rotate_1000_ms": _milliseconds(),
        "unreadable": unreadable,
        "unreadable_full_disk": _unreadable_on_a_full_disk(),
    }
    lines = [row(goal.key, figures[goal.key], goal) for goal in GOALS]
    table = "\n".join((f"{kills} kills, {interrupted} of them between the first write and the last", *lines))
    return table, {"kills": kills, "interrupted": interrupted, **figures}


def _milliseconds() -> float:
    """Return how long it takes to seal a thousand profiles by another key, from the call to its return."""

    async def measure(folder: str) -> float:
        await build(folder)
        async with open_house(folder) as house:
            await house.furnish(_MANY, 0)
            times = []
            for _ in range(_TURNS):
                begun = time.perf_counter()
                await house.vault.async_rotate()
                times.append(1000 * (time.perf_counter() - begun))
        return median(times)

    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        return in_home_assistant(measure(folder))


def _unreadable_after_kills(kills: int) -> tuple[int, int]:
    """Return after how many kills anything could not be read, and how many came between two writes."""
    chance, unreadable, interrupted = random.Random(SEED), 0, 0
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        seconds = in_home_assistant(_furnish(folder))
        for number in range(kills):
            told, process = _start(rotate_until_killed, folder)
            if not told.poll(_LONGEST):
                raise TimeoutError("nothing began to rotate")
            time.sleep(chance.uniform(0, _ROTATIONS * seconds))
            _kill(process)
            interrupted += is_interrupted(folder)
            unreadable += bool(in_home_assistant(_count_unreadable(folder)))
            if number % 50 == 49:
                print(f"{number + 1} kills, {unreadable} unreadable", file=sys.stderr, flush=True)
    return unreadable, interrupted


def _unreadable_on_a_full_disk() -> int:
    """Return after how many writes without room anything could not be read, at the time or afterwards."""
    unreadable = writes = 0
    while True:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            in_home_assistant(_furnish(folder))
            told, process = _start(rotate_on_a_full_disk, folder, writes)
            if not told.poll(_LONGEST):
                raise TimeoutError("nothing was rotated")
            done: int = told.recv()
            _kill(process)
            if done <= writes:
                # There was room for all of them.
                return unreadable
            unreadable += bool(in_home_assistant(_count_unreadable(folder)))
            writes += 1


def _start(target: Any, *arguments: Any) -> tuple[Connection, Any]:
    """Start a home in a process of its own; return what it tells, and the process."""
    context = get_context("forkserver")
    # It has loaded everything: nobody waits for Python.
    context.set_forkserver_preload([f"{__name__}.victim"])
    ours, theirs = Pipe(duplex=False)
    process = context.Process(target=target, args=(*arguments, theirs))
    process.start()
    theirs.close()
    return ours, process


def _kill(process: Any) -> None:
    process.kill()
    process.join()


async def _furnish(folder: str) -> float:
    """Furnish a house, and return how long a rotation takes in it, in seconds."""
    await build(folder)
    async with open_house(folder) as house:
        await house.furnish(_PROFILES, _ZONES)
        begun = time.perf_counter()
        await house.vault.async_rotate()
        return time.perf_counter() - begun


async def _count_unreadable(folder: str) -> int:
    """Start the house anew, and return how much can't be read."""
    async with open_house(folder) as house:
        return house.unreadable(_PROFILES, _ZONES)
