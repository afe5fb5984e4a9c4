"""A Home Assistant with a site, and lines to put into it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
import json
from pathlib import Path
from typing import Any

from homeassistant.components import usb
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import CONF_DEVICE
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.smart_lighting_ai_dali.const import CONF_KIND, DOMAIN, SITE_TITLE, SUBENTRY_LINE, LineKind
from custom_components.smart_lighting_ai_dali.simulator.adapters import AdapterKind
from custom_components.smart_lighting_ai_dali.simulator.device_specification import (
    DeviceSpecification,
    InstanceSpecification,
    InstanceType,
)
from custom_components.smart_lighting_ai_dali.simulator.fleet import Fleet
from custom_components.smart_lighting_ai_dali.simulator.simulated_line import SimulatedLine
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification
from custom_components.smart_lighting_ai_dali.site import Site

from .vault_home import SAID, VaultHome

SPEED = 16.0


@pytest.fixture(autouse=True)
def _integrations(hass: HomeAssistant, request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load this integration; the usb integration counts as loaded."""
    request.getfixturevalue("enable_custom_integrations")
    for domain in ("recorder", "usb"):
        hass.config.components.add(domain)


@pytest.fixture(autouse=True)
def _ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the machine's own ports alone: usb is not set up, so that nothing is looked for on it."""
    monkeypatch.setattr(usb, "async_register_port_event_callback", lambda *_: lambda: None)
    monkeypatch.setattr(usb, "async_find_moved_serial_port", lambda *_: None, raising=False)


def lamp(address: int, **more: Any) -> GearSpecification:
    """Return a gear with a short address and a number of its own."""
    details = {"name": f"Lamp {address}", "gtin": 4_000_000_000_001, "serial": 1000 + address, "level": 0, **more}
    return GearSpecification(short_address=address, **details)


def panel(address: int, *kinds: InstanceType | InstanceSpecification, **more: Any) -> DeviceSpecification:
    """Return an input device with instances of these types, and a number of its own."""
    instances = (one if isinstance(one, InstanceSpecification) else InstanceSpecification(kind=one) for one in kinds)
    details: dict[str, Any] = {"name": f"Panel {address}", "gtin": 4_000_000_000_002, "serial": 2000 + address, **more}
    return DeviceSpecification(short_address=address, instances=tuple(instances), **details)


class SimulatedPort:
    """A simulated adapter, as someone would plug it in."""

    def __init__(self, line: SimulatedLine) -> None:
        self._since = 0
        self.line = line
        self.path = str(line.link)

    async def do[T](self, action: Callable[[Simulation], T]) -> T:
        """Do something to the simulated line."""
        return await asyncio.get_running_loop().run_in_executor(None, self.line.call, action)

    async def forget_frames(self) -> None:
        """Begin anew with the frames."""
        self._since = await self.do(lambda simulation: simulation.wire.log.frames()[-1].number)

    async def frames(self) -> list[int]:
        """Return the frames of our adapter that are no questions."""
        since = self._since
        frames = await self.do(
            lambda simulation: [
                one.data for one in simulation.wire.log.frames(since) if one.source == "adapter" and one.bits == 16
            ]
        )
        return [
            frame
            for frame in frames
            if (frame >> 8 < 0xA0 and (not frame >> 8 & 1 or frame & 0xFF < 0x90)) or frame >> 8 == 0xA3
        ]

    async def levels(self) -> dict[int, int]:
        """Return the levels of the gear by short address."""
        snapshots = await self.do(Simulation.snapshots)
        return {one["address"]: one["level"] for one in snapshots}


@pytest.fixture
def plug_in(tmp_path: Path) -> Iterator[Callable[..., SimulatedPort]]:
    """Return what plugs in a simulated adapter with gear behind it."""
    lines: list[SimulatedLine] = []

    def start(
        *gear: GearSpecification,
        devices: tuple[DeviceSpecification, ...] = (),
        name: str = "adapter",
        speed: float = SPEED,
        adapter: AdapterKind = AdapterKind.LUBA,
    ) -> SimulatedPort:
        fleet = Fleet(name=name, gear=gear, devices=devices, adapter=adapter)
        line = SimulatedLine(fleet, link=tmp_path / name, speed=speed)
        line.start()
        lines.append(line)
        return SimulatedPort(line)

    yield start
    for line in lines:
        line.stop()


