"""Memory banks: who made the gear, who made the luminaire, and what it takes to write."""

from typing import Final

from dali.address import GearBroadcast
from dali.command import Command
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.simulator.memory_banks import bank_1
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

from .gear_bench import ADDRESS, Bench

# IEC 62386-102, table 9: bank 0 ends with the index of the gear in its unit; table 11: bank 1 with the OEM's number.
LAST_OF_BANK_0: Final = 0x1A
LAST_OF_BANK_1: Final = 0x10
LAST_OF_FIRST_EDITION: Final = 0x0E
# 9.10.4: the lock byte, and what it is when the bank can be written, is latched, and after a start.
LOCK: Final = 0x02
UNLOCKED: Final = 0x55
LATCHED: Final = 0xAA
LOCKED: Final = 0xFF
# 4.2: version 2.0, and "not implemented".
VERSION_2_0: Final = 0x08
NOT_IMPLEMENTED: Final = 0xFF

GTIN: Final = 4_012_345_678_901
SERIAL: Final = 0x0102030405060708
SPECIFICATION: Final = GearSpecification(
    short_address=ADDRESS,
    gtin=GTIN,
    serial=SERIAL,
    firmware=(2, 10),
    hardware=(3, 4),
    unit_count=2,
    unit_index=1,
)


def point(bench: Bench, bank: int, location: int) -> None:
    """Choose a bank and a location."""
    bench.send(general.DTR1(bank))
    bench.send(general.DTR0(location))


def read(bench: Bench, bank: int, first: int, last: int | None = None) -> list[int | None]:
    """Read from one location to another, the way a master does."""
    point(bench, bank, first)
    return [bench.send(general.ReadMemoryLocation(ADDRESS)) for _ in range(first, (last or first) + 1)]


def unlocked() -> Bench:
    """Return a bench whose gear's bank 1 may be written, beginning at the OEM's GTIN."""
    bench = Bench(SPECIFICATION)
    point(bench, 1, LOCK)
    bench.twice(general.EnableWriteMemory(ADDRESS))
    assert bench.send(general.WriteMemoryLocation(UNLOCKED)) == UNLOCKED
    return bench


# --- Bank 0


def test_bank_0_says_who_made_the_gear() -> None:
    bench = Bench(SPECIFICATION)
    assert read(bench, 0, 0x00, 0x02) == [LAST_OF_BANK_0, None, 1]
    assert read(bench, 0, 0x03, 0x08) == list(GTIN.to_bytes(6))
    assert read(bench, 0, 0x09, 0x0A) == [2, 10]
    assert read(bench, 0, 0x0B, 0x12) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert read(bench, 0, 0x13, 0x14) == [3, 4]
    # Table 9: the versions of parts 101, 102 and 103, the units of a device, those of gear, and which this one is.
    assert read(bench, 0, 0x15, 0x1A) == [VERSION_2_0, VERSION_2_0, NOT_IMPLEMENTED, 0, 2, 1]


def test_the_version_number_is_the_one_in_bank_0() -> None:
    bench = Bench(SPECIFICATION)
    assert read(bench, 0, 0x16) == [bench.send(general.QueryVersionNumber(ADDRESS))]


def test_bank_0_of_the_first_edition_has_a_checksum_and_a_short_serial() -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, gtin=GTIN, serial=SERIAL, firmware=(2, 10), edition=1))
    cells = read(bench, 0, 0x00, LAST_OF_FIRST_EDITION + 1)
    assert cells[0] == LAST_OF_FIRST_EDITION
    assert cells[2:] == [1, *GTIN.to_bytes(6), 2, 10, 5, 6, 7, 8, None]
    assert sum(cell or 0 for cell in cells[1:]) % 256 == 0


# --- READ MEMORY LOCATION


def test_reading_counts_on() -> None:
    bench = Bench(SPECIFICATION)
    read(bench, 0, 0x03, 0x05)
    assert bench.send(general.QueryContentDTR0(ADDRESS)) == 0x06
    assert bench.send(general.QueryContentDTR1(ADDRESS)) == 0


def test_a_location_that_is_not_there_is_not_answered_and_counts_on() -> None:
    bench = Bench(SPECIFICATION)
    assert read(bench, 0, LAST_OF_BANK_0 + 1) == [None]
    assert bench.send(general.QueryContentDTR0(ADDRESS)) == LAST_OF_BANK_0 + 2


