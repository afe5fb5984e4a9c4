"""What an action of the integration is: a row of the table that registers, guards and documents them all."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
import voluptuous as vol

type Run = Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]
"""What an action does, once it is known that it may."""


class Who(Enum):
    """Who may call an action."""

    EVERYBODY = "everybody"
    CONTROLLERS = "who may control the zone"
    """The action asks by itself, zone by zone."""
    ADMINISTRATORS = "administrators"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action: its name, what it does, and what it wants."""

    name: str
    run: Run
    schema: vol.Schema = field(default_factory=lambda: vol.Schema({}))
    who: Who = Who.ADMINISTRATORS
    response: SupportsResponse = SupportsResponse.NONE
