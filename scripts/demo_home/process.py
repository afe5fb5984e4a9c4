"""Home Assistant as a process of its own."""

import asyncio
import contextlib
import os
from pathlib import Path
import shutil
import signal
import sys
from typing import Final

from . import REPOSITORY

# Home Assistant gives its integrations up to two minutes, in stages, to end what they do.
STOP_SECONDS: Final = 130.0


class HomeAssistantProcess:
    """A running Home Assistant, which never outlives the one who started it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, config: Path) -> HomeAssistantProcess:
        """Start Home Assistant in its own session: a Ctrl-C in the terminal is passed on by us, once."""
        command = [sys.executable, "-m", "scripts.demo_home.hass", "--config", str(config)]
        if setpriv := shutil.which("setpriv"):
            command = [setpriv, "--pdeathsig", "TERM", *command]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=REPOSITORY, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        return cls(process)

    @property
    def exit_code(self) -> int | None:
        """Return its exit code, None while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait until it ends by itself; return its exit code."""
        return await self._process.wait()

    async def stop(self) -> int:
        """End it, and whatever it may have started; return its exit code."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                return await self._process.wait()
        except TimeoutError:
            self._process.kill()
            return await self._process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
