"""Read what gear reports of itself: power where it changes, energy by the minutes, hours and starts rarely."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from types import MappingProxyType
from typing import Final

from dali.frame import Frame

from .errors import LineError, NoAnswerError
from .events import GearChanged, LineEvent, ReportsChanged
from .gear import Gear
from .level import OFF, Level
from .luminaire import Luminaire
from .luminaire_memory import LUMINAIRE_DATA, read_luminaire
from .report_values import BANKS, PORTIONS, POWER, Portion, Reported
from .sequences import Steps
from .snapshot import has_bank, read_cells, read_latched
from .state import KnownState
from .timing import Priority
from .transactions import Transactions

# After each reading so many times what it took is waited. A reading has a quarter of the line's time at most, as all
# background work; with the rest all readings have a tenth.
REST: Final = 1.5
# What is due is looked for this often, in seconds.
MOMENT: Final = 1.0
# A supply needs some seconds after a fade until its power is what it stays.
SETTLED: Final = 5.0
# Gear that is off takes what it takes.
_DARK: Final = 3600.0
# A reading that failed is tried again in so many seconds; after this many in a row the last values are outdated.
RETRY: Final = 60.0
_PATIENCE: Final = 3

# A luminaire is read only in every such turn while there is something to read that changes.
_LUMINAIRE_TURNS: Final = 4

type _Task = tuple[str, Portion]


class Reports:
    """Reads the memory banks of a line's gear in turn, as background work (see `line_part.LinePart`)."""

    def __init__(self, transactions: Transactions, known: KnownState, tell: Callable[[LineEvent], None]) -> None:
        self._transactions = transactions
        self._known = known
        self._tell = tell
        self._values: dict[str, dict[Reported, float | None]] = {}
        self._levels: dict[str, Level | None] = {}
        # When the power of gear whose level changed is what it stays.
        self._settled: dict[str, float] = {}
        self._due: dict[_Task, float] = {}
        self._misses: dict[_Task, int] = {}
        self._ask_again: dict[str, float] = {}
        self._begun = 0.0

    def values(self, key: str) -> Mapping[Reported, float | None]:
        """Return what a gear reported last; what is missing was not read yet, None is what it does not know."""
        return MappingProxyType(self._values.get(key, {}))

    def line_online(self, after: float) -> None:
        """Read all anew: the line was out of sight."""
        self._due.clear()
        self._ask_again.clear()
        self._begun = asyncio.get_running_loop().time() + after

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Need no frame: the known state tells of levels."""

    async def run(self) -> None:
        """Read what is due, one portion at a time."""
        loop = asyncio.get_running_loop()
        for turn in count():
            begun = loop.time()
            self._follow(begun)
            unasked, task = self._next_unasked(begun), self._next_due(begun)
            if unasked is not None and (task is None or unasked.banks is None or turn % _LUMINAIRE_TURNS == 0):
                await self._ask(unasked)
            elif task is not None:
                await self._read(*task)
            await asyncio.sleep(max(MOMENT, (loop.time() - begun) * REST))

    def _present(self) -> Iterator[tuple[str, Gear]]:
        for key, gear in self._known.gear.items():
            if self._known.present(key) and self._known.state(key).available:
                yield key, gear

    def _follow(self, now: float) -> None:
        """Take note of gear that came or went, and of levels that are others now."""
        present = {key: gear.banks for key, gear in self._present() if gear.banks}
        self._due = {
            (key, portion): self._due.get((key, portion), self._begun)
            for portion in PORTIONS
            for key, banks in present.items()
            if portion.bank in banks
        }
        for remembered in (self._values, self._levels, self._settled, self._ask_again):
            for key in remembered.keys() - self._known.gear.keys():
                del remembered[key]
        for task in self._misses.keys() - self._due.keys():
            del self._misses[task]
        for key in present:
            self._note_level(key, now)

    def _note_level(self, key: str, now: float) -> None:
        """Take note of the level of a gear; where it is another, its power is read once that stays."""
        level = self._known.state(key).level
        if (key, POWER) in self._due and key in self._levels and level != self._levels[key]:
            self._settled[key] = now + SETTLED + (self._known.fade(key).seconds or 0.0)
        self._levels[key] = level

    def _next_due(self, now: float) -> _Task | None:
        """Return what to read next: where a level changed, then what is late by the most of its own intervals."""
        key = min(self._settled, key=self._settled.__getitem__, default=None)
        if key is not None and self._settled[key] <= now and (key, POWER) in self._due:
            return key, POWER
        late = [task for task, due in self._due.items() if due <= now]
        return max(late, key=lambda task: (now - self._due[task]) / task[1].every, default=None)

    # Which banks there are

    def _next_unasked(self, now: float) -> Gear | None:
        """Return a gear of which it is not known yet what it has to tell; banks before luminaires."""
        unasked: Gear | None = None
        for key, gear in self._present():
            if now < max(self._begun, self._ask_again.get(key, 0.0)):
                continue
            if gear.banks is None and BANKS.keys() & gear.device_types:
                return gear
            if unasked is None and gear.luminaire is None and LUMINAIRE_DATA in gear.device_types:
                unasked = gear
        return unasked

    async def _ask(self, gear: Gear) -> None:
        """Find out which banks a gear has, or what its luminaire is: once in its life."""
        has_banks_to_ask = gear.banks is None and bool(BANKS.keys() & gear.device_types)
        find = _find_banks(gear) if has_banks_to_ask else read_luminaire(gear.address)
        try:
            found: frozenset[int] | Luminaire = await self._transactions.send(find, priority=Priority.BACKGROUND)
        except LineError:
            self._ask_again[gear.key] = asyncio.get_running_loop().time() + RETRY
            return
        if not self._is_still(gear):
            return
        gear = self._known.gear[gear.key]
        gear = replace(gear, luminaire=found) if isinstance(found, Luminaire) else replace(gear, banks=found)
        self._known.gear[gear.key] = gear
        self._tell(GearChanged(gear))

    # What they tell

    async def _read(self, key: str, portion: Portion) -> None:
        gear = self._known.gear[key]
        if portion is POWER:
            self._settled.pop(key, None)
        read = read_latched if portion.latched else read_cells
        now = asyncio.get_running_loop().time
        try:
            cells = await self._transactions.send(
                read(gear.address, portion.bank, portion.first, portion.last), priority=Priority.BACKGROUND
            )
        except LineError as error:
            self._due[key, portion] = now() + RETRY
            if isinstance(error, NoAnswerError):
                self._missed(key, portion)
            return
        if not self._is_still(gear):
            return
        # A level that changed meanwhile, and changes back before the next turn, is not seen there.
        self._note_level(key, now())
        self._misses.pop((key, portion), None)
        is_dark = self._known.state(key).level == OFF
        for told in PORTIONS:
            if portion.covers(told):
                self._due[key, told] = now() + (_DARK if told is POWER and is_dark else told.every)
        self._put(key, portion.decode(cells))

    def _missed(self, key: str, portion: Portion) -> None:
        """Take note that a reading failed; after some in a row nobody knows what is so."""
        misses = self._misses[key, portion] = self._misses.get((key, portion), 0) + 1
        if misses >= _PATIENCE and key in self._values:
            self._put(key, portion.decode({}))

    def _put(self, key: str, values: Mapping[Reported, float | None]) -> None:
        before = self._values.get(key, {})
        after = {**before, **values}
        self._values[key] = after
        if after != before:
            self._tell(ReportsChanged(frozenset((key,))))

    def _is_still(self, gear: Gear) -> bool:
        """Tell whether a gear is still where it was asked."""
        return self._known.present(gear.key) and self._known.gear[gear.key].address == gear.address


def _find_banks(gear: Gear) -> Steps[frozenset[int]]:
    """Ask for each bank that the gear's device types allow."""
    found: set[int] = set()
    for device_type, banks in BANKS.items():
        if device_type in gear.device_types:
            for bank in banks:
                if (yield from has_bank(gear.address, bank)):
                    found.add(bank)
    return frozenset(found)
