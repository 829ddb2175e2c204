"""Imports in the browser: the run's states, the lane, and what a killed process leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DataError, OperationalError, connection

from muster.access.rights import Right
from muster.apps.people import actions, jobs, vault
from muster.apps.people.actions import runs
from muster.apps.people.models import ImportRun, ImportState, Member
from muster.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, NotFound, Unreadable
from muster.journal.models import Entry
from tests.people.makers import HEADERS, person, roster
from tests.world import World

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 14)


def start(world: World, data: bytes | None = None, who: str = "office_head") -> ImportRun:
    data = roster([person(n) for n in range(41, 44)]) if data is None else data
    return actions.start_import(world.actor(who), "花名册.xlsx", data, "wgs84", DAY)


def now(run: ImportRun) -> ImportRun:
    return ImportRun.objects.get(pk=run.pk)


@pytest.fixture(autouse=True)
def _empty_vault() -> None:
    for path in vault.folder().iterdir():
        path.unlink()


def test_an_upload_is_checked_first_and_written_only_when_a_person_orders_it(world: World) -> None:
    run = start(world)
    assert jobs.step()
    checked = now(run)
    assert (checked.state, checked.done_rows, checked.total_rows) == (ImportState.CHECKED, 3, 3)
    assert checked.result["accepted"] == 3
    assert Member.objects.count() == 30
    assert not jobs.step()  # it waits for the person
    actions.order_take_over(world.actor("duty_officer"), checked)
    assert jobs.step()
    done = now(run)
    assert (done.state, done.result["taken"]["enrolled"]) == (ImportState.DONE, 3)
    assert Member.objects.count() == 33
    assert not jobs.step()


def test_the_journal_tells_who_uploaded_ordered_and_what_came_of_it(world: World) -> None:
    run = start(world, who="duty_officer")
    jobs.step()
    actions.order_take_over(world.actor("office_head"), now(run))
    jobs.step()
    told = list(Entry.objects.filter(stream__name="people").order_by("seq").values_list("action", "actor"))
    duty, head = world.actor("duty_officer").ref, world.actor("office_head").ref
    assert told == [("import.started", duty), ("import.ordered", head), ("people.imported", head)]


def test_a_run_is_ordered_once_and_not_before_its_check(world: World) -> None:
    run, head = start(world), world.actor("office_head")
    with pytest.raises(IllegalTransition):
        actions.order_take_over(head, run)
    jobs.step()
    actions.order_take_over(head, now(run))
    with pytest.raises(IllegalTransition):
        actions.order_take_over(head, now(run))


def test_an_upload_is_on_disk_before_the_books_are_locked_and_gone_when_they_refuse(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth, kept = connection.savepoint_ids.copy(), []
    put = vault.put
    monkeypatch.setattr(vault, "put", lambda *given: (kept.append(connection.savepoint_ids == depth), put(*given)))
    start(world)
    assert kept == [True]

    def full(*args: object, **kwargs: object) -> None:
        raise OperationalError("disk is full")

    monkeypatch.setattr(runs, "append", full)
    with pytest.raises(OperationalError):
        start(world)
    assert (ImportRun.objects.count(), len(list(vault.folder().glob("*.roster")))) == (1, 1)


@pytest.mark.parametrize("data", [b"PK\x03\x04 not really", b"a,b\n1,2\n"])
def test_a_file_that_cannot_be_read_ends_as_failed_and_changes_nothing(world: World, data: bytes) -> None:
    run = start(world, data)
    assert jobs.step()
    failed = now(run)
    assert failed.state == ImportState.FAILED
    assert failed.error.startswith("file.")
    assert Entry.objects.latest("pk").payload["code"] == failed.error
    assert Member.objects.count() == 30


def test_what_is_no_file_at_all_is_refused_at_the_door(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    head = world.actor("office_head")
    monkeypatch.setattr(runs, "MAX_BYTES", 2**20)
    bad = [
        (b"", "wgs84", "file.empty"),
        (b"x", "mars", "geo.datum_unknown"),
        (b"x" * (2**20 + 1), "wgs84", "file.too_large"),
    ]
    for data, datum, code in bad:
        with pytest.raises(InvalidInput) as caught:
            actions.start_import(head, "f", data, datum, DAY)
        assert caught.value.code == code
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("role", ["town_officer", "commander", "auditor", "system_admin"])
def test_only_the_office_uploads_orders_and_drops(world: World, role: str) -> None:
    run = start(world)
    assert not world.actor(role).may(Right.IMPORT_PEOPLE)
    acts = [
        lambda: start(world, who=role),
        lambda: actions.order_take_over(world.actor(role), run),
        lambda: actions.drop_import(world.actor(role), run),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_when_the_books_moved_after_the_check_the_person_sees_the_new_check_first(world: World) -> None:
    run, head = start(world), world.actor("office_head")
    jobs.step()
    Member.objects.filter(pk=world.member(1).pk).update(number="TY000041", name="别人", id_index="somebody")
    actions.order_take_over(head, now(run))
    jobs.step()
    again = now(run)
    assert (again.state, again.error) == (ImportState.CHECKED, "people.books_moved")
    assert again.result["rejected"] == {"4": ["member_no_of_another"]}
    assert Member.objects.count() == 30
    actions.order_take_over(head, again)
    jobs.step()
    assert now(run).result["taken"]["enrolled"] == 2


def test_a_conflict_while_writing_leads_back_to_a_fresh_check(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(world)
    jobs.step()
    actions.order_take_over(world.actor("office_head"), now(run))

    def moved(*args: object) -> None:
        raise Conflict("people.books_moved")

    monkeypatch.setattr(runs, "take_over", moved)
    jobs.step()
    assert (now(run).state, now(run).error) == (ImportState.QUEUED, "people.books_moved")
    monkeypatch.undo()
    jobs.step()
    assert (now(run).state, now(run).error) == (ImportState.CHECKED, "people.books_moved")


def test_control_characters_in_a_file_reach_no_column(world: World) -> None:
    headers = (*HEADERS, "备\u6ce8_x0000_二")
    data = roster([person(41, 备注="a_x0000_b_x0007_", 工作单位="厂_x0000_")], headers=headers)
    run = start(world, data)
    jobs.step()
    assert now(run).state == ImportState.CHECKED
    assert now(run).result["unknown_headers"] == ["备注二"]
    actions.order_take_over(world.actor("office_head"), now(run))
    jobs.step()
    member = Member.objects.select_related("employer").get(number="TY000041")
    assert (member.remark, member.employer.name) == ("ab", "厂")


@pytest.mark.parametrize("error", [DataError("\x00"), ValueError("odd"), OverflowError("huge")])
def test_a_value_no_check_foresaw_fails_the_run_and_not_the_lane(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise error

    run, other = start(world), start(world)
    monkeypatch.setattr(runs, "check_people", broken)
    assert jobs.step()
    assert (now(run).state, now(run).error) == (ImportState.FAILED, "file.corrupt")
    monkeypatch.undo()
    assert jobs.step()
    assert now(other).state == ImportState.CHECKED


def test_refused_rows_are_kept_as_a_workbook(world: World) -> None:
    run = start(world, roster([person(41), person(42, 姓名=None)]))
    jobs.step()
    data = vault.get(runs.REFUSED_NAMES["zh"].format(now(run).file_path))
    assert data.startswith(b"PK")


def test_dropping_a_run_forgets_its_files_but_not_while_it_is_worked_on(
    world: World, django_capture_on_commit_callbacks
) -> None:
    run, head = start(world), world.actor("office_head")
    with pytest.raises(Conflict):
        actions.drop_import(head, run)
    jobs.step()
    with django_capture_on_commit_callbacks(execute=True):
        actions.drop_import(head, now(run))
    assert not ImportRun.objects.exists()
    assert not list(vault.folder().glob("*.roster"))


def test_files_go_after_thirty_days_and_the_result_stays(world: World) -> None:
    run = start(world)
    jobs.step()
    ImportRun.objects.filter(pk=run.pk).update(started_at=world.now - timedelta(days=30, seconds=1))
    assert not jobs.step()
    assert now(run).file_path == ""
    assert now(run).result["accepted"] == 3
    assert not list(vault.folder().glob("*.roster"))


def test_a_run_whose_file_is_gone_fails_with_a_sentence(world: World) -> None:
    run = start(world)
    vault.drop(runs.STORED_NAME.format(run.file_path))
    jobs.step()
    assert (now(run).state, now(run).error) == (ImportState.FAILED, "people.file_gone")


def test_two_workers_never_claim_the_same_run(world: World) -> None:
    run = start(world)
    first, second = now(run), now(run)
    assert runs.claim(first)
    assert not runs.claim(second)


def test_a_run_in_other_hands_is_left_alone(world: World) -> None:
    run = start(world)
    with jobs._sole_owner(run) as mine:
        assert mine
        assert not jobs.step()
        assert now(run).state == ImportState.QUEUED
    assert jobs.step()


# --- files on disk ---


def test_uploads_lie_encrypted_and_readable_by_the_owner_only(world: World) -> None:
    data = roster([person(41, 姓名="欧阳若谷")])
    run = start(world, data)
    path = vault.folder() / runs.STORED_NAME.format(run.file_path)
    assert b"PK" not in path.read_bytes()[:200]
    assert path.stat().st_mode & 0o077 == 0
    assert vault.folder().stat().st_mode & 0o077 == 0
    assert vault.get(path.name) == data


def test_a_changed_or_swapped_file_is_found_out() -> None:
    vault.put("a", b"first")
    vault.put("b", b"second")
    (vault.folder() / "a").write_bytes((vault.folder() / "b").read_bytes())
    with pytest.raises(Unreadable):
        vault.get("a")
    with pytest.raises(NotFound):
        vault.get("c")
    vault.drop("c")


# --- kill -9 ---

SLOW_WORKER = """
import time
from muster.conf.setup import setup_django
setup_django()
from muster.apps.people import jobs
from muster.apps.people.actions import runs, taking_over
place = {place!r}
def stop_here(*args, **kwargs):
    print("here", flush=True)
    time.sleep(60)
if place == "checking":
    runs.check_people = stop_here
else:
    taking_over._write_landlines = stop_here
jobs.step()
"""


def _killed_at(place: str, env: dict[str, str]) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", SLOW_WORKER.format(place=place)], env=env, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "here\n"
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    worker.stdout.close()


@pytest.mark.kill
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing_and_the_next_one_goes_on_at_once(
    world: World, child_env: dict[str, str]
) -> None:
    run = start(world)
    _killed_at("checking", child_env)
    assert now(run).state == ImportState.CHECKING
    began = time.monotonic()
    assert jobs.step()
    assert time.monotonic() - began < 30
    assert now(run).state == ImportState.CHECKED
    actions.order_take_over(world.actor("office_head"), now(run))
    _killed_at("committing", child_env)
    assert now(run).state == ImportState.COMMITTING
    assert Member.objects.count() == 30
    assert jobs.step()
    assert now(run).state == ImportState.DONE
    assert Member.objects.count() == 33
    assert Path(settings.HOME).exists()
