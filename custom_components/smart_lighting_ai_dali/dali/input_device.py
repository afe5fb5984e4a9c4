"""What is known of one input device: who it is, and what its instances sense (IEC 62386-103)."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final, Self

from dali.device.general import EventScheme

from .gear import GearIdentity
from .measurement import Measurement

# As many bits of an input value as an event has room for.
EVENT_BITS: Final = 10


class InstanceType(IntEnum):
    """What an instance senses: the parts 3xx of IEC 62386, each less 300."""

    PUSH_BUTTON = 1
    ABSOLUTE_INPUT = 2
    OCCUPANCY_SENSOR = 3
    LIGHT_SENSOR = 4
    GENERAL_SENSOR = 6


# What is measured, and can be read at any time.
MEASURING: Final = frozenset(InstanceType) - {InstanceType.PUSH_BUTTON}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One button or sensor of an input device, as it was found."""

    number: int
    """0 to 31."""
    type: int
    """An `InstanceType`, or the number of another part 3xx less 300."""
    enabled: bool = True
    resolution: int = EVENT_BITS
    """How many bits its input value has."""
    scheme: EventScheme = EventScheme.instance
    """How its events say where they come from."""
    event_filter: int = 0
    """A bit for each kind of event that it tells."""
    primary_group: int | None = None
    """The instance group that its events name, 0 to 31, where its scheme is that."""
    measurement: Measurement | None = None
    """What a general purpose sensor says that it measures; None for all others."""

    @property
    def is_measuring(self) -> bool:
        """Tell whether it has a value that can be read."""
        return self.type in MEASURING

    def value_of(self, information: int) -> int | None:
        """Return the input value that the ten bits of an event tell; None where only the instance knows it.

        They are the high bits of a value that has more: what is missing counts as zero.
        """
        if self.type == InstanceType.GENERAL_SENSOR:
            # It tells fewer bits, and says in the others what kind of event it is.
            return None
        return None if self.resolution < EVENT_BITS else information << (self.resolution - EVENT_BITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDevice:
    """One input device as discovery found it."""

    address: int
    """Its short address, 0 to 63: independent of those of gear."""
    identity: GearIdentity | None = None
    random_address: int | None = None
    firmware: str | None = None
    hardware: str | None = None
    groups: frozenset[int] = frozenset()
    """The device groups that it is in, 0 to 31."""
    instances: tuple[Instance, ...] = ()

    @property
    def key(self) -> str:
        """Return what names this device on its line, whatever its short address becomes.

        A gear in the same housing may have the same numbers: keys of devices are told apart from those of gear.
        """
        if self.identity is not None:
            return f"d{self.identity.gtin}-{self.identity.serial}-{self.identity.unit}"
        if self.random_address is not None:
            return f"dr{self.random_address:06x}"
        return f"da{self.address}"

    @property
    def is_measuring(self) -> bool:
        """Tell whether any instance has a value that can be read."""
        return any(instance.is_measuring for instance in self.instances)

    def instance(self, number: int) -> Instance | None:
        """Return an instance by its number."""
        return next((one for one in self.instances if one.number == number), None)

    def unidentified(self, random_address: int | None) -> Self:
        """Return the device without numbers that its maker gave to another one, too."""
        return replace(self, identity=None, random_address=random_address)

    def as_dict(self) -> dict[str, Any]:
        """Return the device as plain JSON."""
        identity = self.identity
        return {
            "address": self.address,
            "identity": None if identity is None else [identity.gtin, identity.serial, identity.unit],
            "random_address": self.random_address,
            "firmware": self.firmware,
            "hardware": self.hardware,
            "groups": sorted(self.groups),
            "instances": [_instance_as_dict(instance) for instance in self.instances],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Return the device that `as_dict` gave; raises KeyError, TypeError or ValueError for anything else."""
        identity = data["identity"]
        return cls(
            address=int(data["address"]),
            identity=None if identity is None else GearIdentity(*identity),
            random_address=data["random_address"],
            firmware=data["firmware"],
            hardware=data["hardware"],
            groups=frozenset(data["groups"]),
            instances=tuple(_instance_from_dict(instance) for instance in data["instances"]),
        )


def _instance_as_dict(instance: Instance) -> dict[str, Any]:
    return {
        "number": instance.number,
        "type": instance.type,
        "enabled": instance.enabled,
        "resolution": instance.resolution,
        "scheme": int(instance.scheme),
        "filter": instance.event_filter,
        "primary_group": instance.primary_group,
        "measurement": None if instance.measurement is None else instance.measurement.as_list(),
    }


def _instance_from_dict(data: dict[str, Any]) -> Instance:
    # What was written before there were general purpose sensors has none.
    measurement = data.get("measurement")
    return Instance(
        number=int(data["number"]),
        type=int(data["type"]),
        enabled=bool(data["enabled"]),
        resolution=int(data["resolution"]),
        scheme=EventScheme(data["scheme"]),
        event_filter=int(data["filter"]),
        primary_group=data["primary_group"],
        measurement=None if measurement is None else Measurement.from_list(measurement),
    )
