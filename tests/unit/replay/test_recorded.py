"""Rows of the database, as what they say."""

from custom_components.smart_lighting_ai_dali.db.signals import CONDITIONS, UNKNOWN, Cause, Signal
from custom_components.smart_lighting_ai_dali.replay.recorded import Reader, Row
from custom_components.smart_lighting_ai_dali.replay.trace import By, Lit, Read, Seen, Sky

LAMP, MOTION, LUX, WEATHER, OTHER_WEATHER = 1, 2, 3, 4, 5
OFFICE, AREA, OUTDOORS, ELSEWHERE = 10, 11, 12, 13


def row(
    second: int, source: int, signal: Signal, value: int, cause: Cause = Cause.AUTOMATIC, *, zone: int = OFFICE
) -> Row:
    """Return a row."""
    return Row(second * 1000, source, signal, zone, value, cause)


def reader(**more: int) -> Reader:
    """Return a reader of an office that was an area before."""
    return Reader({OFFICE: "office"}, before={AREA: "office"}, **more)


def test_each_row_says_one_thing() -> None:
    rows = [
        row(1, LAMP, Signal.LEVEL, 254, Cause.MANUAL),
        row(2, LAMP, Signal.LEVEL, 0, Cause.LINE),
        row(3, LAMP, Signal.LEVEL, UNKNOWN, Cause.KEYFRAME),
        row(4, MOTION, Signal.MOTION, 1),
        row(5, MOTION, Signal.MOTION, UNKNOWN),
        row(6, LUX, Signal.ILLUMINANCE, 300),
        row(7, LUX, Signal.ILLUMINANCE, UNKNOWN),
        row(8, LAMP, Signal.LEVEL, 254),
    ]
    assert list(reader().read(rows)) == [
        Lit(1, "office", "1", 1.0, By.PERSON),
        Lit(2, "office", "1", 0.0, By.MASTER),
        Lit(3, "office", "1", None, By.UNKNOWN),
        Seen(4, "office", "2", seen=True),
        Seen(5, "office", "2", seen=None),
        Read(6, "office", "3", 300.0),
        Read(7, "office", "3", None),
        Lit(8, "office", "1", 1.0, By.CONTROLLER),
    ]


def test_a_keyframe_says_something_only_where_it_is_new() -> None:
    one = reader()
    assert len(list(one.read([row(1, MOTION, Signal.MOTION, 1, Cause.KEYFRAME), row(1, LAMP, Signal.LEVEL, 0)]))) == 2
    same = [row(3600, MOTION, Signal.MOTION, 1, Cause.KEYFRAME), row(3600, LAMP, Signal.LEVEL, 0, Cause.KEYFRAME)]
    assert list(one.read(same)) == []
    # Somebody may choose what is so already.
    assert list(one.read([row(3700, LAMP, Signal.LEVEL, 0, Cause.MANUAL)])) == [
        Lit(3700, "office", "1", 0.0, By.PERSON)
    ]


def test_the_sky_is_that_of_one_source_and_cover_before_condition() -> None:
    rows = [
        row(1, WEATHER, Signal.CONDITION, CONDITIONS.index("cloudy"), zone=OUTDOORS),
        row(2, OTHER_WEATHER, Signal.CLOUD, 10, zone=OUTDOORS),
        row(3, WEATHER, Signal.CLOUD, 40, zone=OUTDOORS),
        row(4, WEATHER, Signal.CONDITION, CONDITIONS.index("rainy"), zone=OUTDOORS),
        row(5, WEATHER, Signal.CLOUD, UNKNOWN, zone=OUTDOORS),
        row(6, WEATHER, Signal.CONDITION, UNKNOWN, zone=OUTDOORS),
    ]
    assert list(reader().read(rows)) == [Sky(1, 0.9), Sky(3, 0.4), Sky(5, 1.0), Sky(6, None)]
    assert list(reader(weather=OTHER_WEATHER).read(rows)) == [Sky(2, 0.1)]


def test_what_was_of_the_area_is_the_zones_until_it_begins() -> None:
    rows = [
        row(1, MOTION, Signal.MOTION, 1, zone=AREA),
        row(2, MOTION, Signal.MOTION, 0),
        row(3, LUX, Signal.ILLUMINANCE, 100, zone=AREA),
        row(4, LUX, Signal.ILLUMINANCE, 200, zone=ELSEWHERE),
    ]
    assert list(reader().read(rows)) == [Seen(1, "office", "2", seen=True), Seen(2, "office", "2", seen=False)]
