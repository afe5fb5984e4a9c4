"""The hour of the week by local time."""

from datetime import datetime, tzinfo
from functools import lru_cache

QUARTER = 900
"""Seconds: all zones of time are whole quarters of an hour from UTC."""
HOURS = 168


@lru_cache(maxsize=4096)
def hour_of_week(quarter: int, time_zone: tzinfo) -> int:
    """Return the hour of the week, 0 to 167 from Monday's midnight, of a quarter of an hour since 1970."""
    local = datetime.fromtimestamp(quarter * QUARTER, time_zone)
    return local.weekday() * 24 + local.hour
