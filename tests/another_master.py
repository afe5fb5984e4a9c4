"""Another master on a simulated line, that says several things in one transaction."""

from collections.abc import Iterable
from itertools import groupby

from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.frame_log import Frame
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation


def say(simulation: Simulation, frames: Iterable[int]) -> None:
    """Send 16-bit frames in their order, each right after the one before; two that are the same are a pair."""
    waiting = [(data, len(list(same))) for data, same in groupby(frames)]
    left = 0

    def send(priority: Priority) -> None:
        nonlocal left
        data, left = waiting.pop(0)
        simulation.foreign_frame(16, data, priority=priority, twice=left > 1)

    def go_on(frame: Frame) -> None:
        nonlocal left
        if frame.source != "foreign":
            return
        left -= 1
        if left == 0 and waiting:
            send(Priority.TRANSACTION)
        elif left == 0:
            end()

    end = simulation.wire.log.subscribe(go_on)
    send(Priority.USER)
