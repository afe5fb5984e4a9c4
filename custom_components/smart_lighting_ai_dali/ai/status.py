"""How the AI is doing, in a word that people and automations see."""

from enum import StrEnum


class AiStatus(StrEnum):
    """How the AI is doing."""

    OFF = "off"
    """Nobody is to be asked, or no zone lets it be asked."""
    WAITING = "waiting"
    """Nothing was asked yet."""
    OK = "ok"
    FAILING = "failing"
    """The last question had no answer that could be used."""
    OVER_BUDGET = "over_budget"
