"""What plans would have made of real hours: the plans of the rules and of the AI, on the same people and daylight.

Only one of them is obeyed; what the other would have done is counted as the reflex loop would do it. Who is there
is known by who was seen: a silence counts as a stay where it ended before the light was off, or within a minute after.
What people want is what they chose in that visit; where they chose nothing, it is what was learned of that part of the
day by some days later, so that a choice of Thursday also judges what was planned on Tuesday.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Final, NamedTuple

from ..zones.constant_lux import arriving_light
from ..zones.daypart import Daypart
from ..zones.plan import Mode, Plan, Planner
from ..zones.score import relative_power
from .trace import DayTrace, Scene, Slice, is_alike

# Whoever is seen so soon after the light went off was there, in seconds.
_SOON: Final = 60.0
# Before it goes off, the light sinks for this part of the hold time, as the reflex loop has it.
_WARNING_PART: Final = 0.25
_SHORTEST_WARNING, _LONGEST_WARNING = 15.0, 180.0
# What light is compared with for its energy: a motion detector as it is sold, in seconds.
_REFERENCE_HOLD: Final = 1200.0
# No hold time is so long that a longer silence could still be a stay, in seconds.
_LONGEST_SILENCE: Final = 3600.0
# What was there so long before a choice may have been right then, in seconds.
_LOOK_BACK: Final = 7200.0
_KEEPS_DARK: Final = frozenset({Mode.SLEEP, Mode.DARK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is so around a zone whatever is planned there."""

    daypart: Daypart
    daylight: float | None
    """Lux without the zone's own light."""
    lux_at_full: float | None
    """Lux that full light adds, as learned; None where that is not known."""


def _is_alike(one: Surroundings, other: Surroundings) -> bool:
    """Tell whether nobody could tell two surroundings apart."""
    return (
        one.daypart is other.daypart
        and is_alike(one.daylight, other.daylight)
        and is_alike(one.lux_at_full, other.lux_at_full)
    )


class _Span(NamedTuple):
    """A time in which nothing changed."""

    start: float
    seconds: float
    scene: Scene | None
    """None where nobody can tell how light it was."""
    lights: tuple[float, ...]
    """Of each planner, while it would keep the light on."""


