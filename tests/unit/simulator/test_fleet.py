"""Fleet files: what they may say, and what people are told of their mistakes."""

from pathlib import Path

import pytest

from custom_components.smart_lighting_ai_dali.simulator.colour import ColourType
from custom_components.smart_lighting_ai_dali.simulator.device_specification import EventScheme
from custom_components.smart_lighting_ai_dali.simulator.fleet import EXAMPLE_GTIN, Fleet, FleetError, built_in_fleets
from custom_components.smart_lighting_ai_dali.simulator.specification import GearSpecification

EVERYTHING = """
name: Everything
power_supply: adapter
defaults:
  room: Hall
  fade_time: 4
gear:
  - name: Ceiling
    address: 7
    random_address: 0x123456
    types: [8, 6]
    groups: [0, 15]
    scenes: {0: 254, 15: 0}
    gtin: 9520000000028
    serial: 0xFFFFFFFFFFFFFFFF
    unit: 1
    units: 2
    firmware: "2.10"
    hardware: "1.0"
    edition: 1
    physical_minimum: 85
    minimum: 90
    maximum: 200
    power_on_level: mask
    system_failure_level: 0
    fade_time: 2
    fade_rate: 15
    extended_fade: 0x14
    level: 100
    faults: [lamp, gear, deaf]
"""


VERSION = 'a version in quotes, such as "2.1", both numbers 0 to 255'
LIST = "this list is not allowed"
MAPPING = "this mapping is not allowed"
ADVICE = 'give each its own, or write "duplicates: allowed"'


def problems(content: str) -> tuple[str, ...]:
    """Return what is wrong with a fleet."""
    with pytest.raises(FleetError) as caught:
        Fleet.parse(content)
    return caught.value.problems


def gear(*lines: str) -> str:
    """Return a fleet of one gear."""
    return "name: Test\ngear:\n  - " + "\n    ".join(("name: Lamp", *lines)) + "\n"


def test_everything_can_be_said() -> None:
    fleet = Fleet.parse(EVERYTHING)
    assert fleet == Fleet(
        name="Everything",
        adapter_feeds_line=True,
        gear=(
            GearSpecification(
                name="Ceiling",
                room="Hall",
                short_address=7,
                random_address=0x123456,
                device_types=(6, 8),
                groups=frozenset({0, 15}),
                scenes={0: 254, 15: 0},
                gtin=9520000000028,
                serial=0xFFFF_FFFF_FFFF_FFFF,
                unit_index=1,
                unit_count=2,
                firmware=(2, 10),
                hardware=(1, 0),
                edition=1,
                physical_minimum=85,
                minimum=90,
                maximum=200,
                power_on_level=255,
                system_failure_level=0,
                fade_time=2,
                fade_rate=15,
                extended_fade=0x14,
                lamp_failure=True,
                gear_failure=True,
                deaf=True,
                level=100,
            ),
        ),
    )


def test_nothing_has_to_be_said_of_a_gear() -> None:
    first, second = Fleet.parse("name: Test\ngear: [{}, {name: Desk, address: 3}]").gear
    assert (first.name, first.short_address, first.gtin) == ("Gear 1", None, EXAMPLE_GTIN)
    assert first.random_address is None, "it was never commissioned"
    assert (second.name, second.short_address) == ("Desk", 3)
    assert second.random_address is not None
    assert first.serial != second.serial


def test_a_gear_keeps_its_identity_where_another_comes_before_it() -> None:
    desk = Fleet.parse("name: Test\ngear: [{name: Desk, address: 3}]").gear[0]
    assert Fleet.parse("name: Test\ngear: [{name: New}, {name: Desk, address: 3}]").gear[1] == desk


def test_a_line_may_have_no_gear() -> None:
    assert Fleet.parse("name: Empty\ngear: []").gear == ()


