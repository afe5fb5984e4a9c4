"""The world itself: it plays people, sky and sensors forward, event by event, and does what a controller says."""

from bisect import bisect_right
from collections import deque
from datetime import datetime, timedelta
from math import inf, isfinite
import random
from typing import Final, Protocol

from .annoyance import Annoyance
from .clouds import Clouds
from .events import Choice, Daylight, Event, Override, Weather
from .habits import local_instant
from .light_sensors import LightSensorState
from .motion import MotionSensorState
from .presence import Presence
from .purposes import PART_HOURS, part_of_day
from .rooms import LightChange, RoomState, Truth
from .specification import DayPart, WorldSpecification
from .stays import AWAY, Activity, Stay
from .sun import DARK, SunPosition, outdoor_illuminance, sun_position
from .timeline import Timeline

# How often the sky is looked at, in seconds, and which change of it matters indoors.
_SKY: Final = 120.0
_NIGHT_SKY: Final = 600.0
_SEEN: Final = 0.02
_WEATHER: Final = 1800.0
_FORECAST_ERROR: Final = 8.0
_HAND_FADE: Final = 0.7
# Who comes in makes more than one step there, in seconds after the first.
_STEPS_IN: Final = (0.8, 1.7)
# Median and logarithm's deviation of the gaps between movements, in seconds; those who sit are as the place is.
_GAPS: Final = {Activity.WALKING: (2.0, 0.5), Activity.BUSY: (12.0, 0.8), Activity.ASLEEP: (2400.0, 1.2)}


class Watcher(Protocol):
    """Who wants to know of a world, such as a meter."""

    def before_change(self, room: RoomState, time: float) -> None:
        """Know that until now the room was as it is, or fading, since the last time."""

    def light_set(self, change: LightChange) -> None:
        """Know that the light of a room was set."""


