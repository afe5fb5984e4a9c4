"""What the database has condensed of a zone, as plain numbers: what its learning begins with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .daypart import Daypart


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """Sums over changes of light and of the reading that followed: light in thousandths of a percent, lux in lux."""

    pairs: float
    light_squared: float
    light_lux: float
    lux_squared: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """How people changed lights that were on."""

    count: float
    steps: float
    """Levels, up less down: each is the same part of the light."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condensed:
    """What is known of a zone from before it learned; all of it may be missing."""

    days: float
    """For how many days."""
    gaps: Mapping[Daypart, Sequence[float]] = field(default_factory=dict)
    """How often nobody was seen for under 5 s, for under 5 s x 2^n, and for longer: thirteen classes."""
    slope: Slope | None = None
    corrections: Mapping[Daypart, Corrections] = field(default_factory=dict)
    presence: Sequence[float | None] = ()
    """For which share of each hour of the week, from Monday's midnight, somebody was there; None is unknown."""
