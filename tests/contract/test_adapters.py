"""What every driver promises, against each simulated adapter, on a serial port and over TCP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
import contextlib
import os
from pathlib import Path
import random
import time
import tty

from dali.address import GearBroadcast, GearShort
from dali.command import Command
from dali.frame import BackwardFrame, ForwardFrame, Frame
from dali.gear import general
import pytest

from custom_components.smart_lighting_ai_dali.dali.adapter import Ability, WireProtocol
from custom_components.smart_lighting_ai_dali.dali.adapters import find_adapter, open_adapter
from custom_components.smart_lighting_ai_dali.dali.driver import Driver
from custom_components.smart_lighting_ai_dali.dali.errors import (
    AdapterSilentError,
    CommandRefusedError,
    LineDisconnectedError,
    LineError,
    LineWithoutPowerError,
    NotAnAdapterError,
    PortBusyError,
    PortMissingError,
)
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.dali.level import OFF, Level
from custom_components.smart_lighting_ai_dali.dali.line import Line
from custom_components.smart_lighting_ai_dali.dali.probe import probe
from custom_components.smart_lighting_ai_dali.dali.state import Origin
from custom_components.smart_lighting_ai_dali.dali.timing import Priority
from custom_components.smart_lighting_ai_dali.simulator.adapters import AdapterKind
from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification
from tests.ears import Ears

from .conftest import lamp
from .line_bench import KEY, Bench, known

pytestmark = pytest.mark.usefixtures("socket_enabled")

KINDS = list(AdapterKind)


type Build = Callable[..., SimulatedLine]
type Open = Callable[[SimulatedLine], Awaitable[tuple[Driver, Ears]]]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> AdapterKind:
    """Return which adapter the line has."""
    adapter: AdapterKind = request.param
    return adapter


@pytest.fixture
def protocol(kind: AdapterKind) -> WireProtocol:
    """Return what that adapter speaks."""
    return WireProtocol[kind.name]


@pytest.fixture
def build(tmp_path: Path, kind: AdapterKind) -> Iterator[Build]:
    """Return what builds simulated lines with that adapter; they end with the test."""
    lines: list[SimulatedLine] = []

    def start(*gear: GearSpecification, speed: float = 4.0) -> SimulatedLine:
        fleet = Fleet(name="test", gear=gear, adapter=kind)
        line = SimulatedLine(fleet, link=tmp_path / f"line{len(lines)}", tcp=0, speed=speed)
        line.start()
        lines.append(line)
        return line

    yield start
    for line in lines:
        line.stop()


@pytest.fixture
async def connect(protocol: WireProtocol) -> AsyncIterator[Open]:
    """Return what opens a driver on a simulated line; it is closed with the test."""
    drivers: list[Driver] = []

    async def start(line: SimulatedLine) -> tuple[Driver, Ears]:
        ears = Ears()
        driver = await open_adapter(str(line.link), ears, protocol)
        drivers.append(driver)
        await driver.prepare()
        # What the handshake had to send, to find out about the line.
        ears.frames.clear()
        ears.answers.clear()
        return driver, ears

    yield start
    for driver in drivers:
        await driver.close(LineError("the test is over"))


async def send(driver: Driver, command: Command) -> BackwardFrame | None:
    """Send a command as a person's action."""
    return await driver.transmit(
        command.frame, priority=Priority.USER, twice=command.sendtwice, answered=command.is_query
    )


async def do(line: SimulatedLine, action: Callable[[Simulation], object]) -> None:
    """Do something to the simulated line."""
    await asyncio.to_thread(line.call, action)


def level_of(address: int) -> Command:
    """Return the question for a level."""
    return general.QueryActualLevel(GearShort(address))


def address_on_the_network(line: SimulatedLine) -> str:
    """Return the address under which the adapter is to be reached over TCP."""
    url: str = line.call(lambda simulation: simulation.network.url if simulation.network else "")
    return url


# Who it is


async def test_the_probe_tells_which_adapter_it_is_within_three_seconds(build: Build, protocol: WireProtocol) -> None:
    line = build(lamp(1))
    for url in (str(line.link), address_on_the_network(line)):
        begun = time.monotonic()
        driver = await find_adapter(url, Ears())
        taken = time.monotonic() - begun
        await driver.close(LineError("the test is over"))
        assert driver.adapter.protocol == protocol
        assert taken < 3


