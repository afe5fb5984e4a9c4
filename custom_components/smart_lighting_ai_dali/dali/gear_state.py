"""How one gear is, and what a frame or an answer does to that."""

from dataclasses import dataclass
from enum import StrEnum

from .fade import Fade
from .level import Level
from .target import Colour


class Origin(StrEnum):
    """How a level is known."""

    SENT = "sent"
    """We sent it."""
    OVERHEARD = "overheard"
    """Another master sent it."""
    ANSWERED = "answered"
    """The gear said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GearState:
    """How one gear is; None is unknown."""

    level: Level | None = None
    """Where it is, or where it is going while a fade runs."""
    last_level: Level | None = None
    """The last level at which it was on."""
    origin: Origin | None = None
    colour: Colour | None = None
    """What it shows, or is going to; None too for gear without colours."""
    available: bool = True
    lamp_failure: bool | None = None
    gear_failure: bool | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a frame did to the known state."""

    changed: frozenset[str] = frozenset()
    """Gear whose state is another now."""
    unread: frozenset[str] = frozenset()
    """Gear whose state can only be known by asking."""
    settings: frozenset[str] = frozenset()
    """Gear whose settings are others now."""
    recalled: frozenset[str] = frozenset()
    """Gear that went where it keeps that it has to go: what is known of that may be out of date."""
    levels: frozenset[str] = frozenset()
    """Gear that was told where to go, also where it was there already."""
    colours: frozenset[str] = frozenset()
    """Gear that was told a colour, likewise."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a gear answered to QUERY STATUS and QUERY ACTUAL LEVEL."""

    status: int
    level: int
    fade: Fade | None = None
    """What it is set to, where it was asked that too."""
    limits: tuple[Level, Level] | None = None
    """Its minimum and maximum, where it was asked that too."""

    @property
    def gear_failure(self) -> bool:
        """Tell whether the gear reports a failure of itself."""
        return bool(self.status & 0x01)

    @property
    def lamp_failure(self) -> bool:
        """Tell whether the gear reports a failure of its lamp."""
        return bool(self.status & 0x02)

    @property
    def fading(self) -> bool:
        """Tell whether a fade is running: the level is on its way then."""
        return bool(self.status & 0x10)
