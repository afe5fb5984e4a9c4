"""How a site is, of what its parts say: which of them matter how much, and for how long nobody has to care."""

from collections.abc import Callable
import logging

import pytest

from custom_components.smart_lighting_ai_dali.advisor.budget import Refusal
from custom_components.smart_lighting_ai_dali.advisor.provider import FailureKind
from custom_components.smart_lighting_ai_dali.ai.status import AiStatus
from custom_components.smart_lighting_ai_dali.dali.errors import (
    LineFailedError,
    LineWithoutPowerError,
    PortMissingError,
)
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.db.health import DatabaseStatus
from custom_components.smart_lighting_ai_dali.health import WELL, Finding, HealthStatus, Part, SiteHealth
from custom_components.smart_lighting_ai_dali.health_rules import (
    AUDIT_CODES,
    DATABASE_SECONDS,
    LINE_SECONDS,
    SCHEDULER_CODES,
    ai_finding,
    audit_finding,
    database_finding,
    line_finding,
    scheduler_finding,
)

from ..told import fields_of

OK, DEGRADED, ERROR = HealthStatus.OK, HealthStatus.DEGRADED, HealthStatus.ERROR


def line(status: LineStatus, *, is_spare: bool = False, missing: int = 0) -> Finding:
    """Return how a line is found."""
    problem = {
        LineStatus.OFFLINE: PortMissingError("gone"),
        LineStatus.NO_POWER: LineWithoutPowerError("dark"),
        LineStatus.FAILED: LineFailedError("a fault"),
    }
    return line_finding(status, problem.get(status), is_spare=is_spare, missing_gear=missing, missing_inputs=0)


ONLINE, OFFLINE = line(LineStatus.ONLINE), line(LineStatus.OFFLINE)
DATABASE = database_finding(DatabaseStatus.OK, is_dropping=False)
LOST = database_finding(DatabaseStatus.FAILING, is_dropping=True)


def site_of(*parts: tuple[Part, Finding], at: float = 100.0) -> SiteHealth:
    """Return the health of a site whose parts have been so for long."""
    health = SiteHealth()
    for begin in (0.0, at):
        for number, (part, finding) in enumerate(parts):
            health.async_take(f"{part} {number}", part, finding, at=begin)
    return health


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ((), OK),
        ([(Part.DATABASE, DATABASE)], OK),
        ([(Part.DATABASE, DATABASE), (Part.LINE, ONLINE)], OK),
        ([(Part.DATABASE, LOST), (Part.LINE, ONLINE)], ERROR),
        ([(Part.DATABASE, DATABASE), (Part.LINE, OFFLINE)], ERROR),
        ([(Part.LINE, line(LineStatus.NO_POWER))], ERROR),
        ([(Part.LINE, OFFLINE), (Part.LINE, ONLINE)], DEGRADED),
        ([(Part.LINE, OFFLINE), (Part.LINE, OFFLINE)], ERROR),
        ([(Part.LINE, ONLINE), (Part.LINE, line(LineStatus.ONLINE, is_spare=True))], DEGRADED),
        ([(Part.LINE, OFFLINE), (Part.LINE, line(LineStatus.ONLINE, is_spare=True))], ERROR),
        ([(Part.LINE, ONLINE), (Part.LINE, line(LineStatus.OFFLINE, is_spare=True))], DEGRADED),
        ([(Part.LINE, line(LineStatus.ONLINE, missing=1))], DEGRADED),
        ([(Part.LINE, line(LineStatus.FAILED))], ERROR),
        ([(Part.LINE, line(LineStatus.FAILED)), (Part.LINE, ONLINE)], DEGRADED),
        ([(Part.AUDIT, audit_finding(None)), (Part.LINE, ONLINE)], OK),
        ([(Part.AUDIT, audit_finding("No space left on device")), (Part.LINE, ONLINE)], DEGRADED),
        ([(Part.AI, ai_finding(AiStatus.FAILING, FailureKind.TIMEOUT, None))], DEGRADED),
        ([(Part.AI, ai_finding(AiStatus.OVER_BUDGET, None, Refusal.MONEY))], DEGRADED),
        ([(Part.AI, ai_finding(AiStatus.OFF, None, None))], OK),
    ],
)
def test_the_site_is_as_its_parts_make_it(parts: list[tuple[Part, Finding]], status: HealthStatus) -> None:
    assert site_of(*parts).status is status


@pytest.mark.parametrize(
    ("finding", "at_once", "seconds"),
    [
        (line(LineStatus.CONNECTING), OK, LINE_SECONDS),
        (OFFLINE, DEGRADED, LINE_SECONDS),
        (line(LineStatus.NO_POWER), DEGRADED, LINE_SECONDS),
        (database_finding(DatabaseStatus.SILENT, is_dropping=False), DEGRADED, DATABASE_SECONDS),
    ],
)
def test_who_may_be_back_soon_has_some_time(finding: Finding, at_once: HealthStatus, seconds: float) -> None:
    health = SiteHealth()
    seen = []
    for at in (1000.0, 1000.0 + seconds - 0.1, 1000.0 + seconds):
        health.async_take("part", Part.LINE, finding, at=at)
        seen.append(health.parts["part"].status)
        assert health.due == (1000.0 + seconds if len(seen) < 3 else None)
    assert seen == [at_once, at_once, ERROR]


def test_the_time_is_that_since_all_was_well_whatever_the_reason_is_by_now() -> None:
    health = SiteHealth()
    other = line_finding(
        LineStatus.OFFLINE, LineWithoutPowerError("dark"), is_spare=False, missing_gear=0, missing_inputs=0
    )
    for at, finding in ((0.0, OFFLINE), (8.0, other), (15.0, OFFLINE)):
        health.async_take("line", Part.LINE, finding, at=at)
    assert health.parts["line"].status is ERROR
    health.async_take("line", Part.LINE, ONLINE, at=16.0)
    health.async_take("line", Part.LINE, OFFLINE, at=17.0)
    assert health.parts["line"].status is DEGRADED


