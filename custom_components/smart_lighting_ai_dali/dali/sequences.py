"""What we say on the line, as sequences: generators of commands that run as one transaction each."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final

from dali.address import DeviceShort, GearShort
from dali.command import Command
from dali.device import general as device_general
from dali.gear import colour, converter, emergency, general, incandescent, led

from .errors import AnswersCollidedError, NoAnswerError
from .fade import Fade
from .gear import Gear, GearIdentity
from .level import HIGHEST, LOWEST, Level
from .state import Reading
from .transactions import IsWanted, MayYield

type Steps[R] = Generator[Any, Any, R]

# A frame or its answer may be disturbed: a gear is asked this often before its silence means something.
ATTEMPTS: Final = 3

# Memory bank 0 of IEC 62386-102, 9.10.6: what stands where.
_BANK: Final = 0
_FIRST: Final = 0x03
_LAST: Final = 0x1A
_GTIN: Final = slice(0x03, 0x09)
_FIRMWARE: Final = slice(0x09, 0x0B)
_SERIAL: Final = slice(0x0B, 0x13)
_SERIAL_FIRST_EDITION: Final = slice(0x0B, 0x0F)
_HARDWARE: Final = slice(0x13, 0x15)
_UNITS: Final = 0x19
_UNIT: Final = 0x1A
# What tells one gear from all others, in a row: the end of the GTIN, the firmware, the serial number.
_FINGERPRINT: Final = slice(0x07, 0x13)
# Makers who wrote no number leave the memory as it was.
_BLANK_GTINS: Final = frozenset({0, 2**48 - 1})
_BLANK_SERIALS: Final = frozenset({0, 2**32 - 1, 2**64 - 1})
# QUERY VERSION NUMBER answers 1 for the first edition, and major version * 4 + minor for later ones.
_SECOND_EDITION: Final = 8
# QUERY DEVICE TYPE answers this for none, QUERY NEXT DEVICE TYPE when there are no more; 255 is several.
_NO_MORE_DEVICE_TYPES: Final = 254
# What gear has as random address that was never given one.
_NO_RANDOM_ADDRESS: Final = 0xFFFFFF
# The parts 2xx of the first edition that python-dali knows, by device type.
_PARTS: Final = {1: emergency, 4: incandescent, 5: converter, 6: led, 8: colour}
# Memory is tried this often in a row while others keep changing the registers.
_MEMORY_ATTEMPTS: Final = 2 * ATTEMPTS


def ask(command: Command) -> Steps[int]:
    """Ask one gear something that it has to answer; raises NoAnswerError or AnswersCollidedError."""
    collided = False
    for attempt in range(ATTEMPTS):
        if attempt:
            yield MayYield()
        answer = (yield command).raw_value
        if answer is not None and not answer.error:
            return int(answer.as_integer)
        collided = answer is not None
    error = AnswersCollidedError if collided else NoAnswerError
    raise error(str(command))


def is_present(address: int) -> Steps[bool]:
    """Ask whether a gear has a short address; two with the same count as one."""
    answer = yield general.QueryControlGearPresent(GearShort(address))
    return bool(answer.value)


def read_state(gear: Gear, *, fade: bool = False, limits: bool = False) -> Steps[Reading]:
    """Read a gear's status and level, and the fade and the limits that it is set to where they are wanted."""
    target = GearShort(gear.address)
    status = yield from ask(general.QueryStatus(target))
    yield MayYield()
    level = yield from ask(general.QueryActualLevel(target))
    setting: Fade | None = None
    if fade:
        yield MayYield()
        setting = yield from read_fade(gear.address, gear.edition)
    span: tuple[Level, Level] | None = None
    if limits:
        yield MayYield()
        span = yield from read_limits(gear.address)
    return Reading(status, level, setting, span)


def read_fade(address: int, edition: int) -> Steps[Fade]:
    """Read the fade that a gear is set to."""
    target = GearShort(address)
    code = (yield from ask(general.QueryFadeTimeFadeRate(target))) >> 4
    if edition == 1:
        return Fade(code)
    yield MayYield()
    return Fade(code, (yield from ask(general.QueryExtendedFadeTime(target))))


def read_limits(address: int) -> Steps[tuple[Level, Level]]:
    """Read a gear's minimum and maximum."""
    target = GearShort(address)
    minimum = yield from ask(general.QueryMinLevel(target))
    yield MayYield()
    maximum = yield from ask(general.QueryMaxLevel(target))
    return _level(minimum), _level(maximum)


