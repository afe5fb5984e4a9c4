"""The events that are not in the database yet: bounded, one per instant, source and signal, losses counted."""

from collections.abc import Callable, Iterable
from typing import Final

from .signals import Observation

# Ten minutes of a database that is away, at the 100 events a second of a busy building.
CAPACITY: Final = 60_000
# One flush: larger ones hold up the event loop while their parameters are built.
BATCH: Final = 500


class EventBuffer:
    """Keeps events until the database has said that it has them."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._events: dict[tuple[int, str, int], Observation] = {}
        self._taken: dict[tuple[int, str, int], Observation] = {}
        self.when_batch: Callable[[], None] | None = None
        """Called as soon as there is a whole batch to be taken."""
        self.dropped = 0
        """Events that were thrown away, oldest first, since there was no room."""

    def __len__(self) -> int:
        """Return how many events are not in the database."""
        return len(self._events) + len(self._taken)

    @property
    def has_batch(self) -> bool:
        """Tell whether there is a whole batch to be taken."""
        return len(self._events) >= BATCH

    @property
    def fill(self) -> float:
        """Return how full it is, 0 to 1."""
        return len(self) / self._capacity

    @property
    def waiting(self) -> list[Observation]:
        """Return all that the database has not said that it has, oldest first."""
        return [*self._taken.values(), *self._events.values()]

    def add(self, event: Observation) -> None:
        """Keep an event; a later value of the same instant, source and signal takes its place."""
        self._events.pop(event.key, None)
        self._events[event.key] = event
        while len(self) > self._capacity and self._events:
            del self._events[next(iter(self._events))]
            self.dropped += 1
        if self.has_batch and len(self._events) % BATCH == 0 and self.when_batch is not None:
            self.when_batch()

    def extend(self, events: Iterable[Observation]) -> None:
        """Keep events."""
        for event in events:
            self.add(event)

    def take(self, most: int = BATCH) -> list[Observation]:
        """Return the oldest events to be written; they are kept until `acknowledge` or `give_back`."""
        if self._taken:
            raise RuntimeError("a batch is being written")
        for key in list(self._events)[:most]:
            self._taken[key] = self._events.pop(key)
        return list(self._taken.values())

    def acknowledge(self) -> None:
        """Forget the batch that was taken: the database has it."""
        self._taken.clear()

    def give_back(self) -> None:
        """Keep the batch that was taken for another try; what came meanwhile is newer."""
        self._events = self._taken | self._events
        self._taken = {}
        while len(self) > self._capacity:
            del self._events[next(iter(self._events))]
            self.dropped += 1
