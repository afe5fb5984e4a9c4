"""What an adapter says about itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """The box between the serial port and the line."""

    protocol: str
    """The wire protocol that it speaks, for example LUBA."""
    gtin: int
    serial: int
    article: int
    hardware: str
    """Versions of the board and of its assembly, as "3.1"."""
    has_bus_power_supply: bool
    """Whether it can feed the line itself."""

    @property
    def name(self) -> str:
        """Return the adapter in words for people, as "LUBA adapter 24166096"."""
        return f"{self.protocol} adapter {self.article}"
