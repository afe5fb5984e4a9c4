"""What docs/operations.md names, taken out of its text."""

from pathlib import Path
import re
from typing import Any, Final

import yaml

RUNBOOK: Final = Path(__file__).parents[1] / "docs" / "operations.md"
_BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN: Final = re.compile(r"`([^`\n]+)`")
_BOLD: Final = re.compile(r"\*\*([^*\n]+)\*\*")
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_ENTITY: Final = re.compile(r"[a-z_]+\.smart_lighting_ai_(?!dali)\w+")


def text() -> str:
    """Return the whole of it."""
    return RUNBOOK.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return its blocks of a language."""
    return [block for kind, block in _BLOCK.findall(text()) if kind == language]


def prose() -> str:
    """Return it without its blocks."""
    return _BLOCK.sub("", text())


def spans() -> set[str]:
    """Return what is in it as code, within sentences and tables."""
    return set(_SPAN.findall(prose()))


def words_of_the_screen() -> set[str]:
    """Return what is to be read and pressed: what stands in bold, each step of a way by itself."""
    return {word.strip().rstrip(".:") for bold in _BOLD.findall(prose()) for word in bold.split("→")}


def links() -> set[str]:
    """Return where its links lead."""
    return set(_LINK.findall(prose()))


def entities() -> set[str]:
    """Return the entities of the site that it names."""
    return {span for span in spans() if _ENTITY.fullmatch(span)}


def actions() -> list[dict[str, Any]]:
    """Return the actions that it shows how to call."""
    found = [yaml.safe_load(block) for block in blocks("yaml")]
    return [one for one in found if isinstance(one, dict) and "action" in one]
