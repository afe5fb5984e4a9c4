"""Ask OpenAI, or a server that speaks as it does. The only file that knows the SDK.

The SDK has no retries and no deadline here: both are ours. Neither a body nor a key gets into the log.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
import logging
import random
import re
from typing import Any, Final, cast, override

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import openai

from .advisor.answer_body import read_chat_completion, read_decision, read_error_code, read_response
from .advisor.provider import LARGEST_REQUEST, Answer, FailureKind, Provider, ProviderError, Request
from .advisor.retry_after import retry_after_seconds
from .ai.capped_transport import BodyTooLargeError, PackedBodyError, capped_client
from .ai.decisions_api import has_decisions
from .ai.provider_trouble import CallError, Trouble
from .ai.settings import ProviderKind, ProviderSettings

_LOGGER = logging.getLogger(__name__)

# One more try, after a pause in seconds: what fails for a moment, such as a restart of a server, is over by then.
PAUSE: Final = (0.5, 1.0)
# A try that has less than this left, in seconds, ends before its answer.
LEAST_TRY: Final = 1.0
_RETRIED: Final = frozenset({FailureKind.CONNECTION, FailureKind.SERVER})
# These think before they answer, and take a word on how hard; others turn that word down.
_THINKING: Final = re.compile(r"(o\d|gpt-[5-9])(?!.*chat)")
_SCHEMA_NAME: Final = "plans"
_NO_KEY: Final = "none"
_ID: Final = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_NO_WAY: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED})

_TRANSPORT_KINDS: Final[dict[type[BaseException | None], FailureKind]] = {
    BodyTooLargeError: FailureKind.TOO_LARGE,
    PackedBodyError: FailureKind.INVALID,
}
_MODEL_CODES: Final = frozenset({"model_not_found", "model_not_available"})
_QUOTA_CODES: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_SIZE_CODES: Final = frozenset({"context_length_exceeded", "string_above_max_length", "request_too_large"})


class OpenAIClient(Provider):
    """One account at one server, and one of its models."""

    def __init__(self, hass: HomeAssistant, settings: ProviderSettings, deadline: float) -> None:
        self._settings = settings
        self._deadline = deadline
        self._client = openai.AsyncOpenAI(
            api_key=settings.api_key or _NO_KEY,
            base_url=settings.url,
            # The SDK names httpx2 alone; it takes whichever of the two Home Assistant has.
            http_client=cast("Any", capped_client(hass)),
            max_retries=0,
            timeout=deadline,
        )
        self._hass = hass
        self._is_warm = False
        self._speaks_chat = False
        self._trouble = Trouble(_LOGGER, settings.kind)

    @override
    async def ask(self, request: Request) -> Answer:
        """Return the answer before the deadline. Raises ProviderError."""
        if request.size > LARGEST_REQUEST:
            raise ProviderError(FailureKind.TOO_LARGE)
        key = self._settings.api_key
        if not (key.isascii() and key.isprintable()):
            # It can't be sent, so it is no key.
            raise ProviderError(FailureKind.AUTHENTICATION)
        if not self._is_warm:
            await self._hass.async_add_executor_job(self._warm)
            self._is_warm = True
        try:
            async with asyncio.timeout(self._deadline) as timeout:
                answer = await self._ask_again(request, timeout.when() or 0.0)
        except TimeoutError:
            failure = ProviderError(FailureKind.TIMEOUT)
            self._trouble.tell(failure)
            raise failure from None
        except ProviderError as error:
            self._trouble.tell(error)
            raise
        self._trouble.is_over(answer)
        return answer

    async def _ask_again(self, request: Request, end: float) -> Answer:
        """Ask, and once more where that may help and there is time; `end` is the deadline by the loop's clock."""
        try:
            return await self._ask_once(request)
        except ProviderError as error:
            pause = max(random.uniform(*PAUSE), error.retry_after or 0.0)  # noqa: S311  # it guards nothing
            left = end - asyncio.get_running_loop().time()
            if error.kind not in _RETRIED or pause + LEAST_TRY > left:
                raise
            self._trouble.tell(error, pause)
        await asyncio.sleep(pause)
        return await self._ask_once(request)

    def _warm(self) -> None:
        """Have the SDK load what it would load at its first use, in the event loop, and look at this machine."""
        self._client.platform_headers()
        for resource in (self._client.responses, self._client.chat.completions):
            _ = resource.with_raw_response
        if self._settings.kind is ProviderKind.DECISIONS and has_decisions():
            _ = self._decisions.with_raw_response

    async def _ask_once(self, request: Request) -> Answer:
        if self._settings.kind is ProviderKind.DECISIONS:
            if not has_decisions():
                # Home Assistant was set back to a version with an older SDK.
                raise ProviderError(FailureKind.MODEL)
            body, request_id = await self._send(lambda: self._create_decision(request))
            return read_decision(body, request_id, request.choices)
        if not self._speaks_chat:
            try:
                return read_response(*await self._send(lambda: self._create_response(request)))
            except CallError as error:
                # OpenAI has Responses; a server that has not says that there is nothing, or no such thing, there.
                if self._settings.kind is ProviderKind.OPENAI or error.status not in _NO_WAY:
                    raise
        body, request_id = await self._send(lambda: self._create_chat_completion(request))
        self._speaks_chat = True
        return read_chat_completion(body, request_id)

    async def _create_response(self, request: Request) -> Any:
        thinks = self._settings.kind is ProviderKind.OPENAI and _THINKING.match(self._settings.model)
        return await self._client.responses.with_raw_response.create(
            model=self._settings.model,
            instructions=request.instructions,
            input=request.payload,
            text={
                "format": {
                    "type": "json_schema",
                    "name": _SCHEMA_NAME,
                    "schema": dict(request.schema),
                    "strict": True,
                }
            },
            max_output_tokens=request.most_output_tokens,
            reasoning={"effort": "low"} if thinks else openai.omit,
            store=False,
        )

    async def _create_chat_completion(self, request: Request) -> Any:
        return await self._client.chat.completions.with_raw_response.create(
            model=self._settings.model,
            messages=[
                {"role": "system", "content": request.instructions},
                {"role": "user", "content": request.payload},
            ],
            response_format={
                "type": "json_schema",
                "json_schema": {"name": _SCHEMA_NAME, "schema": dict(request.schema), "strict": True},
            },
            # The older name, which servers at home know.
            max_tokens=request.most_output_tokens,
        )

    @property
    def _decisions(self) -> Any:
        """Return what the older SDK, which types are checked against, does not have."""
        client: Any = self._client
        return client.decisions

    async def _create_decision(self, request: Request) -> Any:
        return await self._decisions.with_raw_response.create(
            model=self._settings.model,
            input=f"{request.instructions}\n\n{request.payload}",
            questions=cast("Any", request.questions),
        )

    async def _send(self, create: Callable[[], Awaitable[Any]]) -> tuple[bytes, str | None]:
        """Return the body of an answer, and its id. Raises CallError."""
        try:
            answer = await create()
        except openai.APITimeoutError:
            raise CallError(FailureKind.TIMEOUT) from None
        except openai.APIConnectionError as error:
            raise CallError(_TRANSPORT_KINDS.get(type(error.__cause__), FailureKind.CONNECTION)) from None
        except openai.APIStatusError as error:
            raise _call_error(error) from None
        except openai.OpenAIError:
            raise CallError(FailureKind.INVALID) from None
        return answer.http_response.content, _request_id(answer.headers.get("x-request-id"))


