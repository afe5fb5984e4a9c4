"""Look at the parts of the site when they say that something is another, and from time to time.

None of what they say comes with a telegram of a line: it costs nothing while nothing happens.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
import time
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .const import CONF_KIND, DOMAIN, SUBENTRY_LINE, LineKind
from .coordinator import LineCoordinator
from .dali.events import StatusChanged
from .db.health import DatabaseStatus
from .health import WELL, Finding, Part, SiteHealth
from .health_rules import (
    NOT_STARTED,
    ai_finding,
    audit_finding,
    database_finding,
    line_finding,
    profiles_finding,
    scheduler_finding,
    weather_finding,
)

if TYPE_CHECKING:
    from .site import Site, SiteConfigEntry

# What has no event of its own is seen so late: gear that is missing, a job that is overdue, a buffer that is full.
INTERVAL: Final = timedelta(seconds=30)

_KEEP_ACCOUNT: Final = frozenset({Part.DATABASE, Part.SCHEDULER, Part.AI})

type Look = tuple[Finding, datetime | None]


def line_part(subentry_id: str) -> str:
    """Return the key of a line among the parts of the site."""
    return f"{Part.LINE.value}_{subentry_id}"


class HealthWatch:
    """Keeps the health of the site as it is, from its start to its stop."""

    def __init__(self, hass: HomeAssistant, entry: SiteConfigEntry, site: Site) -> None:
        self.health = SiteHealth()
        self._hass = hass
        self._entry = entry
        self._site = site
        self._started_at: float | None = None
        """When Home Assistant had started, on the monotonic clock: no job begins before."""
        self._timer: CALLBACK_TYPE | None = None
        self._stops: list[CALLBACK_TYPE] = []

    @callback
    def async_start(self) -> None:
        """Look from now on."""
        site = self._site
        for part, listen in (
            (Part.DATABASE, site.database.async_listen),
            (Part.AI, site.ai_planner.async_listen),
            (Part.WEATHER, site.control.async_listen_to_weather),
            (Part.PROFILES, site.vault.async_listen),
            (Part.AUDIT, site.audit.async_listen_to_problem),
            (Part.SCHEDULER, site.feature_engineering.async_listen),
            (Part.SCHEDULER, site.retention.async_listen),
        ):
            self._stops.append(listen(self._look_at(part)))
        self._stops.append(site.async_listen_to_lines(self._follow_line))
        self._stops.append(
            async_track_time_interval(
                self._hass, self._look_in_turn, INTERVAL, name=f"{DOMAIN} health", cancel_on_shutdown=True
            )
        )
        self._stops.append(async_at_started(self._hass, self._started))
        self.async_look()

    @callback
    def async_stop(self) -> None:
        """Look no more: what stops is not ill."""
        for stop in (self._timer, *self._stops):
            if stop is not None:
                stop()
        self._timer = None
        self._stops.clear()

    @callback
    def async_look(self) -> None:
        """Look at all parts: whatever comes of it is known afterwards."""
        lines = {
            subentry.subentry_id: subentry
            for subentry in self._entry.subentries.values()
            if subentry.subentry_type == SUBENTRY_LINE
        }
        keys = {line_part(subentry_id) for subentry_id in lines}
        gone = [key for key, one in self.health.parts.items() if one.part is Part.LINE and key not in keys]
        changed = [self.health.async_forget(key) for key in gone]
        changed += [self._take(part) for part in Part if part is not Part.LINE]
        changed += [self._take_line(subentry_id) for subentry_id in lines]
        self._end(changed=any(changed))

    def last_success(self, key: str) -> datetime | None:
        """Return when a part did its work last, by now."""
        one = self.health.parts[key]
        known = None if one.part is Part.LINE else self._find(one.part)[1]
        # Who keeps no account of it does it as long as nothing is said of them.
        is_at_work = one.part not in _KEEP_ACCOUNT and one.code == WELL.code
        return dt_util.utcnow() if is_at_work else known or one.last_success

    # What there is to hear

    @callback
    def _started(self, _: HomeAssistant) -> None:
        self._started_at = time.monotonic()
        self.async_look()

    @callback
    def _look_in_turn(self, _: datetime) -> None:
        self.async_look()

    def _look_at(self, part: Part) -> CALLBACK_TYPE:
        @callback
        def look() -> None:
            self._end(changed=self._take(part))

        return look

    @callback
    def _follow_line(self, coordinator: LineCoordinator) -> None:
        @callback
        def look(_: StatusChanged) -> None:
            if coordinator.subentry_id in self._entry.subentries and self._stops:
                self._end(changed=self._take_line(coordinator.subentry_id))

        self._stops.append(coordinator.async_listen(StatusChanged, look))

    # What there is to see

    def _take(self, part: Part) -> bool:
        finding, last_success = self._find(part)
        return self.health.async_take(part, part, finding, at=time.monotonic(), last_success=last_success)

    def _find(self, part: Part) -> Look:
        find: dict[Part, Callable[[], Look]] = {
            Part.DATABASE: self._database,
            Part.SCHEDULER: self._scheduler,
            Part.AI: self._ai,
            Part.WEATHER: self._weather,
            Part.PROFILES: self._profiles,
            Part.AUDIT: self._audit,
        }
        return find[part]()

    def _database(self) -> Look:
        seen, buffer = self._site.database.health, self._site.telemetry.buffer
        written = None if seen.written is None else dt_util.utc_from_timestamp(seen.written)
        return database_finding(
            seen.status, is_dropping=buffer.fill >= 1, is_copied=self._site.pause.is_paused
        ), written

    def _scheduler(self) -> Look:
        aggregation, retention = self._site.feature_engineering, self._site.retention
        since = self._started_at
        finding = scheduler_finding(
            is_started=since is not None,
            is_paused=aggregation.is_paused,
            is_database_well=self._site.database.health.status is DatabaseStatus.OK,
            is_aggregation_overdue=since is not None and aggregation.is_overdue(since),
            is_retention_overdue=since is not None and retention.is_overdue(since),
            is_clock_doubtful=retention.is_clock_doubtful,
        )
        ends = [job.finished for job in (aggregation, retention) if job.finished is not None]
        return finding, max(ends, default=None)

    def _ai(self) -> Look:
        planner = self._site.ai_planner
        failure = self._site.ai.failure or planner.breaker.last_failure
        return ai_finding(planner.status, failure, planner.refused), planner.answered

    def _weather(self) -> Look:
        weather = self._site.control.weather
        state = None if weather is None else self._hass.states.get(weather)
        return weather_finding(weather, state, is_started=self._started_at is not None), None

    def _profiles(self) -> Look:
        vault = self._site.vault
        return profiles_finding(vault.problem, is_any_put_aside=bool(vault.put_aside)), None

    def _audit(self) -> Look:
        return audit_finding(self._site.audit.problem), None

    def _take_line(self, subentry_id: str) -> bool:
        line = self._site.lines.get(subentry_id)
        subentry = self._entry.subentries[subentry_id]
        if line is None:
            finding = NOT_STARTED
        else:
            bus, inputs = line.line, line.line.inputs
            finding = line_finding(
                bus.status,
                bus.problem,
                is_spare=line.kind is LineKind.SIMULATED and self._has_real_lines(),
                missing_gear=bus.missing_gear,
                missing_inputs=sum(not inputs.state(key).available for key in inputs.devices),
            )
        return self.health.async_take(
            line_part(subentry_id), Part.LINE, finding, at=time.monotonic(), name=subentry.title
        )

    def _has_real_lines(self) -> bool:
        return any(
            subentry.subentry_type == SUBENTRY_LINE and subentry.data[CONF_KIND] != LineKind.SIMULATED.value
            for subentry in self._entry.subentries.values()
        )

    # What comes of it

    def _end(self, *, changed: bool) -> None:
        """Tell what is another, and look again when time alone makes a difference."""
        if self._timer is not None:
            self._timer()
            self._timer = None
        if (due := self.health.due) is not None and self._stops:
            self._timer = async_call_later(self._hass, max(0.0, due - time.monotonic()), self._time_is_up)
        if changed:
            self.health.async_notify()

    @callback
    def _time_is_up(self, _: Any) -> None:
        self._timer = None
        self.async_look()
