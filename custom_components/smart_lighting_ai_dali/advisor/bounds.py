"""What a plan of an AI for one zone may be: the zone's own limits, and not too far from what people want there."""

from dataclasses import dataclass
from typing import Final, Self

from ..zones.daypart import Daypart
from ..zones.plan import Mode, Plan
from ..zones.purpose import Purpose
from ..zones.settings import ZoneSettings

# So many times more or less light than people seem to want is a mistake, whoever makes it.
_FURTHEST: Final = 4.0
_LEAST_LUX: Final = 1.0
_AT_WORK: Final = frozenset({Purpose.OFFICE, Purpose.MEETING, Purpose.WORKSHOP, Purpose.STORAGE})
# Seconds, as the learned hold times have them; people don't stay on ways.
_HOLD: Final = (60.0, 1800.0)
_HOLD_ON_WAYS: Final = (30.0, 90.0)
_WAYS: Final = frozenset({Purpose.CORRIDOR, Purpose.STAIRS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a plan for one zone may be."""

    modes: frozenset[Mode]
    least_lux: float
    most_lux: float
    kelvin: tuple[int, int] | None
    """From the warmest to the coolest; None where colour can't be changed."""
    hold: tuple[float, float]
    """Seconds."""

    @classmethod
    def of(cls, settings: ZoneSettings, rules: Plan, preferred: float, daypart: Daypart) -> Self:
        """Return the bounds of a zone for now; `preferred` is what people want, in lux."""
        modes = {Mode.PRESENCE}
        # By day, and where people work, nobody only finds their way.
        if settings.purpose not in _AT_WORK and daypart is not Daypart.DAY:
            modes.add(Mode.NIGHT)
        limits = settings.limits
        wanted = rules.target_lux if rules.mode is Mode.NIGHT else max(preferred, rules.target_lux)
        most = min(limits.most_lux, wanted * _FURTHEST)
        return cls(
            modes=frozenset(modes),
            least_lux=min(most, max(_LEAST_LUX, min(preferred, rules.target_lux) / _FURTHEST)),
            most_lux=most,
            kelvin=(limits.warmest, limits.coolest) if settings.has_colour else None,
            hold=_HOLD_ON_WAYS if settings.purpose in _WAYS else _HOLD,
        )