type PlugIn = Callable[..., SimulatedPort]


def line_of(port: SimulatedPort | str, title: str = "Ground floor") -> ConfigSubentryData:
    """Return a line as the config flow makes it."""
    device = port if isinstance(port, str) else port.path
    data = {CONF_KIND: LineKind.SERIAL.value, CONF_DEVICE: device, "adapter_serial": None}
    return ConfigSubentryData(data=data, subentry_type=SUBENTRY_LINE, title=title, unique_id=None)


class House:
    """A Home Assistant with a site."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        self.hass = hass
        self.entry = entry

    @property
    def site(self) -> Site:
        """Return the running site."""
        site: Site = self.entry.runtime_data
        return site

    async def until(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(seconds):
            while not condition():  # what is waited for has no event of its own
                await asyncio.sleep(0.01)
        await self.hass.async_block_till_done()

    def entity(self, platform: str, address: int, key: str = "", line: int = 0) -> str:
        """Return the entity of a gear."""
        subentry_id = list(self.entry.subentries)[line]
        unique_id = f"{subentry_id}_4000000000001-{1000 + address}-0{key and '_' + key}"
        entity_id = er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, unique_id)
        return entity_id or f"{platform}.missing"

    def input_entity(self, platform: str, address: int, key: str) -> str:
        """Return an entity of an input device on the first line."""
        subentry_id = next(iter(self.entry.subentries))
        unique_id = f"{subentry_id}_d4000000000002-{2000 + address}-0_{key}"
        entity_id = er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, unique_id)
        return entity_id or f"{platform}.missing"

    def state(self, entity_id: str) -> str | None:
        """Return an entity's state."""
        state = self.hass.states.get(entity_id)
        return None if state is None else state.state

    async def until_light(self, address: int, state: str, seconds: float = 30.0) -> str:
        """Wait for a light's state, and return its entity id."""
        await self.until(lambda: self.state(self.entity("light", address)) == state, seconds)
        return self.entity("light", address)

    async def call(self, domain: str, action: str, entity_id: str, **data: Any) -> None:
        """Call an action on an entity."""
        await self.hass.services.async_call(domain, action, {"entity_id": entity_id, **data}, blocking=True)


@pytest.fixture
async def build(hass: HomeAssistant) -> AsyncIterator[Callable[..., Any]]:
    """Return what sets up a site with lines; it is unloaded with the test."""
    entries: list[MockConfigEntry] = []

    async def start(*lines: ConfigSubentryData) -> House:
        entry = MockConfigEntry(domain=DOMAIN, unique_id=DOMAIN, title=SITE_TITLE, subentries_data=lines)
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        entries.append(entry)
        return House(hass, entry)

    yield start
    for entry in entries:
        if entry.state.recoverable and hass.config_entries.async_get_entry(entry.entry_id) is not None:
            await hass.config_entries.async_unload(entry.entry_id)


type Build = Callable[..., Any]


def administrator(hass: HomeAssistant) -> Context:
    """Return the context of a call by an administrator, another one each time: nothing is the same call once more."""
    return Context(user_id=MockUser(name="Ada", is_owner=True).add_to_hass(hass).id)


@pytest.fixture
async def home(hass: HomeAssistant, build: Build, hass_storage: dict[str, Any]) -> VaultHome:
    """Return a home without a line, in whose first zone people said what they want."""
    home = VaultHome(hass, await build(), hass_storage)
    for title in ("Hall", "Kitchen"):
        await home.add_zone(title)
    await home.vault.async_set_profiles({home.zones[0]: SAID})
    return home


def translation(*path: str) -> Any:
    """Return a text of the English translation; raises KeyError where it is missing."""
    file = Path(custom_component_folder()) / "translations" / "en.json"
    text: Any = json.loads(file.read_text(encoding="utf-8"))
    for key in path:
        text = text[key]
    return text


def custom_component_folder() -> Path:
    """Return where the integration is."""
    return Path(__file__).parents[2] / "custom_components" / DOMAIN
