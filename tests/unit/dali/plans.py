"""Plans of frames as what goes over the line."""

from collections.abc import Iterable
from itertools import chain

from dali.command import Command

from custom_components.smart_lighting_ai_dali.dali.frame_planner import Step


def count_frames(steps: Iterable[Step]) -> int:
    """Return how many forward frames steps are: some go twice, some after ENABLE DEVICE TYPE."""
    return sum(1 + bool(one.sendtwice) + bool(one.devicetype) for one in commands_of(steps))


def commands_of(steps: Iterable[Step]) -> list[Command]:
    """Return the commands of steps in their order."""
    return list(chain.from_iterable(step.commands for step in steps))
