"""The row "DALI offline": an adapter, a port, a cable or the bus power is gone."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from socket import socket
from typing import Any

from homeassistant.components import usb
from homeassistant.const import CONF_DEVICE, STATE_OFF
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_lighting_ai_dali.const import CONF_FLEET, CONF_KIND, SUBENTRY_LINE
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.line_trouble import CALM, GRACE, LOSSES
from tests.integration.conftest import Build, House, PlugIn, SimulatedPort, lamp, line_of
from tests.integration.test_config_flow import owner_of, serial_server

from .playbook import Playbook

type Ports = Callable[..., None]


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> Ports:
    """Return what says which USB ports there are; usb itself would look at those of this machine."""

    def there_are(*paths: str, used: tuple[str, ...] = ()) -> None:
        found = [
            usb.USBDevice(device=path, vid="17B5", pid="0020", serial_number=None, manufacturer=None, description=None)
            for path in paths
        ]

        async def scan(_: HomeAssistant) -> list[usb.USBDevice]:
            return found

        async def consumers(*_: Any) -> dict[str, list[str]]:
            return {path: ["another integration"] for path in used}

        monkeypatch.setattr(usb, "async_scan_serial_ports", scan)
        monkeypatch.setattr(usb, "async_get_serial_port_consumers", consumers)

    there_are()
    return there_are


def status(house: House, line: int = 0) -> LineStatus:
    """Return how a line is."""
    return list(house.site.lines.values())[line].line.status


def problem(house: House) -> str | None:
    """Return why the line is not there."""
    found = next(iter(house.site.lines.values())).line.problem
    return None if found is None else found.key


async def passes(house: House, seconds: float) -> None:
    """Let time pass for Home Assistant; the line has its own."""
    async_fire_time_changed(house.hass, dt_util.utcnow() + timedelta(seconds=seconds + 1))
    await house.hass.async_block_till_done()


def line_id(house: House) -> str:
    """Return the id of the first line."""
    return next(iter(house.entry.subentries))


async def gone(house: House, port: SimulatedPort) -> None:
    """Unplug the adapter, and wait until that is noticed as what it is."""
    await port.do(lambda simulation: simulation.unplug())
    await house.until(lambda: problem(house) == "port_missing", 30)


@pytest.fixture
async def port(plug_in: PlugIn) -> SimulatedPort:
    """Return an adapter with a lamp."""
    return plug_in(lamp(1))


@pytest.fixture
async def house(build: Build, port: SimulatedPort, ports: Ports) -> House:
    """Return a house with a line that knows its adapter."""
    del ports
    line = line_of(port)
    serial = await port.do(lambda simulation: simulation.adapter.identity.serial)
    line["data"] = {**line["data"], "adapter_serial": serial}
    house: House = await build(line)
    await house.until_light(1, STATE_OFF, 30)
    return house


async def test_an_adapter_that_stays_away_is_an_issue_until_it_is_back(
    house: House, port: SimulatedPort, playbook: Playbook
) -> None:
    await gone(house, port)
    assert await playbook.issues() == {}
    await passes(house, GRACE)
    assert list(await playbook.issues()) == [f"port_missing_{line_id(house)}"]
    menu = await playbook.open(f"port_missing_{line_id(house)}")
    assert menu["menu_options"] == ["try_again", "another_port", "simulated"]
    assert port.path in menu["text"]
    await port.do(lambda simulation: simulation.replug())
    done = await playbook.choose("try_again")
    assert done["type"] == "create_entry"
    assert status(house) is LineStatus.ONLINE
    assert await playbook.issues() == {}


async def test_it_closes_by_itself(house: House, port: SimulatedPort, playbook: Playbook) -> None:
    await gone(house, port)
    await passes(house, GRACE)
    assert await playbook.issues()
    await port.do(lambda simulation: simulation.replug())
    await house.until(lambda: status(house) is LineStatus.ONLINE, 30)
    assert await playbook.issues() == {}
    # What is over is not told again.
    await passes(house, GRACE)
    assert await playbook.issues() == {}


async def test_a_moved_adapter_is_followed_with_one_click(
    house: House, port: SimulatedPort, playbook: Playbook, ports: Ports, tmp_path: Path
) -> None:
    await gone(house, port)
    moved = tmp_path / "moved"
    ports(str(moved), "/dev/used", used=("/dev/used",))
    await passes(house, GRACE)
    menu = await playbook.open(f"port_missing_{line_id(house)}")
    assert menu["menu_options"][0] == "follow"
    assert menu["description_placeholders"]["port"] == str(moved)
    missing = await playbook.choose("follow")
    assert missing["reason"] == "adapter_not_found"
    await port.do(lambda simulation: simulation.replug(moved))
    await playbook.open(f"port_missing_{line_id(house)}")
    done = await playbook.choose("follow")
    assert done["type"] == "create_entry"
    assert house.entry.subentries[line_id(house)].data[CONF_DEVICE] == str(moved)
    await house.until_light(1, STATE_OFF, 30)
    assert await playbook.issues() == {}


async def test_which_of_two_ports_it_is_is_for_a_person_to_say(
    house: House, port: SimulatedPort, playbook: Playbook, ports: Ports
) -> None:
    await gone(house, port)
    ports("/dev/one", "/dev/two")
    await passes(house, GRACE)
    menu = await playbook.open(f"port_missing_{line_id(house)}")
    assert "follow" not in menu["menu_options"]
    on = await playbook.choose("another_port")
    assert on["reason"] == "goes_on"
    kind, flow_id = on["next_flow"]
    assert kind == "config_subentries_flow"
    dialog = house.hass.config_entries.subentries.async_get(flow_id)
    assert dialog["step_id"] == "reconfigure"
    # Nothing is mended yet.
    assert await playbook.issues()


async def test_a_simulated_line_can_be_added_to_try(house: House, port: SimulatedPort, playbook: Playbook) -> None:
    await gone(house, port)
    await passes(house, GRACE)
    await playbook.open(f"port_missing_{line_id(house)}")
    on = await playbook.choose("simulated")
    _, flow_id = on["next_flow"]
    flows = house.hass.config_entries.subentries
    assert flows.async_get(flow_id)["step_id"] == "simulated"
    await flows.async_configure(flow_id, {CONF_FLEET: "demo"})
    await house.until(lambda: len(house.site.lines) == 2 and status(house, 1) is LineStatus.ONLINE, 60)
    added = list(house.entry.subentries.values())[1]
    assert (added.subentry_type, added.data[CONF_KIND]) == (SUBENTRY_LINE, "simulated")
    assert list(await playbook.issues()) == [f"port_missing_{line_id(house)}"]


async def test_an_adapter_that_was_replaced_is_taken_with_one_click(
    house: House, port: SimulatedPort, playbook: Playbook, plug_in: PlugIn
) -> None:
    await gone(house, port)
    new = plug_in(lamp(1), name="new")
    await new.do(lambda simulation: simulation.unplug())
    await new.do(lambda simulation: simulation.replug(Path(port.path)))
    await house.until(lambda: problem(house) == "other_adapter", 30)
    # This mends itself never: it is told at once, and alone.
    assert list(await playbook.issues()) == [f"other_adapter_{line_id(house)}"]
    menu = await playbook.open(f"other_adapter_{line_id(house)}")
    assert menu["menu_options"] == ["take", "try_again", "another_port", "simulated"]
    assert await new.frames() == []
    done = await playbook.choose("take")
    assert done["type"] == "create_entry"
    serial = await new.do(lambda simulation: simulation.adapter.identity.serial)
    assert house.entry.subentries[line_id(house)].data["adapter_serial"] == serial
    assert await playbook.issues() == {}


async def test_a_line_without_power_is_an_issue_of_its_own(
    house: House, port: SimulatedPort, playbook: Playbook
) -> None:
    await port.do(lambda simulation: simulation.set_line_power(present=False))
    await house.until(lambda: status(house) is LineStatus.NO_POWER, 30)
    await passes(house, GRACE)
    assert list(await playbook.issues()) == [f"line_without_power_{line_id(house)}"]
    menu = await playbook.open(f"line_without_power_{line_id(house)}")
    assert menu["menu_options"] == ["try_again", "simulated"]
    await port.do(lambda simulation: simulation.set_line_power(present=True))
    await house.until(lambda: status(house) is LineStatus.ONLINE, 30)
    assert await playbook.issues() == {}


async def test_a_port_that_another_program_has_is_an_issue_until_it_lets_go(
    build: Build, port: SimulatedPort, ports: Ports, playbook: Playbook
) -> None:
    del ports
    async with owner_of(port):
        house: House = await build(line_of(port))
        await house.until(lambda: problem(house) == "port_busy", 30)
        assert await playbook.issues() == {}
        await passes(house, GRACE)
        menu = await playbook.open(f"port_busy_{line_id(house)}")
        assert port.path in menu["text"]
        still = await playbook.choose("try_again")
        assert still["reason"] == "still_offline"
    await house.until_light(1, STATE_OFF, 30)
    assert await playbook.issues() == {}


@pytest.mark.usefixtures("socket_enabled")
async def test_an_address_at_which_nobody_listens_is_an_issue_until_somebody_does(
    build: Build, port: SimulatedPort, ports: Ports, playbook: Playbook
) -> None:
    del ports
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    address = f"socket://127.0.0.1:{number}"
    line = line_of(address)
    line["data"] = {**line["data"], CONF_KIND: "network"}
    house: House = await build(line)
    await house.until(lambda: problem(house) == "address_unreachable", 30)
    await passes(house, GRACE)
    menu = await playbook.open(f"address_unreachable_{line_id(house)}")
    assert address in menu["text"]
    still = await playbook.choose("try_again")
    assert still["reason"] == "still_offline"
    async with serial_server(port, number):
        await house.until_light(1, STATE_OFF, 30)
        assert await playbook.issues() == {}
        await house.hass.config_entries.async_unload(house.entry.entry_id)


async def test_an_adapter_that_comes_and_goes_is_one_issue(
    house: House, port: SimulatedPort, playbook: Playbook
) -> None:
    line = next(iter(house.site.lines.values())).line
    for number in range(1, LOSSES + 1):
        await gone(house, port)
        assert bool(await playbook.issues()) is (number == LOSSES)
        await port.do(lambda simulation: simulation.replug())
        line.wake()
        await house.until(lambda: status(house) is LineStatus.ONLINE, 30)
    await gone(house, port)
    assert list(await playbook.issues()) == [f"line_flapping_{line_id(house)}"]
    await port.do(lambda simulation: simulation.replug())
    line.wake()
    await house.until(lambda: status(house) is LineStatus.ONLINE, 30)
    assert list(await playbook.issues()) == [f"line_flapping_{line_id(house)}"]
    await passes(house, CALM)
    assert await playbook.issues() == {}


@pytest.mark.parametrize("kind", ["file", "deaf", "missing"])
async def test_each_trouble_has_its_own_words(
    kind: str, build: Build, ports: Ports, playbook: Playbook, tmp_path: Path
) -> None:
    del ports
    path = tmp_path / kind
    if kind == "file":
        path.write_text("no port")
    elif kind == "deaf":
        path.symlink_to("/dev/ptmx")
    house: House = await build(line_of(str(path)))
    keys = {"file": "port_unusable", "deaf": "adapter_silent", "missing": "port_missing"}
    await house.until(lambda: problem(house) == keys[kind], 30)
    await passes(house, GRACE)
    assert list(await playbook.issues()) == [f"{keys[kind]}_{line_id(house)}"]
    menu = await playbook.open(f"{keys[kind]}_{line_id(house)}")
    assert str(path) in menu["text"]
    # With the line, all of it goes.
    house.hass.config_entries.async_remove_subentry(house.entry, line_id(house))
    await house.until(lambda: not house.site.lines, 30)
    assert await playbook.issues() == {}
    assert (await playbook.choose("try_again"))["reason"] == "line_gone"


async def test_a_simulator_that_has_stopped_is_restarted(build: Build, ports: Ports, playbook: Playbook) -> None:
    del ports
    data = {CONF_KIND: "simulated", CONF_FLEET: "demo"}
    house: House = await build({"data": data, "subentry_type": SUBENTRY_LINE, "title": "Demo", "unique_id": None})
    await house.until(lambda: status(house) is LineStatus.ONLINE, 60)
    simulator = next(iter(house.site.lines.values())).simulator
    assert simulator is not None
    # Its line may lose its power, as that of a real one.
    await house.hass.async_add_executor_job(simulator.call, lambda one: one.set_line_power(present=False))
    await house.until(lambda: status(house) is LineStatus.NO_POWER, 30)
    await passes(house, GRACE)
    menu = await playbook.open(f"line_without_power_{line_id(house)}")
    assert menu["menu_options"] == ["try_again"]
    await house.hass.async_add_executor_job(simulator.call, lambda one: one.set_line_power(present=True))
    await house.until(lambda: status(house) is LineStatus.ONLINE, 30)
    assert await playbook.issues() == {}
    await house.hass.async_add_executor_job(simulator.stop)
    await house.until(lambda: status(house) is LineStatus.OFFLINE, 30)
    await passes(house, GRACE)
    assert list(await playbook.issues()) == [f"simulator_gone_{line_id(house)}"]
    menu = await playbook.open(f"simulator_gone_{line_id(house)}")
    assert menu["menu_options"] == ["restart"]
    assert (await playbook.choose("restart"))["type"] == "create_entry"
    assert await playbook.issues() == {}
