"""What the driver of a controller gets to know of a world; times are seconds since 1970 (UTC)."""

from dataclasses import dataclass
from enum import StrEnum


class Choice(StrEnum):
    """What somebody does about the light."""

    ON = "on"
    OFF = "off"
    UP = "up"
    DOWN = "down"
    COLOUR = "colour"


@dataclass(frozen=True, slots=True)
class Motion:
    """A motion sensor tells that it sees somebody move, or no longer does."""

    time: float
    room: str
    sensor: str
    on: bool


@dataclass(frozen=True, slots=True)
class LightReport:
    """A light sensor tells the illuminance, in lux."""

    time: float
    room: str
    sensor: str
    lux: float


@dataclass(frozen=True, slots=True)
class Availability:
    """A sensor can't be reached, or can be again."""

    time: float
    room: str
    sensor: str
    available: bool


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody has set the light; the room's light is like that already."""

    time: float
    room: str
    person: str
    choice: Choice
    output: float
    """Light as a part of full light; 0 is off."""
    kelvin: int


@dataclass(frozen=True, slots=True)
class Weather:
    """A weather service tells how much of the sky is covered, in percent."""

    time: float
    cloud: float


@dataclass(frozen=True, slots=True)
class Daylight:
    """The sun has risen, or set."""

    time: float
    risen: bool


type Event = Motion | LightReport | Availability | Override | Weather | Daylight
