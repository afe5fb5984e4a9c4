"""How the input devices of a line are, from what they said and what they answered; a pure table, fed by `Inputs`."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from .input_device import InputDevice, Instance, InstanceType
from .state import MISSES_UNTIL_UNAVAILABLE

_OCCUPIED: Final = 0b10
_MOVING: Final = 0b01
# The bits of QUERY DEVICE STATUS (IEC 62386-103, table 15).
_DEVICE_ERROR: Final = 0x01
_QUIESCENT: Final = 0x02


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceState:
    """How one instance is; None is unknown."""

    value: int | None = None
    """Its input value, in as many bits as it has."""
    error: bool | None = None
    """A button that is stuck, or a sensor that is broken."""

    @property
    def occupied(self) -> bool | None:
        """Tell whether an occupancy sensor thinks that somebody is there."""
        return None if self.value is None else bool(self.value & _OCCUPIED)

    @property
    def moving(self) -> bool | None:
        """Tell whether an occupancy sensor sees somebody move now."""
        return None if self.value is None else bool(self.value & _MOVING)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputState:
    """How one input device is; None is unknown."""

    available: bool = True
    quiescent: bool | None = None
    """Somebody asked it to be silent: it tells no events then."""
    instances: dict[int, InstanceState] = field(default_factory=dict)
    """By number; never changed in place."""

    def instance(self, number: int) -> InstanceState:
        """Return how an instance is."""
        return self.instances.get(number, InstanceState())


@dataclass(frozen=True, slots=True)
class InputReading:
    """What a device answered."""

    status: int
    values: dict[int, int]
    """Input values by the number of the instance, of those that measure."""
    errors: dict[int, bool]
    """Whether an instance is broken, by its number; empty where the whole device reports no error."""

    @property
    def has_error(self) -> bool:
        """Tell whether any instance reports an error."""
        return bool(self.status & _DEVICE_ERROR)

    @property
    def quiescent(self) -> bool:
        """Tell whether the device keeps silent."""
        return bool(self.status & _QUIESCENT)


class KnownInputs:
    """The input devices of one line and their states."""

    def __init__(self, devices: Iterable[InputDevice] = ()) -> None:
        self.devices: dict[str, InputDevice] = {}
        self._states: dict[str, InputState] = {}
        self._misses: dict[str, int] = {}
        self._changes: dict[str, int] = {}
        self._displaced: set[str] = set()
        for device in devices:
            self.keep(device)

    def state(self, key: str) -> InputState:
        """Return how a device is; raises KeyError."""
        return self._states[key]

    def present(self, key: str) -> bool:
        """Tell whether a device is known, and its short address is still its own."""
        return key in self.devices and key not in self._displaced

    def changes(self, key: str) -> int:
        """Return a number that is another once an event changed the device: an answer from before is outdated then."""
        return self._changes.get(key, 0)

    def keep(self, device: InputDevice) -> bool:
        """Add a device, or replace what was known of it; return whether anything is another now.

        One that is found at the short address of another displaces that one.
        """
        before = self.devices.get(device.key)
        self.devices[device.key] = device
        self._states.setdefault(device.key, InputState())
        self._displaced.discard(device.key)
        self._displaced.update(
            key for key, other in self.devices.items() if key != device.key and other.address == device.address
        )
        return device != before

    def forget(self, key: str) -> None:
        """Drop a device; raises KeyError."""
        del self.devices[key]
        del self._states[key]
        self._misses.pop(key, None)
        self._changes.pop(key, None)
        self._displaced.discard(key)

    def told(self, device: InputDevice, instance: Instance, information: int) -> bool:
        """Take the value that an event tells; return whether its last bits can only be had by asking."""
        is_whole = instance.type == InstanceType.OCCUPANCY_SENSOR
        step = 1 if is_whole else instance.value_of(1)
        value = information if is_whole else instance.value_of(information)
        if value is not None and step is not None:
            before = self.state(device.key).instance(instance.number).value
            # It may be known more exactly than an event can say.
            exact = before if before is not None and value <= before < value + step else value
            self._put(device.key, instance.number, value=exact)
        self.heard(device.key)
        return step != 1

    def stuck(self, device: InputDevice, instance: Instance, *, stuck: bool) -> None:
        """Take note that a button is stuck, or free again."""
        self._put(device.key, instance.number, error=stuck)
        self.heard(device.key)

    def heard(self, key: str) -> None:
        """Take note that a device said something: it is there, and not silent."""
        self._misses.pop(key, None)
        self._changes[key] = self.changes(key) + 1
        self._states[key] = replace(self._states[key], available=True, quiescent=False)

    def answered(self, key: str, reading: InputReading) -> bool:
        """Take a device's answer; return whether its state is another now."""
        before = self._states[key]
        self._misses.pop(key, None)
        for instance in self.devices[key].instances:
            error = reading.errors.get(instance.number, False) if reading.has_error else False
            value = reading.values.get(instance.number, before.instance(instance.number).value)
            self._put(key, instance.number, value=value, error=error)
        self._states[key] = replace(self._states[key], available=True, quiescent=reading.quiescent)
        return self._states[key] != before

    def silenced(self, keys: Iterable[str], *, quiescent: bool) -> frozenset[str]:
        """Take note that devices were asked to be silent, or no longer; return those that were not."""
        changed = frozenset(key for key in keys if self._states[key].quiescent is not quiescent)
        for key in changed:
            self._states[key] = replace(self._states[key], quiescent=quiescent)
        return changed

    def missed(self, key: str) -> bool:
        """Take note that a device gave no answer; return whether its state is another now."""
        self._misses[key] = self._misses.get(key, 0) + 1
        return self._misses[key] >= MISSES_UNTIL_UNAVAILABLE and self.gone(key)

    def gone(self, key: str) -> bool:
        """Take note that a device is not on the line; return whether that is new."""
        state = self._states[key]
        self._states[key] = replace(state, available=False)
        return state.available

    def _put(self, key: str, number: int, *, value: int | None = None, error: bool | None = None) -> None:
        state = self._states[key]
        before = state.instance(number)
        after = InstanceState(
            value=before.value if value is None else value, error=before.error if error is None else error
        )
        self._states[key] = replace(state, instances=state.instances | {number: after})
