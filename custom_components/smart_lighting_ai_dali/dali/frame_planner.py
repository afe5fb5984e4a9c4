"""The fewest frames that take gear to their targets: broadcast, groups, single addresses.

A frame goes to several gear only when every gear that hears it agrees: it wants just that, or stands there already.
Frames therefore never undo each other, each fade, colour and level can be planned by itself, and what is left of each
is to reach the gear that need it with the fewest addresses (`covering`). Nothing here knows time or a line.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from itertools import batched
from typing import Final

from dali.address import Address, GearBroadcast, GearGroup, GearShort
from dali.command import Command
from dali.gear import general

from .colour_staging import activate, addresses_at_once, stage
from .covering import cover
from .fade import FadeSetting
from .gear import Gear
from .level import HIGHEST, LOWEST, OFF, Level
from .target import Colour, Recall, Target

_GROUPS: Final = 16

type Gears = int
"""A set of gear: bit n is the n-th hearer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearer:
    """A gear of the line, as far as it is known."""

    gear: Gear
    level: Level | None = None
    """Where it stands; None where nobody knows, and while it moves: a frame to there would start its fade anew."""
    fade: FadeSetting = FadeSetting()  # noqa: RUF009  # frozen
    limits_known: bool = True
    staged: Colour | None = None
    """The colour that waits in it already; None where nobody knows."""
    automatic_activation: bool | None = None
    """Whether a new level activates a staged colour (IEC 62386-209); None where nobody knows."""

    def accepted(self, level: Level) -> tuple[int, int]:
        """Return the lowest and highest level that take it to where this one does."""
        if level == OFF or not self.limits_known:
            return level, level
        reached = self.gear.clamp(level)
        lowest = LOWEST if reached == self.gear.minimum else reached
        return lowest, HIGHEST if reached == self.gear.maximum else reached


class Attribute(Enum):
    """What a step is about."""

    FADE = auto()
    STAGED_COLOUR = auto()
    LEVEL = auto()
    COLOUR = auto()
    """What is staged is shown."""


@dataclass(frozen=True, slots=True)
class Step:
    """Commands that follow each other with nothing in between."""

    attribute: Attribute
    commands: tuple[Command, ...]
    gear: frozenset[str]
    """Keys of the gear that they are for."""
    carries: frozenset[str]
    """Those that have all of their target then."""


def plan_frames(
    targets: Mapping[str, Target],
    hearers: Mapping[str, Hearer],
    *,
    all_known: bool,
    wanted: Collection[str] | None = None,
) -> tuple[Step, ...]:
    """Return the cheapest steps that take gear to their targets, those that come first in `targets` first.

    `hearers` is the gear of the line by key; unless it is `all_known` that there are no others, no frame goes to
    several gear. Only `wanted` gear (None: all that have a target) is cared for; the targets of the others say what
    they agree with, and they are carried where that costs nothing. Raises KeyError for a target of no hearer.
    """
    return _Plan(targets, hearers, targets if wanted is None else wanted, all_known=all_known).steps()


@dataclass(frozen=True, slots=True)
class _Part:
    """A step as sets of gear."""

    attribute: Attribute
    commands: tuple[Command, ...]
    gears: Gears


