"""The relay's file: what was acknowledged survives anything, what is over goes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from muster.codecs import relay
from muster.core.errors import Conflict
from muster.edges.reply import store as store_module
from muster.edges.reply.store import LOG, Store, read_answers
from tests.relay.cast import OTHER, TOKEN, hash_of, make_folder, sealed_page

NOW = 1_000_000.0
AT = datetime(2026, 7, 14, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "relay")


def opened(folder: Path, at: float = NOW) -> Store:
    store = Store(folder)
    store.open(at)
    return store


def push(store: Store, **fields: object) -> None:
    store.push(relay.Push.model_validate({"turn": store.turn + 1, "at": AT, **fields}), NOW)


def answer(store: Store, number: int, token: str = TOKEN) -> relay.SealedAnswer:
    return store.answer(hash_of(token), f"{number:032x}", f"box{number}")


def test_pages_and_answers_are_there_after_a_restart_in_which_nobody_closed_anything(folder: Path) -> None:
    store = opened(folder)
    push(store, pages=[sealed_page()])
    kept = [answer(store, number) for number in (1, 2)]
    again = opened(folder)
    assert again.page(hash_of(TOKEN), NOW) == store.page(hash_of(TOKEN), NOW) is not None
    assert list(again.after(0)) == kept
    assert (again.epoch, again.last_seq, again.turn) == (store.epoch, 2, 1)


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_last_line_costs_nothing_that_came_before(folder: Path, cut: int) -> None:
    store = opened(folder)
    kept = answer(store, 1)
    answer(store, 2)
    whole = (folder / LOG).read_bytes()
    (folder / LOG).write_bytes(whole[:-cut])
    again = opened(folder)
    assert list(again.after(0)) == [kept]
    assert answer(again, 3).seq == 2
    assert [one.seq for one in opened(folder).after(0)] == [1, 2]


def test_a_damaged_line_in_the_middle_costs_itself_alone(folder: Path) -> None:
    store = opened(folder)
    for number in (1, 2, 3):
        answer(store, number)
    lines = (folder / LOG).read_bytes().splitlines(keepends=True)
    lines[-2] = b"\x00\xff garbage\n"
    (folder / LOG).write_bytes(b"".join([*lines, b"[1]\n"]))
    assert [one.seq for one in opened(folder).after(0)] == [1, 3]


def test_what_the_core_has_taken_is_forgotten_and_numbers_go_on(folder: Path) -> None:
    store = opened(folder)
    for number in (1, 2, 3):
        answer(store, number)
    push(store, epoch=store.epoch, ack=2)
    assert [one.seq for one in store.after(0)] == [3]
    push(store, epoch=store.epoch, ack=3)
    assert answer(opened(folder), 4).seq == 4


def test_an_acknowledgement_for_another_file_is_ignored(folder: Path) -> None:
    store = opened(folder)
    answer(store, 1)
    push(store, epoch="ab" * 16, ack=9)
    assert len(store.after(0)) == 1


def test_a_file_older_than_the_core_s_books_begins_a_new_count_so_that_no_answer_is_passed_over(folder: Path) -> None:
    store = opened(folder)
    answer(store, 1)
    before = store.epoch
    push(store, epoch=store.epoch, ack=7)
    assert store.epoch != before
    assert opened(folder).epoch == store.epoch
    assert [one.seq for one in store.after(0)] == [1]


def test_an_older_push_played_again_is_refused(folder: Path) -> None:
    store = opened(folder)
    old = relay.Push(turn=5, at=AT, pages=(sealed_page(),))
    store.push(old, NOW)
    store.push(relay.Push(turn=6, at=AT, full=True), NOW)
    with pytest.raises(Conflict, match=r"relay\.behind"):
        store.push(old, NOW)
    assert store.pages == {}
    with pytest.raises(Conflict):
        opened(folder).push(old, NOW)


def test_a_full_set_of_pages_replaces_all_before(folder: Path) -> None:
    store = opened(folder)
    push(store, pages=[sealed_page(TOKEN)])
    push(store, full=True, pages=[sealed_page(OTHER)])
    assert set(store.pages) == set(opened(folder).pages) == {hash_of(OTHER)}


def test_pages_end_with_their_time(folder: Path) -> None:
    store = opened(folder)
    push(store, pages=[sealed_page(keep_seconds=60)])
    assert store.page(hash_of(TOKEN), NOW + 59)
    assert store.page(hash_of(TOKEN), NOW + 61) is None
    assert opened(folder, NOW + 61).pages == {}


def test_a_full_disk_loses_no_earlier_answer_and_promises_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(folder)
    kept = answer(store, 1)
    real = store_module.os.write
    with monkeypatch.context() as patch:
        patch.setattr(store_module.os, "write", lambda handle, text: real(handle, text[:10]))
        with pytest.raises(OSError, match="No space"):
            answer(store, 2)
    assert (store.last_seq, list(store.after(0))) == (1, [kept])
    second = answer(store, 3)
    assert list(opened(folder).after(0)) == [kept, second]


def test_the_file_is_made_smaller_when_it_has_grown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "COMPACT_BYTES", 20_000)
    store = opened(folder)
    kept = answer(store, 1)
    for _ in range(300):
        push(store, pages=[sealed_page()])
    assert (folder / LOG).stat().st_size < 25_000
    assert list(opened(folder).after(0)) == [kept]


def test_answers_can_be_read_off_the_disk_beside_a_running_relay(folder: Path) -> None:
    store = opened(folder)
    kept = answer(store, 1)
    assert read_answers(folder) == (store.epoch, 1, (kept,))


def test_one_page_takes_no_endless_answers(folder: Path) -> None:
    store = opened(folder)
    for number in range(relay.MOST_ANSWERS_OF_ONE):
        assert not store.is_full(hash_of(TOKEN))
        answer(store, number)
    assert store.is_full(hash_of(TOKEN))
    assert not store.is_full(hash_of(OTHER))


def test_one_message_holds_no_more_answers_than_agreed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "MOST_ANSWERS", 2)
    store = opened(folder)
    for number in (1, 2, 3):
        answer(store, number)
    assert [one.seq for one in store.after(0)] == [1, 2]
    assert [one.seq for one in store.after(2)] == [3]
