"""A fleet: the gear of one simulated line, written down in YAML by people, and checked for them.

    name: Demo
    gear:
      - name: Dining table
        room: Living room
        address: 0

Every mistake gets one message: where it is, what is wrong, what is allowed. The keys of a gear are in
`fleet_fields.py`; `defaults` takes them too, for every gear that does not say otherwise.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
import zlib

import yaml

from .adapters import AdapterKind
from .device_specification import DeviceSpecification
from .document import Document, DocumentError, line_of, read_text, shown
from .fleet_devices import DEVICE_FIELDS
from .fleet_fields import FAULT_FIELDS, FIELDS, Check, one_of, text, whole
from .specification import NO_RANDOM_ADDRESS, GearSpecification
from .world.reading import built_in_worlds, load_world
from .world.specification import WorldSpecification

MAX_GEAR: Final = 64
MAX_DEVICES: Final = 64
# GS1's prefix 952 is for examples: no product has this number.
EXAMPLE_GTIN: Final = 9_520_000_000_011
_FOLDER: Final = Path(__file__).parent / "fleets"
_COLOUR_TYPE: Final = 8
# Home Assistant hears a sensor and sends a frame in some hundredths of a second: a few seconds of such a line.
_FASTEST: Final = 100


class FleetError(DocumentError):
    """A fleet that can't be; `problems` has one message per mistake, with its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The gear of one line."""

    name: str
    gear: tuple[GearSpecification, ...]
    devices: tuple[DeviceSpecification, ...] = ()
    """The input devices of the line."""
    adapter_feeds_line: bool = False
    """The line's power comes from the adapter, and the host can turn it off."""
    adapter: AdapterKind = AdapterKind.LUBA
    world: WorldSpecification | None = None
    """The people and the daylight around the line; None is a line on a desk."""
    speed: float = 1.0
    """How many seconds pass there in one of real life."""

    @classmethod
    def load(cls, path: Path) -> Fleet:
        """Read a fleet from a file; raises FleetError, and OSError where the file can't be read."""
        try:
            content = read_text(path)
        except DocumentError as error:
            raise FleetError(error.problems) from error
        return cls.parse(content)

    @classmethod
    def parse(cls, content: str) -> Fleet:
        """Return the fleet that is written down; raises FleetError."""
        return _Reader(content).fleet()


def inhabited(fleet: Fleet, world: WorldSpecification) -> Fleet:
    """Return a fleet with a world around it; raises FleetError where they have no room in common."""
    named = {one.room for one in fleet.gear} | {one.room for one in fleet.devices}
    if not named & {room.name for room in world.rooms}:
        rooms = ", ".join(room.name for room in world.rooms)
        raise FleetError([f"no gear and no device is in a room of {world.name}; its rooms are {rooms}"])
    return replace(fleet, world=world)


def built_in_fleets() -> dict[str, Path]:
    """Return the files of the fleets that come along, by name."""
    return {path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))}


@dataclass(slots=True)
class _Written:
    """One gear as it is written down: its place, and what was right about it."""

    line: int
    title: str
    fields: dict[str, Any]


