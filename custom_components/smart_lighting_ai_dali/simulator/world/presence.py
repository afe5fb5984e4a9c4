"""Who is where: the stays of all people in the order of time, and a look ahead for an oracle.

It depends on the world and the seed alone. Whoever plays the same seed again meets the same people, whatever the light
did; so baselines, an oracle and any controller can be compared on one trace.
"""

from bisect import bisect_right
from collections.abc import Iterator
from heapq import merge
from operator import attrgetter
from typing import Final

from .absence import Absences
from .floor_plan import FloorPlan
from .habits import PersonsDays
from .specification import WorldSpecification
from .stays import AWAY, Activity, Stay
from .visits import VisitorsDays

_AHEAD: Final = 2 * 86_400.0


class Presence:
    """The people of a world by number: first those who live or work there, then visitors."""

    def __init__(self, world: WorldSpecification, *, seed: int, start: float) -> None:
        self.plan = FloorPlan(world.rooms, world.entrance)
        absences = Absences(world.absence, seed)
        self._start = start
        self._days: list[PersonsDays | VisitorsDays] = [
            PersonsDays(world, person, number, plan=self.plan, absences=absences, seed=seed)
            for number, person in enumerate(world.people)
        ]
        self.names = [person.name for person in world.people]
        for visitors in world.visitors:
            for who in range(visitors.people):
                number = len(self._days)
                self._days.append(
                    VisitorsDays(world, visitors, number, who=who, plan=self.plan, absences=absences, seed=seed)
                )
                self.names.append(f"{visitors.name} {who + 1}")

    def stays(self) -> Iterator[Stay]:
        """Yield all stays that end after the start, in the order in which they begin, without end."""
        return merge(*(days.stays(self._start) for days in self._days), key=attrgetter("start"))


class Foresight:
    """When each room will have somebody in it who is awake; for an oracle.

    Questions go forward in time: what ended before the last one is forgotten.
    """

    def __init__(self, world: WorldSpecification, *, seed: int, start: float) -> None:
        presence = Presence(world, seed=seed, start=start)
        self._index = presence.plan.index
        self._stays = presence.stays()
        self._known_until = start
        self._times: list[list[tuple[float, float]]] = [[] for _ in world.rooms]

    def occupied(self, room: str, time: float) -> bool:
        """Return whether somebody is awake in a room."""
        following = self.next_presence(room, time, within=0)
        return following is not None and following[0] <= time

    def next_presence(self, room: str, time: float, *, within: float = _AHEAD) -> tuple[float, float] | None:
        """Return from when to when somebody is in a room, now or next; None where nobody is for that many seconds."""
        self._look_ahead(time + within)
        times = self._times[self._index[room]]
        del times[: bisect_right(times, time, key=lambda one: one[1])]
        return times[0] if times and times[0][0] <= time + within else None

    def _look_ahead(self, until: float) -> None:
        while self._known_until <= until:
            stay = next(self._stays)
            self._known_until = stay.start
            if stay.room == AWAY or stay.activity is Activity.ASLEEP:
                continue
            times = self._times[stay.room]
            if times and stay.start <= times[-1][1]:
                times[-1] = (times[-1][0], max(times[-1][1], stay.end))
            else:
                times.append((stay.start, stay.end))
