"""What people may want where they chose nothing: an AI must not be taken for better where nobody can know."""

import pytest

from custom_components.smart_lighting_ai_dali.advisor.report_card import ReportCard
from custom_components.smart_lighting_ai_dali.advisor.standing import Verdict
from custom_components.smart_lighting_ai_dali.advisor.trace import DayTrace, Scene, Slice
from custom_components.smart_lighting_ai_dali.advisor.wanted import wanted_around, wanted_as_learned, wanted_for_sure
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.learning import Learning
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose
from custom_components.smart_lighting_ai_dali.zones.settings import ZoneSettings
from tests.unit.zones.conftest import BERLIN

NOON = 1_772_017_200.0
SCENE = Scene.of(Daypart.EVENING, 0.0, 600.0, None)
AIM = 300.0
# A loop makes rather a little too much than too little.
LIT = 1.1 * AIM


def evening(rules: float, ai: float) -> DayTrace:
    """Return four hours at night, at the light of both, in lux."""
    trace = DayTrace(2)
    trace.add(Slice(SCENE, (rules / 600, ai / 600)), 4 * 3600.0)
    trace.tail_loads = [600 * rules / 600, 600 * ai / 600]
    trace.tail_reference = 1200.0
    return trace


@pytest.mark.parametrize("was_chosen", [True, False])
def test_it_is_everybody_once(*, was_chosen: bool) -> None:
    found = wanted_around(AIM, was_chosen=was_chosen)
    assert sum(one.share for one in found) == pytest.approx(1)
    assert min(one.lux for one in found) < AIM < max(one.lux for one in found)


@pytest.mark.parametrize("was_chosen", [True, False])
def test_what_the_rules_aim_at_leaves_everybody_content(*, was_chosen: bool) -> None:
    rules, _ = evening(AIM, AIM).scores(dict.fromkeys(Daypart, wanted_around(AIM, was_chosen=was_chosen)))
    assert rules.lux_satisfaction == 1


@pytest.mark.parametrize("was_chosen", [True, False])
def test_a_little_less_light_than_is_wanted_earns_nothing(*, was_chosen: bool) -> None:
    wanted = dict.fromkeys(Daypart, wanted_around(AIM, was_chosen=was_chosen))
    card = ReportCard()
    for number in range(1, 29):
        card.end_day(number, evening(LIT, 0.79 * LIT), wanted)
    assert card.verdict is Verdict.NOT_BETTER
    # It would, if all people wanted just what was learned: they bear so much less, and it saves energy.
    sure = ReportCard()
    for number in range(1, 29):
        sure.end_day(number, evening(LIT, 0.79 * LIT), dict.fromkeys(Daypart, wanted_for_sure(AIM)))
    assert sure.verdict is Verdict.PROMOTED


def test_less_is_known_of_parts_of_the_day_in_which_nobody_chose() -> None:
    learning = Learning(ZoneSettings(key="a", name="A", purpose=Purpose.OFFICE), BERLIN)
    before = wanted_as_learned(learning, NOON, BERLIN.time_zone)
    assert before.keys() == set(Daypart)
    learning.chose_lux(NOON, 420.0)
    after = wanted_as_learned(learning, NOON, BERLIN.time_zone)
    assert [len(after[part]) < len(before[part]) for part in Daypart] == [part is Daypart.DAY for part in Daypart]


def test_what_was_asked_for_is_known() -> None:
    learning = Learning(ZoneSettings(key="a", name="A", purpose=Purpose.OFFICE, lux=420), BERLIN)
    assert learning.was_lux_chosen(NOON)