def test_the_count_ends_at_the_last_location_of_all() -> None:
    bench = Bench(SPECIFICATION)
    assert read(bench, 0, 0xFE, 0xFF) == [None, None]
    assert bench.send(general.QueryContentDTR0(ADDRESS)) == 0xFF


@pytest.mark.parametrize("bank", [2, 200, 255])
def test_a_bank_that_is_not_there_is_ignored(bank: int) -> None:
    bench = Bench(SPECIFICATION)
    assert read(bench, bank, 0x00) == [None]
    assert bench.send(general.QueryContentDTR0(ADDRESS)) == 0x00
    bench.twice(general.EnableWriteMemory(ADDRESS))
    assert bench.send(general.WriteMemoryLocation(1)) is None
    assert bench.send(general.QueryContentDTR0(ADDRESS)) == 0x00


# --- Bank 1 and its lock


def test_bank_1_has_not_been_filled() -> None:
    bench = Bench(SPECIFICATION)
    cells = read(bench, 1, 0x00, LAST_OF_BANK_1 + 1)
    assert cells[0] == LAST_OF_BANK_1
    assert cells[LOCK] == LOCKED
    assert cells[3:] == [0xFF] * 14 + [None]


def test_an_unlocked_bank_is_written_location_by_location() -> None:
    bench = unlocked()
    assert [bench.send(general.WriteMemoryLocation(value)) for value in (10, 20, 30)] == [10, 20, 30]
    assert bench.send(general.QueryContentDTR0(ADDRESS)) == 0x06
    assert read(bench, 1, LOCK, 0x06) == [UNLOCKED, 10, 20, 30, 0xFF]


def test_writing_without_a_reply_writes_the_same() -> None:
    bench = unlocked()
    assert bench.send(general.WriteMemoryLocationNoReply(10)) is None
    assert read(bench, 1, 0x03) == [10]


def test_gear_of_the_first_edition_knows_no_writing_without_a_reply() -> None:
    bench = Bench(GearSpecification(short_address=ADDRESS, edition=1))
    point(bench, 1, LOCK)
    bench.twice(general.EnableWriteMemory(ADDRESS))
    bench.send(general.WriteMemoryLocationNoReply(UNLOCKED))
    assert read(bench, 1, LOCK) == [LOCKED]


@pytest.mark.parametrize("lock", [LOCKED, 0x00, 0x54, LATCHED])
def test_a_locked_bank_is_not_written_and_counts_on(lock: int) -> None:
    bench = Bench(SPECIFICATION)
    point(bench, 1, LOCK)
    bench.twice(general.EnableWriteMemory(ADDRESS))
    assert bench.send(general.WriteMemoryLocation(lock)) == lock
    assert bench.send(general.WriteMemoryLocation(10)) is None
    assert bench.send(general.QueryContentDTR0(ADDRESS)) == 0x04
    assert read(bench, 1, LOCK, 0x03) == [lock, 0xFF]


@pytest.mark.parametrize("location", [0x00, 0x01, LAST_OF_BANK_1 + 1])
def test_what_is_not_for_writing_is_not_written(location: int) -> None:
    bench = unlocked()
    before = read(bench, 1, location)
    point(bench, 1, location)
    bench.twice(general.EnableWriteMemory(ADDRESS))
    assert bench.send(general.WriteMemoryLocation(77)) is None
    assert bench.send(general.QueryContentDTR0(ADDRESS)) == location + 1
    assert read(bench, 1, location) == before


@pytest.mark.parametrize("location", [LOCK, 0x03, LAST_OF_BANK_0])
def test_bank_0_is_never_written(location: int) -> None:
    bench = Bench(SPECIFICATION)
    before = read(bench, 0, location)
    point(bench, 0, location)
    bench.twice(general.EnableWriteMemory(ADDRESS))
    assert bench.send(general.WriteMemoryLocation(UNLOCKED)) is None
    assert read(bench, 0, location) == before


def test_a_start_locks_the_bank_and_keeps_what_was_written() -> None:
    bench = unlocked()
    bench.send(general.WriteMemoryLocation(10))
    bench.mains(present=False)
    bench.mains(present=True)
    assert read(bench, 1, LOCK, 0x03) == [LOCKED, 10]


