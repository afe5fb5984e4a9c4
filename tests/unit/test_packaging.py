"""What Home Assistant, HACS and hassfest want of the files around the code."""

import ast
from collections.abc import Iterator
import inspect
import json
from pathlib import Path
import re
import struct
import tomllib
from typing import Any, Final

import pytest
import yaml

from custom_components.smart_lighting_ai_dali import const
from custom_components.smart_lighting_ai_dali.actions.table import ACTIONS
from custom_components.smart_lighting_ai_dali.advisor.budget import Refusal
from custom_components.smart_lighting_ai_dali.advisor.provider import FailureKind
from custom_components.smart_lighting_ai_dali.advisor.server_address import AddressProblem
from custom_components.smart_lighting_ai_dali.binary_sensor import BINARY_SENSORS
from custom_components.smart_lighting_ai_dali.dali import errors
from custom_components.smart_lighting_ai_dali.dali.emergency_state import EmergencyMode
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.entities.ai_card_sensors import CARD_SENSORS
from custom_components.smart_lighting_ai_dali.entities.ai_sensors import AI_SENSORS
from custom_components.smart_lighting_ai_dali.entities.emergency_entities import (
    EMERGENCY_BINARY_SENSORS,
    EMERGENCY_SENSORS,
)
from custom_components.smart_lighting_ai_dali.entities.health_sensors import PART_SENSORS, SITE_HEALTH
from custom_components.smart_lighting_ai_dali.entities.input_entities import BINARY_SENSORS as INSTANCE_BINARY_SENSORS
from custom_components.smart_lighting_ai_dali.entities.report_entities import REPORT_BINARY_SENSORS, REPORT_SENSORS
from custom_components.smart_lighting_ai_dali.entities.zone_entities import (
    ZONE_AI_MODE,
    ZONE_AUTOMATIC,
    ZONE_OCCUPANCY,
    ZONE_SENSOR_PROBLEM,
    ZONE_SENSORS,
)
from custom_components.smart_lighting_ai_dali.issues.line import OFFLINE
from custom_components.smart_lighting_ai_dali.number import NUMBERS
from custom_components.smart_lighting_ai_dali.select import SELECTS
from custom_components.smart_lighting_ai_dali.sensor import SITE_SENSORS
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose
from custom_components.smart_lighting_ai_dali.zones.settings import Release
from scripts.documents.actions import PAGE, page_of

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "custom_components" / const.DOMAIN
RULES: Final = 54
_PLACEHOLDER: Final = re.compile(r"{(\w+)}")


