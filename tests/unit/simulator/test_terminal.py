"""The pseudo-terminal, as programs see it."""

import asyncio
from collections.abc import AsyncIterator
import errno
import fcntl
import os
from pathlib import Path
import signal
import subprocess
import sys
import termios
import time

import pytest

from custom_components.smart_lighting_ai_dali.simulator import port_name
from custom_components.smart_lighting_ai_dali.simulator.host_port import MAX_UNSENT
from custom_components.smart_lighting_ai_dali.simulator.terminal import Terminal

MOMENT = 0.05
KILLED = """
import os, pathlib, runpy, signal, sys
name = runpy.run_path(sys.argv[1])["PortName"](pathlib.Path(sys.argv[2]), "/dev/pts/does-not-exist")
os.kill(os.getpid(), signal.SIGKILL)
"""


class Program:
    """A program that has a port open."""

    def __init__(self, port: Path) -> None:
        self.descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def write(self, data: bytes) -> int:
        """Write and return how many bytes were taken."""
        try:
            return os.write(self.descriptor, data)
        except BlockingIOError:
            return 0

    def read(self, size: int = 65536) -> bytes:
        """Return what has come."""
        data = b""
        try:
            while part := os.read(self.descriptor, size):
                data += part
        except BlockingIOError:
            pass
        return data

    async def hears(self, expected: bytes) -> None:
        """Wait until the bytes that have come end with the expected ones."""
        data = b""
        async with asyncio.timeout(5):
            while not data.endswith(expected):
                await asyncio.sleep(0)
                data += self.read()

    def hung_up(self) -> bool:
        """Tell whether the adapter was pulled out."""
        try:
            return os.read(self.descriptor, 1) == b""
        except OSError as error:
            return error.errno == errno.EIO

    def close(self) -> None:
        """Close the port."""
        os.close(self.descriptor)


class Bench:
    """A terminal that is plugged in, and what it has received."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.received = bytearray()
        self.news = asyncio.Event()
        self.terminal = Terminal(self.receive)
        self.terminal.plug_in(link)

    def receive(self, data: bytes) -> None:
        """Keep what comes."""
        self.received += data
        self.news.set()

    async def hears(self, size: int) -> bytes:
        """Wait for this many bytes and return them."""
        async with asyncio.timeout(5):
            while len(self.received) < size:
                self.news.clear()
                await self.news.wait()
        heard = bytes(self.received)
        self.received.clear()
        return heard


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Return a terminal that ends with the test."""
    bench = Bench(tmp_path / "adapter")
    yield bench
    bench.terminal.unplug()


async def test_bytes_pass_unchanged_in_both_directions(bench: Bench) -> None:
    program = Program(bench.link)
    every = bytes(range(256))
    program.write(every)
    assert await bench.hears(256) == every
    bench.terminal.write(every)
    await program.hears(every)
    program.close()


async def test_a_program_may_come_and_go(bench: Bench) -> None:
    for number in range(3):
        program = Program(bench.link)
        program.write(bytes((number,)))
        program.close()
        assert await bench.hears(1) == bytes((number,))


async def test_what_is_said_while_nobody_has_the_port_open_is_lost(bench: Bench) -> None:
    bench.terminal.write(b"too early")
    program = Program(bench.link)
    bench.terminal.write(b"now")
    await asyncio.sleep(MOMENT)
    assert program.read() == b"now"
    program.close()
    await asyncio.sleep(MOMENT)
    bench.terminal.write(b"too late")
    program = Program(bench.link)
    assert program.read() == b""
    program.close()


async def test_a_closed_port_costs_no_time(bench: Bench) -> None:
    program = Program(bench.link)
    program.write(b"x")
    program.close()
    await bench.hears(1)
    before = time.thread_time()
    await asyncio.sleep(0.3)
    assert time.thread_time() - before < 0.05


