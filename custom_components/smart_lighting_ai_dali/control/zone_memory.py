"""What a zone remembers from one start to the next: what people chose, what it learned, and how it was set."""

from dataclasses import dataclass, field
from enum import StrEnum
import logging
from typing import Any, Self

from ..const import PACKAGE
from ..zones.learning import Learning
from ..zones.overrides import Overrides
from ..zones.reflex import Reflex
from ..zones.settings import Place, ZoneSettings

_LOGGER = logging.getLogger(f"{PACKAGE}.control_service")


class AiMode(StrEnum):
    """What an AI may do in a zone."""

    OFF = "off"
    SHADOW = "shadow"
    """It is asked, and nothing is done of what it says."""
    ADVISE = "advise"
    """Its plans wait for a person who accepts them."""
    AUTO = "auto"
    """Its plans are followed: it has earned that, or an administrator lets it."""


@dataclass(slots=True)
class ZoneMemory:
    """What one zone remembers, as JSON where that is of the loop's own making."""

    is_automatic: bool = True
    ai_mode: AiMode = AiMode.OFF
    overrides: list[dict[str, Any]] = field(default_factory=list)
    learning: dict[str, Any] = field(default_factory=dict)

    def revive(self, settings: ZoneSettings, place: Place) -> tuple[Overrides, Learning]:
        """Return what was chosen and learned; what can't be read is left out, and said so."""
        try:
            overrides = Overrides.from_dict(self.overrides, settings.release, settings.release_after)
        except (KeyError, TypeError, ValueError) as error:
            _LOGGER.warning("zone=%r overrides=unreadable detail=%r", settings.name, repr(error))
            overrides = Overrides(settings.release, settings.release_after)
        if not self.learning:
            return overrides, Learning(settings, place)
        try:
            learning = Learning.from_dict(self.learning, settings, place)
        except (KeyError, TypeError, ValueError) as error:
            _LOGGER.warning("zone=%r learning=unreadable detail=%r", settings.name, repr(error))
            learning = Learning(settings, place)
        return overrides, learning

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "is_automatic": self.is_automatic,
            "ai_mode": self.ai_mode.value,
            "overrides": self.overrides,
            "learning": self.learning,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what can't be read."""
        is_automatic, overrides, learning = data["is_automatic"], data["overrides"], data["learning"]
        for value, kind in ((is_automatic, bool), (overrides, list), (learning, dict)):
            if not isinstance(value, kind):
                raise TypeError(f"{value!r} is no {kind.__name__}")
        return cls(is_automatic=is_automatic, ai_mode=AiMode(data["ai_mode"]), overrides=overrides, learning=learning)

    def keep(self, reflex: Reflex) -> None:
        """Take what the loop of the zone knows now."""
        self.overrides, self.learning = reflex.overrides.as_dict(), reflex.learning.as_dict()
