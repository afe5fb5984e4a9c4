"""A room while the world runs: its lamps and their fades, its daylight, and who is in it."""

from dataclasses import dataclass

from .events import Override
from .light import Glazing, full_lux, power
from .purposes import NIGHT_PATH, share_of_day, usual_kelvin
from .specification import DayPart, Person, Room
from .stays import Activity, Stay


class Lamp:
    """The light of a room's lamps: a part of full light, which changes evenly in time while a fade runs."""

    __slots__ = ("_begin", "_from", "end", "kelvin", "output")

    def __init__(self, kelvin: int) -> None:
        self.output = 0.0
        """Where a fade leads to."""
        self.kelvin = kelvin
        self._from = 0.0
        self._begin = self.end = 0.0

    def fade(self, time: float, output: float, seconds: float) -> None:
        """Begin to go to another output."""
        self._from = self.at(time)
        self.output = output
        self._begin, self.end = time, time + seconds

    def at(self, time: float) -> float:
        """Return the output at a time since the last fade began."""
        if time >= self.end:
            return self.output
        return self._from + (self.output - self._from) * (time - self._begin) / (self.end - self._begin)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is so in a room; no controller may know it."""

    occupied: bool
    """Somebody is in it who is awake."""
    sleeping: bool
    people: tuple[str, ...]
    target_lux: float | None
    """What the one of them who wants most light wants; None where nobody wants any."""
    target_kelvin: int | None
    lux: float
    """On the task."""
    daylight: float
    spill: float
    """What other rooms' lamps add, in lux."""
    output: float
    kelvin: int
    needed: float | None
    """The output that gives what is wanted beside the daylight."""


@dataclass(frozen=True, slots=True)
class LightChange:
    """The light of a room was set; its lamp is on the way already."""

    room: RoomState
    time: float
    lux_before: float
    target_before: float
    """The output to which the light was on the way before."""
    fade: float
    override: Override | None
    """What a person did; None where it was a controller."""


class RoomState:
    """One room; what is in it changes by the world's hand only."""

    def __init__(self, specification: Room, number: int) -> None:
        self.specification = specification
        self.number = number
        self.name = specification.name
        self.glazing = Glazing(specification)
        self.full_lux = full_lux(specification)
        self.lamp = Lamp(specification.lamps.kelvin[0])
        self.daylight = 0.0
        self.sources: list[tuple[RoomState, float]] = []
        """Other rooms whose lamps shine in here, with the lux at their full light."""
        self.lit: list[RoomState] = []
        """Other rooms that these lamps shine into."""
        self.stays: dict[int, Stay] = {}
        self.awake = 0
        self.asleep = 0
        self.late = False
        """Somebody awake is within three hours of going to bed."""
        self.entered = 0.0
        """When somebody came in last."""
        self.fell_asleep = -1e9
        """When somebody went to sleep here last."""
        self.woke = -1e9
        """When somebody woke up here last."""
        self.wanted = 0.0
        """The lux of who wants most; 0 where nobody is awake."""
        self.wanted_kelvin = 0
        self.wanting = -1
        """The number of who wants most."""

    def spill(self, time: float) -> float:
        """Return what other rooms' lamps add, in lux."""
        return sum([source.lamp.at(time) * lux for source, lux in self.sources])

    def lux(self, time: float) -> float:
        """Return the illuminance on the task."""
        lux = self.daylight + self.full_lux * self.lamp.at(time)
        return lux + self.spill(time) if self.sources else lux

    def settled_lux(self) -> float:
        """Return the illuminance on the task once all fades have ended."""
        lux = self.daylight + self.full_lux * self.lamp.output
        return lux + sum([source.lamp.output * lux for source, lux in self.sources])

    def needed(self) -> float:
        """Return the output that gives what is wanted beside the daylight (0 to 1)."""
        return max(0.0, min(1.0, (self.wanted - self.daylight) / self.full_lux))

    def watts(self, output: float) -> float:
        """Return the power of the lamps at an output."""
        return power(self.specification.lamps, output)

    def count(self, people: tuple[Person, ...], tastes: list[float], part: DayPart) -> None:
        """Count who is here, and find what they want."""
        self.awake = self.asleep = 0
        self.wanted, self.wanted_kelvin, self.wanting = 0.0, 0, -1
        self.late = False
        for number, stay in self.stays.items():
            if stay.activity is Activity.ASLEEP:
                self.asleep += 1
                continue
            self.awake += 1
            self.late |= stay.late
            lux = self._wish(people[number] if number < len(people) else None, tastes[number], part)
            if lux > self.wanted:
                self.wanted, self.wanting = lux, number
                own = people[number].kelvin if number < len(people) else {}
                self.wanted_kelvin = own.get(part, usual_kelvin(part))
        if self.asleep and self.wanted:
            self.wanted = min(self.wanted, NIGHT_PATH)

    def _wish(self, person: Person | None, taste: float, part: DayPart) -> float:
        room = self.specification
        if person is None:
            return room.lux * taste * share_of_day(room.purpose, part)
        lux = person.lux.get(room.name, room.lux * taste)
        return lux * person.parts.get(part, share_of_day(room.purpose, part))

    def truth(self, time: float, names: list[str]) -> Truth:
        """Return what is so."""
        awake = self.awake > 0
        return Truth(
            occupied=awake,
            sleeping=self.asleep > 0,
            people=tuple(names[number] for number in self.stays),
            target_lux=self.wanted if awake else None,
            target_kelvin=self.wanted_kelvin if awake else None,
            lux=self.lux(time),
            daylight=self.daylight,
            spill=self.spill(time),
            output=self.lamp.at(time),
            kelvin=self.lamp.kelvin,
            needed=self.needed() if awake else None,
        )
