"""A few gear on a table, and a master that runs our sequences on them."""

import random
from typing import Any

from dali.command import Command
from dali.frame import BackwardFrame, BackwardFrameError
from dali.gear import general

from custom_components.smart_lighting_ai_dali.dali.sequences import Steps
from custom_components.smart_lighting_ai_dali.dali.transactions import IsWanted, MayYield
from custom_components.smart_lighting_ai_dali.simulator.gear import Gear as SimulatedGear
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

FRAME = 0.04


class Bench:
    """A few gear on a table, without wire or time lost; `lost` numbers the frames that nobody hears."""

    def __init__(self, *specifications: GearSpecification, lost: frozenset[int] = frozenset()) -> None:
        self.gear = [SimulatedGear(one, random=random.Random(number)) for number, one in enumerate(specifications)]
        self.now = 10.0
        self.sent: list[Command] = []
        self.lost = lost
        self.visitors: list[Command] = []
        self.intruders: dict[int, Command] = {}
        """Frames of other masters, by the number of ours that they come after."""
        self.wanted = False

    def run(self, steps: Steps[Any]) -> Any:
        """Run a sequence to its end and return its result."""
        answer: Any = None
        while True:
            try:
                item = steps.send(answer)
            except StopIteration as stop:
                return stop.value
            if isinstance(item, MayYield):
                visitor = self.visitors.pop(0) if self.visitors else None
                answer = visitor is not None
                if visitor is not None:
                    self._carry(visitor)
            elif isinstance(item, IsWanted):
                answer = self.wanted
            else:
                self.sent.append(item)
                answer = self._carry(item)
                if (intruder := self.intruders.pop(len(self.sent), None)) is not None:
                    self._carry(intruder)

    def _carry(self, command: Command) -> Any:
        if command.devicetype:
            self._carry(general.EnableDeviceType(command.devicetype))
        answers: list[int] = []
        for _ in range(2 if command.sendtwice else 1):
            self.now += FRAME
            if len(self.sent) not in self.lost:
                heard = [gear.receive(command.frame.as_integer, self.now) for gear in self.gear]
                answers = [answer for answer in heard if answer is not None]
        if not command.is_query:
            return None
        response: Any = command.response
        if not answers:
            return response(None)
        return response(BackwardFrame(answers[0]) if len(answers) == 1 else BackwardFrameError(255))


def lamp(address: int, **more: Any) -> GearSpecification:
    """Return a gear with a short address."""
    return GearSpecification(short_address=address, gtin=4_000_000_000_001, serial=77 + address, **more)
