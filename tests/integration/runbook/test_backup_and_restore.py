"""Stop, copy the database and ./backups/, restore, features rebuild: here, Home Assistant's own backup does it."""

import asyncio
from dataclasses import dataclass, replace
import json
from pathlib import Path
import time
from types import MappingProxyType
from typing import Any, Final

from homeassistant import backup_restore
from homeassistant.components.backup import DOMAIN as BACKUP
from homeassistant.components.backup.const import DATA_MANAGER
from homeassistant.config_entries import SOURCE_USER, ConfigEntry, ConfigSubentry, ConfigSubentryDataWithId
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, registry
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.ulid import ulid_now
import pytest
from sqlalchemy import Connection, text

from custom_components.smart_lighting_ai_dali.advisor.report_card import Summary
from custom_components.smart_lighting_ai_dali.const import (
    CONF_FLEET,
    CONF_KIND,
    DOMAIN,
    SITE_TITLE,
    SUBENTRY_LINE,
    SUBENTRY_ZONE,
    LineKind,
)
from custom_components.smart_lighting_ai_dali.control.zone_suggestions import free_areas, suggest_zone
from custom_components.smart_lighting_ai_dali.db.decisions import Decision, read_decisions
from custom_components.smart_lighting_ai_dali.db.signals import Signal
from custom_components.smart_lighting_ai_dali.simulator.fleet import built_in_fleets
from custom_components.smart_lighting_ai_dali.site import Site
from custom_components.smart_lighting_ai_dali.zones.overrides import Override
from custom_components.smart_lighting_ai_dali.zones.profile import Profile
from tests.integration.vault_home import SAID
from tests.real_home import open_home, until
from tests.unit.advisor.test_report_card import GOOD, WANTED

# People of the line live so much faster.
SPEED: Final = 60
# A line on which nobody lives: what a person chose there is not changed by anybody else.
CELLAR: Final = """
name: Cellar
speed: 30
gear:
  - {name: Shelf, room: Cellar, address: 0, serial: 3001, gtin: 9520000000028, level: 0, power_on_level: 0}
  - {name: Bench, room: Cellar, address: 1, serial: 3002, gtin: 9520000000028, level: 0, power_on_level: 0}
"""
EVENTS: Final = """
SELECT e.ts, s.name, e.kind, z.name, e.val, e.flag FROM smart_lighting_event e
JOIN smart_lighting_source s ON s.source_id = e.src AND s.kind = 1
JOIN smart_lighting_source z ON z.source_id = e.zone AND z.kind = 2 WHERE e.ts <= :until
"""


@pytest.fixture(autouse=True)
def _integrations(socket_enabled: None) -> None:
    """Let homes here be whole ones, with a server of their own."""
    del socket_enabled


def now_ms() -> int:
    """Return this instant in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def entry_of(hass: HomeAssistant) -> ConfigEntry[Site]:
    """Return the entry of the site."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    return entry


def site_of(hass: HomeAssistant) -> Site:
    """Return the running site."""
    return entry_of(hass).runtime_data


def line(title: str, fleet: str) -> ConfigSubentryDataWithId:
    """Return a simulated line as the config flow makes it."""
    data = {CONF_KIND: LineKind.SIMULATED.value, CONF_FLEET: fleet}
    return ConfigSubentryDataWithId(
        data=data, subentry_id=ulid_now(), subentry_type=SUBENTRY_LINE, title=title, unique_id=None
    )


