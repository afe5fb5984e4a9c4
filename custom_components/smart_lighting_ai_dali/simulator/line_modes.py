"""The modes into which other masters put a whole line, as an adapter overhears them."""

from typing import Final

from ..dali.timing import SEND_TWICE_MAX, forward_frame

# Both modes end by themselves after 15 minutes (102, 9.14.2 and 103, 9.10.4), in seconds.
MODE_SECONDS: Final = 15 * 60.0

# INITIALISE and TERMINATE of control gear (102, 11.7) and of control devices (103, 11.10); the low byte of the first
# says which devices are meant. START and STOP QUIESCENT MODE are for all control devices (103, 11.7).
_INITIALISE_GEAR: Final = 0xA5
_TERMINATE_GEAR: Final = 0xA100
_INITIALISE_DEVICES: Final = 0xC101
_TERMINATE_DEVICES: Final = 0xC10000
_START_QUIESCENT: Final = 0xFFFE1D
_STOP_QUIESCENT: Final = 0xFFFE1E


class LineModes:
    """Whether someone is commissioning the line, or wants it quiet; times are those of the frames, in seconds."""

    def __init__(self) -> None:
        self._first: tuple[int, int, float] | None = None
        self._initialise_until = 0.0
        self._quiescent_until = 0.0

    def initialise(self, now: float) -> bool:
        """Return whether another master has started INITIALISE and not ended it."""
        return now < self._initialise_until

    def quiescent(self, now: float) -> bool:
        """Return whether another master has asked for silence."""
        return now < self._quiescent_until

    def next_end(self, now: float) -> float | None:
        """Return when the next of the modes ends by itself; None where there is none."""
        return min((until for until in (self._initialise_until, self._quiescent_until) if until > now), default=None)

    def overhear(self, bits: int, data: int, time: float) -> None:
        """Take note of a forward frame of another master."""
        first, self._first = self._first, (bits, data, time)
        if (bits, data) in {(16, _TERMINATE_GEAR), (24, _TERMINATE_DEVICES)}:
            self._initialise_until = time
            return
        if first is None or first[:2] != (bits, data) or time - first[2] - forward_frame(bits) > SEND_TWICE_MAX:
            return
        # The second of two equal frames.
        self._first = None
        if (bits, data >> 8) in {(16, _INITIALISE_GEAR), (24, _INITIALISE_DEVICES)}:
            self._initialise_until = time + MODE_SECONDS
        elif (bits, data) == (24, _START_QUIESCENT):
            self._quiescent_until = time + MODE_SECONDS
        elif (bits, data) == (24, _STOP_QUIESCENT):
            self._quiescent_until = time
