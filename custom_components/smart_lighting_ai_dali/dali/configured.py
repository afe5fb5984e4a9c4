"""What a configuration instruction makes of a gear (IEC 62386-102, 11.4)."""

from dataclasses import replace
from typing import Final

from dali.command import Command
from dali.gear import general

from .gear import Gear
from .level import HIGHEST, MASK, Level
from .stored import fallback_of

LIMITS: Final = (general.SetMaxLevel, general.SetMinLevel)
CONFIGURING: Final = (
    *LIMITS,
    general.AddToGroup,
    general.RemoveFromGroup,
    general.SetPowerOnLevel,
    general.SetSystemFailureLevel,
    general.SetFadeRate,
    general.SetScene,
    general.RemoveFromScene,
)
_FADE_RATES: Final = 15


def configured(gear: Gear, command: Command, dtr0: int | None) -> Gear:
    """Return what a gear is after an instruction of `CONFIGURING`.

    Where DTR0 is not known, what was set is not known either; limits are left as they were.
    """
    number = command.frame.as_integer & 0x0F
    stored = gear.stored
    match command:
        case general.AddToGroup():
            return replace(gear, groups=gear.groups | {number})
        case general.RemoveFromGroup():
            return replace(gear, groups=gear.groups - {number})
        case general.SetMaxLevel() if dtr0 is not None:
            return replace(gear, maximum=Level(max(min(dtr0, HIGHEST), gear.minimum)))
        case general.SetMinLevel() if dtr0 is not None:
            return replace(gear, minimum=Level(min(max(dtr0, gear.physical_minimum), gear.maximum)))
        case general.SetPowerOnLevel():
            stored = replace(stored, power_on=None if dtr0 is None else fallback_of(dtr0))
        case general.SetSystemFailureLevel():
            stored = replace(stored, system_failure=None if dtr0 is None else fallback_of(dtr0))
        case general.SetFadeRate():
            stored = replace(stored, fade_rate=None if dtr0 is None else max(1, min(dtr0, _FADE_RATES)))
        case general.RemoveFromScene():
            stored = stored.with_scene(number, None)
        case general.SetScene() if dtr0 is not None:
            stored = stored.with_scene(number, None if dtr0 == MASK else Level(dtr0))
        case general.SetScene():
            stored = replace(stored, scenes=None)
        case _:
            return gear
    return replace(gear, stored=stored)
