"""The dialogs: each way to a line, each thing that can be wrong, and back on the way."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from pathlib import Path
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USB, SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers.service_info.usb import UsbServiceInfo
import pytest

from custom_components.smart_lighting_ai_dali.const import DOMAIN, SUBENTRY_LINE
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.db.pruning import Keep
from custom_components.smart_lighting_ai_dali.simulator.adapters import AdapterKind

from .conftest import Build, PlugIn, SimulatedPort, lamp, line_of

type Result = dict[str, Any]

STICK = UsbServiceInfo(
    device="/dev/ttyACM0",
    vid="17B5",
    pid="0099",
    serial_number="4711",
    manufacturer="Lunatone",
    description="DALI-2 adapter",
)


class Dialog:
    """A dialog of the site or of a line, as the frontend leads it."""

    def __init__(self, hass: HomeAssistant, *, lines: bool = False) -> None:
        self._hass = hass
        self._flow: Any = hass.config_entries.subentries if lines else hass.config_entries.flow
        self.result: Result = {}

    async def open(self, handler: Any, **context: Any) -> Result:
        """Open the dialog."""
        data = context.pop("data", None)
        self.result = await self._flow.async_init(handler, context={"source": SOURCE_USER, **context}, data=data)
        return self.result

    async def choose(self, option: str) -> Result:
        """Choose from a menu."""
        assert self.result["type"] is FlowResultType.MENU
        return await self._go({"next_step_id": option})

    async def enter(self, **data: Any) -> Result:
        """Fill in a form, and wait while something is looked at."""
        assert self.result["type"] is FlowResultType.FORM, self.result
        result = await self._go(data)
        async with asyncio.timeout(20):
            while result["type"] in {FlowResultType.SHOW_PROGRESS, FlowResultType.SHOW_PROGRESS_DONE}:
                await asyncio.sleep(0.02)
                result = self.result = await self._flow.async_configure(result["flow_id"])
        return result

    async def _go(self, data: dict[str, Any]) -> Result:
        self.result = await self._flow.async_configure(self.result["flow_id"], data)
        return self.result


@pytest.fixture(autouse=True)
async def _unloaded(hass: HomeAssistant) -> AsyncIterator[None]:
    """Unload what a dialog set up."""
    yield
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
def dialog(hass: HomeAssistant) -> Dialog:
    """Return the dialog that adds the integration."""
    return Dialog(hass)


async def test_a_serial_adapter_becomes_a_site_with_a_line(dialog: Dialog, plug_in: PlugIn) -> None:
    port = plug_in(lamp(0), lamp(7))
    await dialog.open(DOMAIN)
    assert dialog.result["menu_options"] == ["serial", "network", "simulated"]
    await dialog.choose("serial")
    await dialog.enter(device=port.path)
    assert dialog.result["step_id"] == "confirm"
    placeholders = dialog.result["description_placeholders"]
    assert placeholders["gear"] == "2"
    assert placeholders["adapter"].startswith("LUBA adapter ")
    await dialog.enter()
    assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
    entry = dialog.result["result"]
    assert entry.unique_id == DOMAIN
    (line,) = entry.subentries.values()
    assert line.data["kind"] == "serial"
    assert line.data["device"] == port.path
    assert line.unique_id == f"adapter-{line.data['adapter_serial']}"
    assert frames_that_write(await port.frames()) == []


def frames_that_write(frames: list[int]) -> list[int]:
    """Return the frames that change something in gear; registers for reading memory do not."""
    return [frame for frame in frames if frame >> 8 != 0xA3]


@pytest.mark.usefixtures("socket_enabled")
async def test_a_network_address_becomes_a_line(hass: HomeAssistant, dialog: Dialog, plug_in: PlugIn) -> None:
    port = plug_in(lamp(0))
    async with serial_server(port) as address:
        await dialog.open(DOMAIN)
        await dialog.choose("network")
        await dialog.enter(device="10.0.0.1")
        assert dialog.result["errors"] == {"base": "invalid_address"}
        await dialog.enter(device=f" {address} ")
        assert dialog.result["step_id"] == "confirm"
        await dialog.enter()
        assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
        (line,) = dialog.result["result"].subentries.values()
        assert line.data["device"] == address
        await hass.config_entries.async_unload(dialog.result["result"].entry_id)


@contextlib.asynccontextmanager
async def serial_server(port: SimulatedPort, at: int = 0) -> AsyncIterator[str]:
    """Serve a serial port on the network, as a serial server does, at any free port unless one is given."""
    import serialx  # only this needs it

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        near_reader, near_writer = await serialx.open_serial_connection(url=port.path, baudrate=38400)

        async def pump(source: asyncio.StreamReader, target: Any) -> None:
            with contextlib.suppress(OSError):
                while data := await source.read(256):
                    target.write(data)

        back = asyncio.create_task(pump(near_reader, writer))
        await pump(reader, near_writer)
        back.cancel()
        near_writer.close()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", at)
    async with server:
        yield f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    ("adapter", "name"), [(AdapterKind.SEVENLAB, "SevenLab adapter"), (AdapterKind.FOXTRON, "Foxtron adapter")]
)
async def test_an_adapter_of_another_kind_is_recognised_and_remembered(
    dialog: Dialog, plug_in: PlugIn, adapter: AdapterKind, name: str
) -> None:
    port = plug_in(lamp(0), lamp(7), adapter=adapter)
    await dialog.open(DOMAIN)
    await dialog.choose("serial")
    await dialog.enter(device=port.path)
    placeholders = dialog.result["description_placeholders"]
    assert placeholders["gear"] == "2"
    assert placeholders["adapter"].startswith(name)
    await dialog.enter()
    entry = dialog.result["result"]
    (line,) = entry.subentries.values()
    assert line.data["protocol"] == name.split(maxsplit=1)[0]
    assert line.unique_id is None, "its number does not tell its lines apart, or it has none"
    (started,) = entry.runtime_data.lines.values()
    async with asyncio.timeout(10):
        while started.line.status is not LineStatus.ONLINE:
            await asyncio.sleep(0.01)
    assert frames_that_write(await port.frames()) == []


async def test_a_simulated_line_has_the_adapter_that_its_file_says(hass: HomeAssistant, dialog: Dialog) -> None:
    file = Path(hass.config.path("converter.yaml"))
    text = "name: Annex\nadapter: foxtron\ngear:\n  - {address: 9, name: Desk}\n"
    await hass.async_add_executor_job(file.write_text, text)
    try:
        await dialog.open(DOMAIN)
        await dialog.choose("simulated")
        await dialog.enter(fleet="converter.yaml")
        entry = dialog.result["result"]
        (started,) = entry.runtime_data.lines.values()
        async with asyncio.timeout(10):
            while started.line.adapter is None:
                await asyncio.sleep(0.01)
        assert started.line.adapter.protocol == "Foxtron"
    finally:
        await hass.async_add_executor_job(file.unlink)


async def test_a_simulated_line_needs_no_port(dialog: Dialog) -> None:
    await dialog.open(DOMAIN)
    await dialog.choose("simulated")
    await dialog.enter(fleet="demo")
    assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
    (line,) = dialog.result["result"].subentries.values()
    assert line.data == {"kind": "simulated", "fleet": "demo"}


async def test_a_fleet_of_ones_own_is_told_every_mistake(hass: HomeAssistant, dialog: Dialog) -> None:
    file = Path(hass.config.path("my_lights.yaml"))
    bad = "name: Mine\ngear:\n  - {address: 99, name: Desk}\n  - {address: 1, fade_time: 77}\n"
    await hass.async_add_executor_job(file.write_text, bad)
    try:
        await dialog.open(DOMAIN)
        await dialog.choose("simulated")
        for wrong in ("nothing.yaml", "../secrets.yaml", "/etc/passwd", "my_lights.txt", "my_lights.yaml"):
            await dialog.enter(fleet=wrong)
            assert dialog.result["errors"] == {"base": "invalid_fleet"}
        problems = dialog.result["description_placeholders"]["problems"]
        assert "99" in problems
        assert "77" in problems
        good = "name: Mine\ngear:\n  - {address: 9, name: Desk}\n"
        await hass.async_add_executor_job(file.write_text, good)
        await dialog.enter(fleet="my_lights.yaml")
        assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
        (line,) = dialog.result["result"].subentries.values()
        assert line.title == "Mine"
    finally:
        await hass.async_add_executor_job(file.unlink)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [("missing", "port_missing"), ("file", "port_unusable"), ("deaf", "adapter_silent"), ("busy", "port_busy")],
)
async def test_what_is_wrong_with_a_port_is_said_and_can_be_mended(
    dialog: Dialog, plug_in: PlugIn, tmp_path: Path, trouble: str, error: str
) -> None:
    port, good = plug_in(lamp(0)), plug_in(lamp(0), name="good")
    device = port.path
    (tmp_path / "file").write_text("no port")
    async with contextlib.AsyncExitStack() as stack:
        match trouble:
            case "missing" | "file":
                device = str(tmp_path / trouble)
            case "deaf":
                await port.do(lambda simulation: simulation.adapter_deaf(deaf=True))
            case "busy":
                await stack.enter_async_context(owner_of(port))
        await dialog.open(DOMAIN)
        await dialog.choose("serial")
        await dialog.enter(device=device)
        assert dialog.result["step_id"] == "serial"
        assert dialog.result["errors"] == {"base": error}
        await dialog.enter(device=good.path)
        assert dialog.result["step_id"] == "confirm"
        await dialog.enter()
        assert dialog.result["type"] is FlowResultType.CREATE_ENTRY


@contextlib.asynccontextmanager
async def owner_of(port: SimulatedPort) -> AsyncIterator[None]:
    """Hold a port open, as another program does."""
    import serialx  # only this needs it

    _, writer = await serialx.open_serial_connection(url=port.path, baudrate=38400)
    yield
    writer.close()
    await writer.wait_closed()


async def test_a_line_without_power_can_be_added_all_the_same(dialog: Dialog, plug_in: PlugIn) -> None:
    port = plug_in(lamp(0))
    await port.do(lambda simulation: simulation.set_line_power(present=False))
    await dialog.open(DOMAIN)
    await dialog.choose("serial")
    await dialog.enter(device=port.path)
    assert dialog.result["step_id"] == "confirm_without_power"
    await dialog.enter()
    assert dialog.result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_dialog_that_is_closed_lets_go_of_the_port(
    hass: HomeAssistant, dialog: Dialog, plug_in: PlugIn
) -> None:
    port = plug_in(lamp(0), speed=1)
    await dialog.open(DOMAIN)
    await dialog.choose("serial")
    result = await hass.config_entries.flow.async_configure(dialog.result["flow_id"], {"device": port.path})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    await asyncio.sleep(0.1)
    hass.config_entries.flow.async_abort(result["flow_id"])
    await asyncio.sleep(0.1)
    async with owner_of(port):
        pass


async def test_a_second_site_is_no_site_but_a_line(dialog: Dialog, plug_in: PlugIn, build: Build) -> None:
    await build(line_of(plug_in(lamp(0))))
    await dialog.open(DOMAIN)
    assert dialog.result["type"] is FlowResultType.ABORT
    assert dialog.result["reason"] == "add_line_instead"


async def test_a_line_is_added_without_touching_the_others(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    first, second = plug_in(lamp(0)), plug_in(lamp(1), name="second")
    house = await build(line_of(first))
    await house.until_light(0, "off")
    before = next(iter(house.site.lines.values())).line
    dialog = Dialog(hass, lines=True)
    await dialog.open((house.entry.entry_id, SUBENTRY_LINE))
    await dialog.choose("serial")
    await dialog.enter(device=first.path)
    assert dialog.result["errors"] == {"base": "already_used"}
    await dialog.enter(device=second.path)
    await dialog.enter()
    assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
    await house.until(lambda: house.state(house.entity("light", 1, line=1)) == "off")
    assert next(iter(house.site.lines.values())).line is before
    assert before.diagnostics()["connections"] == 1


async def test_the_same_adapter_by_another_name_is_no_second_line(
    hass: HomeAssistant, plug_in: PlugIn, dialog: Dialog, tmp_path: Path
) -> None:
    port = plug_in(lamp(0))
    await dialog.open(DOMAIN)
    await dialog.choose("serial")
    await dialog.enter(device=port.path)
    await dialog.enter()
    entry = dialog.result["result"]
    await hass.config_entries.async_unload(entry.entry_id)
    (tmp_path / "alias").symlink_to(port.path)
    again = Dialog(hass, lines=True)
    await again.open((entry.entry_id, SUBENTRY_LINE))
    await again.choose("serial")
    await again.enter(device=str(tmp_path / "alias"))
    await again.enter()
    assert again.result["reason"] == "already_configured"


async def test_a_line_that_moved_is_reconfigured_and_keeps_its_lights(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    old, new = plug_in(lamp(0)), plug_in(lamp(0), name="new")
    house = await build(line_of(old), line_of(plug_in(lamp(9), name="other"), "Attic"))
    light = await house.until_light(0, "off")
    subentry_id, other_id = house.entry.subentries
    before, other = house.site.lines[subentry_id].line, house.site.lines[other_id].line
    dialog = Dialog(hass, lines=True)
    await dialog.open((house.entry.entry_id, SUBENTRY_LINE), source=SOURCE_RECONFIGURE, subentry_id=subentry_id)
    await dialog.choose("serial")
    await dialog.enter(device=new.path)
    await dialog.enter()
    assert dialog.result["reason"] == "reconfigure_successful"
    await house.until(lambda: house.site.lines[subentry_id].line is not before)
    await house.until(lambda: house.state("sensor.ground_floor_status") == "online")
    await house.call("light", "turn_on", light, brightness=100)
    assert await new.levels() == {0: 100}
    assert await old.levels() == {0: 0}
    assert house.site.lines[other_id].line is other


async def test_reconfiguring_to_the_same_port_changes_nothing(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    port = plug_in(lamp(0))
    house = await build(line_of(port))
    (subentry_id,) = house.entry.subentries
    dialog = Dialog(hass, lines=True)
    await dialog.open((house.entry.entry_id, SUBENTRY_LINE), source=SOURCE_RECONFIGURE, subentry_id=subentry_id)
    await dialog.choose("serial")
    await dialog.enter(device=port.path)
    assert dialog.result["reason"] == "reconfigure_successful"


async def test_a_line_cant_be_changed_into_another_one(hass: HomeAssistant, plug_in: PlugIn, build: Build) -> None:
    first, second = plug_in(lamp(0)), plug_in(lamp(1), name="second")
    house = await build(line_of(first))
    dialog = Dialog(hass, lines=True)
    await dialog.open((house.entry.entry_id, SUBENTRY_LINE))
    await dialog.choose("serial")
    await dialog.enter(device=second.path)
    await dialog.enter()
    await house.until(lambda: len(house.site.lines) == 2)
    first_id, second_id = house.entry.subentries
    await house.site.lines[second_id].line.stop()
    again = Dialog(hass, lines=True)
    await again.open((house.entry.entry_id, SUBENTRY_LINE), source=SOURCE_RECONFIGURE, subentry_id=first_id)
    await again.choose("serial")
    await again.enter(device=second.path)
    assert again.result["errors"] == {"base": "already_used"}


async def test_a_stick_that_is_plugged_in_is_offered_and_becomes_the_site(
    hass: HomeAssistant, dialog: Dialog, plug_in: PlugIn
) -> None:
    port = plug_in(lamp(0))
    info = UsbServiceInfo(
        device=port.path,
        vid=STICK.vid,
        pid=STICK.pid,
        serial_number=STICK.serial_number,
        manufacturer=STICK.manufacturer,
        description=STICK.description,
    )
    await dialog.open(DOMAIN, source=SOURCE_USB, data=info)
    assert dialog.result["step_id"] == "discovered"
    assert "Lunatone" in dialog.result["description_placeholders"]["name"]
    await dialog.enter()
    assert dialog.result["step_id"] == "confirm"
    await dialog.enter()
    assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
    assert dialog.result["result"].unique_id == DOMAIN
    again = Dialog(hass)
    await again.open(DOMAIN, source=SOURCE_USB, data=info)
    assert again.result["reason"] == "already_configured"


async def test_a_second_stick_becomes_a_line_of_the_site(dialog: Dialog, plug_in: PlugIn, build: Build) -> None:
    house = await build(line_of(plug_in(lamp(0))))
    port = plug_in(lamp(5), name="stick")
    info = UsbServiceInfo(port.path, STICK.vid, STICK.pid, "4712", STICK.manufacturer, STICK.description)
    await dialog.open(DOMAIN, source=SOURCE_USB, data=info)
    await dialog.enter()
    await dialog.enter()
    assert dialog.result["reason"] == "line_added"
    await house.until(lambda: house.state(house.entity("light", 5, line=1)) == "off")


async def test_a_stick_that_is_no_adapter_after_all_says_so(dialog: Dialog, plug_in: PlugIn) -> None:
    port = plug_in(lamp(0))
    await port.do(lambda simulation: simulation.adapter_deaf(deaf=True))
    info = UsbServiceInfo(port.path, STICK.vid, STICK.pid, "4713", STICK.manufacturer, STICK.description)
    await dialog.open(DOMAIN, source=SOURCE_USB, data=info)
    await dialog.enter()
    assert dialog.result["errors"] == {"base": "adapter_silent"}
    await port.do(lambda simulation: simulation.adapter_deaf(deaf=False))
    await dialog.enter(device=port.path)
    await dialog.enter()
    assert dialog.result["type"] is FlowResultType.CREATE_ENTRY


async def test_how_long_to_keep_things_is_asked_and_followed_without_a_restart(build: Build) -> None:
    house = await build()
    options = house.hass.config_entries.options
    result = await options.async_init(house.entry.entry_id)
    assert result["type"] is FlowResultType.FORM
    result = await options.async_configure(result["flow_id"], {"keep_events_days": 60, "keep_features_days": 30})
    assert result["errors"] == {"base": "features_before_events"}
    days = {"keep_events_days": 14, "keep_features_days": 365, "keep_decisions_days": 30}
    result = await options.async_configure(result["flow_id"], days)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await house.hass.async_block_till_done()
    assert house.site.retention.keep == Keep(events=14, features=365, decisions=30)


@pytest.mark.parametrize("days", [6, 366])
async def test_what_makes_no_sense_to_keep_is_turned_down(build: Build, days: int) -> None:
    house = await build()
    options = house.hass.config_entries.options
    result = await options.async_init(house.entry.entry_id)
    with pytest.raises(InvalidData):
        await options.async_configure(result["flow_id"], {"keep_events_days": days, "keep_features_days": 400})