class World:
    """A world from a start on; `set_light` is a controller's hand, `next_event` its eyes, `truth` is for judges."""

    def __init__(self, specification: WorldSpecification, *, seed: int, start: datetime) -> None:
        """`start` needs a time zone."""
        self.specification = specification
        self._timeline = Timeline(start.timestamp())
        now = self._timeline.now
        self._events: deque[Event] = deque()
        self._presence = Presence(specification, seed=seed, start=now)
        self.names = self._presence.names
        self._seed = seed
        self._watchers: list[Watcher] = []
        self.rooms = [RoomState(room, number) for number, room in enumerate(specification.rooms)]
        self._by_name = {room.name: room for room in self.rooms}
        for room in self.rooms:
            for name, part in room.specification.lamps.spill.items():
                other = self._by_name[name]
                room.lit.append(other)
                other.sources.append((room, part * room.full_lux))
        visitors = [one for group in specification.visitors for one in [group] * group.people]
        self._tastes = [one.taste for one in specification.people] + [one.taste for one in visitors]
        tempers = [one.temper for one in specification.people] + [1.0] * len(visitors)
        self._annoyances = [
            Annoyance(room, timeline=self._timeline, act=self._override, tempers=tempers, seed=seed)
            for room in self.rooms
        ]
        self._motion = [
            [
                MotionSensorState(one, room.name, timeline=self._timeline, tell=self._events.append, seed=seed)
                for one in room.specification.motion
            ]
            for room in self.rooms
        ]
        self._light = [
            [
                LightSensorState(one, room, timeline=self._timeline, tell=self._events.append, seed=seed)
                for one in room.specification.light
            ]
            for room in self.rooms
        ]
        self._begin(now)

    def _begin(self, now: float) -> None:
        self._clouds = Clouds(self.specification.climate, self.specification.latitude, seed=self._seed, start=now)
        self._forecast = random.Random(f"weather {self._seed}")
        self._outdoor = -1.0
        self.sun = SunPosition(-90, 0)
        """Where the sun is, as of the last look at the sky."""
        self._risen: bool | None = None
        self._movements = [random.Random(f"movements {self._seed} {name}") for name in self.names]
        self._where: list[Stay | None] = [None] * len(self.names)
        self._stays = self._presence.stays()
        self._coming = next(self._stays)
        self._new_part()
        self._look_at_sky()
        self._tell_weather()
        self._timeline.call_at(self._coming.start, self._move)
        # Who is there already comes in now.
        while self._timeline.next <= now:
            self._timeline.step()

    # For who drives a controller

    @property
    def now(self) -> float:
        """Return the time in seconds since 1970."""
        return self._timeline.now

    def next_event(self, until: float) -> Event | None:
        """Return the next event up to a time; None when there is none, and then it is that time."""
        timeline, events = self._timeline, self._events
        while not events:
            if timeline.next > until:
                timeline.now = max(timeline.now, until)
                return None
            timeline.step()
        return events.popleft()

    def set_light(self, room: str, output: float, *, kelvin: int | None = None, fade: float = 0.7) -> None:
        """Set the light of a room: a part of full light (0 is off), a colour temperature, in so many seconds.

        What lamps can't do they do as far as they can; raises KeyError where there is no such room, and ValueError for
        what is no number.
        """
        if not isfinite(output) or not 0 <= fade < inf:
            raise ValueError(f"{output} in {fade} s is no light")
        self._set(self._by_name[room], output, kelvin, fade, None)

    def level(self, room: str) -> tuple[float, int]:
        """Return the output where the light of a room is going to, and its colour temperature in kelvin."""
        lamp = self._by_name[room].lamp
        return lamp.output, lamp.kelvin

    # For judges

    def truth(self, room: str) -> Truth:
        """Return what is so in a room."""
        return self._by_name[room].truth(self._timeline.now, self.names)

    def full_lux(self, room: str) -> float:
        """Return the lux on the task of a room at full light, by its own lamps."""
        return self._by_name[room].full_lux

    @property
    def part(self) -> DayPart:
        """Return the part of the day by the local clock."""
        return self._part

    @property
    def sky(self) -> tuple[float, float]:
        """Return the cover in percent and the lux outside, as of the last look at the sky."""
        return self._clouds.cover(self._timeline.now), max(0.0, self._outdoor)

    def watch(self, watcher: Watcher) -> None:
        """Let somebody know of all changes from now on."""
        self._watchers.append(watcher)

    # Light

    def _set(self, room: RoomState, output: float, kelvin: int | None, fade: float, override: Override | None) -> None:
        now, lamp, lamps = self._timeline.now, room.lamp, room.specification.lamps
        output = 0.0 if output <= 0 else max(lamps.minimum, min(1.0, output))
        white = lamp.kelvin if kelvin is None else max(lamps.kelvin[0], min(lamps.kelvin[1], round(kelvin)))
        if output == lamp.output and white == lamp.kelvin:
            return
        affected = (room, *room.lit)
        self._before(affected)
        target_before, lux_before = lamp.output, room.lux(now)
        lamp.fade(now, output, fade)
        lamp.kelvin = white
        if override is None and target_before > 0 and output == 0:
            self._annoyances[room.number].went_dark()
        change = LightChange(room, now, lux_before, target_before, fade, override)
        for watcher in self._watchers:
            watcher.light_set(change)
        if fade > 0:
            self._timeline.call_at(now + fade, lambda: self._after_fade(affected))
        self._after(affected)

    def _after_fade(self, affected: tuple[RoomState, ...]) -> None:
        self._before(affected)
        for room in affected:
            for sensor in self._light[room.number]:
                sensor.look()

    def _override(self, room: RoomState, who: int, choice: Choice, output: float) -> None:
        kelvin = room.wanted_kelvin if choice is Choice.COLOUR else None
        warmest, coolest = room.specification.lamps.kelvin
        white = room.lamp.kelvin if kelvin is None else max(warmest, min(coolest, kelvin))
        event = Override(self._timeline.now, room.name, self.names[who], choice, output, white)
        self._set(room, output, kelvin, _HAND_FADE, event)
        self._events.append(event)

    def _before(self, rooms: tuple[RoomState, ...] | list[RoomState]) -> None:
        now = self._timeline.now
        for watcher in self._watchers:
            for room in rooms:
                watcher.before_change(room, now)

    def _after(self, rooms: tuple[RoomState, ...] | list[RoomState]) -> None:
        for room in rooms:
            self._annoyances[room.number].look()
            for sensor in self._light[room.number]:
                sensor.look()

    # People

    def _move(self) -> None:
        stay = self._coming
        self._coming = next(self._stays)
        self._timeline.call_at(self._coming.start, self._move)
        last = self._where[stay.person]
        changed = [self.rooms[one.room] for one in (last, stay) if one is not None and one.room != AWAY]
        self._before(changed)
        if last is not None and last.room != AWAY:
            del self.rooms[last.room].stays[stay.person]
        self._where[stay.person] = stay
        if stay.room != AWAY:
            room = self.rooms[stay.room]
            room.stays[stay.person] = stay
            woke = last is not None and last.activity is Activity.ASLEEP
            # Whoever wakes up is new to the light, too.
            if last is None or last.room != stay.room or woke:
                room.entered = self._timeline.now
            if woke:
                room.woke = self._timeline.now
            if stay.activity is Activity.ASLEEP:
                room.fell_asleep = self._timeline.now
            self._movement(stay)
            if last is None or last.room != stay.room:
                for seconds in _STEPS_IN:
                    self._timeline.call_at(self._timeline.now + seconds, lambda: self._step_in(stay))
        for room in changed:
            room.count(self.specification.people, self._tastes, self._part)
            self._annoyances[room.number].look()

    def _step_in(self, stay: Stay) -> None:
        """Make another step into a room."""
        if self._where[stay.person] is stay:
            for sensor in self._motion[stay.room]:
                sensor.movement(small=False)

    def _movement(self, stay: Stay) -> None:
        """Move once, and again after a while, as long as the stay lasts."""
        if self._where[stay.person] is not stay:
            return
        small = stay.activity is Activity.STILL and self._timeline.now > stay.start
        for sensor in self._motion[stay.room]:
            sensor.movement(small=small)
        if stay.activity is Activity.STILL:
            median, sigma = self.specification.still_gap, self.specification.still_sigma
        else:
            median, sigma = _GAPS[stay.activity]
        again = self._timeline.now + median * self._movements[stay.person].lognormvariate(0, sigma)
        if again < stay.end:
            self._timeline.call_at(again, lambda: self._movement(stay))

    def _new_part(self) -> None:
        """Begin a part of the day: people want another light."""
        there = datetime.fromtimestamp(self._timeline.now, self.specification.timezone)
        self._part = part_of_day(there.hour)
        self._before(self.rooms)
        for room in self.rooms:
            room.count(self.specification.people, self._tastes, self._part)
            self._annoyances[room.number].look()
        number = bisect_right(PART_HOURS, there.hour)
        day = there.date() + timedelta(days=number // len(PART_HOURS))
        following = local_instant(self.specification.timezone, day, PART_HOURS[number % len(PART_HOURS)] * 60)
        self._timeline.call_at(following, self._new_part)

    # Sky

    def _look_at_sky(self) -> None:
        now, place = self._timeline.now, self.specification
        self.sun = sun_position(now, place.latitude, place.longitude)
        elevation, azimuth = self.sun
        dark = elevation < DARK
        self._timeline.call_at(now + (_NIGHT_SKY if dark else _SKY), self._look_at_sky)
        # By refraction and its size, it is seen from here on.
        if (risen := elevation > -0.833) is not self._risen:
            if self._risen is not None:
                self._events.append(Daylight(now, risen))
            self._risen = risen
        cloud = self._clouds.cover(now)
        outdoor = outdoor_illuminance(elevation, cloud)
        if abs(outdoor - self._outdoor) <= _SEEN * self._outdoor:
            return
        self._outdoor = outdoor
        for room in self.rooms:
            lux = room.glazing.lux(outdoor, elevation, azimuth, cloud)
            if lux == room.daylight:
                continue
            if room.stays:
                self._before([room])
            room.daylight = lux
            if room.stays:
                self._annoyances[room.number].look()
            for sensor in self._light[room.number]:
                sensor.look()

    def _tell_weather(self) -> None:
        now = self._timeline.now
        told = self._clouds.cover(now) + self._forecast.gauss(0, _FORECAST_ERROR)
        self._events.append(Weather(now, round(max(0.0, min(100.0, told)))))
        self._timeline.call_at(now + _WEATHER, self._tell_weather)
