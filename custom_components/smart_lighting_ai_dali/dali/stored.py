"""What a gear keeps for later: scenes, and where it goes without power or without a line (IEC 62386-102, table 14)."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Self

from .level import HIGHEST, MASK, Level

SCENES: Final = 16


class Stay(Enum):
    """What MASK stands for where a level could be."""

    AS_IT_WAS = "as_it_was"
    """After power-on the level of before; without a line the level of now."""


type Fallback = Level | Stay
"""Where a gear goes by itself: to a level, or not at all."""


def fallback_of(value: int) -> Fallback:
    """Return what a gear's number (0 to 255) stands for."""
    return Stay.AS_IT_WAS if value == MASK else Level(value)


def number_of(fallback: Fallback) -> int:
    """Return the number (0 to 255) that a gear keeps for it."""
    return MASK if isinstance(fallback, Stay) else int(fallback)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What one gear keeps; None was not read yet."""

    power_on: Fallback | None = None
    """Where it goes when its power comes."""
    system_failure: Fallback | None = None
    """Where it goes when the line is without power."""
    fade_rate: int | None = None
    """The code of SET FADE RATE, 1 to 15."""
    scenes: tuple[Level | None, ...] | None = None
    """Its level in each of the sixteen scenes; None there: it is not in that scene."""

    @property
    def complete(self) -> bool:
        """Tell whether all of it was read."""
        return None not in {self.power_on, self.system_failure, self.fade_rate} and self.scenes is not None

    def scene(self, number: int) -> Level | None:
        """Return its level in a scene; None where it is not in it, or nobody knows."""
        return None if self.scenes is None else self.scenes[number]

    def with_scene(self, number: int, level: Level | None) -> Self:
        """Return what it keeps once a scene is another; what is not known of the others stays so."""
        if self.scenes is None:
            return self
        return replace(self, scenes=(*self.scenes[:number], level, *self.scenes[number + 1 :]))

    def as_list(self) -> list[object]:
        """Return it as plain JSON."""
        return [
            None if self.power_on is None else number_of(self.power_on),
            None if self.system_failure is None else number_of(self.system_failure),
            self.fade_rate,
            None if self.scenes is None else [MASK if level is None else level for level in self.scenes],
        ]

    @classmethod
    def from_list(cls, data: list[object] | None) -> Self:
        """Return what `as_list` gave; nothing is known where there is nothing. Raises TypeError or ValueError."""
        if data is None:
            return cls()
        power_on, system_failure, fade_rate, scenes = data
        return cls(
            power_on=None if power_on is None else fallback_of(_number(power_on)),
            system_failure=None if system_failure is None else fallback_of(_number(system_failure)),
            fade_rate=None if fade_rate is None else _number(fade_rate),
            scenes=None if scenes is None else scenes_of(scenes),
        )


def scenes_of(numbers: object) -> tuple[Level | None, ...]:
    """Return the levels of sixteen scenes from what a gear keeps for them; raises TypeError or ValueError."""
    if not isinstance(numbers, list | tuple) or len(numbers) != SCENES:
        raise ValueError("a gear has sixteen scenes")
    return tuple(None if _number(number) == MASK else Level(_number(number)) for number in numbers)


def _number(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value <= MASK:
        raise ValueError(f"no byte: {value!r}")
    return value


# What RESET leaves behind (IEC 62386-102, table 14).
AFTER_RESET: Final = Stored(power_on=HIGHEST, system_failure=HIGHEST, fade_rate=7, scenes=(None,) * SCENES)
