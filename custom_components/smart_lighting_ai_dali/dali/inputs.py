"""The input devices of a line: what they say is passed on, what they measure is kept true by asking."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from dali.address import DeviceBroadcast, DeviceShort
from dali.command import Command
from dali.device import general
from dali.device.general import EventScheme
from dali.frame import Frame

from .discovery import INPUT_DEVICES, DeviceScanResult, Discovery
from .errors import AnswersCollidedError, InputUnknownError, LineError, NoAnswerError
from .events import ButtonUsed, InputDeviceChanged, InputDeviceForgotten, InputDeviceFound, InputsChanged, LineEvent
from .input_device import InputDevice, Instance
from .input_events import FRAME_BITS, Event, InstanceTypes, Measured, PowerCycle, Stuck, Used, senders
from .input_sequences import configure_instance, describe_device, is_any_device_present, read_device
from .input_state import InputReading, InputState, KnownInputs
from .reading_order import InTurn, first_due
from .timing import Priority
from .transactions import Transactions

# One device is verified this often, in seconds: two or three queries of 57 ms, a twentieth of the line's time.
VERIFY_INTERVAL: Final = 4.0
# A device whose answer was outdated by an event that came with it is asked again after this, in seconds.
_OUTDATED_INTERVAL: Final = 0.3
# One that was without power is up this long after it said that it has it back, in seconds.
_AFTER_POWER_CYCLE: Final = 1.0
# One that another master configures is described anew once that has not gone on for so long, in seconds.
SETTLED_AFTER: Final = 5.0
# And again after this where it did not answer.
_AFTER_SILENCE: Final = 60.0
# What changes how the events of a device have to be read.
_CONFIGURE: Final = (
    general.Reset,
    general.SetShortAddress,
    general.AddToDeviceGroupsZeroToFifteen,
    general.AddToDeviceGroupsSixteenToThirtyOne,
    general.RemoveFromDeviceGroupsZeroToFifteen,
    general.RemoveFromDeviceGroupsSixteenToThirtyOne,
    general.SetEventScheme,
    general.SetEventFilter,
    general.SetPrimaryInstanceGroup,
    general.EnableInstance,
    general.DisableInstance,
)
_QUIESCENCE: Final = (general.StartQuiescentMode, general.StopQuiescentMode)


class Inputs:
    """The input devices of one line (see `line_part.LinePart`)."""

    def __init__(
        self, transactions: Transactions, devices: Iterable[InputDevice], *, tell: Callable[[LineEvent], None]
    ) -> None:
        self._transactions = transactions
        self._known = KnownInputs(devices)
        self.types = InstanceTypes(self._present_devices())
        """Of which type each instance is, for whoever reads events."""
        self._tell = tell
        self._due: dict[str, float] = {}
        self._to_describe: dict[str, float] = {}
        self._in_turn = InTurn()
        self._wake = asyncio.Event()
        self._we_silenced = False
        self.counters: Counter[str] = Counter()
        """What was heard and could not be used, and how often."""

    # What is known

    @property
    def devices(self) -> Mapping[str, InputDevice]:
        """Return the known input devices by key."""
        return MappingProxyType(self._known.devices)

    def state(self, key: str) -> InputState:
        """Return how an input device is; raises InputUnknownError."""
        self._device(key)
        return self._known.state(key)

    # What can be done

    async def find(self) -> DeviceScanResult:
        """Look for input devices; three frames say that there is none, where none is known. Raises LineError."""
        before = dict(self._known.devices)
        expected = frozenset(device.address for device in before.values())
        discovery = Discovery(INPUT_DEVICES, self._transactions, found=self._keep, expected=expected)
        if expected or await self._transactions.send(is_any_device_present(), priority=Priority.CONFIGURATION):
            await discovery.run()
        found = tuple(discovery.at[address] for address in sorted(discovery.at))
        unclear = discovery.shared_addresses | discovery.incomplete_addresses
        missing = frozenset(
            key
            for key in before.keys() & self._known.devices.keys() - {device.key for device in found}
            if self._known.devices[key].address not in unclear
        )
        self._changed(key for key in missing if self._known.gone(key))
        return DeviceScanResult(
            found=found,
            new=tuple(device for device in found if device.key not in before),
            missing=missing,
            shared_addresses=frozenset(discovery.shared_addresses),
        )

    async def configure(self, key: str, number: int, *, scheme: EventScheme, event_filter: int) -> bool:
        """Set which events an instance tells and how; return whether it was another way. Raises LineError.

        The instance keeps it for good. Nothing is written that is so already, and what is written is read back.
        """
        device = self._present(key)
        instance = device.instance(number)
        if instance is None:
            raise InputUnknownError(f"instance {number} of {key}")
        sequence = configure_instance(device, instance, scheme=scheme, event_filter=event_filter)
        configured: Instance = await self._transactions.send(sequence, priority=Priority.CONFIGURATION)
        if configured == instance:
            return False
        if self._known.present(key):
            present = self._known.devices[key]
            self._keep(replace(present, instances=tuple(_with(present.instances, configured))))
            self._to_describe.pop(key, None)
        return True

    async def identify(self, key: str) -> None:
        """Let an input device show which one it is. Raises LineError."""
        device = self._present(key)
        await self._transactions.send(general.IdentifyDevice(DeviceShort(device.address)), priority=Priority.USER)

    async def forget(self, key: str) -> None:
        """Drop an input device that is gone; a scan brings it back where it is not. Raises InputUnknownError."""
        self._device(key)
        self._known.forget(key)
        self._due.pop(key, None)
        self._to_describe.pop(key, None)
        self.types = InstanceTypes(self._present_devices())
        self._tell(InputDeviceForgotten(key))

    def diagnostics(self) -> dict[str, Any]:
        """Return figures for a bug report: no names, no serial numbers."""
        return {
            "devices": len(self._known.devices),
            "available": sum(self._known.state(key).available for key in self._known.devices),
            "counters": dict(self.counters),
        }

    # What the line hears (line_part.LinePart)

    def line_online(self, after: float) -> None:
        """Read all devices: the line was out of sight."""
        self._read(self._known.devices, after=after)

    def frame_seen(self, frame: Frame, *, own: bool) -> None:
        """Take note of what a device says, and of what it is told by others."""
        if len(frame) != FRAME_BITS:
            return
        match self.types.read(frame):
            case Event() as event:
                self._take(event)
            case PowerCycle() as cycle:
                self._read(
                    [device.key for device in self._present_devices() if cycle.fits(device)],
                    after=_AFTER_POWER_CYCLE,
                )
            case None if frame[16]:
                self._follow(Command.from_frame(frame), own=own)

    async def run(self) -> None:
        """Read what is due, and verify the rest in turn, until cancelled."""
        loop = asyncio.get_running_loop()
        if self._we_silenced:
            # We were cut off while they had to be silent on our behalf.
            with suppress(LineError):
                stop = general.StopQuiescentMode(DeviceBroadcast())
                await self._transactions.send(stop, priority=Priority.CONFIGURATION)
        verify_at = loop.time() + VERIFY_INTERVAL
        while True:
            self._wake.clear()
            key, when = first_due(self._due, verify_at)
            changed, changed_when = first_due(self._to_describe, verify_at)
            now = loop.time()
            if key is not None and when <= now:
                del self._due[key]
                await self._ask(key, Priority.AUTOMATIC)
            elif changed is not None and changed_when <= now:
                del self._to_describe[changed]
                await self._look_again(changed)
            elif verify_at <= now:
                if (verified := self._next_in_turn()) is not None:
                    await self._ask(verified, Priority.BACKGROUND)
                verify_at = loop.time() + VERIFY_INTERVAL
            else:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), min(when, changed_when, verify_at) - now)

    # What devices say

    def _take(self, event: Event) -> None:
        found = senders(event.sender, self._present_devices())
        if event.happening is None or not found:
            self.counters["events_not_understood" if found else "events_of_strangers"] += 1
            return
        if len(found) > 1:
            # It may have been any of them: what they measure can be asked, who pressed a button can't.
            self.counters["events_of_several"] += 1
            self._read({device.key for device, _ in found if device.is_measuring}, after=_OUTDATED_INTERVAL)
            return
        ((device, instance),) = found
        match event.happening:
            case Used(gesture=gesture):
                self._known.heard(device.key)
                self._tell(ButtonUsed(device.key, instance.number, gesture))
            case Stuck(stuck=stuck):
                self._known.stuck(device, instance, stuck=stuck)
            case Measured(information=information):
                if self._known.told(device, instance, information):
                    self._read((device.key,), after=_OUTDATED_INTERVAL)
        self._changed((device.key,))
        if instance.scheme is not event.sender.scheme:
            self._describe((device.key,), after=SETTLED_AFTER)

    def _follow(self, command: Command, *, own: bool) -> None:
        """Take note of a command that changes what devices say."""
        if isinstance(command, _QUIESCENCE):
            quiescent = isinstance(command, general.StartQuiescentMode)
            if own:
                self._we_silenced = quiescent
            self._changed(self._known.silenced(self._addressed(command), quiescent=quiescent))
        elif isinstance(command, _CONFIGURE):
            self._describe(self._addressed(command), after=SETTLED_AFTER)

    def _addressed(self, command: Command) -> list[str]:
        """Return the devices that a command is for; those of a group may be others than is known: all of them."""
        destination = getattr(command, "destination", None)
        if isinstance(destination, DeviceShort):
            return [key for key, device in self._known.devices.items() if device.address == destination.address]
        return list(self._known.devices)

    # What devices are asked

    async def _ask(self, key: str, priority: Priority) -> None:
        if not self._known.present(key):
            return
        changes = self._known.changes(key)
        try:
            reading: InputReading = await self._transactions.send(
                read_device(self._known.devices[key]), priority=priority
            )
        except NoAnswerError, AnswersCollidedError:
            if self._known.present(key):
                if self._known.missed(key):
                    self._changed((key,))
                elif self._known.state(key).available:
                    self._read((key,), after=VERIFY_INTERVAL)
            return
        except LineError:
            # Not this device's fault. Where the line is gone, whoever runs this ends it; else it is tried again.
            self._read((key,), after=VERIFY_INTERVAL)
            return
        if not self._known.present(key):
            return
        if self._known.changes(key) != changes:
            # An event that came with the answer, or after it, is newer.
            self._read((key,), after=_OUTDATED_INTERVAL)
        elif self._known.answered(key, reading):
            self._changed((key,))

    async def _look_again(self, key: str) -> None:
        """Describe a device whose settings were changed."""
        if not self._known.present(key):
            return
        address = self._known.devices[key].address
        try:
            device: InputDevice = await self._transactions.send(describe_device(address), priority=Priority.BACKGROUND)
        except LineError:
            self._describe((key,), after=_AFTER_SILENCE)
            return
        self._keep(device)

    def _keep(self, device: InputDevice) -> None:
        new = device.key not in self._known.devices
        changed = self._known.keep(device)
        self.types = InstanceTypes(self._present_devices())
        self._read((device.key,))
        if new:
            self._tell(InputDeviceFound(device))
        elif changed:
            self._tell(InputDeviceChanged(device))

    # Small things

    def _read(self, keys: Iterable[str], *, after: float = 0.0) -> None:
        """Read devices in `after` seconds; one that is due earlier stays so."""
        when = asyncio.get_running_loop().time() + after
        for key in keys:
            self._due[key] = min(when, self._due.get(key, when))
        self._wake.set()

    def _describe(self, keys: Iterable[str], *, after: float) -> None:
        """Describe devices anew in `after` seconds; a later call puts it off."""
        when = asyncio.get_running_loop().time() + after
        self._to_describe.update(dict.fromkeys(keys, when))
        self._wake.set()

    def _next_in_turn(self) -> str | None:
        return self._in_turn.next(device.key for device in self._present_devices())

    def _changed(self, keys: Iterable[str]) -> None:
        if changed := frozenset(keys):
            self._tell(InputsChanged(changed))

    def _present_devices(self) -> list[InputDevice]:
        """Return the devices whose short addresses are still their own."""
        return [device for key, device in self._known.devices.items() if self._known.present(key)]

    def _device(self, key: str) -> InputDevice:
        try:
            return self._known.devices[key]
        except KeyError:
            raise InputUnknownError(key) from None

    def _present(self, key: str) -> InputDevice:
        """Return a device whose short address is still its own; raises InputUnknownError."""
        device = self._device(key)
        if not self._known.present(key):
            raise InputUnknownError(key)
        return device


def _with(instances: Iterable[Instance], changed: Instance) -> Iterable[Instance]:
    """Return instances, one of them as it is now."""
    return (changed if instance.number == changed.number else instance for instance in instances)
