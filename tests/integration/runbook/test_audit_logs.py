"""Audit logs: who called what is found again after a restart, whoever is refused again and again is told of."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.components import persistent_notification
from homeassistant.core import Context, Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockUser, async_capture_events

from custom_components.smart_lighting_ai_dali import audit as audit_module
from custom_components.smart_lighting_ai_dali.actions.table import async_register_actions
from custom_components.smart_lighting_ai_dali.audit import AUDIT, EVENT_AUDIT, Audit
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.denials import EVENT_DENIALS
from custom_components.smart_lighting_ai_dali.health import HealthStatus, Part
from custom_components.smart_lighting_ai_dali.logbook import async_describe_events
from tests.integration.conftest import Build, House, PlugIn, administrator, lamp, line_of
from tests.told import told_once

from .playbook import Playbook
from .test_admin_endpoints import call, line_device

FILE: Final = ".storage/smart_lighting_ai_dali.audit"


@pytest.fixture
async def house(plug_in: PlugIn, build: Build) -> House:
    """Return a house with one line."""
    house: House = await build(line_of(plug_in(lamp(0))))
    await house.until_light(0, "off")
    return house


class OnDisk:
    """The file of the audit, as whoever has the machine can read and change it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def text(self) -> str:
        """Return what is in it."""
        return self._path.read_text(encoding="utf-8")

    def change(self, text: str) -> None:
        """Put something else into it."""
        self._path.write_text(text, encoding="utf-8")

    def rows(self) -> list[dict[str, Any]]:
        """Return its rows."""
        return [json.loads(line) for line in self.text().splitlines()]

    @property
    def mode(self) -> int:
        """Return who may do what with it."""
        return self._path.stat().st_mode & 0o777

    def block(self) -> None:
        """Let nobody write it: not even root writes a folder."""
        self._path.mkdir(parents=True)

    def free(self) -> None:
        """Let it be written again."""
        self._path.rmdir()

    @property
    def is_written(self) -> bool:
        """Tell whether there is one."""
        return self._path.is_file()


@pytest.fixture
def disk(hass: HomeAssistant) -> OnDisk:
    """Return the audit on its disk."""
    return OnDisk(Path(hass.config.path(FILE)))


async def asked(house: House, **wanted: Any) -> Any:
    """Ask for the audit."""
    return await call(house, "get_audit", administrator(house.hass), **wanted)


async def test_a_call_has_a_row_before_and_one_after(house: House, disk: OnDisk) -> None:
    context = administrator(house.hass)
    device_id = line_device(house)
    await call(house, "scan_line", context, device_id=device_id)
    rows = disk.rows()
    started, finished = (row for row in rows if row.get("action") == "scan_line")
    assert (started["kind"], finished["kind"]) == ("started", "finished")
    assert disk.mode == 0o600
    answer = await asked(house, action="scan_line")
    (one,) = answer["calls"]
    assert one["user"] == context.user_id
    assert one["user_name"] == "Ada"
    assert one["context"] == context.id
    assert one["fields"] == ["device_id"]
    assert one["targets"] == [device_id]
    assert one["outcome"] == "ok"
    assert one["duration_ms"] >= 0
    assert answer["complete"]
    assert answer["chain_holds"]


async def test_calls_are_found_by_who_what_when_and_how_it_ended(house: House, hass_read_only_user: MockUser) -> None:
    await call(house, "scan_line", device_id=line_device(house))
    with pytest.raises(Unauthorized):
        await call(house, "purge_now", Context(user_id=hass_read_only_user.id))
    all_of_them = (await asked(house))["calls"]
    assert [one["action"] for one in all_of_them] == ["get_audit", "purge_now", "scan_line"]

    async def found(**wanted: Any) -> list[str]:
        return [one["action"] for one in (await asked(house, **wanted))["calls"]]

    assert await found(action="scan_line") == ["scan_line"]
    assert await found(user=hass_read_only_user.id) == ["purge_now"]
    assert await found(user="automation") == ["scan_line"]
    assert await found(outcome="denied") == ["purge_now"]
    assert await found(until=all_of_them[1]["time"]) == ["scan_line"]
    assert await found(since=all_of_them[1]["time"], outcome="denied") == ["purge_now"]
    limited = await asked(house, at_most=1, user="Ada")
    assert len(limited["calls"]) == 1
    assert not limited["complete"]


