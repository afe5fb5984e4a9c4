"""Give short addresses to those who have none, and to those who share one.

Nobody is given an address that somebody else answers at, and each is read back while it is still selected: what turns
out to be wrong is taken back.
"""

from collections.abc import Callable, Iterable
from enum import Enum, auto
from typing import Final

from dali.command import Command
from dali.sequences import sleep

from .addressing import ADDRESSES, Addressing, Heard, hear
from .errors import AddressingFailedError, NoReplacementError, SeveralReplacementsError
from .random_search import HIGHEST, RandomSearch
from .sequences import ATTEMPTS, Steps
from .transactions import MayYield

# RANDOMISE takes up to 100 ms (IEC 62386-102, 11.7.6); some more, in seconds, for gear that is slow.
_RANDOMISE_SECONDS: Final = 0.12
# INITIALISE lasts 15 minutes: well before that, in seconds, it is begun anew with those who are left.
_ROUND_SECONDS: Final = 12 * 60.0
# So often in a row nobody could be given an address, and it is given up.
_MOST_FAILURES: Final = 12
# After so many failures all take another random address: two may have the same.
_RANDOMISE_AFTER: Final = 3
# The search asks once more for each time that it was led astray, and so often at most.
_MOST_PATIENCE: Final = 6
# So often those are asked to listen who did not hear it before.
_MOST_ROUNDS: Final = 4
# On a line that has shown to lose frames, whoever may be at an address is asked so often more.
_CARE: Final = 5


class _Outcome(Enum):
    """What came of giving one an address."""

    DONE = auto()
    NOBODY = auto()
    """Nobody has the random address after all."""
    SAME_RANDOM_ADDRESS = auto()
    ADDRESS_TAKEN = auto()


