"""What a line tells its listeners."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .addressing import Family
from .commissioning_orders import CommissioningProgress
from .errors import LineError
from .gear import Gear
from .input_device import InputDevice
from .input_events import Gesture
from .level import Level


class LineStatus(StrEnum):
    """How a line is."""

    CONNECTING = "connecting"
    """The first attempt to reach the adapter is under way."""
    ONLINE = "online"
    NO_POWER = "no_power"
    """The adapter is there, and the line behind it has no power."""
    OFFLINE = "offline"
    """The adapter is gone; it is being looked for."""
    FAILED = "failed"
    """A fault of the line's own: nothing is looked for any more, until it is started anew."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The line's status changed, with what is wrong where something is."""

    status: LineStatus
    problem: LineError | None


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The state of these gear changed."""

    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Overheard:
    """Another master told gear what to do, be it what they do already."""

    levels: Mapping[str, Level | None]
    """Where they are going; None is where only they know: this event comes again for them once they said it."""
    colours: frozenset[str] = frozenset()
    """Those whose colour it told."""


@dataclass(frozen=True, slots=True)
class GearFound:
    """A gear that was not known."""

    gear: Gear


@dataclass(frozen=True, slots=True)
class GearChanged:
    """A known gear has another address or other settings."""

    gear: Gear


@dataclass(frozen=True, slots=True)
class GearForgotten:
    """A gear that is no longer kept."""

    key: str


@dataclass(frozen=True, slots=True)
class CommissioningProgressed:
    """Commissioning has come further, or to its end."""

    progress: CommissioningProgress


@dataclass(frozen=True, slots=True)
class AddressesCompared:
    """Every short address of gear, or of input devices, was looked at: which of them more than one has."""

    family: Family
    shared: frozenset[int]


@dataclass(frozen=True, slots=True)
class ReportsChanged:
    """What these gear report of themselves is another now."""

    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class InputDeviceFound:
    """An input device that was not known."""

    device: InputDevice


@dataclass(frozen=True, slots=True)
class InputDeviceChanged:
    """A known input device has another address or other settings."""

    device: InputDevice


@dataclass(frozen=True, slots=True)
class InputDeviceForgotten:
    """An input device that is no longer kept."""

    key: str


@dataclass(frozen=True, slots=True)
class InputsChanged:
    """The state of these input devices changed."""

    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class ButtonUsed:
    """Somebody used a push button: an instance of an input device."""

    key: str
    number: int
    gesture: Gesture


type InputEvent = InputDeviceFound | InputDeviceChanged | InputDeviceForgotten | InputsChanged | ButtonUsed
type LineEvent = (
    StatusChanged
    | StateChanged
    | Overheard
    | GearFound
    | GearChanged
    | GearForgotten
    | CommissioningProgressed
    | AddressesCompared
    | ReportsChanged
    | InputEvent
)
