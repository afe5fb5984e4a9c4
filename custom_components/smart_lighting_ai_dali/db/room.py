"""How much room the recorder's file has: what a person has to know when nothing can be written."""

from dataclasses import dataclass
from pathlib import Path
import shutil
from typing import Any, Final

# SQLite's own word for a disk that is full; those of PostgreSQL and of MariaDB.
_SQLITE_FULL: Final = 13
_POSTGRESQL_FULL: Final = "53100"
_MARIADB_FULL: Final = frozenset({1021, 1114})
# With less than this the recorder soon can't write either, in bytes.
LITTLE: Final = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What was measured, in bytes."""

    free: int
    """Of the disk that the file is on."""
    file: int
    log: int
    """Of what is not in the file itself yet (SQLite's write-ahead log)."""


def measure_room(path: Path) -> Room | None:
    """Return how much room a file has; looks at the disk. None where it can't be looked at."""
    log = path.with_name(f"{path.name}-wal")
    try:
        return Room(
            free=shutil.disk_usage(path.parent).free,
            file=path.stat().st_size if path.exists() else 0,
            log=log.stat().st_size if log.exists() else 0,
        )
    except OSError:
        return None


def says_full(error: Exception | None) -> bool:
    """Tell whether a database says that its disk is full, by its code and not by its words."""
    origin: Any = getattr(error, "orig", None)
    code = getattr(origin, "sqlite_errorcode", None)
    if code is not None:
        return bool(code & 0xFF == _SQLITE_FULL)
    if getattr(origin, "pgcode", None) == _POSTGRESQL_FULL:
        return True
    return bool(getattr(origin, "args", ())) and origin.args[0] in _MARIADB_FULL
