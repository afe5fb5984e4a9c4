"""The real SDK against a real server: every way in which OpenAI, the network or a key can fail."""

import asyncio
from collections.abc import AsyncIterator
import logging
import sys
import tracemalloc
from typing import Any, Final

from homeassistant.core import HomeAssistant
import pytest

from custom_components.smart_lighting_ai_dali.advisor.provider import (
    LARGEST_REQUEST,
    LONGEST_RETRY_AFTER,
    Answer,
    FailureKind,
    ProviderError,
    Request,
    Usage,
)
from custom_components.smart_lighting_ai_dali.ai.decisions_api import has_decisions
from custom_components.smart_lighting_ai_dali.ai.settings import ProviderKind, ProviderSettings
from custom_components.smart_lighting_ai_dali.openai_client import OpenAIClient
from tests.openai_server import (
    KEY,
    MODEL,
    Behaviour,
    OpenAIServer,
    decide,
    drip,
    fail,
    flood,
    hang,
    openai_server,
    pack,
    raw,
    redirect,
    reply,
    reset,
)

LOGGER: Final = "custom_components.smart_lighting_ai_dali.openai_client"
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"plans": {"type": "array", "items": {"type": "integer"}}},
    "required": ["plans"],
    "additionalProperties": False,
}
REQUEST: Final = Request(
    instructions="Answer in JSON.", payload='{"z1": [1, 2]}', schema=SCHEMA, most_output_tokens=300
)
USAGE: Final = Usage(input_tokens=210, output_tokens=34)
QUOTA: Final = {"code": "insufficient_quota", "type": "insufficient_quota", "message": f"You, {KEY}, are out of it"}

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    """Return the server."""
    async with openai_server() as server:
        yield server


def client_of(
    hass: HomeAssistant, server: OpenAIServer, kind: ProviderKind = ProviderKind.OPENAI, **changes: Any
) -> OpenAIClient:
    """Return a client that asks the server."""
    deadline = changes.pop("deadline", 8.0)
    settings = {"kind": kind, "url": server.url, "api_key": KEY, "model": MODEL, **changes}
    return OpenAIClient(hass, ProviderSettings(**settings), deadline)


async def failure_of(client: OpenAIClient, request: Request = REQUEST) -> ProviderError:
    """Return how asking fails."""
    with pytest.raises(ProviderError) as told:
        await client.ask(request)
    return told.value


CHOICES: Final = {"z1": {"same": {"lux": 1}, "dimmer": {"lux": 2}}}
CHOICE: Final = Request(
    instructions="Choose.", payload='{"z1": [1, 2]}', schema=SCHEMA, most_output_tokens=64, choices=CHOICES
)


async def test_a_choice_is_asked_for_by_decisions(hass: HomeAssistant, server: OpenAIServer) -> None:
    if not has_decisions():
        failure = await failure_of(client_of(hass, server, ProviderKind.DECISIONS), CHOICE)
        assert failure.kind is FailureKind.MODEL
        assert server.received == []
        return
    server.usual = decide(lambda _, names: names[1])
    answer = await client_of(hass, server, ProviderKind.DECISIONS).ask(CHOICE)
    assert answer.text == '{"plans": [{"zone": "z1", "lux": 2, "confidence": 0.7}]}'
    assert answer.usage == Usage(input_tokens=210, output_tokens=0)
    (received,) = server.received
    assert received.path == "/v1/decisions"
    assert received.content == {
        "model": MODEL,
        "input": 'Choose.\n\n{"z1": [1, 2]}',
        "questions": [
            {
                "type": "choice",
                "name": "z1",
                "instructions": "The best plan for z1",
                "choices": [{"value": "same"}, {"value": "dimmer"}],
            }
        ],
    }