def test_a_line_that_is_not_looked_after_is_in_error_at_once() -> None:
    failed = line(LineStatus.FAILED, missing=1)
    assert (failed.code, failed.status, failed.later) == ("line_failed", ERROR, None)
    assert line(LineStatus.FAILED, is_spare=True).is_spare


def test_an_audit_that_cannot_be_written_says_so_itself() -> None:
    unwritable = audit_finding("No space left on device")
    assert (unwritable.code, unwritable.status, unwritable.advice) == ("audit_unwritable", DEGRADED, "")
    assert {WELL.code, unwritable.code} == set(AUDIT_CODES)


def test_busy_is_not_ill_before_three_flushes() -> None:
    busy = database_finding(DatabaseStatus.BUSY, is_dropping=False)
    assert site_of((Part.DATABASE, busy), at=DATABASE_SECONDS - 1).status is OK
    assert site_of((Part.DATABASE, busy), at=DATABASE_SECONDS).status is DEGRADED


@pytest.mark.parametrize("status", list(DatabaseStatus))
def test_every_status_of_the_database_has_its_meaning(status: DatabaseStatus) -> None:
    finding = database_finding(status, is_dropping=False)
    assert finding.code == status.value
    well = status in {DatabaseStatus.OK, DatabaseStatus.WAITING}
    assert finding.is_well is well
    assert database_finding(status, is_dropping=True).is_well is False


def scheduler(**what: bool) -> Finding:
    """Return how the jobs are found, on time unless anything else is said."""
    usual = {
        "is_started": True,
        "is_paused": False,
        "is_database_well": True,
        "is_aggregation_overdue": False,
        "is_retention_overdue": False,
        "is_clock_doubtful": False,
    }
    return scheduler_finding(**(usual | what))


def test_a_job_has_a_code_and_is_warned_of_where_nobody_else_has() -> None:
    assert scheduler() == WELL
    assert scheduler(is_started=False, is_aggregation_overdue=True).is_well
    assert scheduler(is_paused=True, is_clock_doubtful=True).code == "paused"
    overdue = scheduler(is_aggregation_overdue=True, is_retention_overdue=True)
    assert (overdue.code, overdue.status) == ("aggregation_overdue", DEGRADED)
    assert overdue.advice
    assert scheduler(is_aggregation_overdue=True, is_database_well=False).advice == ""
    assert scheduler(is_retention_overdue=True).code == "retention_overdue"
    assert scheduler(is_clock_doubtful=True, is_retention_overdue=True).code == "clock_doubtful"
    assert {"ok", "starting", "paused", "aggregation_overdue", "retention_overdue", "clock_doubtful"} == set(
        SCHEDULER_CODES
    )


def test_a_failure_of_the_ai_has_its_kind_for_a_code() -> None:
    assert ai_finding(AiStatus.FAILING, None, None).code == "circuit_open"
    assert ai_finding(AiStatus.FAILING, FailureKind.QUOTA, None).code == "quota"
    assert ai_finding(AiStatus.OVER_BUDGET, None, Refusal.CALLS).code == "budget_calls"
    assert ai_finding(AiStatus.WAITING, None, None).is_well


def test_a_trouble_is_told_when_it_has_settled_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    health = SiteHealth()

    def take(at: float, finding: Finding) -> list[dict[str, str]]:
        caplog.clear()
        health.async_take("line", Part.LINE, finding, at=at, name="Attic")
        return [fields_of(record.getMessage()) for record in caplog.records]

    assert take(0, ONLINE) == []
    assert take(1, OFFLINE) == []
    assert take(2, ONLINE) == []
    assert take(3, OFFLINE) == []
    (said,) = take(20, OFFLINE)
    assert (
        said.items() >= {"part": "'line Attic'", "health": "error", "status": "error", "code": "port_missing"}.items()
    )
    assert take(30, OFFLINE) == []
    # It is there again, but not wholly.
    assert take(30.5, line(LineStatus.ONLINE, missing=1)) == []
    assert take(30.6, OFFLINE) == []
    (said,) = take(31, ONLINE)
    assert said == {"part": "'line Attic'", "health": "ok", "status": "ok"}
    assert take(32, ONLINE) == []


def test_since_is_that_of_the_status_and_the_last_success_that_before_it() -> None:
    health = SiteHealth()
    health.async_take("line", Part.LINE, ONLINE, at=0)
    begun = health.parts["line"].since
    health.async_take("line", Part.LINE, OFFLINE, at=1)
    lost = health.parts["line"]
    assert lost.since >= begun
    assert lost.last_success is not None
    assert begun <= lost.last_success <= lost.since
    health.async_take("line", Part.LINE, line(LineStatus.NO_POWER), at=2)
    dark = health.parts["line"]
    assert (dark.since, dark.last_success, dark.code) == (lost.since, lost.last_success, "line_without_power")


def test_listeners_and_parts_come_and_go() -> None:
    health = SiteHealth()
    calls: list[int] = []
    end: Callable[[], None] = health.async_listen(lambda: calls.append(1))
    assert health.async_take("ai", Part.AI, WELL, at=0)
    assert not health.async_take("ai", Part.AI, WELL, at=1)
    health.async_notify()
    end()
    health.async_notify()
    assert calls == [1]
    assert health.async_forget("ai")
    assert not health.async_forget("ai")
    assert health.parts == {}
