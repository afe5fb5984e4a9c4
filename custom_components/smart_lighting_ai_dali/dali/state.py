"""What is known of the gear of a line, from what was sent to them, overheard, and answered by them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from dali import address
from dali.command import Command
from dali.frame import Frame
from dali.gear import general

from .colour_state import COLOURING, ColourReading, Heard, KnownColours
from .configured import CONFIGURING, LIMITS, configured
from .errors import GearUnknownError
from .fade import FadeSetting
from .gear import Gear
from .gear_state import Effect, GearState, Origin, Reading
from .level import HIGHEST, MASK, OFF, Level
from .registers import Registers
from .stored import AFTER_RESET

__all__ = ["Effect", "GearState", "KnownState", "Origin", "Reading"]

# One silence means nothing: a frame may have been disturbed. This many in a row mean that a gear is gone.
MISSES_UNTIL_UNAVAILABLE: Final = 3


_NOTHING: Final = Effect()
# The bits that tell a command of a device type: no level, and an opcode from 224 on (IEC 62386-102, 11.6).
_EXTENDED: Final = 0x1E0
# Commands that move a level by steps: where it ends, only the gear knows.
_RELATIVE: Final = (
    general.Up,
    general.Down,
    general.StepUp,
    general.StepDown,
    general.StepDownAndOff,
    general.OnAndStepUp,
    general.ContinuousUp,
    general.ContinuousDown,
)


class KnownState:
    """The gear of one line and their states; a pure table, fed by the line."""

    def __init__(self, gear: Iterable[Gear] = ()) -> None:
        self.gear: dict[str, Gear] = {}
        self._states: dict[str, GearState] = {}
        self._misses: dict[str, int] = {}
        self._fades: dict[str, FadeSetting] = {}
        self._limits_unknown: set[str] = set()
        self._targets_unknown: set[str] = set()
        self._changes: dict[str, int] = {}
        self._displaced: set[str] = set()
        self._registers = Registers()
        self.colours = KnownColours(self._registers)
        self._previous: Frame | None = None
        self._device_type = 0
        """What the frame before enabled for the next one."""
        for one in gear:
            self.keep(one)

    def state(self, key: str) -> GearState:
        """Return how a gear is; raises KeyError."""
        return self._states[key]

    def present(self, key: str) -> bool:
        """Tell whether a gear is known, and its short address is still its own."""
        return key in self.gear and key not in self._displaced

    def find(self, key: str) -> Gear:
        """Return a gear whose short address is still its own; raises GearUnknownError."""
        if not self.present(key):
            raise GearUnknownError(key)
        return self.gear[key]

    def keep(self, gear: Gear) -> bool:
        """Add a gear, or replace what was known of it; return whether anything is another now.

        A gear keeps the fade that it was commissioned with, whatever it is set to when it is found again, and what was
        read of its memory. One that is found at the short address of another displaces that one.
        """
        before = self.gear.get(gear.key)
        if before is None:
            self._fades[gear.key] = FadeSetting(gear.fade.code, gear.fade.extended)
        else:
            # It was read a while ago, and may have been set since.
            self._fades[gear.key] = FadeSetting()
            gear = replace(gear, fade=before.fade, stored=before.stored)
            if gear.own_key == before.own_key:
                banks = before.banks if gear.banks is None else gear.banks
                colour = before.colour if gear.colour is None else gear.colour
                curve = before.curve if gear.curve is None else gear.curve
                luminaire = gear.luminaire or before.luminaire
                gear = replace(gear, banks=banks, luminaire=luminaire, colour=colour, curve=curve)
        self.gear[gear.key] = gear
        if gear.makes_colours:
            self.colours.unread.add(gear.key)
        self._states.setdefault(gear.key, GearState())
        self._displaced.discard(gear.key)
        for key, other in self.gear.items():
            if key != gear.key and other.address == gear.address:
                self._displaced.add(key)
        return gear != before

    def recognise(self, gear: Gear) -> Gear:
        """Return a gear that was found under the key that it goes by."""
        for other in self.gear.values():
            if other.goes_by is not None and other.own_key == gear.own_key:
                return replace(gear, goes_by=other.goes_by)
        namesake = self.gear.get(gear.own_key)
        if namesake is not None and namesake.own_key != gear.own_key:
            # One that was replaced is back, and another goes by its key.
            return replace(gear, goes_by=f"{gear.own_key}-again")
        return gear

    def displace(self, keys: Iterable[str]) -> None:
        """Take note that the short addresses of these gear are no longer theirs alone, until they are found again."""
        for key in keys:
            self._displaced.add(key)
            self.gone(key)

    def amend(self, gear: Gear) -> bool:
        """Take how a known gear says that it is set; return whether anything is another now."""
        before, self.gear[gear.key] = self.gear[gear.key], gear
        return gear != before

    def forget(self, key: str) -> None:
        """Drop a gear; raises KeyError."""
        del self.gear[key]
        del self._states[key]
        self._fades.pop(key, None)
        self._limits_unknown.discard(key)
        self._targets_unknown.discard(key)
        self._misses.pop(key, None)
        self._displaced.discard(key)
        self.colours.forget(key)

    def fade(self, key: str) -> FadeSetting:
        """Return what is known of the fade that a gear is set to now."""
        return self._fades.get(key, FadeSetting())

    def limits_known(self, key: str) -> bool:
        """Tell whether a gear's minimum and maximum are those that it had when it was read."""
        return key not in self._limits_unknown

    def target_known(self, key: str) -> bool:
        """Tell whether the level of a gear is where it is or is going: nothing moved it that only it knows of."""
        return key not in self._targets_unknown

    def changes(self, key: str) -> int:
        """Return a number that is another once a frame changed the gear: an answer from before is outdated then."""
        return self._changes.get(key, 0)

    def restore_last_level(self, key: str, level: Level | None) -> None:
        """Put back the last level at which a gear was on: what it showed meanwhile was no one's choice."""
        self._states[key] = replace(self._states[key], last_level=level)

    def doubt(self) -> None:
        """Take no fade and no level for granted: the line was out of sight, and others may have changed things."""
        self._fades.clear()
        self._targets_unknown.update(self.gear)
        self._previous = None
        self._device_type = 0
        self._registers.doubt()
        self.colours.doubt()

    # What was on the line

    def see(self, frame: Frame, *, own: bool) -> Effect:
        """Take note of a forward frame and return what it did."""
        if len(frame) != 16:  # 24 bits are for control devices, which change no gear
            self._previous = None
            return _NOTHING
        device_type = self._device_type if frame.as_integer & _EXTENDED == _EXTENDED else 0
        command = Command.from_frame(frame, devicetype=device_type)
        repeated = self._previous == frame
        self._previous = None if repeated else frame
        self._registers.see(command, device_type=device_type)
        self._device_type = device_type if command.sendtwice and not repeated else 0
        if isinstance(command, general.EnableDeviceType):
            self._device_type = command.param
        levels = {gear.key: self._target(gear.key) for gear in self._addressed(command) if gear.makes_colours}
        effect = self._take(command, repeated=repeated, origin=Origin.SENT if own else Origin.OVERHEARD)
        if levels:
            effect = self._follow_colours(command, levels, effect, whole=repeated)
        for key in effect.changed | effect.unread | effect.settings:
            self._changes[key] = self.changes(key) + 1
        self._targets_unknown |= effect.unread
        return effect

    def _take(self, command: Command, *, repeated: bool, origin: Origin) -> Effect:
        match command:
            case general.SetFadeTime() | general.SetExtendedFadeTime():
                self._set_fade(command, whole=repeated)
                return _NOTHING
            case _ if isinstance(command, CONFIGURING):
                return self._set(command) if repeated else _NOTHING
            case general.Reset():
                return self._reset(command) if repeated else _NOTHING
            case _ if isinstance(command, _RELATIVE):
                moved = frozenset(gear.key for gear in self._addressed(command))
                return Effect(unread=moved, levels=moved)
            case _:
                return self._arc_power(command, origin)

    @property
    def _dtr0(self) -> int | None:
        return self._registers.values[0]

    def _target(self, key: str) -> Level | None:
        """Return where a gear is or is going, None where nobody knows."""
        return self._states[key].level if self.target_known(key) else None

    def _follow_colours(
        self, command: Command, before: Mapping[str, Level | None], effect: Effect, *, whole: bool
    ) -> Effect:
        """Take note of what a command did to colours; `before` is where the gear that heard it were."""
        heard = [
            Heard(self.gear[key], level, None if key in effect.unread else self._target(key))
            for key, level in before.items()
        ]
        self.colours.see(command, heard, whole=whole)
        changed = {key for key in before if self._show(key)}
        told = frozenset(before if isinstance(command, COLOURING) else changed)
        return replace(effect, changed=effect.changed | changed, colours=told) if told else effect

    def _show(self, key: str) -> bool:
        """Take the colour that a gear shows into its state; return whether it is another."""
        before, colour = self._states[key], self.colours.shown(key)
        self._states[key] = replace(before, colour=colour)
        return before.colour != colour

    def _addressed(self, command: Command) -> Iterator[Gear]:
        destination = getattr(command, "destination", None)
        for gear in self.gear.values():
            if gear.key in self._displaced:
                continue
            match destination:
                case address.GearBroadcast():
                    yield gear
                case address.GearGroup() if destination.group in gear.groups:
                    yield gear
                case address.GearShort() if destination.address == gear.address:
                    yield gear

    def _arc_power(self, command: Command, origin: Origin) -> Effect:
        changed, unread, recalled, told = set[str](), set[str](), set[str](), set[str]()
        for gear in self._addressed(command):
            match command:
                case general.DAPC() if command.power == MASK:
                    unread.add(gear.key)
                    continue
                case general.DAPC():
                    level = gear.clamp(Level(command.power))
                case general.Off():
                    level = OFF
                case general.RecallMaxLevel():
                    level = gear.maximum
                case general.RecallMinLevel():
                    level = gear.minimum
                case general.GoToLastActiveLevel():
                    last = self._states[gear.key].last_level
                    if last is None:
                        unread.add(gear.key)
                        continue
                    level = last
                case general.GoToScene():
                    if gear.stored.scenes is None:
                        unread.add(gear.key)
                        continue
                    kept = gear.stored.scene(command.frame.as_integer & 0x0F)
                    if kept is None:
                        continue
                    recalled.add(gear.key)
                    level = gear.clamp(kept)
                case _:
                    return _NOTHING
            self._targets_unknown.discard(gear.key)
            told.add(gear.key)
            if self._put(gear.key, level=level, origin=origin):
                changed.add(gear.key)
        return Effect(
            frozenset(changed), frozenset(unread), recalled=frozenset(recalled), levels=frozenset(told | unread)
        )

    def _set_fade(self, command: Command, *, whole: bool) -> None:
        """Take note of a fade time; after half of the pair, or an unknown register, only the gear knows it."""
        value = self._dtr0 if whole else None
        for gear in self._addressed(command):
            known = self.fade(gear.key)
            if isinstance(command, general.SetFadeTime):
                code = None if value is None else min(value, 15)
                self._fades[gear.key] = FadeSetting(code, known.extended)
            else:
                self._fades[gear.key] = FadeSetting(known.code, value)

    def _reset(self, command: Command) -> Effect:
        """Take note of RESET (IEC 62386-102, 11.4.2): limits, groups, scenes and fade are no longer what they were."""
        keys = set[str]()
        for gear in list(self._addressed(command)):
            self.gear[gear.key] = replace(
                gear, minimum=gear.physical_minimum, maximum=HIGHEST, groups=frozenset(), stored=AFTER_RESET
            )
            self._fades[gear.key] = FadeSetting()
            keys.add(gear.key)
        return Effect(unread=frozenset(keys), settings=frozenset(keys))

    def _set(self, command: Command) -> Effect:
        settings, unread = set[str](), set[str]()
        limits = isinstance(command, LIMITS)
        for gear in list(self._addressed(command)):
            changed = configured(gear, command, self._dtr0)
            if changed != gear:
                self.gear[gear.key] = changed
                settings.add(gear.key)
            if limits and self._dtr0 is None:
                self._limits_unknown.add(gear.key)
            if limits and (changed != gear or self._dtr0 is None):
                # It may have had to move.
                unread.add(gear.key)
        return Effect(unread=frozenset(unread), settings=frozenset(settings))

    # What gear answered

    def answered(self, key: str, reading: Reading) -> bool:
        """Take a gear's answer; return whether its state is another now."""
        self._misses.pop(key, None)
        if reading.fade is not None:
            self._fades[key] = FadeSetting(reading.fade.code, reading.fade.extended)
        if reading.limits is not None:
            minimum, maximum = reading.limits
            self.gear[key] = replace(self.gear[key], minimum=minimum, maximum=maximum)
            self._limits_unknown.discard(key)
        state = self._states[key]
        level, origin = state.level, state.origin
        if reading.level == MASK:
            # Starting up, or without a lamp: nobody knows how bright it is, least of all is it full.
            level, origin = None, Origin.ANSWERED
        elif not reading.fading:
            level, origin = Level(reading.level), Origin.ANSWERED
            self._targets_unknown.discard(key)
        elif key in self._targets_unknown and reading.level != OFF:
            # Where it is going only it knows; on its way it is on at least.
            level, origin = Level(reading.level), Origin.ANSWERED
        return self._put(
            key,
            level=level,
            origin=origin,
            answered=True,
            lamp_failure=reading.lamp_failure,
            gear_failure=reading.gear_failure,
        )

    def reported(self, key: str, *, lamp_failure: bool, gear_failure: bool) -> bool:
        """Take what a gear reports of itself; return whether its state is another now."""
        before = self._states[key]
        self._states[key] = replace(before, lamp_failure=lamp_failure, gear_failure=gear_failure)
        return self._states[key] != before

    def colour_answered(self, key: str, reading: ColourReading) -> bool:
        """Take a gear's answer about its colour; return whether that is another now."""
        self.colours.answered(key, reading)
        return self._show(key)

    def missed(self, key: str) -> bool:
        """Take note that a gear gave no answer; return whether its state is another now."""
        self._misses[key] = self._misses.get(key, 0) + 1
        return self._misses[key] >= MISSES_UNTIL_UNAVAILABLE and self.gone(key)

    def gone(self, key: str) -> bool:
        """Take note that a gear is not on the line; return whether that is new."""
        state = self._states[key]
        self._states[key] = replace(state, available=False)
        return state.available

    def _put(
        self,
        key: str,
        *,
        level: Level | None,
        origin: Origin | None,
        answered: bool = False,
        lamp_failure: bool | None = None,
        gear_failure: bool | None = None,
    ) -> bool:
        before = self._states[key]
        after = GearState(
            level=level,
            last_level=level or before.last_level,
            origin=origin,
            colour=before.colour,
            available=before.available or answered,
            lamp_failure=before.lamp_failure if lamp_failure is None else lamp_failure,
            gear_failure=before.gear_failure if gear_failure is None else gear_failure,
        )
        self._states[key] = after
        return after != before
