"""Input devices on a wire with a virtual clock, and a master that sends to them and hears their events."""

from collections.abc import Callable, Generator
from typing import Any, Final

from dali.address import DeviceShort, InstanceNumber
from dali.command import Command, Response
from dali.device import general
from dali.device.helpers import DeviceInstanceTypeMapper
from dali.frame import BackwardFrame, BackwardFrameError, ForwardFrame
from dali.sequences import progress, sleep

from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.device_specification import (
    DeviceSpecification,
    InstanceSpecification,
    InstanceType,
)
from custom_components.smart_lighting_ai_dali.simulator.frame_log import Frame, FrameKind
from custom_components.smart_lighting_ai_dali.simulator.input_devices import InputDevices
from custom_components.smart_lighting_ai_dali.simulator.scheduler import VirtualScheduler
from custom_components.smart_lighting_ai_dali.simulator.wire import Transmission, Wire

from .plain_gear import PlainGear, seeded

type InstanceCommand = Callable[[DeviceShort, InstanceNumber], Command]

ADDRESS: Final = 3
YES: Final = 255
MASTER: Final = "master"
# A frame of 24 bits, its answer, and the silence around them.
FRAME_SECONDS: Final = 0.07


class Bench:
    """A line with input devices, and a master."""

    def __init__(self, *devices: DeviceSpecification, gear: tuple[PlainGear, ...] = ()) -> None:
        self.clock = VirtualScheduler()
        self.inputs = InputDevices(devices, self.clock, seeded(7))
        self.wire = Wire(self.clock, gear, seeded(), devices=self.inputs.devices)
        self.inputs.connect(self.wire)
        self.types = DeviceInstanceTypeMapper()
        for device in devices:
            for number, instance in enumerate(device.instances):
                if device.short_address is not None:
                    self.types.add_type(
                        short_address=device.short_address, instance_number=number, instance_type=int(instance.kind)
                    )
        self._heard = 0

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.run_for(seconds)

    def put(self, command: Command) -> Frame | None:
        """Send a command and return the answer as it was on the line: a frame, a framing error or None."""
        last = max((frame.number for frame in self.wire.log.frames()), default=0)
        data = command.frame.as_integer
        bits = len(command.frame)
        transmission = Transmission(
            bits=bits, data=data, priority=Priority.CONFIGURATION, source=MASTER, twice=command.sendtwice
        )
        self.wire.send(transmission)
        self.wait(FRAME_SECONDS * (2 if command.sendtwice else 1))
        after = [frame for frame in self.wire.log.frames(last) if frame.kind is not FrameKind.FORWARD]
        return after[-1] if after else None

    def send(self, command: Command) -> int | None:
        """Send a command and return the answer."""
        answer = self.put(command)
        return None if answer is None else answer.data

    def ask(self, command: InstanceCommand, instance: int = 0) -> int | None:
        """Send a command to an instance and return the answer."""
        return self.send(command(DeviceShort(ADDRESS), InstanceNumber(instance)))

    def configure(self, command: InstanceCommand, value: int, instance: int = 0) -> None:
        """Send an instruction to an instance that takes its value from DTR0."""
        self.send(general.DTR0(value))
        self.ask(command, instance)

    def run[T](self, sequence: Generator[Any, Any, T]) -> T:
        """Run a sequence of python-dali's, and return its result."""
        response: Response | None = None
        while True:
            try:
                step = sequence.send(response)
            except StopIteration as ended:
                result: T = ended.value
                return result
            response = None
            if isinstance(step, sleep):
                self.wait(step.delay)
            elif not isinstance(step, progress):
                answer = self.put(step)
                if step.response is not None:
                    response = step.response(_raw(answer))

    def events(self) -> list[str]:
        """Return the names of the events since the last call, as python-dali reads them."""
        return [type(message).__name__ for message in self.messages()]

    def messages(self) -> list[Any]:
        """Return the events since the last call, decoded."""
        frames = [
            frame
            for frame in self.wire.log.frames(self._heard)
            if frame.kind is FrameKind.FORWARD and frame.source != MASTER
        ]
        self._heard = max((frame.number for frame in self.wire.log.frames()), default=0)
        return [Command.from_frame(ForwardFrame(24, frame.data), dev_inst_map=self.types) for frame in frames]


def _raw(answer: Frame | None) -> BackwardFrame | None:
    if answer is None:
        return None
    return BackwardFrameError(255) if answer.kind is FrameKind.ERROR else BackwardFrame(answer.data)


def device(*kinds: InstanceType | InstanceSpecification, **specification: Any) -> DeviceSpecification:
    """Return an input device with instances of these types."""
    instances = tuple(
        kind if isinstance(kind, InstanceSpecification) else InstanceSpecification(kind=kind) for kind in kinds
    )
    values: dict[str, Any] = {"name": "Panel", "short_address": ADDRESS, "random_address": 0x123456}
    return DeviceSpecification(instances=instances, **values | specification)


def button(*, double_press: bool = False, event_filter: int | None = None) -> InstanceSpecification:
    """Return a push button."""
    return InstanceSpecification(kind=InstanceType.PUSH_BUTTON, double_press=double_press, event_filter=event_filter)