class _Plan:
    """One plan in the making."""

    def __init__(
        self, targets: Mapping[str, Target], hearers: Mapping[str, Hearer], wanted: Collection[str], *, all_known: bool
    ) -> None:
        self._keys = list(hearers)
        self._hearers = list(hearers.values())
        places = {key: place for place, key in enumerate(self._keys)}
        self._order = {places[key]: number for number, key in enumerate(targets)}
        self._targets = {places[key]: target for key, target in targets.items()}
        self._wanted = {places[key] for key in wanted if key in targets}
        self._shared: list[tuple[Address, Gears]] = []
        if all_known:
            everyone = (1 << len(self._hearers)) - 1
            self._shared.append((GearBroadcast(), everyone))
            members = [0] * _GROUPS
            for place, hearer in enumerate(self._hearers):
                for group in hearer.gear.groups:
                    members[group] |= 1 << place
            self._shared += [(GearGroup(group), heard) for group, heard in enumerate(members) if heard]

    def steps(self) -> tuple[Step, ...]:
        """Return the steps in their order.

        Each level comes after its fade and the colour that it activates. What no level activates for sure is activated
        after the levels, since a level would end its fade. Where nobody knows whether a level did it is staged after
        the levels, too: an ACTIVATE without anything staged ends a fade, and one that was staged twice goes on.
        """
        colourful = [place for place in self._wanted if self._targets[place].colour is not None]
        unsure = [place for place in colourful if self._activates(place) is None]
        unmoved = [place for place in colourful if self._activates(place) is False]
        pending = [*self._fades(), *self._colours([place for place in colourful if place not in unsure])]
        ordered: list[_Part] = []

        def prepare(gears: Gears) -> None:
            for part in [one for one in pending if one.gears & gears]:
                pending.remove(part)
                ordered.append(part)

        for part in sorted(self._levels(), key=lambda level: self._first(level.gears)):
            prepare(part.gears)
            ordered.append(part)
        prepare(-1)
        ordered += self._colours(unsure)
        ordered += self._activations(_bits(unmoved + unsure))
        return self._as_steps(ordered)

    # What each attribute takes

    def _levels(self) -> list[_Part]:
        """Return one frame for each address that levels go to."""
        steps = [
            _Part(Attribute.LEVEL, _recall(self._hearers[place].gear), 1 << place)
            for place in self._wanted
            if self._targets[place].level is Recall.LAST_ACTIVE
        ]
        needed = [place for place in self._wanted if self._needs_level(place)]
        asked = {place: _level(self._targets[place]) for place in needed}
        if len(needed) > 1 and self._shared:
            exactly, spans = self._accepting()
            with_level = _bits(place for place, target in self._targets.items() if isinstance(target.level, int))
            allowed: list[tuple[Address, Gears, Level]] = []
            for level in sorted(set(asked.values())):
                agreeing = exactly.get(level, 0)
                for lowest, highest, gear in spans:
                    agreeing |= gear if lowest <= level <= highest else 0
                allowed += [(where, heard, level) for where, heard in self._shared if not heard & ~agreeing]
            missing = _bits(needed)
            for number in cover([heard for _, heard, _ in allowed], missing):
                address, heard, level = allowed[number]
                steps.append(_Part(Attribute.LEVEL, (general.DAPC(address, int(level)),), heard & with_level))
                missing &= ~heard
            needed = [place for place in needed if missing >> place & 1]
        for place in needed:
            address = GearShort(self._hearers[place].gear.address)
            steps.append(_Part(Attribute.LEVEL, (general.DAPC(address, int(asked[place])),), 1 << place))
        return steps

    def _fades(self) -> list[_Part]:
        """Return one step for each value of DTR0: it is staged once for all whose fade it is, as code or extended."""
        codes: dict[int, int] = {}
        extended: dict[int, int] = {}
        for place, target in self._targets.items():
            if target.fade is not None:
                codes[place] = target.fade.code
                # The first edition knows no extended fades.
                if target.fade.code == 0 and self._hearers[place].gear.edition > 1:
                    extended[place] = target.fade.extended
        code_known = [hearer.fade.code for hearer in self._hearers]
        extended_known = [hearer.fade.extended for hearer in self._hearers]
        deaf = _bits(place for place, hearer in enumerate(self._hearers) if hearer.gear.edition == 1)
        codes_missing, codes_agreeing = self._wishing(codes, code_known)
        extended_missing, extended_agreeing = self._wishing(extended, extended_known)
        ranks = {self._hearers[place].gear.address: number for place, number in self._order.items()}
        steps: list[_Part] = []
        for value in sorted({*codes_missing, *extended_missing}):
            missing, missing_extended = codes_missing.get(value, 0), extended_missing.get(value, 0)
            agreeing = extended_agreeing.get(value, 0) | deaf
            uses: list[tuple[Address, Command]] = [
                (one, general.SetFadeTime(one)) for one, _ in self._addresses(missing, codes_agreeing.get(value, 0))
            ]
            uses += [(one, general.SetExtendedFadeTime(one)) for one, _ in self._addresses(missing_extended, agreeing)]
            # Who comes first gets both parts first: where others go in between, its level needs no more.
            uses.sort(key=lambda use: ranks.get(use[0].address, -1) if isinstance(use[0], GearShort) else -1)
            commands = (general.DTR0(value), *(command for _, command in uses))
            steps.append(_Part(Attribute.FADE, commands, missing | missing_extended))
        return steps

    def _wishing(self, wishes: Mapping[int, int], known: list[int | None]) -> tuple[dict[int, Gears], dict[int, Gears]]:
        """Return by value who has to be set to it, and who agrees with it: those that want it, or have it already."""
        missing: dict[int, Gears] = {}
        agreeing: dict[int, Gears] = {}
        for place, setting in enumerate(known):
            value = wishes.get(place, setting)
            if value is None:
                continue
            agreeing[value] = agreeing.get(value, 0) | 1 << place
            if place in self._wanted and value != setting:
                missing[value] = missing.get(value, 0) | 1 << place
        return missing, agreeing

    def _colours(self, places: Iterable[int]) -> list[_Part]:
        """Return steps for each colour: its registers are staged once for as many as fit into one transaction."""
        wishing: dict[Colour, Gears] = {}
        for place in self._ordered(places):
            if (colour := self._targets[place].colour) is not None:
                wishing[colour] = wishing.get(colour, 0) | 1 << place
        parts: list[_Part] = []
        for colour, agreeing in wishing.items():
            missing = _bits(place for place in _places(agreeing) if self._hearers[place].staged != colour)
            addresses = self._addresses(missing, agreeing | self._colourless())
            for some in batched(addresses, addresses_at_once(colour), strict=False):
                heard = missing & _union(gears for _, gears in some)
                parts.append(_Part(Attribute.STAGED_COLOUR, stage(colour, [address for address, _ in some]), heard))
        return parts

    def _activations(self, missing: Gears) -> list[_Part]:
        """Return the frames that have gear show their staged colours, whichever these are."""
        return [
            _Part(Attribute.COLOUR, (activate(address),), missing & heard)
            for address, heard in self._addresses(missing, missing | self._colourless())
        ]

    # Who needs what, and who agrees

    def _needs_level(self, place: int) -> bool:
        """Tell whether a level has to be sent; one where the gear stands already activates no colour."""
        target = self._targets[place]
        return isinstance(target.level, int) and not (target.colour is not None and self._stands_there(place))

    def _stands_there(self, place: int) -> bool:
        hearer, level = self._hearers[place], self._targets[place].level
        if not isinstance(level, int) or hearer.level is None:
            return False
        return level == hearer.level or (hearer.limits_known and hearer.gear.clamp(level) == hearer.level)

    def _activates(self, place: int) -> bool | None:
        """Tell whether the frames for a gear's level activate its colour; None where nobody knows."""
        target, hearer = self._targets[place], self._hearers[place]
        if target.level is None or hearer.automatic_activation is False or self._stands_there(place):
            return False
        if not isinstance(target.level, int) or hearer.level is None or not hearer.limits_known:
            # Gear of an older edition of part 209 may not count GO TO LAST ACTIVE LEVEL among the commands that do.
            return None
        return hearer.automatic_activation

    def _accepted(self, place: int) -> tuple[int, int] | None:
        """Return the levels that a gear agrees with, from the lowest to the highest; None is none at all."""
        target, hearer = self._targets.get(place), self._hearers[place]
        if target is None or target.level is None:
            # A colour that someone staged would come with it.
            if hearer.level is None or hearer.gear.makes_colours:
                return None
            # Below its minimum or above its maximum no gear stands: then one of the two is wrong.
            return hearer.accepted(hearer.level) if hearer.gear.clamp(hearer.level) == hearer.level else None
        if not isinstance(target.level, int):
            return None
        if place not in self._wanted and (target.colour is not None or not self._fades_already(place)):
            return None
        return hearer.accepted(target.level)

    def _accepting(self) -> tuple[dict[int, Gears], list[tuple[int, int, Gears]]]:
        """Return who agrees with one level only, by that; and with which levels the others agree."""
        exactly: dict[int, Gears] = {}
        spans: list[tuple[int, int, Gears]] = []
        for place in range(len(self._hearers)):
            match self._accepted(place):
                case None:
                    continue
                case lowest, highest if lowest == highest:
                    exactly[lowest] = exactly.get(lowest, 0) | 1 << place
                case lowest, highest:
                    spans.append((lowest, highest, 1 << place))
        return exactly, spans

    def _fades_already(self, place: int) -> bool:
        fade, known = self._targets[place].fade, self._hearers[place].fade
        if fade is None:
            return True
        plain = fade.code != 0 or self._hearers[place].gear.edition == 1
        return known.code == fade.code and (plain or known.extended == fade.extended)

    def _colourless(self) -> Gears:
        return _bits(n for n, hearer in enumerate(self._hearers) if not hearer.gear.makes_colours)

    # Addresses and order

    def _addresses(self, missing: Gears, agreeing: Gears) -> list[tuple[Address, Gears]]:
        """Return the fewest addresses that reach all who miss something, and otherwise only who agree with it."""
        if not missing:
            return []
        allowed = [(address, heard) for address, heard in self._shared if not heard & ~agreeing]
        addresses: list[tuple[Address, Gears]] = []
        for number in cover([heard for _, heard in allowed], missing):
            addresses.append(allowed[number])
            missing &= ~allowed[number][1]
        alone = self._ordered(_places(missing))
        return addresses + [(GearShort(self._hearers[place].gear.address), 1 << place) for place in alone]

    def _ordered(self, places: Iterable[int]) -> list[int]:
        return sorted(places, key=self._order.__getitem__)

    def _first(self, gears: Gears) -> int:
        return min(self._order[place] for place in _places(gears) if place in self._wanted)

    def _as_steps(self, ordered: list[_Part]) -> tuple[Step, ...]:
        steps: list[Step] = []
        later = 0
        for part in reversed(ordered):
            carries = self._named(part.gears & ~later)
            steps.append(Step(part.attribute, part.commands, self._named(part.gears), carries))
            later |= part.gears
        return tuple(reversed(steps))

    def _named(self, gears: Gears) -> frozenset[str]:
        return frozenset(self._keys[place] for place in _places(gears))


def _bits(places: Iterable[int]) -> Gears:
    return _union(1 << place for place in places)


def _union(sets: Iterable[Gears]) -> Gears:
    gears = 0
    for one in sets:
        gears |= one
    return gears


def _places(gears: Gears) -> Iterator[int]:
    while gears:
        lowest = gears & -gears
        yield lowest.bit_length() - 1
        gears ^= lowest


def _level(target: Target) -> Level:
    if not isinstance(target.level, int):
        raise TypeError("no level")
    return target.level


def _recall(gear: Gear) -> tuple[Command, ...]:
    """Return what takes a gear to its last active level; one of the first edition goes to its maximum."""
    address = GearShort(gear.address)
    return (general.GoToLastActiveLevel(address) if gear.edition > 1 else general.RecallMaxLevel(address),)