def test_reset_leaves_the_banks() -> None:
    bench = unlocked()
    bench.send(general.WriteMemoryLocation(10))
    bench.twice(general.Reset(ADDRESS))
    assert read(bench, 1, 0x03) == [10]


# --- ENABLE WRITE MEMORY


def test_without_enable_write_memory_nothing_is_written_or_counted() -> None:
    bench = Bench(SPECIFICATION)
    point(bench, 1, LOCK)
    assert bench.send(general.WriteMemoryLocation(UNLOCKED)) is None
    assert bench.send(general.QueryContentDTR0(ADDRESS)) == LOCK
    assert read(bench, 1, LOCK) == [LOCKED]


def test_enable_write_memory_comes_twice() -> None:
    bench = Bench(SPECIFICATION)
    point(bench, 1, LOCK)
    bench.send(general.EnableWriteMemory(ADDRESS))
    assert bench.send(general.WriteMemoryLocation(UNLOCKED)) is None


@pytest.mark.parametrize(
    "command",
    [
        general.QueryContentDTR0(ADDRESS),
        general.QueryContentDTR1(ADDRESS),
        general.QueryContentDTR2(ADDRESS),
        general.DTR0(0x03),
        general.DTR1(1),
        general.DTR2(0),
        general.WriteMemoryLocationNoReply(1),
        general.QueryStatus(ADDRESS + 1),
        general.Ping(),
    ],
)
def test_what_writing_needs_and_what_is_for_others_leave_it_enabled(command: Command) -> None:
    bench = unlocked()
    bench.send(command)
    assert bench.send(general.WriteMemoryLocation(10)) == 10


@pytest.mark.parametrize(
    "command",
    [
        general.QueryStatus(ADDRESS),
        general.QueryPowerOnLevel(ADDRESS),
        general.QueryRandomAddressM(ADDRESS),
        general.ReadMemoryLocation(ADDRESS),
        general.DAPC(ADDRESS, 10),
        general.Off(GearBroadcast()),
        general.EnableDeviceType(6),
        general.Terminate(),
        general.Reset(ADDRESS),
    ],
)
def test_any_other_command_takes_it_back(command: Command) -> None:
    bench = unlocked()
    bench.send(command)
    bench.send(command)
    point(bench, 1, 0x03)
    assert bench.send(general.WriteMemoryLocation(10)) is None


def test_a_start_takes_it_back() -> None:
    bench = unlocked()
    bench.mains(present=False)
    bench.mains(present=True)
    point(bench, 1, LOCK)
    assert bench.send(general.WriteMemoryLocation(UNLOCKED)) is None


# --- RESET MEMORY BANK


@pytest.mark.parametrize("bank", [0, 1])
def test_reset_memory_bank_locks_an_unlocked_bank(bank: int) -> None:
    bench = unlocked()
    bench.send(general.WriteMemoryLocation(10))
    bench.configure(general.ResetMemoryBank(ADDRESS), bank)
    # Table 11: the lock byte has a reset value; what the luminaire's maker wrote has none.
    assert read(bench, 1, LOCK, 0x03) == [LOCKED, 10]


def test_reset_memory_bank_leaves_other_banks() -> None:
    bench = unlocked()
    bench.configure(general.ResetMemoryBank(ADDRESS), 2)
    assert read(bench, 1, LOCK) == [UNLOCKED]


def test_reset_memory_bank_leaves_a_locked_bank() -> None:
    bench = Bench(SPECIFICATION)
    point(bench, 1, LOCK)
    bench.twice(general.EnableWriteMemory(ADDRESS))
    bench.send(general.WriteMemoryLocation(LATCHED))
    bench.configure(general.ResetMemoryBank(ADDRESS), 1)
    assert read(bench, 1, LOCK) == [LATCHED]


def test_a_latched_bank_stays_as_it_was_until_it_is_released() -> None:
    bank = bank_1()
    bank.store(0x05, 7)
    bank.write(LOCK, LATCHED)
    bank.store(0x05, 8)
    assert bank.read(0x05) == 7
    bank.write(LOCK, LOCKED)
    assert bank.read(0x05) == 8
    bank.write(LOCK, LATCHED)
    bank.store(0x05, 9)
    bank.close()
    assert bank.read(0x05) == 9
