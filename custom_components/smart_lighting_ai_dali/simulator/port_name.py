"""The name of a simulated port: a link that stays the same, and that one simulator at a time has."""

from contextlib import suppress
import fcntl
import os
from pathlib import Path
from typing import Final

_TERMINALS: Final = "/dev/pts/"


class PortName:
    """A name that stands for a port, until it is given back."""

    def __init__(self, link: Path, port: str) -> None:
        self.link = link
        self._port = port
        self._lock_path = link.with_name(f".{link.name}.lock")
        # The kernel takes the lock away with the process, however that ends; a file alone would stay.
        self._lock = _lock(self._lock_path, link)
        try:
            _point(link, port)
        except BaseException:
            self._unlock()
            raise

    def is_at(self, link: Path) -> bool:
        """Return whether this is the name, however it is written."""
        return (link.parent.resolve(), link.name) == (self.link.parent.resolve(), self.link.name)

    def give_back(self) -> None:
        """Take the link away, unless it leads elsewhere by now, and let others have the name."""
        with suppress(OSError):
            if str(self.link.readlink()) == self._port:
                self.link.unlink()
        self._unlock()

    def _unlock(self) -> None:
        # Still locked, so that no one else has it yet.
        with suppress(OSError):
            self._lock_path.unlink()
        os.close(self._lock)


def _lock(path: Path, link: Path) -> int:
    """Return the descriptor of a lock file that is locked now; raises OSError where it is so already."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Between the two calls the one before may have removed it: then others see another file.
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), path.stat()):
                    return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise OSError(f"{link} is in use by another simulator") from None
        os.close(descriptor)


def _point(link: Path, port: str) -> None:
    """Let a link lead to a port, from one instant to the next; only one that led to a terminal, or nowhere, goes."""
    if link.is_symlink():
        target = str(link.readlink())
        if link.exists() and not target.startswith(_TERMINALS):
            raise FileExistsError(f"{link} is there already, and leads to {target}")
    elif link.exists():
        raise FileExistsError(f"{link} is there already, and no link")
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(port)
    try:
        temporary.replace(link)
    except OSError:
        temporary.unlink()
        raise