async def test_a_probe_names_the_adapter_and_counts_gear(build: Build, protocol: WireProtocol) -> None:
    line = build(lamp(0), lamp(5), lamp(5, serial=9), speed=8)
    result = await probe(str(line.link))
    assert (result.adapter.protocol, result.gear_count, result.line_powered) == (protocol, 2, True)
    await do(line, lambda simulation: simulation.set_line_power(present=False))
    dark = await probe(str(line.link))
    assert (dark.adapter.protocol, dark.gear_count, dark.line_powered) == (protocol, 0, False)


async def test_the_adapter_says_what_it_can_tell(build: Build, connect: Open, kind: AdapterKind) -> None:
    driver, _ = await connect(build(lamp(1)))
    adapter = driver.adapter
    assert driver.powered
    match kind:
        case AdapterKind.LUBA:
            assert adapter.abilities == set(Ability)
            assert adapter.line_id == f"adapter-{adapter.serial}"
            assert adapter.name == f"LUBA adapter {adapter.article}"
        case AdapterKind.SEVENLAB:
            assert adapter.abilities == {Ability.TIME_STAMPS}
            assert (adapter.serial, adapter.line_id, adapter.firmware) == (None, None, "4.1.0")
            assert adapter.name == "SevenLab adapter"
        case AdapterKind.FOXTRON:
            assert adapter.abilities == {Ability.CHECKSUMS, Ability.LINE_POWER}
            assert (adapter.line_id, adapter.firmware) == (None, "4.6")
            assert adapter.name == f"Foxtron adapter {adapter.serial}"


class ForeignDevice:
    """Something on a port that is no adapter: it keeps what it is sent, and may answer."""

    def __init__(self, answer: bytes) -> None:
        self.received = bytearray()
        self._answer = answer
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        asyncio.get_running_loop().add_reader(self._master, self._read)

    def _read(self) -> None:
        data = os.read(self._master, 4096)
        self.received += data
        if data and self._answer:
            os.write(self._master, self._answer)

    def close(self) -> None:
        """Unplug it."""
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", AdapterSilentError),
        (b"OK\r\n", NotAnAdapterError),
        (b"$GPGGA,123519,4807.038,N*47\r\n", NotAnAdapterError),
        (b"{}" * 200, NotAnAdapterError),
        (b"\x01" * 200, NotAnAdapterError),
        (b"Y\x21\x05" * 200, NotAnAdapterError),
    ],
)
async def test_a_foreign_device_is_recognised_within_three_seconds_and_hears_no_command(
    answer: bytes, error: type[LineError]
) -> None:
    device = ForeignDevice(answer)
    try:
        begun = time.monotonic()
        with pytest.raises(error):
            await find_adapter(device.path, Ears())
        assert time.monotonic() - begun < 3
        assert device.received == b"Y\x20\x01\x00\x21" + b"?" + b"\x010601F8\x17" * 2
    finally:
        device.close()


async def test_a_port_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(PortMissingError):
        await find_adapter(str(tmp_path / "nothing"), Ears())
    assert time.monotonic() - begun < 2


async def test_another_kind_of_adapter_than_expected_is_none(build: Build, kind: AdapterKind) -> None:
    line = build(lamp(1))
    for other in WireProtocol:
        if other.name != kind.name:
            with pytest.raises((AdapterSilentError, NotAnAdapterError)):
                await open_adapter(str(line.link), Ears(), other)
    driver = await open_adapter(str(line.link), Ears(), WireProtocol[kind.name])
    await driver.close(LineError("the test is over"))


async def test_a_port_where_nobody_answers_is_free_again(build: Build, protocol: WireProtocol) -> None:
    line = build(lamp(1))
    await do(line, lambda simulation: simulation.adapter_deaf(deaf=True))
    with pytest.raises(AdapterSilentError):
        await open_adapter(str(line.link), Ears(), protocol)
    await do(line, lambda simulation: simulation.adapter_deaf(deaf=False))
    driver = await open_adapter(str(line.link), Ears(), protocol)
    with pytest.raises(PortBusyError):
        await open_adapter(str(line.link), Ears(), protocol)
    await driver.close(LineError("the test is over"))


# Frames


