"""The dialog of zones without features: condense what there is now, and say what came of it."""

import asyncio
from typing import Final, override

from homeassistant.components.repairs import RepairsFlowResult

from ..db.recorder_tasks import DatabaseUnavailableError
from ..feature_engineering import Anew
from ..sources import OUTDOORS
from .issue_flow import ConfirmedFlow

# It goes on when nobody waits any more, in seconds.
_SECONDS: Final = 60.0
_NOT_RUNNING: Final = "not_running"
_UNAVAILABLE: Final = "database_unavailable"
_STILL_RUNNING: Final = "still_running"
_STILL_NONE: Final = "still_none"
_CONDENSED: Final = "condensed"


class FeaturesFlow(ConfirmedFlow):
    """Names what does not deliver, and offers to condense at once (`aggregate_now`)."""

    @override
    async def async_mend(self) -> RepairsFlowResult:
        """Condense, once somebody has mended what does not deliver."""
        if (site := self.site) is None:
            return self.async_abort(reason=_NOT_RUNNING)
        try:
            async with asyncio.timeout(_SECONDS):
                result = await site.feature_engineering.async_aggregate_now(Anew())
        except TimeoutError:
            return self.async_abort(reason=_STILL_RUNNING)
        except DatabaseUnavailableError:
            return self.async_abort(reason=_UNAVAILABLE)
        figures = {"windows": str(result.windows), "rows": str(result.rows)}
        if without := set(result.zones_without_features) - {OUTDOORS}:
            names = ", ".join(site.feature_watch.names_of(without))
            return self.async_abort(reason=_STILL_NONE, description_placeholders={**figures, "zones": names})
        return self.async_create_entry(data={}, description=_CONDENSED, description_placeholders=figures)
