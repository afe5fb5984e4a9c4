"""The fewest addresses that together reach all gear that have to be reached.

Sets of gear are the bits of an integer. One address of its own reaches one gear, as cheap as a group does: where a
group may be used at all, it is never dearer than single frames, so that only groups have to be chosen among.
"""

from collections.abc import Sequence
from typing import Final

# Sixteen groups need some hundred looks at most; this holds whatever comes, in a few milliseconds. What was found until
# then is no dearer than single frames.
_MOST_LOOKS: Final = 1000


def cover(sets: Sequence[int], wanted: int) -> list[int]:
    """Return the numbers of the fewest sets that cover all of `wanted` that any set covers.

    Sets that cover less than two of it are left out: single frames are as cheap. Exact within the bound of looks.
    """
    useful: dict[int, int] = {}
    for number, members in enumerate(sets):
        covered = members & wanted
        if covered.bit_count() > 1:
            useful.setdefault(covered, number)
    best = [covered for covered in useful if not any(covered != other and covered & ~other == 0 for other in useful)]
    chosen = _Search(best).run()
    return sorted(useful[best[number]] for number in chosen)


class _Search:
    """Branch and bound over the sets that cover the element with the fewest choices."""

    def __init__(self, sets: Sequence[int]) -> None:
        self._sets = sets
        choices: dict[int, int] = {}
        for number, members in enumerate(sets):
            rest = members
            while rest:
                lowest = rest & -rest
                choices[lowest] = choices.get(lowest, 0) | 1 << number
                rest ^= lowest
        # Elements are known by the sets that cover them; who covers one with fewer choices covers the other as well.
        kinds = sorted(set(choices.values()), key=lambda kind: (kind.bit_count(), kind))
        self._kinds: list[int] = []
        for kind in kinds:
            if not any(fewer & ~kind == 0 for fewer in self._kinds):
                self._kinds.append(kind)
        self._covers = [
            sum(1 << place for place, kind in enumerate(self._kinds) if kind >> number & 1)
            for number in range(len(sets))
        ]
        self._best: list[int] = []
        self._looks = 0

    def run(self) -> list[int]:
        """Return the numbers of the chosen sets."""
        everything = (1 << len(self._kinds)) - 1
        self._best = self._greedy(everything)
        self._look(everything, (1 << len(self._sets)) - 1, [])
        return self._best

    def _greedy(self, missing: int) -> list[int]:
        chosen: list[int] = []
        while missing:
            number = max(range(len(self._sets)), key=lambda one: (self._covers[one] & missing).bit_count())
            chosen.append(number)
            missing &= ~self._covers[number]
        return chosen

    def _look(self, missing: int, allowed: int, chosen: list[int]) -> None:
        """Look for less than the best: `allowed` are the sets that nothing was found out about yet."""
        if not missing:
            if len(chosen) < len(self._best):
                self._best = list(chosen)
            return
        self._looks += 1
        gains = {
            number: (covers & missing).bit_count()
            for number, covers in enumerate(self._covers)
            if allowed >> number & 1
        }
        if not gains or self._looks > _MOST_LOOKS:
            return
        most = max(gains.values())
        if not most or len(chosen) - (-missing.bit_count() // most) >= len(self._best):
            return
        # Kinds stand by their number of choices: the lowest missing one has the fewest.
        kind = self._kinds[(missing & -missing).bit_length() - 1]
        for number in sorted((number for number in gains if kind >> number & 1), key=lambda one: -gains[one]):
            self._look(missing & ~self._covers[number], allowed, [*chosen, number])
            # All that has this one was looked at.
            allowed &= ~(1 << number)
