"""What the ports of the simulated adapter have in common: the faults of an adapter that hangs, and unread bytes."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable
from typing import Final

# What a stalled program leaves unread beyond what the kernel keeps; then bytes are lost, as on a real port.
MAX_UNSENT: Final = 16_384


class HostPort(ABC):
    """Where the host is connected; `received` gets its bytes in the event loop."""

    def __init__(self, received: Callable[[bytes], None]) -> None:
        self._received = received
        self._loop = asyncio.get_running_loop()
        self._unsent = bytearray()
        self._deaf = False
        self._stalled = False

    @abstractmethod
    def _stall(self, *, stalled: bool) -> None:
        """Read nothing any more, or go on; `stalled` is not set yet."""

    @property
    def deaf(self) -> bool:
        """Whether bytes of the host are read and thrown away, and nothing is said; settable."""
        return self._deaf

    @deaf.setter
    def deaf(self, value: bool) -> None:
        self._deaf = value
        self._unsent.clear()

    @property
    def stalled(self) -> bool:
        """Whether nothing of the host is read, until its writes block; settable."""
        return self._stalled

    @stalled.setter
    def stalled(self, value: bool) -> None:
        before, self._stalled = self._stalled, value
        if before != value:
            self._stall(stalled=value)

    def _keep(self, data: bytes) -> None:
        """Keep bytes that were not taken, as far as there is room."""
        if len(self._unsent) + len(data) <= MAX_UNSENT:
            self._unsent += data
