"""The ring forgets no key that anything may still be sealed by, and a first start is told from a lost key."""

from contextlib import suppress
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.vault.key import InvalidKeyError, Key
from custom_components.smart_lighting_ai_dali.vault.keyring import KEEP_RETIRED, Keyring, KeyState
from custom_components.smart_lighting_ai_dali.vault.records import Records
from custom_components.smart_lighting_ai_dali.vault.sealing import Kind, Sealer
from custom_components.smart_lighting_ai_dali.vault.verdict import Problem, Verdict, judge

from .test_sealing import JSON

NONE = Records(kind=Kind.PROFILE)


def test_a_rotation_goes_from_one_key_over_both_to_the_other() -> None:
    old, new = Key.new(), Key.new()
    ring = Keyring().with_key(old, 0.0)
    both = ring.with_key(new, 100.0)
    assert both.active == (new, old)
    after = both.settled(new, 200.0)
    assert after.active == (new,)
    assert after.keys == (new, old)
    assert [one.number for one in after.kept] == [2, 1]
    assert after.kept[1].state is KeyState.RETIRED


def test_a_retired_key_is_kept_for_ninety_days() -> None:
    old, new = Key.new(), Key.new()
    ring = Keyring().with_key(old, 0.0).with_key(new, 0.0).settled(new, 0.0)
    assert ring.settled(new, KEEP_RETIRED).keys == (new, old)
    assert ring.settled(new, KEEP_RETIRED + 1).keys == (new,)
    # A clock that was set back drops nothing.
    assert ring.settled(new, -1e9).keys == (new, old)


def test_a_key_from_elsewhere_retires_those_of_the_ring() -> None:
    own, elsewhere = Key.new(), Key.new()
    ring = Keyring().with_key(own, 0.0).settled(elsewhere, 1.0)
    assert ring.active == ()
    assert ring.keys == (own,)


def test_the_ring_is_read_as_it_was_written() -> None:
    ring = Keyring().with_key(Key.new(), 1.0).with_key(Key.new(), 2.0)
    ring = ring.settled(ring.active[0], 3.0)
    assert Keyring.from_dict(json.loads(json.dumps(ring.as_dict()))) == ring


@given(data=JSON)
def test_any_file_is_a_ring_or_refused(data: Any) -> None:
    for whole in (data, {"keys": data}, {"keys": [data]}):
        with suppress(InvalidKeyError):
            Keyring.from_dict(whole)


@given(data=st.fixed_dictionaries({"id": JSON, "key": JSON, "created": JSON, "state": JSON, "retired": JSON}))
def test_any_entry_is_a_key_or_refused_without_being_repeated(data: dict[str, Any]) -> None:
    with pytest.raises(InvalidKeyError, match=r"^the keyring can't be read$"):
        Keyring.from_dict({"keys": [data]})


@pytest.mark.parametrize("has_sealed", [False, True])
def test_only_where_nothing_was_ever_sealed_a_key_is_made(has_sealed: bool) -> None:  # noqa: FBT001
    key, other = Key.new(), Key.new()
    sealed = NONE.with_record("kitchen", {}, Sealer([key]))
    first = Problem.LOST if has_sealed else Verdict.FIRST_START
    assert judge(None, (), NONE, has_sealed=has_sealed) is first
    assert judge(None, (), sealed, has_sealed=has_sealed) is Problem.LOST
    assert judge(key.fingerprint, (), NONE, has_sealed=has_sealed) is Problem.LOST
    assert judge(key.fingerprint, (other,), sealed, has_sealed=has_sealed) is Problem.WRONG
    assert judge(None, (other,), sealed, has_sealed=has_sealed) is Problem.WRONG
    assert judge(None, (key,), sealed, has_sealed=has_sealed) is Verdict.RIGHT
    assert judge(key.fingerprint, (other, key), sealed, has_sealed=has_sealed) is Verdict.RIGHT
