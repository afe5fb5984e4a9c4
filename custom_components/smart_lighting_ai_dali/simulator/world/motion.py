"""Motion sensors: they see a part of the movements, hold for a while, flap, see what is not there, and break."""

from collections.abc import Callable
from enum import Enum, auto
import random
from typing import Final

from .events import Availability, Event, Motion
from .specification import MotionSensor
from .timeline import Timeline

_DAY: Final = 86_400.0
_YEAR: Final = 365 * _DAY
_HOUR: Final = 3600.0
# How long a flap is off, in seconds.
_FLAP: Final = 1.0


class Condition(Enum):
    """How a sensor is."""

    SOUND = auto()
    STUCK_ON = auto()
    STUCK_OFF = auto()
    UNAVAILABLE = auto()


class MotionSensorState:
    """One motion sensor. What it tells depends on people and its own chance alone."""

    def __init__(
        self,
        specification: MotionSensor,
        room: str,
        *,
        timeline: Timeline,
        tell: Callable[[Event], None],
        seed: int,
    ) -> None:
        self._specification = specification
        self._room = room
        self._timeline = timeline
        self._tell = tell
        self._random = random.Random(f"motion {seed} {specification.name}")
        self._faults = random.Random(f"faults {seed} {specification.name}")
        self._condition = Condition.SOUND
        self._on = False
        self._told = False
        self._until = 0.0
        self._checking = False
        self._plan_false_alarm()
        self._plan_death()

    def movement(self, *, small: bool) -> None:
        """See a movement, or not."""
        one = self._specification
        if self._random.random() >= (one.still if small else one.coverage):
            return
        now = self._timeline.now
        self._until = now + one.hold
        if self._on:
            if one.flapping and self._random.random() < one.flapping:
                self._timeline.call_at(now + one.delay, lambda: self._report(on=False))
                self._timeline.call_at(now + one.delay + _FLAP, self._report_as_is)
        else:
            self._on = True
            self._later()
        if not self._checking:
            self._checking = True
            self._timeline.call_at(self._until, self._check)

    def _check(self) -> None:
        if self._timeline.now < self._until:
            self._timeline.call_at(self._until, self._check)
            return
        self._checking = self._on = False
        self._later()

    def _later(self) -> None:
        self._timeline.call_at(self._timeline.now + self._specification.delay, self._report_as_is)

    def _report_as_is(self) -> None:
        self._report(on=self._on)

    def _report(self, *, on: bool) -> None:
        if self._condition is Condition.SOUND and on is not self._told:
            self._told = on
            self._tell(Motion(self._timeline.now, self._room, self._specification.name, on))

    def _plan_false_alarm(self) -> None:
        if rate := self._specification.false_alarms:
            self._timeline.call_at(self._timeline.now + self._random.expovariate(rate / _DAY), self._false_alarm)

    def _false_alarm(self) -> None:
        now = self._timeline.now
        self._until = max(self._until, now + self._specification.hold)
        if not self._on:
            self._on = True
            self._later()
        if not self._checking:
            self._checking = True
            self._timeline.call_at(self._until, self._check)
        self._plan_false_alarm()

    def _plan_death(self) -> None:
        if rate := self._specification.deaths:
            self._timeline.call_at(self._timeline.now + self._faults.expovariate(rate / _YEAR), self._die)

    def _die(self) -> None:
        now, name = self._timeline.now, self._specification.name
        kind = self._faults.choice((Condition.STUCK_ON, Condition.STUCK_OFF, Condition.UNAVAILABLE))
        if kind is Condition.UNAVAILABLE:
            self._tell(Availability(now, self._room, name, available=False))
        else:
            self._report(on=kind is Condition.STUCK_ON)
        self._condition = kind
        hours = self._faults.expovariate(1 / self._specification.dead_hours)
        self._timeline.call_at(now + hours * _HOUR, self._recover)

    def _recover(self) -> None:
        now, name = self._timeline.now, self._specification.name
        if self._condition is Condition.UNAVAILABLE:
            # It starts again, and has seen nothing yet.
            self._told = False
            self._tell(Availability(now, self._room, name, available=True))
        self._condition = Condition.SOUND
        self._report_as_is()
        self._plan_death()
