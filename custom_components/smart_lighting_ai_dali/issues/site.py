"""The repair issues of the site: what does not mend itself, and what a person can do about it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..db.health import DatabaseStatus
from ..db.pruning import ClockDoubtfulError, ClockWentBackError
from ..db.room import Room

_CLOCK_DOUBTFUL: Final = "clock_doubtful"
CLOCK_JUMPED: Final = "clock_jumped"
CLOCK_WENT_BACK: Final = "clock_went_back"
NO_FEATURES: Final = "no_features"
_DATABASE_TROUBLE: Final = "database_error"
_DATABASE_TOO_NEW: Final = "database_too_new"
FILE_LEFT_ALONE: Final = "file_left_alone"
DATABASE_STARTED_ANEW: Final = "database_started_anew"


@callback
def async_report_database(hass: HomeAssistant, status: DatabaseStatus) -> None:
    """Make an issue of tables that a newer version of this integration has made, or take it back."""
    if status is DatabaseStatus.TOO_NEW:
        ir.async_create_issue(
            hass,
            DOMAIN,
            _DATABASE_TOO_NEW,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=_DATABASE_TOO_NEW,
        )
    else:
        ir.async_delete_issue(hass, DOMAIN, _DATABASE_TOO_NEW)


class DatabaseTroubleKind(StrEnum):
    """What is wrong with a database; the translation keys of the issue."""

    FULL = "database_full"
    FAILING = "database_failing"
    SILENT = "database_silent"
    DIED = "database_died"


@callback
def async_report_trouble(hass: HomeAssistant, kind: DatabaseTroubleKind, room: Room | None, waiting: int) -> None:
    """Make an issue of a database that can't be used, with the events that wait for it."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        _DATABASE_TROUBLE,
        is_fixable=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key=kind.value,
        translation_placeholders={
            "events": str(waiting),
            "free": "?" if room is None else _megabytes(room.free),
            "file": "?" if room is None else _megabytes(room.file),
            "log": "?" if room is None else _megabytes(room.log),
        },
    )


@callback
def async_clear_trouble(hass: HomeAssistant) -> None:
    """Take that issue back: the database can be used again."""
    ir.async_delete_issue(hass, DOMAIN, _DATABASE_TROUBLE)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f} MB"


@callback
def async_report_features(hass: HomeAssistant, zones: Iterable[str], sources: Mapping[str, Iterable[str]]) -> None:
    """Make an issue of zones without features, by name, with what does not deliver: gone, unavailable or silent."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        NO_FEATURES,
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=NO_FEATURES,
        translation_placeholders={
            "zones": ", ".join(zones),
            **{why: ", ".join(sorted(names, key=str.lower)) or "-" for why, names in sources.items()},
        },
    )


@callback
def async_clear_features(hass: HomeAssistant) -> None:
    """Take that issue back: all zones have features again."""
    ir.async_delete_issue(hass, DOMAIN, NO_FEATURES)


@callback
def async_report_new_database(hass: HomeAssistant) -> None:
    """Make an issue of a recorder that has another database than before; it stays until a person has read it."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        DATABASE_STARTED_ANEW,
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=DATABASE_STARTED_ANEW,
    )


@callback
def async_report_clock(hass: HomeAssistant, error: ClockDoubtfulError | None) -> None:
    """Make an issue of a clock by which nothing is deleted, or take it back where there is no doubt any more."""
    if error is None:
        ir.async_delete_issue(hass, DOMAIN, _CLOCK_DOUBTFUL)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        _CLOCK_DOUBTFUL,
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=CLOCK_WENT_BACK if isinstance(error, ClockWentBackError) else CLOCK_JUMPED,
    )


@callback
def async_report_file(hass: HomeAssistant, file: str, reason: str | None) -> None:
    """Make an issue of a file that can't be read and is not written, or take it back where it can be read."""
    issue_id = f"{FILE_LEFT_ALONE}_{file}"
    if reason is None:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=FILE_LEFT_ALONE,
        translation_placeholders={"file": file, "reason": reason},
    )


@callback
def async_clear_site(hass: HomeAssistant, *, is_removed: bool) -> None:
    """Take back all issues, since nothing runs that could; what has to be read stays until the site is removed."""
    for (domain, issue_id), issue in tuple(ir.async_get(hass).issues.items()):
        if domain == DOMAIN and (is_removed or not issue.is_persistent):
            ir.async_delete_issue(hass, DOMAIN, issue_id)