async def test_programs_can_lock_each_other_out(bench: Bench) -> None:
    first, second = Program(bench.link), Program(bench.link)
    fcntl.flock(first.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with pytest.raises(BlockingIOError):
        fcntl.flock(second.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    first.close()
    fcntl.flock(second.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    second.close()


async def test_the_port_is_raw_from_the_beginning(bench: Bench) -> None:
    program = Program(bench.link)
    local = termios.tcgetattr(program.descriptor)[3]
    assert not local & (termios.ECHO | termios.ICANON | termios.ISIG)
    program.close()


async def test_pulling_it_out_hangs_up_and_takes_the_name_away(bench: Bench) -> None:
    program = Program(bench.link)
    bench.terminal.unplug()
    bench.terminal.unplug()
    assert program.hung_up()
    assert not bench.link.is_symlink()
    assert bench.terminal.port is None
    bench.terminal.write(b"nobody")
    program.close()


async def test_it_can_be_plugged_in_again_under_another_name(bench: Bench) -> None:
    bench.terminal.unplug()
    elsewhere = bench.link.with_name("elsewhere")
    bench.terminal.plug_in(elsewhere)
    assert bench.terminal.link == elsewhere
    assert str(elsewhere.readlink()) == bench.terminal.port
    program = Program(elsewhere)
    program.write(b"hello")
    assert await bench.hears(5) == b"hello"
    program.close()


async def test_it_can_not_be_plugged_in_twice(bench: Bench) -> None:
    with pytest.raises(RuntimeError):
        bench.terminal.plug_in(bench.link)


async def test_a_name_that_was_left_behind_is_taken_over(tmp_path: Path) -> None:
    link = tmp_path / "adapter"
    link.symlink_to("/dev/pts/does-not-exist")
    bench = Bench(link)
    Program(link).close()
    bench.terminal.unplug()


async def test_a_file_is_not_overwritten(tmp_path: Path) -> None:
    link = tmp_path / "adapter"
    link.write_text("precious")
    with pytest.raises(FileExistsError, match="adapter"):
        Bench(link)
    assert link.read_text() == "precious"


async def test_a_name_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Bench(tmp_path / "nowhere" / "adapter")


async def test_a_name_is_for_one_at_a_time(bench: Bench) -> None:
    with pytest.raises(OSError, match="in use by another simulator"):
        Bench(bench.link)
    assert str(bench.link.readlink()) == bench.terminal.port
    bench.terminal.unplug()
    assert list(bench.link.parent.iterdir()) == []
    Bench(bench.link).terminal.unplug()


@pytest.fixture
def left_behind(tmp_path: Path) -> Path:
    """Return a name whose owner was killed before it could clean up."""
    link = tmp_path / "adapter"
    killed = subprocess.run([sys.executable, "-c", KILLED, port_name.__file__, str(link)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert link.is_symlink()
    assert (tmp_path / ".adapter.lock").exists()
    return link


async def test_a_name_is_free_again_when_its_owner_was_killed(left_behind: Path) -> None:
    bench = Bench(left_behind)
    Program(left_behind).close()
    bench.terminal.unplug()
    assert not (left_behind.parent / ".adapter.lock").exists()


async def test_a_name_that_leads_elsewhere_by_now_stays(bench: Bench) -> None:
    bench.link.unlink()
    bench.link.symlink_to("/dev/pts/does-not-exist")
    bench.terminal.unplug()
    assert bench.link.is_symlink()


@pytest.mark.parametrize("target", ["precious", "/dev/null"])
async def test_a_link_to_something_else_is_not_replaced(tmp_path: Path, target: str) -> None:
    (tmp_path / "precious").write_text("precious")
    link = tmp_path / "adapter"
    link.symlink_to(target)
    with pytest.raises(FileExistsError, match=f"leads to {target}"):
        Bench(link)
    assert str(link.readlink()) == target
    assert not (tmp_path / ".adapter.lock").exists()


async def test_plugged_in_again_it_hangs_up_even_where_the_name_is_the_same(bench: Bench) -> None:
    program = Program(bench.link)
    bench.terminal.replug(bench.link.parent / "." / bench.link.name)
    assert program.hung_up()
    program.close()
    program = Program(bench.link)
    program.write(b"hello")
    assert await bench.hears(5) == b"hello"
    program.close()


async def test_a_program_that_does_not_read_loses_bytes_and_nothing_grows(bench: Bench) -> None:
    program = Program(bench.link)
    chunk = bytes(range(250)) + b"......"
    for _ in range(1000):
        bench.terminal.write(chunk)
    data = program.read()
    async with asyncio.timeout(5):
        while len(data) < MAX_UNSENT:
            await asyncio.sleep(0.005)
            data += program.read()
    await asyncio.sleep(MOMENT)
    data += program.read()
    assert MAX_UNSENT <= len(data) < 100_000
    assert data == (chunk * 1000)[: len(data)], "what comes first is not what is lost"
    bench.terminal.write(b"and again")
    await program.hears(b"and again")
    program.close()


@pytest.mark.parametrize("ending", ["close", "unplug"])
async def test_bytes_that_wait_are_forgotten_with_the_port(bench: Bench, ending: str) -> None:
    program = Program(bench.link)
    for _ in range(100):
        bench.terminal.write(b"." * 256)
    if ending == "unplug":
        bench.terminal.unplug()
        bench.terminal.plug_in(bench.link)
    program.close()
    await asyncio.sleep(MOMENT)
    program = Program(bench.link)
    termios.tcflush(program.descriptor, termios.TCIOFLUSH)
    before = time.thread_time()
    await asyncio.sleep(4 * MOMENT)
    assert time.thread_time() - before < MOMENT
    assert program.read() == b""
    program.close()


async def test_a_deaf_adapter_reads_and_says_nothing(bench: Bench) -> None:
    program = Program(bench.link)
    bench.terminal.deaf = True
    waiting = 100_000
    async with asyncio.timeout(10):
        # Far more than the terminal holds: all of it is taken, sooner or later.
        while waiting > 0:
            waiting -= program.write(b"." * min(1000, waiting))
            await asyncio.sleep(0.001)
    bench.terminal.write(b"something")
    assert program.read() == b""
    assert bench.received == b""
    bench.terminal.deaf = False
    assert not bench.terminal.deaf
    program.write(b"hello")
    assert await bench.hears(5) == b"hello"
    program.close()


async def test_a_stalled_adapter_reads_nothing_until_writes_block(bench: Bench) -> None:
    program = Program(bench.link)
    bench.terminal.stalled = True
    taken = 0
    while size := program.write(b"." * 1000):
        taken += size
        await asyncio.sleep(0)
    before = time.thread_time()
    await asyncio.sleep(4 * MOMENT)
    assert time.thread_time() - before < MOMENT
    assert bench.received == b""
    bench.terminal.stalled = False
    assert not bench.terminal.stalled
    assert len(await bench.hears(taken)) == taken
    program.close()


async def test_a_byte_may_bring_the_end_about(tmp_path: Path) -> None:
    heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def receive(data: bytes) -> None:
        terminal.unplug()
        heard.set_result(data)

    terminal = Terminal(receive)
    terminal.plug_in(tmp_path / "adapter")
    program = Program(tmp_path / "adapter")
    program.write(b"fatal")
    async with asyncio.timeout(5):
        assert await heard == b"fatal"
    assert program.hung_up()
    program.close()
