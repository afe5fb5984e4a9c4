"""The safety envelope: whatever any planner wants, this is the most and the least that the lights do."""

from collections import deque
from typing import Final, NamedTuple

from .action import Clamp
from .constant_lux import STEP_SECONDS
from .settings import ZoneSettings

# Lux on stairs and ways out at which nobody stumbles (EN 1838 asks for 1 lx of emergency lighting).
LEAST_WAY_LUX: Final = 5.0
# A change by itself of more than this part of the light, while somebody is there, is at least as slow as a step.
_SEEN: Final = 0.15
# Light that came by itself stays so long: whatever sensors do, nothing flashes (photosensitive people, and lamps).
SHORTEST_ON: Final = 10.0


class Wanted(NamedTuple):
    """What the lights are to do."""

    light: float
    """0 to 1."""
    colour_temperature: int | None
    """Kelvin."""
    fade: float
    """Seconds."""


class Allowed(NamedTuple):
    """What the envelope lets through."""

    light: float
    colour_temperature: int | None
    fade: float
    clamps: frozenset[Clamp]
    wait: float
    """Seconds until the change may be made; 0 is now."""


class Envelope:
    """The envelope of one zone."""

    __slots__ = ("_changes", "_lit_at", "_settings")

    def __init__(self, settings: ZoneSettings) -> None:
        self._settings = settings
        self._changes: deque[float] = deque(maxlen=max(1, settings.limits.changes_a_minute))
        self._lit_at: float | None = None

    def allow(
        self,
        want: Wanted,
        at: float,
        *,
        before: float,
        lux_at_full: float,
        daylight: float,
        occupied: bool,
        awaited: bool,
        may_be_dark: bool,
    ) -> Allowed:
        """Return what may be done of what is wanted; daylight in lux.

        `awaited`: somebody just came or moved, and waits for it; `may_be_dark`: a person wants it dark, or daylight is
        enough.
        """
        limits, clamps = self._settings.limits, set[Clamp]()
        light, colour_temperature, fade = want
        wanted, light = light, min(1.0, max(0.0, light)) if light == light else before  # noqa: PLR0124  # a NaN
        if light > 0:
            bright = max(0.0, limits.most_lux - daylight) / lux_at_full if lux_at_full > 0 else 1.0
            light = min(max(light, limits.lowest_light), limits.highest_light, max(limits.lowest_light, bright))
        if light == 0 and occupied and self._settings.defaults.safe_way and not may_be_dark:
            path = LEAST_WAY_LUX / lux_at_full if lux_at_full > 0 else limits.lowest_light
            light = min(limits.highest_light, max(limits.lowest_light, path))
            clamps.add(Clamp.SAFE_WAY)
        if light != wanted and Clamp.SAFE_WAY not in clamps:
            clamps.add(Clamp.LIMITS)
        if colour_temperature is not None:
            colour = min(limits.coolest, max(limits.warmest, colour_temperature))
            if colour != colour_temperature:
                clamps.add(Clamp.LIMITS)
            colour_temperature = colour
        there, then = daylight + before * lux_at_full, daylight + light * lux_at_full
        if (
            occupied
            and before > 0
            and not awaited
            and abs(then - there) > _SEEN * max(there, 1.0)
            and fade < STEP_SECONDS
        ):
            fade = STEP_SECONDS
            clamps.add(Clamp.STEP)
        wait = self._wait(light, at)
        if wait > 0:
            clamps.add(Clamp.RATE)
        return Allowed(light, colour_temperature, max(0.0, fade), frozenset(clamps), wait)

    def changed(self, light: float, before: float, at: float) -> None:
        """Take note of a change that was made."""
        self._changes.append(at)
        if light > 0 and before == 0:
            self._lit_at = at

    def _wait(self, light: float, at: float) -> float:
        wait = 0.0
        if len(self._changes) == self._changes.maxlen and self._changes[0] <= at:
            wait = max(0.0, self._changes[0] + 60.0 - at)
        if light == 0 and self._lit_at is not None and self._lit_at <= at:
            wait = max(wait, self._lit_at + SHORTEST_ON - at)
        return wait
