"""What the AI planner keeps over a restart: what was spent, what zones are called, what people did and said."""

from dataclasses import dataclass, field
import logging
import secrets
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..advisor.advice import Advice
from ..advisor.budget import Budget, Limits
from ..advisor.report_card import ReportCard
from ..const import DOMAIN, PACKAGE
from ..kept_file import KeptFile
from .inputs import ChoiceCounts

_LOGGER = logging.getLogger(f"{PACKAGE}.openai_client")

_VERSION: Final = 1
_SECRET_BYTES: Final = 32
# What people changed is worth no more writes to a memory card, in seconds.
_LATER: Final = 900.0
# Cards of many zones are megabytes; all but the last hours of them were written before.
_CARDS_LATER: Final = 3600.0


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
    advice: dict[str, Advice] = field(default_factory=dict)
    """The same."""

    def as_dict(self) -> dict[str, Any]:
        """Return all but the cards as JSON: what has to be written before each question, and so must be small."""
        return {
            "secret": self.secret.hex(),
            "budget": self.budget.as_dict(),
            "choices": {key: counts.as_list() for key, counts in self.choices.items()},
            "advice": {key: advice.as_list() for key, advice in self.advice.items()},
        }

    def cards_as_dict(self) -> dict[str, Any]:
        """Return the cards as JSON; it takes milliseconds for each zone."""
        return {key: card.as_dict() for key, card in tuple(self.cards.items())}


class AiStore:
    """It on disk."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._hass = hass
        self._store: KeptFile[dict[str, Any]] = KeptFile(hass, _VERSION, f"{DOMAIN}.{entry_id}.ai", private=True)
        # They are of numbers that are only ever added to: another thread may read them.
        self._cards: KeptFile[dict[str, Any]] = KeptFile(
            hass, _VERSION, f"{DOMAIN}.{entry_id}.ai_cards", private=True, serialize_in_event_loop=False
        )
        self._has_cards_to_write = False

    async def async_load(self, limits: Limits) -> AiMemory:
        """Return what was kept; what can't be read begins anew, and is said."""
        memory = _new(limits)
        data, cards = await _load(self._store), await _load(self._cards)
        try:
            # It takes milliseconds for each zone.
            memory.cards = await self._hass.async_add_executor_job(_cards_of, cards)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            _LOGGER.warning("report_cards=unreadable detail=%r hint='zones are judged anew'", repr(error))
        if not data:
            return memory
        try:
            memory.secret = bytes.fromhex(data["secret"])
            memory.budget = Budget.from_dict(data["budget"], limits)
            memory.choices = {key: ChoiceCounts.from_list(counts) for key, counts in data["choices"].items()}
            # There was none at first.
            memory.advice = {key: Advice.from_list(one) for key, one in data.get("advice", {}).items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            _LOGGER.warning("ai_memory=unreadable detail=%r hint='what could not be read begins anew'", repr(error))
        return memory

    async def async_save(self, memory: AiMemory) -> None:
        """Write down now what must not be forgotten: what was spent, and what is about to be."""
        await self._store.async_save(memory.as_dict())

    @callback
    def async_save_later(self, memory: AiMemory) -> None:
        """Write it down some time, or at the stop of Home Assistant; the cards, too, which take longer."""
        self._store.async_delay_save(memory.as_dict, _LATER)
        if self._has_cards_to_write:
            return
        self._has_cards_to_write = True

        def cards() -> dict[str, Any]:
            self._has_cards_to_write = False
            return memory.cards_as_dict()

        self._cards.async_delay_save(cards, _CARDS_LATER)

    async def async_save_all(self, memory: AiMemory) -> None:
        """Write all of it down now."""
        await self.async_save(memory)
        self._has_cards_to_write = False
        await self._cards.async_save(await self._hass.async_add_executor_job(memory.cards_as_dict))

    async def async_remove(self) -> None:
        """Remove it: the site is gone."""
        await self._store.async_remove()
        await self._cards.async_remove()


async def _load(store: KeptFile[dict[str, Any]]) -> dict[str, Any]:
    """Return what was kept; nothing where that can't be read, which is said."""
    try:
        data = await store.async_load()
    except HomeAssistantError as error:
        _LOGGER.warning("ai_store=unreadable detail=%r hint='what was in it begins anew'", str(error))
        return {}
    return data if isinstance(data, dict) else {}


def _cards_of(data: dict[str, Any]) -> dict[str, ReportCard]:
    return {key: ReportCard.from_dict(card) for key, card in data.items()}


def _new(limits: Limits) -> AiMemory:
    return AiMemory(secret=secrets.token_bytes(_SECRET_BYTES), budget=Budget(limits))