@pytest.mark.decisions
@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (fail(401), FailureKind.AUTHENTICATION),
        (fail(404), FailureKind.MODEL),
        (fail(429), FailureKind.RATE_LIMIT),
        (fail(500), FailureKind.SERVER),
        (raw(b"<html>Sign in</html>", content_type="text/html"), FailureKind.INVALID),
        (reply("{}"), FailureKind.INVALID),
        (decide(answers=[{"type": "refusal", "name": "z1"}]), FailureKind.REFUSED),
        (flood(10_000_000), FailureKind.TOO_LARGE),
    ],
)
async def test_decisions_fail_as_all_else_does(
    hass: HomeAssistant, server: OpenAIServer, behaviour: Behaviour, kind: FailureKind
) -> None:
    server.usual = behaviour
    assert (await failure_of(client_of(hass, server, ProviderKind.DECISIONS), CHOICE)).kind is kind


async def test_a_question_is_strict_and_is_not_kept(hass: HomeAssistant, server: OpenAIServer) -> None:
    server.usual = reply('{"plans": []}')
    answer = await client_of(hass, server).ask(REQUEST)
    assert answer == Answer(text='{"plans": []}', model=MODEL, usage=USAGE, request_id="req_good")
    (received,) = server.received
    assert received.path == "/v1/responses"
    assert received.headers["Authorization"] == f"Bearer {KEY}"
    assert received.headers["Accept-Encoding"] == "identity"
    text_format = {"type": "json_schema", "name": "plans", "schema": SCHEMA, "strict": True}
    assert received.content == {
        "model": MODEL,
        "instructions": REQUEST.instructions,
        "input": REQUEST.payload,
        "text": {"format": text_format},
        "max_output_tokens": 300,
        "store": False,
    }


@pytest.mark.parametrize(
    ("model", "kind", "thinks"),
    [
        ("gpt-5-mini", ProviderKind.OPENAI, True),
        ("o4-mini", ProviderKind.OPENAI, True),
        ("gpt-6-luna", ProviderKind.OPENAI, True),
        ("gpt-5-chat-latest", ProviderKind.OPENAI, False),
        ("gpt-4o-mini", ProviderKind.OPENAI, False),
        ("gpt-5-mini", ProviderKind.SERVER, False),
    ],
)
async def test_only_models_that_think_are_told_how_hard(
    hass: HomeAssistant, server: OpenAIServer, model: str, kind: ProviderKind, *, thinks: bool
) -> None:
    await client_of(hass, server, kind, model=model).ask(REQUEST)
    assert ("reasoning" in server.received[0].content) is thinks


async def test_a_server_without_responses_is_asked_by_chat_from_then_on(
    hass: HomeAssistant, server: OpenAIServer
) -> None:
    server.has_responses = False
    client = client_of(hass, server, ProviderKind.SERVER, api_key="")
    for _ in range(2):
        assert await client.ask(REQUEST) == Answer(text="{}", model=MODEL, usage=USAGE, request_id="req_good")
    assert server.paths == ["/v1/responses", "/v1/chat/completions", "/v1/chat/completions"]
    content = server.received[1].content
    assert content["response_format"]["json_schema"]["schema"] == SCHEMA
    assert content["response_format"]["json_schema"]["strict"] is True
    assert [message["content"] for message in content["messages"]] == [REQUEST.instructions, REQUEST.payload]
    assert content["max_tokens"] == 300


async def test_a_server_with_neither_has_no_such_model(hass: HomeAssistant, server: OpenAIServer) -> None:
    server.usual = fail(404, {"message": "model not found"})
    assert (await failure_of(client_of(hass, server, ProviderKind.SERVER))).kind is FailureKind.MODEL
    assert len(server.received) == 2


