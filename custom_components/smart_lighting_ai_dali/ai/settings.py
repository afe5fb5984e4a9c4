"""Which AI the site asks, and how much it may be asked: as the entry keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from homeassistant.const import CONF_API_KEY, CONF_ENTITY_ID, CONF_MODEL, CONF_URL

from ..advisor.budget import Limits
from ..advisor.payload import Caps
from ..advisor.prices import Price
from ..const import CONF_KIND

# In the data of the entry; what may be secret is there, and nowhere else.
CONF_AI_PROVIDER: Final = "ai_provider"
# In its options.
CONF_AI: Final = "ai"
CONF_ZONES_PER_REQUEST: Final = "payload_batch_limit"
CONF_PAYLOAD_BYTES: Final = "payload_cap_bytes"
CONF_INTERVAL: Final = "interval_minutes"
CONF_DEADLINE: Final = "deadline_seconds"
CONF_CALLS: Final = "calls_per_day"
CONF_TOKENS: Final = "tokens_per_day"
CONF_MONEY: Final = "money_per_month"
CONF_INPUT_PRICE: Final = "input_price"
CONF_OUTPUT_PRICE: Final = "output_price"

OPENAI_URL: Final = "https://api.openai.com/v1"
# Small, cheap, and it keeps to a schema.
DEFAULT_MODEL: Final = "gpt-5-mini"
# The only one that the Decisions API has.
DECISIONS_MODEL: Final = "gpt-6-luna"
# How often zones are asked about is the interval; between the requests for many zones it is so many seconds.
BETWEEN_REQUESTS: Final = 5.0


class ProviderKind(StrEnum):
    """Who is asked for plans."""

    NONE = "none"
    OPENAI = "openai"
    DECISIONS = "decisions"
    """OpenAI's Decisions API, which only chooses among plans that are made here: an experiment."""
    SERVER = "server"
    """Any server that speaks as OpenAI does."""
    AI_TASK = "ai_task"
    """An entity of Home Assistant's AI Task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """Who is asked, and how to get in."""

    kind: ProviderKind = ProviderKind.NONE
    url: str = OPENAI_URL
    # Left out of what is shown: a key must not get into a log or a traceback.
    api_key: str = field(default="", repr=False)
    """Empty where a server wants none."""
    model: str = ""
    entity_id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return this as the entry keeps it."""
        match self.kind:
            case ProviderKind.NONE:
                return {}
            case ProviderKind.AI_TASK:
                return {CONF_KIND: self.kind.value, CONF_ENTITY_ID: self.entity_id}
            case _:
                return {
                    CONF_KIND: self.kind.value,
                    CONF_URL: self.url,
                    CONF_API_KEY: self.api_key,
                    CONF_MODEL: self.model,
                }


@dataclass(frozen=True, slots=True, kw_only=True)
class AiLimits:
    """How much may be asked, how often, and what it may cost."""

    caps: Caps = field(default_factory=Caps)
    interval: float = 900.0
    """The least time from asking about zones to asking again, in seconds."""
    deadline: float = 8.0
    """How long a whole call may take, in seconds."""
    budget: Limits = field(default_factory=lambda: Limits(least_interval=BETWEEN_REQUESTS))
    price: Price | None = None
    """What the user says that the model costs; None where they do not."""


def provider_settings(data: Mapping[str, Any]) -> ProviderSettings:
    """Return who is asked, by the data of the entry."""
    stored = data.get(CONF_AI_PROVIDER, {})
    return ProviderSettings(
        kind=ProviderKind(stored.get(CONF_KIND, ProviderKind.NONE)),
        url=stored.get(CONF_URL, OPENAI_URL),
        api_key=stored.get(CONF_API_KEY, ""),
        model=stored.get(CONF_MODEL, ""),
        entity_id=stored.get(CONF_ENTITY_ID, ""),
    )


def ai_limits(options: Mapping[str, Any]) -> AiLimits:
    """Return how much may be asked, by the options of the entry; what they do not say is the default."""
    stored, defaults = options.get(CONF_AI, {}), AiLimits()
    prices = stored.get(CONF_INPUT_PRICE), stored.get(CONF_OUTPUT_PRICE)
    return AiLimits(
        caps=Caps(
            zones=int(stored.get(CONF_ZONES_PER_REQUEST, defaults.caps.zones)),
            size=int(stored.get(CONF_PAYLOAD_BYTES, defaults.caps.size)),
        ),
        interval=60.0 * stored.get(CONF_INTERVAL, defaults.interval / 60),
        deadline=float(stored.get(CONF_DEADLINE, defaults.deadline)),
        budget=Limits(
            least_interval=BETWEEN_REQUESTS,
            calls_a_day=_whole(stored.get(CONF_CALLS, defaults.budget.calls_a_day)),
            tokens_a_day=_whole(stored.get(CONF_TOKENS, defaults.budget.tokens_a_day)),
            money_a_month=stored.get(CONF_MONEY),
        ),
        # One price alone is none.
        price=None if None in prices else Price(input=float(prices[0] or 0), output=float(prices[1] or 0)),
    )


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
