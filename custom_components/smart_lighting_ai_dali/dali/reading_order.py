"""Who is read next: whoever is due first, and everyone in turn."""

from collections.abc import Iterable, Mapping


def first_due(due: Mapping[str, float], otherwise: float) -> tuple[str | None, float]:
    """Return what is due first and when; where nothing is, `otherwise`."""
    return min(due.items(), key=lambda item: item[1], default=(None, otherwise))


class InTurn:
    """Goes round those that there are, in the order of their keys, whoever comes or goes."""

    def __init__(self) -> None:
        self._turn = 0

    def next(self, keys: Iterable[str]) -> str | None:
        """Return whose turn it is; None where there is nobody."""
        ordered = sorted(keys)
        self._turn += 1
        return ordered[self._turn % len(ordered)] if ordered else None