def describe(address: int, expected: Gear | None = None) -> Steps[Gear]:
    """Find out all that is known of one gear; raises NoAnswerError or AnswersCollidedError.

    Where it is the one that is expected there, its memory is not read once more.
    """
    target = GearShort(address)
    version = yield from ask(general.QueryVersionNumber(target))
    edition = 2 if version >= _SECOND_EDITION else 1
    device_types = yield from read_device_types(address, edition)
    yield MayYield()
    physical_minimum = yield from ask(general.QueryPhysicalMinimum(target))
    minimum, maximum = yield from read_limits(address)
    yield MayYield()
    fade = yield from read_fade(address, edition)
    yield MayYield()
    groups = yield from read_groups(address)
    yield MayYield()
    if expected is not None and (yield from recognise(expected)):
        maker = Maker(expected.identity, expected.firmware, expected.hardware, expected.units)
    else:
        maker = yield from read_maker(target, edition)
    random_address = None if maker.identity is not None else (yield from read_random_address(address))
    return Gear(
        address=address,
        identity=maker.identity,
        random_address=random_address,
        device_types=device_types,
        firmware=maker.firmware,
        hardware=maker.hardware,
        units=maker.units,
        edition=edition,
        physical_minimum=_level(physical_minimum),
        minimum=minimum,
        maximum=maximum,
        fade=fade,
        groups=groups,
    )


def read_groups(address: int) -> Steps[frozenset[int]]:
    """Read which groups a gear is a member of."""
    target = GearShort(address)
    low = yield from ask(general.QueryGroupsZeroToSeven(target))
    yield MayYield()
    high = yield from ask(general.QueryGroupsEightToFifteen(target))
    groups = low | high << 8
    return frozenset(group for group in range(16) if groups >> group & 1)


@dataclass(frozen=True, slots=True)
class Maker:
    """What the maker wrote into memory bank 0 of a gear or an input device."""

    identity: GearIdentity | None
    firmware: str | None
    hardware: str | None
    units: int | None


def recognise(gear: Gear) -> Steps[bool]:
    """Tell, in 16 frames, whether a gear is the one that is known at its address; False where that does not tell.

    Channels of one piece have the same numbers but for their index: they are not told apart so. Raises NoAnswerError.
    """
    if gear.identity is None or gear.firmware is None or gear.units != 1:
        return False
    memory = yield from read_memory(gear.address, _BANK, _FINGERPRINT.start, _FINGERPRINT.stop - 1)
    found = bytes(memory[location] for location in sorted(memory))
    firmware = bytes(int(part) for part in gear.firmware.split("."))
    return found == gear.identity.gtin.to_bytes(6)[-2:] + firmware + gear.identity.serial.to_bytes(8)


def read_maker(target: GearShort | DeviceShort, edition: int) -> Steps[Maker]:
    """Read who a gear or an input device is; raises NoAnswerError."""
    memory = yield from _read_memory(target, _BANK, _FIRST, _LAST)
    if edition > 1 and memory and _LAST not in memory:
        # All of it is there in this edition: what got lost on the way must not make another gear of it.
        raise NoAnswerError("memory bank 0")
    return Maker(
        _identity(memory, edition), _version(memory, _FIRMWARE), _version(memory, _HARDWARE), memory.get(_UNITS)
    )


def read_random_address(address: int) -> Steps[int | None]:
    """Read a gear's random address; None where it was never given one."""
    return (yield from _read_random_address(GearShort(address)))


def read_random_address_of_device(address: int) -> Steps[int | None]:
    """Read an input device's random address; None where it was never given one."""
    return (yield from _read_random_address(DeviceShort(address)))


def _read_random_address(target: GearShort | DeviceShort) -> Steps[int | None]:
    words = _words(target)
    value = 0
    for query in (words.QueryRandomAddressH, words.QueryRandomAddressM, words.QueryRandomAddressL):
        value = value << 8 | (yield from ask(query(target)))
        yield MayYield()
    return None if value == _NO_RANDOM_ADDRESS else value


def _words(target: GearShort | DeviceShort) -> Any:
    """Return the commands that a target understands: those of both have the same names."""
    return device_general if isinstance(target, DeviceShort) else general


