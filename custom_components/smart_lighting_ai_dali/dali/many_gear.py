"""Several gear at once: a group, or all that hear a line."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from dali.address import GearBroadcast
from dali.command import Command
from dali.gear import general

from .errors import GearUnknownError
from .fade import AT_ONCE, Fade, nearest_fade
from .gathering import Gathering
from .gear import Gear
from .level import HIGHEST, OFF, DimmingCurve, Level, level_of_light
from .sequences import Steps
from .state import KnownState
from .target import Colour, Recall, Target
from .timing import Priority
from .transactions import Transactions

_EVERYONE: Final = GearBroadcast()


class ManyGear:
    """Sends several gear of one line somewhere."""

    def __init__(
        self,
        transactions: Transactions,
        known: KnownState,
        gathering: Gathering,
        *,
        carried: Callable[[str, Target], None],
    ) -> None:
        self._transactions = transactions
        self._known = known
        self._gathering = gathering
        self._carried = carried
        self._newest = 0

    @property
    def groups(self) -> frozenset[int]:
        """Return the groups, 0 to 15, that have members."""
        return frozenset(group for gear in self._known.gear.values() for group in gear.groups)

    def members(self, group: int) -> tuple[str, ...]:
        """Return the keys of the gear that a group has, by short address."""
        members = [gear for gear in self._known.gear.values() if group in gear.groups]
        return tuple(gear.key for gear in sorted(members, key=lambda gear: gear.address))

    async def set_level(
        self,
        keys: Iterable[str],
        level: Level,
        *,
        colour: Colour | None = None,
        seconds: float | None = None,
        priority: Priority,
    ) -> None:
        """Fade gear to a level and a colour in `seconds`, or each with its own fade. Raises LineError.

        It takes the fewest frames, and newer targets of each gear win, as with `Line.set_level`.
        """
        gear = self._present(keys)
        await self._gathering.go_together(
            {key: Target(level=level, colour=one.fit(colour), fade=_fade(one, seconds)) for key, one in gear.items()},
            priority,
        )

    async def set_light(
        self, keys: Iterable[str], light: float, *, colour: Colour | None = None, seconds: float, priority: Priority
    ) -> None:
        """Fade gear to a light of 0 to 1, linear, whatever its dimming curve; else as `set_level`. Raises LineError.

        A relay switches at once: a fade would have it wait for a threshold.
        """
        targets = {
            key: Target(level=level_of_light(light, _curve(gear)), colour=gear.fit(colour), fade=_fade(gear, seconds))
            for key, gear in self._present(keys).items()
            if not gear.is_relay
        }
        relay = Target(level=HIGHEST if light > 0 else OFF, fade=AT_ONCE)
        targets |= {key: relay for key, gear in self._present(keys).items() if gear.is_relay}
        await self._gathering.go_together(targets, priority)

    async def turn_on(
        self,
        keys: Iterable[str],
        *,
        colour: Colour | None = None,
        seconds: float | None = None,
        priority: Priority,
    ) -> None:
        """Fade gear to the level at which each was on last, and to a colour. Raises LineError.

        Where a colour is asked for, gear that is on stays at its level.
        """
        targets: dict[str, Target] = {}
        for key, gear in self._present(keys).items():
            stays = colour is not None and self._known.state(key).level
            target = Target(
                level=None if stays else self._last(gear), colour=gear.fit(colour), fade=_fade(gear, seconds)
            )
            if not stays or target.colour is not None:
                targets[key] = target
        await self._gathering.go_together(targets, priority)

    async def set_all(self, level: Level, *, seconds: float | None = None, priority: Priority) -> None:
        """Fade all that hear the line to a level, known or not, by one broadcast frame. Raises LineError.

        The newest level wins; those that still wait then are dropped.
        """
        number = self._supersede_all()
        targets = {key: Target(level=level, fade=_fade(gear, seconds)) for key, gear in self._known.gear.items()}
        await self._prepare(targets, priority)
        await self._transactions.send(self._broadcast(general.DAPC(_EVERYONE, int(level)), number), priority=priority)
        if number == self._newest:
            self._verify(targets)

    async def turn_all_on(self, *, seconds: float | None = None, priority: Priority) -> None:
        """Fade all that hear the line to where each was on last, by one broadcast frame. Raises LineError.

        Gear of the first edition does not know that command: each of those gets a frame of its own.
        """
        number = self._supersede_all()
        targets = {
            key: Target(level=self._last(gear), fade=_fade(gear, seconds)) for key, gear in self._known.gear.items()
        }
        await self._prepare(targets, priority)
        await self._transactions.send(
            self._broadcast(general.GoToLastActiveLevel(_EVERYONE), number), priority=priority
        )
        if number != self._newest:
            return
        first_edition = {key: target for key, target in targets.items() if self._is_of_first_edition(key)}
        if first_edition:
            await self._gathering.go_together(first_edition, priority)
        self._verify(targets)

    async def go_to_scene(
        self, scene: int, keys: Iterable[str], *, seconds: float | None = None, priority: Priority
    ) -> None:
        """Have all gear go to its level of a scene by one broadcast frame; `keys` are in it. Raises LineError."""
        members = {key: self._known.gear[key] for key in keys}
        self._gathering.drop(members)
        number = self._newest
        await self._prepare({key: Target(fade=_fade(gear, seconds)) for key, gear in members.items()}, priority)
        await self._transactions.send(self._broadcast(general.GoToScene(_EVERYONE, scene), number), priority=priority)

    async def _prepare(self, targets: Mapping[str, Target], priority: Priority) -> None:
        """Set the fades that gear is to go with, where it has others. Raises LineError."""
        fades = {
            key: Target(fade=fade)
            for key, target in targets.items()
            if (fade := target.fade) is not None and self._known.present(key) and not self._has(key, fade)
        }
        if fades:
            await self._gathering.go_together(fades, priority)

    def _has(self, key: str, fade: Fade) -> bool:
        setting = self._known.fade(key)
        plain = fade.code != 0 or self._is_of_first_edition(key)
        return setting.code == fade.code and (plain or setting.extended == fade.extended)

    def _supersede_all(self) -> int:
        """Drop what waits, since all are sent elsewhere now; return the number of this wish."""
        self._gathering.drop(self._known.gear)
        self._newest += 1
        return self._newest

    def _broadcast(self, command: Command, number: int) -> Steps[None]:
        """Send a frame to all, unless someone sent all of them elsewhere since."""
        if number == self._newest:
            yield command

    def _verify(self, targets: Mapping[str, Target]) -> None:
        """Have it looked whether gear went where it was sent: a frame may get lost on the line."""
        for key, target in targets.items():
            if self._known.present(key):
                self._carried(key, target)

    def _present(self, keys: Iterable[str]) -> dict[str, Gear]:
        """Return those of these gear that can be sent somewhere; raises GearUnknownError where there is none."""
        present = {key: self._known.gear[key] for key in keys if self._known.present(key)}
        if not present:
            raise GearUnknownError("none of them")
        return present

    def _last(self, gear: Gear) -> Level | Recall:
        last = self._known.state(gear.key).last_level
        return Recall.LAST_ACTIVE if last is None else gear.clamp(last)

    def _is_of_first_edition(self, key: str) -> bool:
        return key in self._known.gear and self._known.gear[key].edition == 1


def _fade(gear: Gear, seconds: float | None) -> Fade:
    """Return the fade of a gear that is nearest to so many seconds; its own without."""
    return gear.fade if seconds is None else nearest_fade(seconds, extended=gear.edition > 1)


def _curve(gear: Gear) -> DimmingCurve:
    """Return how a gear makes light of levels."""
    return DimmingCurve.LOGARITHMIC if gear.curve is None else gear.curve
