"""The file that gets a line of JSON per frame, as long as it takes them."""

from contextlib import suppress
import json
import logging
import os
from pathlib import Path
import stat
from typing import Final

from .frame_log import Frame

_LOGGER: Final = logging.getLogger(__package__)
_DEVICES: Final = Path("/dev")


class LogFile:
    """A file of frames; one that fails is given up, since the line goes on without it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # One line at a time, so that whoever reads along sees whole frames.
        self._file = os.fdopen(_descriptor(path), "a", encoding="utf-8", buffering=1)

    def write(self, frame: Frame) -> None:
        """Write a frame down; does nothing once the file is closed."""
        if self._file.closed:
            return
        try:
            self._file.write(json.dumps(frame.as_dict()) + "\n")
        except OSError as error:
            _LOGGER.error(  # noqa: TRY400  # it says it all
                "frame_log=failed detail=%r path=%r hint='no more frames are written to it'",
                str(error),
                str(self._path),
            )
            self.close()

    def close(self) -> None:
        """Close the file; it is closed even where its last frame can't be written."""
        with suppress(OSError):
            self._file.close()


def _descriptor(path: Path) -> int:
    """Return a file's descriptor; raises OSError, for a named pipe too, whose opening might never end."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY, 0o666)
    if _DEVICES not in path.parents and not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is no file to write to")
    return descriptor
