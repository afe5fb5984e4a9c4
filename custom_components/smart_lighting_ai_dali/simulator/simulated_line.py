"""A simulated line on a thread and event loop of its own, so that nobody else's work bends its timing."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
import threading
from typing import Final

from .control import Control
from .fleet import Fleet
from .simulation import Simulation

# Everything that is called takes milliseconds; on a machine that is choked it may take longer.
_PATIENCE: Final = 10.0


class SimulatedLine:
    """A line behind a serial port that is not there. All methods block, from any thread, and are quick."""

    def __init__(
        self,
        fleet: Fleet,
        *,
        link: Path,
        control: Path | None = None,
        log: Path | None = None,
        speed: float = 1.0,
        seed: int = 0,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"the speed has to be above 0, not {speed}")
        self.fleet = fleet
        self.link = link
        self._control = control
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

    def start(self) -> None:
        """Start the thread; the port is there afterwards. Raises OSError where it, the socket or the log can't be."""
        if self._thread is not None:
            raise RuntimeError("the simulated line runs already")
        started: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(started,), name=f"simulated line {self.fleet.name}", daemon=True
        )
        self._thread.start()
        try:
            started.result(_PATIENCE)
        except OSError:
            self._thread.join()
            self._thread = None
            raise

    def stop(self) -> None:
        """End the thread; port, socket and log are closed and gone afterwards. Does nothing where it does not run."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._stop is None:
            return
        if thread.is_alive():
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

        return asyncio.run_coroutine_threadsafe(called(), loop).result(_PATIENCE)

    def _run(self, started: Future[None]) -> None:
        # A plain loop, whatever the policy of whoever has us inside.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._main(started))

    async def _main(self, started: Future[None]) -> None:
        simulation = Simulation(self.fleet, link=self.link, log=self._log, speed=self._speed, seed=self._seed)
        control = Control(simulation)
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        try:
            simulation.open()
            if self._control is not None:
                await control.start(self._control)
        except OSError as error:
            simulation.close()
            started.set_exception(error)
            return
        self._simulation = simulation
        started.set_result(None)
        await self._stop.wait()
        await control.stop()
        simulation.close()