async def test_openai_is_never_asked_by_chat(hass: HomeAssistant, server: OpenAIServer) -> None:
    server.usual = fail(404, {"code": "model_not_found"})
    assert (await failure_of(client_of(hass, server))).kind is FailureKind.MODEL
    assert server.paths == ["/v1/responses"]


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (fail(401, {"code": "invalid_api_key"}), FailureKind.AUTHENTICATION),
        (fail(403, {"code": "unsupported_country_region_territory"}), FailureKind.AUTHENTICATION),
        (fail(403, {"code": "model_not_found"}), FailureKind.MODEL),
        (fail(402, None), FailureKind.QUOTA),
        (fail(429, QUOTA), FailureKind.QUOTA),
        (fail(429, {"code": None, "type": "insufficient_quota"}), FailureKind.QUOTA),
        (fail(429, {"code": "rate_limit_exceeded"}), FailureKind.RATE_LIMIT),
        (fail(429, "slow down"), FailureKind.RATE_LIMIT),
        (fail(400, {"code": "invalid_json_schema"}), FailureKind.INVALID),
        (fail(400, {"code": "context_length_exceeded"}), FailureKind.TOO_LARGE),
        (fail(413, None), FailureKind.TOO_LARGE),
        (fail(422, None), FailureKind.INVALID),
        (fail(418, ["tea"]), FailureKind.INVALID),
        (raw(b"<html>Sign in</html>", 200, "text/html"), FailureKind.INVALID),
        (raw(b"<html>Forbidden</html>", 403, "text/html"), FailureKind.AUTHENTICATION),
        (raw(b"", 200), FailureKind.INVALID),
        (raw(b"{", 200), FailureKind.INVALID),
        (raw(b"\xff\xfe{}", 200), FailureKind.INVALID),
        (raw(b"[" * 100_000, 200), FailureKind.INVALID),
        (raw(b"[" * 100_000, 400), FailureKind.INVALID),
        (raw(b'{"error": {"code": NaN}}', 400), FailureKind.INVALID),
        (redirect("http://127.0.0.1:9/v1/responses"), FailureKind.INVALID),
        (flood(100 * 1024 * 1024), FailureKind.TOO_LARGE),
        (flood(100 * 1024 * 1024, declared=True), FailureKind.TOO_LARGE),
        (flood(100 * 1024 * 1024, 400), FailureKind.TOO_LARGE),
        (pack(100 * 1024 * 1024), FailureKind.INVALID),
        (reply("", status="incomplete", incomplete_details={"reason": "max_output_tokens"}), FailureKind.INCOMPLETE),
        (reply("", status="incomplete", incomplete_details={"reason": "content_filter"}), FailureKind.REFUSED),
        (
            reply("", output=[{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]),
            FailureKind.REFUSED,
        ),
    ],
)
async def test_each_failure_has_its_kind_and_is_not_tried_again(
    hass: HomeAssistant, server: OpenAIServer, behaviour: Behaviour, kind: FailureKind
) -> None:
    server.usual = behaviour
    assert (await failure_of(client_of(hass, server))).kind is kind
    assert len(server.received) == 1


async def test_what_an_unfinished_answer_cost_is_told(hass: HomeAssistant, server: OpenAIServer) -> None:
    server.usual = reply("", status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    assert (await failure_of(client_of(hass, server))).usage == USAGE


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        ("1000000000", LONGEST_RETRY_AFTER),
        ("abc", None),
        ("-1", None),
        # Instants that are the same for all who collect this test, side by side.
        ("Fri, 01 Jan 2100 00:00:00 GMT", LONGEST_RETRY_AFTER),
        ("Sat, 01 Jan 2000 00:00:00 GMT", None),
    ],
)
async def test_how_long_to_wait_is_what_the_server_says_within_reason(
    hass: HomeAssistant, server: OpenAIServer, text: str, seconds: float | None
) -> None:
    server.usual = fail(429, {"code": "rate_limit_exceeded"}, retry_after=text)
    failure = await failure_of(client_of(hass, server))
    assert (failure.kind, failure.retry_after) == (FailureKind.RATE_LIMIT, seconds)
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "behaviour",
    [fail(500), fail(502), fail(503, None, retry_after="1"), fail(408), fail(409), reset(), reset(after=40)],
)
async def test_what_fails_for_a_moment_is_tried_once_more(
    hass: HomeAssistant, server: OpenAIServer, behaviour: Behaviour
) -> None:
    client = client_of(hass, server)
    server.next = [behaviour]
    assert (await client.ask(REQUEST)).text == "{}"
    assert len(server.received) == 2
    server.usual = behaviour
    assert (await failure_of(client)).kind in {FailureKind.SERVER, FailureKind.CONNECTION}
    assert len(server.received) == 4


