"""What people do all day: from their habits, a day after the other, drawn by seed, name and date alone.

A day of who lives here lasts from waking to waking, a day of who comes from midnight to midnight. Each is drawn by a
generator of its own, so that any day can be drawn at any time and is the same.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
import random
from typing import Final
from zoneinfo import ZoneInfo

from .absence import Absences
from .floor_plan import FloorPlan
from .purposes import DRAW, SEDENTARY, STAY
from .specification import Habit, Person, Purpose, WorldSpecification
from .stays import AWAY, WIND_DOWN, Activity, Stay

_MINUTE: Final = 60.0
# In minutes after midnight: so a night lasts an hour or more, even that in which clocks are put forward.
EARLIEST_WAKING: Final = 4 * 60.0
LATEST_WAKING: Final = 20 * 60.0
SHORTEST_DAY: Final = 120.0
LATEST_BED: Final = 26 * 60.0
# Who comes leaves before midnight.
_LATEST_ARRIVAL: Final = 23 * 60.0
_LATEST_LEAVING: Final = 1425.0
_SHORTEST_STAY: Final = 15.0
_LONGEST_STAY: Final = 3 * 3600.0
# How likely somebody goes back to the desk after anything else, gets up in the night, and goes out for lunch.
_BACK_TO_DESK: Final = 0.9
_NIGHT_VISIT: Final = 0.3
_LUNCH: Final = 0.7


class PersonsDays:
    """The days of one person."""

    def __init__(
        self, world: WorldSpecification, person: Person, number: int, *, plan: FloorPlan, absences: Absences, seed: int
    ) -> None:
        self._person = person
        self._number = number
        self._plan = plan
        self._absences = absences
        self._seed = seed
        self._zone: ZoneInfo = world.timezone
        self._rooms = world.rooms
        self._entrance = plan.index[world.entrance]
        self._bed = plan.index[person.bed] if person.bed is not None else None
        self._desk = plan.index[person.desk] if person.desk is not None else None
        self._baths = [number for number, room in enumerate(world.rooms) if room.purpose is Purpose.BATH]
        taken = {one.bed for one in world.people} | {one.desk for one in world.people}
        self._draws = [
            person.rooms.get(room.name, 0.0 if room.name in taken - {person.bed, person.desk} else DRAW[room.purpose])
            for room in world.rooms
        ]

    def stays(self, start: float) -> Iterator[Stay]:
        """Yield the stays that end after a time, without end."""
        day = datetime.fromtimestamp(start, self._zone).date() - timedelta(days=2)
        while True:
            for stay in self._day(day):
                if stay.end > start:
                    yield stay
            day += timedelta(days=1)

    def _day(self, day: date) -> Iterator[Stay]:
        drawn = self._at_work(day) if self._bed is None else self._at_home(day, self._bed)
        late_from = self._times(day)[1] - WIND_DOWN if self._bed is not None else float("inf")
        for stay in drawn:
            if stay.end <= stay.start:
                continue
            if stay.start < late_from < stay.end and stay.activity is not Activity.ASLEEP:
                yield stay._replace(end=late_from)
                yield stay._replace(start=late_from, late=True)
            else:
                yield stay._replace(late=stay.start >= late_from)

    # The days of who lives here

    def _times(self, day: date) -> tuple[float, float]:
        """Return when somebody wakes and goes to bed."""
        habit = self._habit(day)
        if habit is None or habit.wake is None or habit.sleep is None:
            raise RuntimeError("who lives here has a habit for each weekday")
        chance = random.Random(f"sleep {self._seed} {self._person.name} {day.toordinal()}")
        wake = min(max(chance.gauss(habit.wake, habit.spread), EARLIEST_WAKING), LATEST_WAKING)
        sleep = min(max(chance.gauss(habit.sleep, habit.spread), wake + SHORTEST_DAY), LATEST_BED)
        return self._instant(day, wake), self._instant(day, sleep)

    def _at_home(self, day: date, bed: int) -> Iterator[Stay]:
        wake, sleep = self._times(day)
        waking = self._times(day + timedelta(days=1))[0]
        name = self._person.name
        chance = random.Random(f"day {self._seed} {name} {day.toordinal()}")
        back_today = self._absences.on_vacation(name, day - timedelta(days=1))
        walk = Walk(self._plan, self._number, chance, wake, AWAY if back_today else bed)
        if not back_today:
            # Nobody is out of the door before they are dressed.
            yield from walk.stay(wake + chance.uniform(60, 480), bed, Activity.BUSY)
        if self._absences.on_vacation(name, day):
            yield from walk.leave(waking)
            return
        ill = self._absences.ill(name, day)
        for leave, back in [] if ill else self._outings(day, chance):
            if leave > walk.time + 600 and back < sleep - 1800:
                yield from self._indoors(walk, leave, chance)
                yield from walk.leave(back)
        yield from self._indoors(walk, sleep - 900, chance, ill=ill)
        if self._baths:
            yield from walk.go(chance.choice(self._baths))
            yield from walk.stay(walk.time + chance.uniform(120, 420), walk.room, Activity.BUSY)
        yield from walk.go(bed)
        yield from walk.stay(max(sleep, walk.time + 120), bed, Activity.BUSY)
        if self._baths and chance.random() < _NIGHT_VISIT:
            up = chance.uniform(walk.time + 3600, waking - 1800)
            if walk.time < up < waking - 1200:
                yield from walk.stay(up, bed, Activity.ASLEEP)
                yield from walk.go(chance.choice(self._baths))
                yield from walk.stay(walk.time + chance.uniform(90, 240), walk.room, Activity.BUSY)
                yield from walk.go(bed)
        yield from walk.stay(waking, bed, Activity.ASLEEP)

    def _outings(self, day: date, chance: random.Random) -> list[tuple[float, float]]:
        habit = self._habit(day)
        if habit is None:
            return []
        found = []
        for usual_leave, usual_back in habit.away:
            leave, back = chance.gauss(usual_leave, habit.spread), chance.gauss(usual_back, habit.spread)
            if chance.random() < habit.chance and leave + 10 < back:
                found.append((self._instant(day, leave), self._instant(day, back)))
        return found

    # The days of who comes

    def _at_work(self, day: date) -> Iterator[Stay]:
        midnight, next_midnight = self._instant(day, 0), self._instant(day + timedelta(days=1), 0)
        number = self._number
        chance = random.Random(f"day {self._seed} {self._person.name} {day.toordinal()}")
        habit = self._habit(day)
        name = self._person.name
        absent = self._absences.on_vacation(name, day) or self._absences.ill(name, day)
        if habit is None or habit.hours is None or absent or chance.random() >= habit.chance:
            yield Stay(midnight, next_midnight, number, AWAY, Activity.WALKING)
            return
        arrive = min(max(5.0, chance.gauss(habit.hours[0], habit.spread)), _LATEST_ARRIVAL)
        leave = min(max(chance.gauss(habit.hours[1], habit.spread), arrive + 30), _LATEST_LEAVING)
        walk = Walk(self._plan, number, chance, midnight, AWAY)
        yield from walk.stay(self._instant(day, arrive), AWAY, Activity.WALKING)
        if arrive < 720 < leave - 60 and chance.random() < _LUNCH and leave - arrive > 240:
            out = chance.gauss(735, 15)
            yield from self._indoors(walk, self._instant(day, out), chance)
            yield from walk.leave(walk.time + max(600.0, chance.gauss(2100, 480)))
        yield from self._indoors(walk, self._instant(day, leave), chance)
        yield from walk.leave(next_midnight)

    # All

    def _indoors(self, walk: Walk, until: float, chance: random.Random, *, ill: bool = False) -> Iterator[Stay]:
        """Yield what somebody does until it is time to go."""
        while walk.time < until - 60:
            room = self._bed if ill and self._bed is not None and chance.random() < 0.5 else self._next(walk, chance)
            yield from walk.go(room)
            purpose = self._rooms[room].purpose
            mean = STAY[purpose] * _MINUTE * (2 if ill else 1)
            if purpose is Purpose.KITCHEN and self._desk is not None:
                mean /= 2
            length = min(_LONGEST_STAY, max(_SHORTEST_STAY, chance.expovariate(1 / mean)))
            activity = Activity.STILL if purpose in SEDENTARY else Activity.BUSY
            yield from walk.stay(min(walk.time + length, max(until, walk.time + _SHORTEST_STAY)), room, activity)

    def _next(self, walk: Walk, chance: random.Random) -> int:
        """Return the room where somebody goes next."""
        if self._desk is not None and walk.room != self._desk and chance.random() < _BACK_TO_DESK:
            return self._desk
        draws = [0.0 if number == walk.room else draw for number, draw in enumerate(self._draws)]
        if not any(draws):
            return walk.room if walk.room != AWAY else self._entrance
        return chance.choices(range(len(draws)), draws)[0]

    def _habit(self, day: date) -> Habit | None:
        return next((habit for habit in self._person.habits if day.weekday() in habit.days), None)

    def _instant(self, day: date, minutes: float) -> float:
        """Return a time of the local clock in seconds since 1970."""
        return local_instant(self._zone, day, minutes)


class Walk:
    """Where somebody is in the course of a day, and the stays on the way."""

    def __init__(self, plan: FloorPlan, person: int, chance: random.Random, time: float, room: int) -> None:
        self._plan = plan
        self._person = person
        self._chance = chance
        self.time = time
        self.room = room

    def go(self, room: int) -> Iterator[Stay]:
        """Walk to a room."""
        way = self._plan.way(self.room, room) if self.room != AWAY else self._plan.way_in(room)
        for between in way:
            length = self._plan.crossing[between] * self._chance.uniform(0.7, 1.5)
            yield from self.stay(self.time + length, between, Activity.WALKING)
        self.room = room

    def leave(self, until: float) -> Iterator[Stay]:
        """Go out through the entrance, and be away until a time."""
        if self.room != AWAY:
            entrance = self._plan.entrance
            yield from self.go(entrance)
            yield from self.stay(self.time + self._plan.crossing[entrance], entrance, Activity.WALKING)
        yield from self.stay(until, AWAY, Activity.WALKING)

    def stay(self, until: float, room: int, activity: Activity) -> Iterator[Stay]:
        """Be in a room until a time; when that is past already, not at all."""
        if until > self.time:
            yield Stay(self.time, until, self._person, room, activity)
            self.time = until
        self.room = room


def local_instant(zone: ZoneInfo, day: date, minutes: float) -> float:
    """Return what the local clock shows so many minutes after a day's midnight, in seconds since 1970."""
    whole = int(minutes)
    there = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=whole)
    return there.astimezone(UTC).timestamp() + (minutes - whole) * _MINUTE
