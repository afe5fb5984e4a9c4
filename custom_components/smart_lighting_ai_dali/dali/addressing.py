"""What is said to gear, or to input devices, while they are given short addresses.

The two are addressed alike (IEC 62386-102 and -103, 9.14), in frames of 16 and of 24 bits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from dali import address
from dali.command import Command
from dali.device import general as device
from dali.frame import Frame
from dali.gear import general as gear

from .level import MASK
from .sequences import ATTEMPTS, Steps

ADDRESSES: Final = 64
_GEAR_BITS: Final = 16


class Family(StrEnum):
    """Who is given addresses; each has 64 of its own."""

    GEAR = "gear"
    INPUT_DEVICES = "input_devices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """The commands of one family; None as a short address is to have none."""

    begin: tuple[Command, ...]
    """Ends what anyone else has begun, and keeps those quiet who talk by themselves."""
    end: tuple[Command, ...]
    """Leaves the line as it is for everyday; harmless at any time, and told twice, since one frame may get lost."""
    initialise_new: Command
    """Has those listen who have no short address, for 15 minutes."""
    initialise_at: Callable[[int], Command]
    """Has those listen who have this one."""
    randomise: Command
    search: tuple[Callable[[int], Command], Callable[[int], Command], Callable[[int], Command]]
    """Set the high, middle and low byte of the search address."""
    compare: Command
    withdraw: Command
    program: Callable[[int | None], Command]
    verify: Callable[[int], Command]
    query_selected: Command
    """Asks whoever has the search address as random address for the short one."""
    short_address_in: Callable[[int], int | None]
    """Reads the answer to that."""
    is_present: Callable[[int], Command]
    is_anyone_without: Command
    query_random_low: Callable[[int], Command]
    """Asks for the low byte of a random address: two who have the same short address mostly differ in it."""
    stage: Callable[[int | None], Command]
    """Puts a short address into DTR0, for `set_from_register`."""
    query_register: Callable[[int], Command]
    set_from_register: Callable[[int | None], Command]
    """Gives whoever has this short address the one in the register; None: gives it to all."""


def _gear_byte(short: int | None) -> int:
    """Return a short address as 0AAAAAA1, or MASK for none (102, 11.7.14)."""
    return MASK if short is None else short << 1 | 1


def _device_byte(short: int | None) -> int:
    """Return a short address as 00AAAAAA, or MASK for none (103, 11.10.9)."""
    return MASK if short is None else short


def _gear_address(byte: int) -> int | None:
    return None if byte == MASK else byte >> 1


def _device_address(byte: int) -> int | None:
    return None if byte == MASK else byte


# Of INITIALISE for input devices (103, 11.10.2): those without a short address.
_UNADDRESSED_DEVICES: Final = 0x7F

_GEAR: Final = Addressing(
    begin=(gear.Terminate(),),
    end=(gear.Terminate(), gear.Terminate()),
    initialise_new=gear.Initialise(),
    initialise_at=lambda short: gear.Initialise(address=short),
    randomise=gear.Randomise(),
    search=(gear.SearchaddrH, gear.SearchaddrM, gear.SearchaddrL),
    compare=gear.Compare(),
    withdraw=gear.Withdraw(),
    program=lambda short: gear.ProgramShortAddress("MASK" if short is None else short),
    verify=gear.VerifyShortAddress,
    query_selected=gear.QueryShortAddress(),
    short_address_in=_gear_address,
    is_present=lambda short: gear.QueryControlGearPresent(address.GearShort(short)),
    is_anyone_without=gear.QueryMissingShortAddress(address.GearBroadcast()),
    query_random_low=lambda short: gear.QueryRandomAddressL(address.GearShort(short)),
    stage=lambda short: gear.DTR0(_gear_byte(short)),
    query_register=lambda short: gear.QueryContentDTR0(address.GearShort(short)),
    set_from_register=lambda short: gear.SetShortAddress(
        address.GearBroadcast() if short is None else address.GearShort(short)
    ),
)
_QUIET: Final = device.StartQuiescentMode(address.DeviceBroadcast())
_LOUD: Final = device.StopQuiescentMode(address.DeviceBroadcast())
_INPUT_DEVICES: Final = Addressing(
    # What they tell by themselves would be taken for answers.
    begin=(device.Terminate(), _QUIET),
    end=(device.Terminate(), device.Terminate(), _LOUD, _LOUD),
    initialise_new=device.Initialise(_UNADDRESSED_DEVICES),
    initialise_at=device.Initialise,
    randomise=device.Randomise(),
    search=(device.SearchAddrH, device.SearchAddrM, device.SearchAddrL),
    compare=device.Compare(),
    withdraw=device.Withdraw(),
    program=lambda short: device.ProgramShortAddress(_device_byte(short)),
    verify=device.VerifyShortAddress,
    query_selected=device.QueryShortAddress(),
    short_address_in=_device_address,
    is_present=lambda short: device.QueryDeviceStatus(address.DeviceShort(short)),
    is_anyone_without=device.QueryMissingShortAddress(address.DeviceBroadcast()),
    query_random_low=lambda short: device.QueryRandomAddressL(address.DeviceShort(short)),
    stage=lambda short: device.DTR0(_device_byte(short)),
    query_register=lambda short: device.QueryContentDTR0(address.DeviceShort(short)),
    set_from_register=lambda short: device.SetShortAddress(
        address.DeviceBroadcast() if short is None else address.DeviceShort(short)
    ),
)
ADDRESSING: Final = {Family.GEAR: _GEAR, Family.INPUT_DEVICES: _INPUT_DEVICES}

_COMMANDS: Final = (
    gear.Initialise,
    gear.Randomise,
    gear.Terminate,
    gear.SearchaddrH,
    gear.SearchaddrM,
    gear.SearchaddrL,
    gear.Withdraw,
    gear.ProgramShortAddress,
    gear.SetShortAddress,
    device.Initialise,
    device.Randomise,
    device.Terminate,
    device.SearchAddrH,
    device.SearchAddrM,
    device.SearchAddrL,
    device.Withdraw,
    device.ProgramShortAddress,
    device.SetShortAddress,
)


def is_addressing(frame: Frame, family: Family) -> bool:
    """Tell whether a frame would spoil an addressing of this family that someone else has begun."""
    of_gear = len(frame) == _GEAR_BITS
    return of_gear is (family is Family.GEAR) and isinstance(Command.from_frame(frame), _COMMANDS)


class Heard(StrEnum):
    """What came instead of one clean answer."""

    NOBODY = "nobody"
    SEVERAL = "several"


def hear(query: Command, *, lossy: Callable[[], None] = lambda: None) -> Steps[int | Heard]:
    """Ask until there is a clean answer; one silence, and one disturbed answer, mean nothing.

    `lossy` is called where the answer did not come at once: frames get lost then.
    """
    disturbed = 0
    for attempt in range(ATTEMPTS):
        answer: Any = (yield query).raw_value
        if answer is not None and not answer.error:
            if attempt:
                lossy()
            return int(answer.as_integer)
        disturbed += answer is not None
        if disturbed > 1:
            break
    return Heard.SEVERAL if disturbed else Heard.NOBODY
