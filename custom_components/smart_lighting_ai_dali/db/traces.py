"""Read what was recorded of zones, to be played once more: events, and what their lights and sensors add up to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from .ingestion import NameKind
from .schema import WINDOW_MS, event, feature, source, statistic
from .signals import Signal, Statistic

# In thousandths of a percent, as `Signal.LIGHT` has it; tenths of a watt, as `Signal.POWER` has them.
_FULL_LIGHT: Final = 100_000
_TENTHS: Final = 10
# The fewest windows of five minutes with light and power that are enough to know a power by: an hour.
_ENOUGH_WINDOWS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SlopeSums:
    """Sums over the changes of a zone's light, in thousandths of a percent, and of the reading, in lux."""

    pairs: int
    light_squared: int
    light_lux: int
    lux_squared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerSums:
    """Means over windows of five minutes in which a zone was lit throughout, and all its power was known."""

    windows: int
    light: float
    """0 to 1, linear."""
    watts: float


def zone_numbers(connection: Connection) -> dict[str, int]:
    """Return the numbers of all zones, by their names."""
    query = select(source.c.name, source.c.source_id).where(source.c.kind == NameKind.ZONE)
    return dict(connection.execute(query).tuples().all())


def source_number(connection: Connection, name: str) -> int | None:
    """Return the number of a source; None where nothing was collected of it."""
    query = select(source.c.source_id).where(source.c.kind == NameKind.SOURCE, source.c.name == name)
    return connection.execute(query).scalar_one_or_none()


def events_between(
    connection: Connection, *, start_ms: int, end_ms: int, signals: Collection[Signal]
) -> list[Row[Any]]:
    """Return events from `start_ms` to before `end_ms`, oldest first: ts, src, kind, zone, val and flag of each."""
    query = (
        select(event.c.ts, event.c.src, event.c.kind, event.c.zone, event.c.val, event.c.flag)
        .where(event.c.ts >= start_ms, event.c.ts < end_ms, event.c.kind.in_([int(one) for one in signals]))
        .order_by(event.c.ts, event.c.src, event.c.kind)
    )
    return list(connection.execute(query))


def first_event_ms(connection: Connection) -> int | None:
    """Return when the oldest event was; None where there is none."""
    return connection.execute(select(func.min(event.c.ts))).scalar()


def slope_sums(connection: Connection) -> dict[int, SlopeSums]:
    """Return what is known of how light makes lux, by the numbers of zones."""
    wanted = (
        Statistic.SLOPE_PAIRS,
        Statistic.SLOPE_LIGHT_SQUARED,
        Statistic.SLOPE_LIGHT_LUX,
        Statistic.SLOPE_LUX_SQUARED,
    )
    query = (
        select(statistic.c.zone, statistic.c.statistic, func.sum(statistic.c.amount))
        .where(statistic.c.statistic.in_([int(one) for one in wanted]))
        .group_by(statistic.c.zone, statistic.c.statistic)
    )
    found: dict[int, dict[int, int]] = {}
    for zone, number, amount in connection.execute(query).tuples():
        found.setdefault(zone, {})[number] = int(amount)
    return {
        zone: SlopeSums(
            pairs=amounts.get(Statistic.SLOPE_PAIRS, 0),
            light_squared=amounts.get(Statistic.SLOPE_LIGHT_SQUARED, 0),
            light_lux=amounts.get(Statistic.SLOPE_LIGHT_LUX, 0),
            lux_squared=amounts.get(Statistic.SLOPE_LUX_SQUARED, 0),
        )
        for zone, amounts in found.items()
    }


def power_sums(connection: Connection, *, start_ms: int, end_ms: int) -> Mapping[int, PowerSums]:
    """Return the power of zones, by their numbers, where each lamp tells its own; others are left out."""
    light, level, power = feature.alias("light"), feature.alias("level"), feature.alias("power")
    query = (
        select(light.c.zone, func.count(), func.sum(light.c.val_ms), func.sum(power.c.val_ms))
        .join(level, (level.c.win == light.c.win) & (level.c.zone == light.c.zone))
        .join(power, (power.c.win == light.c.win) & (power.c.zone == light.c.zone))
        .where(
            light.c.win >= start_ms // WINDOW_MS,
            light.c.win < -(-end_ms // WINDOW_MS),
            light.c.kind == Signal.LIGHT,
            level.c.kind == Signal.LEVEL,
            power.c.kind == Signal.POWER,
            light.c.pos_ms == WINDOW_MS,
            power.c.src_ms == level.c.src_ms,
            level.c.unknown_ms + power.c.unknown_ms + light.c.unknown_ms == 0,
        )
        .group_by(light.c.zone)
    )
    return {
        zone: PowerSums(
            windows=windows,
            light=float(light_ms) / (windows * WINDOW_MS * _FULL_LIGHT),
            watts=float(power_ms) / (windows * WINDOW_MS * _TENTHS),
        )
        for zone, windows, light_ms, power_ms in connection.execute(query).tuples()
        if windows >= _ENOUGH_WINDOWS
    }
