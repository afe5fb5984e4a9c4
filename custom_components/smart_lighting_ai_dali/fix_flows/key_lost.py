"""The dialog of a lost key: enter it, restore a backup, or begin anew."""

from typing import Any, Final

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol

from ..site_vault import OtherKeyError, SiteVault
from ..vault.key import InvalidKeyError, Key
from ..vault_file import NotWrittenError
from .issue_flow import IssueFlow

_INIT, _ENTER_KEY, _BACKUP, _GIVE_UP = "init", "enter_key", "backup", "give_up"
_KEY, _CONFIRMATION = "key", "confirmation"
_KEY_IS_THERE, _NOT_WRITTEN, _RESTORE = "key_is_there", "not_written", "restore_a_backup"
# What has to be typed is no text to translate: it is shown beside the field.
_WORD: Final = "LOST"
_KEY_SCHEMA: Final = vol.Schema(
    {vol.Required(_KEY): TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))}
)
_WORD_SCHEMA: Final = vol.Schema({vol.Required(_CONFIRMATION): TextSelector()})


class KeyLostFlow(IssueFlow):
    """Asks what to do; nothing is deleted, whatever the answer is."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask."""
        del user_input
        return self.async_show_menu(step_id=_INIT, menu_options=[_ENTER_KEY, _BACKUP, _GIVE_UP])

    async def async_step_enter_key(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask for the key, and take it if it is the one."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if (vault := self._closed_vault) is None:
                return self.async_abort(reason=_KEY_IS_THERE)
            try:
                await vault.async_take_key(Key(user_input[_KEY]))
            except InvalidKeyError:
                errors[_KEY] = "no_key"
            except OtherKeyError:
                errors[_KEY] = "other_key"
            except NotWrittenError:
                return self.async_abort(reason=_NOT_WRITTEN)
            else:
                return self._done()
        return self.async_show_form(step_id=_ENTER_KEY, data_schema=_KEY_SCHEMA, errors=errors)

    async def async_step_backup(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say how; the issue stays until the key is there."""
        if user_input is None:
            return self.async_show_form(step_id=_BACKUP, data_schema=vol.Schema({}))
        return self.async_abort(reason=_RESTORE)

    async def async_step_give_up(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Begin anew once that was typed."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if (vault := self._closed_vault) is None:
                return self.async_abort(reason=_KEY_IS_THERE)
            if user_input[_CONFIRMATION].strip() == _WORD:
                try:
                    await vault.async_give_up()
                except InvalidKeyError, NotWrittenError:
                    return self.async_abort(reason=_NOT_WRITTEN)
                return self._done()
            errors[_CONFIRMATION] = "not_confirmed"
        return self.async_show_form(
            step_id=_GIVE_UP, data_schema=_WORD_SCHEMA, errors=errors, description_placeholders={"word": _WORD}
        )

    @property
    def _closed_vault(self) -> SiteVault | None:
        """Return the vault; None where it is open, or where the site does not run: then there is nothing to do."""
        return None if self.site is None or self.site.vault.problem is None else self.site.vault

    def _done(self) -> RepairsFlowResult:
        """Have the site read all of it anew."""
        self.hass.config_entries.async_schedule_reload(self.text_of("entry_id"))
        return self.async_create_entry(data={})
