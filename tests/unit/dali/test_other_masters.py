"""Whatever is sent and answered on a line, in whatever order: what another master wants is told, and nothing else."""

from dali.address import GearBroadcast, GearGroup, GearShort
from dali.command import Command
from dali.gear import general
from hypothesis import given, strategies as st

from custom_components.smart_lighting_ai_dali.dali.events import LineEvent, Overheard
from custom_components.smart_lighting_ai_dali.dali.gear import Gear, GearIdentity
from custom_components.smart_lighting_ai_dali.dali.level import OFF, Level
from custom_components.smart_lighting_ai_dali.dali.other_masters import OtherMasters
from custom_components.smart_lighting_ai_dali.dali.state import KnownState, Reading

GEAR = tuple(
    Gear(address=address, identity=GearIdentity(4, address, 0), groups=frozenset({address % 2})) for address in range(4)
)
KEYS = tuple(gear.key for gear in GEAR)
STRANGER = 9

addresses = st.sampled_from(
    (*(GearShort(gear.address) for gear in GEAR), GearShort(STRANGER), GearGroup(0), GearGroup(1), GearBroadcast())
)
levels = st.builds(general.DAPC, addresses, st.integers(0, 254))
moves = st.sampled_from((general.Off, general.RecallMaxLevel, general.Up, general.StepDown, general.StepDownAndOff))
orders = levels | st.builds(lambda move, address: move(address), moves, addresses)
questions = st.builds(general.QueryActualLevel, addresses)
readings = st.tuples(st.sampled_from(KEYS), st.builds(Reading, st.sampled_from((0, 0x10)), st.integers(0, 255)))
happenings = st.tuples(st.booleans(), orders | questions) | readings


class Ears:
    """What is known of the line, and what was told of other masters since it was asked last."""

    def __init__(self) -> None:
        self.known = KnownState(GEAR)
        self._told: list[LineEvent] = []
        self.masters = OtherMasters(self.known, self._told.append)

    def told(self) -> list[Overheard]:
        """Return what was told."""
        told = [event for event in self._told if isinstance(event, Overheard)]
        self._told.clear()
        return told

    def hear(self, command: Command, *, own: bool) -> list[Overheard]:
        """Let a frame be on the line."""
        self.masters.frame_seen(self.known.see(command.frame, own=own), own=own)
        return self.told()

    def answer(self, key: str, reading: Reading) -> list[Overheard]:
        """Let a gear say how it is."""
        self.known.answered(key, reading)
        self.masters.answered(key)
        return self.told()


def meant(command: Command) -> set[str]:
    """Return the gear that a command is for, by the standard."""
    match getattr(command, "destination", None):
        case GearBroadcast():
            return set(KEYS)
        case GearGroup() as group:
            return {gear.key for gear in GEAR if group.group in gear.groups}
        case GearShort() as short:
            return {gear.key for gear in GEAR if gear.address == short.address}
    return set()


@given(st.lists(happenings, max_size=30))
def test_each_order_of_another_master_is_told_of_all_it_is_for_and_ours_never(happened: list[object]) -> None:
    ears = Ears()
    dimmed: dict[str, Level | None] = {}
    for what in happened:
        match what:
            case (bool() as own, Command() as command):
                told = ears.hear(command, own=own)
                wanted = meant(command) if not isinstance(command, general.QueryActualLevel) else set()
                if not own:
                    assert [set(event.levels) for event in told] == ([wanted] if wanted else [])
                    for event in told:
                        for key, level in event.levels.items():
                            if level is None:
                                dimmed.setdefault(key, ears.known.state(key).level)
                            else:
                                dimmed.pop(key, None)
                else:
                    # What was dimmed, and nobody will know any more where to.
                    overtaken = {key: dimmed.pop(key) for key in wanted & dimmed.keys()}
                    overtaken = {key: level for key, level in overtaken.items() if level is not None}
                    assert [dict(event.levels) for event in told] == ([overtaken] if overtaken else [])
            case (str() as key, Reading() as reading):
                told = ears.answer(key, reading)
                is_still = not reading.fading and reading.level != 255
                if key in dimmed and is_still:
                    before = dimmed.pop(key)
                    nothing = before == OFF and reading.level == OFF
                    assert [dict(event.levels) for event in told] == ([] if nothing else [{key: reading.level}])
                else:
                    assert told == []
