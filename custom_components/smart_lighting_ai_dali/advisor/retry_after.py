"""How long a server wants to be left alone, by the headers of its answer (RFC 9110, section 10.2.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
import re
from typing import Final

from .provider import LONGEST_RETRY_AFTER

# What float() would read as well, such as "nan", "1_0" or "-1", is no number of seconds.
_NUMBER: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_LONGEST_DATE: Final = 64


def retry_after_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return what the headers say, in seconds from 0 to `LONGEST_RETRY_AFTER`; None where it makes no sense.

    `headers` has lower-case names, or does not mind the case; `now` is the time, with its zone.
    """
    milliseconds = headers.get("retry-after-ms", "").strip()
    if _NUMBER.fullmatch(milliseconds):
        return min(float(milliseconds) / 1000, LONGEST_RETRY_AFTER)
    text = headers.get("retry-after", "").strip()
    if _NUMBER.fullmatch(text):
        return min(float(text), LONGEST_RETRY_AFTER)
    if not text or len(text) > _LONGEST_DATE:
        return None
    try:
        until = parsedate_to_datetime(text)
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        seconds = (until - now).total_seconds()
    except ValueError, OverflowError:
        return None
    return min(seconds, LONGEST_RETRY_AFTER) if seconds >= 0 else None
