"""Make docs/actions.md anew from the table of actions: `.venv/bin/python -m scripts.documents.actions`."""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
import sys
from typing import Any, Final

from homeassistant.core import SupportsResponse
import yaml

from custom_components.smart_lighting_ai_dali.actions.action import Action, always, never
from custom_components.smart_lighting_ai_dali.actions.table import ACTIONS
from custom_components.smart_lighting_ai_dali.const import DOMAIN

_ROOT: Final = Path(__file__).resolve().parents[2]
_PACKAGE: Final = _ROOT / "custom_components" / DOMAIN
PAGE: Final = _ROOT / "docs" / "actions.md"
_BEGIN: Final = "<!-- actions: begin -->\n"
_END: Final = "<!-- actions: end -->\n"
_ANSWERS: Final = {
    SupportsResponse.NONE: "no",
    SupportsResponse.OPTIONAL: "where asked for",
    SupportsResponse.ONLY: "always",
}


def page_of(page: str) -> str:
    """Return the page with what is said between its marks made anew."""
    begin, end = page.index(_BEGIN) + len(_BEGIN), page.index(_END)
    return f"{page[:begin]}\n{'\n'.join(_lines())}\n\n{page[end:]}"


def _lines() -> Iterator[str]:
    texts = json.loads((_PACKAGE / "translations" / "en.json").read_text(encoding="utf-8"))["services"]
    services = yaml.safe_load((_PACKAGE / "services.yaml").read_text(encoding="utf-8"))
    yield "| action | who may | automations | answers | in the audit | at most |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for action in ACTIONS:
        cells = (
            f"[{texts[action.name]['name']}](#{_anchor(texts[action.name]['name'])})",
            action.who.value,
            _automations(action),
            _ANSWERS[action.response],
            "every call" if action.audited else "refusals",
            _rate(action),
        )
        yield f"| {' | '.join(cells)} |"
    for action in ACTIONS:
        yield from _section(action, texts[action.name], (services[action.name] or {}).get("fields", {}))


def _section(action: Action, texts: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n### {texts['name']}\n"
    yield f"`{DOMAIN}.{action.name}`: {texts['description']}"
    if fields:
        yield "\n| field | what it says |"
        yield "| --- | --- |"
    for name, field in fields.items():
        needed = " (needed)" if field.get("required") else ""
        yield f"| `{name}`{needed} | {texts['fields'][name]['description']} |"


def _automations(action: Action) -> str:
    if action.is_lasting is never:
        return "yes"
    if action.is_lasting is always:
        return "only where the option allows"
    return "yes; what can't be taken back only where the option allows"


def _rate(action: Action) -> str:
    if not action.audited:
        return ""
    once = "; one at a time" if action.single else ""
    return f"{action.rate.at_once} at once, {action.rate.a_minute} a minute{once}"


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", name.lower()).replace(" ", "-")


def main() -> int:
    """Write the page, and say so."""
    PAGE.write_text(page_of(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{PAGE} is as the code is")
    return 0


if __name__ == "__main__":
    sys.exit(main())
