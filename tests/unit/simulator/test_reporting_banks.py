"""Luminaire data, energy and diagnostics (IEC 62386-251 to -253), as python-dali reads them."""

from typing import Any, Final

from dali.address import GearShort
from dali.gear import general
from dali.memory import diagnostics, energy, info, maintenance, oem
from dali.memory.location import FlagValue
import pytest

from custom_components.smart_lighting_ai_dali.simulator.luminaire import Luminaire

from .gear_bench import ADDRESS, POWER_ON_SECONDS, YES, Bench, gear

HOUR: Final = 3600.0
RATED: Final = 40.0
FULL: Final = 254
# A light of 50 % on the logarithmic curve (IEC 62386-102, 9.3), rounded.
HALF_LIGHT: Final = 229
LUMINAIRE_DATA: Final = 50
ENERGY: Final = 51
DIAGNOSTICS: Final = 52


def bench(**specification: Any) -> Bench:
    """Return a gear that reports on itself, at full light."""
    types = (6, LUMINAIRE_DATA, ENERGY, DIAGNOSTICS)
    bench = Bench(gear(**{"device_types": types, "power": RATED, "level": FULL, **specification}))
    bench.send(general.QueryStatus(ADDRESS))
    return bench


def read(line: Bench, value: Any) -> Any:
    """Read one value."""
    return line.run(value.read(ADDRESS))


# --- Which banks there are


def test_the_last_bank_is_that_of_the_last_part() -> None:
    assert read(bench(), info.LastMemoryBank) == 207
    assert read(bench(device_types=(6, ENERGY)), info.LastMemoryBank) == 204
    assert read(bench(device_types=(6,)), info.LastMemoryBank) == 1


def test_a_part_has_its_device_type_with_a_version() -> None:
    line = bench()
    line.send(general.EnableDeviceType(ENERGY))
    assert line.send(general.QueryExtendedVersionNumber(ADDRESS)) == 1


# --- Energy, part 252


def test_power_follows_the_level() -> None:
    line = bench()
    assert float(read(line, energy.ActivePower)) == pytest.approx(RATED, abs=0.01)
    line.send(general.DAPC(ADDRESS, HALF_LIGHT))
    half = float(read(line, energy.ActivePower))
    assert RATED * 0.5 < half < RATED * 0.6
    line.send(general.Off(ADDRESS))
    assert 0 < float(read(line, energy.ActivePower)) < 1


def test_energy_is_power_by_time() -> None:
    line = bench()
    before = float(read(line, energy.ActiveEnergy))
    line.wait(2 * HOUR)
    assert float(read(line, energy.ActiveEnergy)) - before == pytest.approx(2 * RATED, rel=0.001)


def test_energy_of_a_fade_is_between_that_of_its_ends() -> None:
    line = bench(extended_fade=0x4E, level=1)
    line.send(general.DAPC(ADDRESS, FULL))
    before = float(read(line, energy.ActiveEnergy))
    line.wait(15 * 60.0)
    taken = float(read(line, energy.ActiveEnergy)) - before
    assert RATED * 0.1 / 4 < taken < RATED / 4
    # The mean of the logarithmic curve over all its levels is a seventh of full light.
    assert taken == pytest.approx((RATED * (0.1 + 0.9 / 6.9)) / 4, rel=0.05)


def test_apparent_power_is_more_and_load_side_power_less_than_active_power() -> None:
    line = bench()
    active, apparent, load = (
        float(read(line, value)) for value in (energy.ActivePower, energy.ApparentPower, energy.ActivePowerLoadside)
    )
    assert load < active < apparent
    assert active / apparent == pytest.approx(0.95, abs=0.01)


def test_without_supply_no_energy_is_taken() -> None:
    line = bench()
    before = float(read(line, energy.ActiveEnergy))
    line.mains(present=False)
    line.wait(10 * HOUR)
    line.mains(present=True)
    assert float(read(line, energy.ActiveEnergy)) == pytest.approx(before, abs=0.1)


def test_a_dead_lamp_takes_no_power() -> None:
    line = bench()
    line.gear.lamp_failure = True
    assert float(read(line, energy.ActivePower)) < 1