async def restart(hass: HomeAssistant) -> Audit:
    """Return the audit as after a start of Home Assistant: what was written is all that it knows."""
    audit = hass.data[AUDIT] = Audit(hass)
    audit.async_start()
    async_register_actions(hass, audit)
    await hass.async_block_till_done()
    return audit


async def test_what_a_stop_interrupted_is_told(
    house: House, disk: OnDisk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Once it is kept where the chain ends, the last row is whole.
    monkeypatch.setattr(audit_module, "_HEAD_LATER", 3600.0)
    await call(house, "scan_line", device_id=line_device(house))
    whole = disk.text()
    last = whole.splitlines(keepends=True)[-1]
    # As if it had been killed while it wrote the last row.
    disk.change(whole[: -len(last) // 2])
    await restart(house.hass)
    assert told_once(caplog, "audit", "audit=interrupted")["calls"] == "1"
    answer = await asked(house, action="scan_line")
    assert answer["chain_holds"]
    assert [one["outcome"] for one in answer["calls"]] == ["interrupted"]


async def test_a_row_that_was_edited_or_deleted_is_found(house: House, disk: OnDisk) -> None:
    await call(house, "scan_line", device_id=line_device(house))
    whole = disk.text()
    assert (await asked(house))["chain_holds"]
    disk.change(whole.replace('"outcome":"ok"', '"outcome":"failed"'))
    broken = await asked(house)
    assert not broken["chain_holds"]
    assert "edited" in {one["reason"] for one in broken["broken"]}
    lines = whole.splitlines(keepends=True)
    disk.change("".join(lines[:-1]))
    assert not (await asked(house))["chain_holds"]


async def test_a_key_that_is_lost_is_told(
    house: House, disk: OnDisk, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    await call(house, "scan_line", device_id=line_device(house))
    assert disk.is_written
    hass_storage.pop(f"{DOMAIN}.audit_key")
    await restart(house.hass)
    told_once(caplog, "audit", "audit=key_lost")
    answer = await asked(house)
    assert {one["reason"] for one in answer["broken"]} == {"other_key"}


async def test_a_disk_without_room_stops_no_action(
    house: House, disk: OnDisk, caplog: pytest.LogCaptureFixture
) -> None:
    sensor = "sensor.smart_lighting_ai_audit"
    assert house.state(sensor) == "ok"
    disk.block()
    for _ in range(2):
        await call(house, "scan_line", administrator(house.hass), device_id=line_device(house))
    told_once(caplog, "audit", "audit=unwritable")
    audit = house.site.audit
    assert (audit.problem is None, audit.waiting) == (False, 4)
    # The site's health says so at once.
    state = house.hass.states.get(sensor)
    assert state is not None
    assert (state.state, state.attributes["health"]) == ("audit_unwritable", "degraded")
    assert house.site.health_watch.health.parts[Part.AUDIT].status is HealthStatus.DEGRADED
    with pytest.raises(HomeAssistantError) as error:
        await asked(house)
    assert error.value.translation_key == "audit_unreadable"
    disk.free()
    answer = await asked(house, action="scan_line")
    assert [one["outcome"] for one in answer["calls"]] == ["ok", "ok"]
    assert answer["waiting_rows"] == answer["lost_rows"] == 0
    assert (audit.problem, audit.waiting) == (None, 0)
    assert house.state(sensor) == "ok"
    assert caplog.text.count("audit=written") == 1


async def test_rows_that_have_no_room_at_all_are_counted(
    house: House, disk: OnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.smart_lighting_ai_dali.audit._MOST_WAITING", 3)
    disk.block()
    for _ in range(3):
        await call(house, "scan_line", administrator(house.hass), device_id=line_device(house))
    assert (house.site.audit.waiting, house.site.audit.lost) == (3, 3)


async def test_a_stop_writes_what_waits(house: House, disk: OnDisk) -> None:
    disk.block()
    await call(house, "scan_line", device_id=line_device(house))
    disk.free()
    house.hass.bus.async_fire("homeassistant_final_write")
    await house.hass.async_block_till_done()
    assert disk.is_written
    assert house.site.audit.waiting == 0


async def test_the_logbook_tells_of_each_call_and_says_no_secrets(house: House) -> None:
    events = async_capture_events(house.hass, EVENT_AUDIT)
    context = administrator(house.hass)
    await call(house, "scan_line", context, device_id=line_device(house))
    (event,) = events
    assert event.context is context
    assert event.data == {"name": "Smart Lighting AI", "action": "scan_line", "outcome": "ok"}
    described: dict[str, Callable[[Event[Any]], dict[str, Any]]] = {}

    @callback
    def describe(_: str, event_type: str, words: Callable[[Event[Any]], dict[str, Any]]) -> None:
        described[event_type] = words

    async_describe_events(house.hass, describe)
    assert described[EVENT_AUDIT](event)["message"] == "scan_line was called"
    denied = Event(EVENT_DENIALS, {"name": "Smart Lighting AI", "kind": "repeated_logins", "count": 5})
    assert described[EVENT_DENIALS](denied)["message"] == "signing in failed 5 times within ten minutes"


async def be_refused(house: House, context: Context, times: int) -> None:
    """Call what one may not."""
    for _ in range(times):
        with pytest.raises(HomeAssistantError):
            await call(house, "purge_now", context, despite_clock=True)


async def test_repeated_denials_are_told_and_can_be_closed(
    house: House, hass_read_only_user: MockUser, playbook: Playbook
) -> None:
    events = async_capture_events(house.hass, EVENT_DENIALS)
    context = Context(user_id=hass_read_only_user.id)
    await be_refused(house, context, 4)
    assert await playbook.issues() == {}
    await be_refused(house, context, 1)
    await house.hass.async_block_till_done()
    issue_id = f"repeated_denials_{hass_read_only_user.id}"
    issue = (await playbook.issues())[issue_id]
    assert issue["translation_placeholders"] == {
        "user": hass_read_only_user.name,
        "count": "5",
        "action": "purge_now",
    }
    (event,) = events
    assert event.data["user_id"] == hass_read_only_user.id
    step = await playbook.open(issue_id)
    assert step["step_id"] == "confirm"
    await playbook.submit()
    assert await playbook.issues() == {}


async def test_an_automation_that_is_refused_again_and_again_is_told_of(house: House) -> None:
    await be_refused(house, Context(), 5)
    await house.hass.async_block_till_done()
    assert ir.async_get(house.hass).async_get_issue(DOMAIN, "repeated_denials_automation") is not None


async def test_failed_sign_ins_are_told(house: House) -> None:
    for _ in range(5):
        persistent_notification.async_create(house.hass, "From somewhere", "Login attempt failed", "http-login")
        persistent_notification.async_create(house.hass, "Something else", "Other", "other")
    await house.hass.async_block_till_done()
    assert ir.async_get(house.hass).async_get_issue(DOMAIN, "repeated_logins") is not None


async def test_whoever_is_refused_a_thousand_times_fills_no_disk(
    house: House, disk: OnDisk, hass_read_only_user: MockUser
) -> None:
    await be_refused(house, Context(user_id=hass_read_only_user.id), 200)
    rows = disk.rows()
    # After twenty, one a minute.
    assert 20 <= len([row for row in rows if row.get("outcome") == "denied"]) < 40


async def test_rows_of_more_than_a_year_are_forgotten(house: House, disk: OnDisk) -> None:
    await call(house, "scan_line", device_id=line_device(house))
    assert '"kind":"started"' in disk.text()
    file = house.site.audit._file  # noqa: SLF001  # there is no way to wait for a year
    assert file is not None
    await house.hass.async_add_executor_job(file.prune, "9999", "2027-12-01T00:00:00.000+00:00")
    answered = await asked(house)
    assert answered["chain_holds"]
    assert [one["action"] for one in answered["calls"]] == ["get_audit"]
