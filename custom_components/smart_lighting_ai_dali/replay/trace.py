"""What was recorded of zones, as what it says: who was seen, what sensors read, how lamps were, how the sky was."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ..zones.settings import Place, ZoneSettings


class By(Enum):
    """Who changed a lamp."""

    CONTROLLER = 0
    """A zone, or an automation: they are not told apart."""
    PERSON = 1
    MASTER = 2
    """Another master on the line: a wall panel, as a rule."""
    UNKNOWN = 3
    """It was so when somebody looked again, or is from before this integration."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a motion or presence sensor says; None is that it says nothing any more."""

    time: float
    """Seconds since 1970, as in all of these."""
    zone: str
    sensor: str
    seen: bool | None


@dataclass(frozen=True, slots=True)
class Read:
    """What a light sensor reads, in lux; None is that it says nothing any more."""

    time: float
    zone: str
    sensor: str
    lux: float | None


@dataclass(frozen=True, slots=True)
class Lit:
    """The light of a lamp from now on, 0 to 1, linear; None is that nobody knows."""

    time: float
    zone: str
    lamp: str
    light: float | None
    by: By


@dataclass(frozen=True, slots=True)
class Sky:
    """The cloud cover, 0 to 1; None is that nobody knows."""

    time: float
    cloud: float | None


type Happening = Seen | Read | Lit | Sky


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneFacts:
    """What is known of a zone all the time."""

    settings: ZoneSettings
    lux_at_full: float | None = None
    """What full light adds to the reading, in lux; None where that was not measured well enough."""
    watts: float | None = None
    """The power of full light; None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The zones to be played, by their keys, and where they are."""

    zones: Mapping[str, ZoneFacts]
    place: Place
