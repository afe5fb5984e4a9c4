"""The same contract for the library that was asked for, its fork, and the one that we use (docs/decisions/0001)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
import contextlib
import gc
import os
from pathlib import Path
import tty
from typing import Any, override

import pytest
import serial_asyncio
import serial_asyncio_fast
import serialx

from custom_components.smart_lighting_ai_dali.dali import transport as transport_module
from custom_components.smart_lighting_ai_dali.dali.errors import (
    AddressUnreachableError,
    LineError,
    PortBusyError,
    PortMissingError,
    PortUnusableError,
)
from custom_components.smart_lighting_ai_dali.dali.transport import CreateConnection, Transport, open_transport

BAUDRATE = 38400
SETTLE = 0.1


class Ears(asyncio.Protocol):
    """A protocol that keeps what it hears, and waits for the end."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.news = asyncio.Event()
        self.lost: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()

    @override
    def data_received(self, data: bytes) -> None:
        """Keep what comes."""
        self.heard += data
        self.news.set()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Keep why it ended."""
        self.lost.set_result(exc)

    async def hears(self, expected: bytes) -> None:
        """Wait until the bytes that were heard are the expected ones."""
        async with asyncio.timeout(5):
            while bytes(self.heard) != expected:
                self.news.clear()
                await self.news.wait()


class Terminal:
    """A pseudo-terminal with nobody behind it."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        self._slave: int | None = slave

    def hang_up(self) -> None:
        """Do what the kernel does when an adapter is pulled out."""
        if self._slave is not None:
            os.close(self._slave)
            os.close(self.master)
            self._slave = None


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Return a terminal that ends with the test."""
    terminal = Terminal()
    yield terminal
    terminal.hang_up()


@pytest.fixture(
    params=[
        serialx.create_serial_connection,
        serial_asyncio.create_serial_connection,
        serial_asyncio_fast.create_serial_connection,
    ],
    ids=["serialx", "pyserial-asyncio", "pyserial-asyncio-fast"],
)
def library(request: pytest.FixtureRequest) -> CreateConnection:
    """Return each library in turn."""
    create: CreateConnection = request.param
    return create


@pytest.fixture
async def connection(terminal: Terminal, library: CreateConnection) -> AsyncIterator[tuple[Transport, Ears]]:
    """Return an open connection to the terminal."""
    transport, ears = await open_transport(terminal.path, Ears, baudrate=BAUDRATE, create_connection=library)
    yield transport, ears
    if not ears.lost.done():
        transport.abort()
    async with asyncio.timeout(5):
        await ears.lost


async def read(terminal: Terminal, count: int) -> bytes:
    """Return bytes that came out at the terminal's other end."""
    data = b""
    async with asyncio.timeout(5):
        while len(data) < count:
            data += await asyncio.to_thread(os.read, terminal.master, count)
    return data


async def test_bytes_go_both_ways_unchanged(terminal: Terminal, connection: tuple[Transport, Ears]) -> None:
    transport, ears = connection
    everything = bytes(range(256))
    transport.write(everything)
    assert await read(terminal, 256) == everything
    os.write(terminal.master, everything)
    await ears.hears(everything)


async def test_the_loss_of_the_port_is_told_at_once(terminal: Terminal, connection: tuple[Transport, Ears]) -> None:
    _, ears = connection
    terminal.hang_up()
    async with asyncio.timeout(1):
        assert isinstance(await ears.lost, OSError)


async def test_a_port_that_was_let_go_can_be_opened_again(terminal: Terminal, library: CreateConnection) -> None:
    for _ in range(5):
        transport, ears = await open_transport(terminal.path, Ears, baudrate=BAUDRATE, create_connection=library)
        transport.abort()
        async with asyncio.timeout(5):
            await ears.lost


async def test_a_missing_port_is_named_so(library: CreateConnection, tmp_path: Path) -> None:
    with pytest.raises(PortMissingError):
        await open_transport(str(tmp_path / "nothing"), Ears, baudrate=BAUDRATE, create_connection=library)


