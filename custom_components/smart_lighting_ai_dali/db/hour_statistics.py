"""Condense an hour into sums that are not of one signal: how long rooms were empty, what people changed, lux by light.

An hour is made whole from its events, and from those of the three hours before it, which tell how long it was empty.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, delete, text

from .schema import HOUR_MS, statistic
from .signals import GAP_BINS, SHORTEST_GAP_MS, UNKNOWN, Cause, Signal, Statistic

LOOK_BACK_HOURS: Final = 3
"""How many hours before an hour have a part in its statistics."""
# A sensor needs a moment to see a change of light; what it says later than that has other reasons.
_SETTLED_MS: Final = 3_000
_STALE_MS: Final = 30_000
# In thousandths of a percent: below this a change of light is no change, and below that it teaches nothing.
_LEAST_STEP: Final = 1_000
_LEAST_CHANGE: Final = 10_000

# Keyframes say nothing new, but the first of all: it stands for what was before it.
_GAPS: Final = text(f"""
SELECT zone, bin, COUNT(*) FROM (
    SELECT zone, CASE {
    " ".join(f"WHEN ts - since < {SHORTEST_GAP_MS << bin_} THEN {bin_}" for bin_ in range(GAP_BINS - 1))
} ELSE {GAP_BINS - 1} END AS bin
    FROM (
        SELECT zone, ts, val,
            LAG(ts) OVER (PARTITION BY src ORDER BY ts) AS since, LAG(val) OVER (PARTITION BY src ORDER BY ts) AS was
        FROM smart_lighting_event
        WHERE ts >= :looks_back AND ts < :ends AND kind = {int(Signal.OCCUPANCY)}
            AND (flag <> {int(Cause.KEYFRAME)} OR val = {UNKNOWN} OR ts = :looks_back)
    ) moved
    WHERE ts >= :begins AND val > 0 AND was = 0
) gone
GROUP BY zone, bin
""")
_OVERRIDES: Final = text(f"""
SELECT zone,
    SUM(CASE WHEN was = 0 AND val > 0 THEN 1 ELSE 0 END), SUM(CASE WHEN was > 0 AND val = 0 THEN 1 ELSE 0 END),
    SUM(CASE WHEN was > 0 AND val > was THEN 1 ELSE 0 END),
    SUM(CASE WHEN val > 0 AND val < was THEN 1 ELSE 0 END),
    SUM(CASE WHEN was > 0 AND val > 0 THEN val - was ELSE 0 END),
    SUM(CASE WHEN was > 0 AND val > 0 THEN (val - was) * (val - was) ELSE 0 END)
FROM (
    SELECT zone, val, flag, LAG(val) OVER (PARTITION BY src ORDER BY ts) AS was
    FROM smart_lighting_event WHERE ts >= :begins AND ts < :ends AND kind = {int(Signal.LEVEL)}
) step
WHERE flag = {int(Cause.MANUAL)} AND val >= 0 AND was >= 0
GROUP BY zone
""")
# PostgreSQL multiplies INTEGERs in 32 bits, so a BIGINT of nothing is added.
# A pair: the light changed since the sensor spoke last, the sensor had settled before, and it has settled since.
_SLOPE: Final = text(f"""
SELECT zone, COUNT(*), SUM(x), SUM(y), SUM(x * x), SUM(x * y), SUM(y * y) FROM (
    SELECT lux.zone AS zone, lux.y AS y, SUM(step.x) AS x
    FROM (
        SELECT zone, src, ts, val - was + 0 * ts AS y, since FROM (
            SELECT zone, src, ts, val, LAG(val) OVER (PARTITION BY src ORDER BY ts) AS was,
                LAG(ts) OVER (PARTITION BY src ORDER BY ts) AS since
            FROM smart_lighting_event WHERE ts >= :begins AND ts < :ends AND kind = {int(Signal.ILLUMINANCE)}
        ) said
        WHERE val >= 0 AND was >= 0 AND ts >= :begins + {_STALE_MS}
    ) lux
    JOIN (
        SELECT zone, ts, x FROM (
            SELECT zone, ts, CASE WHEN val >= 0 AND LAG(val) OVER (PARTITION BY src ORDER BY ts) >= 0
                THEN val - LAG(val) OVER (PARTITION BY src ORDER BY ts) END AS x
            FROM smart_lighting_event WHERE ts >= :begins AND ts < :ends AND kind = {int(Signal.LIGHT)}
        ) moved
        WHERE ABS(x) >= {_LEAST_STEP}
    ) step ON step.zone = lux.zone AND step.ts > lux.ts - {_STALE_MS} AND step.ts <= lux.ts
        AND step.ts > lux.since - {_SETTLED_MS}
    GROUP BY lux.zone, lux.src, lux.ts, lux.y, lux.since
    HAVING MIN(step.ts) > lux.since AND MAX(step.ts) <= lux.ts - {_SETTLED_MS} AND ABS(SUM(step.x)) >= {_LEAST_CHANGE}
) pair
GROUP BY zone
""")
_INPUTS: Final = text(f"""
SELECT zone, val, COUNT(*) FROM smart_lighting_event
WHERE ts >= :begins AND ts < :ends AND kind = {int(Signal.INPUT)} AND val >= 0
GROUP BY zone, val
""")
_OVERRIDE_COLUMNS: Final = (
    Statistic.OVERRIDES_ON,
    Statistic.OVERRIDES_OFF,
    Statistic.OVERRIDES_UP,
    Statistic.OVERRIDES_DOWN,
    Statistic.OVERRIDE_STEPS,
    Statistic.OVERRIDE_STEPS_SQUARED,
)
_SLOPE_COLUMNS: Final = (
    Statistic.SLOPE_PAIRS,
    Statistic.SLOPE_LIGHT,
    Statistic.SLOPE_LUX,
    Statistic.SLOPE_LIGHT_SQUARED,
    Statistic.SLOPE_LIGHT_LUX,
    Statistic.SLOPE_LUX_SQUARED,
)


def condense_hours(connection: Connection, hours: Sequence[int]) -> int:
    """Make the statistics of whole hours, counted from 1970, anew; return their rows."""
    rows = [
        {"hour": hour, "zone": zone, "statistic": number, "amount": amount}
        for hour in hours
        for (zone, number), amount in _amounts(connection, hour).items()
        if amount
    ]
    connection.execute(delete(statistic).where(statistic.c.hour.in_(hours)))
    if rows:
        connection.execute(statistic.insert(), rows)
    return len(rows)


def _amounts(connection: Connection, hour: int) -> dict[tuple[int, int], int]:
    """Return what an hour adds up to, by zone and statistic."""
    begins = hour * HOUR_MS
    span = {"begins": begins, "ends": begins + HOUR_MS}
    looking_back = {**span, "looks_back": begins - LOOK_BACK_HOURS * HOUR_MS}
    amounts: dict[tuple[int, int], int] = defaultdict(int)
    for zone, bin_, count in connection.execute(_GAPS, looking_back):
        amounts[zone, Statistic.GAPS + bin_] = int(count)
    for statement, columns in ((_OVERRIDES, _OVERRIDE_COLUMNS), (_SLOPE, _SLOPE_COLUMNS)):
        for zone, *sums in connection.execute(statement, span):
            amounts |= {(zone, column): int(amount) for column, amount in zip(columns, sums, strict=True)}
    for zone, code, count in connection.execute(_INPUTS, span):
        amounts[zone, Statistic.INPUTS + code] = int(count)
    return amounts
