"""How gear is asked what it keeps, and told to keep something else: once, and verified by reading it back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dali.address import Address, GearShort
from dali.command import Command
from dali.gear import general

from .errors import SettingNotKeptError
from .level import MASK, Level
from .sequences import ATTEMPTS, Steps, ask, read_groups, read_limits
from .stored import SCENES, Stored, fallback_of, scenes_of
from .transactions import MayYield

type Allow = Callable[[int], None]
"""Is told of so many writes that come next; raises TooManyWritesError where there were too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One number that a gear keeps."""

    query: Callable[[Address], Command]
    store: Callable[[Address], Command]
    """Keeps what is in DTR0."""
    shift: int = 0
    """Where it stands in the answer."""
    mask: int = 0xFF

    def read(self, address: int) -> Steps[int]:
        """Ask a gear for it."""
        return (yield from ask(self.query(GearShort(address)))) >> self.shift & self.mask


MINIMUM: Final = Setting(query=general.QueryMinLevel, store=general.SetMinLevel)
MAXIMUM: Final = Setting(query=general.QueryMaxLevel, store=general.SetMaxLevel)
POWER_ON: Final = Setting(query=general.QueryPowerOnLevel, store=general.SetPowerOnLevel)
SYSTEM_FAILURE: Final = Setting(query=general.QuerySystemFailureLevel, store=general.SetSystemFailureLevel)
FADE_TIME: Final = Setting(query=general.QueryFadeTimeFadeRate, store=general.SetFadeTime, shift=4)
FADE_RATE: Final = Setting(query=general.QueryFadeTimeFadeRate, store=general.SetFadeRate, mask=0x0F)
EXTENDED_FADE: Final = Setting(query=general.QueryExtendedFadeTime, store=general.SetExtendedFadeTime)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a gear said of its settings."""

    stored: Stored
    groups: frozenset[int]
    minimum: Level
    maximum: Level


def read_kept(address: int) -> Steps[Kept]:
    """Read what a gear keeps, in 23 frames between each of which others may go."""
    power_on = yield from POWER_ON.read(address)
    yield MayYield()
    system_failure = yield from SYSTEM_FAILURE.read(address)
    yield MayYield()
    fade_rate = yield from FADE_RATE.read(address)
    yield MayYield()
    groups = yield from read_groups(address)
    yield MayYield()
    minimum, maximum = yield from read_limits(address)
    scenes: list[int] = []
    for scene in range(SCENES):
        yield MayYield()
        scenes.append((yield from ask(general.QuerySceneLevel(GearShort(address), scene))))
    stored = Stored(
        power_on=fallback_of(power_on),
        system_failure=fallback_of(system_failure),
        fade_rate=fade_rate,
        scenes=scenes_of(scenes),
    )
    return Kept(stored=stored, groups=groups, minimum=minimum, maximum=maximum)


def keep_number(setting: Setting, address: int, number: int, allow: Allow) -> Steps[None]:
    """Have a gear keep a number (0 to 255); raises SettingNotKeptError."""
    store = (general.DTR0(number), setting.store(GearShort(address)))
    yield from _keep(lambda: setting.read(address), number, store, allow)


def keep_scene(address: int, scene: int, level: Level | None, allow: Allow) -> Steps[None]:
    """Have a gear keep its level of a scene, or be in it no more (None); raises SettingNotKeptError."""
    target = GearShort(address)
    store: tuple[Command, ...] = (
        (general.RemoveFromScene(target, scene),)
        if level is None
        else (general.DTR0(int(level)), general.SetScene(target, scene))
    )
    number = MASK if level is None else int(level)
    yield from _keep(lambda: ask(general.QuerySceneLevel(target, scene)), number, store, allow)


def keep_groups(address: int, groups: frozenset[int], allow: Allow) -> Steps[None]:
    """Have a gear be a member of just these groups; raises SettingNotKeptError."""
    target = GearShort(address)
    for left in reversed(range(ATTEMPTS + 1)):
        present = yield from read_groups(address)
        different = sorted(groups ^ present)
        if not different:
            return
        if not left:
            break
        allow(len(different))
        for group in different:
            yield MayYield()
            yield general.AddToGroup(target, group) if group in groups else general.RemoveFromGroup(target, group)
    raise SettingNotKeptError(f"groups of {address}")


def _keep(read: Callable[[], Steps[int]], number: int, store: tuple[Command, ...], allow: Allow) -> Steps[None]:
    """Store a number unless it is there already, and read it back."""
    for left in reversed(range(ATTEMPTS + 1)):
        if (yield from read()) == number:
            return
        if not left:
            break
        allow(1)
        yield from store
    raise SettingNotKeptError(str(store[-1]))
