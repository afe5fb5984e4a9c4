"""Which zones have no features though they should, as one repair issue that names what does not deliver."""

from datetime import datetime
from functools import partial
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.helpers.event import async_call_later

from .db.signals import UNKNOWN
from .feature_engineering import FeatureEngineering
from .issues.site import async_clear_features, async_report_features
from .sources import OUTDOORS, Source, value_of
from .telemetry import Telemetry

# A zone that was set up just now, or whose sensors were away for a moment, has some within this time; in seconds.
PATIENCE: Final = 2 * 3600.0


class FeatureWatch:
    """Follows the zones that the last run of the aggregation found without features."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], jobs: FeatureEngineering, telemetry: Telemetry
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._jobs = jobs
        self._telemetry = telemetry
        self._timers: dict[str, CALLBACK_TYPE] = {}
        self._overdue: set[str] = set()
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Follow them from now on."""
        self._stop = self._jobs.async_listen(self._condensed)

    @callback
    def async_stop(self) -> None:
        """Follow them no more."""
        if self._stop is not None:
            self._stop()
            self._stop = None
        while self._timers:
            self._timers.popitem()[1]()

    def names_of(self, zones: set[str]) -> list[str]:
        """Return the names of zones, in order: those that were set up have one of their own."""
        areas = ar.async_get(self._hass)
        names = []
        for zone in zones:
            subentry, area = self._entry.subentries.get(zone), areas.async_get_area(zone)
            names.append(subentry.title if subentry else area.name if area else zone)
        return sorted(names, key=str.lower)

    @callback
    def _condensed(self) -> None:
        """Look who has none after this run."""
        # The sky is no room: what is amiss with the weather is told elsewhere.
        without = set(self._jobs.zones_without_features) - {OUTDOORS}
        for zone in set(self._timers) - without:
            self._timers.pop(zone)()
        for zone in without - self._overdue - set(self._timers):
            self._timers[zone] = async_call_later(self._hass, PATIENCE, partial(self._wait_no_more, zone))
        if self._overdue:
            self._overdue &= without
            self._tell()

    @callback
    def _wait_no_more(self, zone: str, _: datetime) -> None:
        self._timers.pop(zone, None)
        self._overdue.add(zone)
        self._tell()

    def _tell(self) -> None:
        if not self._overdue:
            async_clear_features(self._hass)
            return
        told: dict[str, set[str]] = {"gone": set(), "unavailable": set(), "silent": set()}
        for source in self._telemetry.sources:
            if source.zone in self._overdue and (why := self._why(source)) is not None:
                told[why].add(self._name_of(source))
        async_report_features(self._hass, self.names_of(self._overdue), told)

    def _why(self, source: Source) -> str | None:
        """Return why an entity tells nothing; None where it does."""
        state = self._hass.states.get(source.entity_id)
        if state is None:
            return "gone"
        if state.state == STATE_UNAVAILABLE:
            return "unavailable"
        return "silent" if value_of(source.signal, state) == UNKNOWN and not source.signal.is_instant else None

    def _name_of(self, source: Source) -> str:
        state = self._hass.states.get(source.entity_id)
        entity = er.async_get(self._hass).async_get(source.entity_id)
        own = None if entity is None else entity.name or entity.original_name
        return own or source.entity_id if state is None else state.name
