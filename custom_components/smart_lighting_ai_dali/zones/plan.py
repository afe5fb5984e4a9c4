"""Plans: what a planner wants of a zone until they expire. They set the reflex loop's parameters, and no light."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Planner(IntEnum):
    """Who made a plan. Numbers stand in the database: none may ever get another meaning."""

    RULES = 0
    AI = 1
    USER = 2
    """An administrator's or an automation's, by the action `set_plan`."""
    PERSON = 3
    """Nobody's plan: a person chose by hand, or an automation that counts as one."""


class Mode(StrEnum):
    """What a zone is to do."""

    PRESENCE = "presence"
    """Lit while somebody is there, to the target."""
    NIGHT = "night"
    """Somebody who is up finds their way; it is not daylight to them."""
    SLEEP = "sleep"
    """Somebody sleeps here: no light for movements."""
    DARK = "dark"
    """No light by itself, whoever is there."""


class Reason(StrEnum):
    """Why a plan or a change is as it is: what entities and the logbook show."""

    ARRIVAL = "arrival"
    """Somebody came."""
    NEIGHBOUR = "neighbour"
    """Somebody is next door, and may come here."""
    DAYLIGHT = "daylight"
    """Daylight changed."""
    TIME_OF_DAY = "time_of_day"
    """Another part of the day began, or the colour followed the sun."""
    PREFERENCE = "preference"
    """What people chose here before."""
    SLEEP = "sleep"
    NIGHT_PATH = "night_path"
    WARNING = "warning"
    """Nobody was seen for a while: the light sinks first, so that whoever is there can move."""
    LEFT = "left"
    """Nobody was seen for the hold time."""
    RELEASED = "released"
    """A person's choice ended."""
    CHOICE = "choice"
    """A person chose it."""
    PLAN = "plan"
    """A planner wanted something else."""
    SENSOR_LOST = "sensor_lost"
    """A sensor failed: a safe rule took over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a planner wants of a zone."""

    planner: Planner
    mode: Mode
    target_lux: float
    colour_temperature: int | None
    """Kelvin; None leaves colour alone."""
    hold: float
    """Seconds for which nobody has to be seen before the zone counts as empty."""
    reason: Reason
    confidence: float = 1.0
    """0 to 1."""
    expires: float | None = None
    """Seconds since 1970; None is never."""
