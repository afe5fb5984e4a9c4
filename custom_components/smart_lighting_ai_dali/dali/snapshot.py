"""Read memory that gear changes by itself, in short transactions that let go of the line as soon as someone wants it.

What is read is proven as all memory is (see `sequences.read_memory`). Numbers of several locations are read latched:
the gear keeps all of a bank as it was at one instant (IEC 62386-252 and -253, lock byte).
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from dali.address import GearShort
from dali.command import Command, Response
from dali.gear import general

from .errors import NoAnswerError
from .sequences import ATTEMPTS, Steps, ask_register
from .transactions import IsWanted, MayYield

# Two frames to say where, five answers and two to prove it take 0.37 s: a transaction should take 0.4 s at most.
_RUN: Final = 5
# A run is tried this often while others keep changing the registers.
_FAILURES: Final = 2 * ATTEMPTS
_LOCK: Final = 0x02
_LATCHED: Final = 0xAA
_RELEASED: Final = 0xFF


class _WantedError(Exception):
    """Somebody more urgent waits for the line."""


def read_cells(address: int, bank: int, first: int, last: int) -> Steps[dict[int, int]]:
    """Read locations of a memory bank; ends early where the gear has no more. Raises NoAnswerError."""
    target = GearShort(address)
    cells: dict[int, int] = {}
    location, silences, failures = first, 0, 0
    while location <= last and silences < ATTEMPTS:
        size = min(_RUN, last + 1 - location)
        run = yield from _undisturbed(partial(_read_run, target, bank, location, size))
        if run is None:
            failures += 1
            if failures >= _FAILURES:
                raise NoAnswerError(f"memory bank {bank}")
            continue
        cells.update(enumerate(run, location))
        location += len(run)
        silences, failures = (0, 0) if run else (silences + 1, failures)
    return cells


def read_latched(address: int, bank: int, first: int, last: int) -> Steps[dict[int, int]]:
    """Read locations of a memory bank, all as they were at one instant. Raises NoAnswerError.

    The latch is believed while the gear says that it holds it, before and after.
    """
    target = GearShort(address)
    for _ in range(ATTEMPTS):
        if not (yield from _undisturbed(partial(_write_lock, target, bank, _LATCHED))):
            continue
        cells = yield from read_cells(address, bank, first, last)
        held = yield from _undisturbed(partial(_is_latched, target, bank))
        released = yield from _undisturbed(partial(_write_lock, target, bank, _RELEASED))
        if held and released:
            return cells
    raise NoAnswerError(f"latch of memory bank {bank}")


def has_bank(address: int, bank: int) -> Steps[bool]:
    """Ask whether a gear has a memory bank: location 0 of one says where it ends. Raises NoAnswerError."""
    return bool((yield from read_cells(address, bank, 0, 0)))


def _undisturbed[R](transaction: Callable[[], Steps[R]]) -> Steps[R]:
    """Run a transaction, anew as often as someone more urgent wanted the line in its midst."""
    while True:
        yield MayYield()
        try:
            return (yield from transaction())
        except _WantedError:
            continue


def _send(command: Command) -> Steps[Response | None]:
    """Send a command unless someone waits; raises _WantedError."""
    if (yield IsWanted()):
        raise _WantedError
    response: Response | None = yield command
    return response


def _stage(bank: int, location: int) -> Steps[None]:
    yield from _send(general.DTR1(bank))
    yield from _send(general.DTR0(location))


def _stands_at(target: GearShort, bank: int, locations: frozenset[int]) -> Steps[bool]:
    """Ask whether a gear's registers are where they ought to be."""
    place = yield from ask_register(general.QueryContentDTR0(target))
    return place in locations and (yield from ask_register(general.QueryContentDTR1(target))) == bank


def _read(target: GearShort) -> Steps[int | None]:
    response = yield from _send(general.ReadMemoryLocation(target))
    return _byte(response)


def _read_run(target: GearShort, bank: int, first: int, size: int) -> Steps[list[int] | None]:
    """Read a few locations, up to one that is silent; None where the registers tell that it was wrong."""
    yield from _stage(bank, first)
    run: list[int] = []
    counted = frozenset((first + size,))
    while len(run) < size:
        if (value := (yield from _read(target))) is None:
            # Nobody knows whether the gear heard the question, and counted.
            counted = frozenset((first + len(run), first + len(run) + 1))
            break
        run.append(value)
    return run if (yield from _stands_at(target, bank, counted)) else None


def _write_lock(target: GearShort, bank: int, value: int) -> Steps[bool]:
    """Write the lock byte, and nothing where the registers may point elsewhere; return whether the gear has it."""
    yield from _stage(bank, _LOCK)
    if not (yield from _stands_at(target, bank, frozenset((_LOCK,)))):
        return False
    yield from _send(general.EnableWriteMemory(target))
    answer = _byte((yield from _send(general.WriteMemoryLocation(value))))
    # A write is for all who have write access: any other command ends it, so that this gear takes no one else's.
    ended = _byte((yield from _send(general.QueryStatus(target)))) is not None
    return ended and answer == value


def _is_latched(target: GearShort, bank: int) -> Steps[bool]:
    """Ask whether a bank is latched, as it was told to be."""
    return (yield from _read_run(target, bank, _LOCK, 1)) == [_LATCHED]


def _byte(response: Response | None) -> int | None:
    """Return what was answered; None for silence, and for answers on top of each other."""
    answer = None if response is None else response.raw_value
    return None if answer is None or answer.error else int(answer.as_integer)
