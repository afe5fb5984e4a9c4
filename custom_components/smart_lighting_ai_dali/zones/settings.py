"""What people set of a zone."""

from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum

from .profile import NOTHING_SAID, Profile
from .purpose import DEFAULTS, Defaults, Purpose


class Release(StrEnum):
    """When a person's choice ends by itself."""

    EMPTY = "empty"
    """When the zone has been empty for its hold time."""
    TIME = "time"
    DAYPART = "daypart"
    """At the next part of the day."""
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the site is."""

    latitude: float
    """Degrees, north is positive."""
    longitude: float
    """Degrees, east is positive."""
    time_zone: tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What no plan may go beyond."""

    lowest_light: float = 0.001
    """Of full light, while the zone is lit: 0.001 is level 1 of a logarithmic gear."""
    highest_light: float = 1.0
    most_lux: float = 2000.0
    warmest: int = 2700
    """Kelvin; equal to `coolest` where the lights have one colour only."""
    coolest: int = 6500
    changes_a_minute: int = 12
    """Of what the zone does by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSettings:
    """A zone, as it was set up."""

    key: str
    name: str
    purpose: Purpose = Purpose.OTHER
    lux: float | None = None
    """The illuminance wanted by day; None is that of the purpose."""
    fade: float = 0.7
    """Seconds from off to on."""
    release: Release = Release.EMPTY
    release_after: float = 7200.0
    """Seconds, where a choice ends by time."""
    automations_are_people: bool = True
    """What the user's own automations and scenes do counts as a person's choice."""
    neighbours: tuple[str, ...] = ()
    """Keys of the zones that one walks into from here."""
    limits: Limits = field(default_factory=Limits)
    profile: Profile = NOTHING_SAID
    """What its people say that they want."""
    has_motion: bool = True
    """There is a sensor that sees people; without one, the zone only follows what is chosen by hand."""
    has_light_sensor: bool = True
    """There is a sensor for illuminance; without one, windows are known only by what people choose by day."""
    has_colour: bool = True
    """Its lights have a colour temperature that can be changed."""

    @property
    def defaults(self) -> Defaults:
        """Return what the purpose begins with."""
        return DEFAULTS[self.purpose]

    @property
    def daylight_factor(self) -> float:
        """Return what to begin with of the illuminance inside over that outside, 0 to 1."""
        # What is outdoors needs no window.
        is_known = self.has_light_sensor or self.purpose is Purpose.OUTDOOR
        return self.defaults.daylight_factor if is_known else 0.0