def test_an_address_can_be_none() -> None:
    (one,) = Fleet.parse(gear("address: none", "random_address: none")).gear
    assert (one.short_address, one.random_address) == (None, 0xFFFFFF)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("address: 64", "line 4, gear 1 (Lamp), address: 64 is not allowed; 0 to 63, or none"),
        ("address: yes", "line 4, gear 1 (Lamp), address: True is not allowed; 0 to 63, or none"),
        ("room: 7", "line 4, gear 1 (Lamp), room: 7 is not allowed; a text"),
        ("room:", "line 4, gear 1 (Lamp), room: nothing is not allowed; a text"),
        ("gtin: -1", "line 4, gear 1 (Lamp), gtin: -1 is not allowed; 0 to 0xffffffffffff"),
        ("groups: 3", "line 4, gear 1 (Lamp), groups: 3 is not allowed; a list of numbers 0 to 15, each once"),
        (
            "groups: [16]",
            f"line 4, gear 1 (Lamp), groups: {LIST}; a list of numbers 0 to 15, each once",
        ),
        (
            "types: [6, 6]",
            f"line 4, gear 1 (Lamp), types: {LIST}; a list of numbers 0 to 253, each once",
        ),
        (
            "scenes: [1]",
            f"line 4, gear 1 (Lamp), scenes: {LIST}; scene numbers 0 to 15, each with a level 0 to 254",
        ),
        (
            "scenes: {16: 1}",
            f"line 4, gear 1 (Lamp), scenes: {MAPPING}; scene numbers 0 to 15, each with a level 0 to 254",
        ),
        (
            "firmware: 1.10",
            f"line 4, gear 1 (Lamp), firmware: 1.1 is not allowed; {VERSION}",
        ),
        (
            'firmware: "1.256"',
            f"line 4, gear 1 (Lamp), firmware: 1.256 is not allowed; {VERSION}",
        ),
        ("edition: 3", "line 4, gear 1 (Lamp), edition: 3 is not allowed; 1 to 2"),
        ("power_on_level: 255", "line 4, gear 1 (Lamp), power_on_level: 255 is not allowed; 0 to 254, or mask"),
        ("faults: [fire]", f"line 4, gear 1 (Lamp), faults: {LIST}; a list of lamp, gear, deaf, battery"),
        ("scenes: {3: 1, 0x3: 2}", "line 4, gear 1 (Lamp), scenes: 3 stands there twice; once is enough"),
        ('room: "\\uD800"', r"line 4, gear 1 (Lamp), room: \ud800 is not allowed; a text"),
        (
            f"gtin: 0x{'f' * 4000}",
            f"line 4, gear 1 (Lamp), gtin: 0x{'f' * 37}… is not allowed; 0 to 0xffffffffffff",
        ),
        ("addrezz: 3", "line 4, gear 1 (Lamp): there is no key addrezz; did you mean address?"),
        ("name: Twice", "line 4, gear 1 (Lamp): name stands there twice; once is enough"),
        (
            "room: !secret hall",
            "line 4, gear 1 (Lamp), room: this can't be read; plain numbers, texts and lists are allowed",
        ),
        (
            "minimum: 200\n    maximum: 100",
            "line 3, gear 1 (Lamp): physical_minimum 1, minimum 200 and maximum 100 have to be in rising order",
        ),
        ("unit: 2\n    units: 2", "line 3, gear 1 (Lamp): unit 2 is not one of its 2; units count from 0"),
        (
            "room: " + "x" * 50 + "\n    level: " + "y" * 50,
            f"line 5, gear 1 (Lamp), level: {'y' * 39}… is not allowed; 0 to 254",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_is_allowed(line: str, message: str) -> None:
    assert problems(gear(line)) == (message,)


@pytest.mark.parametrize(
    "value",
    [
        "!!bool maybe",
        '!!int ""',
        '!!float "x"',
        '!!timestamp "x"',
        "!!timestamp 2000-99-99",
        "!!binary é",
        "&a {1: *a}",
        "&a !!str {=: *a}",
        "{[1]: 2}",
        "{<<: {1: 2}}",
        "1" * 5000,
        ":".join(["59"] * 3000) + ".5",
    ],
)
def test_a_value_that_can_not_be_read(value: str) -> None:
    (problem,) = problems(gear(f"scenes: {value}"))
    assert problem == ("line 4, gear 1 (Lamp), scenes: this can't be read; plain numbers, texts and lists are allowed")


def test_aliases_of_aliases_take_no_memory() -> None:
    laughs = "a0: &a0 [ha, ha]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 10}]\n" for n in range(1, 30))
    found = problems(f"{laughs}name: *a29\ngear: [{{room: *a29, scenes: {{1: *a29}}}}]")
    assert f"line 30, name: {LIST}; a text" in found
    assert f"line 30, gear 1, room: {LIST}; a text" in found
    assert any(f"gear 1, scenes: {MAPPING}" in problem for problem in found)


