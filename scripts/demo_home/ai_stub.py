"""A stub in the place of an AI: it speaks as OpenAI does, on this machine alone, and plans by a rule of thumb.

Its page lets it fail in the ways in which providers fail, so that all of it can be seen without a key and a network.
"""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
import json
from typing import Any, Final, Self

from aiohttp import web

# What Home Assistant shows wherever it names the model.
MODEL: Final = "stub (no AI)"
# Places in a row of the payload: what people want, and the present plan, which is at the end.
_PREFERRED: Final = 8
_MODE, _LUX, _KELVIN, _HOLD = -4, -3, -2, -1
_LETTERS_A_TOKEN: Final = 4


class Act(StrEnum):
    """What it does with a question."""

    ANSWER = "answer"
    KEY = "turn the key down (401)"
    MONEY = "have no money (429)"
    PACE = "want a minute of quiet (429)"
    FAIL = "fail (500)"
    HANG = "never answer"
    NONSENSE = "answer nonsense"
    PAGE = "answer a web page"


_ERRORS: Final = {
    Act.KEY: (401, {"code": "invalid_api_key"}, {}),
    Act.MONEY: (429, {"code": "insufficient_quota"}, {}),
    Act.PACE: (429, {"code": "rate_limit_exceeded"}, {"retry-after": "60"}),
    Act.FAIL: (500, {"code": "server_error"}, {}),
}


class AiStub:
    """The server."""

    def __init__(self, runner: web.AppRunner) -> None:
        self.act = Act.ANSWER
        self.questions = 0
        self._runner = runner

    @classmethod
    async def start(cls, port: int | None) -> Self:
        """Serve on a port of this machine, any that is free where none is given. Raises OSError where it is taken."""
        application = web.Application()
        runner = web.AppRunner(application, shutdown_timeout=1, handler_cancellation=True)
        stub = cls(runner)
        application.router.add_get("/", stub.show)
        application.router.add_post("/", stub.choose)
        application.router.add_post("/v1/responses", stub.answer)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port or 0).start()
        except OSError:
            await runner.cleanup()
            raise
        return stub

    @property
    def port(self) -> int:
        """Return the port that it serves on."""
        port: int = self._runner.addresses[0][1]
        return port

    @property
    def url(self) -> str:
        """Return where its API begins."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def stop(self) -> None:
        """End it."""
        await self._runner.cleanup()

    async def show(self, _: web.Request) -> web.Response:
        """Show what it does, and let somebody choose."""
        buttons = "".join(
            f'<p><button name="act" value="{act.name}"{" disabled" if act is self.act else ""}>{act.value}</button></p>'
            for act in Act
        )
        text = f"This is a stub, no AI. It was asked {self.questions} times. To the next question it will: {self.act}."
        page = f'<!doctype html><title>{MODEL}</title><p>{text}</p><form method="post">{buttons}</form>'
        return web.Response(text=page, content_type="text/html")

    async def choose(self, request: web.Request) -> web.Response:
        """Do something else from now on."""
        name = (await request.post()).get("act")
        if name in Act.__members__:
            self.act = Act[str(name)]
        raise web.HTTPSeeOther("/")

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a question, or fail as was chosen."""
        question = await request.json()
        self.questions += 1
        if (error := _ERRORS.get(self.act)) is not None:
            status, content, headers = error
            return web.json_response({"error": content}, status=status, headers=headers)
        if self.act is Act.HANG:
            await asyncio.sleep(3600)
        if self.act is Act.PAGE:
            return web.Response(text="<html><body>Please sign in</body></html>", content_type="text/html")
        text = '{"plans":[{"zone":"z1","service":"light.turn_off"}]}' if self.act is Act.NONSENSE else reply(question)
        told = len(str(question.get("instructions"))) + len(str(question.get("input")))
        return web.json_response(
            {
                "object": "response",
                "status": "completed",
                "model": MODEL,
                "output": [{"type": "message", "content": [{"type": "output_text", "text": text}]}],
                "usage": {"input_tokens": told // _LETTERS_A_TOKEN, "output_tokens": len(text) // _LETTERS_A_TOKEN},
            }
        )


def reply(question: dict[str, Any]) -> str:
    """Return the text of an answer: a plan for each zone, or what else was asked for."""
    payload = json.loads(question["input"])
    if "zones" not in payload:
        # The integration tries whether somebody answers.
        return json.dumps(payload)
    return json.dumps({"plans": [plan(row) for row in payload["zones"]]})


def plan(row: Sequence[Any]) -> dict[str, Any]:
    """Return the plan for a zone: what people there want, as far as that is known."""
    kelvin = row[_KELVIN]
    return {
        "zone": row[0],
        "mode": row[_MODE] if row[_MODE] in {"presence", "night", "sleep"} else "presence",
        "target_lux": min(5000, max(0, row[_LUX] if row[_PREFERRED] is None else row[_PREFERRED])),
        "kelvin": None if kelvin is None else min(10_000, max(1000, 100 * kelvin)),
        "hold_s": min(7200, max(10, 10 * row[_HOLD])),
        "confidence": 0.5,
        "minutes": 30,
        "reason": "preference",
    }
