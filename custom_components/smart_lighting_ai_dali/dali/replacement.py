"""Set the replacement of a broken gear as that was set."""

from collections.abc import Awaitable, Callable
from typing import Final

from .errors import OF_ONE_GEAR
from .gear import Gear
from .gear_settings import GearSettings

type _Restore = Callable[[GearSettings, str, Gear], Awaitable[bool]]
"""Sets one thing as the broken gear had it; returns whether that is known."""


async def _restore_limits(settings: GearSettings, key: str, broken: Gear) -> bool:
    # Whichever is in the way of the other goes first.
    await settings.set_maximum(key, broken.maximum)
    await settings.set_minimum(key, broken.minimum)
    await settings.set_maximum(key, broken.maximum)
    return True


async def _restore_fade(settings: GearSettings, key: str, broken: Gear) -> bool:
    await settings.set_fade(key, broken.fade)
    return True


async def _restore_fade_rate(settings: GearSettings, key: str, broken: Gear) -> bool:
    if broken.stored.fade_rate is None:
        return False
    await settings.set_fade_rate(key, broken.stored.fade_rate)
    return True


async def _restore_power_on(settings: GearSettings, key: str, broken: Gear) -> bool:
    if broken.stored.power_on is None:
        return False
    await settings.set_power_on(key, broken.stored.power_on)
    return True


async def _restore_system_failure(settings: GearSettings, key: str, broken: Gear) -> bool:
    if broken.stored.system_failure is None:
        return False
    await settings.set_system_failure(key, broken.stored.system_failure)
    return True


async def _restore_groups(settings: GearSettings, key: str, broken: Gear) -> bool:
    await settings.set_groups(key, broken.groups)
    return True


async def _restore_scenes(settings: GearSettings, key: str, broken: Gear) -> bool:
    if broken.stored.scenes is None:
        return False
    for scene, level in enumerate(broken.stored.scenes):
        if level is None:
            await settings.remove_from_scene(key, scene)
        else:
            await settings.store_scene(key, scene, level)
    return True


_RESTORE: Final[dict[str, _Restore]] = {
    "limits": _restore_limits,
    "fade": _restore_fade,
    "fade_rate": _restore_fade_rate,
    "power_on_level": _restore_power_on,
    "system_failure_level": _restore_system_failure,
    "groups": _restore_groups,
    "scenes": _restore_scenes,
}


async def restore(
    settings: GearSettings, key: str, broken: Gear, *, progress: Callable[[float], None]
) -> tuple[str, ...]:
    """Set a gear as a broken one was; return what could not be, or was never read while that worked.

    Raises LineError where the line is the trouble.
    """
    left: list[str] = []
    for number, (name, set_as_it_was) in enumerate(_RESTORE.items()):
        progress(number / len(_RESTORE))
        try:
            known = await set_as_it_was(settings, key, broken)
        except OF_ONE_GEAR:
            known = False
        if not known:
            left.append(name)
    return tuple(left)
