"""What tokens cost: a price is a user's to edit, and one that nobody knows is unknown, never 0."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
import re
from typing import Any, Final, Self

from .provider import Usage

_MILLION: Final = 1_000_000
# Providers name a model with the day of its making, too: gpt-4o-mini-2024-07-18.
_OF_A_DAY: Final = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a million tokens of one model cost, in the currency of the account."""

    input: float
    output: float

    def __post_init__(self) -> None:
        """Refuse what is no price. Raises ValueError."""
        if not all(isfinite(one) and one >= 0 for one in (self.input, self.output)):
            raise ValueError(f"{self.input} and {self.output} are no prices")

    def of(self, usage: Usage) -> float:
        """Return what a call costs, in the currency of the account."""
        return (usage.input_tokens * self.input + usage.output_tokens * self.output) / _MILLION

    def as_dict(self) -> dict[str, float]:
        """Return it as JSON."""
        return {"input": self.input, "output": self.output}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what `as_dict` wrote. Raises KeyError, TypeError or ValueError for what is no price."""
        return cls(input=float(data["input"]), output=float(data["output"]))


# What to begin with at OpenAI itself, in US dollars, as published in autumn 2026; other servers have no known prices.
OPENAI_PRICES: Final[Mapping[str, Price]] = {
    "gpt-6-luna": Price(input=0.10, output=0.50),
    "gpt-5-mini": Price(input=0.25, output=2.00),
    "gpt-4o-mini": Price(input=0.15, output=0.60),
}

# The same of its Decisions API, which writes nothing that it charges for.
DECISION_PRICES: Final[Mapping[str, Price]] = {"gpt-6-luna": Price(input=0.10, output=0.0)}


def price_of(model: str, edited: Mapping[str, Price], known: Mapping[str, Price]) -> Price | None:
    """Return the price of a model, a user's before a known one; None where nobody knows it."""
    for name in (model, _OF_A_DAY.sub("", model)):
        for prices in (edited, known):
            if (price := prices.get(name)) is not None:
                return price
    return None
