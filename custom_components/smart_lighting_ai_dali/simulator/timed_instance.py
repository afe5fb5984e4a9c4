"""What sensors have in common: the deadtime between two events, and the report timer that repeats them."""

from abc import abstractmethod
from typing import Final, override

from .device_specification import InstanceSpecification
from .instance import Host, Instance
from .scheduler import Scheduler

# The deadtime counts in 50 ms, the report timer in seconds.
DEADTIME_INCREMENT: Final = 0.05


class TimedInstance(Instance):
    """An instance that holds its events back during the deadtime, and repeats itself."""

    report_seconds: int
    deadtime: int

    def __init__(self, specification: InstanceSpecification, number: int, host: Host, scheduler: Scheduler) -> None:
        super().__init__(specification, number, host, scheduler)
        self._waiting: set[int] = set()
        self.start_reporting()

    @property
    @abstractmethod
    def information(self) -> int:
        """Return the ten bits that an event of this instant has."""

    @abstractmethod
    def report(self) -> None:
        """Repeat what is so."""

    def start_reporting(self) -> None:
        """Start the report timer; at 0 nothing is repeated."""
        self.stop_timer("report")
        if self.report_seconds:
            self.start_timer("report", self.report_seconds, self._report)

    def trigger(self, *filter_bits: int) -> None:
        """Tell what is so now, or when the deadtime is over; nothing where the filter lets none of the bits pass."""
        if self.timer_runs("deadtime"):
            self._waiting.update(filter_bits)
        elif self.tell(self.information, *filter_bits):
            self.start_deadtime()
            self.start_reporting()

    def start_deadtime(self) -> None:
        """Hold back what comes next."""
        if self.deadtime:
            self.start_timer("deadtime", self.deadtime * DEADTIME_INCREMENT, self._end_deadtime)

    @override
    def reset(self) -> None:
        """Obey RESET."""
        super().reset()
        self._waiting.clear()
        self.start_reporting()

    def _end_deadtime(self) -> None:
        waiting, self._waiting = self._waiting, set()
        if waiting:
            self.trigger(*waiting)

    def _report(self) -> None:
        self.start_reporting()
        self.report()
