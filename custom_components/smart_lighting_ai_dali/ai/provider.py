"""The AI that the site asks: made at the first question, made anew when somebody changes it, and told of to people.

Nothing of it runs at a set-up, and no light ever waits for it.
"""

from collections.abc import Callable
import json
from typing import Any, Final, Protocol, cast

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.importlib import async_import_module

from ..advisor.provider import Answer, FailureKind, Provider, ProviderError, Request
from ..const import PACKAGE
from ..issues.ai import async_clear_failures, async_report_failure
from .ai_task_client import AiTaskClient
from .settings import ProviderKind, ProviderSettings, ai_limits, provider_settings

# Loading the SDK takes a second and much memory: only who asks it has it.
_OPENAI_CLIENT: Final = f"{PACKAGE}.openai_client"
_READY: Final = "ready"
_TEST: Final = Request(
    instructions='Answer with "ready" set to true.',
    payload='{"ready":true}',
    schema={
        "type": "object",
        "properties": {_READY: {"type": "boolean"}},
        "required": [_READY],
        "additionalProperties": False,
    },
    # Room for a model that thinks first.
    most_output_tokens=1000,
    choices={"test": {_READY: {_READY: True}, "not_ready": {_READY: False}}},
)
# For a server at home that has to load its model first, in seconds.
TEST_DEADLINE: Final = 30.0


class _OpenAIModule(Protocol):
    OpenAIClient: Callable[[HomeAssistant, ProviderSettings, float], Provider]


class AiProvider:
    """Whoever is asked; the budget, and when to ask, are not its business."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        self.settings = provider_settings(entry.data)
        self.limits = ai_limits(entry.options)
        self.failure: FailureKind | None = None
        """Why the last question had no answer; None where it had one, or none was asked."""
        self._hass = hass
        self._entry = entry
        self._client: Provider | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def is_set(self) -> bool:
        """Tell whether there is anybody to ask."""
        return self.settings.kind is not ProviderKind.NONE

    @property
    def model(self) -> str:
        """Return who is asked, to be shown: the model, or the entity that has one."""
        return self.settings.entity_id if self.settings.kind is ProviderKind.AI_TASK else self.settings.model

    @callback
    def async_listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call a listener when somebody else is asked from now on, or by another key; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_follow(self) -> None:
        """Follow the settings of the entry, without touching anything else."""
        settings, limits = provider_settings(self._entry.data), ai_limits(self._entry.options)
        is_other = settings != self.settings
        if is_other or limits.deadline != self.limits.deadline:
            self._client = None
        self.settings, self.limits = settings, limits
        if is_other:
            self.failure = None
            async_clear_failures(self._hass)
            for listener in tuple(self._listeners):
                listener()

    async def ask(self, request: Request) -> Answer:
        """Return the answer. Raises ProviderError."""
        settings, client = self.settings, self._client
        if client is None:
            client = await async_client(self._hass, settings, self.limits.deadline)
            if settings == self.settings:
                self._client = client
        try:
            answer = await client.ask(request)
        except ProviderError as error:
            if settings == self.settings:
                self._async_failed(error.kind)
            raise
        if settings == self.settings and self.failure is not None:
            self.failure = None
            async_clear_failures(self._hass)
        return answer

    @callback
    def _async_failed(self, kind: FailureKind) -> None:
        """Tell people what only they can mend."""
        self.failure = kind
        if kind is FailureKind.AUTHENTICATION:
            if self.settings.kind is not ProviderKind.AI_TASK:
                self._entry.async_start_reauth(self._hass)
            return
        async_report_failure(self._hass, kind, self.model)


async def async_client(hass: HomeAssistant, settings: ProviderSettings, deadline: float) -> Provider:
    """Return whoever the settings name. Raises ProviderError where that is nobody.

    `deadline` is that of each call, in seconds.
    """
    match settings.kind:
        case ProviderKind.NONE:
            raise ProviderError(FailureKind.MODEL)
        case ProviderKind.AI_TASK:
            return AiTaskClient(hass, settings, deadline)
        case _:
            module = cast("_OpenAIModule", await async_import_module(hass, _OPENAI_CLIENT))
            return module.OpenAIClient(hass, settings, deadline)


async def async_test(hass: HomeAssistant, settings: ProviderSettings) -> FailureKind | None:
    """Ask one short question; return why that failed, None where it did not.

    A model that thought for too long was there, and its key was good.
    """
    try:
        client = await async_client(hass, settings, TEST_DEADLINE)
        answer = await client.ask(_TEST)
    except ProviderError as error:
        return None if error.kind is FailureKind.INCOMPLETE else error.kind
    try:
        content = json.loads(answer.text)
    except ValueError, RecursionError:
        return FailureKind.INVALID
    match content:
        case {"ready": bool()} | {"plans": [{"zone": "test", "ready": bool()}]}:
            return None
        case _:
            return FailureKind.INVALID
