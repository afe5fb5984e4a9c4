"""What one gear remembers: the variables of IEC 62386-102, table 14."""

from dataclasses import dataclass, field
from typing import Final, Self

from ..dali.fade import FADE_TIMES, extended_fade_seconds
from ..dali.level import MASK
from .specification import NO_RANDOM_ADDRESS, GearSpecification

SCENES: Final = 16
# IEC 62386-207, 9.13: the fast fade time counts in steps of 25 ms.
FAST_FADE_STEP: Final = 0.025


@dataclass(slots=True)
class Registers:
    """The three data transfer registers: gone with the supply."""

    dtr0: int = 0
    dtr1: int = 0
    dtr2: int = 0


@dataclass(slots=True, kw_only=True)
class Variables:
    """The persistent variables; the defaults are the reset values."""

    physical_minimum: int
    short_address: int | None
    minimum: int
    random_address: int = NO_RANDOM_ADDRESS
    maximum: int = 254
    power_on_level: int = 254
    system_failure_level: int = 254
    fade_time: int = 0
    fade_rate: int = 7
    extended_fade: int = 0
    groups: int = 0
    """A bit for each of the sixteen groups."""
    scenes: list[int] = field(default_factory=lambda: [MASK] * SCENES)
    fast_fade: int = 0
    """IEC 62386-207, 9.13; 0: none."""
    dimming_curve: int = 0
    """IEC 62386-207, 9.11; 0: logarithmic, 1: linear."""

    @classmethod
    def of(cls, specification: GearSpecification) -> Self:
        """Return the variables as whoever commissioned the gear left them."""
        physical_minimum = specification.physical_minimum
        random_address = specification.random_address
        return cls(
            physical_minimum=physical_minimum,
            short_address=specification.short_address,
            random_address=NO_RANDOM_ADDRESS if random_address is None else random_address,
            minimum=physical_minimum if specification.minimum is None else specification.minimum,
            maximum=specification.maximum,
            power_on_level=specification.power_on_level,
            system_failure_level=specification.system_failure_level,
            fade_time=specification.fade_time,
            fade_rate=specification.fade_rate,
            # The first edition has no extended fade time.
            extended_fade=specification.extended_fade if specification.edition > 1 else 0,
            groups=sum(1 << group for group in specification.groups),
            scenes=[specification.scenes.get(scene, MASK) for scene in range(SCENES)],
        )

    @property
    def reset_values(self) -> Variables:
        """Return what RESET makes of them: the short address stays (11.4.2)."""
        return Variables(
            physical_minimum=self.physical_minimum, short_address=self.short_address, minimum=self.physical_minimum
        )

    @property
    def is_reset(self) -> bool:
        """Return whether the gear is in its reset state (9.16.6)."""
        return self == self.reset_values

    def reset(self) -> None:
        """Take the reset values, in place."""
        fresh = self.reset_values
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))

    @property
    def fade_seconds(self) -> float:
        """Return how long a fade takes: the fade time, else the fast one, else the extended one; 0 is at once."""
        if self.fade_time:
            return FADE_TIMES[self.fade_time]
        if self.fast_fade:
            return self.fast_fade * FAST_FADE_STEP
        return extended_fade_seconds(self.extended_fade)

    @property
    def address_byte(self) -> int:
        """Return the short address as 0AAAAAA1, or MASK where there is none."""
        return MASK if self.short_address is None else self.short_address << 1 | 1

    def set_address_byte(self, value: int) -> None:
        """Take a short address as 0AAAAAA1, or none as MASK; anything else is ignored."""
        if value == MASK:
            self.short_address = None
        elif value & 0x81 == 1:
            self.short_address = value >> 1

    def clamp[T: (int, float)](self, level: T) -> T:
        """Return the level within the limits; off stays off."""
        return level and max(self.minimum, min(self.maximum, level))