async def test_commands_are_heard_and_questions_answered(build: Build, connect: Open) -> None:
    driver, ears = await connect(build(lamp(0), lamp(1)))
    assert await send(driver, general.DAPC(GearShort(1), 123)) is None
    answer = await send(driver, level_of(1))
    assert answer is not None
    assert answer.as_integer == 123
    assert ears.frames == [
        (general.DAPC(GearShort(1), 123).frame.as_integer, True),
        (level_of(1).frame.as_integer, True),
    ]


async def test_no_gear_is_silence_and_two_are_a_collision(build: Build, connect: Open) -> None:
    driver, ears = await connect(build(lamp(1, level=10), lamp(1, serial=2, level=200)))
    for _ in range(5):
        assert await send(driver, level_of(40)) is None
    assert ears.answers == []
    answer = await send(driver, level_of(1))
    assert answer is not None
    assert answer.error
    assert ears.answers == [None]


async def test_a_command_that_is_sent_twice_is_heard_twice(build: Build, connect: Open) -> None:
    driver, ears = await connect(build(lamp(3)))
    for value in (7, 9):
        await send(driver, general.DTR0(value))
        await send(driver, general.SetFadeTime(GearShort(3)))
        answer = await send(driver, general.QueryFadeTimeFadeRate(GearShort(3)))
        assert answer is not None
        assert answer.as_integer >> 4 == value
    assert len(ears.frames) == 2 * 4


@pytest.mark.parametrize("kind", [AdapterKind.FOXTRON], indirect=True)
async def test_one_confirmation_for_both_halves_is_enough(build: Build, connect: Open) -> None:
    line = build(lamp(3))
    driver, ears = await connect(line)

    def confirm_both_at_once(simulation: Simulation) -> None:
        simulation.adapter.confirms_each = False

    await do(line, confirm_both_at_once)
    await send(driver, general.DTR0(7))
    await send(driver, general.SetFadeTime(GearShort(3)))
    answer = await send(driver, general.QueryFadeTimeFadeRate(GearShort(3)))
    assert answer is not None
    assert answer.as_integer >> 4 == 7
    assert len(ears.frames) == 4


async def test_frames_of_control_devices_are_carried_too(build: Build, connect: Open) -> None:
    driver, ears = await connect(build(lamp(1)))
    frame = ForwardFrame(24, 0xC10100)
    assert await driver.transmit(frame, priority=Priority.USER, twice=False, answered=True) is None
    assert ears.frames == [(0xC10100, True)]


async def test_a_frame_that_is_none_of_dalis_is_refused(build: Build, connect: Open) -> None:
    driver, ears = await connect(build(lamp(1)))
    with pytest.raises(CommandRefusedError):
        await driver.transmit(Frame(40, 1), priority=Priority.USER, twice=False, answered=False)
    assert ears.frames == []


async def test_a_busy_event_loop_loses_no_answer(build: Build, connect: Open, kind: AdapterKind) -> None:
    driver, _ = await connect(build(*(lamp(address, level=100 + address) for address in range(8)), speed=8))
    chance = random.Random(8)

    async def stall() -> None:
        while True:
            await asyncio.sleep(chance.uniform(0, 0.05))
            time.sleep(0.05)  # noqa: ASYNC251  # this is what is being tested

    stalling = asyncio.create_task(stall())
    wrong = 0
    for number in range(1000 if kind is AdapterKind.LUBA else 200):
        answer = await send(driver, level_of(number % 8))
        wrong += answer is None or answer.as_integer != 100 + number % 8
    stalling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await stalling
    assert wrong == 0


async def test_a_loop_that_stands_for_a_second_makes_no_silence(build: Build, connect: Open) -> None:
    driver, _ = await connect(build(lamp(1, level=66)))
    for _ in range(3):
        asking = asyncio.create_task(send(driver, level_of(1)))
        await asyncio.sleep(0.002)
        time.sleep(1.0)  # noqa: ASYNC251  # this is what is being tested
        answer = await asking
        assert answer is not None
        assert answer.as_integer == 66


async def test_another_masters_frames_are_heard_and_answer_nothing_of_ours(build: Build, connect: Open) -> None:
    line = build(lamp(1, level=50))
    driver, ears = await connect(line)
    foreign = general.DAPC(GearShort(1), 77).frame.as_integer
    await do(line, lambda simulation: simulation.foreign_frame(16, foreign))
    for _ in range(20):
        assert await send(driver, level_of(40)) is None
        if (foreign, False) in ears.frames:
            break
    assert (foreign, False) in ears.frames
    await do(line, lambda simulation: simulation.foreign_frame(16, level_of(1).frame.as_integer))
    while not ears.answers:
        assert await send(driver, level_of(40)) is None
    assert ears.answers == [77]


