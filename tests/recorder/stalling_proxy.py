"""A way to a server on which nothing moves when a test says so: the server hangs, and no connection is closed."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import socket
import threading

from sqlalchemy import URL


class StallingProxy:
    """Stands between a client and a server."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._flowing = threading.Event()
        self._flowing.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self._threads: list[threading.Thread] = []
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """Let nothing through for a while."""
        self._flowing.clear()
        try:
            yield
        finally:
            self._flowing.set()

    def close(self) -> None:
        """Close all connections, and wait until nobody works on them."""
        self._flowing.set()
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, *work: object) -> None:
        action, *args = work
        thread = threading.Thread(target=action, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                self._sockets += [client, server]
                self._start(self._pump, client, server)
                self._start(self._pump, server, client)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flowing.wait()
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextmanager
def stalling_proxy_to(url: URL) -> Iterator[tuple[StallingProxy, URL]]:
    """Return a proxy to a database server, and the address of a database through it."""
    proxy = StallingProxy(str(url.host), int(url.port or 0))
    try:
        yield proxy, url.set(port=proxy.port)
    finally:
        proxy.close()
