"""The process of `benchmarks.ai.provider`: its lines in are what to do, its lines out say when that is done.

It is no part of that package: it needs no Home Assistant, and starts in a moment.
"""

import asyncio
from collections.abc import Mapping
import sys
import time
from typing import Final

from aiohttp import web

from scripts.demo_home import ai_stub
from tests.openai_server import Behaviour, Received, content_of, fail, flood, hang, openai_server, raw, reply, reset

PLANS: Final = "plans"
HANG: Final = "hang"
BEHAVES: Final = "behaves"
"""What it says when it does something else from now on."""
_TOO_LARGE: Final = 1_000_000

FAILURES: Final[Mapping[str, Behaviour]] = {
    "authentication": fail(401, {"code": "invalid_api_key"}),
    "quota": fail(429, {"code": "insufficient_quota"}),
    "rate_limit": fail(429, {"code": "rate_limit_exceeded"}, retry_after="60"),
    "server": fail(500, {"code": "server_error"}),
    "connection": reset(),
    "cut_off": reset(after=40),
    "model": fail(404, {"code": "model_not_found"}),
    "refused": reply("", output=[{"type": "message", "content": [{"type": "refusal", "refusal": "no"}]}]),
    "incomplete": reply("{", status="incomplete"),
    "too_large": flood(_TOO_LARGE),
    "page": raw(b"<html><body>Please sign in</body></html>", content_type="text/html"),
    "nonsense": reply('{"plans":[{"zone":"z1","service":"light.turn_off"}]}'),
    HANG: hang(),
}
"""Every kind of failure, by what it is called here."""


def _plans() -> Behaviour:
    async def behave(_: web.Request, received: Received) -> web.StreamResponse:
        return web.json_response(content_of(received.path, ai_stub.reply(received.content)))

    return behave


def _told(behaviour: Behaviour) -> Behaviour:
    """Tell when something is about to be done, as `time.monotonic` counts."""

    async def behave(request: web.Request, received: Received) -> web.StreamResponse:
        print(time.monotonic(), flush=True)
        return await behaviour(request, received)

    return behave


async def _serve() -> None:
    behaviours = {name: _told(behaviour) for name, behaviour in ({PLANS: _plans()} | dict(FAILURES)).items()}
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async with openai_server() as server:
        print(server.url, flush=True)
        while name := (await orders.readline()).decode().strip():
            server.usual = behaviours[name]
            server.received.clear()
            print(BEHAVES, flush=True)


if __name__ == "__main__":
    asyncio.run(_serve())
