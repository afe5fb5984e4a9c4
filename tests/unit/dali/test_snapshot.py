"""Memory that changes by itself is read whole and proven, whatever gets lost or goes in between."""

import random
from typing import Any, Final

from dali.address import GearShort
from dali.gear import general
from dali.memory import diagnostics, energy
import pytest

from custom_components.smart_lighting_ai_dali.dali.errors import NoAnswerError
from custom_components.smart_lighting_ai_dali.dali.memory_values import number_of
from custom_components.smart_lighting_ai_dali.dali.sequences import Steps
from custom_components.smart_lighting_ai_dali.dali.snapshot import has_bank, read_cells, read_latched
from custom_components.smart_lighting_ai_dali.dali.transactions import IsWanted

from .sequence_bench import FRAME, Bench, lamp

ENERGY: Final = 202
LIGHT_SOURCE: Final = 206
REPORTING: Final = (6, 50, 51, 52)
# A gear that takes ten kilowatts counts a unit of its energy in 0.4 ms, and so far that all bytes are in use.
STRONG: Final[dict[str, Any]] = {"device_types": REPORTING, "power": 10_000, "operating_hours": 30_000, "level": 254}


def wanted_now_and_then(steps: Steps[Any], every: int) -> Steps[Any]:
    """Let a sequence hear, each so many times that it asks, that someone wants the line."""
    reply, asked = None, 0
    while True:
        try:
            item = steps.send(reply)
        except StopIteration as stop:
            return stop.value
        if isinstance(item, IsWanted):
            asked += 1
            reply = asked % every == 0
        else:
            reply = yield item


def energy_now(bench: Bench) -> float:
    """Return what the gear would say of its energy at this instant."""
    return float(bench.run(energy.ActiveEnergy.read(GearShort(1))))


def test_numbers_of_a_bank_are_of_one_instant_however_long_it_takes() -> None:
    bench = Bench(lamp(1, **STRONG))
    per_frame = 10_000 * FRAME / 3600
    for _ in range(300):
        before = energy_now(bench)
        cells = bench.run(read_latched(1, ENERGY, 0x04, 0x0F))
        told = number_of(energy.ActiveEnergy, cells)
        assert told is not None
        # The latch takes some frames, and all that comes after it forty: the last byte changes at each of them.
        assert 5 * per_frame < told - before < 15 * per_frame
        assert number_of(energy.ActivePower, cells) == pytest.approx(10_000, rel=0.001)


def test_the_bank_runs_on_after_it_was_read() -> None:
    bench = Bench(lamp(1, **STRONG))
    first = number_of(energy.ActiveEnergy, bench.run(read_latched(1, ENERGY, 0x04, 0x0F)))
    bench.now += 3600
    second = number_of(energy.ActiveEnergy, bench.run(read_latched(1, ENERGY, 0x04, 0x0F)))
    assert first is not None
    assert second is not None
    assert second - first == pytest.approx(10_000, rel=0.01)


def test_power_is_read_in_30_frames_and_energy_in_45() -> None:
    bench = Bench(lamp(1, **STRONG))
    bench.run(read_latched(1, ENERGY, 0x0B, 0x0F))
    # ENABLE WRITE MEMORY is two frames each time.
    assert len(bench.sent) + 2 == 30
    bench.sent.clear()
    bench.run(read_latched(1, ENERGY, 0x04, 0x0F))
    assert len(bench.sent) + 2 == 45


def test_gear_that_is_read_one_after_the_other_keeps_to_itself() -> None:
    bench = Bench(lamp(1, **STRONG), lamp(2, **STRONG))
    for _ in range(3):
        for address in (1, 2):
            cells = bench.run(read_latched(address, ENERGY, 0x0B, 0x0F))
            assert number_of(energy.ActivePower, cells) == pytest.approx(10_000, rel=0.001)
    # At the first attempt, and neither is left latched.
    assert len(bench.sent) + 12 == 6 * 30
    before = energy_now(bench)
    bench.now += 3600
    assert energy_now(bench) > before


