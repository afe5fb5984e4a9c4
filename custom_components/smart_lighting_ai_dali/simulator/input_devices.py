"""The input devices of a simulated line, and the people and the daylight before them."""

from collections import deque
from collections.abc import Callable, Iterable
from enum import StrEnum
import random
from typing import Final

from ..dali.timing import Priority
from .control_device import ControlDevice
from .device_specification import DeviceSpecification
from .general_sensor import GeneralSensor
from .instance import Instance
from .measuring_instance import HIGHEST, AbsoluteInput, LightSensor
from .occupancy_sensor import OccupancySensor
from .push_button import PushButton
from .scheduler import Scheduler, Timer
from .wire import DEVICE_FRAME_BITS, Transmission, Wire

# How long a finger is on a button for a short press, and between the two of a double one, in seconds.
CLICK: Final = 0.1
LONG_PRESS: Final = 1.0
# A press that lasts longer than an hour is a mistake.
_LONGEST_PRESS: Final = 3600.0
# This many events of a device wait for the line: a second of it, and then nobody would care for them.
_MOST_WAITING: Final = 32


class Gesture(StrEnum):
    """What somebody does with a button."""

    PRESS = "press"
    RELEASE = "release"
    SHORT = "short"
    DOUBLE = "double"
    LONG = "long"


class _Transmitter:
    """The events of one device, sent one after the other: two that waited together might overtake each other."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: deque[tuple[int, Priority]] = deque(maxlen=_MOST_WAITING)
        self._sending = False
        self.wire: Wire | None = None

    def send(self, data: int, priority: Priority) -> None:
        """Put an event on the line after those that wait; of too many the oldest are lost."""
        self._waiting.append((data, priority))
        if not self._sending:
            self._next()

    def _next(self) -> None:
        self._sending = bool(self._waiting) and self.wire is not None
        if self.wire is not None and self._waiting:
            data, priority = self._waiting.popleft()
            self.wire.send(
                Transmission(
                    bits=DEVICE_FRAME_BITS,
                    data=data,
                    priority=priority,
                    source=self._name,
                    sent=lambda _time: self._next(),
                    failed=self._give_up,
                )
            )

    def _give_up(self) -> None:
        self._waiting.clear()
        self._sending = False


class InputDevices:
    """The devices of one line; every method is for the line's loop alone, and raises LookupError and ValueError."""

    def __init__(
        self, specifications: Iterable[DeviceSpecification], scheduler: Scheduler, chance: random.Random
    ) -> None:
        self._scheduler = scheduler
        specifications = tuple(specifications)
        self._transmitters = tuple(_Transmitter(one.name) for one in specifications)
        self._presses: set[Timer] = set()
        self.devices = tuple(
            ControlDevice(
                one,
                scheduler=scheduler,
                transmit=transmitter.send,
                random=random.Random(chance.random()),
            )
            for one, transmitter in zip(specifications, self._transmitters, strict=True)
        )

    def connect(self, wire: Wire) -> None:
        """Let the devices talk on a wire."""
        for transmitter in self._transmitters:
            transmitter.wire = wire

    def stop(self) -> None:
        """Leave no timer behind."""
        for device in self.devices:
            device.stop()
        for timer in self._presses:
            timer.cancel()
        self._presses.clear()

    def snapshots(self) -> list[dict[str, object]]:
        """Return how each device is now, ready for JSON."""
        now = self._scheduler.now()
        return [device.snapshot(now) for device in self.devices]

    def gesture(self, address: int, instance: int, gesture: Gesture | str, *, seconds: float = LONG_PRESS) -> None:
        """Press the button of an instance; `seconds` is how long a long press lasts."""
        button = self._instance(address, instance, PushButton)
        if not 0 < seconds <= _LONGEST_PRESS:
            raise ValueError(f"a press lasts up to {_LONGEST_PRESS:g} s, not {seconds:g}")
        match Gesture(gesture):
            case Gesture.PRESS:
                button.press()
            case Gesture.RELEASE:
                button.release()
            case Gesture.SHORT:
                self._click(button, CLICK)
            case Gesture.DOUBLE:
                self._click(button, CLICK)
                self._later(2 * CLICK, button, CLICK)
            case Gesture.LONG:
                self._click(button, seconds)

    def move(self, address: int, instance: int, *, present: bool) -> None:
        """Let somebody begin to move before an occupancy sensor, or stop."""
        self._instance(address, instance, OccupancySensor).move(present=present)

    def shine(self, address: int, instance: int, lux: float) -> None:
        """Let this much light fall on a light sensor."""
        self._instance(address, instance, LightSensor).measure(_finite(lux))

    def measure(self, address: int, instance: int, value: float) -> None:
        """Let a general purpose sensor measure something, in its units."""
        self._instance(address, instance, GeneralSensor).measure(_finite(value))

    def turn(self, address: int, instance: int, position: float) -> None:
        """Turn an absolute input, 0 to 1."""
        self._instance(address, instance, AbsoluteInput).measure(_finite(position) * HIGHEST)

    def _instance[T: Instance](self, address: int, number: int, kind: type[T]) -> T:
        """Return an instance of a type; raises LookupError where there is none."""
        for device in self.devices:
            if device.short_address == address:
                found = device.instance(number)
                if isinstance(found, kind):
                    return found
                raise LookupError(f"instance {number} of {device.name} is a {found.kind.name.lower()}")
        raise LookupError(f"no input device has the address {address}")

    def _click(self, button: PushButton, seconds: float) -> None:
        button.press()
        self._call(seconds, button.release)

    def _later(self, delay: float, button: PushButton, seconds: float) -> None:
        self._call(delay, lambda: self._click(button, seconds))

    def _call(self, delay: float, what: Callable[[], None]) -> None:
        def run() -> None:
            self._presses.discard(timer)
            what()

        timer = self._scheduler.call_at(self._scheduler.now() + delay, run)
        self._presses.add(timer)


def _finite(value: float) -> float:
    if not -1e9 < value < 1e9:  # not a number is not less than anything either
        raise ValueError(f"{value} can't be measured")
    return value