class _Reader:
    """Turns the text of a fleet into a `Fleet`, and collects what is wrong with it on the way."""

    def __init__(self, content: str) -> None:
        try:
            self._document = Document(content, what="fleet", needs="a fleet needs a name and gear")
        except DocumentError as error:
            raise FleetError(error.problems) from error

    def fleet(self) -> Fleet:
        """Return the fleet; raises FleetError with all mistakes."""
        checks: dict[str, Check] = {
            "name": text,
            "duplicates": one_of("allowed", "refused"),
            "power_supply": one_of("separate", "adapter"),
            "adapter": one_of(*AdapterKind),
            "world": one_of(*built_in_worlds()),
            "speed": whole(1, _FASTEST),
        }
        parts = self._document.mapping(self._document.root, "the fleet", (*checks, "defaults", "gear", "devices"))
        values = {
            key: self._document.value(node, key, check)
            for key, check in checks.items()
            if (node := parts.get(key)) is not None
        }
        if "name" not in parts:
            self._document.problem(self._document.root, "name", "missing; a text")
        shared = {key: field.check for key, field in FIELDS.items() if field.shared}
        defaults = self._document.checked(parts.get("defaults"), "defaults", shared)
        adapter = AdapterKind(values.get("adapter") or AdapterKind.LUBA)
        if values.get("power_supply") == "adapter" and adapter is not AdapterKind.LUBA:
            self._document.problem(
                parts["power_supply"], "power_supply", f"a {adapter} adapter has none that can be switched"
            )
        gear = self._gear(parts.get("gear"), defaults)
        devices = self._devices(parts.get("devices"))
        if values.get("duplicates") != "allowed":
            self._refuse_duplicates(gear)
            self._refuse_duplicates(devices)
        if self._document.problems:
            raise FleetError(self._document.problems)
        return Fleet(
            name=values["name"],
            gear=tuple(GearSpecification(**one.fields) for one in gear),
            devices=tuple(DeviceSpecification(**one.fields) for one in devices),
            adapter_feeds_line=values.get("power_supply") == "adapter",
            adapter=adapter,
            world=load_world(built_in_worlds()[values["world"]]) if "world" in values else None,
            speed=float(values.get("speed", 1)),
        )

    # Gear

    def _gear(self, node: yaml.Node | None, defaults: dict[str, Any]) -> list[_Written]:
        if not isinstance(node, yaml.SequenceNode):
            self._document.problem(
                node or self._document.root, "gear", "a list of gear is needed; [] for a line without any"
            )
            return []
        if len(node.value) > MAX_GEAR:
            self._document.problem(node, "gear", f"{len(node.value)} are too many; a line has room for {MAX_GEAR}")
        return [self._one_gear(item, number, defaults) for number, item in enumerate(node.value, start=1)]

    def _one_gear(self, node: yaml.Node, number: int, defaults: dict[str, Any]) -> _Written:
        title = f"gear {number}"
        if isinstance(node, yaml.MappingNode):
            names = [value.value for key, value in node.value if key.value == "name"]
            title += "".join(f" ({shown(name)})" for name in names[:1] if isinstance(name, str) and name)
        own = self._document.checked(node, title, {key: field.check for key, field in FIELDS.items()})
        values = {"name": f"Gear {number}"} | defaults | own
        who = f"{values.get('room', '')}/{values['name']}".encode()
        values.setdefault("gtin", EXAMPLE_GTIN)
        values.setdefault("serial", zlib.crc32(who))
        if values.get("address") is not None:
            # It was commissioned once, and has kept what it drew then.
            values.setdefault("random_address", zlib.crc32(b"random/" + who) % NO_RANDOM_ADDRESS)
        self._check_limits(node, title, values)
        fields: dict[str, Any] = {FAULT_FIELDS[fault]: True for fault in values.pop("faults", ())}
        fields |= {FIELDS[key].specification: value for key, value in values.items()}
        return _Written(line_of(node), title, fields)

    def _devices(self, node: yaml.Node | None) -> list[_Written]:
        """Return the input devices; a line does not need any."""
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or len(node.value) > MAX_DEVICES:
            self._document.problem(node, "devices", f"a list of up to {MAX_DEVICES} input devices is needed")
            return []
        return [self._one_device(item, number) for number, item in enumerate(node.value, start=1)]

    def _one_device(self, node: yaml.Node, number: int) -> _Written:
        title = f"device {number}"
        own = self._document.checked(node, title, {key: field.check for key, field in DEVICE_FIELDS.items()})
        values = {"name": f"Device {number}"} | own
        who = f"device/{values.get('room', '')}/{values['name']}".encode()
        values = {"gtin": EXAMPLE_GTIN, "serial": zlib.crc32(who)} | values
        if values.get("address") is not None:
            values.setdefault("random_address", zlib.crc32(b"random/" + who) % NO_RANDOM_ADDRESS)
        fields = {DEVICE_FIELDS[key].specification: value for key, value in values.items()}
        return _Written(line_of(node), f"{title} ({shown(values['name'])})", fields)

    def _check_limits(self, node: yaml.Node, title: str, values: dict[str, Any]) -> None:
        """Check what two values of a gear say of each other."""
        lowest = values.get("physical_minimum", 1)
        minimum, maximum = values.get("minimum", lowest), values.get("maximum", 254)
        if not lowest <= minimum <= maximum:
            self._document.problem(
                node,
                title,
                f"physical_minimum {lowest}, minimum {minimum} and maximum {maximum} have to be in rising order",
            )
        if "colours" in values and _COLOUR_TYPE not in values.get("types", ()):
            self._document.problem(
                node, title, f"colours are for gear of device type {_COLOUR_TYPE}; give it types: [6, 8]"
            )
        if values.get("unit", 0) >= values.get("units", 1):
            self._document.problem(
                node, title, f"unit {values['unit']} is not one of its {values.get('units', 1)}; units count from 0"
            )

    def _refuse_duplicates(self, gear: list[_Written]) -> None:
        """Find gear that the line could not tell apart."""
        kinds = {
            "address": ("short_address",),
            "random address": ("random_address",),
            "gtin, serial and unit": ("gtin", "serial", "unit_index"),
        }
        for kind, fields in kinds.items():
            seen: dict[tuple[Any, ...], _Written] = {}
            for one in gear:
                key = tuple(one.fields.get(field) for field in fields)
                if key in {(None,), (NO_RANDOM_ADDRESS,)}:
                    continue
                first = seen.setdefault(key, one)
                if first is not one:
                    value = f"{key[0]:#08x}" if kind == "random address" else " ".join(str(part or 0) for part in key)
                    self._document.problems.append(
                        f"line {one.line}, {one.title}: {kind} {value} is that of {first.title} too; "
                        'give each its own, or write "duplicates: allowed"'
                    )
