"""The state of input devices is what they said and answered, and silence alone is nothing."""

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.dali.gear import GearIdentity
from custom_components.smart_lighting_ai_dali.dali.input_device import InputDevice, Instance, InstanceType
from custom_components.smart_lighting_ai_dali.dali.input_state import InputReading, KnownInputs
from custom_components.smart_lighting_ai_dali.dali.state import MISSES_UNTIL_UNAVAILABLE

BUTTON = Instance(number=0, type=InstanceType.PUSH_BUTTON, resolution=1)
PRESENCE = Instance(number=1, type=InstanceType.OCCUPANCY_SENSOR, resolution=2)
LIGHT = Instance(number=2, type=InstanceType.LIGHT_SENSOR)
FINE_LIGHT = Instance(number=3, type=InstanceType.LIGHT_SENSOR, resolution=14)
COARSE_DIAL = Instance(number=4, type=InstanceType.ABSOLUTE_INPUT, resolution=8)
DEVICE = InputDevice(
    address=3,
    identity=GearIdentity(1, 2, 0),
    random_address=None,
    firmware="1.2",
    groups=frozenset({1, 31}),
    instances=(BUTTON, PRESENCE, LIGHT, FINE_LIGHT, COARSE_DIAL),
)
KEY = DEVICE.key


@pytest.fixture
def known() -> KnownInputs:
    """Return what is known of one device at first."""
    return KnownInputs([DEVICE])


def test_nothing_is_known_at_first(known: KnownInputs) -> None:
    state = known.state(KEY)
    assert state.available
    assert state.quiescent is None
    assert state.instance(1).occupied is state.instance(1).moving is None


def test_occupancy_lasts_longer_than_movement(known: KnownInputs) -> None:
    assert not known.told(DEVICE, PRESENCE, 0b10)
    state = known.state(KEY).instance(PRESENCE.number)
    assert (state.occupied, state.moving) == (True, False)


def test_ten_bits_are_all_of_a_value_of_ten_bits(known: KnownInputs) -> None:
    assert not known.told(DEVICE, LIGHT, 777)
    assert known.state(KEY).instance(LIGHT.number).value == 777


@given(value=st.integers(0, (1 << 14) - 1))
def test_an_event_of_a_finer_sensor_has_its_high_bits(value: int) -> None:
    known = KnownInputs([DEVICE])
    assert known.told(DEVICE, FINE_LIGHT, value >> 4)
    assert known.state(KEY).instance(FINE_LIGHT.number).value == value >> 4 << 4
    known.answered(KEY, InputReading(0, {FINE_LIGHT.number: value}, {}))
    # What was known better stays so.
    assert known.told(DEVICE, FINE_LIGHT, value >> 4)
    assert known.state(KEY).instance(FINE_LIGHT.number).value == value


def test_a_value_of_fewer_bits_has_to_be_read(known: KnownInputs) -> None:
    assert known.told(DEVICE, COARSE_DIAL, 1023)
    assert known.state(KEY).instance(COARSE_DIAL.number).value is None


def test_one_silence_means_nothing_and_three_that_it_is_gone(known: KnownInputs) -> None:
    changes = [known.missed(KEY) for _ in range(MISSES_UNTIL_UNAVAILABLE + 1)]
    assert changes == [*[False] * (MISSES_UNTIL_UNAVAILABLE - 1), True, False]
    assert not known.state(KEY).available
    known.heard(KEY)
    assert known.state(KEY).available
    assert not known.missed(KEY)


def test_a_device_that_keeps_silent_says_so_when_it_is_asked(known: KnownInputs) -> None:
    assert known.answered(KEY, InputReading(0b10, {}, {}))
    assert known.state(KEY).quiescent
    assert known.silenced([KEY], quiescent=False) == {KEY}
    assert known.silenced([KEY], quiescent=False) == frozenset()
    assert known.silenced([KEY], quiescent=True) == {KEY}
    # Who speaks is not silent.
    known.heard(KEY)
    assert known.state(KEY).quiescent is False


def test_a_stuck_button_is_free_once_the_device_reports_no_error(known: KnownInputs) -> None:
    known.stuck(DEVICE, BUTTON, stuck=True)
    assert known.state(KEY).instance(0).error
    assert not known.state(KEY).instance(1).error
    known.answered(KEY, InputReading(1, {}, {0: True, 1: False}))
    assert known.state(KEY).instance(0).error
    known.answered(KEY, InputReading(0, {}, {}))
    assert known.state(KEY).instance(0).error is False


def test_a_state_that_was_handed_out_does_not_change(known: KnownInputs) -> None:
    before = known.state(KEY)
    known.told(DEVICE, LIGHT, 5)
    assert before.instance(LIGHT.number).value is None


def test_what_is_found_at_the_address_of_another_displaces_it(known: KnownInputs) -> None:
    other = InputDevice(address=DEVICE.address, identity=GearIdentity(1, 3, 0))
    assert known.keep(other)
    assert not known.present(KEY)
    assert known.present(other.key)
    assert known.keep(InputDevice(address=7, identity=DEVICE.identity))
    assert known.present(KEY)
    known.forget(KEY)
    assert KEY not in known.devices


def test_a_device_is_kept_as_plain_json() -> None:
    assert InputDevice.from_dict(DEVICE.as_dict()) == DEVICE
    plain = InputDevice(address=1, random_address=0x12)
    assert InputDevice.from_dict(plain.as_dict()) == plain
    with pytest.raises(KeyError):
        InputDevice.from_dict({"address": 1})


def test_a_device_and_a_gear_in_one_housing_are_two() -> None:
    assert DEVICE.key == "d1-2-0"
    assert InputDevice(address=1, random_address=0x12).key == "dr000012"
    assert InputDevice(address=1).key == "da1"
    assert DEVICE.unidentified(0x12).key == "dr000012"
