"""What goes into the chain comes out of every database with the same hash, whatever JSON can say."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.errors import InvalidInput
from muster.journal.actions import append
from muster.journal.chain import START, canonical, entry_hash
from muster.journal.models import Entry, Stream
from muster.journal.verify import verify_stream

AT = datetime(2026, 7, 14, 6, 20, 0, 123456, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
scalars = (
    st.none()
    | st.booleans()
    | texts
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e18, max_value=1e18)
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)


@given(payload=st.dictionaries(texts, values, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.django_db
def test_an_entry_read_back_has_the_hash_it_was_written_with(payload: dict[str, object]) -> None:
    written = append("property", "tried", actor="system", at=AT, payload=payload)
    assert entry_hash("property", Entry.objects.get(pk=written.pk)) == written.hash


@given(payload=st.dictionaries(texts, values, max_size=4))
def test_the_canonical_form_is_its_own_canonical_form(payload: dict[str, object]) -> None:
    once = canonical(payload)
    assert canonical(once) == once


def test_keys_become_text_tuples_lists_and_whole_floats_integers() -> None:
    assert canonical({"a": (1.0, 2.5), "b": {7: 1e3}}) == {"a": [1, 2.5], "b": {"7": 1000}}


@pytest.mark.parametrize("value", [math.nan, math.inf, object(), "half \ud800", "nul \0", {"deep": ["\0"]}])
def test_what_no_database_can_keep_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match=r"journal\.payload"):
        canonical({"value": value})


@pytest.mark.django_db(transaction=True)
def test_each_stream_has_a_chain_of_its_own() -> None:
    for stream in ("people", "plans", "people"):
        append(stream, "done", actor="system", at=AT)
    first, second = Entry.objects.filter(stream__name="people").order_by("seq")
    assert (first.prev_hash, second.prev_hash) == (START, first.hash)
    assert Stream.objects.get(name="people").head == second.hash
    assert Stream.objects.get(name="plans").count == 1
    assert verify_stream("people").holds


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("seq", 2), ("at", AT.replace(microsecond=123457)), ("actor", "account:2"), ("action", "undone"),
        ("person", "TY000002"), ("payload", {"n": 2}), ("sealed", "x"), ("prev_hash", "1" * 64),
    ],
)  # fmt: skip
def test_every_field_counts_in_the_hash(field: str, other: object) -> None:
    fields = {
        "seq": 1, "at": AT, "actor": "account:1", "action": "done", "person": "TY000001", "payload": {"n": 1},
        "sealed": "", "prev_hash": START,
    }  # fmt: skip
    before = entry_hash("people", Entry(**fields))
    assert entry_hash("people", Entry(**{**fields, field: other})) != before
    assert entry_hash("plans", Entry(**fields)) != before
