"""Buttons and sensors of a line in Home Assistant: heard, measured, set, and there after a restart."""

import json
from typing import Any

from dali.device.general import EventScheme
from homeassistant.components.event import ATTR_EVENT_TYPE, ATTR_MULTI_PRESS_COUNT
from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.setup import async_setup_component
import pytest

from custom_components.smart_lighting_ai_dali import async_remove_config_entry_device
from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.dali.events import LineStatus
from custom_components.smart_lighting_ai_dali.dali.gear import Gear, GearIdentity
from custom_components.smart_lighting_ai_dali.dali.input_device import InputDevice, Instance, InstanceType
from custom_components.smart_lighting_ai_dali.db.signals import Input, Signal
from custom_components.smart_lighting_ai_dali.diagnostics import (
    async_get_config_entry_diagnostics,
    async_get_device_diagnostics,
)
from custom_components.smart_lighting_ai_dali.simulator.device_specification import (
    EventScheme as SimulatedScheme,
    InstanceSpecification,
    InstanceType as Kind,
    Measures,
)
from custom_components.smart_lighting_ai_dali.simulator.simulation import Simulation
from custom_components.smart_lighting_ai_dali.sources import find_sources, value_of

from .conftest import Build, House, PlugIn, SimulatedPort, administrator, lamp, line_of, panel, translation
from .test_services import device_of

WALL = 3
CEILING = 8
PRESENCE = InstanceSpecification(kind=Kind.OCCUPANCY_SENSOR, hold_seconds=10)
ALL_OF_301 = InstanceSpecification(kind=Kind.PUSH_BUTTON, event_filter=0xFF, double_press=True)


