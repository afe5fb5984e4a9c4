"""What all dialogs of repair issues have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol

from ..const import DOMAIN

if TYPE_CHECKING:
    from ..site import Site
    from ..site_line import SiteLine


class IssueFlow(RepairsFlow):
    """The dialog of one issue; `data` is what the issue was made with, there once the first step is asked for."""

    @property
    def placeholders(self) -> Mapping[str, str] | None:
        """Return what the texts of the issue name; None where it is gone."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        return None if issue is None else issue.translation_placeholders

    @property
    def line(self) -> SiteLine | None:
        """Return the line that the issue is of; None where it is gone."""
        return None if self.site is None else self.site.lines.get(self.text_of("subentry_id"))

    @property
    def site(self) -> Site | None:
        """Return the running site; None where none runs."""
        for entry in self.hass.config_entries.async_loaded_entries(DOMAIN):
            site: Site = entry.runtime_data
            return site
        return None

    def text_of(self, key: str) -> str:
        """Return what the issue was made with, as text; empty where there is none."""
        return str((self.data or {}).get(key) or "")


class ConfirmedFlow(IssueFlow, ABC):
    """The dialog of an issue that says what is so, and does something about it once that was confirmed."""

    async def async_step_init(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Ask at once."""
        del user_input
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, str] | None = None) -> RepairsFlowResult:
        """Say what is so, and do it once that was answered."""
        if user_input is None:
            return self.async_show_form(
                step_id="confirm", data_schema=vol.Schema({}), description_placeholders=self.placeholders
            )
        return await self.async_mend()

    @abstractmethod
    async def async_mend(self) -> RepairsFlowResult:
        """Do it, and return what came of it."""
