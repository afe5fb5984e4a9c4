"""How the site is, of what its parts say; the trouble of each is told once, and once that it is over.

All of it is in memory: whoever asks waits for nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import logging
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util

_LOGGER = logging.getLogger(__name__)

_ADVICE: Final = "its own lines say more"


class HealthStatus(StrEnum):
    """How something is."""

    OK = "ok"
    DEGRADED = "degraded"
    """Something fails without which lights work."""
    ERROR = "error"
    """It can't be used."""


class Part(StrEnum):
    """What a site is made of."""

    DATABASE = "database"
    SCHEDULER = "scheduler"
    LINE = "line"
    AI = "ai"
    WEATHER = "weather"
    PROFILES = "profiles"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How a part was found."""

    code: str
    """What is the matter, in a word that does not change with language or version."""
    status: HealthStatus = HealthStatus.OK
    later: HealthStatus | None = None
    """What it is when it has not been well for `after` seconds; None where time makes no difference."""
    after: float = 0.0
    advice: str = ""
    """What to do, for the log, where nobody else has warned of it."""
    is_spare: bool = False
    """The site would be as good without it."""

    @property
    def is_well(self) -> bool:
        """Tell whether nothing is the matter, nor will be if it stays so."""
        return self.status is HealthStatus.OK and self.later is None


WELL: Final = Finding(code="ok")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHealth:
    """How a part is."""

    part: Part
    name: str | None
    """What people call it, where there are several."""
    status: HealthStatus
    code: str
    since: datetime
    """Since when it has this status."""
    last_success: datetime | None
    """When it did its work last, as far as that was known when the status or the code became what they are."""
    is_spare: bool

    def attributes(self) -> dict[str, Any]:
        """Return what a sensor of it says beside its state."""
        return {
            "health": self.status.value,
            "since": self.since,
            "last_success": self.last_success,
            "code": self.code,
        }


class _Memory:
    """What has to be remembered of a part from look to look."""

    def __init__(self) -> None:
        self.unwell_since: float | None = None
        """Since when it has not been well, on the monotonic clock."""
        self.due: float | None = None
        """When its status is another without anything else happening, on the monotonic clock."""
        self.told = HealthStatus.OK


class SiteHealth:
    """How the site and its parts are."""

    def __init__(self) -> None:
        self._parts: dict[str, PartHealth] = {}
        self._memories: dict[str, _Memory] = {}
        self._listeners: list[Callable[[], None]] = []

    @property
    def parts(self) -> Mapping[str, PartHealth]:
        """Return how each part is, by its key."""
        return self._parts

    @property
    def status(self) -> HealthStatus:
        """Return how the site is: without its database, or any line, it can't do what it is for."""
        databases = [one.status for one in self._parts.values() if one.part is Part.DATABASE]
        lines = [one.status for one in self._parts.values() if one.part is Part.LINE and not one.is_spare]
        if any(needed and set(needed) == {HealthStatus.ERROR} for needed in (databases, lines)):
            return HealthStatus.ERROR
        well = all(one.status is HealthStatus.OK for one in self._parts.values())
        return HealthStatus.OK if well else HealthStatus.DEGRADED

    @property
    def problems(self) -> list[dict[str, str | None]]:
        """Return what is the matter, for people and automations."""
        return [
            {"part": one.part.value, "name": one.name, "status": one.status.value, "code": one.code}
            for one in self._parts.values()
            if one.status is not HealthStatus.OK
        ]

    @property
    def due(self) -> float | None:
        """Return when a status is another by time alone, on the monotonic clock; None where none is."""
        return min((memory.due for memory in self._memories.values() if memory.due is not None), default=None)

    @callback
    def async_listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call a listener when a status or a code is another; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_take(
        self,
        key: str,
        part: Part,
        finding: Finding,
        *,
        at: float,
        name: str | None = None,
        last_success: datetime | None = None,
    ) -> bool:
        """Take how a part was found at an instant of the monotonic clock; return whether that is news.

        Where the part does not know when it did its work last, that is when it was found well the last time.
        """
        memory = self._memories.setdefault(key, _Memory())
        if finding.is_well:
            memory.unwell_since = None
        elif memory.unwell_since is None:
            memory.unwell_since = at
        status, memory.due = finding.status, None
        if finding.later is not None and memory.unwell_since is not None:
            due = memory.unwell_since + finding.after
            if at >= due:
                status = finding.later
            else:
                memory.due = due
        before, now = self._parts.get(key), dt_util.utcnow()
        if before is not None and _shown(before) == (status, finding.code, name, finding.is_spare):
            return False
        if last_success is None and before is not None:
            last_success = now if before.code == WELL.code else before.last_success
        self._parts[key] = PartHealth(
            part=part,
            name=name,
            status=status,
            code=finding.code,
            since=now if before is None or before.status is not status else before.since,
            last_success=last_success,
            is_spare=finding.is_spare,
        )
        if memory.due is None:
            self._tell(self._parts[key], memory, finding)
        return True

    @callback
    def async_forget(self, key: str) -> bool:
        """Take that there is no such part any more; return whether that is news."""
        self._memories.pop(key, None)
        return self._parts.pop(key, None) is not None

    @callback
    def async_notify(self) -> None:
        """Tell listeners that something is another."""
        for listener in tuple(self._listeners):
            listener()

    def _tell(self, one: PartHealth, memory: _Memory, finding: Finding) -> None:
        """Tell of a status that stays unless something happens, if it is worse than was told, or well again."""
        if one.status is memory.told or (one.status, memory.told) == (HealthStatus.DEGRADED, HealthStatus.ERROR):
            # What is only less bad than before is not over.
            return
        memory.told = one.status
        named = one.part.value if one.name is None else f"{one.part.value} {one.name}"
        site = self.status.value
        if one.status is HealthStatus.OK:
            _LOGGER.info("part=%r health=%s status=ok", named, site)
            return
        _LOGGER.log(
            # Else who found it has warned already.
            logging.WARNING if finding.advice else logging.INFO,
            "part=%r health=%s status=%s code=%s hint=%r",
            named,
            site,
            one.status.value,
            one.code,
            finding.advice or _ADVICE,
        )


def _shown(one: PartHealth) -> tuple[object, ...]:
    """Return what is news where it is another."""
    return one.status, one.code, one.name, one.is_spare
