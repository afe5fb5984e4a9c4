"""The two clocks."""

import asyncio

import pytest

from custom_components.smart_lighting_ai_dali.simulator.scheduler import RealScheduler, VirtualScheduler


def test_the_virtual_clock_jumps_from_call_to_call() -> None:
    clock = VirtualScheduler()
    calls: list[tuple[str, float]] = []
    clock.call_at(2.0, lambda: calls.append(("second", clock.now())))
    clock.call_at(1.0, lambda: calls.append(("first", clock.now())))
    clock.call_at(9.0, lambda: calls.append(("never", clock.now())))
    clock.run_until(5.0)
    assert calls == [("first", 1.0), ("second", 2.0)]
    assert clock.now() == 5.0


def test_calls_of_one_instant_come_in_their_order_and_those_of_the_past_at_once() -> None:
    clock = VirtualScheduler()
    clock.run_for(1.0)
    calls: list[int] = []
    for number in range(5):
        clock.call_at(0.5, lambda number=number: calls.append(number))  # type: ignore[misc]  # bound now
    clock.run_for(0.0)
    assert calls == [0, 1, 2, 3, 4]
    assert clock.now() == 1.0


def test_a_call_may_set_another_or_call_it_off() -> None:
    clock = VirtualScheduler()
    calls: list[str] = []
    doomed = clock.call_at(3.0, lambda: calls.append("doomed"))

    def first() -> None:
        calls.append("first")
        doomed.cancel()
        clock.call_at(2.0, lambda: calls.append("second"))

    clock.call_at(1.0, first)
    clock.run_for(10.0)
    assert calls == ["first", "second"]


async def test_the_real_clock_runs_faster_by_its_speed_and_never_calls_early() -> None:
    clock = RealScheduler(asyncio.get_running_loop(), speed=10)
    called = asyncio.get_running_loop().create_future()
    clock.call_at(0.5, lambda: called.set_result(clock.now()))
    async with asyncio.timeout(5):
        assert 0.5 <= await called < 50


async def test_a_real_call_can_be_called_off() -> None:
    clock = RealScheduler(asyncio.get_running_loop())
    calls: list[float] = []
    clock.call_at(0.01, lambda: calls.append(clock.now())).cancel()
    await asyncio.sleep(0.05)
    assert calls == []
    assert 0.05 <= clock.now() < 5


@pytest.mark.parametrize("speed", [0, -1, 0.0009, 10_001, 1e308, float("inf"), float("nan")])
async def test_a_clock_does_not_stand_still_race_or_go_back(speed: float) -> None:
    with pytest.raises(ValueError, match=r"0\.001 to 10000"):
        RealScheduler(asyncio.get_running_loop(), speed)
