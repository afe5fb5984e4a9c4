"""What the log told, as an operator reads it: one line an event, in fields."""

import logging
import re
from typing import Final

import pytest

from .log_lines import DOMAIN

_PREFIX: Final = f"custom_components.{DOMAIN}."
# A value is a word, or quoted as Python quotes a text.
_FIELD: Final = re.compile(r"([a-z_]+)=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^\s'\"]*)(?: |$)")


def fields_of(message: str) -> dict[str, str]:
    """Return the fields of a line; fails where there is anything else in it."""
    fields: dict[str, str] = {}
    place = 0
    while place < len(message):
        found = _FIELD.match(message, place)
        assert found is not None, f"no field at {message[place:]!r} of {message!r}"
        fields[found[1]] = found[2]
        place = found.end()
    return fields


def told(caplog: pytest.LogCaptureFixture, logger: str, event: str) -> list[logging.LogRecord]:
    """Return the lines of an event such as `adapter=lost` on a logger, from the level `info` up."""
    name, _, value = event.partition("=")
    return [
        record
        for record in caplog.records
        if record.name == f"{_PREFIX}{logger}"
        and record.levelno >= logging.INFO
        and fields_of(record.getMessage()).get(name) == value
    ]


def told_once(caplog: pytest.LogCaptureFixture, logger: str, event: str) -> dict[str, str]:
    """Return the fields of an event's line, which is there exactly once at its most urgent, and is one line."""
    records = told(caplog, logger, event)
    records = [record for record in records if record.levelno == max(one.levelno for one in records)]
    assert len(records) == 1, [record.getMessage() for record in records]
    message = records[0].getMessage()
    assert "\n" not in message
    return fields_of(message)