class Home:
    """A house with a lamp, a panel of two buttons and a dial on the wall, and a sensor at the ceiling."""

    def __init__(self, house: House, port: SimulatedPort) -> None:
        self.house = house
        self.port = port
        self.heard: list[tuple[str, Any]] = []
        async_track_state_change_event(house.hass, [self.button(0), self.button(1)], self._listen)

    @callback
    def _listen(self, event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is not None and state.attributes.get(ATTR_EVENT_TYPE) is not None:
            self.heard.append((state.attributes[ATTR_EVENT_TYPE], state.attributes.get(ATTR_MULTI_PRESS_COUNT)))

    def button(self, number: int) -> str:
        """Return the event entity of a button."""
        return self.house.input_entity("event", WALL, f"button_{number}")

    @property
    def occupancy(self) -> str:
        """Return the occupancy sensor at the ceiling."""
        return self.house.input_entity("binary_sensor", CEILING, "occupancy_0")

    @property
    def illuminance(self) -> str:
        """Return the light sensor at the ceiling."""
        return self.house.input_entity("sensor", CEILING, "illuminance_1")

    def device_id(self, address: int) -> str:
        """Return the Home Assistant device of an input device."""
        (subentry_id,) = self.house.entry.subentries
        key = f"{subentry_id}_d4000000000002-{2000 + address}-0"
        return device_of(self.house.hass, self.house.entry.entry_id, key)

    def device(self, address: int) -> dr.DeviceEntry:
        """Return the whole entry of that device."""
        device = dr.async_get(self.house.hass).async_get(self.device_id(address))
        assert isinstance(device, dr.DeviceEntry)
        return device


DEVICES = (panel(WALL, ALL_OF_301, ALL_OF_301, Kind.ABSOLUTE_INPUT), panel(CEILING, PRESENCE, Kind.LIGHT_SENSOR))


def found(address: int, *instances: Instance) -> dict[str, Any]:
    """Return one of them as an earlier scan has kept it."""
    identity = GearIdentity(4_000_000_000_002, 2000 + address, 0)
    return InputDevice(address=address, identity=identity, instances=instances).as_dict()


def instance(number: int, kind: InstanceType, resolution: int = 10, event_filter: int = 1) -> Instance:
    """Return an instance as it is by default."""
    scheme = EventScheme.device_instance
    return Instance(number=number, type=kind, resolution=resolution, event_filter=event_filter, scheme=scheme)


@pytest.fixture
async def home(plug_in: PlugIn, build: Build, hass_storage: dict[str, Any]) -> Home:
    """Return a home whose lamp and input devices were found before its start."""
    gear = Gear(address=1, identity=GearIdentity(4_000_000_000_001, 1001, 0), edition=2, device_types=(6,))
    wall = found(
        WALL,
        instance(0, InstanceType.PUSH_BUTTON, 1, 0xFF),
        instance(1, InstanceType.PUSH_BUTTON, 1, 0xFF),
        instance(2, InstanceType.ABSOLUTE_INPUT),
    )
    ceiling = found(
        CEILING, instance(0, InstanceType.OCCUPANCY_SENSOR, 2, 0b111), instance(1, InstanceType.LIGHT_SENSOR)
    )
    for key, data in (("ground", {"gear": [gear.as_dict()]}), ("ground.inputs", {"devices": [wall, ceiling]})):
        hass_storage[f"{DOMAIN}.{key}"] = {"version": 1, "key": f"{DOMAIN}.{key}", "data": data}
    port = plug_in(lamp(1), devices=DEVICES)
    house: House = await build({**line_of(port), "subentry_id": "ground"})
    sensor = ("sensor", CEILING, "illuminance_1")
    await house.until(lambda: house.state(house.input_entity(*sensor)) == "0")
    return Home(house, port)


async def test_input_devices_are_found_by_the_first_search(plug_in: PlugIn, build: Build) -> None:
    port = plug_in(lamp(1), devices=DEVICES)
    house: House = await build(line_of(port))
    sensor = ("sensor", CEILING, "illuminance_1")
    await house.until(lambda: house.state(house.input_entity(*sensor)) == "0", 30)
    home = Home(house, port)
    await house.until(lambda: house.state(home.occupancy) == STATE_OFF)
    await port.do(lambda simulation: simulation.inputs.gesture(WALL, 0, "long"))
    await house.until(lambda: ("long_press_end", None) in home.heard)
    # What was found is kept, even where the line is left before it was written.
    await house.until(lambda: not next(iter(house.site.lines.values())).line.scanning)
    await port.do(lambda simulation: simulation.unplug())
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    assert house.state(home.occupancy) == STATE_UNAVAILABLE


async def test_a_button_is_an_event_entity(home: Home) -> None:
    registry = er.async_get(home.house.hass)
    names = {registry.async_get(home.button(number)).original_name for number in (0, 1)}  # type: ignore[union-attr]
    assert names == {"Button 1", "Button 2"}
    assert home.house.state(home.button(0)) == STATE_UNKNOWN
    await home.port.do(lambda simulation: simulation.inputs.gesture(WALL, 0, "double"))
    await home.house.until(lambda: ("multi_press_end", 2) in home.heard)
    await home.port.do(lambda simulation: simulation.inputs.gesture(WALL, 0, "short"))
    await home.house.until(lambda: ("press_end", None) in home.heard)
    assert home.heard[0] == ("press_start", None)
    assert ("released", None) in home.heard
    home.heard.clear()
    await home.port.do(lambda simulation: simulation.inputs.gesture(WALL, 1, "long"))
    await home.house.until(lambda: ("long_press_end", None) in home.heard)
    assert [kind for kind, _ in home.heard][:2] == ["press_start", "long_press_start"]
    types = home.house.hass.states.get(home.button(0)).attributes["event_types"]  # type: ignore[union-attr]
    for kind in {"released", "long_press_repeat"} & set(types):
        assert translation("entity", "event", "button", "state_attributes", "event_type", "state", kind)


async def test_somebody_in_the_room_is_a_binary_sensor(home: Home) -> None:
    assert home.house.state(home.occupancy) == STATE_OFF
    await home.port.do(lambda simulation: simulation.inputs.move(CEILING, 0, present=True))
    await home.house.until(lambda: home.house.state(home.occupancy) == STATE_ON)
    await home.port.do(lambda simulation: simulation.inputs.move(CEILING, 0, present=False))
    await home.house.until(lambda: home.house.state(home.occupancy) == STATE_OFF)
    state = home.house.hass.states.get(home.occupancy)
    assert state is not None
    assert state.attributes["device_class"] == "occupancy"


async def test_light_is_measured_in_lux_and_a_dial_in_percent(home: Home) -> None:
    await home.port.do(lambda simulation: simulation.inputs.shine(CEILING, 1, 480))
    await home.port.do(lambda simulation: simulation.inputs.turn(WALL, 2, 0.25))
    await home.house.until(lambda: home.house.state(home.illuminance) == "480")
    state = home.house.hass.states.get(home.illuminance)
    assert state is not None
    assert state.attributes["unit_of_measurement"] == "lx"
    dial = home.house.input_entity("sensor", WALL, "position_2")
    await home.house.until(lambda: float(home.house.state(dial) or 0) == pytest.approx(25, abs=0.1))


async def test_a_general_purpose_sensor_is_what_it_says_that_it_measures(plug_in: PlugIn, build: Build) -> None:
    kinds = [
        InstanceSpecification(kind=Kind.GENERAL_SENSOR, measures=one)
        for one in (Measures.TEMPERATURE, Measures.HUMIDITY, Measures.CO2)
    ]
    port = plug_in(lamp(1), devices=(panel(CEILING, *kinds),))
    house: House = await build(line_of(port))
    measured = (-2.5, 45.6, 812)
    await house.until(lambda: house.state(house.input_entity("sensor", CEILING, "measurement_2")) == "0", 30)
    entities = [house.input_entity("sensor", CEILING, f"measurement_{number}") for number in range(3)]

    def measure(simulation: Simulation) -> None:
        for number, value in enumerate(measured):
            simulation.inputs.measure(CEILING, number, value)

    await port.do(measure)
    await house.until(lambda: [float(house.state(entity) or 0) for entity in entities] == list(measured), 30)
    attributes = [house.hass.states.get(entity).attributes for entity in entities]  # type: ignore[union-attr]
    assert [(one["device_class"], one["unit_of_measurement"]) for one in attributes] == [
        ("temperature", "°C"),
        ("humidity", "%"),
        ("carbon_dioxide", "ppm"),
    ]


async def test_entities_are_there_after_a_restart_before_the_line_answers(home: Home) -> None:
    house = home.house
    await home.port.do(lambda simulation: simulation.unplug())
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    for entity in (home.occupancy, home.illuminance, home.button(1)):
        assert house.state(entity) == STATE_UNAVAILABLE
    await home.port.do(lambda simulation: simulation.inputs.shine(CEILING, 1, 333))
    await home.port.do(lambda simulation: simulation.replug())
    await house.until(lambda: house.state(home.illuminance) == "333")
    assert not next(iter(house.site.lines.values())).line.scanning
    # A button says again what it said last, and that is all: nobody has pressed it since.
    assert house.state(home.button(1)) == STATE_UNKNOWN


async def test_what_is_rare_is_disabled_at_first(home: Home) -> None:
    registry = er.async_get(home.house.hass)
    for address, key in ((CEILING, "movement_0"), (WALL, "button_stuck_0"), (WALL, "quiescent")):
        entry = registry.async_get(home.house.input_entity("binary_sensor", address, key))
        assert entry is not None
        assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_an_input_device_is_a_device_of_its_line(home: Home) -> None:
    device = home.device(WALL)
    assert device.name == "Input device 3"
    assert device.model == "DALI push button and dial"
    (subentry_id,) = home.house.entry.subentries
    assert device.via_device_id == device_of(home.house.hass, home.house.entry.entry_id, subentry_id)


async def test_an_input_device_shows_itself(home: Home) -> None:
    await home.house.call("button", "press", home.house.input_entity("button", WALL, "identify"))
    snapshots = await home.port.do(lambda simulation: simulation.inputs.snapshots())
    assert [one["identifying"] for one in snapshots] == [True, False]


async def configure(home: Home, device_id: str, **settings: str | list[str]) -> Any:
    """Call the action that configures input devices, and return its answer."""
    return await home.house.hass.services.async_call(
        DOMAIN,
        "configure_inputs",
        {"device_id": device_id, **settings},
        blocking=True,
        return_response=True,
        context=administrator(home.house.hass),
    )


async def test_events_are_configured_with_consent_and_once(home: Home) -> None:
    wanted: dict[str, str | list[str]] = {
        "scheme": "device_instance",
        "events": ["short_press", "long_press_start", "occupied", "vacant"],
    }
    assert await configure(home, home.device_id(WALL), **wanted) == {"instances": 3, "changed": 2}
    assert await configure(home, home.device_id(WALL), **wanted) == {"instances": 3, "changed": 0}
    wall: Any = (await home.port.do(lambda simulation: simulation.inputs.snapshots()))[0]
    assert [instance["filter"] for instance in wall["instances"]] == [0b1_0100, 0b1_0100, 1]
    (subentry_id,) = home.house.entry.subentries
    line = device_of(home.house.hass, home.house.entry.entry_id, subentry_id)
    assert await configure(home, line, **wanted) == {"instances": 5, "changed": 1}
    await home.port.do(lambda simulation: simulation.inputs.gesture(WALL, 0, "short"))
    await home.house.until(lambda: bool(home.heard))
    assert home.heard == [("press_end", None)]


async def test_what_can_not_be_configured_is_said(home: Home) -> None:
    with pytest.raises(HomeAssistantError) as refused:
        await configure(home, home.device_id(WALL), scheme="device_group")
    assert refused.value.translation_key == "setting_not_kept"
    with pytest.raises(ServiceValidationError) as nothing:
        await configure(home, "nonsense")
    assert nothing.value.translation_key == "no_input_device"


async def test_a_scan_says_what_it_found_of_input_devices(home: Home) -> None:
    result: Any = await home.house.hass.services.async_call(
        DOMAIN, "scan_line", {"device_id": home.device_id(WALL)}, blocking=True, return_response=True
    )
    assert result["input_devices"] == {"found": 2, "new": 0, "missing": 0, "shared_addresses": []}


async def test_diagnostics_tell_of_input_devices_and_nothing_private(home: Home) -> None:
    house = home.house
    report = await async_get_config_entry_diagnostics(house.hass, house.entry)
    assert "4000000000002" not in json.dumps(report)
    wall, ceiling = report["lines"][0]["input_devices"]
    assert [instance["type"] for instance in wall["instances"]] == [1, 1, 2]
    assert ceiling["instances"][1]["value"] == 0
    device = home.device(CEILING)
    assert await async_get_device_diagnostics(house.hass, house.entry, device) == ceiling


async def test_one_that_answers_can_not_be_deleted_and_one_that_is_gone_can(home: Home) -> None:
    house = home.house
    device = home.device(WALL)
    assert not await async_remove_config_entry_device(house.hass, house.entry, device)
    inputs = next(iter(house.site.lines.values())).line.inputs
    await inputs.forget("d4000000000002-2003-0")
    await house.until(lambda: house.state(home.button(0)) == STATE_UNAVAILABLE)
    assert await async_remove_config_entry_device(house.hass, house.entry, device)


async def test_what_input_devices_sense_is_collected_in_their_room(hass: HomeAssistant, home: Home) -> None:
    office = ar.async_get(hass).async_create("Office")
    lamp_entry = er.async_get(hass).async_get(home.house.entity("light", 1))
    assert lamp_entry is not None
    for device_id in (lamp_entry.device_id, home.device_id(WALL), home.device_id(CEILING)):
        dr.async_get(hass).async_update_device(str(device_id), area_id=office.id)
    sources = {source.entity_id: source for source in find_sources(hass, home.house.entry)}
    assert sources[home.occupancy].signal is Signal.MOTION
    assert sources[home.illuminance].signal is Signal.ILLUMINANCE
    assert {sources[home.button(number)].signal for number in (0, 1)} == {Signal.INPUT}
    assert {source.zone for source in sources.values()} == {office.id}
    await home.port.do(lambda simulation: simulation.inputs.gesture(WALL, 0, "double"))
    await home.house.until(lambda: ("multi_press_end", 2) in home.heard)
    assert value_of(Signal.INPUT, hass.states.get(home.button(0))) in {Input.DOUBLE_PRESS, Input.RELEASED}
    await home.port.do(lambda simulation: simulation.inputs.move(CEILING, 0, present=True))
    await home.house.until(lambda: value_of(Signal.MOTION, hass.states.get(home.occupancy)) == 1)


async def test_panels_that_say_the_same_are_set_to_be_distinct_where_someone_agrees(
    hass: HomeAssistant, plug_in: PlugIn, build: Build
) -> None:
    # As they come from the factory.
    button = InstanceSpecification(kind=Kind.PUSH_BUTTON, scheme=SimulatedScheme.INSTANCE)
    port = plug_in(lamp(1), devices=(panel(0, button), panel(1, button)))
    house: House = await build(line_of(port, "Ground floor"))
    issue_id = f"inputs_indistinct_{next(iter(house.entry.subentries))}"
    issues = ir.async_get(hass)
    await house.until(lambda: issues.async_get_issue(DOMAIN, issue_id) is not None, 30)
    await house.until(lambda: not next(iter(house.site.lines.values())).line.scanning, 30)
    assert await async_setup_component(hass, "repairs", {})
    flows = repairs_flow_manager(hass)
    assert flows is not None
    dialog = await flows.async_init(DOMAIN, data={"issue_id": issue_id})
    assert dialog["description_placeholders"] == {"line": "Ground floor", "addresses": "0, 1"}
    await port.do(lambda simulation: simulation.unplug())
    failed = await flows.async_configure(dialog["flow_id"], {})
    assert failed["reason"] == "inputs_not_set"
    assert translation("issues", "inputs_indistinct", "fix_flow", "abort", failed["reason"])
    await port.do(lambda simulation: simulation.replug())
    line = next(iter(house.site.lines.values())).line
    await house.until(lambda: line.diagnostics()["connections"] == 2 and line.status is LineStatus.ONLINE)
    dialog = await flows.async_init(DOMAIN, data={"issue_id": issue_id})
    done = await flows.async_configure(dialog["flow_id"], {})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, issue_id) is None
    snapshots: Any = await port.do(lambda simulation: simulation.inputs.snapshots())
    assert {one["instances"][0]["scheme"] for one in snapshots} == {SimulatedScheme.DEVICE_INSTANCE}
    await port.do(lambda simulation: simulation.inputs.gesture(1, 0, "short"))
    await house.until(lambda: house.state(house.input_entity("event", 1, "button_0")) != STATE_UNKNOWN)
    assert house.state(house.input_entity("event", 0, "button_0")) == STATE_UNKNOWN


async def test_what_was_kept_and_can_not_be_read_is_found_again(
    plug_in: PlugIn, build: Build, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    gear = Gear(address=1, identity=GearIdentity(4_000_000_000_001, 1001, 0), edition=2, device_types=(6,))
    ceiling = found(CEILING, instance(0, InstanceType.OCCUPANCY_SENSOR, 2, 0b111))
    kept = {"ground": {"gear": [gear.as_dict()]}, "ground.inputs": {"devices": [{"address": 1}, ceiling]}}
    for key, data in kept.items():
        hass_storage[f"{DOMAIN}.{key}"] = {"version": 1, "key": f"{DOMAIN}.{key}", "data": data}
    port = plug_in(lamp(1), devices=DEVICES)
    house: House = await build({**line_of(port), "subentry_id": "ground"})
    await house.until(lambda: house.state(house.input_entity("binary_sensor", CEILING, "occupancy_0")) == STATE_OFF)
    assert "input_devices=unreadable" in caplog.text
    assert house.state(house.input_entity("event", WALL, "button_0")) is None
