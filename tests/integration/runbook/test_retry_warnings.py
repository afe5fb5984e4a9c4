"""The row of the warnings, the AI's part: notices of 429 and 500, once each, and once when it is over."""

import logging

import pytest

from tests.integration.test_ai_planner import Home, home, kitchen_of, plans, server  # noqa: F401  # fixtures
from tests.openai_server import OpenAIServer, fail
from tests.told import told, told_once


async def ask_again(home: Home, zone: str) -> None:  # noqa: F811
    """Let the AI be asked about a zone, although nothing has changed there."""
    home.planner.gate.forget(zone)
    home.planner.gate.least_interval = 0
    await home.look()


async def test_a_server_that_fails_is_told_once_however_often_it_does(
    home: Home,  # noqa: F811
    server: OpenAIServer,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    zone = await kitchen_of(home)
    await home.have(server, deadline_seconds=20)
    await home.let(zone)
    server.usual = fail(500)
    for _ in range(2):
        await ask_again(home, zone.key)
    # Each question was tried twice: the notice says when the next try is.
    assert len(server.received) == 4
    fields = told_once(caplog, "openai_client", "call=failed")
    assert (fields["provider"], fields["kind"], fields["status"]) == ("server", "server", "500")
    assert 0.5 <= float(fields["retry_in_s"]) <= 1.0
    server.usual = plans()
    for _ in range(2):
        await ask_again(home, zone.key)
    told_once(caplog, "openai_client", "call=back")
    assert home.status() == "ok"


async def test_too_many_requests_are_told_once_with_the_pause(
    home: Home,  # noqa: F811
    server: OpenAIServer,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    zone = await kitchen_of(home)
    await home.have(server)
    await home.let(zone)
    server.usual = fail(429, {"code": "rate_limit_exceeded"}, retry_after="40")
    for _ in range(3):
        await ask_again(home, zone.key)
    assert len(server.received) == 1, "it is left alone until then"
    fields = told_once(caplog, "openai_client", "call=failed")
    assert (fields["kind"], fields["status"], fields["retry_in_s"]) == ("rate_limit", "429", "40.0")
    assert [record.levelno for record in told(caplog, "openai_client", "call=failed")] == [logging.WARNING]
    assert home.status() == "failing"
