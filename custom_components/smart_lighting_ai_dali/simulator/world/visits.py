"""Visitors: who comes now and then, drawn by seed, name and date alone."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
import random
from typing import Final

from .absence import Absences
from .floor_plan import FloorPlan
from .habits import Walk, local_instant
from .purposes import SEDENTARY
from .specification import Purpose, Visitors, WorldSpecification
from .stays import AWAY, Activity, Stay

_WEEKS_A_MONTH: Final = 4.35
_LATEST_ARRIVAL: Final = 23 * 60.0
_MEAN_STAY: Final = 2700.0


class VisitorsDays:
    """The days of one of a group of visitors."""

    def __init__(
        self,
        world: WorldSpecification,
        visitors: Visitors,
        number: int,
        *,
        who: int,
        plan: FloorPlan,
        absences: Absences,
        seed: int,
    ) -> None:
        self._visitors = visitors
        self._number = number
        self._who = who
        self._plan = plan
        self._absences = absences
        self._seed = seed
        self._zone = world.timezone
        self._room = plan.index[visitors.room]
        sits = world.rooms[self._room].purpose in SEDENTARY
        self._activity = Activity.STILL if sits else Activity.BUSY
        self._baths = [number for number, room in enumerate(world.rooms) if room.purpose is Purpose.BATH]

    def stays(self, start: float) -> Iterator[Stay]:
        """Yield the stays that end after a time, without end."""
        day = datetime.fromtimestamp(start, self._zone).date() - timedelta(days=1)
        while True:
            for stay in self._day(day):
                if stay.end > start:
                    yield stay
            day += timedelta(days=1)

    def _day(self, day: date) -> Iterator[Stay]:
        visitors = self._visitors
        midnight = local_instant(self._zone, day, 0)
        after = local_instant(self._zone, day + timedelta(days=1), 0)
        # All of a group come on the same day, at about the same time.
        together = random.Random(f"visit {self._seed} {visitors.name} {day.toordinal()}")
        comes = together.random() < visitors.monthly / (len(visitors.days) * _WEEKS_A_MONTH)
        arrive, leave = together.gauss(visitors.arrive, 15), together.gauss(visitors.hours * 60, 25)
        if not comes or day.weekday() not in visitors.days or self._absences.on_vacation("all", day):
            yield Stay(midnight, after, self._number, AWAY, Activity.WALKING)
            return
        chance = random.Random(f"visitor {self._seed} {visitors.name} {self._who} {day.toordinal()}")
        walk = Walk(self._plan, self._number, chance, midnight, AWAY)
        begin = local_instant(self._zone, day, min(max(1.0, arrive), _LATEST_ARRIVAL) + 0.1 * self._who)
        end = min(begin + max(10.0, leave) * 60, after - 300)
        yield from walk.stay(begin, AWAY, Activity.WALKING)
        while walk.time < end - 60:
            yield from walk.go(self._room)
            yield from walk.stay(min(end, walk.time + chance.expovariate(1 / _MEAN_STAY)), self._room, self._activity)
            if self._baths and walk.time < end - 600:
                yield from walk.go(chance.choice(self._baths))
                yield from walk.stay(walk.time + chance.uniform(90, 300), walk.room, Activity.BUSY)
        yield from walk.leave(after)
