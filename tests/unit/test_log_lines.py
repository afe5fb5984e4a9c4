"""Each line of the log is one event in fields, on the runbook's loggers, and the runbook says what to do about it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Final

import pytest

from ..log_lines import LAST, QUOTED, WHO, WHY, LogLine, log_lines, loggers

RUNBOOK: Final = Path(__file__).parents[2] / "docs" / "operations.md"
LINES: Final = tuple(log_lines())
_TOLD: Final = ("info", "warning", "error")
_HEADER: Final = "| line | level | logger |"
_CELL: Final = re.compile(r"`([^`]+)`")
# Those of which the runbook tells nothing more than that they are there.
_SILENT: Final = frozenset({"coordinator.py", "openai_client.py"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the runbook's table of lines."""

    event: str
    level: str
    logger: str


def rows() -> Iterator[Row]:
    """Return the runbook's table of lines."""
    table = RUNBOOK.read_text(encoding="utf-8").split(_HEADER)[1].split("\n\n")[0].splitlines()[2:]
    for row in table:
        events, level, logger, means, what_to_do = (cell.strip() for cell in row.strip("|").split("|"))
        assert means, row
        assert what_to_do, row
        for event in _CELL.findall(events):
            (name,) = _CELL.findall(logger)
            yield Row(event, level, name)


def rank(name: str, line: LogLine) -> tuple[int, int]:
    """Return where a field has its place in a line."""
    if name in WHO:
        return 0, WHO.index(name)
    if name == line.event.split("=", maxsplit=1)[0]:
        return 1, 0
    if name in WHY:
        return 2, WHY.index(name)
    return (4, LAST.index(name)) if name in LAST else (3, 0)


def logger_of(line: LogLine) -> str:
    """Return where a line is written; those that tell of an AI's provider get the logger of whoever asks it."""
    return line.logger or "openai_client"


def is_that_of(line: LogLine, row: Row) -> bool:
    """Tell whether a row is about a line."""
    event = re.sub("%[a-z]", r"\\w+", line.event)
    return (line.level, logger_of(line)) == (row.level, row.logger) and re.fullmatch(event, row.event) is not None


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.place)
def test_a_line_is_fields_in_their_order(line: LogLine) -> None:
    assert line.is_of_fields, line.text
    names = [name for name, _ in line.fields]
    assert len(set(names)) == len(names)
    assert names == sorted(names, key=lambda name: rank(name, line))
    assert line.event
    for name, form in line.fields:
        assert name not in QUOTED or form == "%r" or form.startswith("'"), name
        assert name in QUOTED or form != "%r", name


def test_lines_are_on_the_loggers_that_the_runbook_names() -> None:
    text = RUNBOOK.read_text(encoding="utf-8")
    table = text.split("| logger | what it tells |")[1].split("\n\n")[0]
    named = {cells[0] for row in table.splitlines()[2:] if (cells := _CELL.findall(row.split("|")[1]))}
    assert set(loggers().values()) == named
    # Each has the name of a module, or of a folder, so that it is found where it is looked for.
    package = Path(__file__).parents[2] / "custom_components" / "smart_lighting_ai_dali"
    for name in named:
        path = package.joinpath(*name.split("."))
        assert path.is_dir() or path.with_suffix(".py").is_file(), name


def test_the_runbook_says_what_to_do_about_each_line() -> None:
    told = [line for line in LINES if line.level in _TOLD]
    listed = list(rows())
    assert [line.place for line in told if not any(is_that_of(line, row) for row in listed)] == []
    assert [row for row in listed if not any(is_that_of(line, row) for line in told)] == []
    assert len(set(listed)) == len(listed)


def test_every_warning_is_driven_once_by_a_test() -> None:
    driven = set()
    for file in sorted(Path(__file__).parents[1].rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="told_once"), args=[_, ast.Constant(value=logger), ast.Constant(value=event)]
                ):
                    driven.add((logger, event))
    warnings = {(row.logger, row.event) for row in rows() if row.level in {"warning", "error"}}
    assert warnings - driven == set()


def test_nothing_else_writes_into_the_log() -> None:
    assert set(loggers()) - _SILENT == {
        line.place.split(":", maxsplit=1)[0] for line in LINES if line.logger is not None
    }
