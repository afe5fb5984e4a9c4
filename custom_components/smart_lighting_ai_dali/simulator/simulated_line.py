"""A simulated line on a thread and event loop of its own, so that nobody else's work bends its timing."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import AsyncExitStack, suppress
from pathlib import Path
import threading
import time
from typing import Final

from .control import Control
from .fleet import Fleet
from .scheduler import check_speed
from .simulation import Simulation

# Everything that is called takes milliseconds; on a machine that is choked it may take longer.
PATIENCE: Final = 10.0
# Who waits for a start is asked this often whether it still does.
_MOMENT: Final = 0.05


def _never() -> bool:
    """Wait to the end."""
    return False


class SimulatedLine:
    """A line behind a serial port that is not there. All methods block, from any thread, and are quick.

    With `tcp`, the adapter has a network port on this machine as well; 0 chooses a free one.
    """

    def __init__(
        self,
        fleet: Fleet,
        *,
        link: Path,
        control: Path | None = None,
        tcp: int | None = None,
        log: Path | None = None,
        speed: float = 1.0,
        seed: int = 0,
    ) -> None:
        check_speed(speed)
        self.fleet = fleet
        self.link = link
        self._control = control
        self._tcp = tcp
        self._log = log
        self._speed = speed
        self._seed = seed
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._simulation: Simulation | None = None

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._thread is not None

    def start(self, *, patience: float = PATIENCE, interrupted: Callable[[], bool] = _never) -> None:
        """Start the thread; the port is there afterwards. Raises what keeps it from that, mostly an OSError."""
        if self._thread is not None:
            raise RuntimeError("the simulated line runs already")
        started: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(started,), name=f"simulated line {self.fleet.name}", daemon=True
        )
        self._thread.start()
        try:
            _await(started, patience, interrupted)
        except BaseException:
            if started.cancel():
                # It hangs in a call of the system. Should it come back, it ends by itself.
                self._thread = None
            else:
                wait((started,))
                self.stop()
            raise

    def stop(self) -> None:
        """End the thread; port, socket and log are closed and gone afterwards. Does nothing where it does not run."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self._loop is not None and self._stop is not None:
            with suppress(RuntimeError):
                # The loop is closed where the thread came to its end before.
                self._loop.call_soon_threadsafe(self._stop.set)
        thread.join()
        self._loop = self._stop = self._simulation = None

    def restart(self) -> None:
        """Turn the line, its gear and its adapter off and on again; raises OSError."""
        if self._thread is None:
            self.start()
        else:
            self.call(Simulation.restart)

    def call[T](self, function: Callable[[Simulation], T]) -> T:
        """Run a function on the line's thread and return its result, or raise what it raises."""
        simulation, loop = self._simulation, self._loop
        if self._thread is None or simulation is None or loop is None:
            raise RuntimeError("the simulated line does not run")

        async def called() -> T:
            return function(simulation)

        return asyncio.run_coroutine_threadsafe(called(), loop).result(PATIENCE)

    def _run(self, started: Future[None]) -> None:
        try:
            # A plain loop, whatever the policy of whoever has us inside.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._main(started))
        except BaseException as error:
            # Whatever it is, it is for whoever waits in `start`, or there is nobody left to hear of it.
            if started.done() and not started.cancelled():
                raise
            if started.set_running_or_notify_cancel():
                started.set_exception(error)

    async def _main(self, started: Future[None]) -> None:
        async with AsyncExitStack() as opened:
            simulation = Simulation(
                self.fleet, link=self.link, tcp=self._tcp, log=self._log, speed=self._speed, seed=self._seed
            )
            opened.callback(simulation.close)
            simulation.open()
            control = Control(simulation)
            opened.push_async_callback(control.stop)
            if self._control is not None:
                await control.start(self._control)
            if not started.set_running_or_notify_cancel():
                return  # whoever started it has given up
            stop = asyncio.Event()
            self._loop, self._stop, self._simulation = asyncio.get_running_loop(), stop, simulation
            started.set_result(None)
            await stop.wait()


def _await(started: Future[None], patience: float, interrupted: Callable[[], bool]) -> None:
    """Wait for a start; raises what it raises, TimeoutError or InterruptedError."""
    end = time.monotonic() + patience
    while not wait((started,), timeout=_MOMENT).done:
        if interrupted():
            raise InterruptedError("the simulated line was ended before it had started")
        if time.monotonic() > end:
            raise TimeoutError(f"the simulated line has not started within {patience:g} s")
    started.result()
