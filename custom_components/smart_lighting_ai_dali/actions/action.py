"""What an action of the integration is: a row of the table that registers, guards and documents them all."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
import voluptuous as vol

from .call_digest import LARGEST
from .rate_limit import Rate

type Run = Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]
"""What an action does, once it is known that it may."""
type IsLasting = Callable[[Mapping[str, Any]], bool]
"""Tells of the data of a call whether what it does can't be taken back."""

USUAL: Final = Rate()
# Of actions that automations call for one device after the other: as many as a line has.
EACH_DEVICE: Final = Rate(at_once=64, a_minute=64)


class Who(Enum):
    """Who may call an action."""

    EVERYBODY = "everybody"
    CONTROLLERS = "who may control the zone"
    """The action asks by itself, zone by zone."""
    ADMINISTRATORS = "administrators"


def never(_: Mapping[str, Any]) -> bool:
    """Say of an action that all it does can be taken back, or does no harm."""
    return False


def always(_: Mapping[str, Any]) -> bool:
    """Say of an action that what it does can't be taken back."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action: its name, what it does, and what holds for each call of it."""

    name: str
    run: Run
    schema: vol.Schema = field(default_factory=lambda: vol.Schema({}))
    who: Who = Who.ADMINISTRATORS
    response: SupportsResponse = SupportsResponse.NONE
    is_lasting: IsLasting = never
    """What lasts is refused to automations, unless the site's options allow it."""
    audited: bool = False
    """Each call is written down, limited by its rate, and joined with one just like it. Refusals always are written."""
    single: bool = False
    """A second call for the same device, or for none, is turned down while one runs."""
    rate: Rate = USUAL
    """For each user; automations together are one."""
    largest: int = LARGEST
    """The most that it may be called with, in characters."""
