"""A line and what it told, and gear that an earlier scan would have found."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from custom_components.smart_lighting_ai_dali.dali.events import LineEvent, LineStatus
from custom_components.smart_lighting_ai_dali.dali.gear import Gear, GearIdentity
from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine

# Levels, switches and settings: what must never be sent by itself (IEC 62386-102, table 15).
_WRITES = range(0x90)


class Bench:
    """A line and what it told."""

    def __init__(self, line: Line, simulated: SimulatedLine) -> None:
        self.line = line
        self.simulated = simulated
        self.events: list[LineEvent] = []
        self._news = asyncio.Event()
        line.subscribe(self._listen)

    def _listen(self, event: LineEvent) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._news.clear()
                with_timeout = asyncio.wait_for(self._news.wait(), 0.05)
                try:
                    await with_timeout
                except TimeoutError:
                    continue

    async def until_status(self, status: LineStatus, seconds: float = 20.0) -> None:
        """Wait for a status of the line."""
        await self.until(lambda: self.line.status is status, seconds)

    async def until_level(self, key: str, level: int | None, seconds: float = 20.0) -> None:
        """Wait for a level of a gear."""
        await self.until(lambda: self.line.state(key).level == level, seconds)

    def writes(self) -> list[int]:
        """Return the frames from us that change something in gear."""
        frames: list[int] = self.simulated.call(
            lambda simulation: [
                frame.data for frame in simulation.wire.log.frames() if frame.source == "adapter" and frame.bits == 16
            ]
        )
        return [
            frame for frame in frames if frame >> 8 < 0xA0 | 0x00 and (not frame >> 8 & 1 or frame & 0xFF in _WRITES)
        ]


def known(address: int, **more: Any) -> Gear:
    """Return a gear as an earlier scan would have found it."""
    return Gear(address=address, identity=GearIdentity(4_000_000_000_001, 1000 + address, 0), edition=2, **more)


KEY: Final = known(1).key
