"""What is sealed opens by its keys alone, and only as what it is; all else is told, and never believed."""

from contextlib import suppress
import json
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.vault.key import InvalidKeyError, Key, keys_of
from custom_components.smart_lighting_ai_dali.vault.records import Records
from custom_components.smart_lighting_ai_dali.vault.sealing import Fault, Kind, Row, Sealer, UnreadableError

BODY = {"lux": {"day": 400.0}, "leaning": "saving"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def sealer() -> Sealer:
    """Return what seals by a key of its own."""
    return Sealer([Key.new()])


def fault_of(sealer: Sealer, identity: str, row: Row) -> Fault | None:
    """Return why a row of a profile is not believed; None where it is."""
    try:
        sealer.open(Kind.PROFILE, identity, row)
    except UnreadableError as error:
        return error.fault
    return None


def test_what_was_sealed_is_what_opens(sealer: Sealer) -> None:
    row = sealer.seal(Kind.PROFILE, "kitchen", BODY, 3)
    assert sealer.open(Kind.PROFILE, "kitchen", row) == BODY
    assert Row.from_dict(json.loads(json.dumps(row.as_dict()))) == row
    assert "lux" not in json.dumps(row.as_dict())


def test_an_older_key_opens_and_no_longer_seals() -> None:
    old, new = Key.new(), Key.new()
    row = Sealer([old]).seal(Kind.PROFILE, "kitchen", BODY)
    both = Sealer([new, old])
    assert both.open(Kind.PROFILE, "kitchen", row) == BODY
    assert both.seal(Kind.PROFILE, "kitchen", BODY).key == new.fingerprint
    assert fault_of(Sealer([new]), "kitchen", row) is Fault.KEY_MISSING


def test_a_token_of_another_zone_or_of_another_time_is_not_believed(sealer: Sealer) -> None:
    kitchen = sealer.seal(Kind.PROFILE, "kitchen", BODY, 3)
    assert fault_of(sealer, "bedroom", kitchen) is Fault.SWAPPED
    before = sealer.seal(Kind.PROFILE, "kitchen", BODY, 2)
    replayed = Row(counter=3, key=before.key, token=before.token)
    assert fault_of(sealer, "kitchen", replayed) is Fault.REPLAYED
    learning = sealer.seal(Kind.LEARNING, "kitchen", BODY, 3)
    assert fault_of(sealer, "kitchen", learning) is Fault.SWAPPED


def test_a_record_of_a_later_version_is_told_from_a_damaged_one(sealer: Sealer) -> None:
    inside = {"kind": "profile", "id": "kitchen", "schema": 2, "counter": 1, "body": {}}
    token = sealer.primary.fernet.encrypt(json.dumps(inside).encode()).decode()
    assert fault_of(sealer, "kitchen", Row(counter=1, key=sealer.primary.fingerprint, token=token)) is Fault.TOO_NEW


@given(token=st.text())
def test_no_text_is_believed_as_a_token(sealer: Sealer, token: str) -> None:
    assert fault_of(sealer, "kitchen", Row(counter=1, key=sealer.primary.fingerprint, token=token)) is Fault.CORRUPT


@given(place=st.integers(min_value=0), character=st.characters())
def test_no_changed_token_is_believed(sealer: Sealer, place: int, character: str) -> None:
    row = sealer.seal(Kind.PROFILE, "kitchen", BODY, 1)
    # The last letters of base64 have bits that mean nothing.
    place %= len(row.token) - 4
    changed = row.token[:place] + character + row.token[place + 1 :]
    if changed != row.token:
        assert fault_of(sealer, "kitchen", Row(counter=1, key=row.key, token=changed)) is Fault.CORRUPT


@given(inside=JSON)
def test_whatever_stands_inside_is_a_fault_or_a_body(sealer: Sealer, inside: Any) -> None:
    token = sealer.primary.fernet.encrypt(json.dumps(inside).encode()).decode()
    row = Row(counter=1, key=sealer.primary.fingerprint, token=token)
    assert fault_of(sealer, "kitchen", row) in {Fault.INVALID, Fault.TOO_NEW}


@given(rows=st.dictionaries(st.text(), JSON, max_size=6))
@settings(max_examples=200)
def test_any_rows_are_put_aside_as_they_were_and_no_other_is_harmed(sealer: Sealer, rows: dict[str, Any]) -> None:
    good = sealer.seal(Kind.PROFILE, "kitchen", BODY, 1).as_dict()
    data = json.loads(json.dumps({"records": {**rows, "kitchen": good}, "aside": []}))
    values, records = Records.from_dict(Kind.PROFILE, data).opened(sealer, dict)
    assert values == {"kitchen": BODY}
    rows.pop("kitchen", None)
    assert {one.identity: one.raw for one in records.aside} == rows
    again = Records.from_dict(Kind.PROFILE, json.loads(json.dumps(records.as_dict())))
    assert again == records


@given(data=JSON)
def test_any_file_is_read_or_refused(data: Any) -> None:
    with suppress(UnreadableError):
        Records.from_dict(Kind.PROFILE, data)


def test_one_record_that_is_damaged_leaves_the_others(sealer: Sealer) -> None:
    records = Records(kind=Kind.PROFILE)
    for zone in ("kitchen", "bedroom", "hall"):
        records = records.with_record(zone, {"zone": zone}, sealer)
    rows = dict(records.rows)
    rows["bedroom"] = {**rows["bedroom"], "token": rows["bedroom"]["token"][:-10] + "AAAAAAAA=="}
    rows["hall"] = rows["kitchen"]
    values, left = Records(kind=Kind.PROFILE, rows=rows).opened(sealer, dict)
    assert values == {"kitchen": {"zone": "kitchen"}}
    assert {one.identity: one.fault for one in left.aside} == {"bedroom": Fault.CORRUPT, "hall": Fault.SWAPPED}
    # A new one may come; what was put aside stays, and its tokens can't come back as the new one.
    again = left.with_record("bedroom", {"zone": "bedroom"}, sealer)
    assert again.rows["bedroom"]["counter"] == 2
    assert again.aside == left.aside


def test_what_is_sealed_anew_is_the_same_by_the_new_key_alone() -> None:
    old, new = Key.new(), Key.new()
    records = Records(kind=Kind.PROFILE)
    for number in range(5):
        records = records.with_record(f"zone {number}", {"number": number}, Sealer([old]))
    both = Sealer([new, old])
    assert not records.is_sealed_by(both)
    resealed = records.resealed(both)
    assert resealed.is_sealed_by(both)
    assert resealed.opened(Sealer([new]), dict)[0] == records.opened(Sealer([old]), dict)[0]
    assert [row["counter"] for row in resealed.rows.values()] == [1] * 5


@pytest.mark.parametrize("text", ["", "secret", "é" * 44, "A" * 43, "A" * 44 + "=", "AAAA"])
def test_what_is_no_key_is_refused_and_never_repeated(text: str) -> None:
    with pytest.raises(InvalidKeyError) as refusal:
        Key(text)
    assert not text or text not in str(refusal.value)


def test_a_key_shows_nothing_but_its_fingerprint() -> None:
    key = Key.new()
    assert key.reveal() not in repr(key)
    assert key.fingerprint in repr(key)
    assert len(key.fingerprint) == 16
    other = Key.new()
    assert keys_of(f" {key.reveal()},\n{other.reveal()}\n") == (key, other)
