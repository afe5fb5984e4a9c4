"""What there is to play once more: the facts of zones, and what happened, piece by piece, from the database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from ..db.traces import (
    PowerSums,
    SlopeSums,
    events_between,
    first_event_ms,
    power_sums,
    slope_sums,
    source_number,
    zone_numbers,
)
from ..zones.condensed import Condensed, Slope
from ..zones.learning import Learning
from ..zones.score import relative_power
from ..zones.settings import Place, ZoneSettings
from .recorded import SIGNALS, Reader, Row
from .trace import Happening, Home, ZoneFacts

# A piece is read, and played, in less than a second; in milliseconds.
PIECE_MS: Final = 6 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The zones that were set up, and where they are."""

    zones: Mapping[str, ZoneSettings]
    """By key."""
    areas: Mapping[str, str]
    """The ids of the areas that zones are of, by the keys of the zones."""
    weather: str | None
    """What tells of the sky, by its id in the entity registry."""
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What was recorded of an installation."""

    home: Home
    reader: Reader
    first_ms: int
    """When the oldest event was, in milliseconds since 1970."""

    def pieces(self, end_ms: int) -> Iterator[tuple[int, int]]:
        """Return from when until when to read, one piece after the other."""
        for start in range(self.first_ms, end_ms, PIECE_MS):
            yield start, min(start + PIECE_MS, end_ms)

    def read(self, connection: Connection, start_ms: int, end_ms: int) -> list[Happening]:
        """Return what happened in a piece, which has to come after the last one."""
        rows = events_between(connection, start_ms=start_ms, end_ms=end_ms, signals=SIGNALS)
        return list(self.reader.read(Row(*row) for row in rows))


def open_recording(connection: Connection, installation: Installation, *, end_ms: int) -> Recording | None:
    """Return what was recorded of an installation before a time; None where nothing was."""
    first = first_event_ms(connection)
    if first is None or first >= end_ms:
        return None
    numbers = zone_numbers(connection)
    slopes, powers = slope_sums(connection), power_sums(connection, start_ms=first, end_ms=end_ms)
    facts = {
        key: facts_of(settings, installation.place, slopes.get(numbers.get(key, -1)), powers.get(numbers.get(key, -1)))
        for key, settings in installation.zones.items()
    }
    return Recording(
        home=Home(zones=facts, place=installation.place),
        reader=Reader(
            {numbers[key]: key for key in facts if key in numbers},
            before={numbers[area]: key for key, area in installation.areas.items() if area in numbers and key in facts},
            weather=None if installation.weather is None else source_number(connection, installation.weather),
        ),
        first_ms=first,
    )


def facts_of(
    settings: ZoneSettings, place: Place, slope: SlopeSums | None = None, power: PowerSums | None = None
) -> ZoneFacts:
    """Return what is known of a zone all the time; colours are left out, since nothing here depends on them."""
    lux_at_full = None
    if slope is not None:
        sums = Slope(
            pairs=slope.pairs,
            light_squared=slope.light_squared,
            light_lux=slope.light_lux,
            lux_squared=slope.lux_squared,
        )
        lux_at_full = Learning.from_features(Condensed(days=1.0, slope=sums), settings, place).lux_at_full()
    return ZoneFacts(
        settings=replace(settings, has_colour=False),
        lux_at_full=lux_at_full,
        watts=None if power is None or power.light <= 0 else power.watts / relative_power(power.light),
    )
