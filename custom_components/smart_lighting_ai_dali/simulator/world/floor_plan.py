"""Which way people walk: from room to room through doors."""

from collections import deque
from math import sqrt

from .specification import Room


class FloorPlan:
    """Rooms by their index, the shortest ways between them, and how long it takes to cross one."""

    def __init__(self, rooms: tuple[Room, ...], entrance: str) -> None:
        self.index = {room.name: number for number, room in enumerate(rooms)}
        self.entrance = self.index[entrance]
        self._beside: list[set[int]] = [set() for _ in rooms]
        for number, room in enumerate(rooms):
            for door in room.doors:
                self._beside[number].add(self.index[door])
                self._beside[self.index[door]].add(number)
        # A step a second, and one to open the door.
        self.crossing = tuple(1.5 + sqrt(room.area) for room in rooms)
        self._ways: dict[tuple[int, int], tuple[int, ...]] = {}

    def way(self, start: int, end: int) -> tuple[int, ...]:
        """Return the rooms between two rooms, without these."""
        known = self._ways.get((start, end))
        if known is None:
            known = self._ways[start, end] = self._search(start, end)
        return known

    def way_in(self, room: int) -> tuple[int, ...]:
        """Return the rooms that somebody who comes in crosses before one."""
        return () if room == self.entrance else (self.entrance, *self.way(self.entrance, room))

    def _search(self, start: int, end: int) -> tuple[int, ...]:
        came_from = {start: start}
        edge = deque([start])
        while edge:
            here = edge.popleft()
            for door in sorted(self._beside[here]):
                if door not in came_from:
                    came_from[door] = here
                    edge.append(door)
        way = []
        here = end
        while (here := came_from[here]) != start:
            way.append(here)
        return tuple(reversed(way)) if start != end else ()
