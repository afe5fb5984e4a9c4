"""An office of one lamp, with a motion sensor and a light sensor, on a winter's evening."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_lighting_ai_dali.replay.run import Outcome, Replay
from custom_components.smart_lighting_ai_dali.replay.trace import By, Happening, Home, Lit, Read, Seen, ZoneFacts
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose
from custom_components.smart_lighting_ai_dali.zones.settings import Place, ZoneSettings

BERLIN = Place(latitude=52.5, longitude=13.4, time_zone=ZoneInfo("Europe/Berlin"))
# Five in the evening, local time: the sun is down, and offices want 500 lx.
EVENING = datetime(2026, 12, 1, 16, 30, tzinfo=UTC).timestamp()
LUX_AT_FULL = 1000.0
WATTS = 100.0


def facts(key: str = "office", purpose: Purpose = Purpose.OFFICE, **more: Any) -> ZoneFacts:
    """Return what is known of a zone."""
    settings = ZoneSettings(key=key, name=key.title(), purpose=purpose, **more)
    return ZoneFacts(settings=settings, lux_at_full=LUX_AT_FULL, watts=WATTS)


class Day:
    """What happens, in seconds from the evening's beginning."""

    def __init__(self) -> None:
        self.happenings: list[Happening] = []

    def seen(self, at: float, *, seen: bool | None = True, zone: str = "office", sensor: str = "motion") -> None:
        """Let somebody be seen from now on, or not any more."""
        self.happenings.append(Seen(EVENING + at, zone, sensor, seen))

    def read(self, at: float, lux: float | None, zone: str = "office") -> None:
        """Let the light sensor read something."""
        self.happenings.append(Read(EVENING + at, zone, "lux", lux))

    def lit(self, at: float, light: float | None, by: By = By.CONTROLLER, lamp: str = "lamp") -> None:
        """Let the lamp be another way."""
        self.happenings.append(Lit(EVENING + at, "office", lamp, light, by))

    def play(self, *zones: ZoneFacts, begin: float = 0, end: float = 7200) -> Outcome:
        """Play it all."""
        home = Home(zones={one.settings.key: one for one in zones or (facts(),)}, place=BERLIN)
        replay = Replay(home, begin=EVENING + begin)
        replay.take(sorted(self.happenings, key=lambda one: one.time))
        return replay.finish(EVENING + end)


@pytest.fixture
def day() -> Day:
    """Return a day on which nothing has happened yet but that all is dark."""
    day = Day()
    day.lit(-60, 0.0, By.UNKNOWN)
    day.read(-60, 0.0)
    day.seen(-60, seen=False)
    return day
