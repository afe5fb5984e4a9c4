"""Instants, as the database has them: milliseconds since 1970, UTC."""

from datetime import datetime
import time


def now_ms() -> int:
    """Return this instant."""
    return int(time.time() * 1000)


def milliseconds(instant: datetime) -> int:
    """Return an instant that has a time zone."""
    return int(instant.timestamp() * 1000)
