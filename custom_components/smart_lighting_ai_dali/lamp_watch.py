"""Which lamps of a line are broken, as one repair issue for all of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .dali.line import Line
from .issues.gear import async_clear_lamps, async_report_lamps

# Registries get the names of new gear within a moment; in seconds.
_SOON: Final = 2.0
# A loose contact comes and goes: only lamps that work for so long are well again. Three sweeps; in seconds.
WELL: Final = 120.0


class LampWatch:
    """Follows the lamp failures of one line."""

    def __init__(self, hass: HomeAssistant, subentry: ConfigSubentry, line: Callable[[], Line]) -> None:
        self._hass = hass
        self._subentry = subentry
        self._line = line
        self._shown: frozenset[str] = frozenset()
        self._timer: CALLBACK_TYPE | None = None
        self._is_soon = False

    @property
    def broken(self) -> frozenset[str]:
        """Return the keys of gear that says that its lamp is broken."""
        line = self._line()
        return frozenset(key for key in line.gear if line.state(key).lamp_failure)

    @callback
    def async_follow(self) -> None:
        """Look anew: gear said something, or is gone."""
        broken = self.broken
        if broken == self._shown:
            self._end_timer()
        elif broken - self._shown:
            if not self._is_soon:
                self._end_timer()
                self._is_soon = True
                self._timer = async_call_later(self._hass, _SOON, self._tell)
        elif self._timer is None:
            self._timer = async_call_later(self._hass, WELL, self._tell)

    @callback
    def async_look(self) -> None:
        """Tell how it is at once: a person looked."""
        self._tell()

    @callback
    def async_stop(self) -> None:
        """Begin anew: the line stops, and its issues go with it."""
        self._end_timer()
        self._shown = frozenset()

    @callback
    def _tell(self, _: datetime | None = None) -> None:
        self._end_timer()
        self._shown = self.broken
        if self._shown:
            async_report_lamps(self._hass, self._subentry, self._shown)
        else:
            async_clear_lamps(self._hass, self._subentry.subentry_id)

    def _end_timer(self) -> None:
        self._is_soon = False
        if self._timer is not None:
            self._timer()
            self._timer = None