class AddressGiver:
    """Gives addresses to gear or to input devices; its steps may be ended at any frame, and begun again."""

    def __init__(
        self,
        commands: Addressing,
        *,
        in_use: Iterable[int] = (),
        time: Callable[[], float],
        progress: Callable[[], None] = lambda: None,
    ) -> None:
        self.given: dict[int, int] = {}
        """Random addresses of those who were given a short address, by that."""
        self.left_out = 0
        """How many were found for whom there was no address any more."""
        self.everyone_has_one = False
        self.searched = 0.0
        """Which part of all random addresses is done in this round, 0 to 1."""
        self._commands = commands
        self._in_use = set(in_use)
        self._time = time
        self._progress = progress
        self._tried: set[int] = set()
        self._failures = 0
        self._careful = False
        self._patience = 1

    def give_to_new(self) -> Steps[None]:
        """Give everyone who has no short address one of those that are free. Raises AddressingFailedError."""
        for _ in range(_MOST_ROUNDS):
            before = len(self.given)
            yield from self._round(self._commands.initialise_new, shared=None)
            self.everyone_has_one = (yield from hear(self._commands.is_anyone_without)) is Heard.NOBODY
            if self.everyone_has_one or (self.left_out and len(self.given) == before):
                return

    def share_out(self, address: int) -> Steps[None]:
        """Leave a short address that several have to one of them, and give the others free ones.

        Raises AddressingFailedError.
        """
        yield from self._round(self._commands.initialise_at(address), shared=address)

    def give_to_the_only_new(self, address: int) -> Steps[None]:
        """Give a short address to whoever has none, where that is only one.

        Raises NoReplacementError, SeveralReplacementsError or AddressingFailedError.
        """
        search = yield from self._begin(self._commands.initialise_new)
        found = set[int]()
        while True:
            random_address = yield from search.find()
            if random_address is None:
                if not (yield from search.is_anyone_left()):
                    break
                self._fail(search)
                continue
            yield from search.select(random_address)
            selected = yield from hear(self._commands.query_selected)
            if selected is Heard.NOBODY:
                self._fail(search)
                continue
            found.add(random_address)
            if selected is Heard.SEVERAL or len(found) > 1:
                raise SeveralReplacementsError("more than one has no short address")
            yield self._commands.withdraw
            search.settle(random_address)
        if not found:
            raise NoReplacementError("everyone has a short address")
        (random_address,) = found
        search.doubt()
        yield from search.select(random_address)
        if (yield from self._program(search, random_address, address)) is not _Outcome.DONE:
            raise AddressingFailedError(f"address {address} could not be given")

    # One round: from INITIALISE until nobody is left

    def _round(self, initialise: Command, *, shared: int | None) -> Steps[None]:
        until = self._time() + _ROUND_SECONDS
        search = yield from self._begin(initialise)
        while self._time() < until:
            self.searched = search.searched
            self._progress()
            random_address = yield from search.find()
            if random_address is None:
                if not (yield from search.is_anyone_left()):
                    return
                outcome = _Outcome.NOBODY
            else:
                outcome = yield from self._give(search, random_address, shared)
            if outcome is _Outcome.DONE:
                yield self._commands.withdraw
                search.settle(random_address or 0)
                self._failures = 0
                continue
            self._fail(search)
            if outcome is _Outcome.SAME_RANDOM_ADDRESS or self._failures % _RANDOMISE_AFTER == 0:
                yield from self._randomise(search)

    def _begin(self, initialise: Command) -> Steps[RandomSearch]:
        yield from self._commands.begin
        yield initialise
        search = RandomSearch(self._commands, patience=self._patience)
        yield from self._randomise(search)
        return search

    def _randomise(self, search: RandomSearch) -> Steps[None]:
        yield self._commands.randomise
        yield sleep(_RANDOMISE_SECONDS)
        search.restart()

    def _fail(self, search: RandomSearch) -> None:
        """Begin the search anew, and give up where that never helps."""
        self._take_care()
        self._patience = search.patience = min(search.patience + 1, _MOST_PATIENCE)
        self._failures += 1
        if self._failures >= _MOST_FAILURES:
            raise AddressingFailedError("frames keep getting lost")
        search.restart()

    def _take_care(self) -> None:
        """Take note that frames get lost on this line."""
        self._careful = True

    # One who was found

    def _give(self, search: RandomSearch, random_address: int, shared: int | None) -> Steps[_Outcome]:
        """Give whoever has a random address a short one; those who are to keep theirs do."""
        if random_address == HIGHEST:
            # RANDOMISE never gives this one (102, 9.14.2): it was not heard.
            self._take_care()
        yield MayYield()
        yield from search.select(random_address)
        selected = yield from hear(self._commands.query_selected, lossy=self._take_care)
        if selected is Heard.SEVERAL:
            return _Outcome.SAME_RANDOM_ADDRESS
        if selected is Heard.NOBODY:
            # Some can't tell, and some are not heard. Who is there at all answers this.
            self._take_care()
            search.doubt()
            yield from search.select(random_address)
            if (yield from hear(self._commands.compare)) is Heard.NOBODY:
                return _Outcome.NOBODY
            present = None
        else:
            present = self._commands.short_address_in(int(selected))
        if self._keeps(present, random_address, shared):
            return _Outcome.DONE
        return (yield from self._give_free(search, random_address))

    def _keeps(self, present: int | None, random_address: int, shared: int | None) -> bool:
        """Tell whether one keeps the short address that it has."""
        if present is None:
            return False
        if present == shared:
            # The first who is found does; it is found again where it did not hear that it was to withdraw.
            return self.given.setdefault(present, random_address) == random_address
        # What was given and could not be read back is given again.
        return present in self.given or present not in self._tried

    def _give_free(self, search: RandomSearch, random_address: int) -> Steps[_Outcome]:
        while (address := (yield from self._find_free())) is not None:
            outcome = yield from self._program(search, random_address, address)
            if outcome is not _Outcome.ADDRESS_TAKEN:
                return outcome
        self.left_out += 1
        return _Outcome.DONE

    def _find_free(self) -> Steps[int | None]:
        """Return the lowest short address at which nobody answers."""
        for address in range(ADDRESSES):
            if address in self._in_use or address in self.given:
                continue
            if (yield from self._who_is_at(address)) is Heard.NOBODY:
                return address
            self._in_use.add(address)
        return None

    def _who_is_at(self, address: int) -> Steps[int | Heard]:
        """Ask who has a short address, as often as the line makes that necessary."""
        heard: int | Heard = Heard.NOBODY
        for _ in range(_CARE if self._careful else 1):
            yield MayYield()
            now = yield from hear(self._commands.is_present(address), lossy=self._take_care)
            if now is not Heard.NOBODY:
                heard = now
            if heard is Heard.SEVERAL:
                break
        return heard

    def _program(self, search: RandomSearch, random_address: int, address: int) -> Steps[_Outcome]:
        """Give whoever is selected a short address, and read it back."""
        self._tried.add(address)
        for _ in range(ATTEMPTS):
            yield MayYield()
            yield self._commands.program(address)
            verified = yield from hear(self._commands.verify(address), lossy=self._take_care)
            if verified is Heard.SEVERAL:
                yield from self._take_back(search, random_address, address)
                return _Outcome.SAME_RANDOM_ADDRESS
            if verified is not Heard.NOBODY:
                present = yield from self._who_is_at(address)
                if present is Heard.SEVERAL:
                    # Somebody had it who was not heard before.
                    yield from self._take_back(search, random_address, address)
                    self._in_use.add(address)
                    self._take_care()
                    return _Outcome.ADDRESS_TAKEN
                if present is not Heard.NOBODY:
                    self.given[address] = random_address
                    return _Outcome.DONE
            search.doubt()
            yield from search.select(random_address)
        return _Outcome.NOBODY

    def _take_back(self, search: RandomSearch, random_address: int, address: int) -> Steps[None]:
        """Take the short address from those who are selected; raises AddressingFailedError."""
        for _ in range(_MOST_FAILURES):
            search.doubt()
            yield from search.select(random_address)
            yield self._commands.program(None)
            if (yield from hear(self._commands.verify(address))) is Heard.NOBODY:
                return
        raise AddressingFailedError(f"address {address} could not be taken back")
