"""Zones that an AI is asked about, and answers to it."""

from datetime import UTC, datetime
import json
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from custom_components.smart_lighting_ai_dali.advisor.bounds import Bounds
from custom_components.smart_lighting_ai_dali.advisor.payload import Batch, Caps, Labels, Question, pack
from custom_components.smart_lighting_ai_dali.advisor.snapshot import Changes, Moment, Seen, ZoneSnapshot
from custom_components.smart_lighting_ai_dali.zones.daypart import Daypart
from custom_components.smart_lighting_ai_dali.zones.plan import Mode, Plan, Planner, Reason
from custom_components.smart_lighting_ai_dali.zones.purpose import Purpose
from custom_components.smart_lighting_ai_dali.zones.settings import Limits, Place, ZoneSettings

BERLIN: Final = Place(latitude=52.5, longitude=13.4, time_zone=ZoneInfo("Europe/Berlin"))
# A Tuesday's evening at seven, local time.
EVENING: Final = datetime(2026, 12, 1, 18, 0, tzinfo=UTC).timestamp()
RULES: Final = Plan(
    planner=Planner.RULES,
    mode=Mode.PRESENCE,
    target_lux=300,
    colour_temperature=2700,
    hold=900,
    reason=Reason.PREFERENCE,
)
SEEN: Final = Seen(occupied=True, likely=0.8, idle_seconds=40, lux=310, daylight=5, lux_at_full=420, preferred=280)
MOMENT: Final = Moment.of(EVENING, BERLIN, 0.4)


def zone_settings(purpose: Purpose = Purpose.LIVING, **more: Any) -> ZoneSettings:
    """Return a zone as it is set up."""
    return ZoneSettings(key="zone", name="Zone", purpose=purpose, **more)


def question(
    key: str = "living", purpose: Purpose = Purpose.LIVING, daypart: Daypart = Daypart.EVENING, **more: Any
) -> Question:
    """Return a zone that is to be asked about."""
    settings = zone_settings(purpose, **more)
    return Question(
        key=key,
        snapshot=ZoneSnapshot.of(settings, RULES, SEEN),
        bounds=Bounds.of(settings, RULES, SEEN.preferred, daypart),
        rules=RULES,
    )


def batch_of(*questions: Question, taken_at: float = EVENING) -> Batch:
    """Return one request for some zones, which are z1, z2 ... in it, in this order."""
    labels = {one.key: f"z{number}" for number, one in enumerate(questions, 1)}
    packed = pack(questions, MOMENT, taken_at=taken_at, labels=labels, caps=Caps(zones=64, size=65_536))
    (batch,) = packed.batches
    return batch


def good_plan(zone: str = "z1", **more: Any) -> dict[str, Any]:
    """Return a plan as an AI should make it."""
    plan = {
        "zone": zone,
        "mode": "presence",
        "target_lux": 350,
        "kelvin": 3000,
        "hold_s": 600,
        "confidence": 0.8,
        "minutes": 30,
        "reason": "preference",
    }
    return {**plan, **more}


def reply(*plans: Any) -> str:
    """Return the text of an answer."""
    return json.dumps({"plans": plans})


_COUNT: Final = st.integers(0, 30)
_LUX: Final = st.none() | st.floats(0, 200_000)
SETTINGS: Final = st.builds(
    zone_settings,
    st.sampled_from(Purpose),
    limits=st.builds(
        Limits, most_lux=st.floats(50, 2000), warmest=st.integers(1800, 3000), coolest=st.integers(3000, 6500)
    ),
    has_colour=st.booleans(),
)
PLANS: Final = st.builds(
    Plan,
    planner=st.just(Planner.RULES),
    mode=st.sampled_from(Mode),
    target_lux=st.floats(1, 2000),
    colour_temperature=st.none() | st.integers(1800, 6500),
    hold=st.floats(30, 1800),
    reason=st.sampled_from(Reason),
)
WHAT_IS_SEEN: Final = st.builds(
    Seen,
    occupied=st.none() | st.booleans(),
    likely=st.floats(0, 1),
    idle_seconds=st.none() | st.floats(0, 1e7),
    lux=_LUX,
    daylight=_LUX,
    lux_at_full=_LUX,
    preferred=st.floats(0, 5000),
    changes=st.tuples(*[st.builds(Changes.of, _COUNT, _COUNT, _COUNT) for _ in Daypart]),
)
SNAPSHOTS: Final = st.builds(ZoneSnapshot.of, SETTINGS, PLANS, WHAT_IS_SEEN)
MOMENTS: Final = st.builds(Moment.of, st.floats(0, 4e9), st.just(BERLIN), st.none() | st.floats(0, 1))
QUESTIONS: Final = st.builds(
    Question,
    key=st.just("key"),
    snapshot=SNAPSHOTS,
    bounds=st.builds(Bounds.of, SETTINGS, PLANS, st.floats(0, 5000), st.sampled_from(Daypart)),
    rules=PLANS,
)
LABELS: Final = Labels(b"an installation")