def _call_error(error: openai.APIStatusError) -> CallError:
    """Return what the status of an answer, and the code in it, mean."""
    status, code = error.status_code, read_error_code(error.response.content)
    match status:
        case _ if code in _MODEL_CODES:
            kind = FailureKind.MODEL
        case _ if code in _QUOTA_CODES or status == HTTPStatus.PAYMENT_REQUIRED:
            kind = FailureKind.QUOTA
        case _ if code in _SIZE_CODES or status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            kind = FailureKind.TOO_LARGE
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            kind = FailureKind.AUTHENTICATION
        case HTTPStatus.TOO_MANY_REQUESTS:
            kind = FailureKind.RATE_LIMIT
        case _ if status in _NO_WAY:
            kind = FailureKind.MODEL
        case HTTPStatus.REQUEST_TIMEOUT | HTTPStatus.CONFLICT:
            kind = FailureKind.SERVER
        case _:
            kind = FailureKind.SERVER if status >= HTTPStatus.INTERNAL_SERVER_ERROR else FailureKind.INVALID
    return CallError(
        kind,
        status=status,
        request_id=_request_id(error.response.headers.get("x-request-id")),
        retry_after=retry_after_seconds(error.response.headers, dt_util.utcnow()),
    )


def _request_id(text: str | None) -> str | None:
    """Return an id that can stand in a log."""
    return text if text and _ID.fullmatch(text) else None
