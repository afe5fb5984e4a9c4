"""When trouble of a line becomes a repair issue: at once where a person is needed, after a while where it may pass."""

from collections import deque
from datetime import datetime
from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .dali.errors import LineError
from .dali.events import LineStatus
from .issues.line import (
    FLAPPING,
    NEED_A_PERSON,
    async_clear_offline,
    async_report_failed,
    async_report_flapping,
    async_report_offline,
)

# Whoever unplugs an adapter to move it, or switches the line's power off for a repair, is done by then; in seconds.
GRACE: Final = 60.0
# So many losses within this many seconds are no accident any more.
LOSSES: Final = 5
WITHIN: Final = 300.0
# An adapter that stayed for so long comes and goes no more; in seconds.
CALM: Final = 300.0


class LineTrouble:
    """Follows whether a line is there, and has one issue at the most, however often that changes."""

    def __init__(self, hass: HomeAssistant, subentry: ConfigSubentry) -> None:
        self._hass = hass
        self._subentry = subentry
        self._problem: LineError | None = None
        self._is_overdue = False
        self._was_there = False
        self._is_flapping = False
        # When it was lost, on the loop's clock.
        self._losses: deque[float] = deque(maxlen=LOSSES)
        self._timer: CALLBACK_TYPE | None = None

    @callback
    def async_follow(self, status: LineStatus, problem: LineError | None) -> None:
        """Take note of how the line is now."""
        if status is LineStatus.ONLINE:
            self._back()
        elif status in {LineStatus.OFFLINE, LineStatus.NO_POWER} and problem is not None:
            self._gone(problem)
        elif status is LineStatus.FAILED:
            self.async_stop()
            async_report_failed(self._hass, self._subentry)

    @callback
    def async_stop(self) -> None:
        """Follow it no more: the line stops, or is not looked after any more."""
        self._end_timer()
        self._problem, self._is_overdue, self._was_there, self._is_flapping = None, False, False, False
        self._losses.clear()

    def _back(self) -> None:
        self._end_timer()
        self._problem, self._is_overdue, self._was_there = None, False, True
        async_clear_offline(self._hass, self._subentry.subentry_id, but=FLAPPING if self._is_flapping else None)
        if self._is_flapping:
            self._timer = async_call_later(self._hass, CALM, self._calm)

    def _gone(self, problem: LineError) -> None:
        now = self._hass.loop.time()
        if self._was_there:
            self._was_there = False
            self._losses.append(now)
        if self._problem is None:
            self._end_timer()
            self._timer = async_call_later(self._hass, GRACE, self._overdue)
        self._problem = problem
        if self._is_overdue or isinstance(problem, NEED_A_PERSON):
            self._report(problem)
        elif len(self._losses) == LOSSES and now - self._losses[0] < WITHIN and not self._is_flapping:
            self._is_flapping = True
            async_report_flapping(self._hass, self._subentry)

    @callback
    def _overdue(self, _: datetime) -> None:
        self._timer, self._is_overdue = None, True
        if self._problem is not None:
            self._report(self._problem)

    @callback
    def _calm(self, _: datetime) -> None:
        self._timer, self._is_flapping = None, False
        self._losses.clear()
        async_clear_offline(self._hass, self._subentry.subentry_id)

    def _report(self, problem: LineError) -> None:
        """Tell why it is gone; that it came and went before is no news then."""
        self._is_flapping = False
        async_report_offline(self._hass, self._subentry, problem)

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None
