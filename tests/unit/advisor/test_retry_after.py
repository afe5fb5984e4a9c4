"""How long a server wants to be left alone: every form of it, and what makes no sense."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.advisor.provider import LONGEST_RETRY_AFTER
from custom_components.smart_lighting_ai_dali.advisor.retry_after import retry_after_seconds

NOW: Final = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5", 5.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("1000000000", LONGEST_RETRY_AFTER),
        (format_datetime(NOW + timedelta(seconds=40), usegmt=True), 40.0),
        (format_datetime(NOW + timedelta(days=4000), usegmt=True), LONGEST_RETRY_AFTER),
        ("Sat, 28 Nov 2026 12:01:00 -0000", 60.0),
        (format_datetime(NOW - timedelta(seconds=1), usegmt=True), None),
        ("-1", None),
        ("abc", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1_0", None),
        ("\u0661", None),
        ("9" * 5000, None),
        ("Mon, 99 Foo 99999 99:99:99 GMT", None),
    ],
)
def test_each_form_is_understood_or_ignored(text: str, seconds: float | None) -> None:
    assert retry_after_seconds({"retry-after": text}, NOW) == seconds


def test_milliseconds_are_more_exact_than_seconds() -> None:
    assert retry_after_seconds({"retry-after-ms": "250", "retry-after": "1"}, NOW) == pytest.approx(0.25)
    assert retry_after_seconds({"retry-after-ms": "-250", "retry-after": "1"}, NOW) == pytest.approx(1.0)
    assert retry_after_seconds({}, NOW) is None


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms"]), st.text(max_size=80)))
def test_nothing_that_a_server_writes_locks_it_out_for_long(headers: dict[str, str]) -> None:
    seconds = retry_after_seconds(headers, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_RETRY_AFTER


@given(
    st.from_regex(
        r"(Sat, )?\d{1,3} (Nov|Feb|Foo) \d{1,6} \d{1,3}:\d{1,3}(:\d{1,3})? (GMT|[+-]\d{4,6}|)", fullmatch=True
    )
)
def test_no_date_is_too_strange(text: str) -> None:
    seconds = retry_after_seconds({"retry-after": text}, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_RETRY_AFTER
