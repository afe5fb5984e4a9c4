"""A frame that the host of an adapter wants sent, in whichever protocol it said so."""

from dataclasses import dataclass

from ..dali.timing import Priority
from .wire import Transmission


@dataclass(frozen=True, slots=True, eq=False)
class TransmitRequest:
    """A frame that the host wants sent; two that say the same are not the same."""

    bits: int
    data: int
    priority: Priority
    twice: bool
    query: bool = False
    """The host wants to know what is answered."""

    def transmission(self, source: str) -> Transmission:
        """Return what a wire takes; who wants to be told of it replaces that."""
        return Transmission(bits=self.bits, data=self.data, priority=self.priority, source=source, twice=self.twice)
