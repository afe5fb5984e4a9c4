"""One scan of a line at a time, of its gear and its input devices, and what it finds becomes known."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from .addressing import Family
from .census import Census
from .colour_sequences import describe_whole
from .discovery import GEAR, DeviceScanResult, Discovery, ScanListener, ScanResult
from .errors import LineStoppedError
from .events import AddressesCompared, GearChanged, GearFound, LineEvent, StateChanged
from .gear import Gear
from .state import KnownState
from .transactions import Transactions


class Scanner:
    """Looks for gear and input devices at every address of a line."""

    def __init__(
        self,
        transactions: Transactions,
        known: KnownState,
        *,
        census: Census,
        find_devices: Callable[[], Awaitable[DeviceScanResult]],
        read: Callable[[str], None],
        tell: Callable[[LineEvent], None],
    ) -> None:
        self._transactions = transactions
        self._known = known
        self._census = census
        self._find_devices = find_devices
        self._read = read
        self._tell = tell
        self._task: asyncio.Task[ScanResult] | None = None

    @property
    def scanning(self) -> bool:
        """Tell whether a scan is running."""
        return self._task is not None and not self._task.done()

    async def scan(self, progress: ScanListener | None = None) -> ScanResult:
        """Look at every address; whoever asks while a scan is running gets that one's result. Raises LineError."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._discover(progress), name="scan of a line")
            # It goes on when its caller does not: whoever is the last to look finds what went wrong.
            self._task.add_done_callback(lambda scan: scan.cancelled() or scan.exception())
        scan = self._task
        await asyncio.wait((scan,))
        if scan.cancelled():
            raise LineStoppedError("the line was stopped")
        return scan.result()

    async def look(
        self, addresses: Iterable[int], expected: frozenset[int], progress: ScanListener | None = None
    ) -> Discovery[Gear]:
        """Look at some addresses only, at those longest where gear is expected. Raises LineError."""
        wanted = frozenset(addresses)
        places = {
            gear.own_key: gear.address
            for key, gear in self._known.gear.items()
            if self._known.present(key) and gear.address not in wanted
        }
        discovery = Discovery(
            GEAR, self._transactions, found=self.keep, expected=expected, places=places, progress=progress
        )
        await discovery.run(wanted)
        return discovery

    async def stop(self) -> None:
        """End a scan that is running."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _discover(self, progress: ScanListener | None) -> ScanResult:
        before, changes = set(self._known.gear), self._census.changes
        expected = frozenset(gear.address for gear in self._known.gear.values())
        there = {gear.address: gear for key, gear in self._known.gear.items() if self._known.present(key)}
        kind = replace(GEAR, describe=lambda address: describe_whole(address, there.get(address)))
        discovery = Discovery(kind, self._transactions, found=self.keep, expected=expected, progress=progress)
        await discovery.run()
        found = tuple(self._known.recognise(discovery.at[address]) for address in sorted(discovery.at))
        # What answered at these addresses may well be what was there before.
        unclear = discovery.shared_addresses | discovery.incomplete_addresses
        missing = {
            key
            for key in before & set(self._known.gear) - {gear.key for gear in found}
            if self._known.gear[key].address not in unclear
        }
        gone = frozenset(key for key in missing if self._known.gone(key))
        if gone:
            self._tell(StateChanged(gone))
        everyone = await self._census.has_everyone_an_address()
        self._census.settle(all_known=everyone and not unclear, since=changes)
        devices = await self._find_devices()
        shared = frozenset(discovery.shared_addresses)
        self._tell(AddressesCompared(Family.GEAR, shared))
        self._tell(AddressesCompared(Family.INPUT_DEVICES, devices.shared_addresses))
        return ScanResult(
            found=found,
            new=tuple(gear for gear in found if gear.key not in before),
            missing=frozenset(missing),
            shared_addresses=shared,
            devices=devices,
        )

    def keep(self, gear: Gear) -> None:
        """Take note of a gear as it was found, or as it is set now."""
        gear = self._known.recognise(gear)
        new = gear.key not in self._known.gear
        changed = self._known.keep(gear)
        self._read(gear.key)
        if new:
            self._tell(GearFound(gear))
        elif changed:
            self._tell(GearChanged(self._known.gear[gear.key]))
