"""What the maker of a luminaire says of it (IEC 62386-251)."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Luminaire:
    """A luminaire as its maker describes it; None is unknown."""

    name: str | None = None
    year: int | None = None
    """Of manufacture, with its century."""
    week: int | None = None
    """Of manufacture, 1 to 53."""
    power: int | None = None
    """Nominal, in watts."""
    minimum_power: int | None = None
    """At the lowest level, in watts."""
    light_output: int | None = None
    """Nominal, in lumens."""
    colour_rendering: int | None = None
    """The index, 0 to 100."""
    kelvin: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the luminaire as plain JSON."""
        return asdict(self)
