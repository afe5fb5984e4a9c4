"""Keep an adapter connected: find its loss, by the transport at once and by a watchdog, and bring it back."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
import logging
import random
from typing import Final

from .driver import Driver
from .errors import AdapterSilentError, LineError, LineStoppedError

_LOGGER = logging.getLogger(f"{__package__}.driver")

# After this much silence the adapter is asked whether it is there, in seconds.
WATCHDOG_INTERVAL: Final = 5.0
# So many questions without an answer, and it is deaf. Each takes a second; with these pauses it makes 14 s in all.
WATCHDOG_MISSES: Final = 3
_WATCHDOG_PAUSE: Final = 3.0
# The pause before a new attempt doubles from the first to the second; an adapter that stays away may wait longer.
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 2.0
_PATIENT_AFTER: Final = 600.0
_PATIENT_PAUSE: Final = 10.0
# A connection that held this long was a good one.
_STABLE_AFTER: Final = 30.0


class Backoff:
    """The pauses between attempts: doubling, capped, and half of each at random, so that many do not come at once."""

    def __init__(self, choose: Callable[[float, float], float] = random.uniform) -> None:
        self._choose = choose
        self._attempts = 0
        self._since: float | None = None

    def pause(self, now: float) -> float:
        """Return how long to wait before the next attempt, in seconds."""
        if self._since is None:
            self._since = now
        cap = _PATIENT_PAUSE if now - self._since > _PATIENT_AFTER else _LONGEST_PAUSE
        pause = min(cap, _FIRST_PAUSE * 2 ** min(self._attempts, 8))
        self._attempts += 1
        return self._choose(pause / 2, pause)

    def reset(self) -> None:
        """Begin again with short pauses."""
        self._attempts = 0
        self._since = None


class Supervisor:
    """Runs from start to stop of a line, whatever happens to the adapter."""

    def __init__(
        self,
        name: str,
        *,
        connect: Callable[[], Awaitable[Driver]],
        connected: Callable[[Driver], None],
        disconnected: Callable[[LineError], None],
    ) -> None:
        self._name = name
        self._connect = connect
        self._connected = connected
        self._disconnected = disconnected
        self._backoff = Backoff()
        self._wake = asyncio.Event()
        self._complained = False
        self._flapping = False
        self.connections = 0

    def wake(self) -> None:
        """Try again now: something says that the adapter may be back."""
        self._wake.set()

    async def run(self) -> None:
        """Connect, watch, and connect again, until cancelled; the port is free afterwards."""
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            try:
                driver = await self._connect()
            except LineError as error:
                self._complain(error)
                self._disconnected(error)
            else:
                begun = loop.time()
                try:
                    if not self._flapping:
                        self._praise()
                    self.connections += 1
                    self._connected(driver)
                    reason = await self._watch(driver, begun)
                except asyncio.CancelledError:
                    await driver.close(LineStoppedError("the line was stopped"))
                    raise
                if loop.time() - begun >= _STABLE_AFTER:
                    self._backoff.reset()
                elif self.connections > 1:
                    self._complain_of_flapping(reason)
                self._complain(reason)
                self._disconnected(reason)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._backoff.pause(loop.time()))

    async def _watch(self, driver: Driver, begun: float) -> LineError:
        """Wait until the adapter is lost, and return why; `begun` is when it was connected."""
        loop = asyncio.get_running_loop()
        misses = 0
        while True:
            pause = _WATCHDOG_PAUSE if misses else driver.last_reply + WATCHDOG_INTERVAL - loop.time()
            done, _ = await asyncio.wait((driver.lost,), timeout=max(0.0, pause))
            if done:
                return driver.lost.result()
            if self._flapping and loop.time() - begun >= _STABLE_AFTER:
                self._flapping = False
                self._praise()
            if loop.time() - driver.last_reply < WATCHDOG_INTERVAL:
                misses = 0
                continue
            try:
                await driver.check()
                misses = 0
            except AdapterSilentError as error:
                misses += 1
                if misses >= WATCHDOG_MISSES:
                    driver.abort(error)
            except LineError as error:
                driver.abort(error)

    def _complain(self, error: LineError) -> None:
        """Say once that the adapter is gone; further attempts are for those who look closer."""
        _LOGGER.log(
            logging.DEBUG if self._complained else logging.WARNING,
            "line=%r adapter=lost reason=%s detail=%r hint='check its plug and power; it is tried again by itself'",
            self._name,
            error.key,
            str(error),
        )
        self._complained = True

    def _complain_of_flapping(self, error: LineError) -> None:
        """Say once that the adapter comes and goes, and no more of it until it stays."""
        if not self._flapping:
            _LOGGER.warning(
                "line=%r adapter=flapping reason=%s detail=%r stable_after_s=%d"
                " hint='it comes and goes: check its plug and cable; not said again until it stays'",
                self._name,
                error.key,
                str(error),
                _STABLE_AFTER,
            )
        self._flapping = self._complained = True

    def _praise(self) -> None:
        if self._complained or self.connections == 0:
            _LOGGER.log(logging.INFO if self._complained else logging.DEBUG, "line=%r adapter=connected", self._name)
        self._complained = False
