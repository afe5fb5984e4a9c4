"""What is known of the colours that gear shows and holds ready, from the frames on the line (IEC 62386-209, 9.12).

A colour is staged in two steps: its numbers go into DTR0 to DTR2, then SET TEMPORARY ... takes them. ACTIVATE shows it,
and so does a command that changes the level while automatic activation is on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from dali.command import Command
from dali.gear import colour, general

from .colour_features import CHANNELS, COLOUR_TYPE
from .gear import Gear
from .level import Level
from .registers import Registers
from .target import MASK_8, MASK_16, Colour, ColourTemperature, Rgbwaf, Xy

# Commands for the level; DAPC is one besides. Where it ends is of no matter here.
_LEVELS: Final = (
    general.DAPC,
    general.Off,
    general.Up,
    general.Down,
    general.StepUp,
    general.StepDown,
    general.RecallMaxLevel,
    general.RecallMinLevel,
    general.StepDownAndOff,
    general.OnAndStepUp,
    general.GoToLastActiveLevel,
    general.ContinuousUp,
    general.ContinuousDown,
)
_STEPS: Final = (
    colour.XCoordinateStepUp,
    colour.XCoordinateStepDown,
    colour.YCoordinateStepUp,
    colour.YCoordinateStepDown,
    colour.ColourTemperatureTcStepCooler,
    colour.ColourTemperatureTcStepWarmer,
)
# What tells gear a colour, also where it shows that already.
COLOURING: Final = (colour.Activate, *_STEPS)
# What stores the staged colour with a level takes it away.
_STORES: Final = (general.SetScene, general.SetPowerOnLevel, general.SetSystemFailureLevel)
_NO_POINT: Final = Xy(x=MASK_16, y=MASK_16)
_NO_CHANNELS: Final = Rgbwaf(**dict.fromkeys(CHANNELS, MASK_8))


@dataclass(frozen=True, slots=True)
class ColourReading:
    """What a gear answered: the colour that it shows (None: nobody knows), and whether a new level activates one."""

    colour: Colour | None
    automatic_activation: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A gear that heard a frame, with its level before and after; None is unknown, or on its way."""

    gear: Gear
    before: Level | None
    after: Level | None

    @property
    def moved(self) -> bool | None:
        """Tell whether its level changed; None where nobody knows."""
        return None if self.before is None or self.after is None else self.before != self.after


@dataclass(slots=True)
class _Colours:
    """The colours of one gear."""

    shown: Colour | None = None
    staged: Colour | None = None
    unclear: bool = False
    """Whether something is staged that nobody knows,"""
    said: frozenset[str] = frozenset()
    """beside these numbers."""
    automatic_activation: bool | None = None


