"""Occupancy sensors, light sensors and absolute inputs (IEC 62386-303, -304 and -302)."""

from dali.address import DeviceShort, InstanceNumber
from dali.device import light, occupancy
from dali.device.sequences import query_input_value
import pytest

from custom_components.smart_lighting_ai_dali.simulator.device_specification import InstanceSpecification, InstanceType

from .device_bench import ADDRESS, YES, Bench, device

ALL_OF_303 = 0b1_1111


def occupancy_line(*, event_filter: int = 0b011, hold: float = 10.0) -> Bench:
    """Return an occupancy sensor whose hold time is short."""
    sensor = InstanceSpecification(kind=InstanceType.OCCUPANCY_SENSOR, event_filter=event_filter, hold_seconds=hold)
    return Bench(device(sensor))


def occupancy_of(line: Bench) -> list[tuple[bool, bool, bool]]:
    """Return movement, occupancy and repetition of each event since the last call."""
    return [(event.movement, event.occupied, event.repeat) for event in line.messages()]


def test_movement_is_occupancy_and_ends_after_the_hold_time() -> None:
    line = occupancy_line()
    line.inputs.move(ADDRESS, 0, present=True)
    line.wait(30.0)
    assert occupancy_of(line) == [(True, True, False)]
    line.inputs.move(ADDRESS, 0, present=False)
    line.wait(9.0)
    assert occupancy_of(line) == []
    line.wait(2.0)
    assert occupancy_of(line) == [(False, False, False)]


def test_movement_within_the_hold_time_starts_it_anew() -> None:
    line = occupancy_line()
    for present in (True, False, True, False):
        line.inputs.move(ADDRESS, 0, present=present)
        line.wait(6.0)
    assert [occupied for _, occupied, _ in occupancy_of(line)] == [True]


def test_every_trigger_is_told_where_the_filter_lets_it() -> None:
    line = occupancy_line(event_filter=ALL_OF_303 & ~0b100)
    line.inputs.move(ADDRESS, 0, present=True)
    line.wait(1.0)
    line.inputs.move(ADDRESS, 0, present=False)
    line.wait(20.0)
    assert occupancy_of(line) == [(True, True, False), (False, True, False), (False, False, False)]


def test_the_report_timer_repeats_what_is_so() -> None:
    line = occupancy_line(event_filter=0b111)
    line.configure(occupancy.SetReportTimer, 5)
    line.events()
    line.wait(11.0)
    assert occupancy_of(line) == [(False, False, True), (False, False, True)]


def test_the_deadtime_holds_events_back() -> None:
    line = occupancy_line(event_filter=ALL_OF_303 & ~0b100)
    line.configure(occupancy.SetDeadtimeTimer, 40)
    for present in (True, False, True, False, True):
        line.inputs.move(ADDRESS, 0, present=present)
        line.wait(0.1)
    assert occupancy_of(line) == [(True, True, False)]
    line.wait(3.0)
    assert occupancy_of(line) == [(True, True, False)]


def test_a_movement_is_caught_once() -> None:
    line = occupancy_line(hold=100)
    line.inputs.move(ADDRESS, 0, present=True)
    line.inputs.move(ADDRESS, 0, present=False)
    line.wait(1.0)
    line.events()
    line.ask(occupancy.CatchMovement)
    assert line.ask(occupancy.QueryCatching) == YES
    for present in (True, False, True):
        line.inputs.move(ADDRESS, 0, present=present)
        line.wait(1.0)
    assert len(occupancy_of(line)) == 1
    assert line.ask(occupancy.QueryCatching) is None


def test_the_hold_timer_can_be_cancelled() -> None:
    line = occupancy_line(hold=1000)
    line.inputs.move(ADDRESS, 0, present=True)
    line.inputs.move(ADDRESS, 0, present=False)
    line.wait(1.0)
    assert line.ask(occupancy.QueryHoldTimer) == 100
    line.ask(occupancy.CancelHoldTimer)
    line.wait(1.0)
    assert occupancy_of(line)[-1] == (False, False, False)


def test_the_input_value_of_an_occupancy_sensor_has_two_bits() -> None:
    line = occupancy_line()
    values = []
    for present in (True, False):
        values.append(line.run(query_input_value(DeviceShort(ADDRESS), InstanceNumber(0))))
        line.inputs.move(ADDRESS, 0, present=present)
        line.wait(1.0)
    values.append(line.run(query_input_value(DeviceShort(ADDRESS), InstanceNumber(0))))
    assert values == [0b00, 0b11, 0b10]


def test_light_is_told_when_it_changes_by_more_than_the_hysteresis() -> None:
    line = Bench(device(InstanceType.LIGHT_SENSOR))
    line.configure(light.SetReportTimer, 0)
    line.events()
    for lux in (400, 409, 415, 425):
        line.inputs.shine(ADDRESS, 0, lux)
        line.wait(2.0)
    assert [event.illuminance for event in line.messages()] == [400, 425]


def test_light_is_told_no_more_often_than_the_deadtime_allows() -> None:
    line = Bench(device(InstanceType.LIGHT_SENSOR))
    for lux in (400, 500, 600):
        line.inputs.shine(ADDRESS, 0, lux)
        line.wait(0.2)
    line.wait(2.0)
    assert [event.illuminance for event in line.messages()] == [400, 600]


def test_a_light_sensor_is_asked_in_ten_bits() -> None:
    line = Bench(device(InstanceType.LIGHT_SENSOR))
    line.inputs.shine(ADDRESS, 0, 777.4)
    assert line.run(query_input_value(DeviceShort(ADDRESS), InstanceNumber(0))) == 777
    line.inputs.shine(ADDRESS, 0, 50_000)
    assert line.run(query_input_value(DeviceShort(ADDRESS), InstanceNumber(0))) == 1023


@pytest.mark.parametrize(
    ("setter", "query", "value"),
    [
        (light.SetReportTimer, light.QueryReportTimer, 60),
        (light.SetDeadtimeTimer, light.QueryDeadtimeTimer, 7),
        (light.SetHysteresis, light.QueryHysteresis, 25),
        (light.SetHysteresisMin, light.QueryHysteresisMin, 3),
    ],
)
def test_settings_of_a_light_sensor_are_kept(setter: type, query: type, value: int) -> None:
    line = Bench(device(InstanceType.LIGHT_SENSOR))
    line.configure(setter, value)
    assert line.ask(query) == value


def test_an_absolute_input_tells_its_position() -> None:
    line = Bench(device(InstanceType.ABSOLUTE_INPUT))
    line.inputs.turn(ADDRESS, 0, 0.5)
    line.wait(1.0)
    (event,) = line.messages()
    assert (event.short_address.address, event.instance_number, event.event_data) == (ADDRESS, 0, 512)
    with pytest.raises(ValueError, match="nan can't be measured"):
        line.inputs.turn(ADDRESS, 0, float("nan"))