def test_a_latched_bank_stays_as_it_was() -> None:
    line = bench()
    line.run(energy.BANK_202.latch(ADDRESS))
    before = read(line, energy.ActiveEnergy)
    line.wait(HOUR)
    assert read(line, energy.ActiveEnergy) == before
    line.run(energy.BANK_202.unlatch(ADDRESS))
    assert read(line, energy.ActiveEnergy) > before


def test_a_number_is_read_whole_as_it_was_at_its_first_location() -> None:
    line = bench(level=0)
    line.wait(255 / 0.3 * 3.6)
    line.send(general.DTR1(205))
    line.send(general.DTR0(0x04))
    seconds = [line.send(general.ReadMemoryLocation(ADDRESS), after=100.0) for _ in range(4)]
    now = line.run(diagnostics.ControlGearOperatingTime.read(ADDRESS))
    assert None not in seconds
    told = int.from_bytes(bytes(byte for byte in seconds if byte is not None))
    assert now - told == pytest.approx(300, abs=2)


def test_all_of_a_bank_is_read_in_one_go() -> None:
    values = bench().run(energy.BANK_202.read_all(GearShort(ADDRESS)))
    assert values[energy.ActiveBankVersion] == 1
    assert float(values[energy.ActivePower]) == pytest.approx(RATED, abs=0.01)


def test_energy_can_not_be_written() -> None:
    line = bench()
    line.twice(general.EnableWriteMemory(ADDRESS))
    line.send(general.DTR1(202))
    line.send(general.DTR0(0x05))
    assert line.send(general.WriteMemoryLocation(0)) is None


# --- Diagnostics, part 253


def test_hours_starts_and_failures_are_counted() -> None:
    line = bench(operating_hours=1000)
    line.wait(HOUR)
    assert read(line, diagnostics.ControlGearOperatingTime) == pytest.approx(1001 * HOUR, abs=5)
    assert read(line, diagnostics.ControlGearStartCounter) == 0
    line.mains(present=False)
    line.wait(1.0)
    line.mains(present=True)
    line.wait(POWER_ON_SECONDS)
    assert read(line, diagnostics.ControlGearStartCounter) == 1
    line.gear.gear_failure = True
    assert read(line, diagnostics.ControlGearOverallFailureCondition)
    line.gear.gear_failure = False
    assert not read(line, diagnostics.ControlGearOverallFailureCondition)
    assert read(line, diagnostics.ControlGearOverallFailureConditionCounter) == 1


def test_a_supply_that_comes_back_for_less_than_600_ms_is_no_start() -> None:
    line = bench()
    for _ in range(2):
        line.mains(present=False)
        line.wait(1.0)
        line.mains(present=True)
        line.wait(0.3)
    line.mains(present=False)
    line.wait(5.0)
    line.mains(present=True)
    line.wait(1.0)
    assert read(line, diagnostics.ControlGearStartCounter) == 1


def test_the_light_source_has_its_own_hours_and_starts() -> None:
    line = bench()
    line.wait(HOUR)
    line.send(general.Off(ADDRESS))
    line.wait(HOUR)
    line.send(general.RecallMaxLevel(ADDRESS))
    assert read(line, diagnostics.LightSourceOnTime) == pytest.approx(HOUR, abs=5)
    assert read(line, diagnostics.LightSourceStartCounter) == 1
    assert read(line, diagnostics.ControlGearOperatingTime) == pytest.approx(2 * HOUR, abs=5)


def test_resettable_counters_are_set_and_count_on() -> None:
    line = bench()
    line.wait(HOUR)
    line.run(diagnostics.LightSourceOnTimeResettable.write(ADDRESS, 10))
    line.wait(60.0)
    assert read(line, diagnostics.LightSourceOnTimeResettable) == pytest.approx(70, abs=3)
    assert read(line, diagnostics.LightSourceOnTime) == pytest.approx(HOUR + 60, abs=3)


