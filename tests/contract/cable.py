"""A bad cable between the host and the simulated adapter: what goes in at one end comes out changed at the other."""

from collections.abc import Callable, Iterable
import os
from pathlib import Path
import random
import select
import threading
import tty

type Quality = Callable[[bytes], Iterable[bytes]]
"""Takes the bytes that came in, and returns the pieces that come out, one read each."""


def whole(data: bytes) -> Iterable[bytes]:
    """Let everything through."""
    yield data


def one_byte_at_a_time(data: bytes) -> Iterable[bytes]:
    """Let everything through in the smallest pieces."""
    return (bytes((byte,)) for byte in data)


def losing(fraction: float) -> Quality:
    """Return a cable that loses a part of what is said, a whole piece at a time."""
    chance = random.Random(1)

    def lose(data: bytes) -> Iterable[bytes]:
        if chance.random() >= fraction:
            yield data

    return lose


def flipping(fraction: float) -> Quality:
    """Return a cable that turns over one bit in a part of the pieces: LUBA's checksum finds one, not two."""
    chance = random.Random(2)

    def flip(data: bytes) -> Iterable[bytes]:
        if chance.random() < fraction:
            where = chance.randrange(len(data))
            data = data[:where] + bytes((data[where] ^ (1 << chance.randrange(8)),)) + data[where + 1 :]
        yield data

    return flip


def noisy(fraction: float) -> Quality:
    """Return a cable that adds bytes that nobody sent, those that look like a message's beginning among them."""
    chance = random.Random(3)

    def add(data: bytes) -> Iterable[bytes]:
        if chance.random() < fraction:
            yield bytes((chance.choice((0x59, 0x31, 0xFF, 0x15)),))
        yield data

    return add


class Cable:
    """A second pseudo-terminal in front of an adapter's; a thread of its own carries the bytes."""

    def __init__(self, adapter: Path, *, to_host: Quality = whole, to_adapter: Quality = whole) -> None:
        self.to_host = to_host
        self.to_adapter = to_adapter
        self._adapter = os.open(adapter, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._adapter)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._ending, self._end = os.pipe()
        self._thread = threading.Thread(target=self._carry, name="cable", daemon=True)
        self._thread.start()

    def say(self, data: bytes) -> None:
        """Say something to the host that the adapter did not say."""
        os.write(self._master, data)

    def close(self) -> None:
        """Pull it out."""
        os.close(self._end)
        self._thread.join()
        for descriptor in (self._adapter, self._master, self._slave, self._ending):
            os.close(descriptor)

    def _carry(self) -> None:
        while True:
            ready, _, _ = select.select([self._adapter, self._master, self._ending], [], [])
            if self._ending in ready:
                return
            if self._adapter in ready:
                for piece in self.to_host(os.read(self._adapter, 4096)):
                    os.write(self._master, piece)
            if self._master in ready:
                for piece in self.to_adapter(os.read(self._master, 4096)):
                    os.write(self._adapter, piece)
