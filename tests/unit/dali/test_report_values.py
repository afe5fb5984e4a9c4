"""What stands in memory is decoded, and what is not known is never a number."""

from typing import Final

from dali.memory import diagnostics, energy, oem
from dali.memory.location import MemoryValue
import pytest

from custom_components.smart_lighting_ai_dali.dali.memory_values import number_of, text_of
from custom_components.smart_lighting_ai_dali.dali.report_values import PORTIONS, POWER, VALUES, Reported, bank_of

POWER_SCALE: Final = 0x0B


def power(scale: int, number: int) -> dict[int, int]:
    """Return what stands where gear tells its power."""
    return {POWER_SCALE: scale, **dict(enumerate(number.to_bytes(4), POWER_SCALE + 1))}


@pytest.mark.parametrize(
    ("scale", "number", "watts"),
    [(0, 40, 40.0), (0xFD, 40_123, 40.123), (0xFF, 0, 0.0), (2, 3, 300.0), (0xFA, 1, 0.000001), (6, 1, 1e6)],
)
def test_a_number_has_its_scale(scale: int, number: int, watts: float) -> None:
    assert number_of(energy.ActivePower, power(scale, number)) == watts


@pytest.mark.parametrize(
    ("scale", "number"), [(0, 0xFFFF_FFFE), (0, 0xFFFF_FFFF), (7, 1), (0xF9, 1), (0xFF, 0xFFFF_FFFE)]
)
def test_what_is_not_known_is_no_number(scale: int, number: int) -> None:
    assert number_of(energy.ActivePower, power(scale, number)) is None


@pytest.mark.parametrize(
    ("value", "content", "expected"),
    [
        (diagnostics.ControlGearTemperature, b"\x00", -60.0),
        (diagnostics.ControlGearTemperature, b"\x50", 20.0),
        (diagnostics.ControlGearTemperature, b"\xfe", None),
        (diagnostics.ControlGearOverallFailureCondition, b"\x01", 1.0),
        (diagnostics.ControlGearOverallFailureCondition, b"\x00", 0.0),
        (diagnostics.ControlGearOverallFailureCondition, b"\xfe", None),
        (diagnostics.ControlGearOverallFailureCondition, b"\x02", None),
        (diagnostics.ControlGearExternalSupplyVoltage, b"\x08\xfc", 230.0),
        (diagnostics.ControlGearExternalSupplyVoltage, b"\xff\xff", None),
        (diagnostics.ControlGearPowerFactor, b"\x5f", 0.95),
        (diagnostics.ControlGearPowerFactor, b"\x65", None),
        (diagnostics.LightSourceOnTime, b"\xff\xff\xff\xfe", None),
        (oem.CCT, b"\x0f\xa0", 4000.0),
        (oem.CCT, b"\xff\xfe", None),
    ],
)
def test_numbers_flags_and_what_is_neither(value: type[MemoryValue], content: bytes, expected: float | None) -> None:
    cells = {location.address: byte for location, byte in zip(value.locations, content, strict=True)}
    assert number_of(value, cells) == expected
    del cells[value.locations[0].address]
    assert number_of(value, cells) is None


def test_a_name_ends_where_it_ends_and_is_ascii() -> None:
    locations = [location.address for location in oem.LuminaireIdentification.locations]
    zeros = dict.fromkeys(locations, 0)
    assert text_of(oem.LuminaireIdentification, zeros | dict(enumerate(b"Panel 600", locations[0]))) == "Panel 600"
    assert text_of(oem.LuminaireIdentification, zeros) == ""
    assert text_of(oem.LuminaireIdentification, zeros | {locations[0]: 0xFF}) is None
    assert text_of(oem.LuminaireIdentification, {}) is None


def test_everything_that_is_reported_is_read_in_some_portion() -> None:
    read = {reported for portion in PORTIONS for reported in portion.decode({})}
    assert read == set(Reported) == set(VALUES)


def test_a_portion_decodes_what_is_its_own() -> None:
    for portion in PORTIONS:
        for reported in portion.decode({}):
            assert bank_of(reported) == portion.bank


def test_power_is_read_with_the_energy_and_not_the_other_way_round() -> None:
    energy_portion = next(portion for portion in PORTIONS if portion is not POWER and portion.bank == POWER.bank)
    assert energy_portion.covers(POWER)
    assert not POWER.covers(energy_portion)
    assert [portion for portion in PORTIONS if POWER.covers(portion)] == [POWER]
