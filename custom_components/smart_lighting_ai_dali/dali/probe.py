"""Look at what is behind a port, without changing anything."""

from dataclasses import dataclass

from dali.frame import BackwardFrame, Frame

from .adapter import Adapter
from .adapters import find_adapter
from .discovery import ScanListener, count_gear
from .errors import LineError
from .transactions import Transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What was found behind a port."""

    adapter: Adapter
    line_powered: bool
    gear_count: int


class _Deaf:
    """Listens to nothing: a probe keeps no state."""

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Ignore a frame."""

    def answer_seen(self, answer: BackwardFrame) -> None:
        """Ignore an answer."""

    def power_changed(self, *, powered: bool) -> None:
        """Ignore the power: the probe's queries tell."""


async def probe(url: str, progress: ScanListener | None = None) -> Probe:
    """Find out which adapter is behind a port, and how many gear are on its line: about six seconds.

    Raises LineError: PortMissingError, PortBusyError, PortForbiddenError, PortUnusableError, AddressUnreachableError,
    AdapterSilentError or NotAnAdapterError. The port is free again afterwards.
    """
    driver = await find_adapter(url, _Deaf())
    transactions = Transactions()
    transactions.open(driver)
    try:
        present = await count_gear(transactions, progress) if driver.powered else frozenset[int]()
        return Probe(adapter=driver.adapter, line_powered=driver.powered, gear_count=len(present))
    finally:
        await driver.close(LineError("the probe is over"))


async def find_out(url: str) -> Adapter:
    """Find out which adapter is behind a port, within three seconds; the line behind it is left alone.

    Raises LineError, as `probe` does. The port is free again afterwards.
    """
    driver = await find_adapter(url, _Deaf())
    await driver.close(LineError("the probe is over"))
    return driver.adapter
