"""A process that has loaded what jobs need and forks for each: these can be killed, and no Python has to start."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
import importlib
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import traceback
from typing import Any, Final, Self

# A job that hangs ends by itself, in seconds: the test that waits for it fails, and does not wait for ever.
_LONGEST: Final = 60
_FORKED: Final = "forked"
_HERE: Final = "here"


@dataclass(slots=True)
class Job:
    """One job in a process of its own."""

    process: int
    told: list[Any] = field(default_factory=list)
    """What it has told so far."""
    exit_code: int | None = None
    """How it ended: 0 when all went well, below 0 the signal that ended it; None while it runs."""

    @property
    def was_killed(self) -> bool:
        """Tell whether it was ended with `kill -9`."""
        return self.exit_code == -signal.SIGKILL


class WarmProcess:
    """The process, as tests use it: one job at a time, each a function of the last of the modules that are loaded."""

    def __init__(self, *modules: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import serve; serve(*{modules!r})"],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def start(self, job: str, /, **arguments: Any) -> Iterator[Job]:
        """Start a job in a process of its own; return it then, whenever it tells something, and when it has ended."""
        yield from self._order(_FORKED, job, arguments)

    def _order(self, where: str, job: str, arguments: dict[str, Any]) -> Iterator[Job]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([where, job, arguments]) + "\n")
        self._process.stdin.flush()
        started = Job(json.loads(self._process.stdout.readline()))
        yield started
        while started.exit_code is None:
            said = json.loads(self._process.stdout.readline())
            if "exit_code" in said:
                started.exit_code = said["exit_code"]
            else:
                started.told.append(said["told"])
            yield started

    def run(self, job: str, /, **arguments: Any) -> Job:
        """Do a job in a process of its own, and return it when it has ended."""
        *_, ended = self.start(job, **arguments)
        return ended

    def run_here(self, job: str, /, **arguments: Any) -> Job:
        """Do a job in the warm process itself: what it loads and compiles for it, those that are forked later have."""
        *_, ended = self._order(_HERE, job, arguments)
        return ended


def tell(what: Any) -> None:
    """Tell the test something, from within a job: it gets there even if the next thing is a kill."""
    _say({"told": what})


def serve(*modules: str) -> None:
    """Do what is ordered, in the process itself, until nobody orders anything."""
    # What somebody prints is no answer.
    sys.stdout = sys.stderr
    jobs = [importlib.import_module(module) for module in modules][-1]
    for line in sys.stdin:
        where, job, arguments = json.loads(line)
        work = partial(getattr(jobs, job), **arguments)
        if where == _HERE:
            exit_code = _do(work)
        elif process := os.fork():
            exit_code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        else:
            signal.alarm(_LONGEST)
            os._exit(_do(work))
        _say({"exit_code": exit_code})


def _do(work: Callable[[], None]) -> int:
    """Do a job, and return the exit code for it."""
    _say(os.getpid())
    try:
        work()
    except Exception:  # noqa: BLE001  # whatever it is, the test sees it
        traceback.print_exc()
        return 1
    return 0


def _say(what: Any) -> None:
    line = json.dumps(what).encode() + b"\n"
    while line:
        line = line[os.write(1, line) :]
