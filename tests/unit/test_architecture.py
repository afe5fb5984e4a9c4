"""Who may import whom, and how large a file may be: the rules of CONTRIBUTING.md, held."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

PACKAGE: Final = Path(__file__).parents[2] / "custom_components" / "smart_lighting_ai_dali"
_ROOT: Final = "custom_components.smart_lighting_ai_dali"

# What a folder of the package may import of the package, and whether it may know Home Assistant.
ALLOWED: Final = {
    "dali": {"dali"},
    "simulator": {"simulator", "dali.timing", "dali.level", "dali.fade"},
    "db": {"db"},
    "zones": {"zones"},
    "replay": {"replay", "zones", "db.reading", "db.schema", "db.signals", "db.traces", "control.zone_settings"},
    "advisor": {"advisor", "zones"},
    "vault": {"vault"},
}
# Folders that live inside Home Assistant, and what other folders these may import; the files beside them are free.
INSIDE: Final = {
    "issues": {"advisor", "dali", "db", "vault", "zones"},
    "control": {"dali", "db", "vault", "zones"},
    "ai": {"advisor", "control", "issues", "zones"},
    "entities": {"advisor", "ai", "control", "dali", "zones"},
    "flows": {"advisor", "ai", "control", "dali", "db", "simulator", "zones"},
    "actions": {"advisor", "control", "dali", "db", "entities", "flows", "replay", "vault", "zones"},
    "fix_flows": {"ai", "control", "dali", "db", "flows", "issues", "vault"},
}
# Folders of those above that may know Home Assistant: the database is that of its recorder.
KNOW_HOME_ASSISTANT: Final = {"db"}
# Home Assistant would load a folder with such a name as one of its hooks or platforms.
HOOKS: Final = {
    "analytics",
    "backup",
    "cast",
    "condition",
    "config",
    "diagnostics",
    "energy",
    "group",
    "hardware",
    "intent",
    "llm",
    "logbook",
    "media_source",
    "onboarding",
    "recorder",
    "repairs",
    "system_health",
    "trigger",
    "binary_sensor",
    "button",
    "event",
    "light",
    "number",
    "scene",
    "select",
    "sensor",
    "switch",
}
LONGEST_FILE: Final = 450


def modules() -> Iterator[Path]:
    """Return every file of the package."""
    yield from sorted(PACKAGE.rglob("*.py"))


def imports(file: Path) -> Iterator[str]:
    """Return the absolute names of the modules that a file imports."""
    package = [_ROOT, *file.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(level=0, module=str(module)):
                yield module
            case ast.ImportFrom(level=level, module=module):
                base = ".".join(package[: len(package) - level + 1])
                if module:
                    yield f"{base}.{module}"
                else:
                    yield from (f"{base}.{alias.name}" for alias in node.names)


def own(name: str) -> str | None:
    """Return what a name is within the package; None for others'."""
    return name.removeprefix(f"{_ROOT}.") if name.startswith(f"{_ROOT}.") else None


@pytest.mark.parametrize("folder", sorted(ALLOWED))
def test_imports_go_one_way(folder: str) -> None:
    wrong = []
    for file in sorted((PACKAGE / folder).rglob("*.py")):
        for name in imports(file):
            inside = own(name)
            if inside is None:
                if name.split(".")[0] == "homeassistant" and folder not in KNOW_HOME_ASSISTANT:
                    wrong.append(f"{file.name} imports {name}")
            elif not any(inside == allowed or inside.startswith(f"{allowed}.") for allowed in ALLOWED[folder]):
                wrong.append(f"{file.name} imports {name}")
    assert wrong == []


@pytest.mark.parametrize("folder", sorted(INSIDE))
def test_folders_inside_home_assistant_import_one_way(folder: str) -> None:
    wrong = []
    for file in sorted((PACKAGE / folder).rglob("*.py")):
        for name in imports(file):
            other = (own(name) or "").split(".")[0]
            if (PACKAGE / other).is_dir() and other not in {"", folder, *INSIDE[folder]}:
                wrong.append(f"{file.name} imports {name}")
    assert wrong == []


def test_every_folder_has_its_rule() -> None:
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders == ALLOWED.keys() | INSIDE.keys()


def test_the_simulator_reads_the_standard_for_itself() -> None:
    names = {name for file in (PACKAGE / "simulator").rglob("*.py") for name in imports(file)}
    assert not {name for name in names if name.split(".")[0] == "dali"}


def test_only_the_transport_knows_the_serial_library() -> None:
    users = {file.name for file in modules() if any(name.split(".")[0] == "serialx" for name in imports(file))}
    assert users == {"transport.py"}


def test_only_its_client_knows_openai() -> None:
    users = {file.name for file in modules() if any(name.split(".")[0] == "openai" for name in imports(file))}
    assert users == {"openai_client.py"}


def test_only_the_vault_knows_cryptography() -> None:
    users = {
        file.parent.name for file in modules() if any(name.split(".")[0] == "cryptography" for name in imports(file))
    }
    assert users == {"vault"}


def test_one_file_knows_the_recorder_from_inside() -> None:
    inside = "homeassistant.components.recorder"
    # What the recorder offers to all is its history.
    users = {
        file.name
        for file in modules()
        if any(name.startswith(inside) and name != f"{inside}.history" for name in imports(file))
    }
    assert users <= {"recorder_tasks.py"}


def test_no_folder_bears_the_name_of_a_hook() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    assert not folders & HOOKS


def test_a_file_is_read_in_one_sitting() -> None:
    long = {file.name: lines for file in modules() if (lines := len(file.read_text().splitlines())) > LONGEST_FILE}
    assert long == {}


def test_nothing_is_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "misc", "common", "manager"}
    assert not {file.stem for file in modules()} & drawers