def test_mask_can_not_be_written_into_a_counter() -> None:
    line = bench()
    line.twice(general.EnableWriteMemory(ADDRESS))
    line.send(general.DTR1(206))
    line.send(general.DTR0(0x04))
    answers = [line.send(general.WriteMemoryLocation(0xFF)) for _ in range(3)]
    assert answers == [0xFF, 0xFF, None]
    assert read(line, diagnostics.LightSourceStartCounterResettable) == 0


def test_temperature_follows_the_power_slowly() -> None:
    line = bench(level=0)
    cold = read(line, diagnostics.ControlGearTemperature)
    line.send(general.RecallMaxLevel(ADDRESS))
    line.wait(60.0)
    soon = read(line, diagnostics.ControlGearTemperature)
    line.wait(3 * HOUR)
    hot = read(line, diagnostics.ControlGearTemperature)
    assert cold <= soon < hot
    assert (cold, hot) == (25, 55)


def test_a_dead_lamp_is_an_open_circuit() -> None:
    line = bench()
    assert float(read(line, diagnostics.LightSourceVoltage)) == pytest.approx(42, abs=0.1)
    assert float(read(line, diagnostics.LightSourceCurrent)) == pytest.approx(RATED * 0.88 / 42, abs=0.01)
    line.gear.lamp_failure = True
    assert line.send(general.QueryLampFailure(ADDRESS)) == YES
    for flag in (diagnostics.LightSourceOverallFailureCondition, diagnostics.LightSourceOpenCircuit):
        assert read(line, flag)
    assert not read(line, diagnostics.LightSourceShortCircuit)
    assert read(line, diagnostics.LightSourceOpenCircuitCounter) == 1
    assert read(line, diagnostics.LightSourceCurrent) == 0


def test_every_value_of_a_gear_that_is_well_is_valid() -> None:
    line = bench()
    for bank in (diagnostics.BANK_205, diagnostics.BANK_206):
        values = line.run(bank.read_all(GearShort(ADDRESS)))
        # All but the last location and the lock byte, which stand before what is read.
        assert len(values) == len(bank.values) - 2
        assert not [value for value, content in values.items() if isinstance(content, FlagValue)]


def test_maintenance_data_is_written_by_the_maker_of_a_luminaire() -> None:
    line = bench()
    assert read(line, maintenance.RatedMedianUsefulLifeOfLuminaire) == 100_000
    assert read(line, maintenance.InternalControlGearReferenceTemperature) == 55
    assert read(line, maintenance.RatedMedianUsefulLightSourceStarts) == FlagValue.MASK
    line.run(maintenance.RatedMedianUsefulLifeOfLuminaire.write_raw(GearShort(ADDRESS), bytes([50])))
    assert read(line, maintenance.RatedMedianUsefulLifeOfLuminaire) == 50_000


# --- Luminaire data, part 251


def test_bank_1_tells_of_the_luminaire() -> None:
    luminaire = Luminaire(
        gtin=9_520_000_000_042,
        number=77,
        year=26,
        week=47,
        power=38,
        minimum_power=4,
        lumens=4200,
        colour_rendering=90,
        kelvin=4000,
        colour="white",
        name="Panel 600",
    )
    values = bench(luminaire=luminaire).run(oem.BANK_1.read_all(GearShort(ADDRESS)))
    assert {value.name: content for value, content in values.items()} == {
        "ManufacturerGTIN": 9_520_000_000_042,
        "LuminaireID": 77,
        "ContentFormatID": 3,
        "YearOfManufacture": 26,
        "WeekOfManufacture": 47,
        "InputPowerNominal": 38,
        "InputPowerMinimumDim": 4,
        "MainsVoltageMinimum": 220,
        "MainsVoltageMaximum": 240,
        "LightOutputNominal": 4200,
        "CRI": 90,
        "CCT": 4000,
        "LightDistributionType": "not specified",
        "LuminaireColor": "white",
        "LuminaireIdentification": "Panel 600",
    }


def test_what_is_not_known_of_the_luminaire_is_mask() -> None:
    line = bench()
    for value in (oem.YearOfManufacture, oem.InputPowerNominal, oem.LightOutputNominal, oem.CCT):
        assert read(line, value) == FlagValue.MASK
    assert read(line, oem.LuminaireIdentification) == ""
