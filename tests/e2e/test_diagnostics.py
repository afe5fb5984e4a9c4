"""Somebody downloads the diagnostics in the browser, to put them into a public issue: nothing secret is in them."""

import asyncio
import json
from pathlib import Path
from typing import Any, Final

import aiohttp
from playwright.async_api import Page, expect

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from scripts.demo_home.client import Client
from scripts.demo_home.preparation import PASSWORD, USERNAME

from .conftest import DemoProcess

KEY: Final = "sk-canary-that-nobody-may-see"
# What is shorter, such as a room that is called Hall, stands in other words by chance.
SHORTEST: Final = 6


async def enter_key(home: DemoProcess) -> None:
    """Give the AI of the home a key, in the dialog in which a person does."""
    storage = json.loads((home.folder / ".storage" / "core.config_entries").read_text(encoding="utf-8"))
    (entry,) = [one for one in storage["data"]["entries"] if one["domain"] == DOMAIN]
    provider = entry["data"]["ai_provider"]
    async with aiohttp.ClientSession() as session:
        client = Client(session, home.address)
        await client.log_in(USERNAME, PASSWORD)
        path = "/api/config/config_entries/flow"
        dialog = await client.post(path, {"handler": DOMAIN, "entry_id": entry["entry_id"]})
        place = f"{path}/{dialog['flow_id']}"
        await client.post(place, {"next_step_id": "server"})
        result = await client.post(place, {"url": provider["url"], "api_key": KEY, "model": provider["model"]})
        assert result["reason"] == "reconfigure_successful", result
        await client.log_out()


def secrets_of(folder: Path) -> dict[str, str]:
    """Return what must not get out of a home, by what it is: keys and tokens, all that names a home or people."""
    found = {"the AI's key": KEY, "the user": USERNAME, "the password": PASSWORD}

    def take(what: str, node: Any, *names: str) -> None:
        if isinstance(node, dict):
            for name, value in node.items():
                if name in names and isinstance(value, str) and len(value) >= SHORTEST:
                    found[f"{what}: {name} {len(found)}"] = value
                take(what, value, *names)
        elif isinstance(node, list):
            for value in node:
                take(what, value, *names)

    for file in sorted((folder / ".storage").iterdir()):
        data = json.loads(file.read_text(encoding="utf-8"))
        if file.name.startswith(f"{DOMAIN}."):
            take(file.name, data, "secret", *(("key", "token") if file.suffix in {".keyring", ".profiles"} else ()))
        elif file.name in {"auth", "auth_provider.homeassistant", "core.uuid"}:
            take(file.name, data, "token", "jwt_key", "password", "uuid")
        elif file.name == "core.config_entries":
            ours = [one for one in data["data"]["entries"] if one["domain"] == DOMAIN]
            take(file.name, ours, "api_key", "url", "device")
        elif file.name == "core.area_registry":
            take(file.name, data, "name")
        elif file.name == "core.device_registry":
            take(file.name, data, "serial_number")
    return found


async def test_the_report_that_a_browser_downloads_has_no_secret(page: Page, home: DemoProcess, tmp_path: Path) -> None:
    await enter_key(home)
    await page.goto(f"{home.address}/config/integrations/integration/{DOMAIN}")
    row = page.locator("ha-config-entry-row").first
    await expect(row).to_be_visible()
    await row.get_by_label("Menu").first.click()
    async with page.expect_download() as downloading:
        await page.get_by_text("Download diagnostics").first.click()
    download = await downloading.value
    file = tmp_path / "diagnostics.json"
    await download.save_as(file)
    text = await asyncio.to_thread(file.read_text, encoding="utf-8")
    report = json.loads(text)["data"]
    # It is of use: how every line, zone and part is.
    assert report["lines"][0]["status"] == "online"
    assert len(report["lines"][0]["gear"]) > 0
    assert report["database"]["status"] == "ok"
    assert report["ai"]["provider"] == "server"
    secrets = secrets_of(home.folder)
    for kind in (".keyring", "auth: token", "auth: jwt_key", "core.area_registry"):
        assert any(kind in what for what in secrets), kind
    written = json.dumps(report)
    assert {what for what, secret in secrets.items() if secret in written} == set()
    assert "://" not in written
    # Around ours, Home Assistant puts what it puts around everybody's: no secret is in that either.
    assert {what for what in ("the AI's key", "the password") if secrets[what] in text} == set()
