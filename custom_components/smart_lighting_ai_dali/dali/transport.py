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
    try:
        async with asyncio.timeout(OPEN_TIMEOUT):
            transport, protocol = await create_connection(
                asyncio.get_running_loop(),
                protocol_factory,
                url,
                baudrate=baudrate,
                exclusive=True,
                **options,
            )
    except (OSError, serialx.SerialException, ValueError) as error:
        raise _port_error(error, url) from error
    return transport, protocol


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
    return kind(f"{without_secrets(url)}: {error}")


def without_secrets(url: str) -> str:
    """Return an address without what comes after its question mark: ESPHome's has a key there."""
    return url.split("?", maxsplit=1)[0]
