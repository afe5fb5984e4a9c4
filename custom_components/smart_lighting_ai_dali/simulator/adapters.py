"""Which adapter a simulated line has, and what each of them can do."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from .foxtron import ConverterIdentity, FoxtronAdapter
from .luba import AdapterIdentity, LubaAdapter, SupplySwitch
from .scheduler import Scheduler
from .sevenlab import SevenLabAdapter
from .wire import Wire


class AdapterKind(StrEnum):
    """The wire protocol that the adapter speaks to its host."""

    LUBA = "luba"
    SEVENLAB = "sevenlab"
    FOXTRON = "foxtron"


class SimulatedAdapter(Protocol):
    """What a simulated line needs of its adapter."""

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes of the host; `now` is real time in seconds, since the host is not simulated."""

    def line_power(self, *, present: bool) -> None:
        """Take note that the line lost its power, or has it again."""

    def restart(self) -> None:
        """Start as after a power cycle."""

    def stop(self) -> None:
        """Leave no timer behind."""


def build_adapter(
    kind: AdapterKind,
    scheduler: Scheduler,
    wire: Wire,
    *,
    write: Callable[[bytes], None],
    supply: SupplySwitch,
    serial: int,
    switchable_supply: bool,
) -> SimulatedAdapter:
    """Return an adapter; what a kind has no use for (`serial`, `switchable_supply`) it does not get."""
    match kind:
        case AdapterKind.LUBA:
            identity = AdapterIdentity(serial=serial, switchable_supply=switchable_supply)
            return LubaAdapter(scheduler, wire, write=write, supply=supply, identity=identity)
        case AdapterKind.SEVENLAB:
            return SevenLabAdapter(scheduler, wire, write=write)
        case AdapterKind.FOXTRON:
            return FoxtronAdapter(scheduler, wire, write=write, identity=ConverterIdentity(serial=serial & 0xFFFF))
