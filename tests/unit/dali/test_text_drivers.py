"""What the drivers of SevenLab's and Foxtron's adapters make of messages that a good line seldom brings."""

import asyncio
from collections.abc import Awaitable, Callable
import gc
from typing import Any

from dali.address import GearShort
from dali.command import Command
from dali.frame import BackwardFrame
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali.errors import (
    AdapterSilentError,
    CommandRefusedError,
    LineBusyError,
    LineDisconnectedError,
    LineError,
    LineWithoutPowerError,
)
from custom_components.smart_lighting_ai_dali.dali.foxtron import encode
from custom_components.smart_lighting_ai_dali.dali.foxtron_driver import FoxtronDriver
from custom_components.smart_lighting_ai_dali.dali.luba_driver import LubaDriver
from custom_components.smart_lighting_ai_dali.dali.sevenlab_driver import SevenLabDriver
from custom_components.smart_lighting_ai_dali.dali.text_driver import TextDriver
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from tests.ears import Ears

QUERY = general.QueryActualLevel(GearShort(0))
OFF = general.Off(GearShort(0))
TWICE = general.SetFadeTime(GearShort(0))


class Desk(Ears):
    """A driver whose adapter is the test: it listens for the driver, and is its transport."""

    def __init__(self, create: Callable[[Desk], TextDriver | LubaDriver]) -> None:
        super().__init__()
        self.broken = False
        self._said: asyncio.Queue[bytes] = asyncio.Queue()
        self.driver = create(self)
        self.driver.connection_made(self)  # type: ignore[arg-type]  # as much of a transport as it needs

    def write(self, data: bytes) -> None:
        """Keep what the driver says."""
        if self.broken:
            raise OSError("unplugged")
        self._said.put_nowait(data)

    def abort(self) -> None:
        """Be closed."""
        self.driver.connection_lost(None)

    async def hear(self) -> bytes:
        """Return the next thing that the driver says."""
        async with asyncio.timeout(5):
            return await self._said.get()

    def send(self, command: Command) -> asyncio.Task[BackwardFrame | None]:
        """Begin to send a command."""
        sending: Awaitable[BackwardFrame | None] = self.driver.transmit(
            command.frame, priority=Priority.USER, twice=command.sendtwice, answered=command.is_query
        )
        return asyncio.ensure_future(sending)


@pytest.fixture
async def sevenlab() -> Desk:
    """Return a desk with the driver of a SevenLab adapter."""
    return Desk(SevenLabDriver)


@pytest.fixture
async def foxtron() -> Desk:
    """Return a desk with the driver of a Foxtron converter."""
    return Desk(FoxtronDriver)


def text(content: str) -> bytes:
    """Return a message of a SevenLab adapter."""
    return b"{00000001%b}\r\n" % content.encode()


def message(payload: str) -> bytes:
    """Return a message of a Foxtron converter."""
    return encode(bytes.fromhex(payload))


@pytest.mark.parametrize(
    ("trouble", "foreign"),
    [(":a2 00000000", []), (":a3 00000000", []), (">83 0001f401", []), (">10 00000155", [(0x155, False)])],
)
async def test_what_did_not_get_onto_the_line_is_offered_again(
    sevenlab: Desk, trouble: str, foreign: list[tuple[int, bool]]
) -> None:
    sending = sevenlab.send(OFF)
    for _ in range(3):
        assert await sevenlab.hear() == b"S2 10 100\r"
        sevenlab.driver.data_received(text(trouble))
    assert await sevenlab.hear() == b"S2 10 100\r"
    sevenlab.driver.data_received(text(">10 00000100"))
    assert await sending is None
    assert sevenlab.frames == [*foreign * 3, (0x100, True)]
    assert sevenlab.driver.counters["offered_again"] == 3


@pytest.mark.parametrize(
    ("trouble", "error"),
    [(":a2 00000000", LineBusyError), (":a3 00000000", CommandRefusedError), (">84 00000000", LineBusyError)],
)
async def test_what_never_gets_onto_the_line_is_an_error(sevenlab: Desk, trouble: str, error: type[LineError]) -> None:
    sending = sevenlab.send(OFF)
    for _ in range(5):
        await sevenlab.hear()
        sevenlab.driver.data_received(text(trouble))
    with pytest.raises(error):
        await sending
    assert sevenlab.frames == []


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [(":08 000000fe", 0xFE), (":81 00000000", None), (":10 00000155", None), (":82 00010000", -1)],
)
async def test_a_query_ends_with_what_the_adapter_says(sevenlab: Desk, outcome: str, answer: int | None) -> None:
    sending = sevenlab.send(QUERY)
    assert await sevenlab.hear() == b"Q2 10 1a0\r"
    # From before, and so of something else.
    sevenlab.driver.data_received(text(":08 00000011") + text(":81 00000000"))
    sevenlab.driver.data_received(text(">10 000001a0") + text(outcome))
    found = await sending
    assert (None if found is None else -1 if found.error else found.as_integer) == answer


