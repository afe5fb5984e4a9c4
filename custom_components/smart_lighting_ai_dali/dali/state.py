"""What is known of the gear of a line, from what was sent to them, overheard, and answered by them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from dali import address
from dali.command import Command
from dali.frame import Frame
from dali.gear import general

from .configured import CONFIGURING, LIMITS, configured
from .errors import GearUnknownError
from .fade import Fade, FadeSetting
from .gear import Gear
from .level import HIGHEST, MASK, OFF, Level
from .stored import AFTER_RESET

# One silence means nothing: a frame may have been disturbed. This many in a row mean that a gear is gone.
MISSES_UNTIL_UNAVAILABLE: Final = 3


class Origin(StrEnum):
    """How a level is known."""

    SENT = "sent"
    """We sent it."""
    OVERHEARD = "overheard"
    """Another master sent it."""
    ANSWERED = "answered"
    """The gear said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GearState:
    """How one gear is; None is unknown."""

    level: Level | None = None
    """Where it is, or where it is going while a fade runs."""
    last_level: Level | None = None
    """The last level at which it was on."""
    origin: Origin | None = None
    available: bool = True
    lamp_failure: bool | None = None
    gear_failure: bool | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a frame did to the known state."""

    changed: frozenset[str] = frozenset()
    """Gear whose state is another now."""
    unread: frozenset[str] = frozenset()
    """Gear whose state can only be known by asking."""
    settings: frozenset[str] = frozenset()
    """Gear whose settings are others now."""
    recalled: frozenset[str] = frozenset()
    """Gear that went where it keeps that it has to go: what is known of that may be out of date."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a gear answered to QUERY STATUS and QUERY ACTUAL LEVEL."""

    status: int
    level: int
    fade: Fade | None = None
    """What it is set to, where it was asked that too."""
    limits: tuple[Level, Level] | None = None
    """Its minimum and maximum, where it was asked that too."""

    @property
    def gear_failure(self) -> bool:
        """Tell whether the gear reports a failure of itself."""
        return bool(self.status & 0x01)

    @property
    def lamp_failure(self) -> bool:
        """Tell whether the gear reports a failure of its lamp."""
        return bool(self.status & 0x02)

    @property
    def fading(self) -> bool:
        """Tell whether a fade is running: the level is on its way then."""
        return bool(self.status & 0x10)


_NOTHING: Final = Effect()
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
# What leaves something else in DTR0 than what was put there.
_USE_DTR0: Final = (
    general.StoreActualLevelInDTR0,
    general.ReadMemoryLocation,
    general.WriteMemoryLocation,
    general.WriteMemoryLocationNoReply,
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
        self._dtr0: int | None = None
        self._previous: Frame | None = None
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
                gear = replace(gear, banks=banks, luminaire=gear.luminaire or before.luminaire)
        self.gear[gear.key] = gear
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
        self._dtr0 = None

    # What was on the line

    def see(self, frame: Frame, *, own: bool) -> Effect:
        """Take note of a forward frame and return what it did."""
        if len(frame) != 16:  # 24 bits are for control devices, which change no gear
            self._previous = None
            return _NOTHING
        command = Command.from_frame(frame)
        repeated = self._previous == frame
        self._previous = None if repeated else frame
        effect = self._take(command, repeated=repeated, origin=Origin.SENT if own else Origin.OVERHEARD)
        for key in effect.changed | effect.unread | effect.settings:
            self._changes[key] = self.changes(key) + 1
        self._targets_unknown |= effect.unread
        return effect

    def _take(self, command: Command, *, repeated: bool, origin: Origin) -> Effect:
        match command:
            case general.DTR0():
                self._dtr0 = command.param
                return _NOTHING
            case general.SetFadeTime() | general.SetExtendedFadeTime():
                self._set_fade(command, whole=repeated)
                return _NOTHING
            case _ if isinstance(command, CONFIGURING):
                return self._set(command) if repeated else _NOTHING
            case _ if isinstance(command, _USE_DTR0):
                self._dtr0 = None
                return _NOTHING
            case general.Reset():
                return self._reset(command) if repeated else _NOTHING
            case _ if isinstance(command, _RELATIVE):
                return Effect(unread=frozenset(gear.key for gear in self._addressed(command)))
            case _:
                return self._arc_power(command, origin)

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
        changed, unread, recalled = set[str](), set[str](), set[str]()
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
            if self._put(gear.key, level=level, origin=origin):
                changed.add(gear.key)
        return Effect(frozenset(changed), frozenset(unread), recalled=frozenset(recalled))

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
            available=before.available or answered,
            lamp_failure=before.lamp_failure if lamp_failure is None else lamp_failure,
            gear_failure=before.gear_failure if gear_failure is None else gear_failure,
        )
        self._states[key] = after
        return after != before
