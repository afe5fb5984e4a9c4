"""Diagnostics: only what is named here gets out, so that nothing private can slip in with a later change."""

from collections import Counter
from dataclasses import asdict
import time
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .const import DOMAIN
from .control.zone_control import ZoneControl
from .dali.emergency_state import EmergencyState
from .dali.gear import Gear
from .dali.input_device import InputDevice
from .dali.input_state import InputState
from .dali.line import Line
from .dali.luminaire import Luminaire
from .health_view import parts_of
from .site import Site, SiteConfigEntry
from .site_line import SiteLine


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: SiteConfigEntry) -> dict[str, Any]:
    """Return how every line and every zone is, and the database."""
    site = entry.runtime_data
    return {
        "health": {"status": site.health_watch.health.status.value, "parts": _parts(site)},
        "lines": [_line(line) for line in site.lines.values()],
        "zones": [_zone(zone) for zone in site.control.zones.values()],
        "waiting_decisions": len(site.decisions),
        "dropped_decisions": site.decisions.dropped,
        "database": _database(site),
        "ai": _ai(site) | {"report_cards": await hass.async_add_executor_job(_cards, site)},
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SiteConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return how one gear, one input device, one line, or one zone is."""
    del hass
    for key, zone in entry.runtime_data.control.zones.items():
        if (DOMAIN, key) in device.identifiers:
            return _zone(zone)
    for line in entry.runtime_data.lines.values():
        if (DOMAIN, line.subentry.subentry_id) in device.identifiers:
            return _line(line)
        for key, gear in line.line.gear.items():
            if (DOMAIN, f"{line.subentry.subentry_id}_{key}") in device.identifiers:
                return _gear(line.line, gear)
        for key, input_device in line.line.inputs.devices.items():
            if (DOMAIN, f"{line.subentry.subentry_id}_{key}") in device.identifiers:
                return _input_device(input_device, line.line.inputs.state(key))
    return {}


def _parts(site: Site) -> list[dict[str, Any]]:
    """Return how each part is; lines without what people call them."""
    return [{name: value for name, value in one.items() if name != "name"} for one in parts_of(site.health_watch)]


def _ai(site: Site) -> dict[str, Any]:
    ai, planner = site.ai, site.ai_planner
    now = time.time()
    # Not where it is, nor by which key or entity it is asked.
    return {
        "provider": ai.settings.kind.value,
        "model": ai.settings.model,
        "status": planner.status.value,
        "failure": None if ai.failure is None else ai.failure.value,
        "limits": asdict(ai.limits),
        "breaker": planner.breaker.state(now).value,
        "not_asked": None if planner.refused is None else planner.refused.value,
        "failures": {kind.value: count for kind, count in planner.failures.items()},
        "rejected": {kind.value: count for kind, count in planner.rejected.items()},
        "today": asdict(planner.memory.budget.today(now)),
        "this_month": asdict(planner.memory.budget.this_month(now)),
        "plans": len(planner.plans),
        "waiting": len(planner.modes.waiting),
        "modes": Counter(zone.memory.ai_mode.value for zone in site.control.zones.values()),
    }


def _cards(site: Site) -> list[dict[str, Any]]:
    """Return all report cards: it takes milliseconds for each."""
    return [asdict(card.summary()) for card in tuple(site.ai_planner.memory.cards.values())]


def _database(site: Site) -> dict[str, Any]:
    health, buffer = site.database.health, site.telemetry.buffer
    return {
        "status": health.status.value,
        "problem": health.problem,
        "read_seconds": health.read.seconds,
        "queue_seconds": health.queue_seconds,
        "backlog": health.backlog,
        "longest_queue_seconds": health.longest_queue,
        "longest_write_seconds": health.longest_write,
        "writes": health.writes,
        "failures": health.failures,
        "seconds_since_write": None if health.written is None else round(time.time() - health.written),
        "rows": dict(health.rows),
        "bytes": None if health.sizes is None else health.sizes.size,
        "buffered_events": len(buffer),
        "dropped_events": buffer.dropped,
    }


def _zone(zone: ZoneControl) -> dict[str, Any]:
    reflex, settings = zone.reflex, zone.settings
    action, shine = reflex.last_action, zone.lights.shine()
    return {
        "purpose": settings.purpose.value,
        "gear": sum(len(keys) for keys in zone.lights.gear().values()),
        "has_motion": settings.has_motion,
        "has_colour": settings.has_colour,
        "limits": asdict(settings.limits),
        "release": settings.release.value,
        "is_automatic": reflex.is_automatic,
        "is_occupied": reflex.is_occupied,
        "light": reflex.light,
        "lights_are": None if shine is None else shine.light,
        "plan": asdict(reflex.plan),
        "overrides": reflex.overrides.as_dict(),
        "last_action": None
        if action is None
        else {
            "seconds_ago": round(zone.clock.now() - action.time),
            "reason": action.reason.value,
            "light": action.light,
            "clamps": sorted(action.clamps),
            "inputs": dict(action.inputs),
        },
        "learned": reflex.learning.explain(),
    }


def _line(line: SiteLine) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        **line.line.diagnostics(),
        "gear": [_gear(line.line, gear) for gear in line.line.gear.values()],
        "input_devices": [
            _input_device(device, line.line.inputs.state(key)) for key, device in line.line.inputs.devices.items()
        ],
    }


def _input_device(device: InputDevice, state: InputState) -> dict[str, Any]:
    return {
        "address": device.address,
        "has_identity": device.identity is not None,
        "groups": sorted(device.groups),
        "available": state.available,
        "quiescent": state.quiescent,
        "instances": [
            {
                "number": instance.number,
                "type": instance.type,
                "enabled": instance.enabled,
                "resolution": instance.resolution,
                "scheme": instance.scheme.name,
                "filter": instance.event_filter,
                "primary_group": instance.primary_group,
                "value": state.instance(instance.number).value,
                "error": state.instance(instance.number).error,
            }
            for instance in device.instances
        ],
    }


def _gear(line: Line, gear: Gear) -> dict[str, Any]:
    state, emergency = line.state(gear.key), line.emergency.state(gear.key)
    return {
        "address": gear.address,
        "has_identity": gear.identity is not None,
        "device_types": list(gear.device_types),
        "edition": gear.edition,
        "physical_minimum": gear.physical_minimum,
        "minimum": gear.minimum,
        "maximum": gear.maximum,
        "fade": [gear.fade.code, gear.fade.extended],
        "groups": sorted(gear.groups),
        "stored": gear.stored.as_list(),
        "level": state.level,
        "origin": None if state.origin is None else state.origin.value,
        "available": state.available,
        "lamp_failure": state.lamp_failure,
        "gear_failure": state.gear_failure,
        "banks": None if gear.banks is None else sorted(gear.banks),
        "luminaire": None if gear.luminaire is None else _without_name(gear.luminaire),
        "reports": dict(line.reports.values(gear.key)),
        "emergency": None if emergency is None else _emergency(emergency),
    }


def _without_name(luminaire: Luminaire) -> dict[str, Any]:
    """Return what a luminaire is, but for the text that its maker, or who installed it, wrote there."""
    return {key: value for key, value in luminaire.as_dict().items() if key != "name"}


def _emergency(state: EmergencyState) -> dict[str, Any]:
    return {
        "mode": state.mode,
        "failures": int(state.failures),
        "status": int(state.status),
        "charge": state.charge,
        **asdict(state.details),
    }