@pytest.mark.parametrize(
    "url",
    [
        # Of these the errors of the system and of the serial library tell the whole address.
        "/dev/serial/by-id/nothing?key=canary-of-the-port",
        "socket://nobody?key=canary-of-the-port",
        "socket://nobody?port_name=DALI&key=canary%2Dof%2Dthe%2Dport",
        "nonsense://nobody?key=canary-of-the-port",
    ],
)
async def test_a_key_in_an_address_is_in_no_error(url: str) -> None:
    with pytest.raises((PortMissingError, PortUnusableError)) as error:
        await open_transport(url, Ears, baudrate=BAUDRATE)
    assert "canary" not in str(error.value)
    assert url.partition("?")[0] in str(error.value)


async def test_an_error_that_names_a_key_alone_is_told_without_it(terminal: Terminal) -> None:
    async def refuse(*_: Any, **__: Any) -> tuple[Any, Any]:
        raise ValueError("invalid key canary-of/the-port at DALI, port 6053")

    with pytest.raises(PortUnusableError) as error:
        await open_transport(
            f"{terminal.path}?key=canary-of%2Fthe-port&port=6053", Ears, baudrate=BAUDRATE, create_connection=refuse
        )
    assert str(error.value) == f"{terminal.path}: invalid key ... at DALI, port 6053"


async def test_whoever_leaves_while_a_port_is_opened_leaves_no_error_and_no_open_port(
    terminal: Terminal, library: CreateConnection, tmp_path: Path
) -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    for path in (str(tmp_path / "nothing"), terminal.path):
        opening = asyncio.ensure_future(
            open_transport(path, Ears, baudrate=BAUDRATE, create_connection=library),
        )
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        opening.cancel()
        with pytest.raises((asyncio.CancelledError, PortMissingError)):
            await opening
    gc.collect()
    await asyncio.sleep(SETTLE)
    assert complaints == []
    transport, ears = await open_transport(terminal.path, Ears, baudrate=BAUDRATE)
    transport.abort()
    await ears.lost


async def test_a_port_that_does_not_open_is_given_up(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> None:
    async def hang(*_: Any, **__: Any) -> tuple[Any, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(transport_module, "OPEN_TIMEOUT", 0.01)
    monkeypatch.setattr(transport_module, "_LEAVE_TIMEOUT", 0.01)
    with pytest.raises(PortUnusableError):
        await open_transport(terminal.path, Ears, baudrate=BAUDRATE, create_connection=hang)


async def test_a_port_has_one_owner(terminal: Terminal) -> None:
    transport, ears = await open_transport(terminal.path, Ears, baudrate=BAUDRATE)
    with pytest.raises(PortBusyError):
        await open_transport(terminal.path, Ears, baudrate=BAUDRATE)
    transport.abort()
    await ears.lost


async def test_a_file_is_no_port(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no tty")
    with pytest.raises(PortUnusableError):
        await open_transport(str(file), Ears, baudrate=BAUDRATE)


@pytest.mark.parametrize("url", ["nonsense://host", "socket://127.0.0.1:99999999"])
async def test_an_address_that_makes_no_sense_is_told_apart(url: str) -> None:
    with pytest.raises(LineError):
        await open_transport(url, Ears, baudrate=BAUDRATE)


@pytest.mark.usefixtures("socket_enabled")
async def test_a_network_address_where_nobody_listens_is_unreachable() -> None:
    with pytest.raises(AddressUnreachableError):
        await open_transport("socket://127.0.0.1:1", Ears, baudrate=BAUDRATE)


@pytest.mark.usefixtures("socket_enabled")
async def test_a_network_address_is_as_good_as_a_port() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(await reader.readexactly(4))
            await writer.drain()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        transport, ears = await open_transport(f"socket://127.0.0.1:{port}", Ears, baudrate=BAUDRATE)
        transport.write(b"DALI")
        await ears.hears(b"DALI")
        transport.abort()
        await ears.lost


async def test_after_the_loss_a_write_says_so(terminal: Terminal) -> None:
    transport, ears = await open_transport(terminal.path, Ears, baudrate=BAUDRATE)
    terminal.hang_up()
    await ears.lost
    with pytest.raises(OSError, match="disconnected"):
        transport.write(b"anyone?")


async def test_a_stalled_adapter_holds_nobody_up(terminal: Terminal) -> None:
    transport, ears = await open_transport(terminal.path, Ears, baudrate=BAUDRATE)
    transport.write(bytes(200_000))
    await asyncio.sleep(SETTLE)
    begun = asyncio.get_running_loop().time()
    transport.abort()
    await ears.lost
    assert asyncio.get_running_loop().time() - begun < 2
