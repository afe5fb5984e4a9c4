"""The command, on the files of an installation: what it prints, what it says of trouble, and what it does not load."""

import json
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import create_engine

from custom_components.smart_lighting_ai_dali.db.ingestion import insert_events, numbered
from custom_components.smart_lighting_ai_dali.db.migrations import migrate
from custom_components.smart_lighting_ai_dali.db.signals import Cause, Observation, Signal
from custom_components.smart_lighting_ai_dali.replay.command import main

from .conftest import EVENING

PACKAGE = Path(__file__).parents[3] / "custom_components" / "smart_lighting_ai_dali"
KEY = "01J0000000000000000000ZONE"
END = "2026-12-01T20:00"


def told(after: float, source: str, signal: Signal, value: int, cause: Cause = Cause.AUTOMATIC) -> Observation:
    """Return what happened in the office after the evening's beginning."""
    return Observation(
        time=int((EVENING + after) * 1000), source=source, signal=signal, zone=KEY, value=value, cause=cause
    )


def write(folder: Path, name: str, data: Any) -> None:
    """Write a file as Home Assistant does."""
    storage = folder / ".storage"
    storage.mkdir(exist_ok=True)
    (storage / name).write_text(json.dumps({"version": 1, "data": data}), encoding="utf-8")


def zone(title: str, key: str = KEY) -> dict[str, Any]:
    """Return a zone as its entry keeps it."""
    data = {"area": "office", "lights": ["light.desk"], "motion": ["binary_sensor.desk"], "purpose": "office"}
    return {"subentry_id": key, "subentry_type": "zone", "title": title, "data": data, "unique_id": None}


def set_up(folder: Path, *zones: dict[str, Any]) -> None:
    """Write the files of an installation with zones."""
    entry = {"domain": "smart_lighting_ai_dali", "options": {}, "subentries": [*zones]}
    write(folder, "core.config_entries", {"entries": [{"domain": "sun"}, entry]})
    write(folder, "core.config", {"latitude": 52.5, "longitude": 13.4, "time_zone": "Europe/Berlin"})
    write(folder, "core.entity_registry", {"entities": [{"entity_id": "weather.home", "id": "sky"}]})


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """Return the folder of an installation in which somebody was in the office for ten minutes."""
    set_up(tmp_path, zone("Büro"))
    engine = create_engine(f"sqlite:///{tmp_path / 'home-assistant_v2.db'}")
    with engine.begin() as connection:
        migrate(connection, 0)
        events = [
            told(-60, "lamp", Signal.LEVEL, 0, Cause.KEYFRAME),
            told(-60, "motion", Signal.MOTION, 0, Cause.KEYFRAME),
            told(0, "motion", Signal.MOTION, 1),
            told(0, "lamp", Signal.LEVEL, 254),
            told(600, "motion", Signal.MOTION, 0),
            told(900, "lamp", Signal.LEVEL, 0),
            told(1000, "sky", Signal.CLOUD, 50),
        ]
        insert_events(connection, numbered(connection, events, {}))
    engine.dispose()
    return tmp_path


def test_it_prints_how_good_the_evening_was(installation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(installation), "--days", "1", "--end", END, "--json"]) == 0
    *lines, answer = capsys.readouterr().out.splitlines()
    assert any(line.startswith("Büro (1 days with people, 0.00 changes by hand a day)") for line in lines)
    found = json.loads(answer)
    (office,) = found["zones"]
    assert office["zone"] == "Büro"
    assert office["recorded"]["full_load_hours"] == 0.25
    assert office["recorded"]["energy_vs_pir20"] == 0.5
    assert office["pir_20_min"]["full_load_hours"] == 0.5
    assert office["rules"]["lux_satisfaction"] is None
    assert office["rules"]["kwh"] is None
    assert found["total"]["occupied_days"] == 1
    assert found["notes"][0].startswith("True presence is not known")


def test_another_database_and_one_zone(installation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = installation / "copy.db"
    (installation / "home-assistant_v2.db").rename(copy)
    arguments = [str(installation), "--zone", "Büro", "--end", END]
    assert main([*arguments, "--database", str(copy)]) == 0
    assert main([*arguments, "--database", f"sqlite:///{copy}"]) == 0
    assert main(arguments) == 1
    assert "There is no database" in capsys.readouterr().err


def test_it_says_what_is_missing(installation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def complaint(*arguments: str) -> str:
        assert main([str(installation), *arguments]) == 1
        return capsys.readouterr().err

    assert "There is no zone Kitchen, only Büro" in complaint("--zone", "Kitchen")
    assert "Nothing was recorded before" in complaint("--end", "2026-11-01T12:00")
    set_up(installation, zone("Attic", "other"))
    assert "Nothing was recorded of these" in complaint("--end", END)
    (installation / "home-assistant_v2.db").write_bytes(b"")
    assert "The database can't be read" in complaint("--end", END)
    set_up(installation)
    assert "no zone is set up there" in complaint()
    write(installation, "core.config_entries", {"entries": []})
    assert "is not set up there" in complaint()
    write(installation, "core.config_entries", {})
    assert "can't be read" in complaint()
    (installation / ".storage" / "core.config_entries").unlink()
    assert "core.config_entries can't be read: No such file" in complaint()


def test_entities_that_cannot_be_read_are_said(installation: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(installation, "core.entity_registry", {})
    assert main([str(installation)]) == 1
    assert "entities can't be read" in capsys.readouterr().err


def test_it_starts_without_home_assistant(installation: Path) -> None:
    look = (
        "import runpy, sys\n"
        f"sys.argv = ['replay', {str(installation)!r}, '--end', {END!r}]\n"
        "try:\n"
        f"    runpy.run_path({str(PACKAGE / 'replay')!r}, run_name='__main__')\n"
        "except SystemExit as end:\n"
        "    print(end.code, 'homeassistant' in sys.modules)\n"
    )
    answer = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.splitlines()[-1] == "0 False"