def test_merges_of_merges_take_no_memory() -> None:
    laughs = "a0: &a0 {1: 1, 2: 2}\n" + "".join(f"a{n}: &a{n} {{<<: [{f'*a{n - 1}, ' * 10}]}}\n" for n in range(1, 30))
    found = problems(f"{laughs}name: Test\ngear: [{{scenes: *a29}}]")
    assert any("scenes: this can't be read" in problem for problem in found)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty; a fleet needs a name and gear"),
        ("gear: []", "line 1, name: missing; a text"),
        ("name: X", "line 1, gear: a list of gear is needed; [] for a line without any"),
        ("name: X\ngear: Lamp", "line 2, gear: a list of gear is needed; [] for a line without any"),
        ("name: X\ngear: [Lamp]", "line 2, gear 1: keys with values are needed, such as 'name: Hall'"),
        ("- 1", "line 1, the fleet: keys with values are needed, such as 'name: Hall'"),
        (
            "name: X\ngear: []\nzzz: 1",
            "line 3, the fleet: there is no key zzz; there are name, duplicates, power_supply, adapter, world, speed, ",
        ),
        ("name: X\ngear: []\n[1]: 1", "line 3, the fleet: there is no key ?; "),
        ("name: X\ngear: []\npower_supply: sun", "line 3, power_supply: sun is not allowed; separate or adapter"),
        ("name: X\ngear: []\ndefaults: {address: 3}", "line 3, defaults: there is no key address; there are room, "),
        ("name: X\ngear: []\ndefaults: {level: 300}", "line 3, defaults, level: 300 is not allowed; 0 to 254"),
        ("name: [X", "line 1, column 9: expected ',' or ']', but got '<stream end>'"),
        ("name: \x00", "not YAML: unacceptable character"),
        ('name: "\\UFFFFFFFF"', "not YAML: "),
        ("%YAML " + "1" * 5000 + ".1\n---\nname: X", "not YAML: "),
        pytest.param(
            "[" * 1000, "not a fleet: brackets in brackets in brackets, too deep to be read", id="brackets in brackets"
        ),
        ("name: X\ngear: [" + "{}, " * 65 + "]\nduplicates: allowed", "line 2, gear: 65 are too many; a line has room"),
    ],
)
def test_a_fleet_that_is_none(content: str, message: str) -> None:
    assert any(problem.startswith(message) for problem in problems(content)), problems(content)


def test_every_mistake_is_told_at_once() -> None:
    found = problems("gear: [{address: 99}, {nameq: Desk}]\npower_supply: sun")
    assert len(found) == 4
    with pytest.raises(FleetError, match=r"99 is not allowed.*did you mean name"):
        Fleet.parse("name: X\ngear: [{address: 99}, {nameq: Desk}]")


@pytest.mark.parametrize(
    ("same", "kind"),
    [
        ("address: 3", "address 3"),
        ("random_address: 0x1234", "random address 0x001234"),
        ("serial: 5", "gtin, serial and unit 9520000000011 5 0"),
    ],
)
def test_gear_that_can_not_be_told_apart_is_allowed_on_demand_only(same: str, kind: str) -> None:
    content = f"name: Test\ngear:\n  - {{name: Left, {same}}}\n  - {{name: Right, {same}}}\n"
    assert problems(content) == (f"line 4, gear 2 (Right): {kind} is that of gear 1 (Left) too; {ADVICE}",)
    assert len(Fleet.parse(content + "duplicates: allowed\n").gear) == 2


@pytest.mark.parametrize(
    ("name", "size", "rooms"), [("demo", 12, 5), ("home", 13, 8), ("office", 64, 9), ("showcase", 14, 6)]
)
def test_the_built_in_fleets_are_sound(name: str, size: int, rooms: int) -> None:
    fleet = Fleet.load(built_in_fleets()[name])
    assert sorted(one.short_address or 0 for one in fleet.gear) == list(range(size))
    assert len({one.room for one in fleet.gear}) == rooms
    assert len({(one.room, one.name) for one in fleet.gear}) == size


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_bytes(b"name: \xff")
    with pytest.raises(FleetError, match=r"fleet\.yaml: not a text file"):
        Fleet.load(path)
    with pytest.raises(FileNotFoundError):
        Fleet.load(tmp_path / "nowhere.yaml")


# --- Colours


def test_a_gear_can_have_colours_and_limits_in_kelvin() -> None:
    (lamp,) = Fleet.parse(
        gear(
            "types: [6, 8]",
            "colours: [rgbwaf, tc]",
            "kelvin: [2000, 6500]",
            "kelvin_limits: [2500, 5000]",
            "colour_temperature: 4000",
            "channels: 3",
        )
    ).gear
    assert lamp.colour_types == (ColourType.TC, ColourType.RGBWAF)
    assert (lamp.tc_physical, lamp.tc_limits, lamp.tc, lamp.channels) == ((154, 500), (200, 400), 250, 3)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("colours: [red]", "this list is not allowed; a list of xy, tc, primary_n, rgbwaf"),
        ("colours: [[]]", "this list is not allowed; a list of xy, tc, primary_n, rgbwaf"),
        (
            "kelvin: [6500, 2700]",
            "this list is not allowed; two colour temperatures in kelvin, 1000 to 20000, the lower one first",
        ),
        (
            "kelvin: [100, 2700]",
            "this list is not allowed; two colour temperatures in kelvin, 1000 to 20000, the lower one first",
        ),
        (
            "kelvin: 2700",
            "2700 is not allowed; two colour temperatures in kelvin, 1000 to 20000, the lower one first",
        ),
        ("colour_temperature: 0", "0 is not allowed; 1000 to 20000"),
    ],
)
def test_colours_that_can_not_be_are_mistakes(line: str, problem: str) -> None:
    key = line.split(":", maxsplit=1)[0]
    assert problems(gear("types: [8]", line)) == (f"line 5, gear 1 (Lamp), {key}: {problem}",)


