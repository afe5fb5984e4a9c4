"""One DALI line: the owner of its port, and all that Home Assistant knows of the bus."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
import logging
from types import MappingProxyType
from typing import Any, Final

from dali.command import Command
from dali.frame import BackwardFrame, Frame

from .adapter import Adapter, WireProtocol
from .adapters import open_adapter
from .bus_monitor import BusMonitor
from .census import Census
from .colour_reader import ColourReader
from .commissioning import Commissioning
from .discovery import ScanListener, ScanResult
from .driver import Driver
from .emergency import EmergencyLights
from .errors import (
    CommissioningRunningError,
    GearUnknownError,
    LineDisconnectedError,
    LineError,
    LineFailedError,
    LineStoppedError,
    LineWithoutPowerError,
    OtherAdapterError,
)
from .events import GearChanged, GearForgotten, LineEvent, LineStatus, StateChanged, StatusChanged
from .fade import Fade
from .failure_sweep import FailureSweep
from .gathering import Gathering
from .gear import Gear
from .gear_settings import GearSettings
from .identification import identify
from .input_device import InputDevice
from .inputs import Inputs
from .level import Level
from .line_part import LinePart
from .line_work import LineWork
from .many_gear import ManyGear
from .other_masters import OtherMasters
from .reader import Reader
from .reports import Reports
from .scan import Scanner
from .scenes import Scenes
from .state import Effect, GearState, KnownState
from .supervisor import Supervisor
from .target import Colour, Recall, Target
from .timing import Priority
from .transactions import ProgressListener, Sequence, Transactions

_LOGGER = logging.getLogger(f"{__package__}.driver")

# A line without power is looked at this often, in seconds.
_POWER_INTERVAL: Final = 1.0
# Gear is up 0.6 s after its power at the latest (IEC 62386-102, 9.13): asked earlier it stays silent.
_START_UP: Final = 0.8
# A level that only the gear knows is read this long after the fade that leads there, in seconds.
_READ_AFTER_FADE: Final = 0.3
# What is on at last is asked so soon whether it is, in seconds: a person looks at the switch.
_READ_EARLY: Final = 0.05


class Line:
    """A line from start to stop, whatever its adapter does.

    `url` is a port's path, or any address that the serial library takes; `locate`, where given, is asked before each
    attempt where the port is now. `adapter_serial` is that of the adapter that the line was set up with. A `monitor`
    is given where it is to outlive the line.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        gear: Iterable[Gear] = (),
        devices: Iterable[InputDevice] = (),
        adapter_serial: int | None = None,
        protocol: WireProtocol = WireProtocol.LUBA,
        locate: Callable[[], Awaitable[str]] | None = None,
        monitor: BusMonitor | None = None,
    ) -> None:
        self.name = name
        self.monitor = BusMonitor() if monitor is None else monitor
        self.status = LineStatus.STOPPED
        self.problem: LineError | None = None
        self.adapter: Adapter | None = None
        self._url = url
        self._locate = locate
        self._adapter_serial = adapter_serial
        self._protocol = protocol
        self._known = KnownState(gear)
        self._listeners: list[Callable[[LineEvent], None]] = []
        self._transactions = Transactions(name)
        self._others = OtherMasters(self._known, self._tell)
        self._reader = Reader(self._transactions, self._known, self._state_changed, self._others.answered)
        self._supervisor = Supervisor(
            name, connect=self._connect, connected=self._connected, disconnected=self._disconnected
        )
        self._driver: Driver | None = None
        self._census = Census(
            self._transactions, self._known, scanning=lambda: self.scanning or self.commissioning.running
        )
        self.inputs = Inputs(self._transactions, devices, tell=self._tell)
        self._scanner = Scanner(
            self._transactions,
            self._known,
            census=self._census,
            find_devices=self.inputs.find,
            read=lambda key: self._reader.read((key,)),
            tell=self._tell,
        )
        self._gathering = Gathering(
            self._transactions, self._known, all_known=lambda: self.complete, carried=self._carried
        )
        self.many = ManyGear(self._transactions, self._known, self._gathering, carried=self._carried)
        self.settings = GearSettings(self._transactions, self._known, self._tell)
        self.commissioning = Commissioning(
            self._transactions,
            self._known,
            census=self._census,
            scanner=self._scanner,
            inputs=self.inputs,
            settings=self.settings,
            tell=self._tell,
        )
        self.scenes = Scenes(self._known, self.many, self.settings)
        self.failures = FailureSweep(self._transactions, self._known, self._tell)
        self.reports = Reports(self._transactions, self._known, self._tell)
        self.emergency = EmergencyLights(self._transactions, self._known, self._tell)
        colours = ColourReader(self._transactions, self._known, self._tell)
        setting = (self._census, self.commissioning, self.inputs, self.settings)
        reading = (self.failures, self.reports, self.emergency, colours)
        self._parts: tuple[LinePart, ...] = (*setting, *reading)
        self._running: asyncio.Task[None] | None = None
        self._work = LineWork(name)

    # What is known

    @property
    def gear(self) -> Mapping[str, Gear]:
        """Return the known gear by key."""
        return MappingProxyType(self._known.gear)

    @property
    def scanning(self) -> bool:
        """Tell whether a scan is running."""
        return self._scanner.scanning

    @property
    def complete(self) -> bool:
        """Tell whether all gear of the line is known: only then a frame may go to several."""
        return self._census.complete

    @property
    def missing_gear(self) -> int:
        """Return how many of the known gear do not answer any more."""
        return sum(not self._known.state(key).available for key in self._known.gear)

    def state(self, key: str) -> GearState:
        """Return how a gear is; raises GearUnknownError."""
        self._gear(key)
        return self._known.state(key)

    def subscribe(self, listener: Callable[[LineEvent], None]) -> Callable[[], None]:
        """Have a listener told what happens; returns what ends that.

        Each is called by the event loop for itself, soon after: one that fails harms nobody else.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def diagnostics(self) -> dict[str, Any]:
        """Return figures for a bug report: no names, no serial numbers."""
        return {
            "status": self.status.value,
            "problem": None if self.problem is None else self.problem.key,
            "adapter": None
            if self.adapter is None
            else {
                "protocol": self.adapter.protocol,
                "article": self.adapter.article,
                "hardware": self.adapter.hardware,
                "firmware": self.adapter.firmware,
                "abilities": sorted(self.adapter.abilities),
            },
            "gear": len(self._known.gear),
            "gear_available": len(self._known.gear) - self.missing_gear,
            "inputs": self.inputs.diagnostics(),
            "connections": self._supervisor.connections,
            "frames_sent": self._transactions.frames_sent,
            "transactions_waiting": self._transactions.length,
            "driver": {} if self._driver is None else dict(self._driver.counters),
        }

    # Start and stop

    def start(self) -> None:
        """Connect in the background, and stay connected."""
        if self._running is None:
            self._set_status(LineStatus.CONNECTING, None)
            self._running = asyncio.get_running_loop().create_task(
                self._supervisor.run(), name=f"line {self.name}: supervisor"
            )
            self._running.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Answer everyone who waits, and release the port; the line stays stopped."""
        await self.commissioning.stop()
        reason = LineStoppedError("the line was stopped")
        self._transactions.close(reason)
        ends: list[Awaitable[None]] = [self._work.stop(), self._scanner.stop(), self.commissioning.stop()]
        if self._running is not None:
            self._running.cancel()
            ends.append(self._running)
        await asyncio.gather(*ends, return_exceptions=True)
        self._running = None
        self._transactions.close(reason)
        self._driver = None
        self._set_status(LineStatus.STOPPED, None)

    def wake(self) -> None:
        """Try to connect now: a port has appeared."""
        self._supervisor.wake()

    # What can be done

    async def send(
        self, message: Command | Sequence, *, priority: Priority, progress: ProgressListener | None = None
    ) -> Any:
        """Run a python-dali command or sequence as one transaction and return its response or result.

        Raises LineError where the line is the trouble, and whatever the sequence raises.
        """
        return await self._transactions.send(message, priority=priority, progress=progress)

    async def set_level(
        self, key: str, level: Level, *, colour: Colour | None = None, fade: Fade | None = None, priority: Priority
    ) -> None:
        """Fade a gear to a level, and to a colour; without a fade, with its own. Raises LineError.

        When several targets of one gear wait, the newest is sent and the others are dropped. What waits for several
        gear goes out together, in the fewest frames. Colours that the gear does not understand are left out.
        """
        await self._go(self._known.find(key), level, colour, fade, priority)

    async def turn_on(
        self, key: str, *, colour: Colour | None = None, fade: Fade | None = None, priority: Priority
    ) -> None:
        """Fade a gear to the level at which it was on last, and to a colour. Raises LineError."""
        gear = self._known.find(key)
        last = self._known.state(key).last_level
        await self._go(gear, Recall.LAST_ACTIVE if last is None else gear.clamp(last), colour, fade, priority)

    async def set_colour(self, key: str, colour: Colour, *, fade: Fade | None = None, priority: Priority) -> None:
        """Fade a gear to a colour and leave its level as it is; likewise. Raises LineError."""
        await self._go(self._known.find(key), None, colour, fade, priority)

    async def _go(
        self, gear: Gear, level: Level | Recall | None, colour: Colour | None, fade: Fade | None, priority: Priority
    ) -> None:
        target = Target(level=level, colour=gear.fit(colour), fade=gear.fade if fade is None else fade)
        await self._gathering.go(gear.key, target, priority)

    async def identify(self, key: str) -> None:
        """Let a gear show which one it is. Raises LineError."""
        await identify(
            self._known.find(key),
            self._transactions,
            self._known,
            go_back=lambda level: self.set_level(key, level, priority=Priority.USER),
        )

    async def scan(self, progress: ScanListener | None = None) -> ScanResult:
        """Look for gear and input devices at every address; new ones appear as they are found. Raises LineError.

        Whoever asks while a scan is running gets that one's result.
        """
        if self.commissioning.running:
            raise CommissioningRunningError("the line is being commissioned")
        return await self._scanner.scan(progress)

    async def forget(self, key: str) -> None:
        """Drop a gear that is gone; a scan brings it back where it is not. Raises GearUnknownError."""
        self._gear(key)
        self._known.forget(key)
        self._gathering.forget(key)
        # It may be there all the same.
        self._census.doubt()
        self._tell(GearForgotten(key))

    def _carried(self, key: str, target: Target) -> None:
        """Take note that a gear was sent all of its target."""
        if target.level is Recall.LAST_ACTIVE:
            # Where that is only the gear knows: at first, that it is on.
            self._reader.read((key,), after=_READ_EARLY)
        else:
            # A frame may get lost on the line, and nothing says so.
            seconds = 0.0 if target.fade is None else target.fade.seconds
            self._reader.verify(key, after=seconds + _READ_AFTER_FADE)

    # The adapter comes and goes

    async def _connect(self) -> Driver:
        url = self._url if self._locate is None else await self._locate()
        driver = await open_adapter(url, self, self._protocol)
        try:
            if self._adapter_serial not in {None, driver.adapter.serial}:
                raise OtherAdapterError(f"expected adapter {self._adapter_serial}, found {driver.adapter.serial}")
            await driver.prepare()
        except LineError as error:
            await driver.close(error)
            raise
        except asyncio.CancelledError:
            await driver.close(LineDisconnectedError("cancelled"))
            raise
        self._driver = driver
        return driver

    def _connected(self, driver: Driver) -> None:
        self.adapter = driver.adapter
        if driver.powered:
            self._go_online(driver, after=0.0)
        else:
            self._lose_power()

    def _disconnected(self, reason: LineError, status: LineStatus = LineStatus.OFFLINE) -> None:
        self._driver = None
        self._transactions.close(reason)
        self._work.end()
        self._set_status(status, reason)

    def _go_online(self, driver: Driver, *, after: float) -> None:
        self._known.doubt()
        self._others.line_online()
        for part in self._parts:
            part.line_online(after)
        self._transactions.open(driver)
        self._work.begin(self._serve)
        self._reader.read(self._known.gear, after=after)
        self._set_status(LineStatus.ONLINE, None)

    def _lose_power(self) -> None:
        reason = LineWithoutPowerError("the line has no power")
        self._transactions.close(reason)
        self._work.begin(self._watch_power)
        self._set_status(LineStatus.NO_POWER, reason)

    async def _serve(self) -> None:
        """Have all parts work while the line is online."""
        async with asyncio.TaskGroup() as tasks:
            for part in self._parts:
                tasks.create_task(part.run())
            await self._reader.run()

    async def _watch_power(self) -> None:
        """Look whether the line has its power back; the driver tells `power_changed` when it has."""
        while self._driver is not None:
            await asyncio.sleep(_POWER_INTERVAL)
            with suppress(LineError):
                await self._driver.check()

    # What the driver hears (driver.DriverListener)

    def power_changed(self, *, powered: bool) -> None:
        """Take note that the line lost its power, or has it again."""
        if self._driver is None or self.status not in {LineStatus.ONLINE, LineStatus.NO_POWER}:
            return
        if powered:
            _LOGGER.info("line=%r power=back", self.name)
            self._go_online(self._driver, after=_START_UP)
        else:
            _LOGGER.warning("line=%r power=lost hint='the adapter is there: check the bus power supply'", self.name)
            self._lose_power()

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Take note of a frame that was on the line."""
        self.monitor.frame_seen(frame, own=own)
        effect: Effect = self._known.see(frame, own=own)
        self._gathering.seen(effect, own=own)
        for part in self._parts:
            part.frame_seen(frame, own=own)
        if effect.changed:
            self._tell(StateChanged(effect.changed))
        self._others.frame_seen(effect, own=own)
        for key in effect.settings:
            self._tell(GearChanged(self._known.gear[key]))
        for key in effect.unread:
            seconds = self._known.fade(key).seconds
            self._reader.read((key,), after=_READ_AFTER_FADE + (1.0 if seconds is None else seconds))
        for key in effect.recalled:
            self._reader.verify(key, after=_READ_AFTER_FADE + (self._known.fade(key).seconds or 0.0))

    def answer_seen(self, answer: BackwardFrame) -> None:
        """Take note of an answer that was on the line; whoever asked gets it from the driver."""
        self.monitor.answer_seen(answer)

    # Small things

    def _gear(self, key: str) -> Gear:
        try:
            return self._known.gear[key]
        except KeyError:
            raise GearUnknownError(key) from None

    def _ended(self, running: asyncio.Task[None]) -> None:
        """Tell of what must not happen: the supervisor ended by itself."""
        if running.cancelled() or (error := running.exception()) is None:
            return
        _LOGGER.error("line=%r supervisor=failed hint='reload the integration'", self.name, exc_info=error)
        reason = LineFailedError("its supervisor has failed")
        if self._driver is not None:
            self._driver.abort(reason)
        self._disconnected(reason, LineStatus.FAILED)

    def _state_changed(self, key: str) -> None:
        self._tell(StateChanged(frozenset((key,))))

    def _set_status(self, status: LineStatus, problem: LineError | None) -> None:
        if (status, type(problem)) == (self.status, type(self.problem)):
            return
        self.status, self.problem = status, problem
        self._tell(StatusChanged(status, problem))

    def _tell(self, event: LineEvent) -> None:
        loop = asyncio.get_running_loop()
        for listener in tuple(self._listeners):
            loop.call_soon(self._call, listener, event)

    def _call(self, listener: Callable[[LineEvent], None], event: LineEvent) -> None:
        if listener in self._listeners:
            listener(event)
