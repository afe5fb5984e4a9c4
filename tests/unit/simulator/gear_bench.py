"""One gear, the time, and a master that sends to it."""

from collections.abc import Generator
import random
from typing import Any, Final

from dali.command import Command, Response
from dali.frame import BackwardFrame, ForwardFrame
from dali.gear import general
from dali.gear.general import EnableDeviceType

from custom_components.smart_lighting_ai_dali.simulator.gear import Gear
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

OFF: Final = 0
MASK: Final = 255
YES: Final = 255
# IEC 62386-102, 9.13: the power-on level is taken this long after the supply is back.
POWER_ON_SECONDS: Final = 0.6

ADDRESS: Final = 5
# From the end of one frame to the end of the next, with an answer between or not.
FRAME_SECONDS: Final = 0.03


class Bench:
    """One gear, the time, and a master that sends to it."""

    def __init__(self, specification: GearSpecification | None = None, *, seed: int = 1) -> None:
        self.gear = Gear(specification or gear(), random=random.Random(seed))
        self.now = 100.0

    def send(self, command: Command, *, after: float = FRAME_SECONDS) -> int | None:
        """Send one frame of a command and return the answer."""
        return self.frame(command.frame.as_integer, after=after)

    def frame(self, data: int, *, after: float = FRAME_SECONDS) -> int | None:
        """Send sixteen bits and return the answer."""
        self.now += after
        return self.gear.receive(data, self.now)

    def twice(self, command: Command, *, between: float = FRAME_SECONDS) -> None:
        """Send a command as the pair of frames that a configuration instruction is."""
        assert self.send(command) is None
        assert self.send(command, after=between) is None

    def run[T](self, sequence: Generator[Command, Response | None, T]) -> T:
        """Run a sequence of python-dali's on the gear, and return its result."""
        response: Response | None = None
        while True:
            try:
                command = sequence.send(response)
            except StopIteration as ended:
                result: T = ended.value
                return result
            if command.devicetype:
                self.send(EnableDeviceType(command.devicetype))
            answer = self.send(command)
            if command.sendtwice:
                answer = self.send(command)
            kind: type[Response] | None = command.response
            response = kind(None if answer is None else BackwardFrame(answer)) if kind is not None else None

    def configure(self, command: Command, value: int) -> None:
        """Send a configuration instruction that takes its value from DTR0."""
        self.send(general.DTR0(value))
        self.twice(command)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def mains(self, *, present: bool) -> None:
        """Take the gear's own supply away, or give it back."""
        self.gear.mains_power(present=present, now=self.now)

    def line(self, *, present: bool) -> None:
        """Take the line's power away, or give it back."""
        self.gear.line_power(present=present, now=self.now)

    @property
    def level(self) -> int:
        """The level at this instant."""
        return self.gear.actual_level(self.now)

    @property
    def state(self) -> dict[str, object]:
        """All that the gear is at this instant."""
        return self.gear.snapshot(self.now)

    def has_limit_error(self) -> bool:
        """Return what the gear answers to QUERY LIMIT ERROR."""
        return self.send(general.QueryLimitError(ADDRESS)) == YES


def gear(**specification: Any) -> GearSpecification:
    """Return a gear that is off, at the address of these tests, or what is said of it instead."""
    values: dict[str, Any] = {"name": "Lamp", "short_address": ADDRESS, "level": OFF}
    return GearSpecification(**values | specification)


def reserved(opcode: int) -> int:
    """Return the bits of an opcode byte that python-dali has no command for."""
    data: int = ForwardFrame(16, [ADDRESS << 1 | 1, opcode]).as_integer
    return data
