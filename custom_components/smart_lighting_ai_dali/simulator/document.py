"""A YAML file that people write: its values checked one by one, and every mistake told with its place.

`Document` reads the mappings and lists of a fleet or a world and collects what is wrong with them on the way; what a
value has to be, a `Check` says (`fleet_fields.py`).
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, override

import yaml

from .fleet_fields import Check, MistakeError

_LONGEST_SHOWN: Final = 40
# What PyYAML raises besides its own errors: where a value does not fit its tag, as in `!!int ""`, where a number or a
# character is too large, and where lists are in lists in lists.
_UNREADABLE: Final = (
    yaml.YAMLError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class DocumentError(ValueError):
    """A file that can't be what it should be; `problems` has one message per mistake, with its place."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


class _Loader(yaml.SafeLoader):
    """Reads values; it does not merge mappings, since a few lines of merges can be more than a machine has room for."""

    @override
    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Refuse a mapping that others are merged into."""
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(None, None, "there is no merging here", key.start_mark)


class Document:
    """The text of one file as YAML; `problems` grows while it is read. Raises DocumentError where it is no YAML."""

    def __init__(self, content: str, *, what: str, needs: str) -> None:
        self.problems: list[str] = []
        self._needs = needs
        try:
            self._loader = _Loader(content)
            self.root = self._loader.get_single_node()
        except _UNREADABLE as error:
            raise DocumentError([_yaml_problem(error, what)]) from error

    def mapping(self, node: yaml.Node | None, place: str, keys: tuple[str, ...]) -> dict[str, yaml.Node]:
        """Return the values of a mapping by their keys; unknown and repeated ones are mistakes."""
        if node is None and node is self.root:
            self.problems.append(f"the file is empty; {self._needs}")
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.problem(node, place, "keys with values are needed, such as 'name: Hall'")
            return {}
        values: dict[str, yaml.Node] = {}
        for key_node, value_node in node.value:
            key = shown(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            if key not in keys:
                close = get_close_matches(key, keys, n=1)
                hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(keys)}"
                self.problem(key_node, place, f"there is no key {key}; {hint}")
            elif key in values:
                self.problem(key_node, place, f"{key} stands there twice; once is enough")
            else:
                values[key] = value_node
        return values

    def checked(self, node: yaml.Node | None, place: str, checks: dict[str, Check]) -> dict[str, Any]:
        """Return the values of a mapping that are right."""
        if node is None:
            return {}
        values: dict[str, Any] = {}
        for key, value_node in self.mapping(node, place, tuple(checks)).items():
            before = len(self.problems)
            value = self.value(value_node, f"{place}, {key}", checks[key])
            if len(self.problems) == before:
                values[key] = value
        return values

    def value(self, node: yaml.Node, place: str, check: Check) -> Any:  # as different as the keys
        """Return one value; None, and a problem more, where it is wrong."""
        try:
            value = self._loader.construct_object(node, deep=True)
        except _UNREADABLE:
            self.problem(node, place, "this can't be read; plain numbers, texts and lists are allowed")
            return None
        try:
            right = check(value)
        except MistakeError as error:
            self.problem(node, place, f"{shown(value)} is not allowed; {error}")
            return None
        if isinstance(node, yaml.MappingNode):
            self._refuse_repeated(node, place)
        return right

    def _refuse_repeated(self, node: yaml.MappingNode, place: str) -> None:
        """Find keys that stand in a mapping twice, however they are written: YAML takes the last."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self._loader.construct_object(key_node, deep=True)
            if key in seen:
                self.problem(key_node, place, f"{shown(key)} stands there twice; once is enough")
            seen.add(key)

    def problem(self, node: yaml.Node | None, place: str, what: str) -> None:
        """Note what is wrong at a place."""
        self.problems.append(f"line {line_of(node)}, {place}: {what}")


def read_text(path: Path) -> str:
    """Return the text of a file; raises DocumentError, and OSError where the file can't be read."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problem = f"{path.name}: not a text file: {error.reason} at byte {error.start}"
        raise DocumentError([problem]) from error


def line_of(node: yaml.Node | None) -> int:
    """Return the line of the file that a node stands in, from 1."""
    return node.start_mark.line + 1 if node is not None else 1


def shown(value: object) -> str:
    """Return a value as people would recognise it, not longer than they would read."""
    match value:
        case None:
            return "nothing"
        case list() | tuple() | set():
            # Never what is in them: aliases make a few lines into more than a machine has room for.
            return "this list"
        case dict():
            return "this mapping"
        case int() if value.bit_length() > _LONGEST_SHOWN * 3:
            # In decimal, this would take Python too long.
            content = hex(value)
        case _:
            content = str(value).encode(errors="backslashreplace").decode()
    return content if len(content) <= _LONGEST_SHOWN else content[: _LONGEST_SHOWN - 1] + "…"


def _yaml_problem(error: Exception, what: str) -> str:
    """Return what is wrong with a text that is no YAML."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}: {error.problem}"
    if isinstance(error, RecursionError):
        return f"not a {what}: brackets in brackets in brackets, too deep to be read"
    return f"not YAML: {(str(error) or type(error).__name__).splitlines()[0]}"
