"""A provider in a process of its own: it speaks as OpenAI does, and fails in any way that it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import sys
from typing import Self

from tests.openai_server import MODEL

from ..failing_provider import BEHAVES
from ..line.simulator import ROOT


class Provider:
    """The process, as it is seen from here."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.url = url
        self.model = MODEL
        self.asked = 0
        """How many questions came."""
        self.at = 0.0
        """When the last one came, or when its failure began, as `time.monotonic` counts in all processes."""
        self._process = process
        self._behaves = asyncio.Event()

    @classmethod
    async def start(cls) -> Self:
        """Start it."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "benchmarks.failing_provider"),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return cls(process, await _line(process))

    async def listen(self) -> None:
        """Take what it tells, for ever."""
        while text := await _line(self._process):
            if text == BEHAVES:
                self._behaves.set()
            else:
                self.asked, self.at = self.asked + 1, float(text)

    async def behave(self, name: str) -> None:
        """Have it do something else from the next question on."""
        if (pipe := self._process.stdin) is None:
            raise RuntimeError("The provider has no standard input")
        self._behaves.clear()
        pipe.write(f"{name}\n".encode())
        await self._behaves.wait()

    async def stop(self) -> None:
        """End it."""
        self._process.terminate()
        await self._process.wait()


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """Run a provider."""
    started = await Provider.start()
    listening = asyncio.create_task(started.listen())
    try:
        yield started
    finally:
        listening.cancel()
        await started.stop()


async def _line(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None:
        raise RuntimeError("The provider has no standard output")
    return (await process.stdout.readline()).decode().strip()
