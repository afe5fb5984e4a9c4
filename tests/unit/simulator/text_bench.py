"""A simulated adapter of text between a host that is the test and a line with plain gear, on a virtual clock."""

from collections.abc import Callable
from typing import Protocol

from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.frame_log import Frame
from custom_components.smart_lighting_ai_dali.simulator.scheduler import Scheduler, VirtualScheduler
from custom_components.smart_lighting_ai_dali.simulator.wire import Transmission, Wire

from .plain_gear import PlainGear, seeded


class TextAdapter(Protocol):
    """What both adapters have."""

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes of the host."""

    def line_power(self, *, present: bool) -> None:
        """Take note of the line's power."""

    def restart(self) -> None:
        """Start as after a power cycle."""

    def stop(self) -> None:
        """Leave no timer behind."""


type Build[A: TextAdapter] = Callable[[Scheduler, Wire, Callable[[bytes], None]], A]


class TextBench[A: TextAdapter]:
    """An adapter between a host that is this test and a line with gear."""

    def __init__(self, build: Build[A], *gear: PlainGear) -> None:
        self.clock = VirtualScheduler()
        self.wire = Wire(self.clock, gear, seeded())
        self._said = bytearray()
        self.adapter = build(self.clock, self.wire, self._said.extend)
        self._said.clear()

    def tell(self, data: bytes) -> bytes:
        """Send bytes to the adapter and return what it says at once."""
        self.adapter.receive(data, self.clock.now())
        return self.hear()

    def hear(self, seconds: float = 0.0) -> bytes:
        """Let time pass and return what the adapter says."""
        self.clock.run_for(seconds)
        said = bytes(self._said)
        self._said.clear()
        return said

    def power(self, *, present: bool) -> None:
        """Take the line's power away, or give it back."""
        self.wire.set_power(present=present)
        self.adapter.line_power(present=present)

    def foreign(self, bits: int, data: int, *, twice: bool = False) -> None:
        """Let another master send a frame."""
        self.wire.send(Transmission(bits=bits, data=data, priority=Priority.USER, source="foreign", twice=twice))

    def frames(self) -> list[Frame]:
        """Return what was on the wire."""
        return self.wire.log.frames()
