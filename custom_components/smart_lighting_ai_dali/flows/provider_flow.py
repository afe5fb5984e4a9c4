"""The steps that choose the AI, and ask for another key once it is needed: tried before they are kept."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_API_KEY, CONF_ENTITY_ID, CONF_MODEL, CONF_URL
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ..advisor.server_address import AddressError, host_of, server_address
from ..ai.ai_task_client import AI_TASK
from ..ai.decisions_api import has_decisions
from ..ai.provider import async_test
from ..ai.settings import (
    CONF_AI_PROVIDER,
    DECISIONS_MODEL,
    DEFAULT_MODEL,
    ProviderKind,
    ProviderSettings,
    provider_settings,
)

PROVIDER_MENU: Final = ["openai", "server", "ai_task", "decisions", "no_provider"]
_SECRET: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
_URL: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))
OPENAI_SCHEMA: Final = vol.Schema(
    {vol.Optional(CONF_API_KEY): _SECRET, vol.Required(CONF_MODEL, default=DEFAULT_MODEL): TextSelector()}
)
DECISIONS_SCHEMA: Final = vol.Schema(
    {vol.Optional(CONF_API_KEY): _SECRET, vol.Required(CONF_MODEL, default=DECISIONS_MODEL): TextSelector()}
)
SERVER_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_URL): _URL,
        vol.Optional(CONF_API_KEY): _SECRET,
        vol.Required(CONF_MODEL): TextSelector(),
    }
)
AI_TASK_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_ENTITY_ID): EntitySelector(
            EntitySelectorConfig(filter=EntityWithDeviceFilterSelectorConfig(domain=AI_TASK))
        )
    }
)
KEY_SCHEMA: Final = vol.Schema({vol.Required(CONF_API_KEY): _SECRET})
_EXAMPLE: Final = "http://192.0.2.10:11434/v1"


class ProviderSteps(ConfigFlow):
    """Reconfiguring the site is choosing its AI; lines and zones have dialogs of their own."""

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask who is to be asked."""
        del user_input
        options = PROVIDER_MENU
        if not await self.hass.async_add_executor_job(has_decisions):
            options = [option for option in options if option != ProviderKind.DECISIONS]
        return self.async_show_menu(step_id="reconfigure", menu_options=options)

    async def async_step_openai(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a key and a model of OpenAI."""
        return await self._ask_for_key(ProviderKind.OPENAI, OPENAI_SCHEMA, user_input)

    async def async_step_decisions(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a key of OpenAI, whose model will only choose."""
        return await self._ask_for_key(ProviderKind.DECISIONS, DECISIONS_SCHEMA, user_input)

    async def _ask_for_key(
        self, kind: ProviderKind, schema: vol.Schema, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        errors: dict[str, str] = {}
        if user_input is not None:
            settings = ProviderSettings(
                kind=kind,
                api_key=self._key(user_input, ProviderSettings().url),
                model=user_input[CONF_MODEL].strip(),
            )
            if not settings.api_key:
                errors[CONF_API_KEY] = "key_missing"
            elif not (errors := await self._problem_of(settings)):
                return self._keep(settings)
        return self._show(kind.value, schema, user_input, errors)

    async def async_step_server(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a server that speaks as OpenAI does."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                url = server_address(user_input[CONF_URL])
            except AddressError as error:
                errors[CONF_URL] = error.problem.value
            else:
                settings = ProviderSettings(
                    kind=ProviderKind.SERVER,
                    url=url,
                    api_key=self._key(user_input, url),
                    model=user_input[CONF_MODEL].strip(),
                )
                if not (errors := await self._problem_of(settings)):
                    return self._keep(settings)
        return self._show("server", SERVER_SCHEMA, user_input, errors, example=_EXAMPLE)

    async def async_step_ai_task(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for an entity of AI Task."""
        errors: dict[str, str] = {}
        if user_input is not None:
            settings = ProviderSettings(kind=ProviderKind.AI_TASK, entity_id=user_input[CONF_ENTITY_ID])
            if not (errors := await self._problem_of(settings)):
                return self._keep(settings)
        return self._show("ai_task", AI_TASK_SCHEMA, user_input, errors)

    async def async_step_no_provider(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Forget the AI, and its key."""
        del user_input
        return self._keep(ProviderSettings())

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Say that the key does not work any more."""
        del entry_data
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for another key of the same account or server."""
        errors: dict[str, str] = {}
        present = provider_settings(self._get_reauth_entry().data)
        if user_input is not None:
            settings = ProviderSettings(
                kind=present.kind,
                url=present.url,
                api_key=user_input[CONF_API_KEY].strip(),
                model=present.model,
            )
            if not (errors := await self._problem_of(settings)):
                return self.async_update_and_abort(
                    self._get_reauth_entry(), data_updates={CONF_AI_PROVIDER: settings.as_dict()}
                )
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=KEY_SCHEMA,
            errors=errors,
            description_placeholders={"host": host_of(present.url)},
        )

    def _key(self, user_input: Mapping[str, Any], url: str) -> str:
        """Return the key that was entered, or the present one where it was left empty: for the same server alone."""
        if key := user_input.get(CONF_API_KEY, "").strip():
            return str(key)
        present = self._present
        return present.api_key if present.url == url else ""

    @property
    def _present(self) -> ProviderSettings:
        return provider_settings(self._get_reconfigure_entry().data)

    async def _problem_of(self, settings: ProviderSettings) -> dict[str, str]:
        """Return the errors of a form by a real question; nothing that does not work is kept."""
        kind = await async_test(self.hass, settings)
        return {} if kind is None else {"base": f"ai_{kind.value}"}

    def _keep(self, settings: ProviderSettings) -> ConfigFlowResult:
        return self.async_update_and_abort(
            self._get_reconfigure_entry(), data_updates={CONF_AI_PROVIDER: settings.as_dict()}
        )

    def _show(
        self,
        step_id: str,
        schema: vol.Schema,
        user_input: Mapping[str, Any] | None,
        errors: dict[str, str],
        **placeholders: str,
    ) -> ConfigFlowResult:
        """Show a form with what was entered, or is so; a key is never shown again."""
        present = self._present
        shown = {CONF_URL: present.url, CONF_MODEL: present.model, CONF_ENTITY_ID: present.entity_id}
        suggested = user_input or (shown if present.kind.value == step_id else {})
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                schema, {name: value for name, value in suggested.items() if name != CONF_API_KEY}
            ),
            errors=errors,
            description_placeholders=placeholders,
        )
