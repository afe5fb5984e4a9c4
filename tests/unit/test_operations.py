"""The runbook names what there is: actions, loggers, issues, words of the screen, links, and a drill for each row."""

import json
import re
from typing import Any, Final

import yaml

from custom_components.smart_lighting_ai_dali.const import DOMAIN

from ..log_lines import loggers
from ..runbook_names import RUNBOOK, actions, blocks, links, prose, spans, text, words_of_the_screen

ROOT: Final = RUNBOOK.parents[1]
PACKAGE: Final = ROOT / "custom_components" / DOMAIN
DRILLS: Final = ROOT / "tests" / "integration" / "runbook"
# Words that Home Assistant has on its screen, and heads of paragraphs.
OTHERS: Final = {
    "Settings",
    "System",
    "Repairs",
    "Logs",
    "Devices & services",
    "Smart Lighting AI (DALI)",
    "⋮",
    "Reload",
    "Reconfigure",
    "Download diagnostics",
    "The AI's key",
    "The key of the profiles",
}


def english() -> Any:
    """Return the English texts."""
    return json.loads((PACKAGE / "translations" / "en.json").read_text(encoding="utf-8"))


def texts(node: Any) -> set[str]:
    """Return all of them."""
    return {node} if isinstance(node, str) else {one for child in node.values() for one in texts(child)}


def table(head: str) -> list[list[str]]:
    """Return the rows of the table with this head."""
    rows = text().split(head)[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def code_in(cell: str) -> list[str]:
    """Return what is code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def test_actions_are_there_with_their_fields() -> None:
    services = yaml.safe_load((PACKAGE / "services.yaml").read_text(encoding="utf-8"))
    named = {span.removeprefix(f"{DOMAIN}.") for span in spans() if re.fullmatch(rf"{DOMAIN}\.\w+", span)}
    shown = [one for one in actions() if one["action"].startswith(f"{DOMAIN}.")]
    assert named | {one["action"].removeprefix(f"{DOMAIN}.") for one in shown} <= services.keys()
    for one in shown:
        fields = (services[one["action"].removeprefix(f"{DOMAIN}.")] or {}).get("fields", {})
        assert one.get("data", {}).keys() <= fields.keys(), one


def test_loggers_are_there() -> None:
    names = {f"custom_components.{DOMAIN}", *(f"custom_components.{DOMAIN}.{name}" for name in loggers().values())}
    found = set(re.findall(rf"custom_components\.{DOMAIN}[\w.]*\w", text()))
    assert len(found) >= 2
    assert found <= names


def test_words_of_the_screen_are_there() -> None:
    assert words_of_the_screen() - OTHERS - texts(english()) == set()


def test_each_issue_has_a_row() -> None:
    kinds = [kind for cells in table("| kind | what happened |") for kind in code_in(cells[0])]
    assert sorted(kinds) == sorted(english()["issues"])


def test_each_row_has_its_drill_and_each_drill_its_row() -> None:
    drills = [drill for cells in table("| there | here | drill |") for drill in code_in(cells[2])]
    assert sorted(drills) == sorted(file.stem for file in DRILLS.glob("test_*.py"))


def test_addresses_are_there() -> None:
    (line,) = blocks("sh")
    (address,) = re.findall(r"http://[^/]+(/\S+)", line)
    views = "".join(file.read_text(encoding="utf-8") for file in PACKAGE.glob("*.py"))
    assert address.removeprefix(f"/api/{DOMAIN}/") in views
    assert address.startswith(f"/api/{DOMAIN}/")


def test_links_lead_somewhere() -> None:
    for link in links():
        name, _, place = link.partition("#")
        file = RUNBOOK.parent / name if name else RUNBOOK
        assert file.is_file(), link
        heads = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
        anchors = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
        assert not place or place in anchors, link


def test_it_says_first_whether_it_is_healthy() -> None:
    heads = re.findall(r"^## (.+)$", prose(), re.MULTILINE)
    assert heads[:2] == ["Is it healthy?", "What a repair issue means"]


def test_the_readme_leads_there() -> None:
    assert "docs/operations.md" in (ROOT / "README.md").read_text(encoding="utf-8")
