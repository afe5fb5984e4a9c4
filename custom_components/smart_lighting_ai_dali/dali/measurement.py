"""What a general purpose sensor measures, and how its input value is to be read (IEC 62386-306)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """The description that a sensor gives of its input value; numbers are those of the standard's annex A."""

    unit: int
    quantity: int
    magnitude: int = 0
    """A step of the input value is ten to the power of this, in units."""
    signed: bool = False
    """Whether the input value is a two's complement."""

    def value_of(self, value: int, resolution: int) -> float:
        """Return an input value of so many bits in units."""
        if self.signed:
            value = signed(value, resolution)
        scaled = value * 10.0**self.magnitude
        return round(scaled, -self.magnitude) if self.magnitude < 0 else round(scaled)

    def as_list(self) -> list[int]:
        """Return the description as plain JSON."""
        return [self.unit, self.quantity, self.magnitude, int(self.signed)]

    @classmethod
    def from_list(cls, data: list[int]) -> Measurement:
        """Return the description that `as_list` gave; raises TypeError or ValueError for anything else."""
        unit, quantity, magnitude, is_signed = map(int, data)
        return cls(unit=unit, quantity=quantity, magnitude=magnitude, signed=bool(is_signed))


def signed(value: int, bits: int) -> int:
    """Return a two's complement of so many bits as the number that it is."""
    return value - (1 << bits) if value >> (bits - 1) & 1 else value
