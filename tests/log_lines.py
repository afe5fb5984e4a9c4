"""The lines that the integration writes into the log, found in its source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Final

DOMAIN: Final = "smart_lighting_ai_dali"
PACKAGE: Final = Path(__file__).parents[1] / "custom_components" / DOMAIN
_METHODS: Final = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_LOGGERS: Final = frozenset({"_LOGGER", "_logger"})
_FIELD: Final = re.compile(r"([a-z_]+)=('[^']*'|[^' ]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One call of a logger in the source."""

    place: str
    """File and line, for whoever has to mend it."""
    logger: str | None
    """The name below the integration; None where whoever calls gives the logger."""
    levels: frozenset[str]
    text: str
    """The format, as it stands there."""

    @property
    def level(self) -> str:
        """Return the most urgent level that it has: the others are for its repetitions."""
        return max(self.levels, key=("debug", "info", "warning", "error").index)

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Return its fields, as names and formats."""
        return tuple(_FIELD.findall(self.text))

    @property
    def is_of_fields(self) -> bool:
        """Tell whether there is nothing in it but fields."""
        return " ".join(f"{name}={value}" for name, value in self.fields) == self.text

    @property
    def event(self) -> str:
        """Return what it is known by: that which says what happened, such as `adapter=lost`."""
        return next((f"{name}={value}" for name, value in self.fields if name not in WHO), "")


# A line says who, then what happened, then why, then how much, then whose call it was, and last what to do.
WHO: Final = ("zone", "line", "address", "device", "entity", "provider", "part")
WHY: Final = ("kind", "status", "gate", "verdict", "reason", "detail", "task", "statement", "path")
"""Between these and the last come figures."""
LAST: Final = ("request_id", "user_id", "hint")
# What comes from people, or other programs: quoted, it can neither look like a field nor end the line.
QUOTED: Final = frozenset({"zone", "line", "part", "detail", "statement", "path", "hint"})


def log_lines() -> Iterator[LogLine]:
    """Return every call of a logger."""
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        logger = _logger_of(tree, file)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _is_of_a_logger(node.func):
                yield _line(node, file, logger)


def loggers() -> dict[str, str]:
    """Return the logger of each file that has one, by the file's place in the package."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        if logger := _logger_of(ast.parse(file.read_text(encoding="utf-8")), file):
            found[str(file.relative_to(PACKAGE))] = logger
    return found


def _logger_of(tree: ast.Module, file: Path) -> str | None:
    package = ".".join(file.relative_to(PACKAGE).parent.parts)
    own = ".".join(filter(None, (package, file.stem)))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="getLogger"), args=[ast.Name(id="__name__")]):
                return own
            case ast.Call(func=ast.Attribute(attr="getLogger"), args=[ast.Name(id="__package__")]):
                return package
            case ast.Call(
                func=ast.Attribute(attr="getLogger"),
                args=[
                    ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id="__package__")), ast.Constant(value)])
                ],
            ):
                return ".".join(filter(None, (package, str(value).removeprefix("."))))
            case ast.Call(
                func=ast.Attribute(attr="getLogger"),
                args=[ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id="PACKAGE")), ast.Constant(value)])],
            ):
                return str(value).removeprefix(".")
            case ast.Call(func=ast.Attribute(attr="getLogger")):
                raise AssertionError(f"{file}: a logger is named by __name__, __package__ or PACKAGE")
    return None


def _is_of_a_logger(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute) or function.attr not in _METHODS:
        return False
    owner = function.value
    name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return name in _LOGGERS


def _line(call: ast.Call, file: Path, logger: str | None) -> LogLine:
    assert isinstance(call.func, ast.Attribute)
    arguments = list(call.args)
    method = call.func.attr
    levels = frozenset({method})
    if method == "log":
        levels = frozenset(
            node.attr.lower()
            for node in ast.walk(arguments.pop(0))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "logging"
        )
    place = f"{file.relative_to(PACKAGE)}:{call.lineno}"
    text = arguments[0]
    assert isinstance(text, ast.Constant), f"{place}: the format of a line stands where it is written"
    assert levels, f"{place}: a level is named where it is used"
    return LogLine(place=place, logger=logger, levels=levels, text=str(text.value))
