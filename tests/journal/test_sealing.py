"""Private parts are readable until the person's key is destroyed; the chain verifies before and after."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from muster.core.errors import InvalidInput
from muster.journal.actions import append, destroy_person_key
from muster.journal.models import Entry, PersonKey
from muster.journal.sealing import unseal
from muster.journal.verify import verify_all

AT = datetime(2026, 7, 14, 6, 20, tzinfo=UTC)
PRIVATE = {"before": {"phone": "+8619900000001"}}
pytestmark = pytest.mark.django_db(transaction=True)


def note(person: str = "TY000001") -> Entry:
    return append("people", "member.changed", actor="system", at=AT, person=person, private=PRIVATE)


def test_a_private_part_is_sealed_and_can_be_opened() -> None:
    entry = note()
    assert "1990000" not in entry.sealed
    assert unseal("TY000001", entry.sealed) == PRIVATE


def test_one_key_serves_all_entries_of_a_person() -> None:
    assert unseal("TY000001", note().sealed) == unseal("TY000001", note().sealed)
    assert PersonKey.objects.count() == 1


def test_destroying_the_key_erases_and_leaves_the_chain_whole() -> None:
    entry = note()
    destroy_person_key("TY000001", actor="account:1", at=AT)
    assert unseal("TY000001", entry.sealed) is None
    assert PersonKey.objects.get().wrapped == ""
    assert Entry.objects.get(seq=2).action == "person.key_destroyed"
    assert all(report.holds for report in verify_all())


def test_destroying_twice_is_recorded_once() -> None:
    note()
    destroy_person_key("TY000001", actor="account:1", at=AT)
    destroy_person_key("TY000001", actor="account:1", at=AT)
    assert Entry.objects.filter(action="person.key_destroyed").count() == 1


def test_after_erasure_nothing_private_can_be_added() -> None:
    destroy_person_key("TY000001", actor="account:1", at=AT)
    with pytest.raises(InvalidInput, match=r"journal\.no_person_key"):
        note()
    assert Entry.objects.filter(action="member.changed").count() == 0


def test_private_parts_need_a_person() -> None:
    with pytest.raises(InvalidInput, match=r"journal\.no_person_key"):
        note(person="")


def test_reading_makes_no_key() -> None:
    assert unseal("TY000009", "anything") is None
    assert not PersonKey.objects.exists()


def test_rows_of_the_journal_name_themselves() -> None:
    entry = note()
    assert str(entry) == f"{entry.stream_id}/1 member.changed"
    assert str(entry.stream) == "people"
    assert str(PersonKey.objects.get()) == "TY000001"