async def furnish(hass: HomeAssistant, folder: Path) -> None:
    """Put a line with people into a home, and one without, and a zone into each of their rooms."""
    lively = f"{built_in_fleets()['home'].read_text()}speed: {SPEED}\n"
    for name, fleet in (("lively", lively), ("cellar", CELLAR)):
        await hass.async_add_executor_job((folder / f"{name}.yaml").write_text, fleet)
    await hass.config_entries.async_add(
        ConfigEntry(
            version=1,
            minor_version=1,
            domain=DOMAIN,
            title=SITE_TITLE,
            data={},
            options={"keep_events_days": 20},
            source=SOURCE_USER,
            unique_id=DOMAIN,
            discovery_keys=MappingProxyType({}),
            subentries_data=[line("lively", "lively.yaml"), line("cellar", "cellar.yaml")],
        )
    )
    entry, site = entry_of(hass), site_of(hass)
    await until(lambda: [len(one.line.gear) for one in site.lines.values()] == [13, 2], 120)
    await until(lambda: sum(len(one.line.inputs.devices) for one in site.lines.values()) == 10, 120)
    await until(lambda: len(free_areas(hass, entry)) == 9, 60)
    for area, name in free_areas(hass, entry).items():
        data = suggest_zone(hass, entry, area) | {"release": "never" if name == "Cellar" else "empty"}
        zone = ConfigSubentry(data=MappingProxyType(data), subentry_type=SUBENTRY_ZONE, title=name, unique_id=None)
        hass.config_entries.async_add_subentry(entry, zone)
    await until(lambda: len(site.control.zones) == 9, 60)
    await until(lambda: all(one.line.complete for one in site.lines.values()), 120)
    await registries_are_written(hass)


async def registries_are_written(hass: HomeAssistant) -> None:
    """Wait until Home Assistant has its own files on disk, as it does some seconds after each change."""
    entry = entry_of(hass)

    def written() -> bool:
        entities = json.loads(Path(hass.config.path(".storage", "core.entity_registry")).read_text(encoding="utf-8"))
        entries = json.loads(Path(hass.config.path(".storage", "core.config_entries")).read_text(encoding="utf-8"))
        (site,) = (one for one in entries["data"]["entries"] if one["entry_id"] == entry.entry_id)
        there = {one["entity_id"] for one in entities["data"]["entities"]}
        return there >= set(er.async_get(hass).entities) and len(site["subentries"]) == len(entry.subentries)

    async with asyncio.timeout(60):
        while not await hass.async_add_executor_job(written):
            await asyncio.sleep(0.1)


def zone_key(hass: HomeAssistant, title: str) -> str:
    """Return the key of a zone."""
    return next(one.subentry_id for one in entry_of(hass).subentries.values() if one.title == title)


@dataclass(frozen=True, slots=True)
class Known:
    """What there is of a home, as people see it."""

    entities: dict[str, str]
    names: set[tuple[str | None, str | None]]
    subentries: list[dict[str, Any]]
    options: dict[str, Any]
    gear: dict[str, set[str]]
    overrides: dict[str, tuple[Override, ...]]
    profiles: dict[str, Profile]
    cards: dict[str, Summary]
    modes: dict[str, str]
    decisions: list[Decision]
    events: set[tuple[Any, ...]]


async def known(hass: HomeAssistant, until_ms: int) -> Known:
    """Return what there is of a home, and what was collected of it up to an instant."""
    entry, site = entry_of(hass), site_of(hass)
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)

    def look(connection: Connection) -> tuple[list[Decision], set[tuple[Any, ...]]]:
        decisions = read_decisions(connection, start_ms=0, end_ms=until_ms + 1, most=100_000)
        return decisions, {tuple(row) for row in connection.execute(text(EVENTS), {"until": until_ms})}

    decisions, events = await site.database.async_read("all", look)
    return Known(
        entities={f"{one.domain} {one.unique_id}": one.entity_id for one in entities},
        names={(one.name, one.area_id) for one in devices},
        subentries=sorted(
            (one.as_dict() for one in entry.subentries.values()),  # type: ignore[misc]
            key=lambda one: one["subentry_id"],
        ),
        options=dict(entry.options),
        gear={key: set(one.line.gear) for key, one in site.lines.items()},
        overrides={zone_key(hass, "Cellar"): site.control.zones[zone_key(hass, "Cellar")].reflex.overrides.held},
        profiles=dict(site.vault.profiles),
        cards={key: card.summary() for key, card in site.ai_planner.memory.cards.items()},
        modes={key: zone.memory.ai_mode.value for key, zone in site.control.zones.items()},
        decisions=sorted(decisions, key=lambda one: (one.time_ms, one.zone, one.context)),
        events=events,
    )


