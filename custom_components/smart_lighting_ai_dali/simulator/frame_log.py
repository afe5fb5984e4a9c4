"""What was on the wire, frame by frame: numbered, with its time, the newest ones kept."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any, Final

# Half an hour of a line that is never idle, at 20 answered queries a second, would be 72 000; an hour of a calm one.
KEPT_FRAMES: Final = 20_000


class FrameKind(StrEnum):
    """What a receiver makes of the edges on the line."""

    FORWARD = "forward"
    BACKWARD = "backward"
    ERROR = "error"
    """Edges that are no frame: answers on top of each other, or a disturbance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame on the wire, as an oscilloscope would see it."""

    number: int
    """From 1, without gaps."""
    time: float
    """Of its last edge, in seconds since the start."""
    kind: FrameKind
    bits: int
    """16 or 24 of a forward frame, 8 of a backward frame, 0 of an error."""
    data: int
    source: str
    """"adapter", "foreign", "line" (a disturbance), or the names of the gear that answered, with + between them."""
    lost: bool = False
    """Nobody but its sender noticed it."""
    priority: int | None = None
    """Of a forward frame; 1 for the second of two."""

    def as_dict(self) -> dict[str, Any]:
        """Return the frame for JSON; `data` is written in hexadecimal."""
        return {
            "number": self.number,
            "time": round(self.time, 6),
            "kind": self.kind.value,
            "bits": self.bits,
            "data": f"0x{self.data:0{self.bits // 4}X}" if self.bits else None,
            "source": self.source,
            "lost": self.lost,
            "priority": self.priority,
        }


class FrameLog:
    """The newest frames of a wire, and who wants to hear of each."""

    def __init__(self, kept: int = KEPT_FRAMES) -> None:
        self._frames: deque[Frame] = deque(maxlen=kept)
        self._numbers = count(1)
        self._listeners: list[Callable[[Frame], None]] = []

    def subscribe(self, listener: Callable[[Frame], None]) -> Callable[[], None]:
        """Call `listener` with every frame from now on; call what is returned to end it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def add(
        self,
        *,
        time: float,
        kind: FrameKind,
        bits: int,
        data: int,
        source: str,
        lost: bool = False,
        priority: int | None = None,
    ) -> Frame:
        """Give a frame its number, keep it and tell everyone who listens."""
        frame = Frame(
            number=next(self._numbers),
            time=time,
            kind=kind,
            bits=bits,
            data=data,
            source=source,
            lost=lost,
            priority=priority,
        )
        self._frames.append(frame)
        for listener in tuple(self._listeners):
            listener(frame)
        return frame

    def frames(self, since: int = 0) -> list[Frame]:
        """Return the frames that came after the one of that number, oldest first."""
        newer: list[Frame] = []
        for frame in reversed(self._frames):
            if frame.number <= since:
                break
            newer.append(frame)
        newer.reverse()
        return newer
