"""Occupancy sensors (IEC 62386-303): movement, and the occupancy that lasts for the hold time after it."""

from enum import IntFlag
from typing import ClassVar, Final, override

from .commands import YES
from .device_specification import InstanceSpecification, InstanceType
from .instance import Host
from .scheduler import Scheduler
from .timed_instance import TimedInstance

# The hold timer counts in 10 s; at 0 it is one second.
HOLD_INCREMENT: Final = 10.0
_SHORTEST_HOLD: Final = 1.0
_LONGEST_HOLD: Final = 254
# Reset values: 15 min, 20 s, 100 ms.
_HOLD, _REPORT, _DEADTIME = 90, 20, 2
# The bits of the event filter (table 3).
_OCCUPIED, _VACANT, _REPEAT, _MOVEMENT, _NO_MOVEMENT = range(5)


class OccupancyInformation(IntFlag):
    """The bits of an event."""

    MOVEMENT = 1
    OCCUPIED = 2
    REPEAT = 4
    MOVEMENT_SENSOR = 8


class OccupancySensor(TimedInstance):
    """A sensor for movement, and whoever moves before it."""

    kind = InstanceType.OCCUPANCY_SENSOR
    resolution = 2
    default_filter: ClassVar[int] = 0b0000_0111
    default_priority = 4

    def __init__(self, specification: InstanceSpecification, number: int, host: Host, scheduler: Scheduler) -> None:
        self.moving = False
        self.occupied = False
        self._catching = False
        super().__init__(specification, number, host, scheduler)
        if specification.hold_seconds is not None:
            self._hold = round(specification.hold_seconds / HOLD_INCREMENT)

    @override
    def _reset_values(self) -> None:
        super()._reset_values()
        self._hold, self.report_seconds, self.deadtime = _HOLD, _REPORT, _DEADTIME
        self._catching = False

    @property
    @override
    def input_value(self) -> int:
        """Return whether there is occupancy (high bit) and movement (low bit)."""
        return self.occupied << 1 | self.moving

    @property
    @override
    def information(self) -> int:
        """Return the bits of an event."""
        return int(OccupancyInformation.MOVEMENT_SENSOR) | self.input_value

    @override
    def report(self) -> None:
        """Repeat what is so, where the filter lets it."""
        if not self.timer_runs("deadtime") and self.tell(self.information | OccupancyInformation.REPEAT, _REPEAT):
            self.start_deadtime()

    def move(self, *, present: bool) -> None:
        """Let somebody begin to move before the sensor, or stop."""
        if present == self.moving:
            return
        self.moving = present
        if present:
            triggers = [_MOVEMENT] if self.occupied else [_OCCUPIED, _MOVEMENT]
            self.occupied = True
            self.stop_timer("hold")
            if self._catching:
                self._catching = False
                self._tell_caught()
            else:
                self.trigger(*triggers)
        else:
            self.start_timer("hold", self._hold * HOLD_INCREMENT or _SHORTEST_HOLD, self._leave)
            self.trigger(_NO_MOVEMENT)

    def _tell_caught(self) -> None:
        """Tell a movement once, though the filter keeps movements back."""
        kept, self.event_filter = self.event_filter, self.event_filter | 1 << _MOVEMENT
        self.trigger(_OCCUPIED, _MOVEMENT)
        self.event_filter = kept

    def _leave(self) -> None:
        self.occupied = False
        self.trigger(_VACANT)

    @override
    def obey_own(self, opcode: int) -> int | None:
        """Take a command for the timers, or for catching a movement."""
        value = self._host.registers.dtr0
        match opcode:
            case 0x20:
                self._catching = not self.event_filter >> _MOVEMENT & 1
            case 0x21:
                self._hold = min(_LONGEST_HOLD, value)
            case 0x22:
                self.report_seconds = value
                self.start_reporting()
            case 0x23:
                self.deadtime = value
            case 0x24:
                if self.stop_timer("hold"):
                    self._leave()
            case 0x2C:
                return self.deadtime
            case 0x2D:
                return self._hold
            case 0x2E:
                return self.report_seconds
            case 0x2F:
                return YES if self._catching else None
        return None