async def test_a_frame_that_was_given_up_confuses_no_later_one(build: Build, connect: Open) -> None:
    driver, _ = await connect(build(lamp(1, level=50), lamp(2, level=60), speed=1))
    chance = random.Random(5)
    for _ in range(30):
        asking = asyncio.create_task(send(driver, level_of(1)))
        await asyncio.sleep(chance.uniform(0, 0.06))
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        assert await send(driver, level_of(40)) is None
        answer = await send(driver, level_of(2))
        assert answer is not None
        assert answer.as_integer == 60


# Power


async def test_a_line_without_power_is_told_and_so_is_its_return(build: Build, connect: Open) -> None:
    line = build(lamp(1, level=50))
    driver, ears = await connect(line)
    await do(line, lambda simulation: simulation.set_line_power(present=False))
    begun = time.monotonic()
    with pytest.raises(LineWithoutPowerError):
        await send(driver, general.Off(GearBroadcast()))
    assert time.monotonic() - begun < 1
    assert ears.power == [False]
    with pytest.raises(LineWithoutPowerError):
        await send(driver, level_of(1))
    await do(line, lambda simulation: simulation.set_line_power(present=True))
    await driver.check()
    assert driver.powered
    assert ears.power == [False, True]
    await asyncio.sleep(0.3)
    answer = await send(driver, level_of(1))
    assert answer is not None


async def test_a_line_that_has_no_power_from_the_beginning_is_found_so(build: Build, connect: Open) -> None:
    line = build(lamp(1, level=50))
    await do(line, lambda simulation: simulation.set_line_power(present=False))
    await asyncio.sleep(0.2)
    driver, ears = await connect(line)
    assert not driver.powered
    await driver.check()
    assert ears.power == [False]
    await do(line, lambda simulation: simulation.set_line_power(present=True))
    await driver.check()
    assert ears.power == [False, True]


async def test_power_that_goes_while_an_answer_is_awaited_is_no_silence(build: Build, connect: Open) -> None:
    line = build(lamp(1, level=50), speed=1)
    driver, _ = await connect(line)
    chance = random.Random(3)
    for _ in range(12):
        asking = asyncio.create_task(send(driver, level_of(1)))
        # The frame takes 14 ms, the answer begins 6 to 11 ms later and takes 8 ms.
        await asyncio.sleep(chance.uniform(0.008, 0.032))
        await do(line, lambda simulation: simulation.set_line_power(present=False))
        try:
            assert await asking is not None
        except LineError as error:
            assert error.key in {"line_without_power", "adapter_silent"}  # noqa: PT017  # nothing else may come
        await do(line, lambda simulation: simulation.set_line_power(present=True))
        while not driver.powered:
            await driver.check()
        await asyncio.sleep(0.05)


# The adapter


@pytest.mark.parametrize("network", [False, True])
async def test_an_unplugged_adapter_fails_what_is_under_way(
    build: Build,
    protocol: WireProtocol,
    network: bool,  # noqa: FBT001
) -> None:
    line = build(lamp(1), speed=1)
    url = address_on_the_network(line) if network else str(line.link)
    driver = await open_adapter(url, Ears(), protocol)
    asking = asyncio.create_task(send(driver, level_of(1)))
    await asyncio.sleep(0.005)
    begun = time.monotonic()
    await do(line, Simulation.unplug)
    with pytest.raises(LineDisconnectedError):
        await asking
    # Whoever has to find out by waiting takes a second and more.
    assert time.monotonic() - begun < 0.8
    assert driver.lost.done()
    with pytest.raises(LineDisconnectedError):
        await send(driver, level_of(1))
    with pytest.raises(LineDisconnectedError):
        await driver.check()
    await driver.close(LineError("the test is over"))


@pytest.mark.parametrize("stalled", [False, True])
async def test_an_adapter_that_says_nothing_is_silent(
    build: Build,
    connect: Open,
    stalled: bool,  # noqa: FBT001
) -> None:
    def trouble(simulation: Simulation, *, present: bool) -> None:
        if stalled:
            simulation.adapter_stalled(stalled=present)
        else:
            simulation.adapter_deaf(deaf=present)

    line = build(lamp(1))
    driver, _ = await connect(line)
    await do(line, lambda simulation: trouble(simulation, present=True))
    with pytest.raises(AdapterSilentError):
        await send(driver, level_of(1))
    with pytest.raises(AdapterSilentError):
        await driver.check()
    await do(line, lambda simulation: trouble(simulation, present=False))
    for _ in range(3):
        with contextlib.suppress(LineError):
            await driver.check()
    assert await send(driver, level_of(1)) is not None


