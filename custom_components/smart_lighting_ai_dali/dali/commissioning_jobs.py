"""The jobs of commissioning, step by step; what is known of the line follows each step."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

from .address_change import find_free, is_free, is_shared, set_address, take_all_addresses
from .address_giving import AddressGiver
from .addressing import ADDRESSES, ADDRESSING, Family
from .colour_sequences import describe_whole
from .commissioning_orders import (
    CommissioningResult,
    FindNew,
    NewInstallation,
    Order,
    Phase,
    Replace,
    ResolveDuplicates,
    SetAddress,
    SwapAddresses,
)
from .discovery import ScanProgress
from .errors import AddressInUseError, GearNotBrokenError, NoAnswerError
from .events import GearForgotten, LineEvent, StateChanged
from .gear import Gear
from .gear_settings import GearSettings
from .inputs import Inputs
from .replacement import restore
from .scan import Scanner
from .sequences import Steps
from .state import KnownState
from .timing import Priority
from .transactions import Transactions


class CommissioningJobs:
    """What can be done to the addresses of one line; each may be ended at any frame, and begun again."""

    def __init__(
        self,
        transactions: Transactions,
        known: KnownState,
        *,
        scanner: Scanner,
        inputs: Inputs,
        settings: GearSettings,
        listening: Callable[[Family, Steps[None]], Awaitable[None]],
        advance: Callable[[Phase, int, float], None],
        tell: Callable[[LineEvent], None],
    ) -> None:
        self._transactions = transactions
        self._known = known
        self._scanner = scanner
        self._inputs = inputs
        self._settings = settings
        self._listening = listening
        self._advance = advance
        self._tell = tell
        self._interrupted: set[Family] = set()

    async def do(self, order: Order) -> CommissioningResult:
        """Do a job; raises LineError."""
        match order:
            case FindNew():
                return await self._give_to_new(order, self._giver(order.family))
            case NewInstallation():
                return await self._install(order)
            case ResolveDuplicates():
                return await self._resolve(order)
            case Replace():
                return await self._replace(order)
            case SetAddress():
                return await self._set_address(order)
            case SwapAddresses():
                return await self._swap(order)

    async def _give_to_new(self, order: Order, giver: AddressGiver) -> CommissioningResult:
        await self._listening(order.family, giver.give_to_new())
        result = await self._read(order, giver.given)
        return replace(result, left_out=giver.left_out, everyone_has_one=giver.everyone_has_one)

    async def _install(self, order: NewInstallation) -> CommissioningResult:
        if order.family not in self._interrupted:
            self._interrupted.add(order.family)
            if order.family is Family.GEAR:
                self._displace(self._known.gear)
            await self._send(take_all_addresses(ADDRESSING[order.family]))
        giver = self._giver(order.family, in_use=())
        await self._listening(order.family, giver.give_to_new())
        self._interrupted.discard(order.family)
        # Who was given an address before an interruption is read as well, and who kept theirs.
        result = await self._read(order, giver.given, everywhere=True)
        return replace(result, left_out=giver.left_out, everyone_has_one=giver.everyone_has_one)

    async def _resolve(self, order: ResolveDuplicates) -> CommissioningResult:
        commands = ADDRESSING[order.family]
        shared = set[int]()
        for address in range(ADDRESSES):
            self._advance(Phase.SEARCHING, len(shared), address / ADDRESSES)
            if await self._send(is_shared(commands, address)):
                shared.add(address)
        given = set[int]()
        left_out = 0
        for address in sorted(shared):
            if order.family is Family.GEAR:
                self._displace(self._keys_at(address))
            giver = self._giver(order.family, in_use=self._in_use(order.family) | given | shared)
            await self._listening(order.family, giver.share_out(address))
            given.update(giver.given)
            left_out += giver.left_out
        return replace(await self._read(order, given), left_out=left_out)

    async def _replace(self, order: Replace) -> CommissioningResult:
        commands = ADDRESSING[Family.GEAR]
        broken = self._known.find(order.key)
        if not await self._send(is_free(commands, broken.address)):
            raise GearNotBrokenError(broken.key)
        if order.by is None:
            await self._listening(Family.GEAR, self._giver(Family.GEAR).give_to_the_only_new(broken.address))
        else:
            await self._send(set_address(commands, self._known.find(order.by).address, broken.address))
        new: Gear = await self._send(describe_whole(broken.address))
        if new.own_key in self._known.gear and new.own_key != order.key:
            self._known.forget(new.own_key)
            self._tell(GearForgotten(new.own_key))
        self._scanner.keep(replace(new, goes_by=None if new.own_key == order.key else order.key))
        not_restored = await restore(
            self._settings, order.key, broken, progress=lambda part: self._advance(Phase.RESTORING, 1, part)
        )
        return CommissioningResult(
            task=order.task, family=order.family, addresses=(broken.address,), found=1, not_restored=not_restored
        )

    async def _set_address(self, order: SetAddress) -> CommissioningResult:
        if order.new in self._in_use(order.family):
            raise AddressInUseError(f"address {order.new}")
        await self._move(order.family, order.address, order.new)
        return await self._read(order, (order.new,))

    async def _swap(self, order: SwapAddresses) -> CommissioningResult:
        commands = ADDRESSING[order.family]
        for address in (order.first, order.second):
            if await self._send(is_free(commands, address)):
                raise NoAnswerError(f"address {address}")
        between = await self._send(find_free(commands, self._in_use(order.family)))
        if between is None:
            # All 64 are in use: one of the two, and nobody else, is without an address meanwhile.
            first = self._keys_at(order.first)
            await self._send(set_address(commands, order.first, None))
            self._displace(first)
            await self._move(order.family, order.second, order.first)
            await self._listening(order.family, self._giver(order.family).give_to_the_only_new(order.second))
            self._follow(first, order.second)
        else:
            await self._move(order.family, order.first, between)
            await self._move(order.family, order.second, order.first)
            await self._move(order.family, between, order.second)
        return await self._read(order, (order.first, order.second))

    # What is known follows

    async def _move(self, family: Family, address: int, new: int) -> None:
        await self._send(set_address(ADDRESSING[family], address, new))
        if family is Family.GEAR:
            self._follow(self._keys_at(address), new)

    def _follow(self, keys: Iterable[str], address: int) -> None:
        """Take note that gear has another short address; one that is known by nothing else is another gear then."""
        for key in keys:
            if key not in self._known.gear:
                continue
            moved = replace(self._known.gear[key], address=address)
            if moved.key == key:
                self._scanner.keep(moved)
            else:
                self._known.forget(key)
                self._tell(GearForgotten(key))

    def _displace(self, keys: Iterable[str]) -> None:
        """Take note that gear has its short address no more, or shares it: nobody talks to it until it is read."""
        displaced = frozenset(keys)
        self._known.displace(displaced)
        self._tell(StateChanged(displaced))

    async def _read(self, order: Order, given: Iterable[int], *, everywhere: bool = False) -> CommissioningResult:
        """Ask whoever has these short addresses now, or any at all, who they are."""

        def progress(scan: ScanProgress) -> None:
            self._advance(Phase.READING, scan.found, scan.done / scan.total)

        self._advance(Phase.READING, 0, 0.0)
        addresses = frozenset(given)
        if order.family is Family.INPUT_DEVICES:
            devices = await self._inputs.find()
            there = {device.address for device in devices.found}
            return CommissioningResult(
                task=order.task,
                family=order.family,
                addresses=tuple(sorted(addresses | there if everywhere else addresses)),
                found=len(there if everywhere else there & addresses),
                shared_addresses=devices.shared_addresses,
            )
        looked = await self._scanner.look(range(ADDRESSES) if everywhere else addresses, addresses, progress)
        return CommissioningResult(
            task=order.task,
            family=order.family,
            addresses=tuple(sorted(addresses | looked.at.keys())),
            found=len(looked.at),
            shared_addresses=frozenset(looked.shared_addresses),
        )

    # Small things

    def _giver(self, family: Family, *, in_use: Iterable[int] | None = None) -> AddressGiver:
        giver = AddressGiver(
            ADDRESSING[family],
            in_use=self._in_use(family) if in_use is None else in_use,
            time=asyncio.get_running_loop().time,
            progress=lambda: self._advance(Phase.SEARCHING, len(giver.given), giver.searched),
        )
        return giver

    def _in_use(self, family: Family) -> set[int]:
        """Return the short addresses that are known to be somebody's, also of who is silent now."""
        if family is Family.INPUT_DEVICES:
            return {device.address for device in self._inputs.devices.values()}
        return {gear.address for key, gear in self._known.gear.items() if self._known.present(key)}

    def _keys_at(self, address: int) -> tuple[str, ...]:
        return tuple(
            key for key, gear in self._known.gear.items() if gear.address == address and self._known.present(key)
        )

    async def _send(self, steps: Steps[Any]) -> Any:
        return await self._transactions.send_in_turns(steps, priority=Priority.CONFIGURATION)
