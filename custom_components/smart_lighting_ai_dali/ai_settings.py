"""Which AI the site asks, and how much it may be asked: as the entry keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from homeassistant.const import CONF_API_KEY, CONF_ENTITY_ID, CONF_MODEL, CONF_URL

from .const import CONF_KIND

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


class ProviderKind(StrEnum):
    """Who is asked for plans."""

    NONE = "none"
    OPENAI = "openai"
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
    """How much may be asked."""

    zones_per_request: int = 16
    payload_bytes: int = 8192
    interval: float = 900.0
    """The least time from one request about the same zones to the next, in seconds."""
    deadline: float = 8.0
    """How long a whole call may take, in seconds."""
    calls_per_day: int = 100
    tokens_per_day: int = 200_000
    money_per_month: float | None = None
    """In the currency of the prices; None is no limit."""
    input_price: float | None = None
    """What a million tokens cost that are sent; None where the user does not say."""
    output_price: float | None = None
    """The same of tokens that come back."""


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
    return AiLimits(
        zones_per_request=int(stored.get(CONF_ZONES_PER_REQUEST, defaults.zones_per_request)),
        payload_bytes=int(stored.get(CONF_PAYLOAD_BYTES, defaults.payload_bytes)),
        interval=60.0 * stored.get(CONF_INTERVAL, defaults.interval / 60),
        deadline=float(stored.get(CONF_DEADLINE, defaults.deadline)),
        calls_per_day=int(stored.get(CONF_CALLS, defaults.calls_per_day)),
        tokens_per_day=int(stored.get(CONF_TOKENS, defaults.tokens_per_day)),
        money_per_month=stored.get(CONF_MONEY),
        input_price=stored.get(CONF_INPUT_PRICE),
        output_price=stored.get(CONF_OUTPUT_PRICE),
    )
