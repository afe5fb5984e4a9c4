"""Colours as device type 8 has them: of one of four types, in the numbers that go over the line (IEC 62386-209)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

MASK_8: Final = 0xFF
MASK_16: Final = 0xFFFF


class ColourType(IntEnum):
    """The ways to say a colour, by their numbers as TEMPORARY and REPORT COLOUR TYPE (table 11)."""

    XY = 0x10
    """A point of the CIE 1931 diagram, in 1/65536."""
    TC = 0x20
    """A colour temperature, in mirek."""
    PRIMARY_N = 0x40
    """How much of each of up to six lamps, linear, 16 bits."""
    RGBWAF = 0x80
    """The level of each of up to six channels: red, green, blue, white, amber, freecolour."""


MOST_CHANNELS: Final = 6
# How many numbers a colour of each type has, and how wide they are.
COUNTS: Final = {ColourType.XY: 2, ColourType.TC: 1, ColourType.PRIMARY_N: MOST_CHANNELS, ColourType.RGBWAF: 6}
MASKS: Final = {
    ColourType.XY: MASK_16,
    ColourType.TC: MASK_16,
    ColourType.PRIMARY_N: MASK_16,
    ColourType.RGBWAF: MASK_8,
}

type Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour, or none where it has no type; a number that is MASK leaves what it stands for as it is."""

    kind: ColourType | None = None
    values: tuple[int, ...] = ()
    control: int = MASK_8
    """RGBWAF CONTROL: the linked channels in bits 5:0, how they are meant in bits 7:6; MASK leaves it."""

    def value(self, kind: ColourType, index: int) -> int:
        """Return a number of this colour; MASK where it is of another type."""
        return self.values[index] if self.kind is kind else MASKS[kind]

    def with_values(self, kind: ColourType, values: dict[int, int]) -> Colour:
        """Return the colour with some numbers changed; the other type's are forgotten when it had another."""
        old = self.values if self.kind is kind else (MASKS[kind],) * COUNTS[kind]
        changed = tuple(values.get(index, value) for index, value in enumerate(old))
        return Colour(kind, changed, self.control if kind is ColourType.RGBWAF else MASK_8)

    def over(self, before: Sequence[int]) -> Colour:
        """Return the colour with every MASK replaced by what was there before."""
        if self.kind is None:
            return self
        mask = MASKS[self.kind]
        values = tuple(old if new == mask else new for new, old in zip(self.values, before, strict=True))
        return replace(self, values=values)


NO_COLOUR: Final = Colour()


def nearest_in_gamut(point: Point, corners: Sequence[Point]) -> Point:
    """Return the point of a convex gamut, its corners in order, that is nearest to a point."""
    if len(corners) < 3:  # a line has no inside
        return point
    turns = [_cross(a, b, point) for a, b in zip(corners, (*corners[1:], corners[0]), strict=True)]
    if all(turn >= 0 for turn in turns) or all(turn <= 0 for turn in turns):
        return point
    candidates = [_nearest_on_edge(point, a, b) for a, b in zip(corners, (*corners[1:], corners[0]), strict=True)]
    return min(candidates, key=lambda near: (near[0] - point[0]) ** 2 + (near[1] - point[1]) ** 2)


def _cross(a: Point, b: Point, point: Point) -> int:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


def _nearest_on_edge(point: Point, a: Point, b: Point) -> Point:
    along = (b[0] - a[0], b[1] - a[1])
    length = along[0] ** 2 + along[1] ** 2
    share = ((point[0] - a[0]) * along[0] + (point[1] - a[1]) * along[1]) / length if length else 0.0
    share = max(0.0, min(1.0, share))
    return round(a[0] + share * along[0]), round(a[1] + share * along[1])
