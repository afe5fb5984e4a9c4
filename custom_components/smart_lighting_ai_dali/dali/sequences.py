"""What we say on the line, as sequences: generators of commands that run as one transaction each."""

from collections.abc import Generator
from typing import Any, Final

from dali.address import GearShort
from dali.command import Command
from dali.gear import general

from .errors import AnswersCollidedError, NoAnswerError
from .fade import Fade
from .gear import Gear, GearIdentity
from .level import HIGHEST, LOWEST, Level
from .state import Reading
from .transactions import MayYield

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
_UNIT: Final = 0x1A
# Makers who wrote no number leave the memory as it was.
_BLANK_GTINS: Final = frozenset({0, 2**48 - 1})
_BLANK_SERIALS: Final = frozenset({0, 2**32 - 1, 2**64 - 1})
# QUERY VERSION NUMBER answers 1 for the first edition, and major version * 4 + minor for later ones.
_SECOND_EDITION: Final = 8
# QUERY DEVICE TYPE answers this for none, QUERY NEXT DEVICE TYPE when there are no more; 255 is several.
_NO_MORE_DEVICE_TYPES: Final = 254


def ask(command: Command) -> Steps[int]:
    """Ask one gear something that it has to answer; raises NoAnswerError or AnswersCollidedError."""
    collided = False
    for _ in range(ATTEMPTS):
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


def read_state(gear: Gear, *, fade: bool = False) -> Steps[Reading]:
    """Read a gear's status and level, and the fade that it is set to where that is not known."""
    target = GearShort(gear.address)
    status = yield from ask(general.QueryStatus(target))
    level = yield from ask(general.QueryActualLevel(target))
    return Reading(status, level, (yield from read_fade(gear.address, gear.edition)) if fade else None)


def read_fade(address: int, edition: int) -> Steps[Fade]:
    """Read the fade that a gear is set to."""
    target = GearShort(address)
    code = (yield from ask(general.QueryFadeTimeFadeRate(target))) >> 4
    extended = (yield from ask(general.QueryExtendedFadeTime(target))) if edition > 1 else 0
    return Fade(code, extended)


def set_fade(address: int, fade: Fade, known: Fade | None) -> Steps[None]:
    """Set a gear's fade time where it is another: three frames each for its two parts, kept by the gear for good."""
    target = GearShort(address)
    if known is None or known.code != fade.code:
        yield general.DTR0(fade.code)
        yield general.SetFadeTime(target)
    if fade.code == 0 and (known is None or known.extended != fade.extended):
        yield general.DTR0(fade.extended)
        yield general.SetExtendedFadeTime(target)


def set_level(gear: Gear, level: Level, fade: Fade, known: Fade | None) -> Steps[None]:
    """Fade a gear to a level; level 0 fades out."""
    yield from set_fade(gear.address, _possible(gear, fade), known)
    yield general.DAPC(GearShort(gear.address), int(level))


def go_to_last_active_level(gear: Gear, fade: Fade, known: Fade | None) -> Steps[None]:
    """Fade a gear to the level at which it was on last; one of the first edition goes to its maximum, at once."""
    yield from set_fade(gear.address, _possible(gear, fade), known)
    target = GearShort(gear.address)
    yield general.GoToLastActiveLevel(target) if gear.edition > 1 else general.RecallMaxLevel(target)


def describe(address: int) -> Steps[Gear]:
    """Find out all that is known of one gear; raises NoAnswerError or AnswersCollidedError."""
    target = GearShort(address)
    version = yield from ask(general.QueryVersionNumber(target))
    edition = 2 if version >= _SECOND_EDITION else 1
    device_types = yield from read_device_types(address)
    yield MayYield()
    physical_minimum = yield from ask(general.QueryPhysicalMinimum(target))
    minimum = yield from ask(general.QueryMinLevel(target))
    maximum = yield from ask(general.QueryMaxLevel(target))
    yield MayYield()
    fade = yield from read_fade(address, edition)
    yield MayYield()
    low = yield from ask(general.QueryGroupsZeroToSeven(target))
    high = yield from ask(general.QueryGroupsEightToFifteen(target))
    groups = low | high << 8
    yield MayYield()
    memory = yield from read_memory(address, _BANK, _FIRST, _LAST)
    identity = _identity(memory, edition)
    random_address = None
    if identity is None:
        random_address = 0
        for query in (general.QueryRandomAddressH, general.QueryRandomAddressM, general.QueryRandomAddressL):
            random_address = random_address << 8 | (yield from ask(query(target)))
    return Gear(
        address=address,
        identity=identity,
        # 0xFFFFFF is what gear has that was never given one.
        random_address=None if random_address == 0xFFFFFF else random_address,  # as said
        device_types=device_types,
        firmware=_version(memory, _FIRMWARE),
        hardware=_version(memory, _HARDWARE),
        edition=edition,
        physical_minimum=Level(max(LOWEST, min(physical_minimum, HIGHEST))),
        minimum=Level(max(LOWEST, min(minimum, HIGHEST))),
        maximum=Level(max(LOWEST, min(maximum, HIGHEST))),
        fade=fade,
        groups=frozenset(group for group in range(16) if groups >> group & 1),
    )


def read_device_types(address: int) -> Steps[tuple[int, ...]]:
    """Read the device types that a gear follows, in ascending order (IEC 62386-102, 11.5.12 and 11.5.13)."""
    target = GearShort(address)
    for _ in range(ATTEMPTS):
        device_type = yield from ask(general.QueryDeviceType(target))
        if device_type < _NO_MORE_DEVICE_TYPES:
            return (device_type,)
        if device_type == _NO_MORE_DEVICE_TYPES:
            return ()
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


def read_memory(address: int, bank: int, first: int, last: int) -> Steps[dict[int, int]]:
    """Read locations of a memory bank, each at the cost of one frame; a location without an answer is left out.

    The gear counts on by itself (IEC 62386-102, 9.10): the place is staged anew after others were on the line, and
    after a silence, of which nobody knows whether the gear counted.
    """
    target = GearShort(address)
    memory: dict[int, int] = {}
    location, silences, staged = first, 0, False
    while location <= last and silences < ATTEMPTS:
        if (yield MayYield()):
            staged = False
        if not staged:
            yield general.DTR1(bank)
            yield general.DTR0(location)
            staged = True
        answer = (yield general.ReadMemoryLocation(target)).raw_value
        if answer is None or answer.error:
            silences, staged = silences + 1, False
            continue
        memory[location] = int(answer.as_integer)
        location, silences = location + 1, 0
    return memory


def _possible(gear: Gear, fade: Fade) -> Fade:
    """Return the fade as this gear can have it: the first edition knows no extended ones."""
    return Fade(fade.code, 0) if gear.edition == 1 else fade


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