def test_a_bank_is_there_or_not() -> None:
    bench = Bench(lamp(1, device_types=(6, 51)))
    assert [bench.run(has_bank(1, bank)) for bank in (202, 203, 204, 205)] == [True, True, True, False]


def test_a_gear_that_is_not_there_is_no_gear_without_a_bank() -> None:
    with pytest.raises(NoAnswerError):
        Bench(lamp(1)).run(has_bank(2, 202))


@pytest.mark.parametrize("every", [11, 13, 23, 29])
def test_someone_who_wants_the_line_gets_it_and_the_reading_goes_on(every: int) -> None:
    bench = Bench(lamp(1, **STRONG))
    cells = bench.run(wanted_now_and_then(read_latched(1, ENERGY, 0x04, 0x0F), every))
    assert number_of(energy.ActivePower, cells) == pytest.approx(10_000, rel=0.001)


@pytest.mark.parametrize("number", range(1, 30))
def test_a_register_that_another_master_changes_is_noticed(number: int) -> None:
    bench = Bench(lamp(1, **STRONG))
    expected = bench.run(read_cells(1, LIGHT_SOURCE, 0x04, 0x20))
    bench.sent.clear()
    for intruder in (general.DTR0(0x04), general.DTR1(202)):
        bench.intruders = {number: intruder}
        cells = bench.run(read_latched(1, LIGHT_SOURCE, 0x04, 0x20))
        changed = {location for location, value in cells.items() if value != expected[location]}
        # The seconds count on, and nothing else does.
        assert changed <= {0x0B, 0x0C, 0x0D, 0x0F, 0x10, 0x11}
        bench.sent.clear()


@pytest.mark.parametrize("seed", range(40))
def test_what_gets_lost_changes_nothing_that_is_read_and_nothing_in_the_gear(seed: int) -> None:
    chance = random.Random(seed)
    bench = Bench(lamp(1, **STRONG))
    # It was reset to this, and counts on from there.
    bench.run(diagnostics.LightSourceStartCounterResettable.write(GearShort(1), 7))
    bench.sent.clear()
    bench.lost = frozenset(number for number in range(1, 400) if chance.random() < 0.1)
    bench.intruders = {
        number: chance.choice((general.DTR0(chance.randrange(16)), general.DTR1(chance.choice((1, 202, 205)))))
        for number in range(1, 400)
        if chance.random() < 0.02
    }
    try:
        cells = bench.run(read_latched(1, LIGHT_SOURCE, 0x04, 0x20))
    except NoAnswerError:
        return
    finally:
        bench.lost, bench.intruders = frozenset(), {}
        assert bench.run(diagnostics.LightSourceStartCounterResettable.read(GearShort(1))) == 7
    assert number_of(diagnostics.LightSourceStartCounterResettable, cells) == 7
    assert number_of(diagnostics.LightSourceStartCounter, cells) == 0
    assert number_of(diagnostics.LightSourceOnTime, cells) == pytest.approx(30_000 * 3600, abs=60)


@pytest.mark.parametrize("bank", [energy.BANK_202, energy.BANK_204, diagnostics.BANK_205, diagnostics.BANK_206])
def test_ours_and_python_dalis_reading_agree(bank: Any) -> None:
    # It is dark for a while: nothing but its hours and its energy runs on.
    bench = Bench(lamp(1, device_types=REPORTING, operating_hours=1000, level=0))
    ours = bench.run(read_latched(1, bank.address, 0x04, max(bank.locations)))
    theirs = bench.run(bank.read_all(GearShort(1)))
    checked = [value for value in bank.values if value.locations[0].address > 0x03]
    assert checked
    for value in checked:
        assert number_of(value, ours) == pytest.approx(float(theirs[value]), abs=3)
