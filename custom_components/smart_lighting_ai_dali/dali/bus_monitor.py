"""What was on the line, as a bus monitor shows it: each frame and each answer, with its time, raw and in words."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
import time
from typing import Any, Final

from dali.command import from_frame
from dali.frame import BackwardFrame, BackwardFrameError, ForwardFrame, Frame
from dali.gear.general import EnableDeviceType

from .input_events import InstanceTypes

# About half a minute of a busy line.
KEPT: Final = 1000
_ANSWER_BITS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One frame or answer that was on the line."""

    time: float
    """When the adapter's word of it came, in seconds since 1970."""
    own: bool
    """Whether we sent it; an answer is never ours."""
    bits: int
    """16 or 24, and 8 for an answer."""
    data: int | None
    """None: several answered at once, and nobody can tell what."""

    @property
    def is_answer(self) -> bool:
        """Tell whether it is what gear or an input device answered."""
        return self.bits == _ANSWER_BITS

    @property
    def raw(self) -> str:
        """Return the bits in hexadecimal; question marks where answers collided."""
        digits = self.bits // 4
        return "?" * digits if self.data is None else f"{self.data:0{digits}X}"


class BusMonitor:
    """Keeps what was on a line lately, and tells who watches what comes."""

    def __init__(self) -> None:
        self._recent: deque[Sighting] = deque(maxlen=KEPT)
        self._watchers: list[Callable[[Sighting], None]] = []

    @property
    def recent(self) -> tuple[Sighting, ...]:
        """Return what was on the line lately, the oldest first."""
        return tuple(self._recent)

    def watch(self, watcher: Callable[[Sighting], None]) -> Callable[[], None]:
        """Call a watcher with all that comes; it must not raise. Returns what ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Take note of a forward frame."""
        self._see(own=own, bits=len(frame), data=frame.as_integer)

    def answer_seen(self, answer: BackwardFrame) -> None:
        """Take note of an answer."""
        self._see(own=False, bits=_ANSWER_BITS, data=None if answer.error else answer.as_integer)

    def _see(self, *, own: bool, bits: int, data: int | None) -> None:
        sighting = Sighting(time=time.time(), own=own, bits=bits, data=data)
        self._recent.append(sighting)
        for watcher in tuple(self._watchers):
            watcher(sighting)


class Decoder:
    """Says in the words of IEC 62386 what sightings mean, each in the light of those before it.

    `types` tells the types of the instances of input devices: most of their events do not say them.
    """

    def __init__(self, types: Callable[[], InstanceTypes] = InstanceTypes) -> None:
        self._types = types
        self._device_type = 0
        self._asked: Any = None

    def text(self, sighting: Sighting) -> str:
        """Return what a sighting means; they have to come in their order."""
        if sighting.is_answer:
            return self._answer(sighting.data)
        command = from_frame(
            ForwardFrame(sighting.bits, sighting.data or 0),
            devicetype=self._device_type,
            dev_inst_map=self._types().mapper,
        )
        # ENABLE DEVICE TYPE holds for the next command only (IEC 62386-102, 11.7.4).
        self._device_type = command.param if isinstance(command, EnableDeviceType) else 0
        self._asked = command if command.response is not None else None
        return str(command)

    def _answer(self, data: int | None) -> str:
        asked, self._asked = self._asked, None
        frame = BackwardFrameError(255) if data is None else BackwardFrame(data)
        if asked is not None:
            return str(asked.response(frame))
        return "several answers at once" if data is None else str(data)
