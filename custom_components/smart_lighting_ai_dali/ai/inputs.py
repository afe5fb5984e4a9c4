"""What an AI may know of a zone: read off its loop, and counted of what people change in it."""

from collections import Counter, deque
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, Self

from ..advisor.bounds import Bounds
from ..advisor.payload import Question
from ..advisor.snapshot import Changes, ChangesByDaypart, Seen, ZoneSnapshot
from ..zones.daypart import Daypart, daypart_of
from ..zones.overrides import Choice
from ..zones.plan import Plan
from ..zones.rules import plan_by_rules

if TYPE_CHECKING:
    from ..control.zone_control import ZoneControl

# Of late is the last two weeks, in seconds.
_OF_LATE: Final = 14 * 86_400.0
# More choices are somebody playing; the oldest are forgotten first.
_MOST_CHOICES: Final = 300
_UP, _DOWN, _OFF = "up", "down", "off"
_KINDS: Final = frozenset({_UP, _DOWN, _OFF})


class ChoiceCounts:
    """How often people wanted more light, less, or none, in each part of the day of late."""

    def __init__(self) -> None:
        self._choices: deque[tuple[float, Daypart, str]] = deque(maxlen=_MOST_CHOICES)
        self._as_list: list[list[Any]] | None = None
        """Made once: it is written before each question, and people change things less often."""

    def take(self, choice: Choice, at: float, daypart: Daypart, before: float) -> None:
        """Take what somebody chose where the light was `before`, of full light."""
        if choice.is_on is False:
            kind = _OFF
        elif choice.light is not None and choice.light != before:
            kind = _UP if choice.light > before else _DOWN
        elif choice.is_on and before == 0:
            kind = _UP
        else:
            return
        self._choices.append((at, daypart, kind))
        self._as_list = None

    def by_daypart(self, at: float) -> ChangesByDaypart:
        """Return the counts of the two weeks before a time."""
        counts = Counter((daypart, kind) for time, daypart, kind in self._choices if abs(at - time) <= _OF_LATE)
        first, second, third, fourth = (
            Changes.of(counts[part, _UP], counts[part, _DOWN], counts[part, _OFF]) for part in Daypart
        )
        return first, second, third, fourth

    def as_list(self) -> list[list[Any]]:
        """Return it as JSON, to be written and not to be changed."""
        if self._as_list is None:
            self._as_list = [[round(time), daypart.value, kind] for time, daypart, kind in self._choices]
        return self._as_list

    @classmethod
    def from_list(cls, data: list[Any]) -> Self:
        """Return what `as_list` wrote. Raises TypeError or ValueError for what can't be read."""
        counts = cls()
        for time, daypart, kind in data:
            if kind not in _KINDS or not isfinite(float(time)):
                raise ValueError(f"{kind} at {time} is no choice")
            counts._choices.append((float(time), Daypart(daypart), kind))
        counts.as_list()
        return counts


def rules_plan(zone: ZoneControl, at: float) -> Plan:
    """Return what the rules plan for a zone now, whoever's plan it follows."""
    reflex = zone.reflex
    return plan_by_rules(reflex.settings, reflex.place, reflex.learning, reflex.presence.visit, at)


def question_of(zone: ZoneControl, at: float, choices: ChoiceCounts) -> Question:
    """Return what is to be asked about a zone now."""
    reflex = zone.reflex
    rules, illuminance, learning = rules_plan(zone, at), reflex.illuminance_of, reflex.learning
    occupancy = reflex.presence.occupancy
    idle = 0.0 if occupancy.is_seen else at - occupancy.last_seen
    preferred = learning.preferred_lux(at)
    seen = Seen(
        occupied=reflex.is_occupied,
        likely=learning.presence(at),
        idle_seconds=idle if isfinite(idle) and idle >= 0 else None,
        lux=illuminance.reading,
        daylight=illuminance.daylight(at),
        lux_at_full=learning.lux_at_full(),
        preferred=preferred,
        changes=choices.by_daypart(at),
    )
    return Question(
        key=zone.key,
        snapshot=ZoneSnapshot.of(zone.settings, rules, seen),
        bounds=Bounds.of(zone.settings, rules, preferred, daypart_of(at, reflex.place.time_zone)),
        rules=rules,
    )
