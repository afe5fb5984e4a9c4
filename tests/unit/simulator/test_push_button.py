"""Push buttons (IEC 62386-301): which events a press makes, and what the timers and the filter do to them."""

from dali.address import DeviceShort, InstanceNumber
from dali.device import pushbutton
from dali.device.sequences import QueryEventFilters, SetEventFilters
import pytest

from .device_bench import ADDRESS, Bench, button, device

EVERYTHING = 0xFF


def test_a_short_press_is_told_when_it_is_over() -> None:
    line = Bench(device(button()))
    line.inputs.gesture(ADDRESS, 0, "short")
    line.wait(0.05)
    assert line.events() == []
    line.wait(1.0)
    assert line.events() == ["ShortPress"]


def test_every_event_of_a_short_press_is_told_where_the_filter_lets_it() -> None:
    line = Bench(device(button(event_filter=EVERYTHING)))
    line.inputs.gesture(ADDRESS, 0, "short")
    line.wait(1.0)
    assert line.events() == ["ButtonPressed", "ButtonReleased", "ShortPress"]


def test_a_long_press_starts_repeats_and_stops() -> None:
    line = Bench(device(button(event_filter=EVERYTHING)))
    line.inputs.gesture(ADDRESS, 0, "long", seconds=1.0)
    line.wait(2.0)
    events = line.events()
    # It starts after 500 ms and repeats every 160 ms.
    assert events == ["ButtonPressed", "LongPressStart", *["LongPressRepeat"] * 3, "LongPressStop"]


def test_two_short_presses_are_a_double_press_where_it_has_a_time() -> None:
    line = Bench(device(button(double_press=True)))
    line.inputs.gesture(ADDRESS, 0, "double")
    line.wait(2.0)
    assert line.events() == ["DoublePress"]
    line.inputs.gesture(ADDRESS, 0, "short")
    line.wait(2.0)
    assert line.events() == ["ShortPress"]


def test_without_a_time_two_short_presses_are_two() -> None:
    line = Bench(device(button()))
    line.inputs.gesture(ADDRESS, 0, "double")
    line.wait(2.0)
    assert line.events() == ["ShortPress", "ShortPress"]


def test_a_button_that_is_pressed_for_too_long_is_stuck_until_it_is_free() -> None:
    line = Bench(device(button()))
    line.inputs.gesture(ADDRESS, 0, "press")
    line.wait(21.0)
    assert line.events()[-1] == "ButtonStuck"
    line.wait(5.0)
    assert line.events() == []
    line.inputs.gesture(ADDRESS, 0, "release")
    line.wait(1.0)
    assert line.events() == ["ButtonFree"]


@pytest.mark.parametrize(
    ("setter", "query", "value", "taken"),
    [
        (pushbutton.SetShortTimer, pushbutton.QueryShortTimer, 30, 30),
        (pushbutton.SetShortTimer, pushbutton.QueryShortTimer, 1, 10),
        (pushbutton.SetDoubleTimer, pushbutton.QueryDoubleTimer, 0, 0),
        (pushbutton.SetDoubleTimer, pushbutton.QueryDoubleTimer, 200, 100),
        (pushbutton.SetRepeatTimer, pushbutton.QueryRepeatTimer, 1, 5),
        (pushbutton.SetStuckTimer, pushbutton.QueryStuckTimer, 60, 60),
    ],
)
def test_timers_stay_within_their_limits(setter: type, query: type, value: int, taken: int) -> None:
    line = Bench(device(button()))
    line.configure(setter, value)
    assert line.ask(query) == taken


def test_the_short_timer_tells_a_short_press_from_a_long_one() -> None:
    line = Bench(device(button()))
    line.configure(pushbutton.SetShortTimer, 100)
    line.inputs.gesture(ADDRESS, 0, "long", seconds=1.9)
    line.wait(3.0)
    assert line.events() == ["ShortPress"]


def test_the_filter_is_set_and_asked_for_by_python_dali() -> None:
    line = Bench(device(button()))
    wanted = pushbutton.InstanceEventFilter.button_pressed
    assert line.run(SetEventFilters(DeviceShort(ADDRESS), InstanceNumber(0), wanted)) == wanted
    assert line.run(QueryEventFilters(DeviceShort(ADDRESS), InstanceNumber(0), pushbutton)) == wanted
    line.inputs.gesture(ADDRESS, 0, "short")
    line.wait(1.0)
    assert line.events() == ["ButtonPressed"]


def test_only_buttons_are_pressed_and_only_where_there_are_some() -> None:
    line = Bench(device(button()))
    with pytest.raises(LookupError, match="no input device has the address 4"):
        line.inputs.gesture(4, 0, "short")
    with pytest.raises(LookupError, match="Panel has no instance 1; it has 1"):
        line.inputs.gesture(ADDRESS, 1, "short")
    with pytest.raises(LookupError, match="instance 0 of Panel is a push_button"):
        line.inputs.move(ADDRESS, 0, present=True)
    with pytest.raises(ValueError, match="a press lasts up to 3600 s, not 0"):
        line.inputs.gesture(ADDRESS, 0, "long", seconds=0)
    with pytest.raises(ValueError, match="wink"):
        line.inputs.gesture(ADDRESS, 0, "wink")
