"""What each part of the site says of its health: `ok`, `degraded` or `error`, and why, in a word."""

from typing import Final

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import State

from .advisor.budget import Refusal
from .advisor.provider import FailureKind
from .ai.status import AiStatus
from .dali.errors import LineError, LineFailedError
from .dali.events import LineStatus
from .db.health import DatabaseStatus
from .health import WELL, Finding, HealthStatus
from .vault.verdict import Problem

# A line that is lost may be back in two seconds; after so many it is down.
LINE_SECONDS: Final = 15.0
# Three turns of the flush: who failed in all of them is not just busy.
DATABASE_SECONDS: Final = 30.0

_DATABASE: Final = {
    DatabaseStatus.WAITING: Finding(code=DatabaseStatus.WAITING.value),
    DatabaseStatus.OK: WELL,
    DatabaseStatus.BUSY: Finding(code=DatabaseStatus.BUSY.value, later=HealthStatus.DEGRADED, after=DATABASE_SECONDS),
    DatabaseStatus.MIGRATING: Finding(code=DatabaseStatus.MIGRATING.value, status=HealthStatus.DEGRADED),
    DatabaseStatus.ABSENT: Finding(code=DatabaseStatus.ABSENT.value, status=HealthStatus.DEGRADED),
    **{
        status: Finding(
            code=status.value, status=HealthStatus.DEGRADED, later=HealthStatus.ERROR, after=DATABASE_SECONDS
        )
        for status in (DatabaseStatus.FAILING, DatabaseStatus.SILENT)
    },
    **{
        status: Finding(code=status.value, status=HealthStatus.ERROR)
        for status in (DatabaseStatus.DIED, DatabaseStatus.TOO_NEW)
    },
}
_DROPPING: Final = Finding(code="dropping", status=HealthStatus.DEGRADED, advice="events come faster than they go")

SCHEDULER_CODES: Final = ("ok", "starting", "paused", "aggregation_overdue", "retention_overdue", "clock_doubtful")
WEATHER_CODES: Final = ("ok", "off", "starting", "missing", "unavailable")
_OVERDUE: Final = "aggregate_now and purge_now run it at once, and say what keeps it from running"
PROFILES_CODES: Final = ("ok", *(problem.value for problem in Problem), "put_aside")
AUDIT_CODES: Final = ("ok", "audit_unwritable")
_STARTING: Final = Finding(code="starting")
_WEATHER: Final = "zones take the sky for an average one meanwhile; look at the weather's integration"


def database_finding(status: DatabaseStatus, *, is_dropping: bool, is_copied: bool = False) -> Finding:
    """Return how the database is, of its status and whether there is no room for events that wait for it.

    One that a backup copies is meant to be busy.
    """
    found = Finding(code=status.value) if is_copied and status is DatabaseStatus.BUSY else _DATABASE[status]
    return _DROPPING if is_dropping and found.status is HealthStatus.OK else found


def line_finding(
    status: LineStatus,
    problem: LineError | None,
    *,
    is_spare: bool,
    missing_gear: int,
    missing_inputs: int,
) -> Finding:
    """Return how a line is; a simulated one is spare where there are real ones."""
    if status is LineStatus.FAILED:
        # It does not come back by itself.
        return Finding(code=LineFailedError.key, status=HealthStatus.ERROR, is_spare=is_spare)
    if status is not LineStatus.ONLINE:
        return Finding(
            code=status.value if problem is None else problem.key,
            status=HealthStatus.OK if status is LineStatus.CONNECTING else HealthStatus.DEGRADED,
            later=HealthStatus.ERROR,
            after=LINE_SECONDS,
            is_spare=is_spare,
        )
    for count, code in ((missing_gear, "gear_missing"), (missing_inputs, "inputs_missing")):
        if count:
            return Finding(
                code=code,
                status=HealthStatus.DEGRADED,
                advice="they don't answer: look at their supply, or delete the devices of those that are gone",
                is_spare=is_spare,
            )
    if is_spare:
        return Finding(
            code="simulated",
            status=HealthStatus.DEGRADED,
            advice="its lights are not there, beside lines that are: delete it if it is not needed any more",
            is_spare=True,
        )
    return WELL


# A line that could not even be started, of which an issue says why.
NOT_STARTED: Final = Finding(code="not_started", status=HealthStatus.ERROR)


def scheduler_finding(
    *,
    is_started: bool,
    is_paused: bool,
    is_database_well: bool,
    is_aggregation_overdue: bool,
    is_retention_overdue: bool,
    is_clock_doubtful: bool,
) -> Finding:
    """Return how the jobs are that run by time."""
    if not is_started:
        return _STARTING
    if is_paused:
        return Finding(code="paused")
    # They can't get on without it, which has been told.
    advice = _OVERDUE if is_database_well else ""
    if is_aggregation_overdue:
        return Finding(code="aggregation_overdue", status=HealthStatus.DEGRADED, advice=advice)
    if is_clock_doubtful:
        return Finding(code="clock_doubtful", status=HealthStatus.DEGRADED)
    if is_retention_overdue:
        return Finding(code="retention_overdue", status=HealthStatus.DEGRADED, advice=advice)
    return WELL


def ai_finding(status: AiStatus, failure: FailureKind | None, refusal: Refusal | None) -> Finding:
    """Return how the AI is; zones follow their rules while it is not well, or not asked."""
    match status:
        case AiStatus.FAILING:
            return Finding(code="circuit_open" if failure is None else failure.value, status=HealthStatus.DEGRADED)
        case AiStatus.OVER_BUDGET:
            code = status.value if refusal is None else f"budget_{refusal.value}"
            return Finding(code=code, status=HealthStatus.DEGRADED)
        case _:
            return Finding(code=status.value)


def profiles_finding(problem: Problem | None, *, is_any_put_aside: bool) -> Finding:
    """Return how profiles are, of why their vault is closed, and whether one of them could not be read."""
    if problem is not None:
        return Finding(code=problem.value, status=HealthStatus.DEGRADED)
    return Finding(code="put_aside", status=HealthStatus.DEGRADED) if is_any_put_aside else WELL


def audit_finding(problem: str | None) -> Finding:
    """Return how the audit is, of why its rows can't be written; actions run meanwhile, and the rows wait."""
    return WELL if problem is None else Finding(code="audit_unwritable", status=HealthStatus.DEGRADED)


def weather_finding(entity_id: str | None, state: State | None, *, is_started: bool) -> Finding:
    """Return how the weather is that zones reckon with, not the sky."""
    if entity_id is None:
        return Finding(code="off")
    if state is not None and state.state not in {STATE_UNAVAILABLE, STATE_UNKNOWN}:
        return WELL
    if not is_started:
        return _STARTING
    code = "missing" if state is None else "unavailable"
    return Finding(code=code, status=HealthStatus.DEGRADED, advice=_WEATHER)
