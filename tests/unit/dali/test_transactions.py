"""Whose turn it is on the line."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from itertools import pairwise

from dali.address import GearBroadcast, GearShort
from dali.command import Command
from dali.frame import BackwardFrame, BackwardFrameError, Frame
from dali.gear import colour, general
from dali.sequences import progress, sleep
import pytest

from custom_components.smart_lighting_ai_dali.dali.adapter import Adapter
from custom_components.smart_lighting_ai_dali.dali.errors import (
    LineDisconnectedError,
    LineError,
    LineStoppedError,
    NoAnswerError,
)
from custom_components.smart_lighting_ai_dali.dali.sequences import Steps, ask
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.dali.transactions import MayYield, Transactions

FRAME = 0.002


class Recorder:
    """A driver whose line takes two milliseconds a frame, and that writes down what it is given."""

    def __init__(self) -> None:
        self.counters: Counter[str] = Counter()
        self.adapter = Adapter(protocol="paper", gtin=0, serial=0, article=0, hardware="", has_bus_power_supply=False)
        self.powered = True
        self.lost: asyncio.Future[LineError] = asyncio.get_running_loop().create_future()
        self.last_reply = 0.0
        self.frames: list[tuple[Frame, Priority]] = []
        self.times: list[float] = []
        self.answers: list[BackwardFrame | None] = []

    async def begun(self, frames: int) -> None:
        """Wait until so many frames have begun."""
        while len(self.frames) < frames:
            await asyncio.sleep(0)

    async def prepare(self) -> None:
        """Need no preparation."""

    async def transmit(self, frame: Frame, *, priority: Priority, twice: bool, answered: bool) -> BackwardFrame | None:
        """Write a frame down."""
        del twice
        self.times.append(asyncio.get_running_loop().time())
        self.frames.append((frame, priority))
        await asyncio.sleep(FRAME)
        return self.answers.pop(0) if answered and self.answers else None

    async def check(self) -> None:
        """Be there."""

    async def close(self, reason: LineError) -> None:
        """Have nothing to let go of."""

    def abort(self, reason: LineError) -> None:
        """Be gone."""
        self.lost.set_result(reason)


@pytest.fixture
async def line() -> AsyncIterator[tuple[Transactions, Recorder]]:
    """Return the transactions of a line, and what writes them down."""
    transactions, recorder = Transactions(), Recorder()
    transactions.open(recorder)
    yield transactions, recorder
    transactions.close(LineStoppedError("the test is over"))


type Line = tuple[Transactions, Recorder]


def level(address: int) -> Command:
    """Return a command that names an address."""
    return general.DAPC(GearShort(address), 100)


def addresses(recorder: Recorder) -> list[int]:
    """Return the addresses of the frames in the order of the line."""
    return [frame.as_integer >> 9 for frame, _ in recorder.frames]


async def test_the_most_urgent_goes_first_and_equals_in_their_order(line: Line) -> None:
    transactions, recorder = line
    urgency = {
        1: Priority.AUTOMATIC,
        2: Priority.BACKGROUND,
        3: Priority.USER,
        4: Priority.CONFIGURATION,
        5: Priority.USER,
    }
    async with asyncio.TaskGroup() as group:
        for address, priority in urgency.items():
            group.create_task(transactions.send(level(address), priority=priority))
    assert addresses(recorder) == [1, 3, 5, 4, 2]
    assert [priority for _, priority in recorder.frames][1] is Priority.USER


async def test_the_frames_of_a_transaction_stay_together(line: Line) -> None:
    transactions, recorder = line

    def several(first: int) -> Steps[int]:
        for address in range(first, first + 3):
            yield level(address)
        return first

    results = await asyncio.gather(
        transactions.send(several(10), priority=Priority.AUTOMATIC),
        transactions.send(several(20), priority=Priority.USER),
    )
    assert list(results) == [10, 20]
    assert addresses(recorder) == [10, 11, 12, 20, 21, 22]
    assert [priority for _, priority in recorder.frames] == [4, 1, 1, 2, 1, 1]


async def test_a_device_type_is_enabled_before_its_command(line: Line) -> None:
    transactions, recorder = line
    await transactions.send(colour.Activate(GearBroadcast()), priority=Priority.USER)
    (first, _), (_, second_priority) = recorder.frames
    assert first == general.EnableDeviceType(8).frame
    assert second_priority is Priority.TRANSACTION


async def test_a_query_gives_its_response(line: Line) -> None:
    transactions, recorder = line
    recorder.answers = [BackwardFrame(77), BackwardFrameError(255), None]
    query = general.QueryActualLevel(GearShort(1))
    answers = [(await transactions.send(query, priority=Priority.USER)).raw_value for _ in range(3)]
    assert answers[0].as_integer == 77
    assert answers[1].error
    assert answers[2] is None


async def test_sequences_may_sleep_report_and_fail(line: Line) -> None:
    transactions, _ = line
    heard: list[str] = []

    def troubled() -> Steps[None]:
        yield progress(message="half way")
        yield sleep(0.001)
        yield from ask(general.QueryActualLevel(GearShort(1)))

    with pytest.raises(NoAnswerError):
        await transactions.send(troubled(), priority=Priority.USER, progress=lambda news: heard.append(str(news)))
    assert heard == ["half way"]


async def test_others_may_go_where_a_sequence_lets_them_and_it_is_told(line: Line) -> None:
    transactions, recorder = line
    told: list[bool] = []

    def patient() -> Steps[None]:
        for address in range(1, 5):
            told.append((yield MayYield()))
            yield level(address)

    task = asyncio.create_task(transactions.send(patient(), priority=Priority.CONFIGURATION))
    await recorder.begun(2)
    await transactions.send(level(50), priority=Priority.USER)
    await transactions.send(level(51), priority=Priority.AUTOMATIC)
    await task
    assert addresses(recorder) == [1, 2, 50, 3, 4, 51]
    assert told == [False, False, True, False]


async def test_background_work_takes_a_quarter_of_the_time(line: Line) -> None:
    transactions, recorder = line

    def endless() -> Steps[None]:
        for address in range(8):
            yield MayYield()
            yield level(address)

    await transactions.send(endless(), priority=Priority.BACKGROUND)
    pauses = [after - before for before, after in pairwise(recorder.times)]
    assert min(pauses) >= 3.5 * FRAME


async def test_background_work_makes_nobody_wait(line: Line) -> None:
    transactions, recorder = line
    await transactions.send(level(1), priority=Priority.BACKGROUND)
    waiting = asyncio.create_task(transactions.send(level(2), priority=Priority.BACKGROUND))
    await asyncio.sleep(0)
    assert transactions.length == 1
    await transactions.send(level(3), priority=Priority.AUTOMATIC)
    await waiting
    assert addresses(recorder) == [1, 3, 2]


async def test_whoever_waits_is_told_at_once_when_the_line_goes(line: Line) -> None:
    transactions, recorder = line
    waiting = [asyncio.create_task(transactions.send(level(n), priority=Priority.USER)) for n in range(64)]
    await recorder.begun(1)
    transactions.close(LineDisconnectedError("unplugged"))
    assert transactions.length == 0
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert sum(isinstance(result, LineDisconnectedError) for result in results) == 63
    assert len(recorder.frames) == 1
    with pytest.raises(LineDisconnectedError):
        await transactions.send(level(1), priority=Priority.USER)


async def test_a_line_that_comes_back_takes_new_work(line: Line) -> None:
    transactions, recorder = line
    transactions.close(LineDisconnectedError("unplugged"))
    transactions.open(recorder)
    await transactions.send(level(7), priority=Priority.USER)
    assert addresses(recorder) == [7]


async def test_who_gives_up_leaves_the_turn_to_the_next(line: Line) -> None:
    transactions, recorder = line
    tasks = [asyncio.create_task(transactions.send(level(n), priority=Priority.USER)) for n in range(4)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert addresses(recorder) == [0, 1, 3] or addresses(recorder) == [1, 3]
    await transactions.send(level(9), priority=Priority.USER)
    assert addresses(recorder)[-1] == 9


async def test_a_turn_that_comes_as_its_taker_gives_up_is_not_lost(line: Line) -> None:
    transactions, recorder = line
    task = asyncio.create_task(transactions.send(level(1), priority=Priority.USER))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await transactions.send(level(2), priority=Priority.USER)
    assert addresses(recorder)[-1] == 2


async def test_a_long_sequence_lets_those_go_who_are_less_urgent(line: Line) -> None:
    transactions, recorder = line

    def long() -> Steps[str]:
        for address in range(4):
            yield level(address)
            yield MayYield()
        return "done"

    job = asyncio.create_task(transactions.send_in_turns(long(), priority=Priority.CONFIGURATION))
    await recorder.begun(1)
    await transactions.send(level(50), priority=Priority.AUTOMATIC)
    assert not job.done()
    assert await job == "done"
    assert addresses(recorder) == [0, 50, 1, 2, 3]
    assert {priority for _, priority in recorder.frames} == {Priority.CONFIGURATION, Priority.AUTOMATIC}


async def test_what_ends_a_long_sequence_closes_it(line: Line) -> None:
    transactions, recorder = line
    closed = asyncio.Event()

    def endless() -> Steps[None]:
        try:
            while True:
                yield level(1)
                yield MayYield()
        finally:
            closed.set()

    job = asyncio.create_task(transactions.send_in_turns(endless(), priority=Priority.CONFIGURATION))
    await recorder.begun(3)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert closed.is_set()