async def choose(hass: HomeAssistant, lights: list[str], brightness: int) -> None:
    """Let a person choose how bright a light is."""
    (user, *_) = [one for one in await hass.auth.async_get_users() if not one.system_generated] or [
        await hass.auth.async_create_user("Ida", group_ids=["system-admin"])
    ]
    await hass.services.async_call(
        "light",
        "turn_on",
        {"entity_id": lights, "brightness_pct": brightness},
        blocking=True,
        context=Context(user_id=user.id),
    )


async def back_up(hass: HomeAssistant) -> Path:
    """Have Home Assistant make a backup, as its action does, and return it."""
    await hass.services.async_call(BACKUP, "create", blocking=True)
    await until(lambda: hass.data[DATA_MANAGER].state == "idle", 120)
    (file,) = await hass.async_add_executor_job(lambda: list(Path(hass.config.path("backups")).glob("*.tar")))
    return file


def restore(file: Path, folder: Path) -> None:
    """Do what Home Assistant does at its start when it is to restore a backup."""
    instruction = {
        "path": str(file),
        "password": None,
        "remove_after_restore": False,
        "restore_database": True,
        "restore_homeassistant": True,
    }
    (folder / ".HA_RESTORE").write_text(json.dumps(instruction), encoding="utf-8")
    assert backup_restore.restore_backup(str(folder))


async def all_is_written(hass: HomeAssistant) -> None:
    """Wait until the database has what was collected so far."""
    site = site_of(hass)
    await site.feature_engineering.async_aggregate_now()
    await site.decisions.async_flush()
    await hass.async_block_till_done()
    await get_instance(hass).async_block_till_done()


@pytest.fixture(autouse=True)
def _written_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Home Assistant write its registries sooner than ten seconds after a change."""
    monkeypatch.setattr(registry, "SAVE_DELAY", 0.2)


async def test_a_home_is_the_same_after_a_restore(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    async with open_home(old) as hass:
        hass.loop.set_debug(False)
        await furnish(hass, old)
        site = site_of(hass)
        key = zone_key(hass, "Cellar")
        lights = entry_of(hass).subentries[key].data["lights"]
        card = site.ai_planner.modes.card_of(key)
        for number, trace in enumerate(GOOD, 1):
            card.end_day(number, trace, WANTED)
        await site.vault.async_set_profiles({key: SAID})
        # People walk about, and zones follow them.
        await until(lambda: len(site.decisions) > 2, 120)
        await choose(hass, lights, 40)
        await until(lambda: bool(site.control.zones[key].reflex.overrides.held), 30)
        await until(lambda: any(one.zone == key for one in site.decisions.waiting), 30)
        assert len(site.telemetry.buffer)
        begun, waiting, collected = now_ms(), site.decisions.waiting, site.telemetry.buffer.waiting
        file = await back_up(hass)
        await all_is_written(hass)
        before = await known(hass, begun)
    assert {one.value for one in before.overrides[key]}
    assert before.profiles == {key: SAID}
    assert before.decisions
    assert before.events
    restore(file, new)
    async with open_home(new) as hass:
        site = site_of(hass)
        await all_is_written(hass)
        after = await known(hass, begun)
        # Only what was told after the backup of an instant before it: where lights went that were on their way then.
        late = [one for one in before.decisions if one not in after.decisions]
        assert [one for one in late if one in waiting] == []
        assert {signal for _, _, signal, *_ in before.events - after.events} <= {Signal.LIGHT}
        assert after.events <= before.events
        assert {one.key for one in collected} <= {(at, name, signal) for at, name, signal, *_ in after.events}
        assert replace(after, decisions=[], events=set()) == replace(before, decisions=[], events=set())
        assert after.decisions == [one for one in before.decisions if one not in late]
        assert len(late) <= len(site.control.zones)
        lights = entry_of(hass).subentries[key].data["lights"]
        await until(
            lambda: (state := hass.states.get(lights[0])) is not None and state.state in {STATE_ON, STATE_OFF}, 60
        )
    assert list((new / ".storage").glob(f"{DOMAIN}.*.waiting")) == []
