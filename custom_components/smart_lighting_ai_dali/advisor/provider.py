"""What every AI that is asked for plans has in common: a request, an answer, and the kinds of failure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

# Whoever wants to be left alone for longer is asked again after this time all the same, in seconds.
LONGEST_RETRY_AFTER: Final = 900.0
# What is told and asked, without the schema, in bytes: some four thousand tokens, more than any batch of zones needs.
LARGEST_REQUEST: Final = 16 * 1024


class FailureKind(StrEnum):
    """Why a provider gave no answer."""

    AUTHENTICATION = "authentication"
    """The key is wrong, was revoked, or may not do this."""
    QUOTA = "quota"
    """The account has no money left, or reached its own limit."""
    RATE_LIMIT = "rate_limit"
    """Too many calls in too short a time."""
    SERVER = "server"
    """The server failed."""
    TIMEOUT = "timeout"
    """No whole answer came in time."""
    CONNECTION = "connection"
    """The server can't be reached, or hung up."""
    MODEL = "model"
    """There is no such model, or no such way to ask, at this server."""
    REFUSED = "refused"
    """The model, or what filters it, would not answer."""
    INCOMPLETE = "incomplete"
    """The answer ended before it was whole."""
    TOO_LARGE = "too_large"
    """The request, or the answer, is larger than what is allowed."""
    INVALID = "invalid"
    """The request was not understood, or what came is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question about a batch of zones."""

    instructions: str
    """What never changes: what the payload means and how to answer."""
    payload: str
    """What is told of the zones, as JSON."""
    schema: Mapping[str, Any]
    """The strict JSON schema of the answer."""
    most_output_tokens: int
    """How many tokens the answer may have, those of thinking included."""
    choices: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    """For one that only chooses: the plans for each zone, by what they are called, as it would have written them."""

    @property
    def size(self) -> int:
        """Return how much is told and asked, in bytes."""
        return len(self.instructions.encode()) + len(self.payload.encode())

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Return what one that only chooses is asked: one question for each zone."""
        return [
            {
                "type": "choice",
                "name": label,
                "instructions": f"The best plan for {label}",
                "choices": [{"value": name} for name in offered],
            }
            for label, offered in self.choices.items()
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a call used, in tokens as the provider counts them."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; nothing in it has been judged yet."""

    text: str
    model: str
    """The model that answered, as the provider names it."""
    usage: Usage | None = None
    """What the call used; None where the provider does not say."""
    request_id: str | None = None
    """What the provider's support asks for."""


class ProviderError(Exception):
    """A provider gave no answer.

    `retry_after` is how long it wants to be left alone, in seconds, from 0 to `LONGEST_RETRY_AFTER`; None where it did
    not say so. `usage` is what the call used all the same; None where nobody knows.
    """

    def __init__(self, kind: FailureKind, *, retry_after: float | None = None, usage: Usage | None = None) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.retry_after = retry_after
        self.usage = usage


class Provider(Protocol):
    """Whoever can be asked for plans."""

    async def ask(self, request: Request) -> Answer:
        """Return the answer; raise `ProviderError`, and nothing else, where there is none before its own deadline."""
        ...
