"""Any set of random addresses is found, each once, in few frames."""

from typing import Any

from dali.command import Command
from dali.frame import BackwardFrame, BackwardFrameError
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.dali.addressing import ADDRESSING, Family
from custom_components.smart_lighting_ai_dali.dali.random_search import HIGHEST, RandomSearch
from custom_components.smart_lighting_ai_dali.dali.sequences import Steps
from custom_components.smart_lighting_ai_dali.dali.transactions import MayYield

# One of 24 bits takes a question each, and a search byte that is another, now and then two.
FRAMES_FOR_ONE = 2 * 24 + 16


class Listeners:
    """Random addresses, and the search address that was said to them."""

    def __init__(self, family: Family, addresses: set[int]) -> None:
        self.commands = ADDRESSING[family]
        self.left = set(addresses)
        self.frames = 0
        self._bytes = [0, 0, 0]
        self._kinds = [type(make(0)) for make in self.commands.search]

    def run(self, steps: Steps[Any]) -> Any:
        """Run steps of a search, and return their result."""
        answer: Any = None
        while True:
            try:
                item = steps.send(answer)
            except StopIteration as stop:
                return stop.value
            answer = False if isinstance(item, MayYield) else self._hear(item)

    def _hear(self, command: Any) -> Any:
        self.frames += 1
        if type(command) in self._kinds:
            self._bytes[self._kinds.index(type(command))] = command.param
            return None
        assert isinstance(command, Command)
        assert command is self.commands.compare
        those = sum(address <= int.from_bytes(bytes(self._bytes)) for address in self.left)
        frame = None if not those else BackwardFrame(255) if those == 1 else BackwardFrameError(255)
        response: Any = self.commands.compare.response
        return response(frame)


def search_all(listeners: Listeners) -> list[int]:
    """Find everyone, and withdraw them one by one."""
    search = RandomSearch(listeners.commands)
    found: list[int] = []
    while (address := listeners.run(search.find())) is not None:
        listeners.left.discard(address)
        search.settle(address)
        found.append(address)
    assert not listeners.run(search.is_anyone_left())
    return found


@pytest.mark.parametrize("family", Family)
@settings(max_examples=60, deadline=None)
@given(addresses=st.sets(st.integers(0, HIGHEST), max_size=64))
def test_everyone_is_found_once_from_the_lowest_up(family: Family, addresses: set[int]) -> None:
    listeners = Listeners(family, addresses)
    assert search_all(listeners) == sorted(addresses)
    assert listeners.frames <= FRAMES_FOR_ONE * (len(addresses) + 1)


@settings(max_examples=60, deadline=None)
@given(first=st.integers(0, HIGHEST - 64), count=st.integers(1, 64))
def test_those_who_are_next_to_each_other_are_told_apart(first: int, count: int) -> None:
    addresses = set(range(first, first + count))
    assert search_all(Listeners(Family.GEAR, addresses)) == sorted(addresses)


def test_one_is_found_with_a_question_for_each_bit() -> None:
    for address in (0, 1, 0x00FFFF, 0x123456, 0x800000, HIGHEST):
        listeners = Listeners(Family.GEAR, {address})
        assert search_all(listeners) == [address]
        assert listeners.frames <= FRAMES_FOR_ONE


def test_a_search_that_was_led_astray_begins_again() -> None:
    listeners = Listeners(Family.GEAR, {5, 0xABCDEF})
    search = RandomSearch(listeners.commands)
    search.settle(0x100000)
    # Somebody below answers all questions: the search ends at the bottom of what it thinks is left.
    assert listeners.run(search.find()) == 0x100001
    search.restart()
    assert listeners.run(search.find()) == 5
