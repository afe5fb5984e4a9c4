"""The command: read an installation's files and database, play its days once more, and print how good they were."""

import argparse
from collections.abc import Collection, Sequence
from datetime import datetime
import json
from pathlib import Path
import sys
from typing import Final

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from ..db.reading import reader_of
from .installed import NotInstalledError, read_installation
from .recording import Installation, open_recording
from .report import NOTES, answer_of, table
from .run import Outcome, Replay

_DATABASE: Final = "home-assistant_v2.db"
_DAY: Final = 86_400


def main(arguments: Sequence[str] | None = None) -> int:
    """Score the rules on the last days of an installation; returns 1 where that can't be done."""
    options = _parser().parse_args(arguments)
    try:
        installation = read_installation(options.config)
        chosen = _chosen(installation, options.zone)
        engine = _engine(options.config, options.database)
        outcome = _play(engine, installation, chosen, days=options.days, end=options.end)
    except NotInstalledError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except SQLAlchemyError as error:
        sys.stderr.write(f"The database can't be read: {error}\n")
        return 1
    names = {key: settings.name for key, settings in installation.zones.items()}
    sys.stdout.write("\n".join((*table(outcome, names), "", *NOTES)) + "\n")
    if options.json:
        sys.stdout.write(json.dumps(answer_of(outcome, names)) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/replay",
        description="Score the rules on your own last days, from what was recorded of them; nothing is written.",
    )
    parser.add_argument("config", type=Path, help="Home Assistant's configuration folder, or a copy of it")
    parser.add_argument(
        "--database", metavar="FILE|URL", help=f"the recorder's database; without it, {_DATABASE} in that folder"
    )
    parser.add_argument("--days", type=float, default=7.0, help="how many last days count; those before teach")
    parser.add_argument(
        "--end", type=datetime.fromisoformat, metavar="TIME", help="until when, as 2026-11-28T12:00; without it, now"
    )
    parser.add_argument("--zone", action="append", metavar="NAME", help="show this zone alone; may be repeated")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")
    return parser


def _chosen(installation: Installation, names: Sequence[str] | None) -> set[str]:
    """Return the keys of zones by their names, of all where none is given. Raises NotInstalledError."""
    if not names:
        return set(installation.zones)
    there = {settings.name: key for key, settings in installation.zones.items()}
    if missing := [name for name in names if name not in there]:
        raise NotInstalledError(f"There is no zone {', '.join(missing)}, only {', '.join(sorted(there))}")
    return {there[name] for name in names}


def _engine(config: Path, database: str | None) -> Engine:
    if database is not None and "://" in database:
        return create_engine(database)
    file = config / _DATABASE if database is None else Path(database)
    if not file.is_file():
        raise NotInstalledError(f"There is no database {file}")
    return reader_of(str(file.resolve()))


def _play(
    engine: Engine, installation: Installation, chosen: Collection[str], *, days: float, end: datetime | None
) -> Outcome:
    """Play it all, and return what came of the chosen zones. Raises NotInstalledError and SQLAlchemyError."""
    zone = installation.place.time_zone
    end = datetime.now(zone) if end is None else end if end.tzinfo else end.replace(tzinfo=zone)
    end_ms = int(end.timestamp() * 1000)
    with engine.connect() as connection:
        recording = open_recording(connection, installation, end_ms=end_ms)
        if recording is None:
            raise NotInstalledError("Nothing was recorded before that time")
        replay = Replay(recording.home, begin=end.timestamp() - days * _DAY)
        for piece in recording.pieces(end_ms):
            replay.take(recording.read(connection, *piece))
    outcome = replay.finish(end.timestamp(), chosen)
    if not outcome.zones:
        raise NotInstalledError("Nothing was recorded of these zones")
    return outcome
