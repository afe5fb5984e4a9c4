"""Repair issues that a person can close: which dialog belongs to which issue."""

from collections.abc import Mapping
from typing import Final

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .fix_flows.clock import ClockFlow
from .fix_flows.database import DatabaseFlow
from .fix_flows.distinct_events import DistinctEventsFlow
from .fix_flows.earned import EarnedFlow
from .fix_flows.features import FeaturesFlow
from .fix_flows.key_lost import KeyLostFlow
from .fix_flows.lamps import LampsFlow
from .fix_flows.offline_line import OfflineLineFlow
from .fix_flows.payload import PayloadFlow
from .fix_flows.shared_addresses import SharedAddressesFlow
from .fix_flows.suggestion import SuggestionFlow
from .issues.ai import EARNED, PAYLOAD, SUGGESTION
from .issues.gear import LAMP_FAILURES, SHARED_ADDRESSES
from .issues.inputs import INDISTINCT
from .issues.line import OFFLINE
from .issues.site import CLOCK_JUMPED, CLOCK_WENT_BACK, NO_FEATURES, DatabaseTroubleKind
from .issues.vault import KEY_LOST

# By the translation key of the issue, which is its kind; one that only has to be read has none here.
_FLOWS: Final[Mapping[str, type[RepairsFlow]]] = {
    **dict.fromkeys(OFFLINE, OfflineLineFlow),
    EARNED: EarnedFlow,
    **dict.fromkeys(SHARED_ADDRESSES.values(), SharedAddressesFlow),
    LAMP_FAILURES: LampsFlow,
    **dict.fromkeys(DatabaseTroubleKind, DatabaseFlow),
    CLOCK_JUMPED: ClockFlow,
    CLOCK_WENT_BACK: ClockFlow,
    NO_FEATURES: FeaturesFlow,
    PAYLOAD: PayloadFlow,
    INDISTINCT: DistinctEventsFlow,
    SUGGESTION: SuggestionFlow,
    KEY_LOST: KeyLostFlow,
}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the dialog of an issue: what is to be done or answered, and all else only has to be read."""
    del data
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    kind = None if issue is None else issue.translation_key
    return ConfirmRepairFlow() if kind is None else _FLOWS.get(kind, ConfirmRepairFlow)()
