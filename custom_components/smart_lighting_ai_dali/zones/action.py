"""What comes of a decision: the light of a zone, and the record that says why."""

from dataclasses import dataclass
from enum import StrEnum

from .plan import Plan, Reason


class Clamp(StrEnum):
    """How the safety envelope changed what was wanted."""

    LIMITS = "limits"
    """The zone's own limits of light, lux or colour."""
    SAFE_WAY = "safe_way"
    """Somebody may be on stairs or on a way out: never dark."""
    STEP = "step"
    """A change that people would notice became a slower or a smaller one."""
    RATE = "rate"
    """Too many changes within a minute: later."""
    OCCUPIED = "occupied"
    """Somebody is there: not off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The light that a zone is to have from an instant on."""

    time: float
    """Seconds since 1970."""
    light: float
    """Of full light, 0 to 1, linear: not what Home Assistant calls brightness."""
    colour_temperature: int | None
    """Kelvin; None leaves colour alone."""
    fade: float
    """Seconds."""
    reason: Reason
    plan: Plan
    light_before: float
    clamps: frozenset[Clamp] = frozenset()
    inputs: tuple[tuple[str, float | None], ...] = ()
    """The numbers that it was decided by, by name: `lux`, `daylight_lux`, `lux_at_full`, `idle_seconds`, ..."""