def test_colours_without_their_device_type_are_a_mistake() -> None:
    (problem,) = problems(gear("colours: [tc]"))
    assert problem == "line 3, gear 1 (Lamp): colours are for gear of device type 8; give it types: [6, 8]"


# --- What gear reports


def test_a_gear_can_have_a_luminaire_and_a_power() -> None:
    (lamp,) = Fleet.parse(
        gear("types: [6, 50, 51]", "power: 38", "operating_hours: 12", "luminaire: {name: Panel, lumens: 4200}")
    ).gear
    assert (lamp.power, lamp.operating_hours) == (38, 12)
    assert (lamp.luminaire.name, lamp.luminaire.lumens, lamp.luminaire.year) == ("Panel", 4200, None)


@pytest.mark.parametrize(
    ("luminaire", "problem"),
    [
        (
            "{watts: 3}",
            (
                "this mapping is not allowed; any of name, colour, gtin, number, year, week, power, minimum_power, "
                "lumens, colour_rendering, kelvin, each with its value"
            ),
        ),
        ("{week: 0}", "this mapping is not allowed; its week has to be 1 to 53"),
        ("{colour: weiß}", "this mapping is not allowed; its colour has to be a text of up to 24 characters of ASCII"),
        ("{name: 3}", "this mapping is not allowed; its name has to be a text"),
    ],
)
def test_a_luminaire_that_can_not_be_is_a_mistake(luminaire: str, problem: str) -> None:
    assert problems(gear(f"luminaire: {luminaire}")) == (f"line 4, gear 1 (Lamp), luminaire: {problem}",)


# --- Input devices


def test_a_fleet_can_have_input_devices() -> None:
    fleet = Fleet.parse(
        """
name: Test
gear: []
devices:
  - name: Panel
    room: Hall
    address: 3
    groups: [1, 31]
    instances:
      - push_button
      - {type: push_button, scheme: instance_group, groups: [5, 6], double_press: told, filter: 0x0C, priority: 2}
      - {type: occupancy_sensor, hold: 30}
  - {name: New, instances: [light_sensor, absolute_input]}
"""
    )
    panel, new = fleet.devices
    assert (panel.name, panel.room, panel.short_address, panel.groups) == ("Panel", "Hall", 3, frozenset({1, 31}))
    assert [instance.kind for instance in panel.instances] == [1, 1, 3]
    button = panel.instances[1]
    assert (button.scheme, button.groups, button.event_filter) == (EventScheme.INSTANCE_GROUP, (5, 6, None), 0x0C)
    assert (button.priority, button.double_press) == (2, True)
    assert panel.instances[2].hold_seconds == 30
    assert (new.short_address, new.random_address) == (None, None)
    assert panel.random_address is not None
    assert panel.serial != new.serial


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("instances: []", "this list is not allowed; a list of 1 to 32 instances"),
        (
            "instances: [lamp]",
            (
                "this list is not allowed; the type of an instance has to be "
                "push_button or absolute_input or occupancy_sensor or light_sensor or general_sensor"
            ),
        ),
        (
            "instances: [{type: push_button, groups: [1, 2, 3, 4]}]",
            "this list is not allowed; the groups of an instance has to be up to three numbers 0 to 31",
        ),
        (
            "instances: [3]",
            (
                "this list is not allowed; each one of push_button, absolute_input, occupancy_sensor, light_sensor, "
                "general_sensor, or a mapping of type, scheme, filter, priority, groups, double_press, hold, measures"
            ),
        ),
    ],
)
def test_instances_that_can_not_be_are_mistakes(line: str, problem: str) -> None:
    assert problems(f"name: Test\ngear: []\ndevices:\n  - name: Panel\n    {line}\n") == (
        f"line 5, device 1, instances: {problem}",
    )


def test_two_devices_with_one_address_are_a_mistake() -> None:
    devices = "".join(f"  - {{name: {name}, address: 3, instances: [push_button]}}\n" for name in ("A", "B"))
    (problem,) = problems("name: Test\ngear: []\ndevices:\n" + devices)
    assert problem == f"line 5, device 2 (B): address 3 is that of device 1 (A) too; {ADVICE}"


def test_too_many_devices_are_a_mistake() -> None:
    devices = "".join(f"  - {{instances: [push_button], address: {number % 64}}}\n" for number in range(65))
    assert problems("name: Test\ngear: []\ndevices:\n" + devices) == (
        "line 4, devices: a list of up to 64 input devices is needed",
    )