class KnownColours:
    """The colours of the gear of one line; a pure table, fed with each frame."""

    def __init__(self, registers: Registers) -> None:
        self.unread: set[str] = set()
        """Gear that shows another colour now, or one that only it knows; whoever reads it takes it from here."""
        self.limits_unread: set[str] = set()
        """Gear whose limits of the colour temperature may be others now; likewise."""
        self._registers = registers
        self._colours: dict[str, _Colours] = {}

    def shown(self, key: str) -> Colour | None:
        """Return the colour that a gear shows or is going to; None is unknown."""
        return self._of(key).shown

    def staged(self, key: str) -> Colour | None:
        """Return the colour that waits in a gear; None is none, or unknown."""
        return None if self._of(key).unclear else self._of(key).staged

    def automatic_activation(self, key: str) -> bool | None:
        """Tell whether a new level activates a staged colour; None is unknown."""
        return self._of(key).automatic_activation

    def forget(self, key: str) -> None:
        """Drop a gear."""
        self._colours.pop(key, None)
        self.unread.discard(key)
        self.limits_unread.discard(key)

    def doubt(self) -> None:
        """Take nothing that is staged or set for granted: the line was out of sight."""
        for one in self._colours.values():
            one.staged, one.unclear, one.automatic_activation = None, False, None

    def answered(self, key: str, reading: ColourReading) -> None:
        """Take a gear's answer."""
        one = self._of(key)
        one.shown, one.automatic_activation = reading.colour, reading.automatic_activation

    def see(self, command: Command, heard: Iterable[Heard], *, whole: bool) -> None:
        """Take note of a command for 16-bit gear; `whole` when one that is sent twice came for the second time."""
        if command.sendtwice and not whole:
            return
        for one in heard:
            self._take(command, one)

    def _take(self, command: Command, heard: Heard) -> None:
        key, one = heard.gear.key, self._of(heard.gear.key)
        match command:
            case colour.Activate():
                self._activate(heard.gear.key, one)
            case colour.StoreGearFeaturesStatus():
                features = self._registers.values[0]
                one.automatic_activation = None if features is None else bool(features & 1)
            case colour.StoreColourTemperatureTcLimit():
                self.limits_unread.add(key)
            case colour.CopyReportToTemporary() | colour.SetTemporaryPrimaryNDimLevel():
                one.unclear, one.said = True, frozenset()
            case general.Reset():
                one.staged, one.unclear, one.automatic_activation = None, False, True
                self.limits_unread.add(key)
            case general.GoToScene():
                # The scene may have a colour of its own.
                one.staged, one.unclear = None, False
                self.unread.add(key)
            case _ if isinstance(command, _LEVELS):
                self._level(heard, one)
            case _ if isinstance(command, _STEPS):
                self.unread.add(key)
            case _ if isinstance(command, _STORES):
                one.staged, one.unclear = None, False
            case _ if command.devicetype == COLOUR_TYPE:
                self._stage(command, heard.gear, one)

    def _stage(self, command: Command, gear: Gear, one: _Colours) -> None:
        """Take what stands in the registers into the staged colour; gear ignores types that it does not have."""
        values: tuple[int | None, ...] = (self._registers.word,)
        names: tuple[str, ...]
        match command:
            case colour.SetTemporaryColourTemperature():
                names = ("mirek",)
            case colour.SetTemporaryXCoordinate():
                names = ("x",)
            case colour.SetTemporaryYCoordinate():
                names = ("y",)
            case colour.SetTemporaryRGBDimLevel():
                names, values = CHANNELS[:3], tuple(self._registers.values)
            case colour.SetTemporaryWAFDimLevel():
                names, values = CHANNELS[3:], tuple(self._registers.values)
            case colour.SetTemporaryRGBWAFControl():
                # How the channels are linked: a staged colour of another type is forgotten all the same.
                names, values = (), ()
            case _:
                return
        known = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        staged: Colour | None
        if names == ("mirek",):
            staged = replace(ColourTemperature(MASK_16), **known)
        elif names in {("x",), ("y",)}:
            staged = replace(one.staged if isinstance(one.staged, Xy) else _NO_POINT, **known)
        else:
            staged = replace(one.staged if isinstance(one.staged, Rgbwaf) else _NO_CHANNELS, **known)
        if gear.colour is not None and staged is not None:
            staged = gear.colour.fit(staged)
        if staged is None:
            return
        if one.unclear or len(known) < len(values):
            one.said = (one.said if one.unclear else frozenset[str]()) - frozenset(names) | known.keys()
            one.unclear = not one.said >= _numbers(staged, gear)
        one.staged = staged

    def _level(self, heard: Heard, one: _Colours) -> None:
        """Take note of a command for the level: one that changes it activates what is staged (9.12.5)."""
        if one.staged is None and not one.unclear:
            return
        if heard.moved is False or one.automatic_activation is False:
            return
        if heard.moved and one.automatic_activation:
            self._activate(heard.gear.key, one)
            return
        # It is shown now, or waits still: an ACTIVATE makes it the same.
        one.shown = None
        self.unread.add(heard.gear.key)

    def _activate(self, key: str, one: _Colours) -> None:
        if one.unclear:
            one.shown = None
        elif one.staged is None:
            return
        else:
            one.shown = _over(one.staged, one.shown)
        one.staged, one.unclear = None, False
        self.unread.add(key)

    def _of(self, key: str) -> _Colours:
        return self._colours.setdefault(key, _Colours())


def _numbers(wanted: Colour, gear: Gear) -> set[str]:
    """Return what there is to say about a colour like this in a gear."""
    match wanted:
        case ColourTemperature():
            return {"mirek"}
        case Xy():
            return {"x", "y"}
        case Rgbwaf():
            return set(CHANNELS if gear.colour is None else CHANNELS[: gear.colour.channels])


def _over(wanted: Colour, before: Colour | None) -> Colour | None:
    """Return a colour with what it leaves as it is (MASK) from the one before; None where that is unknown."""
    match wanted, before:
        case ColourTemperature(mirek=mirek), _ if mirek == MASK_16:
            return before if isinstance(before, ColourTemperature) else None
        case Xy(x=x, y=y), Xy():
            return Xy(x=before.x if x == MASK_16 else x, y=before.y if y == MASK_16 else y)
        case Xy(x=x, y=y), _ if MASK_16 in {x, y}:
            return None
        case Rgbwaf(), Rgbwaf():
            levels = {name: getattr(wanted, name) for name in CHANNELS}
            return replace(wanted, **{n: getattr(before, n) for n, level in levels.items() if level == MASK_8})
        case _:
            return wanted
