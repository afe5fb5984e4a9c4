"""The serial port of the simulated adapter: a pseudo-terminal behind a name that stays the same (Linux).

What a real adapter sends while no program has its port open is lost, so it is here: only the master side is kept open,
and the kernel says when the other side is not. An edge-triggered epoll tells of a closed port once, where a plain
`add_reader` would spin.
"""

from collections.abc import Callable
import os
from pathlib import Path
import select
import tty
from typing import Final, override

from .host_port import HostPort
from .port_name import PortName

_CHUNK: Final = 4096


class _Port:
    """One pseudo-terminal, from plugging in to pulling out."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        try:
            tty.setraw(slave)
            self.name = os.ttyname(slave)
        finally:
            os.close(slave)
        os.set_blocking(self.master, False)
        self.edges = select.epoll()
        self.edges.register(self.master, select.EPOLLIN | select.EPOLLET)
        self._hang_up = select.poll()
        self._hang_up.register(self.master, 0)

    @property
    def is_open(self) -> bool:
        """Whether a program has the port open."""
        return not self._hang_up.poll(0)

    def close(self) -> None:
        """Pull it out."""
        self.edges.close()
        os.close(self.master)


class Terminal(HostPort):
    """Where the host plugs in; `received` gets its bytes in the event loop."""

    def __init__(self, received: Callable[[bytes], None]) -> None:
        super().__init__(received)
        self._port: _Port | None = None
        self._name: PortName | None = None

    @property
    def port(self) -> str | None:
        """The kernel's present name of the port, such as /dev/pts/3; None while it is unplugged."""
        return self._port.name if self._port is not None else None

    @property
    def link(self) -> Path | None:
        """The name under which it is, or was, plugged in."""
        return self._name.link if self._name is not None else None

    @override
    def _stall(self, *, stalled: bool) -> None:
        if not stalled:
            self._read()

    def plug_in(self, link: Path) -> None:
        """Make a port and its name; raises OSError, FileExistsError where the name is taken by a file."""
        if self._port is not None:
            raise RuntimeError("the terminal is plugged in already")
        self._install(*_made(link))

    def replug(self, link: Path) -> None:
        """Hang up on the host and plug in under a name; where that can't be, raise OSError and stay as it is."""
        if self._port is None or self._name is None or self._name.is_at(link):
            self.unplug()
            self.plug_in(link)
            return
        made = _made(link)
        self.unplug()
        self._install(*made)

    def unplug(self) -> None:
        """Hang up on the host and take the name away; does nothing while unplugged."""
        port, self._port = self._port, None
        if port is None or self._name is None:
            return
        self._loop.remove_reader(port.edges.fileno())
        self._loop.remove_writer(port.master)
        self._unsent.clear()
        self._name.give_back()
        port.close()

    def write(self, data: bytes) -> None:
        """Send bytes to the host; those that nobody reads are lost."""
        port = self._port
        if port is None or self._deaf or not port.is_open:
            return
        if not self._unsent:
            data = data[_write(port.master, data) :]
            if not data:
                return
            self._loop.add_writer(port.master, self._flush, port)
        self._keep(data)

    def _install(self, port: _Port, name: PortName) -> None:
        self._port, self._name = port, name
        self._loop.add_reader(port.edges.fileno(), self._read)

    def _flush(self, port: _Port) -> None:
        if port.is_open:
            del self._unsent[: _write(port.master, self._unsent)]
        else:
            self._unsent.clear()
        if not self._unsent:
            self._loop.remove_writer(port.master)

    def _read(self) -> None:
        """Take all that has come: an edge is told only once."""
        port = self._port
        if port is None:
            return
        port.edges.poll(0)
        # Pulled out by what a byte brought about, the port is not read on.
        while self._port is port and not self._stalled and (data := _read(port.master)):
            if not self._deaf:
                self._received(data)


def _read(master: int) -> bytes:
    """Return the bytes that wait; none where there are none, or where no program has the port open."""
    try:
        return os.read(master, _CHUNK)
    except OSError:
        return b""


def _write(master: int, data: bytes | bytearray) -> int:
    """Return how many bytes the port took."""
    try:
        return os.write(master, data)
    except OSError:
        return 0


def _made(link: Path) -> tuple[_Port, PortName]:
    """Return a new port and its name; raises OSError."""
    port = _Port()
    try:
        return port, PortName(link, port.name)
    except BaseException:
        port.close()
        raise