class Shadow:
    """The plans for one zone, side by side; times in seconds since 1970.

    A planner is a place in the plans: that of the rules is 0 and that of the AI is 1, as `Planner` numbers them. More
    of them can be compared on the same hours.
    """

    def __init__(
        self, at: float, surroundings: Surroundings, plans: Sequence[Plan], trace: DayTrace | None = None
    ) -> None:
        """Begin at a time; `trace` is what was counted of the day before, if anything was, and is counted on."""
        self._now = at
        self._surroundings = surroundings
        self._plans = list(plans)
        self._obeyed: int = Planner.RULES
        self._trace = DayTrace(len(plans)) if trace is None else trace
        self._is_there = False
        self._silent_since: float | None = None
        self._visit: list[_Span] = []
        """Of this visit, and of what may be judged by the next choice in it."""
        self._silence: list[_Span] = []
        self._wish: float | None = None
        """What somebody chose in this visit, in lux."""
        self._unjudged = False
        """Somebody turned the light off: how it should be is not known any more."""

    # --- What happens

    def seen(self, at: float) -> None:
        """Take that somebody is seen from now on."""
        self._advance(at)
        if self._silent_since is not None:
            self._end_silence(at)
        self._is_there = True
        self._silent_since = None

    def unseen(self, at: float) -> None:
        """Take that nobody is seen any more."""
        self._advance(at)
        if self._is_there and self._silent_since is None:
            self._silent_since = at

    def changed(self, at: float, surroundings: Surroundings) -> None:
        """Take that it is another part of the day, or that daylight or what is known of the light changed."""
        if at >= self._now and _is_alike(surroundings, self._surroundings):
            return
        self._advance(at)
        if surroundings.daypart is not self._surroundings.daypart and self._silent_since is None:
            # Wishes are those of a part of the day.
            self._judge()
            self._wish = None
        self._surroundings = surroundings

    def planned(self, at: float, planner: int, plan: Plan) -> None:
        """Take that a planner has another plan from now on."""
        self._advance(at)
        self._plans[planner] = plan

    def obeyed(self, at: float, planner: int) -> None:
        """Take whose plans the lights follow from now on."""
        self._advance(at)
        self._obeyed = planner

    def chose_lux(self, at: float, lux: float) -> None:
        """Take that somebody chose a light that makes this illuminance: so it should have been before, too."""
        self.seen(at)
        self._wish = lux
        self._unjudged = False
        self._judge(since=at - _LOOK_BACK)

    def turned_off(self, at: float) -> None:
        """Take that somebody turned the light off: to sleep, to go, to look outside."""
        self.seen(at)
        self._judge()
        self._unjudged = True

    def tick(self, at: float) -> None:
        """Take that time went by."""
        self._advance(at)

    def end_day(self, at: float, following: DayTrace | None = None) -> DayTrace:
        """Return what was counted since the last end of a day, and begin anew: by counting on a trace, if given."""
        self._advance(at)
        if self._silent_since is None:
            self._judge()
        trace, self._trace = self._trace, DayTrace(len(self._plans)) if following is None else following
        return trace

    def end(self, at: float) -> None:
        """Count the visit that there is as far as it is known: what becomes of it, nobody will see."""
        self._advance(at)
        self._judge()
        self._silence = []
        self._silent_since = None
        self._is_there = False

    # --- Time

    def _advance(self, at: float) -> None:
        seconds, start = at - self._now, self._now
        self._now = at
        if seconds <= 0 or not self._is_there:
            # A clock that was set back counts nothing twice.
            return
        silent = self._silent_since
        if silent is None:
            self._visit.append(self._span(start, seconds))
            return
        self._silence.append(self._span(start, seconds))
        if at - silent >= _LONGEST_SILENCE:
            self._leave(inf)

    def _span(self, start: float, seconds: float) -> _Span:
        around = self._surroundings
        if around.daylight is None or around.lux_at_full is None:
            return _Span(start, seconds, None, (0.0,) * len(self._plans))
        lights = tuple(self._light(plan, around.daylight, around.lux_at_full) for plan in self._plans)
        scene = Scene.of(around.daypart, around.daylight, around.lux_at_full, self._usual_wish())
        return _Span(start, seconds, scene, lights)

    def _usual_wish(self) -> float | None:
        """Return what is known of the wish now, in lux; None where what is learned of it will tell."""
        rules = self._plans[Planner.RULES]
        if rules.mode in _KEEPS_DARK:
            return 0.0
        return rules.target_lux if rules.mode is Mode.NIGHT else None

    @staticmethod
    def _light(plan: Plan, daylight: float, lux_at_full: float) -> float:
        return 0.0 if plan.mode in _KEEPS_DARK else arriving_light(plan.target_lux, daylight, lux_at_full)

    # --- Visits

    def _off_after(self, planner: int) -> float:
        """Return how long after nobody is seen a planner's light would be off, in seconds."""
        hold = self._plans[planner].hold
        return hold + min(_LONGEST_WARNING, max(_SHORTEST_WARNING, _WARNING_PART * hold))

    def _end_silence(self, at: float) -> None:
        """Take that somebody is seen again: who was there all the time, or who came back."""
        silent = self._silent_since
        if silent is None:
            return
        if at - silent > self._off_after(self._obeyed) + _SOON:
            self._leave(at)
            return
        off_at = [silent + self._off_after(planner) for planner in range(len(self._plans))]
        for planner, off in enumerate(off_at):
            lit = next((span for span in self._silence if span.start <= off < span.start + span.seconds), None)
            if off < at and lit is not None and lit.scene is not None and lit.lights[planner] > 0:
                self._trace.went_off(planner, self._wished(lit.scene))
        self._visit += self._cut(self._silence, off_at)
        self._silence = []

    @staticmethod
    def _cut(spans: Sequence[_Span], off_at: Sequence[float]) -> list[_Span]:
        """Return spans with the light of each planner going off at its time."""
        found: list[_Span] = []
        for span in spans:
            end = span.start + span.seconds
            edges = sorted({span.start, end, *(at for at in off_at if span.start < at < end)})
            for begin, until in pairwise(edges):
                lights = tuple(0.0 if begin >= at else light for light, at in zip(span.lights, off_at, strict=True))
                found.append(_Span(begin, until - begin, span.scene, lights))
        return found

    def _wished(self, scene: Scene) -> Scene:
        """Return a scene with what was chosen in this visit, if anything was."""
        return scene if self._wish is None else scene._replace(wish=round(self._wish, 1))

    def _leave(self, at: float) -> None:
        """Take that a visit ended with the silence, and that somebody else came at a time, if ever."""
        silent = self._silent_since
        self._judge()
        if silent is not None:
            off_at = [min(at, silent + self._off_after(planner)) for planner in range(len(self._plans))]
            for span in self._cut(self._silence, off_at):
                for place, light in enumerate(span.lights):
                    self._trace.tail_loads[place] += relative_power(light) * span.seconds
                if span.scene is not None:
                    reference = max(0.0, min(span.seconds, silent + _REFERENCE_HOLD - span.start))
                    self._trace.tail_reference += reference
        self._silence = []
        self._silent_since = None
        self._is_there = False
        self._wish = None
        self._unjudged = False

    def _judge(self, since: float = -inf) -> None:
        """Put what there was of this visit into the day, by what was chosen in it."""
        for span in self._visit:
            if span.scene is None or self._unjudged:
                continue
            scene = self._wished(span.scene) if span.start + span.seconds > since else span.scene
            self._trace.add(Slice(scene, span.lights), span.seconds)
        self._visit = []
