"""The dialog of a clock by which nothing is deleted: delete all the same, where a person says that it is right."""

from typing import Any, Final

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.helpers.selector import BooleanSelector
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..db.recorder_tasks import DatabaseUnavailableError
from .issue_flow import IssueFlow

_IS_RIGHT: Final = "is_right"
_SCHEMA: Final = vol.Schema({vol.Required(_IS_RIGHT, default=False): BooleanSelector()})
_NOT_CONFIRMED: Final = "not_confirmed"
_NOT_RUNNING: Final = "not_running"
_UNAVAILABLE: Final = "database_unavailable"
_PURGED: Final = "purged"


class ClockFlow(IssueFlow):
    """Shows what the clock says, and deletes what is old by it once that was confirmed."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Begin."""
        del user_input
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask whether it is right, and delete where it is."""
        if user_input is None or not user_input[_IS_RIGHT]:
            return self.async_show_form(
                step_id="confirm",
                data_schema=_SCHEMA,
                errors=None if user_input is None else {_IS_RIGHT: _NOT_CONFIRMED},
                description_placeholders={"now": dt_util.now().strftime("%Y-%m-%d %H:%M")},
            )
        if (site := self.site) is None:
            return self.async_abort(reason=_NOT_RUNNING)
        try:
            pruned = await site.retention.async_purge_now(despite_clock=True)
        except DatabaseUnavailableError:
            return self.async_abort(reason=_UNAVAILABLE)
        return self.async_create_entry(
            data={},
            description=_PURGED,
            description_placeholders={
                "events": str(pruned.events),
                "features": str(pruned.features),
                "decisions": str(pruned.decisions),
            },
        )