async def test_nothing_is_tried_again_that_would_be_too_late(hass: HomeAssistant, server: OpenAIServer) -> None:
    server.usual = fail(500)
    assert (await failure_of(client_of(hass, server, deadline=1.2))).kind is FailureKind.SERVER
    server.usual = fail(503, None, retry_after="60")
    failure = await failure_of(client_of(hass, server))
    assert (failure.kind, failure.retry_after) == (FailureKind.SERVER, 60.0)
    assert len(server.received) == 2


async def test_a_server_that_is_not_there_is_told_soon(hass: HomeAssistant, server: OpenAIServer) -> None:
    client = client_of(hass, server, url="http://127.0.0.1:9/v1")
    async with asyncio.timeout(4):
        assert (await failure_of(client)).kind is FailureKind.CONNECTION


@pytest.mark.parametrize("behaviour", [hang(), drip()])
async def test_the_deadline_is_over_the_whole_call(
    hass: HomeAssistant, server: OpenAIServer, behaviour: Behaviour
) -> None:
    server.usual = behaviour
    start = asyncio.get_running_loop().time()
    assert (await failure_of(client_of(hass, server, deadline=1.0))).kind is FailureKind.TIMEOUT
    assert asyncio.get_running_loop().time() - start < 5
    async with asyncio.timeout(2):
        while server.open:
            await asyncio.sleep(0.01)


async def test_asking_can_be_cancelled_at_any_time(hass: HomeAssistant, server: OpenAIServer) -> None:
    server.usual = hang()
    client = client_of(hass, server)
    for pause in (0.0, 0.05, 0.3):
        task = hass.async_create_background_task(client.ask(REQUEST), "asking")
        await asyncio.sleep(pause)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with asyncio.timeout(2):
        while server.open:
            await asyncio.sleep(0.01)
    server.usual = reply("{}")
    assert (await client.ask(REQUEST)).text == "{}"


async def test_a_flood_does_not_fill_the_memory(hass: HomeAssistant, server: OpenAIServer) -> None:
    client = client_of(hass, server)
    await client.ask(REQUEST)
    server.usual = flood(64 * 1024 * 1024)
    tracemalloc.start()
    try:
        assert (await failure_of(client)).kind is FailureKind.TOO_LARGE
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


async def test_a_question_that_is_too_large_is_not_sent(hass: HomeAssistant, server: OpenAIServer) -> None:
    large = Request(instructions="", payload="x" * (LARGEST_REQUEST + 1), schema=SCHEMA, most_output_tokens=1)
    assert (await failure_of(client_of(hass, server), large)).kind is FailureKind.TOO_LARGE
    assert server.received == []


@pytest.mark.parametrize("key", ["sk-\nX-Other: 1", "sk-ü", "sk-\x00"])
async def test_what_can_t_be_sent_as_a_key_is_none(hass: HomeAssistant, server: OpenAIServer, key: str) -> None:
    assert (await failure_of(client_of(hass, server, api_key=key))).kind is FailureKind.AUTHENTICATION
    assert server.received == []


