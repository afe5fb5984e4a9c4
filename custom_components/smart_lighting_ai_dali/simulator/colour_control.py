"""The colour of one gear: what is staged, what is shown, and how one becomes the other (IEC 62386-209, 9.12).

A colour is set in two steps. SET TEMPORARY ... stages it; ACTIVATE, or a command that changes the level while automatic
activation is on, shows it. Colours of one type fade into each other, each number linear in time; to one of another type
the gear goes at once.
"""

from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from .colour import COUNTS, MASK_8, NO_COLOUR, Colour, ColourType
from .colour_variables import ColourVariables
from .specification import GearSpecification

# RGBWAF CONTROL after a start: all channels linked, channel control.
_ALL_LINKED: Final = 0x3F
_LINKS: Final = 0x3F
# A step of x or y is 256 of 65536 (11.3.4.1).
XY_STEP: Final = 256


class ColourStatus(IntFlag):
    """The bits of QUERY COLOUR STATUS; which type is active is in the high ones, as in `ColourType`."""

    XY_OUT_OF_RANGE = 1
    TC_OUT_OF_RANGE = 2


_OUT_OF_RANGE: Final = {ColourType.XY: ColourStatus.XY_OUT_OF_RANGE, ColourType.TC: ColourStatus.TC_OUT_OF_RANGE}


@dataclass(frozen=True, slots=True)
class _Course:
    """A way from some numbers to others between two instants."""

    start: tuple[float, ...]
    begins: float
    ends: float

    def values(self, goal: tuple[int, ...], now: float) -> tuple[int, ...]:
        """Return the numbers on the way."""
        done = min(1.0, max(0.0, (now - self.begins) / (self.ends - self.begins)))
        return tuple(round(old + (new - old) * done) for old, new in zip(self.start, goal, strict=True))


