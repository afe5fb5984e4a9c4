"""What an adapter says about itself."""

from dataclasses import dataclass
from enum import StrEnum


class WireProtocol(StrEnum):
    """The wire protocols that there are drivers for."""

    LUBA = "LUBA"
    SEVENLAB = "SevenLab"
    FOXTRON = "Foxtron"


class Ability(StrEnum):
    """What some adapters can do and others can't; without it things go on, more slowly or with less to tell."""

    TIME_STAMPS = "time_stamps"
    """It says when a frame was on the line."""
    CHECKSUMS = "checksums"
    """A byte that changed between adapter and host is found out; otherwise only one that breaks a message's form."""
    LINE_POWER = "line_power"
    """It says how the line's power is when it is asked; otherwise a query on the line has to show it."""
    LINE_IDENTITY = "line_identity"
    """Its serial number is that of one line; otherwise it has none, or one for all of its lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """The box between the serial port and the line; None is what it does not tell."""

    protocol: str
    """The wire protocol that it speaks, for example LUBA."""
    gtin: int | None = None
    serial: int | None = None
    article: int | None = None
    hardware: str | None = None
    """Versions of the board and of its assembly, as "3.1"."""
    firmware: str | None = None
    has_bus_power_supply: bool = False
    """Whether it can feed the line itself."""
    abilities: frozenset[Ability] = frozenset()

    @property
    def name(self) -> str:
        """Return the adapter in words for people, as "LUBA adapter 24166096"."""
        number = self.serial if self.article is None else self.article
        return f"{self.protocol} adapter" if number is None else f"{self.protocol} adapter {number}"

    @property
    def line_id(self) -> str | None:
        """Return what tells its line from all others; None where it has nothing that does."""
        return f"adapter-{self.serial}" if Ability.LINE_IDENTITY in self.abilities else None