async def test_trouble_is_told_once_and_its_end_too(
    hass: HomeAssistant, server: OpenAIServer, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(hass, server)
    caplog.set_level(logging.DEBUG)
    server.usual = fail(429, {"code": "rate_limit_exceeded"}, retry_after="20")
    for _ in range(3):
        await failure_of(client)
    server.usual = fail(500)
    await failure_of(client)
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 2, warnings
    assert "kind=rate_limit status=429 retry_in_s=20.0 request_id=req_bad" in warnings[0]
    assert "kind=server status=500 retry_in_s=" in warnings[1]
    assert "retry_in_s=None" not in warnings[1]
    server.usual = reply("{}")
    caplog.clear()
    for _ in range(2):
        await client.ask(REQUEST)
    told = [record for record in caplog.records if record.name == LOGGER]
    assert [record.levelno for record in told] == [logging.INFO]
    server.usual = fail(429)
    await failure_of(client)
    assert [record.levelno for record in caplog.records if record.name == LOGGER] == [logging.INFO, logging.WARNING]


async def test_neither_key_nor_content_is_in_the_log(
    hass: HomeAssistant, server: OpenAIServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    canary = "canary-of-the-payload"
    request = Request(instructions=canary, payload=canary, schema={"title": canary}, most_output_tokens=9)
    client = client_of(hass, server)
    server.next = [reply(canary), fail(429, QUOTA), fail(401, {"message": canary}), raw(canary.encode()), reset()]
    await client.ask(request)
    for _ in range(3):
        await failure_of(client, request)
    await client.ask(request)
    assert KEY not in caplog.text
    assert canary not in caplog.text
    assert KEY not in repr(ProviderSettings(kind=ProviderKind.OPENAI, api_key=KEY))


@pytest.mark.parametrize("size", [0, 1, 100, 5000])
async def test_no_bytes_raise_anything_else(hass: HomeAssistant, size: int) -> None:
    """A server that speaks no HTTP, or half of it."""
    heads = [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b"HTTP/1.1 999 \r\n\r\n"]
    heads += [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"SSH-2.0-OpenSSH\r\n"]
    heads += [b"HTTP/1.1 200 OK\r\nContent-Type: x; charset=none\r\nConnection: close\r\n\r\n"]
    heads += [b"HTTP/1.1 500 \r\nRetry-After: \xff\xfe\r\nX-Request-Id: \xe9\r\nContent-Length: 0\r\n\r\n"]
    served = iter(heads * 2)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(next(served, b"") + bytes(range(256)) * (size // 256) + b"\x80" * (size % 256))
        await writer.drain()
        writer.close()

    odd = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with odd:
        url = f"http://127.0.0.1:{odd.sockets[0].getsockname()[1]}/v1"
        settings = ProviderSettings(kind=ProviderKind.OPENAI, url=url, api_key=KEY, model=MODEL)
        for _ in heads:
            assert isinstance(await failure_of(OpenAIClient(hass, settings, 1.0)), ProviderError)


_ASKS_IN_A_NEW_PROCESS: Final = """
import asyncio, sys
from homeassistant import block_async_io, loader
from homeassistant.core import HomeAssistant
from custom_components.smart_lighting_ai_dali.advisor.provider import Request
from custom_components.smart_lighting_ai_dali.ai.settings import ProviderKind, ProviderSettings
from custom_components.smart_lighting_ai_dali.openai_client import OpenAIClient

async def ask():
    hass = HomeAssistant("/tmp")
    request = Request(instructions="", payload="", schema={}, most_output_tokens=1)
    clients = [
        OpenAIClient(hass, ProviderSettings(kind=kind, url=sys.argv[1], api_key="k", model="gpt-5-mini"), 20.0)
        for kind in (ProviderKind.OPENAI, ProviderKind.SERVER, ProviderKind.SERVER)
    ]
    loader.async_setup(hass)
    block_async_io.enable()
    for client in clients:
        await client.ask(request)
    await hass.async_stop(force=True)

asyncio.run(ask())
"""


async def test_nothing_blocks_the_event_loop(server: OpenAIServer) -> None:
    server.next = [reply("{}"), fail(404), reply("{}")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _ASKS_IN_A_NEW_PROCESS, server.url, stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()
    assert process.returncode == 0, told.decode()
    # Home Assistant itself watches for what blocks.
    assert "blocking call" not in told.decode()
    assert server.paths == ["/v1/responses", "/v1/responses", "/v1/chat/completions", "/v1/responses"]
