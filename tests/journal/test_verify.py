"""Whoever changes, removes, cuts or reorders entries is found, also when he mends the head row to match."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.journal import heads
from muster.journal.actions import append
from muster.journal.chain import START, entry_hash
from muster.journal.models import Entry, Stream
from muster.journal.verify import MAX_FAULTS, head_fits, verify_all, verify_stream

AT = datetime(2026, 7, 14, 6, 20, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def write(stream: str, count: int) -> None:
    for number in range(count):
        append(stream, "done", actor="system", at=AT + timedelta(seconds=number), payload={"n": number})


def codes(stream: str) -> set[str]:
    return {code for code, _seq in verify_stream(stream).faults}


def mend_chain(stream: str) -> None:
    """What a thief with the database but without the key would do: compute all hashes anew and set the head."""
    row = Stream.objects.get(name=stream)
    previous, count = START, 0
    for count, entry in enumerate(Entry.objects.filter(stream=row).order_by("seq"), start=1):
        entry.seq, entry.prev_hash = count, previous
        previous = entry.hash = entry_hash(stream, entry)
        entry.save()
    Stream.objects.filter(pk=row.pk).update(count=count, head=previous)


def test_an_untouched_journal_is_whole() -> None:
    write("people", 5)
    write("plans", 2)
    reports = list(verify_all())
    assert [(r.stream, r.count, r.unmarked, r.holds) for r in reports] == [
        ("people", 5, 0, True),
        ("plans", 2, 0, True),
    ]


def test_an_empty_journal_is_whole() -> None:
    assert list(verify_all()) == []


CHANGES = {
    "at": AT + timedelta(days=1), "actor": "account:9", "action": "undone", "person": "TY000009",
    "payload": {"n": 99}, "sealed": "x", "hash": "e" * 64, "prev_hash": "d" * 64,
}  # fmt: skip


@pytest.mark.parametrize("field", sorted(CHANGES))
@pytest.mark.parametrize("seq", [1, 3, 5])
def test_any_changed_field_of_any_entry_is_found(field: str, seq: int) -> None:
    write("people", 5)
    Entry.objects.filter(seq=seq).update(**{field: CHANGES[field]})
    assert codes("people") & {"changed", "unlinked"}


@pytest.mark.parametrize("seq", [1, 3])
def test_a_missing_entry_is_found(seq: int) -> None:
    write("people", 5)
    Entry.objects.get(seq=seq).delete()
    assert ("missing", seq) in verify_stream("people").faults


def test_two_entries_that_changed_places_are_found() -> None:
    write("people", 5)
    Entry.objects.filter(seq=2).update(seq=99)
    Entry.objects.filter(seq=3).update(seq=2)
    Entry.objects.filter(seq=99).update(seq=3)
    assert {"changed", "unlinked"} <= codes("people")


def test_a_cut_tail_is_found() -> None:
    write("people", 5)
    Entry.objects.filter(seq__gt=3).delete()
    assert ("cut", 4) in verify_stream("people").faults
    assert "head" in codes("people")


def test_a_cut_tail_is_found_when_the_head_row_was_mended() -> None:
    write("people", 5)
    Entry.objects.filter(seq__gt=3).delete()
    mend_chain("people")
    assert verify_stream("people").faults == [("cut", 4)]


def test_a_chain_computed_anew_from_changed_entries_is_found() -> None:
    write("people", 5)
    Entry.objects.filter(seq=2).update(payload={"n": "forged"})
    mend_chain("people")
    assert codes("people") == {"marks"}


def test_a_chain_with_an_entry_taken_out_and_one_put_at_the_end_is_found() -> None:
    write("people", 5)
    Entry.objects.get(seq=2).delete()
    mend_chain("people")
    heads_before = heads.head_path().read_bytes()
    append("people", "done", actor="system", at=AT)
    heads.head_path().write_bytes(heads_before)
    assert "marks" in codes("people")


def test_a_chain_that_is_gone_altogether_is_found() -> None:
    write("people", 3)
    Entry.objects.all().delete()
    Stream.objects.all().delete()
    (report,) = verify_all()
    assert (report.stream, report.faults) == ("people", [("gone", 3)])


def test_entries_beyond_the_head_are_found() -> None:
    write("people", 3)
    last = Entry.objects.get(seq=3)
    Stream.objects.update(count=2, head=last.prev_hash)
    assert {"head", "cut"} <= codes("people")


def test_an_entry_numbered_before_the_first_is_found() -> None:
    write("people", 2)
    stream = Stream.objects.get()
    Entry.objects.create(stream=stream, seq=0, at=AT, actor="x", action="x", prev_hash=START, hash="f" * 64)
    assert "doubled" in codes("people")


def test_a_removed_second_file_is_found() -> None:
    write("people", 2)
    heads.head_path().unlink()
    assert codes("people") == {"marks"}


@pytest.mark.parametrize("line", ["people\tmany\tabc", "people\t2", "people"])
def test_a_line_of_the_second_file_that_can_not_be_read_is_found_and_stays(line: str) -> None:
    write("people", 2)
    with heads.head_path().open("a", encoding="utf-8") as out:
        out.write(line + "\n")
    assert codes("people") == {"marks"}
    heads.compact()
    assert codes("people") == {"marks"}


def test_two_marks_for_one_count_that_contradict_each_other_are_found_and_stay() -> None:
    write("people", 2)
    heads.note("people", 1, "a" * 64)
    assert codes("people") == {"marks"}
    heads.compact()
    assert codes("people") == {"marks"}


def test_entries_newer_than_the_last_mark_are_counted_but_no_fault() -> None:
    """A process killed between commit and mark leaves this behind."""
    write("people", 2)
    lines = heads.head_path().read_text(encoding="utf-8").splitlines(keepends=True)
    heads.head_path().write_text("".join(lines[:1]), encoding="utf-8")
    report = verify_stream("people")
    assert (report.holds, report.unmarked) == (True, 1)


def test_appending_during_the_check_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    write("people", 3)
    from muster.journal import verify

    walk = verify._walk

    def walk_and_append(*given: object) -> str:
        last = walk(*given)
        append("people", "done", actor="system", at=AT)
        return last

    monkeypatch.setattr(verify, "_walk", walk_and_append)
    assert verify_stream("people").holds


def test_a_thoroughly_broken_chain_is_told_in_few_words() -> None:
    write("people", 30)
    Entry.objects.update(hash="c" * 64)
    assert len(verify_stream("people").faults) == MAX_FAULTS


def _delete(seq: int) -> None:
    Entry.objects.get(seq=seq).delete()


def _swap(seq: int) -> None:
    first, second = Entry.objects.get(seq=seq), Entry.objects.exclude(seq=seq).order_by("seq")[0]
    Entry.objects.filter(pk=first.pk).update(seq=1000)
    Entry.objects.filter(pk=second.pk).update(seq=seq)
    Entry.objects.filter(pk=first.pk).update(seq=second.seq)


def _cut(seq: int) -> None:
    Entry.objects.filter(seq__gte=seq).delete()


def _forge(seq: int) -> None:
    Entry.objects.filter(seq=seq).update(actor="account:666")


@given(
    count=st.integers(2, 6), seq=st.integers(1, 6), harm=st.sampled_from([_delete, _swap, _cut, _forge]),
    mend=st.booleans(), compacted=st.booleans(),
)  # fmt: skip
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_harm_at_every_place_is_found_mended_or_not(
    count: int, seq: int, harm: Callable[[int], None], mend: bool, compacted: bool
) -> None:
    Entry.objects.all().delete()
    Stream.objects.all().delete()
    heads.head_path().unlink(missing_ok=True)
    write("people", count)
    if compacted:
        heads.compact()
    assert verify_stream("people").holds
    harm(min(seq, count))
    if mend:
        mend_chain("people")
    assert not verify_stream("people").holds


def test_the_quick_look_sees_a_head_that_was_cut_or_changed() -> None:
    write("people", 3)
    stream = Stream.objects.get()
    marks = heads.noted()["people"]
    assert head_fits(stream, marks)
    assert head_fits(stream, {1: marks[1]})  # newer than its mark
    stream.head = "b" * 64
    assert not head_fits(stream, marks)
    stream.count = 2
    assert not head_fits(stream, marks)
    assert head_fits(Stream(name="new", count=0), {})
    assert not head_fits(stream, {0: "unreadable"})


def test_compaction_keeps_the_highest_mark_of_each_stream() -> None:
    write("people", 4)
    write("plans", 2)
    before = heads.noted()
    heads.compact()
    assert heads.noted() == {"people": {4: before["people"][4]}, "plans": {2: before["plans"][2]}}
    assert heads.head_path().stat().st_mode & 0o777 == 0o600
    assert all(report.holds for report in verify_all())


def test_compaction_of_nothing_does_nothing() -> None:
    heads.compact()
    assert not heads.head_path().exists()


@pytest.mark.parametrize("left_behind", [True, False])
def test_a_mark_written_while_the_file_is_being_replaced_is_not_lost(
    monkeypatch: pytest.MonkeyPatch, left_behind: bool
) -> None:
    write("people", 1)
    real, calls = heads.fcntl.flock, []

    def replace_first(handle: int, how: int) -> None:
        calls.append(handle)
        if len(calls) == 1:  # between opening and locking, another file takes the place
            content = heads.head_path().read_bytes()
            heads.head_path().unlink()
            if left_behind:
                heads.head_path().with_suffix(".new").write_bytes(content)
                heads.head_path().with_suffix(".new").replace(heads.head_path())
        real(handle, how)

    monkeypatch.setattr(heads.fcntl, "flock", replace_first)
    heads.note("people", 2, "a" * 64)
    assert len(calls) == 2
    assert 2 in heads.noted()["people"]


def test_the_database_itself_refuses_two_entries_of_one_number() -> None:
    write("people", 1)
    twin = Entry.objects.get()
    twin.pk = None
    with pytest.raises(IntegrityError):
        twin.save(force_insert=True)
