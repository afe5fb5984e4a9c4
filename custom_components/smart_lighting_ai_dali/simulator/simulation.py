"""The parts of a simulated line put together, and what can go wrong with them on demand."""

import asyncio
from enum import StrEnum
from pathlib import Path
import random
from typing import Any, Final
import zlib

from ..dali.timing import Priority
from .adapters import build_adapter
from .fleet import Fleet
from .gear import Gear
from .inhabitants import Inhabitants
from .input_devices import InputDevices
from .log_file import LogFile
from .network_port import NetworkPort
from .scheduler import RealScheduler
from .terminal import Terminal
from .wire import Transmission, Wire

FOREIGN_SOURCE: Final = "foreign"


class GearFault(StrEnum):
    """What can be wrong with a gear."""

    LAMP = "lamp"
    GEAR = "gear"
    DEAF = "deaf"
    BATTERY = "battery"


class Simulation:
    """Gear, wire, adapter and terminal in one event loop; every method is for that loop alone, and quick."""

    def __init__(
        self,
        fleet: Fleet,
        *,
        link: Path,
        tcp: int | None = None,
        log: Path | None = None,
        speed: float = 1.0,
        seed: int = 0,
    ) -> None:
        self._link = link
        self._log_path = log
        self._log_file: LogFile | None = None
        self._fed = True
        self._line_intact = True
        chance = random.Random(seed)
        loop = asyncio.get_running_loop()
        self.scheduler = RealScheduler(loop, speed)
        self.gear = tuple(Gear(one, random=random.Random(chance.random())) for one in fleet.gear)
        self.inputs = InputDevices(fleet.devices, self.scheduler, random.Random(f"devices {seed}"))
        self.wire = Wire(self.scheduler, self.gear, random.Random(chance.random()), devices=self.inputs.devices)
        self.inputs.connect(self.wire)
        self.log = self.wire.log
        self.terminal = Terminal(lambda data: self.adapter.receive(data, loop.time()))
        self.network = (
            None if tcp is None else NetworkPort(lambda data: self.adapter.receive(data, loop.time()), port=tcp)
        )
        # One of three: who asks it for more than all of them have knows which.
        self.adapter: Any = build_adapter(
            fleet.adapter,
            self.scheduler,
            self.wire,
            write=self._write,
            supply=self._feed,
            serial=zlib.crc32(f"{fleet.name}/{seed}".encode()),
            switchable_supply=fleet.adapter_feeds_line,
        )

        self.inhabitants = (
            None
            if fleet.world is None
            else Inhabitants(
                fleet.world,
                scheduler=self.scheduler,
                wire=self.wire,
                gear=zip((one.room for one in fleet.gear), self.gear, strict=True),
                devices=zip((one.room for one in fleet.devices), self.inputs.devices, strict=True),
                seed=seed,
            )
        )

    def open(self) -> None:
        """Plug the adapter in and begin to write the log; raises OSError, and has to be closed then too."""
        if self._log_path is not None:
            self._log_file = LogFile(self._log_path)
            self.log.subscribe(self._log_file.write)
        self.replug()
        if self.inhabitants is not None:
            self.inhabitants.start()

    def close(self) -> None:
        """Pull the adapter out, stop what is under way and close the log."""
        if self.inhabitants is not None:
            self.inhabitants.stop()
        self.unplug()
        self.adapter.stop()
        self.inputs.stop()
        self.wire.set_power(present=False)
        if self._log_file is not None:
            self._log_file.close()

    def restart(self) -> None:
        """Turn everything off and on again: gear keeps what gear keeps, the adapter nothing, and the line is whole."""
        self.unplug()
        self.wire.set_power(present=False)
        now = self.wire.gear_time()
        for present in (False, True):
            for gear in self.gear:
                gear.mains_power(present=present, now=now)
        self.wire.frame_loss = 0.0
        self._line_intact = True
        self.adapter.restart()
        self._update_power()
        self.adapter_deaf(deaf=False)
        self.adapter_stalled(stalled=False)
        self.replug()

    def snapshots(self) -> list[dict[str, Any]]:
        """Return how each gear is now, ready for JSON."""
        now = self.wire.gear_time()
        return [gear.snapshot(now) for gear in self.gear]

    def gear_at(self, address: int) -> tuple[Gear, ...]:
        """Return the gear that has this short address now; raises LookupError where there is none."""
        found = tuple(gear for gear, now in zip(self.gear, self.snapshots(), strict=True) if now["address"] == address)
        if not found:
            raise LookupError(f"no gear has the address {address}")
        return found

    # What goes wrong, and right again

    def unplug(self) -> None:
        """Pull the adapter out of its port."""
        self.terminal.unplug()
        if self.network is not None:
            self.network.unplug()

    def replug(self, link: Path | None = None) -> None:
        """Plug the adapter in again, under another name if one is given; raises OSError and leaves it where it is."""
        self.terminal.replug(link or self._link)
        if self.network is not None:
            self.network.unplug()
            self.network.plug_in()

    def set_line_power(self, *, present: bool) -> None:
        """Short-circuit the line, or repair it."""
        self._line_intact = present
        self._update_power()

    def set_mains_power(self, address: int, *, present: bool) -> None:
        """Turn off the supply of the gear at an address, or on; raises LookupError."""
        for gear in self.gear_at(address):
            gear.mains_power(present=present, now=self.wire.gear_time())

    def set_gear_fault(self, address: int, fault: GearFault | str, *, present: bool = True) -> None:
        """Break the gear at an address, or repair it; raises LookupError and ValueError."""
        fault = GearFault(fault)
        for gear in self.gear_at(address):
            match fault:
                case GearFault.LAMP:
                    gear.lamp_failure = present
                case GearFault.GEAR:
                    gear.gear_failure = present
                case GearFault.DEAF:
                    gear.deaf = present
                case GearFault.BATTERY:
                    gear.battery_failure = present

    def set_frame_loss(self, fraction: float) -> None:
        """Lose this fraction of all frames, 0 to 1; raises ValueError."""
        self.wire.frame_loss = fraction

    def foreign_frame(self, bits: int, data: int, *, priority: Priority = Priority.USER, twice: bool = False) -> None:
        """Let another master send a frame of 16 or 24 bits; raises ValueError, without power too."""
        self._check_power()
        if bits not in {16, 24} or not 0 <= data < 1 << bits:
            raise ValueError("a frame has 16 or 24 bits, and its data fits into them")
        self.wire.send(Transmission(bits=bits, data=data, priority=priority, source=FOREIGN_SOURCE, twice=twice))

    def disturb(self) -> None:
        """Let a spike pass over the idle line; raises ValueError where it has no power, or a frame is on it."""
        self._check_power()
        if self.wire.busy:
            raise ValueError("a frame is on the line, and a spike in it would be a part of it; try again")
        self.wire.disturb()

    def adapter_deaf(self, deaf: bool) -> None:  # noqa: FBT001  # its name says what is true
        """Let the adapter read and never say anything, or heal it."""
        self.terminal.deaf = deaf
        if self.network is not None:
            self.network.deaf = deaf

    def adapter_stalled(self, stalled: bool) -> None:  # noqa: FBT001  # the same
        """Let the adapter read nothing at all, or heal it."""
        self.terminal.stalled = stalled
        if self.network is not None:
            self.network.stalled = stalled

    def _write(self, data: bytes) -> None:
        self.terminal.write(data)
        if self.network is not None:
            self.network.write(data)

    def _feed(self, *, on: bool) -> None:
        self._fed = on
        self._update_power()

    def _update_power(self) -> None:
        present = self._fed and self._line_intact
        changed = present != self.wire.powered
        self.wire.set_power(present=present)
        if changed:
            self.adapter.line_power(present=present)

    def _check_power(self) -> None:
        if not self.wire.powered:
            raise ValueError("the line has no power")