def read_device_types(address: int, edition: int) -> Steps[tuple[int, ...]]:
    """Read the device types that a gear follows, in ascending order (IEC 62386-102, 11.5.12 and 11.5.13)."""
    target = GearShort(address)
    for _ in range(ATTEMPTS):
        device_type = yield from ask(general.QueryDeviceType(target))
        if device_type < _NO_MORE_DEVICE_TYPES:
            return (device_type,)
        if device_type == _NO_MORE_DEVICE_TYPES:
            return ()
        if edition == 1:
            return (yield from _try_device_types(target))
        found: list[int] = []
        while True:
            # The gear counts on with each question: after a silence it all begins again.
            answer = (yield general.QueryNextDeviceType(target)).raw_value
            if answer is None or answer.error:
                break
            device_type = int(answer.as_integer)
            if device_type == _NO_MORE_DEVICE_TYPES:
                return tuple(found)
            if found and device_type <= found[-1]:
                break
            found.append(device_type)
    raise NoAnswerError("device types")


def _try_device_types(target: GearShort) -> Steps[tuple[int, ...]]:
    """Ask for each type by itself: the first edition can say that there are several, but not which."""
    found: list[int] = []
    for device_type, part in sorted(_PARTS.items()):
        yield MayYield()
        for _ in range(ATTEMPTS):
            answer = (yield part.QueryExtendedVersionNumber(target)).raw_value
            if answer is not None and not answer.error:
                found.append(device_type)
                break
    return tuple(found)


def read_memory(address: int, bank: int, first: int, last: int) -> Steps[dict[int, int]]:
    """Read locations of a memory bank, at the cost of one frame each; ends early where the gear has no more.

    The gear counts on by itself (IEC 62386-102, 9.10), by registers that anyone may change: a run is believed once the
    registers stand where it must have left them. Raises NoAnswerError where no run can be had.
    """
    return (yield from _read_memory(GearShort(address), bank, first, last))


def _read_memory(target: GearShort | DeviceShort, bank: int, first: int, last: int) -> Steps[dict[int, int]]:
    memory: dict[int, int] = {}
    location, silences, failures = first, 0, 0
    while location <= last and silences < ATTEMPTS:
        yield MayYield()
        run = yield from _read_run(target, bank, location, last)
        if run is None:
            failures += 1
            if failures >= _MEMORY_ATTEMPTS:
                raise NoAnswerError(f"memory bank {bank}")
            continue
        memory.update(enumerate(run, location))
        location += len(run)
        silences, failures = (0, 0) if run else (silences + 1, failures)
    return memory


def _read_run(target: GearShort | DeviceShort, bank: int, first: int, last: int) -> Steps[list[int] | None]:
    """Read until something is silent, somebody waits or it is done; None where the registers tell that it was wrong."""
    words = _words(target)
    yield words.DTR1(bank)
    yield words.DTR0(first)
    run: list[int] = []
    counted = {0}
    while first + len(run) <= last:
        answer = (yield words.ReadMemoryLocation(target)).raw_value
        if answer is None or answer.error:
            # Nobody knows whether the gear heard the question, and counted.
            counted = {0, 1}
            break
        run.append(int(answer.as_integer))
        if (yield IsWanted()):
            break
    place = yield from ask_register(words.QueryContentDTR0(target))
    if place is None or place - first - len(run) not in counted:
        return None
    return run if (yield from ask_register(words.QueryContentDTR1(target))) == bank else None


def ask_register(query: Command) -> Steps[int | None]:
    """Ask for a register without letting anyone go in between; None where it stays silent."""
    for _ in range(ATTEMPTS):
        answer = (yield query).raw_value
        if answer is not None and not answer.error:
            return int(answer.as_integer)
    return None


def _level(value: int) -> Level:
    """Return an answer as a level that light can have."""
    return Level(max(LOWEST, min(value, HIGHEST)))


def _identity(memory: dict[int, int], edition: int) -> GearIdentity | None:
    """Return who a gear is, where its maker wrote that into memory bank 0."""
    gtin, serial = _number(memory, _GTIN), _number(memory, _SERIAL if edition > 1 else _SERIAL_FIRST_EDITION)
    if gtin is None or serial is None or gtin in _BLANK_GTINS or serial in _BLANK_SERIALS:
        return None
    return GearIdentity(gtin, serial, memory.get(_UNIT, 0))


def _number(memory: dict[int, int], where: slice) -> int | None:
    locations = range(where.start, where.stop)
    if any(location not in memory for location in locations):
        return None
    return int.from_bytes(bytes(memory[location] for location in locations))


def _version(memory: dict[int, int], where: slice) -> str | None:
    parts = [memory.get(location) for location in range(where.start, where.stop)]
    return None if None in parts else ".".join(str(part) for part in parts)
