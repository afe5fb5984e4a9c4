"""The network port of the simulated adapter: bytes over TCP on this machine, as a serial server or a DALInet has them.

One program at a time is connected, and others have to wait until it has gone, as with a DALInet.
"""

from collections.abc import Callable
from contextlib import suppress
import socket
from typing import Final, override

from .host_port import HostPort

_HOST: Final = "127.0.0.1"
_CHUNK: Final = 4096


class NetworkPort(HostPort):
    """Where the host connects; `received` gets its bytes in the event loop. It has the faults of a `Terminal`."""

    def __init__(self, received: Callable[[bytes], None], *, port: int = 0) -> None:
        super().__init__(received)
        self._number = port
        self._listening: socket.socket | None = None
        self._host: socket.socket | None = None

    @property
    def url(self) -> str:
        """The address under which it is, or was, to be reached; it stays the same once it was plugged in."""
        return f"socket://{_HOST}:{self._number}"

    @override
    def _stall(self, *, stalled: bool) -> None:
        if self._host is None:
            return
        if stalled:
            self._loop.remove_reader(self._host)
        else:
            self._loop.add_reader(self._host, self._read)

    def plug_in(self) -> None:
        """Listen; does nothing where it does already. Raises OSError."""
        if self._listening is not None:
            return
        listening = socket.socket()
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((_HOST, self._number))
            listening.listen()
        except OSError:
            listening.close()
            raise
        listening.settimeout(0)
        self._number = listening.getsockname()[1]
        self._listening = listening
        self._loop.add_reader(listening, self._accept)

    def unplug(self) -> None:
        """Hang up on the host, and listen no more."""
        self._hang_up()
        if self._listening is not None:
            self._loop.remove_reader(self._listening)
            self._listening.close()
            self._listening = None

    def write(self, data: bytes) -> None:
        """Send bytes to the host; those that nobody reads are lost."""
        host = self._host
        if host is None or self._deaf:
            return
        if not self._unsent:
            data = data[self._send(host, data) :]
            if not data:
                return
            self._loop.add_writer(host, self._flush, host)
        self._keep(data)

    def _accept(self) -> None:
        if self._listening is None:
            return
        with suppress(OSError):
            host, _ = self._listening.accept()
            if self._host is not None:
                host.close()
                return
            host.settimeout(0)
            host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._host = host
            if not self._stalled:
                self._loop.add_reader(host, self._read)

    def _read(self) -> None:
        host = self._host
        if host is None:
            return
        try:
            data = host.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        elif not self._deaf:
            self._received(data)

    def _send(self, host: socket.socket, data: bytes | bytearray) -> int:
        """Return how many bytes the connection took."""
        try:
            return host.send(data)
        except OSError:
            return 0

    def _flush(self, host: socket.socket) -> None:
        del self._unsent[: self._send(host, self._unsent)]
        if not self._unsent:
            self._loop.remove_writer(host)

    def _hang_up(self) -> None:
        host, self._host = self._host, None
        if host is not None:
            self._loop.remove_reader(host)
            self._loop.remove_writer(host)
            host.close()
        self._unsent.clear()
