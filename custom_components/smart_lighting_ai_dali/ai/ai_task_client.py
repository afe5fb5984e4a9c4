"""Ask an entity of Home Assistant's AI Task: any model that is set up there, with no key of ours.

It is asked by its action. Importing AI Task would want the libraries of cameras and voice, also where nobody asks it.
"""

import asyncio
import json
import logging
from typing import Any, Final, override

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import voluptuous as vol

from ..advisor.provider import LARGEST_REQUEST, Answer, FailureKind, Provider, ProviderError, Request
from ..const import PACKAGE
from .ai_task_structure import fitted, structure_of
from .capped_transport import LARGEST_BODY
from .provider_trouble import Trouble
from .settings import ProviderSettings

_LOGGER = logging.getLogger(f"{PACKAGE}.openai_client")

AI_TASK: Final = "ai_task"
_ACTION: Final = "generate_data"
# Shown where the entity keeps a record of what it was asked.
_TASK_NAME: Final = "Light plans"
# How long a call that was cancelled may take to end, in seconds.
_ENDING: Final = 1.0


class AiTaskClient(Provider):
    """One entity, which has a model of its own."""

    def __init__(self, hass: HomeAssistant, settings: ProviderSettings, deadline: float) -> None:
        self._hass = hass
        self._entity_id = settings.entity_id
        self._deadline = deadline
        self._trouble = Trouble(_LOGGER, settings.kind)

    @override
    async def ask(self, request: Request) -> Answer:
        """Return the answer before the deadline. Raises ProviderError."""
        if request.size > LARGEST_REQUEST:
            raise ProviderError(FailureKind.TOO_LARGE)
        try:
            answer = Answer(text=await self._ask(request), model=self._entity_id)
        except ProviderError as error:
            self._trouble.tell(error)
            raise
        self._trouble.is_over(answer)
        return answer

    async def _ask(self, request: Request) -> str:
        if not self._hass.services.has_service(AI_TASK, _ACTION):
            raise ProviderError(FailureKind.CONNECTION)
        if (state := self._hass.states.get(self._entity_id)) is None:
            raise ProviderError(FailureKind.MODEL)
        if state.state == STATE_UNAVAILABLE:
            raise ProviderError(FailureKind.CONNECTION)
        # In a task of its own: whatever the entity's integration raises, or does with a cancellation, stays in there.
        task = self._hass.async_create_background_task(self._generate(request), f"ask {self._entity_id}")
        try:
            await asyncio.wait({task}, timeout=self._deadline)
            if not task.done():
                raise ProviderError(FailureKind.TIMEOUT)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=_ENDING)
                # Looked at, so that nobody is told of an error that came too late.
                _ = task.done() and not task.cancelled() and task.exception()
        if task.cancelled():
            raise ProviderError(FailureKind.SERVER)
        if (error := task.exception()) is not None:
            _LOGGER.debug("entity=%s call=failed reason=%s", self._entity_id, type(error).__name__)
            raise ProviderError(_kind_of(error))
        return _text_of(task.result(), request)

    async def _generate(self, request: Request) -> Any:
        response = await self._hass.services.async_call(
            AI_TASK,
            _ACTION,
            {
                "task_name": _TASK_NAME,
                "entity_id": self._entity_id,
                "instructions": f"{request.instructions}\n\n{request.payload}",
                "structure": structure_of(request.schema),
            },
            blocking=True,
            return_response=True,
        )
        return (response or {}).get("data")


def _kind_of(error: BaseException) -> FailureKind:
    """Return what an error means; those of integrations have no kinds of their own."""
    if isinstance(error, ServiceValidationError | vol.Invalid) or not isinstance(error, HomeAssistantError):
        return FailureKind.INVALID
    return FailureKind.SERVER


def _text_of(data: Any, request: Request) -> str:
    try:
        text = data if isinstance(data, str) else json.dumps(fitted(data, request.schema), allow_nan=False)
    except ValueError, TypeError, RecursionError:
        raise ProviderError(FailureKind.INVALID) from None
    if len(text) > LARGEST_BODY:
        raise ProviderError(FailureKind.TOO_LARGE)
    return text
