"""The start page: an office's first workbook becomes people, rows to mend and the answers of the shipped plans."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile

from muster.access.models import Account, Role
from muster.apps.people import jobs as people_jobs
from muster.apps.people.models import Holding, ImportRun, ImportState, Member
from muster.apps.plans.models import CheckState, Plan, PlanCheck
from muster.apps.plans.shipped import templates
from muster.journal.models import Entry
from tests.people.makers import id_of, person, roster
from tests.start.conftest import workbook
from tests.world import World

pytestmark = pytest.mark.django_db
MOST_BYTES = 200_000
NO_CERTIFICATE = {"number": "", "valid_from": None, "valid_to": None}


def bring(world, data, who="office_head", **headers):
    upload = SimpleUploadedFile("花名册.xlsx", data)
    return world.client_of(who).post("/start/", {"file": upload, "datum": "wgs84"}, **headers)


def page(world, who="office_head", **options):
    return world.client_of(who, **options).get("/start/").content.decode()


# ---- who comes here


def test_an_empty_system_leads_those_who_can_fill_it_to_the_start_page(first_day: World):
    landing = {
        who: first_day.client_of(who).get("/")["Location"] for who in ("office_head", "duty_officer", "commander")
    }
    assert landing == {"office_head": "/start/", "duty_officer": "/start/", "commander": "/duty/"}


def test_a_system_with_people_leads_to_the_duty_page_and_the_start_page_stays_open(world: World):
    assert world.client_of("office_head").get("/")["Location"] == "/duty/"
    assert world.client_of("office_head").get("/start/").status_code == 200


def test_the_system_administrator_is_told_to_make_the_account_of_the_head_first(first_day: World):
    assert first_day.client_of("system_admin").get("/")["Location"] == "/accounts/"
    Account.objects.filter(role=Role.OFFICE_HEAD).delete()
    assert first_day.client_of("system_admin").get("/")["Location"] == "/start/"
    said = page(first_day, "system_admin")
    assert "First make the account of the office head" in said
    assert 'name="file"' not in said


def test_the_administrator_can_bring_nothing_in(first_day: World):
    bring(first_day, workbook(), who="system_admin")
    assert not ImportRun.objects.exists()


def test_a_part_of_the_district_is_not_brought_in_here(first_day: World):
    assert first_day.client_of("town_officer").get("/start/").status_code == 403


# ---- the file


def test_one_file_becomes_people_and_answers_without_another_click(first_day: World, work):
    assert bring(first_day, workbook()).status_code == 302
    assert 'data-state="queued"' in page(first_day)
    work()
    run = ImportRun.objects.get()
    assert (run.state, Member.objects.count()) == (ImportState.DONE, 40)
    said = page(first_day)
    assert 'data-state="done"' in said
    assert said.count('data-outcome="short"') == len(templates())  # forty people are not enough for anything
    assert PlanCheck.objects.filter(state=CheckState.DONE).count() == len(templates())


def test_the_journal_says_who_brought_the_file_and_ordered_it(first_day: World, work):
    bring(first_day, workbook())
    work()
    told = list(Entry.objects.filter(stream__name="people").order_by("seq").values_list("action", "actor"))
    head = first_day.actor("office_head").ref
    assert told == [("import.started", head), ("import.ordered", head), ("people.imported", head)]


def test_what_a_killed_process_left_is_taken_up_and_taken_over_once(first_day: World, work):
    bring(first_day, workbook())
    ImportRun.objects.update(state=ImportState.CHECKING, claimed_at=first_day.now)
    work()
    assert Member.objects.count() == 40
    work()
    assert Entry.objects.filter(action="people.imported").count() == 1


def test_a_second_file_waits_for_a_look_and_says_so(first_day: World, work):
    bring(first_day, workbook())
    bring(first_day, workbook(people=45))
    work()
    first, second = ImportRun.objects.order_by("pk")
    assert (first.state, second.state) == (ImportState.DONE, ImportState.CHECKED)
    assert Member.objects.count() == 40
    said = page(first_day)
    assert 'data-other="checked"' in said
    assert f"/people/import/{second.pk}/" in said


def test_a_file_that_cannot_be_read_is_told_and_another_can_be_brought(first_day: World, work):
    bring(first_day, b"PK\x03\x04 not really")
    work()
    said = page(first_day)
    assert 'id="failure"' in said
    assert 'name="file"' in said


def test_a_file_without_one_good_row_waits_to_be_looked_at(first_day: World, work):
    bring(first_day, roster([person(1, 姓名=None)]))
    work()
    assert ImportRun.objects.get().state == ImportState.CHECKED
    assert 'id="start-checked"' in page(first_day)


def test_a_form_without_a_file_is_told(first_day: World):
    assert first_day.client_of("office_head").post("/start/", {"datum": "wgs84"}).status_code == 422


def test_two_files_in_one_drop_are_refused_with_the_reason(first_day: World):
    files = [SimpleUploadedFile(f"{name}.xlsx", workbook()) for name in "ab"]
    answer = first_day.client_of("office_head").post("/start/", {"file": files, "datum": "wgs84"})
    assert answer.status_code == 422
    assert "One file at a time" in answer.content.decode()
    assert not ImportRun.objects.exists()


# ---- rows mended in place


SLIPS = (
    {"姓名": None},
    {"村(社区)": "新田社", "镇(街道)": "栗雨街道"},
    {"联系电话": "12345"},
    {"村(社区)": "高唐村", "镇(街道)": "栗雨街道"},
)


@pytest.fixture
def brought(first_day: World, work) -> World:
    bring(first_day, workbook(*SLIPS))
    work()
    return first_day


def rows_of(code: str) -> list[int]:
    return [int(row) for row, codes in ImportRun.objects.get().result["rejected"].items() if code in codes]


def mend(world: World, row: int, htmx: bool = True, **cells: str):
    headers = {"HX-Request": "true"} if htmx else {}
    given = {f"cell-{field}": text for field, text in cells.items()}
    return world.client_of("office_head").post(f"/start/rows/{row}/", given, headers=headers)


def test_a_row_typed_right_goes_on_the_books_and_the_plans_are_asked_again(brought: World):
    (row,) = rows_of("name_blank")
    answer = mend(brought, row, name="王小明")
    assert answer.status_code == 200
    assert "on the books" in answer.content.decode()
    member = Member.objects.get(name="王小明")
    assert (member.number, Member.objects.count()) == ("TY000041", 41)
    run = ImportRun.objects.get()
    assert (run.result["accepted"], run.result["mended"], len(run.result["rejected"])) == (41, 1, 3)
    assert PlanCheck.objects.filter(state=CheckState.WANTED).count() == len(templates())


def test_the_count_of_the_group_moves_with_a_mended_row(brought: World):
    (row, other) = rows_of("unit_unknown")
    assert '<span id="rows-unit_unknown">2</span>' in page(brought)
    said = mend(brought, row, village="新田社区").content.decode()
    assert '<span id="rows-unit_unknown" hx-swap-oob="true">1</span>' in said
    said = mend(brought, other, village="高塘村").content.decode()
    assert '<span id="rows-unit_unknown" hx-swap-oob="true">0</span>' in said
    assert '<span id="rows-name_blank" hx-swap-oob="true">1</span>' in said


def test_the_heading_of_the_other_plans_counts_the_others_only(brought: World):
    shown = page(brought)
    listed = re.findall(r'class="start-plan" data-template="[a-z_]+" data-outcome="(\w*)"', shown)
    assert len(listed) == len(templates()) - 1
    heading = shown.split("The other shipped plans")[1].split("<details")[0]
    counted = {word: int(n) for n, word in re.findall(r"(\d+) (enough|not enough)<", heading)}
    assert counted == {
        word: listed.count(outcome) for word, outcome in (("enough", "holds"), ("not enough", "short"))
        if outcome in listed
    }  # fmt: skip


def test_a_row_that_is_still_wrong_stays_and_says_why(brought: World):
    (row,) = rows_of("phone_invalid")
    answer = mend(brought, row, phone="1990000")
    assert answer.status_code == 422
    assert "a mobile has 11 digits" in answer.content.decode()
    assert Member.objects.count() == 40


def test_a_row_is_taken_once_only(brought: World):
    (row,) = rows_of("name_blank")
    mend(brought, row, name="王小明")
    assert mend(brought, row, name="王小明").status_code == 404
    assert Member.objects.count() == 41


def test_without_scripts_the_page_comes_back_with_what_happened(brought: World):
    (row,) = rows_of("phone_invalid")
    assert mend(brought, row, htmx=False, phone="1").status_code == 302
    assert mend(brought, row, htmx=False, phone="19900000077")["Location"] == "/start/#rows"
    assert Member.objects.count() == 41


def test_numbers_of_persons_are_not_shown_whole(first_day: World, work):
    bad = id_of(77)[:-1] + ("0" if id_of(77)[-1] != "0" else "1")
    bring(first_day, workbook({"公民身份号码": bad}, {"联系电话": "1991234567"}))
    work()
    said = page(first_day)
    assert bad not in said
    assert "1991234567" not in said
    assert bad[:6] in said


def test_a_number_that_somebody_else_has_is_refused_and_changes_nobody(first_day: World, work):
    bring(first_day, workbook({"公民身份号码": "430211", "姓名": "别人"}))
    work()
    (row,) = rows_of("id_form")
    before = Member.objects.get(number="TY000003").name
    answer = mend(first_day, row, id_number=id_of(3))
    assert answer.status_code == 422
    assert "TY000003" in answer.content.decode()
    assert (Member.objects.count(), Member.objects.get(number="TY000003").name) == (40, before)


def test_a_column_that_the_file_has_not_is_refused(brought: World):
    (row,) = rows_of("name_blank")
    assert mend(brought, row, shoe_size="43").status_code == 400


def test_the_likeliest_names_are_taken_for_all_rows_with_one_press(brought: World):
    assert len(rows_of("unit_unknown")) == 2
    brought.client_of("office_head").post("/start/suggestions/", {"code": "unit_unknown"})
    assert rows_of("unit_unknown") == []
    assert Member.objects.count() == 42
    assert {m.home_unit.place for m in Member.objects.filter(number__in=("TY000042", "TY000044"))} == {
        "新田社区",
        "高塘村",
    }


def test_a_capability_typed_wrong_beside_good_ones_keeps_the_good_ones(first_day: World, work):
    bring(first_day, workbook({"专业特长": "综合应急、医疗救互"}))
    work()
    first_day.client_of("office_head").post("/start/suggestions/", {"code": "capability_unknown"})
    held = Holding.objects.filter(member__number="TY000041").values_list("capability__slug", flat=True)
    assert set(held) == {"general_rescue", "medic"}


def test_the_refused_rows_go_with_the_other_files_of_the_run(brought: World):
    from muster.apps.people import vault
    from muster.apps.people.actions.runs import purge_old

    assert list(vault.folder().glob("*.rest"))
    ImportRun.objects.update(started_at=first_month())
    purge_old()
    assert not list(vault.folder().glob("*.rest"))
    assert "no longer kept" in page(brought)


def first_month():
    from datetime import UTC, datetime

    return datetime(2026, 1, 1, tzinfo=UTC)


# ---- the answers


def test_strength_is_drilled_down_to_the_people(brought: World):
    said = page(brought)
    assert 'href="/people/?capability=boat_crew"' in said
    assert 'href="/people/?unit=T1"' in said
    assert "certificates that ran out" in said


def test_where_no_muster_point_is_known_the_assumption_is_said(brought: World):
    assert "Assumed: everybody musters in" in page(brought)


def test_people_of_an_answer_are_listed(brought: World):
    check = PlanCheck.objects.filter(template="flood").latest("pk")
    said = brought.client_of("office_head").get(f"/start/answers/{check.pk}/?part=alert").content.decode()
    assert said.count("<tr>") == 1 + len(check.result["alert"])
    assert "/people/TY0000" in said


@pytest.mark.parametrize("part", ["99", "x", "later", "-1", "٣"])
def test_a_part_of_an_answer_that_there_is_not_is_an_empty_list(brought: World, part: str):
    check = PlanCheck.objects.latest("pk")
    answer = brought.client_of("office_head").get(f"/start/answers/{check.pk}/", {"part": part})
    assert answer.status_code == 200
    assert "Nobody." in answer.content.decode()


def test_answers_grow_old_with_the_books_and_are_asked_again(brought: World, work):
    assert "these answers are old" not in page(brought)
    from muster.apps.people.actions import set_holding

    member = Member.objects.get(number="TY000002")
    set_holding(
        brought.actor("office_head"),
        member,
        capability=brought.capabilities["comms"],
        number="",
        valid_from=None,
        valid_to=None,
    )
    assert "these answers are old" in page(brought)
    brought.client_of("office_head").post("/start/ask/")
    work()
    assert "these answers are old" not in page(brought)


def test_a_shipped_plan_that_asks_for_people_nobody_is_is_not_taken_over_and_says_why(brought: World):
    answer = brought.client_of("office_head").post("/start/adopt/", {"template": "flood"}, follow=True)
    assert not Plan.objects.exists()
    assert "note-error" in answer.content.decode()


# ---- the invented people


def test_invented_people_are_never_mixed_with_real_ones(world: World):
    assert world.client_of("office_head").post("/start/demo/").status_code == 400
    assert not ImportRun.objects.exists()


def test_invented_people_are_loaded_with_one_press_and_said_to_be_invented(first_day: World):
    assert "invented" in page(first_day)
    assert first_day.client_of("office_head").post("/start/demo/").status_code == 302
    assert ImportRun.objects.get().kind == "demo"
    assert people_jobs.step()
    assert Member.objects.count() == 2992
    said = page(first_day)
    assert "These are invented people." in said
    assert len(ImportRun.objects.get().result["rejected"]) == 8


# ---- weight and words


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_with_all_it_loads_is_light(brought: World, language: str):
    said = page(brought, language=language)
    total = len(gzip.compress(said.encode()))
    for path in set(re.findall(r'(?:src|href)="/static/([^"]+)"', said)):
        found = finders.find(path)
        assert found, path
        total += len(gzip.compress(Path(found).read_bytes()))
    assert total <= MOST_BYTES


def test_the_chinese_page_speaks_chinese(brought: World):
    said = page(brought, language="zh-hans")
    for english in ("First answer", "Rows to mend", "What you have", "This plan fails"):
        assert english not in said