async def test_a_restarted_adapter_goes_on(build: Build, connect: Open) -> None:
    line = build(lamp(1, level=50))
    driver, _ = await connect(line)
    await do(line, lambda simulation: simulation.adapter.restart())
    answer = await send(driver, level_of(1))
    assert answer is not None
    assert answer.as_integer == 50


# A whole line


@pytest.fixture
async def bench(build: Build, protocol: WireProtocol, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """Return a line that is online, with one known gear, over what the test is parametrised with."""
    simulated = build(lamp(1, level=0))
    url = address_on_the_network(simulated) if request.param == "network" else str(simulated.link)
    bench = Bench(Line(url, name="test", gear=[known(1)], protocol=protocol), simulated)
    bench.line.start()
    await bench.until_status(LineStatus.ONLINE)
    await bench.until_level(KEY, OFF)
    yield bench
    await bench.line.stop()


on_both = pytest.mark.parametrize("bench", ["serial", "network"], indirect=True)
on_serial = pytest.mark.parametrize("bench", ["serial"], indirect=True)


@on_both
async def test_nothing_is_written_at_the_start_and_a_level_is_one_frame(bench: Bench) -> None:
    assert bench.writes() == []
    await bench.line.set_level(KEY, Level(100), priority=Priority.USER)
    assert bench.line.state(KEY).level == 100


@on_both
async def test_another_masters_levels_are_ours(bench: Bench) -> None:
    frame = general.DAPC(GearShort(1), 66).frame.as_integer
    await do(bench.simulated, lambda simulation: simulation.foreign_frame(16, frame))
    await bench.until_level(KEY, 66)
    assert bench.line.state(KEY).origin is Origin.OVERHEARD
    assert bench.writes() == []


@on_both
async def test_an_adapter_that_was_unplugged_comes_back(bench: Bench) -> None:
    await do(bench.simulated, Simulation.unplug)
    await bench.until_status(LineStatus.OFFLINE)
    await do(bench.simulated, Simulation.replug)
    bench.line.wake()
    await bench.until_status(LineStatus.ONLINE)
    await bench.line.set_level(KEY, Level(10), priority=Priority.USER)


@on_serial
async def test_a_scan_finds_who_is_there(bench: Bench) -> None:
    result = await bench.line.scan()
    assert [gear.address for gear in result.found] == [1]
    assert result.found[0].key == KEY


@on_serial
@pytest.mark.parametrize("stalled", [False, True])
async def test_an_adapter_that_fell_deaf_is_found_out_within_fifteen_seconds(
    bench: Bench,
    stalled: bool,  # noqa: FBT001
) -> None:
    def trouble(simulation: Simulation, *, present: bool) -> None:
        if stalled:
            simulation.adapter_stalled(stalled=present)
        else:
            simulation.adapter_deaf(deaf=present)

    await do(bench.simulated, lambda simulation: trouble(simulation, present=True))
    await bench.until_status(LineStatus.OFFLINE, 60)
    await do(bench.simulated, lambda simulation: trouble(simulation, present=False))
    await bench.until_status(LineStatus.ONLINE, 8)


@on_serial
async def test_a_line_that_loses_its_power_comes_back_with_it(bench: Bench) -> None:
    await do(bench.simulated, lambda simulation: simulation.set_line_power(present=False))
    with pytest.raises(LineWithoutPowerError):
        await bench.line.send(level_of(1), priority=Priority.USER)
    await bench.until_status(LineStatus.NO_POWER)
    await do(bench.simulated, lambda simulation: simulation.set_line_power(present=True))
    await bench.until_status(LineStatus.ONLINE, 3)
    await bench.until(lambda: bench.line.state(KEY).level is not None)


@on_serial
async def test_diagnostics_say_what_the_adapter_can_do_and_not_whose_it_is(bench: Bench) -> None:
    figures = bench.line.diagnostics()
    assert figures["adapter"]["protocol"] in list(WireProtocol)
    assert "serial" not in str(figures)
