"""When an AI is asked about which zones: where something changed that matters, not too often, once at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .snapshot import CLOUD_STEPS, HOLD_STEPS, LUX_STEPS, PERCENT_STEPS, SUN_STEPS, Moment, ZoneSnapshot, steps_apart

# A number next to the edge between two steps goes forth and back all day: two steps are a change.
_ENOUGH: Final = 2
# The longest that a zone goes without being asked about again, in seconds, whatever its plan said.
LONGEST: Final = 3600.0


@dataclass(frozen=True, slots=True)
class _Told:
    moment: Moment
    snapshot: ZoneSnapshot
    until: float
    at: float


class ChangeGate:
    """What was told of each zone last, and whether anything is under way."""

    def __init__(self, least_interval: float = 900.0) -> None:
        self.least_interval = least_interval
        """Seconds between two times that the AI is asked."""
        self._told: dict[str, _Told] = {}
        self._asked_at: float | None = None
        self._in_flight = False

    @property
    def is_in_flight(self) -> bool:
        """Tell whether an answer is being waited for."""
        return self._in_flight

    def due_at(self) -> float | None:
        """Return when the AI may be asked at the earliest, in seconds since 1970; None is at any time."""
        return None if self._asked_at is None else self._asked_at + self.least_interval

    def due(self, moment: Moment, snapshots: Mapping[str, ZoneSnapshot], at: float) -> list[str]:
        """Return the zones to ask about now; none while it is too soon, or an answer is being waited for."""
        if self._in_flight:
            return []
        # After a clock was set back, nobody waits for a time to come again.
        if self._asked_at is not None and 0 <= at - self._asked_at < self.least_interval:
            return []
        return [key for key, snapshot in snapshots.items() if self._is_due(key, moment, snapshot, at)]

    def begin(self, at: float) -> None:
        """Take that the AI is asked now. Raises RuntimeError where it still is being asked: that is a mistake."""
        if self._in_flight:
            raise RuntimeError("An answer is still being waited for")
        self._in_flight = True
        self._asked_at = at

    def end(
        self, moment: Moment, snapshots: Mapping[str, ZoneSnapshot], plans_until: Mapping[str, float], at: float
    ) -> None:
        """Take that it was asked about these zones, and which plans came of it, each until a time.

        A zone that got no plan is asked about again when something changes, or after an hour.
        """
        self._in_flight = False
        for key, snapshot in snapshots.items():
            until = min(plans_until.get(key, at + LONGEST), at + LONGEST)
            self._told[key] = _Told(moment, snapshot, until, at)

    def failed(self) -> None:
        """Take that no answer came: all that was to be asked still is, once the interval is over."""
        self._in_flight = False

    def forget(self, key: str) -> None:
        """Ask about a zone anew, or never again: it is gone."""
        self._told.pop(key, None)

    def _is_due(self, key: str, moment: Moment, snapshot: ZoneSnapshot, at: float) -> bool:
        told = self._told.get(key)
        if told is None or at >= told.until or at < told.at:
            return True
        return has_changed((told.moment, told.snapshot), (moment, snapshot))


def has_changed(told: tuple[Moment, ZoneSnapshot], now: tuple[Moment, ZoneSnapshot]) -> bool:
    """Tell whether something of a zone is another than what was told, so much that it matters."""
    return _moment_changed(told[0], now[0]) or _zone_changed(told[1], now[1])


def _moment_changed(told: Moment, now: Moment) -> bool:
    # The hour is told, and no reason to ask: the parts of the day are.
    return (
        (told.daypart, told.day_kind) != (now.daypart, now.day_kind)
        or steps_apart(told.sun, now.sun, SUN_STEPS) >= _ENOUGH
        or steps_apart(told.cloud, now.cloud, CLOUD_STEPS) >= _ENOUGH
    )


def _zone_changed(told: ZoneSnapshot, now: ZoneSnapshot) -> bool:
    exact = told.purpose, told.rules_mode, told.changes, told.warmest, told.coolest, told.most_lux
    if exact != (now.purpose, now.rules_mode, now.changes, now.warmest, now.coolest, now.most_lux):
        return True
    # Somebody who came is a reason to think; that a zone is empty, or for how long, is none.
    if now.occupied and not told.occupied:
        return True
    numbers = (
        (told.likely, now.likely, PERCENT_STEPS),
        (told.daylight, now.daylight, LUX_STEPS),
        (told.at_full, now.at_full, LUX_STEPS),
        (told.preferred, now.preferred, LUX_STEPS),
        (told.rules_lux, now.rules_lux, LUX_STEPS),
        (told.rules_hold, now.rules_hold, HOLD_STEPS),
    )
    return any(steps_apart(one, other, steps) >= _ENOUGH for one, other, steps in numbers)