def load(name: str) -> Any:
    """Return a JSON file of the integration."""
    return json.loads((PACKAGE / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def manifest() -> Any:
    """Return the manifest."""
    return load("manifest.json")


@pytest.fixture(scope="module")
def english() -> Any:
    """Return the English texts."""
    return load("translations/en.json")


def texts(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Return every text with its place."""
    if isinstance(node, str):
        yield path, node
    else:
        for key, value in node.items():
            yield from texts(value, f"{path}.{key}")


def test_the_manifest_is_in_order(manifest: Any) -> None:
    assert list(manifest) == ["domain", "name", *sorted(set(manifest) - {"domain", "name"})]
    assert manifest["domain"] == PACKAGE.name == const.DOMAIN
    assert {"codeowners", "documentation", "issue_tracker", "iot_class", "version"} <= manifest.keys()
    assert "single_config_entry" not in manifest


def test_no_library_is_pinned_that_home_assistant_pins(manifest: Any) -> None:
    # Home Assistant 2026.10.4 has openai 3.10.0, and 2026.11.0 has 3.26.0: a range leaves the choice to it.
    assert manifest["requirements"] == ["openai>=3.10,<4", "python-dali==0.16"]


def test_discovery_matches_no_generic_bridge(manifest: Any) -> None:
    generic = {"0403", "10C4", "1A86", "0483", "067B"}
    for matcher in manifest["usb"]:
        assert matcher["vid"] == matcher["vid"].upper()
        assert matcher["vid"] not in generic


def test_all_say_the_same_version(manifest: Any) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert manifest["version"] == project["version"]
    assert f"## {manifest['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_hacs_reads_its_file(manifest: Any) -> None:
    hacs = json.loads((ROOT / "hacs.json").read_text(encoding="utf-8"))
    assert hacs.keys() <= {"name", "homeassistant", "hacs", "filename", "zip_release", "hide_default_branch"}
    assert hacs["name"] == manifest["name"]


def test_texts_are_plain(english: Any) -> None:
    for place, text in texts(english):
        assert not re.search(r"<[a-z/]|https?://|\[%key", text), place
        assert text == text.strip(), place
        assert "'{" not in text, place
    for key in re.findall(r'"([^"]+)":', (PACKAGE / "translations/en.json").read_text(encoding="utf-8")):
        assert re.fullmatch(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?", key), key


def test_every_error_of_a_line_has_words_for_people(english: Any) -> None:
    keys = {
        error.key for _, error in inspect.getmembers(errors, inspect.isclass) if issubclass(error, errors.LineError)
    }
    assert keys <= english["exceptions"].keys()
    probing = keys & {"port_missing", "port_busy", "port_forbidden", "port_unusable", "address_unreachable"}
    for dialog in (english["config"], english["config_subentries"]["line"]):
        assert probing | {"adapter_silent", "not_an_adapter"} <= dialog["error"].keys()
    assert set(OFFLINE) <= english["issues"].keys()


def test_every_key_that_the_code_names_has_a_text(english: Any) -> None:
    named: dict[str, set[str]] = {"translation_key": set(), "reason": set(), "step_id": set()}
    for file in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in named and isinstance(node.value, ast.Constant):
                named[node.arg].add(str(node.value.value))
    known = english["exceptions"].keys() | english["issues"].keys() | english["device"].keys() | {"fleet", "area"}
    assert named["translation_key"] <= known
    flows = (english["config"], english["config_subentries"]["line"])
    zone = english["config_subentries"]["zone"]
    assert {*Purpose} == english["selector"]["purpose"]["options"].keys()
    assert {*Release} == english["selector"]["release"]["options"].keys()
    assert named["reason"] <= flows[0]["abort"].keys() | zone["abort"].keys()
    steps = flows[0]["step"].keys() | flows[1]["step"].keys() | zone["step"].keys() | english["options"]["step"].keys()
    assert named["step_id"] - {"probe"} <= steps
    shared = ("user", "serial", "network", "simulated", "confirm", "confirm_without_power")
    for step in shared:
        assert flows[0]["step"][step] == flows[1]["step"][step]
    # Beside its first line, the dialog of the site asks for its AI.
    assert flows[1]["error"].items() <= flows[0]["error"].items()
    assert {f"ai_{kind}" for kind in FailureKind} | set(AddressProblem) <= flows[0]["error"].keys()


def test_every_entity_has_a_name_and_an_icon(english: Any) -> None:
    icons = load("icons.json")
    names = english["entity"]
    binary_sensors = (*BINARY_SENSORS, *REPORT_BINARY_SENSORS, *EMERGENCY_BINARY_SENSORS)
    of_instances = {f"{one.key}{number}" for one in INSTANCE_BINARY_SENSORS for number in ("", "_number")}
    others = {"quiescent", ZONE_OCCUPANCY.key, ZONE_SENSOR_PROBLEM.key}
    assert names["binary_sensor"].keys() == {one.key for one in binary_sensors} | of_instances | others
    assert names["number"].keys() == {one.key for one in NUMBERS}
    selects = (*SELECTS, ZONE_AI_MODE)
    assert names["select"].keys() == {one.key for one in selects}
    for one in selects:
        assert names["select"][one.key]["state"].keys() == set(one.options or ())
    assert {one.key for one in (*REPORT_SENSORS, *EMERGENCY_SENSORS, *ZONE_SENSORS)} <= names["sensor"].keys()
    of_site = (SITE_HEALTH, *PART_SENSORS, *SITE_SENSORS, *AI_SENSORS)
    for sensor in (*ZONE_SENSORS, *CARD_SENSORS, *of_site):
        assert names["sensor"][sensor.key].get("state", {}).keys() == set(sensor.options or ()), sensor.key
    refusals = set(Refusal) - {Refusal.INTERVAL}
    assert {f"ai_budget_{refusal}" for refusal in refusals} <= english["issues"].keys()
    assert names["switch"].keys() == {ZONE_AUTOMATIC.key}
    assert names["sensor"]["emergency_mode"]["state"].keys() == set(EmergencyMode)
    assert names["sensor"]["status"]["state"].keys() == {status.value for status in LineStatus}
    for platform, entities in names.items():
        # The light of a gear, or of a group, has the name of its device.
        assert entities.keys() == icons["entity"][platform].keys() - {"light", "group"}, platform
    icon_texts = [text for _, text in texts(icons)]
    assert all(text.startswith("mdi:") for text in icon_texts)


def test_every_action_is_described(english: Any) -> None:
    services = yaml.safe_load((PACKAGE / "services.yaml").read_text(encoding="utf-8"))
    assert services.keys() == english["services"].keys() == load("icons.json")["services"].keys()
    for name, service in services.items():
        fields = (service or {}).get("fields", {})
        assert fields.keys() == english["services"][name].get("fields", {}).keys()
        assert f"`{name}`" in (ROOT / "README.md").read_text(encoding="utf-8")
    # The table of actions has the rest; its page is made from it by `python -m scripts.documents.actions`.
    assert services.keys() == {action.name for action in ACTIONS}
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_of(page)


def test_placeholders_are_filled(english: Any) -> None:
    filled = {
        "address",
        "adapter",
        "device",
        "example",
        "field",
        "file",
        "gear",
        "group",
        "lamps",
        "line",
        "name",
        "number",
    }
    filled |= {"action", "count", "seconds", "user"}
    filled |= {
        "file",
        "gain",
        "high",
        "low",
        "needed",
        *(f"{of}{name}" for of in ("", "rules_") for name in ("hold", "kelvin", "lux", "score")),
    }
    filled |= {
        "addresses",
        "cap",
        "days",
        "host",
        "model",
        "port",
        "problems",
        "reason",
        "size",
        "task",
        "word",
        "zone",
        "zones",
    }
    filled |= {"decisions", "events", "features", "file", "free", "gone", "log", "now"}
    filled |= {"rows", "silent", "unavailable", "windows"}
    used = {name for _, text in texts(english) for name in _PLACEHOLDER.findall(text)}
    assert used <= filled


@pytest.mark.parametrize(("name", "size"), [("icon.png", 256), ("icon@2x.png", 512)])
def test_the_icon_has_its_size(name: str, size: int) -> None:
    data = (PACKAGE / "brand" / name).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (size, size)


def test_the_quality_scale_answers_every_rule() -> None:
    rules = yaml.safe_load((PACKAGE / "quality_scale.yaml").read_text(encoding="utf-8"))["rules"]
    assert len(rules) == RULES
    for rule, answer in rules.items():
        status = answer if isinstance(answer, str) else answer["status"]
        assert status in {"done", "todo", "exempt"}, rule
        assert status != "exempt" or answer["comment"], rule
