"""A server that speaks OpenAI's API over real sockets, and fails in every way in which one can."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
import contextlib
from dataclasses import dataclass
import gzip
import json
from typing import Any, Final

from aiohttp import web

KEY: Final = "sk-test-key-that-nobody-may-see"
MODEL: Final = "gpt-test"
USED: Final = {"input_tokens": 210, "output_tokens": 34}


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request, as it came."""

    path: str
    headers: Mapping[str, str]
    content: Any


type Behaviour = Callable[[web.Request, Received], Awaitable[web.StreamResponse]]


class OpenAIServer:
    """The server: it does what stands in `next`, one after the other, and then `usual` for ever."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.next: list[Behaviour] = []
        self.usual: Behaviour = reply("{}")
        self.has_responses = True
        self.url = ""
        self.open = 0
        """How many requests are being answered now."""

    @property
    def paths(self) -> list[str]:
        """Return what was asked for."""
        return [one.path for one in self.received]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        content = json.loads(await request.read() or b"null")
        received = Received(path=request.path, headers=dict(request.headers), content=content)
        self.received.append(received)
        if request.path.endswith("/responses") and not self.has_responses:
            return await fail(404, {"message": "Not Found"})(request, received)
        behaviour = self.next.pop(0) if self.next else self.usual
        self.open += 1
        try:
            return await behaviour(request, received)
        finally:
            self.open -= 1


@contextlib.asynccontextmanager
async def openai_server() -> AsyncIterator[OpenAIServer]:
    """Serve on a port of this machine."""
    server = OpenAIServer()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()


def content_of(path: str, text: str, **changes: Any) -> dict[str, Any]:
    """Return the body of an answer, as that path gives it."""
    if path.endswith("/responses"):
        message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
        answer = {"id": "resp_1", "object": "response", "status": "completed", "model": MODEL}
        return {**answer, "output": [message], "usage": {**USED, "total_tokens": sum(USED.values())}, **changes}
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    usage = {"prompt_tokens": USED["input_tokens"], "completion_tokens": USED["output_tokens"]}
    return {"id": "chat_1", "object": "chat.completion", "model": MODEL, "choices": [choice], "usage": usage, **changes}


type Chooser = Callable[[str, list[str]], str]
"""Names one of the choices for a zone."""


def decision_of(content: Any, choose: Chooser = lambda _, names: names[0], **changes: Any) -> dict[str, Any]:
    """Return the body of an answer of Decisions, in which each question has its choice."""
    answers = []
    for question in content["questions"]:
        names = [one["value"] for one in question["choices"]]
        assert question["type"] == "choice"
        assert 2 <= len(names) == len(set(names)) <= 255
        chosen = choose(question["name"], names)
        probabilities = [{"value": name, "probability": float(name == chosen)} for name in names]
        answer = {"type": "choice", "name": question["name"], "choice": chosen, "confidence": 0.7}
        answers.append({**answer, "probabilities": probabilities})
    assert 1 <= len(answers) <= 400
    details = {"input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0}}
    usage = {"input_tokens": USED["input_tokens"], "output_tokens": 0, "total_tokens": USED["input_tokens"], **details}
    return {"answers": answers, "model": MODEL, "usage": usage, **changes}


def decide(choose: Chooser = lambda _, names: names[0], **changes: Any) -> Behaviour:
    """Answer as Decisions does; `changes` are of the body."""

    async def behave(_: web.Request, received: Received) -> web.StreamResponse:
        body = decision_of(received.content, choose, **changes)
        return web.json_response(body, headers={"x-request-id": "req_good"})

    return behave


def reply(text: str, **changes: Any) -> Behaviour:
    """Answer with a text; `changes` are of the body around it."""

    async def behave(_: web.Request, received: Received) -> web.StreamResponse:
        return web.json_response(content_of(received.path, text, **changes), headers={"x-request-id": "req_good"})

    return behave


def fail(status: int, error: Any = None, **headers: str) -> Behaviour:
    """Answer with an error; underscores in names of headers stand for hyphens."""

    async def behave(_: web.Request, __: Received) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response({"error": error}, status=status, headers={"x-request-id": "req_bad", **named})

    return behave


def raw(body: bytes, status: int = 200, content_type: str = "application/json") -> Behaviour:
    """Answer with any bytes."""

    async def behave(_: web.Request, __: Received) -> web.StreamResponse:
        return web.Response(body=body, status=status, content_type=content_type)

    return behave


def hang() -> Behaviour:
    """Never answer."""

    async def behave(_: web.Request, __: Received) -> web.StreamResponse:
        await asyncio.sleep(3600)
        return web.Response()

    return behave


def drip(pause: float = 0.05) -> Behaviour:
    """Answer, but one byte after the other."""

    async def behave(request: web.Request, received: Received) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "application/json"})
        await response.prepare(request)
        for byte in json.dumps(content_of(received.path, "{}")).encode():
            await response.write(bytes([byte]))
            await asyncio.sleep(pause)
        return response

    return behave


def flood(size: int, status: int = 200, *, declared: bool = False) -> Behaviour:
    """Answer with a text of a size, in bytes; `declared` says so in the head."""

    async def behave(request: web.Request, _: Received) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers={"content-type": "application/json"})
        if declared:
            response.content_length = size
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            for _start in range(0, size, 65536):
                await response.write(b" " * 65536)
        return response

    return behave


def pack(size: int) -> Behaviour:
    """Answer with a small body that unpacks to a size, in bytes, although nobody asked for that."""

    async def behave(_: web.Request, __: Received) -> web.StreamResponse:
        body = await asyncio.to_thread(gzip.compress, b" " * size)
        return web.Response(body=body, headers={"content-encoding": "gzip", "content-type": "application/json"})

    return behave


def reset(after: int | None = None) -> Behaviour:
    """Hang up: at once, or after so many bytes of an answer."""

    async def behave(request: web.Request, received: Received) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "application/json"})
        if after is not None:
            await response.prepare(request)
            await response.write(json.dumps(content_of(received.path, "{}")).encode()[:after])
        if request.transport is not None:
            request.transport.abort()
        return response

    return behave


def redirect(url: str) -> Behaviour:
    """Send to another place."""

    async def behave(_: web.Request, __: Received) -> web.StreamResponse:
        return web.Response(status=307, headers={"location": url})

    return behave
