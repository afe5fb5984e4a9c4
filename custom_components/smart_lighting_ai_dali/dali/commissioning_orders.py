"""What a line can be told to do in commissioning, how far it is, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from .addressing import Family


class Task(StrEnum):
    """The jobs of commissioning."""

    FIND_NEW = "find_new"
    NEW_INSTALLATION = "new_installation"
    REPLACE = "replace"
    SET_ADDRESS = "set_address"
    SWAP_ADDRESSES = "swap_addresses"
    RESOLVE_DUPLICATES = "resolve_duplicates"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindNew:
    """Give those a short address who have none; nobody else is touched."""

    task: ClassVar = Task.FIND_NEW
    family: Family = Family.GEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInstallation:
    """Take all short addresses away, and give new ones; where that was interrupted, the rest is given."""

    task: ClassVar = Task.NEW_INSTALLATION
    family: Family = Family.GEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """Put a new gear in the place of a broken one, with its address, its groups, scenes and settings."""

    task: ClassVar = Task.REPLACE
    family: ClassVar = Family.GEAR
    key: str
    """Of the broken gear."""
    by: str | None = None
    """Key of the new one; None: the only one without a short address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAddress:
    """Give whoever has a short address another one that is free."""

    task: ClassVar = Task.SET_ADDRESS
    family: Family = Family.GEAR
    address: int
    new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapAddresses:
    """Let two have each other's short address."""

    task: ClassVar = Task.SWAP_ADDRESSES
    family: Family = Family.GEAR
    first: int
    second: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveDuplicates:
    """Find short addresses that several have, leave each to one of them, and give the others free ones."""

    task: ClassVar = Task.RESOLVE_DUPLICATES
    family: Family = Family.GEAR


type Order = FindNew | NewInstallation | Replace | SetAddress | SwapAddresses | ResolveDuplicates


class Phase(StrEnum):
    """What is being done."""

    IDLE = "idle"
    SEARCHING = "searching"
    """Those who are to get an address are found one after the other, and given it."""
    ADDRESSING = "addressing"
    """Short addresses are changed."""
    READING = "reading"
    """What has a new address is asked what it is."""
    RESTORING = "restoring"
    """The replacement is set as the broken one was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissioningProgress:
    """How far commissioning is."""

    task: Task | None = None
    """None: there is no job."""
    family: Family = Family.GEAR
    phase: Phase = Phase.IDLE
    found: int = 0
    """To how many an address was given so far."""
    percent: int = 0
    """How much of this phase is done, 0 to 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissioningResult:
    """What came of a job."""

    task: Task
    family: Family
    addresses: tuple[int, ...] = ()
    """Short addresses that were given, in order."""
    found: int = 0
    """How many of these could be read."""
    left_out: int = 0
    """How many were found for whom there is no address: all are in use."""
    everyone_has_one: bool = True
    """Whether nobody said to be without a short address at the end."""
    shared_addresses: frozenset[int] = frozenset()
    """Short addresses that several have all the same."""
    not_restored: tuple[str, ...] = ()
    """Settings of the broken gear that nobody had read while it worked."""

    @property
    def is_clear(self) -> bool:
        """Tell whether everyone who was touched has an address of their own, and is known."""
        return (
            self.everyone_has_one
            and not self.left_out
            and not self.shared_addresses
            and self.found == len(self.addresses)
        )
