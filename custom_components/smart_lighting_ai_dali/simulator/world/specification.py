"""What a world is made of, as its file says it; sizes in metres and square metres, angles and bearings in degrees."""

from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo


class Purpose(StrEnum):
    """What a room is for; it decides how bright people want it and how long they stay."""

    LIVING = "living"
    KITCHEN = "kitchen"
    OFFICE = "office"
    MEETING = "meeting"
    CORRIDOR = "corridor"
    BATH = "bath"
    BEDROOM = "bedroom"
    STAIRS = "stairs"


class DayPart(StrEnum):
    """A part of the day, by the clock on the wall."""

    MORNING = "morning"
    DAY = "day"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Glass in a wall that faces a bearing (0 north, 90 east)."""

    area: float
    facing: float
    transmittance: float = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Surfaces:
    """Which part of the light ceiling, walls and floor give back, 0 to 1."""

    ceiling: float = 0.7
    walls: float = 0.5
    floor: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamps:
    """The luminaires of a room, dimmed together; flux and power are of one."""

    count: int
    lumens: float
    watts: float
    kelvin: tuple[int, int] = (4000, 4000)
    """The warmest and the coolest white."""
    minimum: float = 0.001
    """The least light, as a part of all of it."""
    spill: dict[str, float] = field(default_factory=dict)
    """By room: the part of this room's illuminance that gets there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MotionSensor:
    """A passive infrared sensor."""

    name: str
    coverage: float = 0.9
    """The part of all movements that it sees."""
    hold: float = 30.0
    """How long it stays on after the last movement that it saw, in seconds."""
    delay: float = 0.2
    """How late a change is told, in seconds."""
    still: float = 1.0
    """The part that it sees of the small movements of somebody who sits still."""
    false_alarms: float = 0.1
    """Movements a day that nobody made."""
    flapping: float = 0.0
    """The part of movements after which it goes off and on again at once."""
    deaths: float = 0.1
    """How often a year it breaks: stuck on, stuck off, or unavailable."""
    dead_hours: float = 24.0
    """How long it stays broken, on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LightSensor:
    """A sensor for illuminance."""

    name: str
    noise: float = 0.04
    """Of a report: a part of its value."""
    scale: float = 1.0
    """What it makes of a lux on the task."""
    delay: float = 1.0
    """How late it tells, in seconds."""
    threshold: float = 0.08
    """The change that is told, as a part of what was told last."""
    least: float = 5.0
    """The least change that is told, in lux."""
    interval: float = 15.0
    """The least time between two reports, in seconds."""
    heartbeat: float = 1800.0
    """The most time between two reports, in seconds."""
    deaths: float = 0.1
    dead_hours: float = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room with what is in it."""

    name: str
    purpose: Purpose
    area: float
    lamps: Lamps
    height: float = 2.6
    lux: float
    """What people on average want on the task by day."""
    windows: tuple[Window, ...] = ()
    surfaces: Surfaces = Surfaces()
    doors: tuple[str, ...] = ()
    motion: tuple[MotionSensor, ...] = ()
    light: tuple[LightSensor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """How a day of certain weekdays goes; times are minutes after local midnight, and may be over 1440."""

    days: frozenset[int]
    """Weekdays, 0 is Monday."""
    wake: float | None = None
    sleep: float | None = None
    away: tuple[tuple[float, float], ...] = ()
    """When somebody who lives here leaves, and returns."""
    hours: tuple[float, float] | None = None
    """When somebody who does not live here comes, and leaves."""
    spread: float = 20.0
    """The standard deviation of each of these, in minutes."""
    chance: float = 0.93
    """How likely they go away, or come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who lives or works here."""

    name: str
    habits: tuple[Habit, ...]
    bed: str | None = None
    desk: str | None = None
    rooms: dict[str, float] = field(default_factory=dict)
    """How drawn they are to each room; what is not named is as drawing as its purpose is."""
    taste: float = 1.0
    """How bright they want it, times what others want."""
    lux: dict[str, float] = field(default_factory=dict)
    """By room: what they want there by day instead."""
    parts: dict[DayPart, float] = field(default_factory=dict)
    """By part of day: how bright, times what they want by day."""
    kelvin: dict[DayPart, int] = field(default_factory=dict)
    temper: float = 1.0
    """How soon light that is wrong annoys them, times what it takes others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    """People who come now and then and stay mostly in one room."""

    name: str
    room: str
    days: frozenset[int]
    arrive: float
    """Minutes after local midnight."""
    hours: float
    monthly: float
    """How often a month they come."""
    people: int = 1
    taste: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """How much people are not as they mostly are."""

    vacations: float = 2.0
    """How many vacations a year."""
    vacation_days: float = 9.0
    together: bool = True
    """Whether all go on vacation together."""
    illnesses: float = 2.0
    """How many illnesses a year and person."""
    illness_days: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """How cloudy it is, in percent on average in the darkest and in the brightest month."""

    winter: float = 75.0
    summer: float = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSpecification:
    """A world: a place, its rooms and its people."""

    name: str
    latitude: float
    longitude: float
    timezone: ZoneInfo
    entrance: str
    rooms: tuple[Room, ...]
    people: tuple[Person, ...]
    visitors: tuple[Visitors, ...] = ()
    climate: Climate = Climate()
    absence: Absence = Absence()
    still_gap: float = 45.0
    """The median time between two movements of somebody who sits still, in seconds."""
    still_sigma: float = 1.1
    """The standard deviation of its logarithm."""

    def room(self, name: str) -> Room:
        """Return a room by its name; raises LookupError."""
        for one in self.rooms:
            if one.name == name:
                return one
        raise LookupError(f"there is no room {name}")
