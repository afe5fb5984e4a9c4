"""Gear and input devices on a simulated wire with a virtual clock, and a master that runs our sequences on it."""

from collections.abc import Iterable
import random
from typing import Any, Final, override

from dali.command import Command
from dali.frame import BackwardFrame, BackwardFrameError
from dali.sequences import progress, sleep

from custom_components.smart_lighting_ai_dali.dali.addressing import ADDRESSING, Family
from custom_components.smart_lighting_ai_dali.dali.sequences import Steps
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.dali.transactions import MayYield
from custom_components.smart_lighting_ai_dali.simulator.device_specification import DeviceSpecification
from custom_components.smart_lighting_ai_dali.simulator.frame_log import Frame, FrameKind
from custom_components.smart_lighting_ai_dali.simulator.gear import Gear
from custom_components.smart_lighting_ai_dali.simulator.input_devices import InputDevices
from custom_components.smart_lighting_ai_dali.simulator.scheduler import VirtualScheduler
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification
from custom_components.smart_lighting_ai_dali.simulator.wire import Transmission, Wire

# A frame with the silence before it, its answer, and the silence after that.
_FRAME_SECONDS: Final = 0.08


class Interrupted(Exception):  # noqa: N818  # it is no error
    """The master was ended in the middle of what it did."""


class HardOfHearing(Gear):
    """A gear that misses some frames that others hear."""

    def __init__(self, specification: GearSpecification, *, random: random.Random, misses: float) -> None:
        super().__init__(specification, random=random)
        self.misses = misses
        self._chance = random

    @override
    def receive(self, data: int, now: float) -> int | None:
        """Take a frame, or miss it."""
        if self._chance.random() < self.misses:
            self.interrupt(now)
            return None
        return super().receive(data, now)


class Loaded(random.Random):
    """Chance whose first random addresses are given."""

    def __init__(self, *addresses: int, seed: int = 0) -> None:
        super().__init__(seed)
        self._addresses = list(addresses)

    @override
    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        """Return what was given, then chance."""
        return self._addresses.pop(0) if self._addresses else super().randrange(start, stop, step)


class Bench:
    """A line, and the only master on it."""

    def __init__(
        self,
        *gear: GearSpecification,
        devices: Iterable[DeviceSpecification] = (),
        chances: Iterable[random.Random] | None = None,
        misses: float = 0.0,
        loss: float = 0.0,
        seed: int = 1,
    ) -> None:
        self.clock = VirtualScheduler()
        each = (
            list(chances) if chances is not None else [random.Random(f"{seed} {number}") for number in range(len(gear))]
        )
        self.gear = [HardOfHearing(one, random=chance, misses=misses) for one, chance in zip(gear, each, strict=False)]
        self.inputs = InputDevices(devices, self.clock, random.Random(seed))
        self.wire = Wire(self.clock, self.gear, random.Random(seed), devices=self.inputs.devices)
        self.inputs.connect(self.wire)
        self.wire.frame_loss = loss
        self.frames = 0
        self._heard: list[Frame] = []
        self.wire.log.subscribe(self._heard.append)

    def run(self, steps: Steps[Any], *, most: int | None = None) -> Any:
        """Run steps to their end and return the result; after `most` frames, end them and raise Interrupted."""
        answer: Any = None
        begun = self.frames
        while True:
            try:
                item = steps.send(answer)
            except StopIteration as stop:
                return stop.value
            answer = None
            if isinstance(item, MayYield):
                answer = False
            elif isinstance(item, progress):
                continue
            elif isinstance(item, sleep):
                self.clock.run_for(item.delay)
            elif most is not None and self.frames - begun >= most:
                steps.close()
                raise Interrupted
            else:
                answer = self._carry(item)

    def leave(self, family: Family = Family.GEAR) -> None:
        """Leave the line clean."""
        for command in ADDRESSING[family].end:
            self._carry(command)

    def heal(self) -> None:
        """Mend the cable."""
        self.wire.frame_loss = 0.0
        for gear in self.gear:
            gear.misses = 0.0

    def snapshots(self) -> list[dict[str, Any]]:
        """Return how each gear is."""
        now = self.wire.gear_time()
        return [gear.snapshot(now) for gear in self.gear]

    def addresses(self) -> list[Any]:
        """Return the short address of each gear."""
        return [one["address"] for one in self.snapshots()]

    def listening(self) -> bool:
        """Tell whether any gear still listens to commissioning."""
        return any(one["initialisation"] != "disabled" for one in self.snapshots())

    def device_addresses(self) -> list[int | None]:
        """Return the short address of each input device."""
        return [device.short_address for device in self.inputs.devices]

    def _carry(self, command: Command) -> Any:
        self.frames += 2 if command.sendtwice else 1
        self._heard.clear()
        self.wire.send(
            Transmission(
                bits=len(command.frame),
                data=command.frame.as_integer,
                priority=Priority.CONFIGURATION,
                source="master",
                twice=command.sendtwice,
            )
        )
        self.clock.run_for(_FRAME_SECONDS * (2 if command.sendtwice else 1))
        response: Any = command.response
        if response is None:
            return None
        heard = [frame for frame in self._heard if frame.kind is not FrameKind.FORWARD and not frame.lost]
        if not heard:
            return response(None)
        clean = heard[-1].kind is FrameKind.BACKWARD
        return response(BackwardFrame(heard[-1].data) if clean else BackwardFrameError(255))


def new(number: int, **more: Any) -> GearSpecification:
    """Return a gear without a short address."""
    return GearSpecification(name=f"New {number}", gtin=4_000_000_000_001, serial=2000 + number, **more)


def old(address: int, **more: Any) -> GearSpecification:
    """Return a gear with a short address."""
    details: dict[str, Any] = {"name": f"Old {address}", "gtin": 4_000_000_000_001, "serial": 1000 + address, **more}
    return GearSpecification(short_address=address, **details)