async def test_an_outcome_that_gets_lost_is_an_error_and_no_silence(sevenlab: Desk) -> None:
    sending = sevenlab.send(QUERY)
    await sevenlab.hear()
    sevenlab.driver.data_received(text(">10 000001a0"))
    assert await sevenlab.hear() == b"?"
    sevenlab.driver.data_received(b"Version 4.1.0 \r\n")
    with pytest.raises(AdapterSilentError):
        await sending


async def test_power_that_goes_and_comes_at_once_is_no_silence(sevenlab: Desk) -> None:
    sending = sevenlab.send(QUERY)
    await sevenlab.hear()
    sevenlab.driver.data_received(text(">10 000001a0") + text(":91 00000000") + text(":92 00000000"))
    with pytest.raises(LineWithoutPowerError):
        await sending
    assert sevenlab.power == [False, True]


async def test_a_confirmation_that_gets_lost_is_an_error_and_the_line_has_power(sevenlab: Desk) -> None:
    sending = sevenlab.send(OFF)
    assert await sevenlab.hear() == b"S2 10 100\r"
    assert await sevenlab.hear() == b"?"
    sevenlab.driver.data_received(b"Version 4.1.0 \r\n")
    assert await sevenlab.hear() == b"Q5 10 ff91\r"
    # Late, and not what was asked for now.
    sevenlab.driver.data_received(text(">10 00000100") + text(">10 0000ff91") + text(":81 00000000"))
    with pytest.raises(AdapterSilentError):
        await sending
    assert sevenlab.driver.powered
    assert sevenlab.frames == [(0x100, True), (0xFF91, True)]


async def test_messages_that_nobody_knows_are_counted(sevenlab: Desk, foxtron: Desk) -> None:
    sevenlab.driver.data_received(text(":ff 00000000") + text(":90 00000000") + text(":05 00000001"))
    foxtron.driver.data_received(message("0577") + message("0408FE") + message("0400"))
    assert sevenlab.driver.counters == {"unknown_messages": 1, "stray_answers": 1}
    assert foxtron.driver.counters == {"unknown_messages": 1, "stray_answers": 2}


@pytest.mark.parametrize("trouble", ["0504", "0505", "0506", "0E00"])
async def test_what_the_converter_did_not_send_is_offered_again(foxtron: Desk, trouble: str) -> None:
    sending = foxtron.send(OFF)
    for _ in range(2):
        assert await foxtron.hear() == message("0B0210010000")
        foxtron.driver.data_received(message(trouble))
    await foxtron.hear()
    foxtron.driver.data_received(message("0E100100"))
    assert await sending is None
    assert foxtron.frames == [(0x100, True)]


@pytest.mark.parametrize("confirmations", [1, 2])
async def test_both_halves_are_told_however_often_they_are_confirmed(foxtron: Desk, confirmations: int) -> None:
    sending = foxtron.send(TWICE)
    assert await foxtron.hear() == message("0B0210012E01")
    foxtron.driver.data_received(message("0E10012E") * confirmations)
    assert await sending is None
    asking = foxtron.send(QUERY)
    await foxtron.hear()
    foxtron.driver.data_received(message("0D1001A00863"))
    answer = await asking
    assert answer is not None
    assert answer.as_integer == 0x63
    assert foxtron.frames == [(0x12E, True), (0x12E, True), (0x1A0, True)]


async def test_a_converter_with_nothing_left_to_send_has_lost_the_confirmation(foxtron: Desk) -> None:
    sending = foxtron.send(QUERY)
    await foxtron.hear()
    for _ in range(2):
        assert await foxtron.hear() == message("0603")
        # A question that was damaged on the way is not the frame.
        foxtron.driver.data_received(message("0505") + message("07030000"))
        assert await foxtron.hear() == message("0604")
        foxtron.driver.data_received(message("07040000"))
    with pytest.raises(AdapterSilentError):
        await sending
    assert foxtron.driver.counters["questions_damaged"] == 2


@pytest.mark.parametrize("value", ["0001", "0002", "0003"])
async def test_a_converter_that_is_asked_for_power_says_why_nothing_goes(foxtron: Desk, value: str) -> None:
    sending = foxtron.send(OFF)
    await foxtron.hear()
    assert await foxtron.hear() == message("0603")
    foxtron.driver.data_received(message(f"0703{value}"))
    with pytest.raises(LineWithoutPowerError):
        await sending
    assert foxtron.power == [False]
    with pytest.raises(LineWithoutPowerError):
        await foxtron.send(OFF)


async def test_a_port_that_can_not_be_written_to_is_lost(foxtron: Desk) -> None:
    foxtron.broken = True
    with pytest.raises(LineDisconnectedError):
        await foxtron.send(OFF)
    assert foxtron.driver.lost.done()
    await foxtron.driver.close(LineError("the test is over"))


async def test_a_port_that_is_lost_while_the_adapter_is_asked_leaves_no_error_that_nobody_heard(
    sevenlab: Desk, foxtron: Desk
) -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    for desk in (sevenlab, foxtron, Desk(LubaDriver)):
        desk.broken = True
        with pytest.raises(LineDisconnectedError):
            await desk.driver.handshake(attempts=1)
    gc.collect()
    await asyncio.sleep(0)
    assert complaints == []
