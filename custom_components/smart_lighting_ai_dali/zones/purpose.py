"""What a zone is for, and what that means until its people have taught it better."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """What people do in a zone."""

    LIVING = "living"
    KITCHEN = "kitchen"
    DINING = "dining"
    OFFICE = "office"
    MEETING = "meeting"
    BEDROOM = "bedroom"
    BATH = "bath"
    TOILET = "toilet"
    CORRIDOR = "corridor"
    STAIRS = "stairs"
    STORAGE = "storage"
    WORKSHOP = "workshop"
    OUTDOOR = "outdoor"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What to begin with."""

    lux: float
    """Maintained illuminance at the task, in lux (EN 12464-1 for work places, its neighbours in use for homes)."""
    evening_lux: float
    night_lux: float
    """After ten in the evening: homes get dim, work places do not."""
    hold: float
    """How long nobody has to be seen before the zone counts as empty, in seconds."""
    daylight_factor: float
    """Illuminance inside over that outside (BS 8206-2's least for homes), 0 to 1; 0 where there may be no window."""
    safe_way: bool = False
    """Nobody may stand in the dark here: stairs, and ways out."""
    shared: bool = False
    """Many people use it, and want different light: one of them counts less."""
    sleeps: bool = False
    """People sleep here: seeing somebody at night is no wish for light."""


DEFAULTS: Final = {
    Purpose.LIVING: Defaults(lux=200, evening_lux=150, night_lux=60, hold=720, daylight_factor=0.015),
    Purpose.KITCHEN: Defaults(lux=300, evening_lux=250, night_lux=90, hold=480, daylight_factor=0.02),
    Purpose.DINING: Defaults(lux=200, evening_lux=150, night_lux=60, hold=720, daylight_factor=0.015),
    Purpose.OFFICE: Defaults(lux=500, evening_lux=500, night_lux=500, hold=900, daylight_factor=0.02, shared=True),
    Purpose.MEETING: Defaults(lux=500, evening_lux=500, night_lux=500, hold=720, daylight_factor=0.02, shared=True),
    Purpose.BEDROOM: Defaults(lux=120, evening_lux=90, night_lux=35, hold=720, daylight_factor=0.01, sleeps=True),
    Purpose.BATH: Defaults(lux=200, evening_lux=150, night_lux=60, hold=720, daylight_factor=0.0),
    Purpose.TOILET: Defaults(lux=200, evening_lux=150, night_lux=60, hold=360, daylight_factor=0.0, shared=True),
    Purpose.CORRIDOR: Defaults(
        lux=100, evening_lux=80, night_lux=30, hold=45, daylight_factor=0.0, safe_way=True, shared=True
    ),
    Purpose.STAIRS: Defaults(
        lux=100, evening_lux=80, night_lux=30, hold=45, daylight_factor=0.0, safe_way=True, shared=True
    ),
    Purpose.STORAGE: Defaults(lux=150, evening_lux=150, night_lux=150, hold=240, daylight_factor=0.0, shared=True),
    Purpose.WORKSHOP: Defaults(lux=500, evening_lux=500, night_lux=500, hold=900, daylight_factor=0.01, shared=True),
    Purpose.OUTDOOR: Defaults(lux=20, evening_lux=20, night_lux=10, hold=150, daylight_factor=0.5),
    Purpose.OTHER: Defaults(lux=200, evening_lux=150, night_lux=60, hold=480, daylight_factor=0.01),
}
