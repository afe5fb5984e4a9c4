"""Find random addresses, from the lowest up, in few frames (IEC 62386-102, 9.14).

Whoever listens answers COMPARE when their random address is at most the search address. A wrong silence or a wrong
answer leads the search to where nobody is: that is found out by asking whoever is selected, and it begins again.
"""

from typing import Final

from .addressing import Addressing
from .sequences import Steps
from .transactions import MayYield

HIGHEST: Final = 0xFFFFFF
_BYTES: Final = (16, 8, 0)
# A gap between random addresses is shorter than this part of the mean one in half of the cases (ln 2).
_HALF: Final = 0.69


class RandomSearch:
    """The search among those who listen, since they took their random addresses."""

    def __init__(self, commands: Addressing, *, patience: int = 1) -> None:
        self.patience = patience
        """How often a question is asked before silence is believed: more than once only on a bad cable."""
        self._commands = commands
        self._sent: list[int | None] = [None, None, None]
        self._lowest = 0
        self._found = 0

    @property
    def searched(self) -> float:
        """Return which part of all random addresses is done, 0 to 1."""
        return self._lowest / (HIGHEST + 1)

    def find(self) -> Steps[int | None]:
        """Return the lowest random address that is left, as far as was heard; None where nobody answers."""
        high = yield from self._find_ceiling()
        if high is None:
            return None
        low = self._lowest
        while low < high:
            # Bit by bit: of the three bytes of the search address, mostly one is another each time.
            bit = (low ^ high).bit_length() - 1
            middle = (high >> bit << bit) - 1
            if (yield from self._answers(middle)):
                high = middle
            else:
                low = middle + 1
        return low

    def is_anyone_left(self) -> Steps[bool]:
        """Ask again whether anyone is left, with all of the search address: a part of it may have got lost."""
        self.doubt()
        return (yield from self._answers(HIGHEST))

    def select(self, random_address: int) -> Steps[None]:
        """Make a random address the search address, with the bytes that are others."""
        for place, shift in enumerate(_BYTES):
            byte = random_address >> shift & 0xFF
            if self._sent[place] != byte:
                yield self._commands.search[place](byte)
                self._sent[place] = byte

    def doubt(self) -> None:
        """Send all of the search address the next time: a part of it may have got lost."""
        self._sent = [None, None, None]

    def settle(self, random_address: int) -> None:
        """Take note that whoever has a random address was withdrawn, and go on above it."""
        self._lowest = random_address + 1
        self._found += 1

    def restart(self) -> None:
        """Begin at the bottom: what was heard was wrong."""
        self._lowest = 0
        self._found = 0
        self.doubt()

    def _find_ceiling(self) -> Steps[int | None]:
        """Return a search address below which someone is, not far above where the search is; None where nobody is."""
        low = self._lowest
        # One says little of how many there are: mostly it is the only one.
        step = int(_HALF * low / self._found) if self._found > 1 else HIGHEST
        while low <= HIGHEST:
            # A round number: its low bytes stay what they are while the search goes on below it.
            round_bits = max(0, step.bit_length() - 2)
            ceiling = min(HIGHEST, low + step | (1 << round_bits) - 1)
            if (yield from self._answers(ceiling)):
                self._lowest = low
                return ceiling
            low = ceiling + 1
            step = 2 * step + 1
        return None

    def _answers(self, search_address: int) -> Steps[bool]:
        """Ask whether anyone's random address is at most this; several who answer at once count as well."""
        for attempt in range(self.patience):
            if attempt:
                self.doubt()
            yield MayYield()
            yield from self.select(search_address)
            if (yield self._commands.compare).raw_value is not None:
                return True
        return False