class ColourControl:
    """Temporary, actual and report colour of one gear, and whether its limits cut the last request."""

    def __init__(self, specification: GearSpecification) -> None:
        self.types = specification.colour_types
        self.channels = specification.channels if ColourType.RGBWAF in self.types else 0
        self.variables = ColourVariables.of(specification)
        self.temporary = NO_COLOUR
        self.report = NO_COLOUR
        self.automatic_activation = specification.automatic_activation
        self.rgbwaf_control = _ALL_LINKED
        self._gamut = specification.primaries
        self._status = ColourStatus(0)
        self._course: _Course | None = None
        # What each type was last at: a number that is not said stays what it was.
        self._last = {kind: (0,) * COUNTS[kind] for kind in ColourType}
        self._goal = self._first(specification)

    def _first(self, specification: GearSpecification) -> Colour:
        if ColourType.TC in self.types:
            tc = self.variables.warmest if specification.tc is None else specification.tc
            self._last[ColourType.TC] = (tc,)
            return self.variables.within_limits(Colour(ColourType.TC, (tc,)), self._gamut)
        kind = self.types[0] if self.types else None
        return NO_COLOUR if kind is None else Colour(kind, self._last[kind])

    def actual(self, now: float) -> Colour:
        """Return the colour at this instant, in the middle of a fade too."""
        goal, course = self._goal, self._course
        if course is None or now >= course.ends:
            return goal
        return Colour(goal.kind, course.values(goal.values, now), goal.control)

    def fading(self, now: float) -> bool:
        """Return whether the colour is on its way to another."""
        return self._course is not None and now < self._course.ends

    def status(self) -> int:
        """Return the colour status byte."""
        return int(self._status) | (self._goal.kind or 0)

    # Staging

    def stage(self, kind: ColourType, values: dict[int, int]) -> None:
        """Take numbers of the temporary colour; a type that the gear does not have is ignored."""
        if kind in self.types:
            self.temporary = self.temporary.with_values(kind, values)

    def stage_control(self, control: int) -> None:
        """Take TEMPORARY RGBWAF CONTROL."""
        if ColourType.RGBWAF in self.types:
            colour = self.temporary.with_values(ColourType.RGBWAF, {})
            self.temporary = Colour(colour.kind, colour.values, control)

    def take_temporary(self) -> Colour:
        """Return the temporary colour and forget it, as what stores it does."""
        colour, self.temporary = self.temporary, NO_COLOUR
        return colour

    # Activation

    def activate(self, seconds: float, now: float) -> None:
        """Go from the colour of this instant to the temporary one, in that many seconds."""
        self.stop(now)
        self._go(self.take_temporary(), seconds, now)

    def level_command(self, *, changed: bool, seconds: float, now: float) -> None:
        """Take note of a command for the level: a colour that fades stops, and a staged one is activated with it.

        A command that changes no level activates nothing; neither does one while automatic activation is off (9.12.5).
        """
        self.stop(now)
        if changed and self.automatic_activation:
            self.activate(seconds, now)

    def scene(self, number: int, seconds: float, now: float) -> None:
        """Go to the colour of a scene, or only stage it while automatic activation is off."""
        self.stop(now)
        colour = self.variables.scenes[number]
        if colour.kind is None:
            return
        self.temporary = colour
        if self.automatic_activation:
            self.activate(seconds, now)

    def stop(self, now: float) -> None:
        """Stay at the colour of this instant."""
        self._goal = self.actual(now)
        self._course = None
        self._remember()

    def step(self, kind: ColourType, index: int, change: int, now: float) -> None:
        """Change one number of the active colour at once; a step past a limit is out of range."""
        self.stop(now)
        if self._goal.kind is kind:
            wanted = max(0, min(0xFFFE, self._goal.values[index] + change))
            self._go(NO_COLOUR.with_values(kind, {index: wanted}), 0.0, now)

    def limits_changed(self, now: float) -> None:
        """Leave at once a colour that the new limits forbid."""
        actual = self.actual(now)
        if actual.kind is ColourType.TC and self.variables.within_limits(actual, self._gamut) != actual:
            self.stop(now)
            self._go(actual, 0.0, now)

    # Supply and reset

    def fail(self, now: float) -> None:
        """Take the colour for a system failure; without one, stay."""
        self.stop(now)
        self._go(self.variables.system_failure, 0.0, now)

    def extinguish(self, now: float) -> None:
        """Lose the supply: nothing is on its way any more."""
        self.stop(now)

    def restart(self) -> None:
        """Take the values of a start; the colour comes with the level."""
        self.temporary = self.report = NO_COLOUR
        self.automatic_activation = True
        self.rgbwaf_control = _ALL_LINKED

    def power_on(self, now: float) -> None:
        """Take the power-on colour; without one, the last."""
        self._go(self.variables.power_on, 0.0, now)

    def reset(self, now: float) -> None:
        """Obey RESET: the colour stays, what is staged and stored goes."""
        self.stop(now)
        self.variables.reset()
        self.temporary = self.report = NO_COLOUR
        self.automatic_activation = True

    def _go(self, colour: Colour, seconds: float, now: float) -> None:
        """Leave for a colour from where the gear is; the way there is a fade where both are of one type."""
        if colour.kind is None:
            return
        before = self._goal
        wanted = colour.over(self._last[colour.kind])
        goal = self.variables.within_limits(wanted, self._gamut)
        flag = _OUT_OF_RANGE.get(colour.kind, ColourStatus(0))
        self._status = flag if goal.values != wanted.values else ColourStatus(0)
        if colour.kind is ColourType.RGBWAF:
            if colour.control != MASK_8:
                self.rgbwaf_control = colour.control
        else:
            self.rgbwaf_control &= ~_LINKS
        self._goal = Colour(goal.kind, goal.values, self.rgbwaf_control if goal.kind is ColourType.RGBWAF else MASK_8)
        self._remember()
        if seconds > 0 and before.kind is goal.kind and before.values != goal.values:
            self._course = _Course(before.values, now, now + seconds)

    def _remember(self) -> None:
        if self._goal.kind is not None:
            self._last[self._goal.kind] = self._goal.values

    def snapshot(self, now: float) -> dict[str, object]:
        """Return the colour at this instant, as plain JSON."""
        actual = self.actual(now)
        return {
            "type": None if actual.kind is None else actual.kind.name.lower(),
            "values": list(actual.values),
            "target": list(self._goal.values),
            "staged": None if self.temporary.kind is None else self.temporary.kind.name.lower(),
            "fading": self.fading(now),
            "status": self.status(),
            "automatic_activation": self.automatic_activation,
            "rgbwaf_control": self.rgbwaf_control,
        }
