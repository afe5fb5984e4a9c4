"""Light sensors: they report when the light has changed enough, late and not quite right, and break."""

from collections.abc import Callable
import random
from typing import Final

from .events import Availability, Event, LightReport
from .rooms import RoomState
from .specification import LightSensor
from .timeline import Timeline

_YEAR: Final = 365 * 86_400.0
_HOUR: Final = 3600.0


class LightSensorState:
    """One light sensor."""

    def __init__(
        self,
        specification: LightSensor,
        room: RoomState,
        *,
        timeline: Timeline,
        tell: Callable[[Event], None],
        seed: int,
    ) -> None:
        self._specification = specification
        self._room = room
        self._timeline = timeline
        self._tell = tell
        # What is drawn for noise depends on how often it reports; what breaks it must not.
        self._random = random.Random(f"light {seed} {specification.name}")
        self._faults = random.Random(f"faults {seed} {specification.name}")
        self._told = -1e9
        self._told_at = -1e9
        self._planned = False
        self._stuck = False
        self._available = True
        timeline.call_at(timeline.now + self._random.uniform(0, 5), self._beat)
        self._plan_death()

    def look(self) -> None:
        """Report where the light has changed enough, at once or as soon as it may."""
        one = self._specification
        if self._planned or abs(self._measured() - self._told) < max(one.least, one.threshold * self._told):
            return
        self._planned = True
        self._timeline.call_at(max(self._timeline.now, self._told_at + one.interval), self._report_change)

    def _measured(self) -> float:
        return self._room.lux(self._timeline.now) * self._specification.scale

    def _report_change(self) -> None:
        self._planned = False
        one = self._specification
        if abs(self._measured() - self._told) >= max(one.least, one.threshold * self._told):
            self._report()

    def _report(self) -> None:
        measured = self._measured()
        self._told, self._told_at = measured, self._timeline.now
        if self._available and not self._stuck:
            lux = round(max(0.0, measured * self._random.gauss(1, self._specification.noise)), 1)
            self._timeline.call_at(self._timeline.now + self._specification.delay, lambda: self._send(lux))

    def _send(self, lux: float) -> None:
        self._tell(LightReport(self._timeline.now, self._room.name, self._specification.name, lux))

    def _beat(self) -> None:
        since = self._timeline.now - self._told_at
        if since >= self._specification.heartbeat:
            self._report()
            since = 0.0
        self._timeline.call_at(self._timeline.now + self._specification.heartbeat - since, self._beat)

    def _plan_death(self) -> None:
        if rate := self._specification.deaths:
            self._timeline.call_at(self._timeline.now + self._faults.expovariate(rate / _YEAR), self._die)

    def _die(self) -> None:
        # A stuck one says nothing more; the other says so.
        self._stuck = self._faults.random() < 0.5
        if not self._stuck:
            self._available = False
            self._tell(Availability(self._timeline.now, self._room.name, self._specification.name, available=False))
        hours = self._faults.expovariate(1 / self._specification.dead_hours)
        self._timeline.call_at(self._timeline.now + hours * _HOUR, self._recover)

    def _recover(self) -> None:
        if not self._available:
            self._tell(Availability(self._timeline.now, self._room.name, self._specification.name, available=True))
        self._stuck, self._available = False, True
        self._report()
        self._plan_death()
