"""What the AI planner keeps over a restart: what was spent, what zones are called outside, and what people changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import logging
import secrets
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .advisor.budget import Budget, Limits
from .advisor.report_card import ReportCard
from .ai_inputs import ChoiceCounts
from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

_VERSION: Final = 1
_SECRET_BYTES: Final = 32
# What people changed is worth no more writes to a memory card, in seconds.
_LATER: Final = 900.0


@dataclass(slots=True, kw_only=True)
class AiMemory:
    """All of it."""

    secret: bytes
    """By which zones are called z1 to zn in an order of their own."""
    budget: Budget
    choices: dict[str, ChoiceCounts] = field(default_factory=dict)
    """By the key of each zone."""
    cards: dict[str, ReportCard] = field(default_factory=dict)
    """The same."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "secret": self.secret.hex(),
            "budget": self.budget.as_dict(),
            "choices": {key: counts.as_list() for key, counts in self.choices.items()},
            "cards": {key: card.as_dict() for key, card in self.cards.items()},
        }


class AiStore:
    """It on disk."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.ai", private=True)

    async def async_load(self, limits: Limits) -> AiMemory:
        """Return what was kept; what can't be read begins anew, and is said."""
        try:
            data = await self._store.async_load()
        except HomeAssistantError as error:
            _LOGGER.warning("ai=unreadable reason=%s: what it has used is counted anew", error)
            data = None
        if not isinstance(data, dict):
            return _new(limits)
        memory = _new(limits)
        try:
            memory.secret = bytes.fromhex(data["secret"])
            memory.budget = Budget.from_dict(data["budget"], limits)
            memory.choices = {key: ChoiceCounts.from_list(counts) for key, counts in data["choices"].items()}
            # There were none at first.
            memory.cards = {key: ReportCard.from_dict(card) for key, card in data.get("cards", {}).items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            _LOGGER.warning("ai=unreadable reason=%r: what could not be read begins anew", error)
        return memory

    async def async_save(self, memory: AiMemory) -> None:
        """Write it down now."""
        await self._store.async_save(memory.as_dict())

    @callback
    def async_save_later(self, data: Callable[[], Mapping[str, Any]]) -> None:
        """Write it down some time, or at the stop of Home Assistant."""
        self._store.async_delay_save(lambda: dict(data()), _LATER)

    async def async_remove(self) -> None:
        """Remove it: the site is gone."""
        await self._store.async_remove()


def _new(limits: Limits) -> AiMemory:
    return AiMemory(secret=secrets.token_bytes(_SECRET_BYTES), budget=Budget(limits))
