"""The serial port: the only file that knows the serial library.

The API is pyserial-asyncio's `create_serial_connection`; behind it stands serialx, its successor by the Home Assistant
developers (docs/decisions/0001-serialx.md). A URL is a port's path or anything else that serialx takes: `socket://`,
`rfc2217://`, `esphome://`.
"""

import asyncio
from collections.abc import Awaitable, Callable
import errno
import socket
from typing import Any, Final, Protocol
from urllib.parse import unquote

import serialx

from .errors import (
    AddressUnreachableError,
    LineError,
    PortBusyError,
    PortForbiddenError,
    PortMissingError,
    PortUnusableError,
)

# A driver that takes longer to open a port has hung.
OPEN_TIMEOUT: Final = 10.0
# What a stalled adapter has not taken within this time is thrown away when the port is closed, in seconds.
_CLOSE_TIMEOUT: Final = 1.0
# How long whoever leaves waits for a port that is still being opened, in seconds: most open within milliseconds.
_LEAVE_TIMEOUT: Final = 0.5
_SHORTEST_SECRET: Final = 8


class Transport(Protocol):
    """What the drivers need of an asyncio transport."""

    def write(self, data: bytes) -> None:
        """Send bytes; raises OSError when the port is gone."""

    def abort(self) -> None:
        """Close at once, without sending what is left."""


type CreateConnection = Callable[..., Awaitable[tuple[Any, Any]]]


async def open_transport[P: asyncio.Protocol](
    url: str,
    protocol_factory: Callable[[], P],
    *,
    baudrate: int,
    create_connection: CreateConnection = serialx.create_serial_connection,
    **options: Any,
) -> tuple[Transport, P]:
    """Open a port for ourselves alone and connect a protocol to it.

    `create_connection` is the seam: pyserial-asyncio's and pyserial-asyncio-fast's functions fit as well.
    Raises a `LineError` that names what is wrong with the port.
    """
    if create_connection is serialx.create_serial_connection:
        options.setdefault("close_timeout", _CLOSE_TIMEOUT)
    loop = asyncio.get_running_loop()
    opening = asyncio.ensure_future(
        create_connection(loop, protocol_factory, url, baudrate=baudrate, exclusive=True, **options)
    )
    try:
        await asyncio.wait((opening,), timeout=OPEN_TIMEOUT)
    except asyncio.CancelledError:
        await _give_up(opening)
        raise
    try:
        if not opening.done():
            await _give_up(opening)
            raise TimeoutError("the port does not open")
        transport, protocol = opening.result()
    except (OSError, serialx.SerialException, ValueError) as error:
        raise _port_error(error, url) from error
    return transport, protocol


async def _give_up(opening: asyncio.Future[tuple[Any, Any]]) -> None:
    """Let go of a port that is being opened; nobody wants it any more.

    A thread opens it, and can't be stopped; an error that nobody waits for would be in the log.
    """
    try:
        await asyncio.wait((opening,), timeout=_LEAVE_TIMEOUT)
    finally:
        if not opening.done():
            opening.cancel()
        elif not opening.cancelled() and opening.exception() is None:
            opening.result()[0].abort()


def _port_error(error: Exception, url: str) -> LineError:
    """Return which of our errors says what the serial library's means."""
    kind: type[LineError] = PortUnusableError
    number = getattr(error, "errno", None)
    if isinstance(error, (ConnectionError, TimeoutError, socket.gaierror)) or number in {
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
    }:
        kind = AddressUnreachableError if "://" in url else PortUnusableError
    elif isinstance(error, FileNotFoundError) or number in {errno.ENODEV, errno.ENXIO, errno.ENOENT}:
        kind = PortMissingError
    elif isinstance(error, PermissionError):
        kind = PortForbiddenError
    elif number in {errno.EBUSY, errno.EAGAIN}:
        kind = PortBusyError
    return kind(f"{without_secrets(url)}: {_without_query(str(error), url)}")


def without_secrets(url: str) -> str:
    """Return an address without what comes after its question mark: ESPHome's has a key there."""
    return url.split("?", maxsplit=1)[0]


def _without_query(text: str, url: str) -> str:
    """Return what an error says, without what comes after the question mark of the address that it is about.

    The system names the whole address in some of its errors, and others may name the key alone.
    """
    query = url.partition("?")[2]
    values = [part.partition("=")[2] for part in query.split("&")]
    # What is as short as the number of a port stands in other words by chance, and is no key.
    secrets = [one for value in values for one in (value, unquote(value)) if len(one) >= _SHORTEST_SECRET]
    for secret in (query, *secrets):
        if secret:
            text = text.replace(secret, "...")
    return text
