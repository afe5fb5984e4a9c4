"""What rows of `smart_lighting_event` say: keyframes that say nothing new are left out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ..db.schema import light_of
from ..db.signals import CONDITIONS, UNKNOWN, Cause, Signal
from ..zones.clouds import cloud_of_condition
from .trace import By, Happening, Lit, Read, Seen, Sky

SIGNALS: Final = (Signal.LEVEL, Signal.MOTION, Signal.ILLUMINANCE, Signal.CLOUD, Signal.CONDITION)
"""What a replay needs of all that was recorded."""

_FULL: Final = 100_000
_BY: Final = {Cause.AUTOMATIC: By.CONTROLLER, Cause.MANUAL: By.PERSON, Cause.LINE: By.MASTER}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    time_ms: int
    source: int
    signal: int
    zone: int
    value: int
    cause: int


class Reader:
    """Reads rows, oldest first, and remembers what every source said last."""

    def __init__(
        self, zones: Mapping[int, str], *, before: Mapping[int, str] | None = None, weather: int | None = None
    ) -> None:
        """Make it for zones by their numbers; `weather` is the number of what tells of the sky, else the first does.

        `before` are the areas that zones are of: what was collected of those is theirs until they begin themselves.
        """
        self._zones = {**(before or {}), **zones}
        self._own = frozenset(zones)
        self._begun: set[str] = set()
        self._weather = weather
        self._last: dict[tuple[int, int], int] = {}
        self._cloud: float | None = None

    def read(self, rows: Iterable[Row]) -> Iterator[Happening]:
        """Return what rows say."""
        for row in rows:
            key = row.source, row.signal
            # Somebody may choose a level that a lamp has already.
            if self._last.get(key) == row.value and (row.signal != Signal.LEVEL or row.cause == Cause.KEYFRAME):
                continue
            self._last[key] = row.value
            if row.signal in {Signal.CLOUD, Signal.CONDITION}:
                yield from self._sky(row)
            elif (zone := self._zone(row.zone)) is not None:
                yield self._of_zone(row, zone)

    def _zone(self, number: int) -> str | None:
        """Return the zone that a row is of."""
        zone = self._zones.get(number)
        if zone is None or number in self._own:
            if zone is not None:
                self._begun.add(zone)
            return zone
        return None if zone in self._begun else zone

    @staticmethod
    def _of_zone(row: Row, zone: str) -> Happening:
        time, source = row.time_ms / 1000, str(row.source)
        is_known = row.value != UNKNOWN
        match row.signal:
            case Signal.MOTION:
                return Seen(time, zone, source, row.value > 0 if is_known else None)
            case Signal.ILLUMINANCE:
                return Read(time, zone, source, float(row.value) if is_known else None)
            case _:
                light = light_of(row.value) / _FULL if is_known else None
                return Lit(time, zone, source, light, _BY.get(Cause(row.cause), By.UNKNOWN))

    def _sky(self, row: Row) -> Iterator[Sky]:
        if self._weather is None:
            self._weather = row.source
        if row.source != self._weather:
            return
        cover = self._last.get((row.source, Signal.CLOUD), UNKNOWN)
        condition = self._last.get((row.source, Signal.CONDITION), UNKNOWN)
        cloud = None
        if cover != UNKNOWN:
            cloud = cover / 100
        elif 0 <= condition < len(CONDITIONS):
            cloud = cloud_of_condition(CONDITIONS[condition])
        if cloud != self._cloud:
            self._cloud = cloud
            yield Sky(row.time_ms / 1000, cloud)
